//! Answers requests about the TOML documents of a project.

use super::aside::AsideDocument;
use super::position::LineIndex;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::SourceFile;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, NumberOrString, TextEdit,
    WorkspaceEdit,
};
use std::collections::HashMap;

/// The fixes in a range.
// The protocol's edit is a map by URI.
#[allow(clippy::mutable_key_type)]
pub(super) fn actions(document: &AsideDocument, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let wanted = params.context.only.as_ref();
    let is_wanted = wanted.is_none_or(|only| {
        only.iter().any(|only| only.as_str().is_empty() || *only == CodeActionKind::QUICKFIX)
    });
    if !is_wanted {
        return Vec::new();
    }
    let AsideDocument { file, lines, uri, .. } = document;
    let (start, end) =
        (lines.offset(&file.text, params.range.start), lines.offset(&file.text, params.range.end));
    let meets = |found: &&Diagnostic| {
        let span = found.primary.span;
        span.start as usize <= end.max(start) && start <= span.end as usize
    };
    let offered = document.diagnostics.iter().filter(meets).filter_map(|found| {
        let fix = found.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display)?;
        let edits: Vec<TextEdit> = fix.edits.iter().map(|edit| lines.edit(&file.text, edit)).collect();
        let edit = WorkspaceEdit {
            changes: Some(HashMap::from([(uri.clone(), edits)])),
            ..WorkspaceEdit::default()
        };
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: fix.action(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(shown(file, lines, found, &params.context.diagnostics)),
            edit: Some(edit),
            is_preferred: (fix.applicability == Applicability::Safe).then_some(true),
            ..CodeAction::default()
        }))
    });
    offered.collect()
}

/// The editor's diagnostics that a finding was published as.
fn shown(
    file: &SourceFile,
    lines: &LineIndex,
    found: &Diagnostic,
    known: &[lsp_types::Diagnostic],
) -> Vec<lsp_types::Diagnostic> {
    let (range, code) =
        (lines.range(&file.text, found.primary.span), NumberOrString::String(found.code.name().to_owned()));
    let is_shown =
        |known: &&lsp_types::Diagnostic| known.range == range && known.code.as_ref() == Some(&code);
    known.iter().filter(is_shown).cloned().collect()
}
