//! Answers requests for code actions: the fixes of diagnostics, all safe fixes at once, the import of manifests, and
//! refactorings.

use super::refusal::RequestRefusal;
use super::state::State;
use crate::diagnostic::{Applicability, Edit, Fix, capitalized};
use crate::ide::Range32;
use crate::ide::actions::{all_safe, extracted, fixes, imported, moved, probe};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    TextEdit, Uri, WorkDoneProgressOptions, WorkspaceEdit,
};
use std::collections::HashMap;

/// The kinds of actions that the server announces.
pub(super) fn provider() -> CodeActionProviderCapability {
    CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(vec![
            CodeActionKind::QUICKFIX,
            CodeActionKind::REFACTOR,
            CodeActionKind::REFACTOR_EXTRACT,
            CodeActionKind::REFACTOR_REWRITE,
            CodeActionKind::SOURCE_FIX_ALL,
        ]),
        resolve_provider: Some(false),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    })
}

pub(super) fn offer(
    state: &mut State,
    params: CodeActionParams,
) -> Result<Option<Vec<CodeActionOrCommand>>, RequestRefusal> {
    let (path, file) = state.file(&params.text_document.uri)?;
    let Some(analysis) = state.analysis(&path) else { return Ok(None) };
    let lines = state.lines(&path, &file);
    let (start, end) =
        (lines.offset(file.text(), params.range.start), lines.offset(file.text(), params.range.end));
    let range = Range32::from(start..end.max(start));
    let options = state.options(&path);
    let wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| only.iter().any(|only| is_within(kind.as_str(), only.as_str())))
    };
    let uri = &params.text_document.uri;
    let edit =
        |edits: &[Edit]| changes(uri, edits.iter().map(|edit| lines.edit(file.text(), edit)).collect());
    let mut actions = Vec::new();
    let mut add = |title: String, kind: CodeActionKind, edits: &[Edit], preferred: bool| {
        if wanted(&kind) {
            actions.push(CodeActionOrCommand::CodeAction(lsp_types::CodeAction {
                title: capitalized(&title),
                kind: Some(kind),
                edit: Some(edit(edits)),
                is_preferred: preferred.then_some(true),
                ..lsp_types::CodeAction::default()
            }));
        }
    };
    for Fix { title, edits, applicability } in fixes(&analysis, range) {
        add(title, CodeActionKind::QUICKFIX, &edits, applicability == Applicability::Safe);
    }
    if let Some(edits) = all_safe(&analysis) {
        add("apply all safe fixes".into(), CodeActionKind::SOURCE_FIX_ALL, &edits, false);
    }
    let mut refactorings = Vec::new();
    if wanted(&CodeActionKind::REFACTOR) {
        let plain = [imported(&file, range), probe(&file, start)];
        refactorings.extend(plain.into_iter().flatten().map(|fix| (CodeActionKind::REFACTOR, fix)));
    }
    if wanted(&CodeActionKind::REFACTOR_REWRITE) {
        let moved = moved(&state.workspace, &file, &analysis, start, &options);
        refactorings.extend(moved.map(|fix| (CodeActionKind::REFACTOR_REWRITE, fix)));
    }
    if wanted(&CodeActionKind::REFACTOR_EXTRACT) {
        let extracted = extracted(&state.workspace, &file, range, &options);
        refactorings.extend(extracted.into_iter().map(|fix| (CodeActionKind::REFACTOR_EXTRACT, fix)));
    }
    for (kind, Fix { title, edits, .. }) in refactorings {
        add(title, kind, &edits, false);
    }
    Ok(Some(actions))
}

/// Whether a kind is the requested one or part of it: `refactor.extract` is part of `refactor`.
fn is_within(kind: &str, wanted: &str) -> bool {
    let rest = kind.strip_prefix(wanted);
    rest.is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

// The protocol's edit is a map by URI.
#[allow(clippy::mutable_key_type)]
fn changes(uri: &Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..WorkspaceEdit::default() }
}
