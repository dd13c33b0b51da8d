//! Answers requests about open documents that are not sources.
//!
//! Invariant: every request about a document that this server does not know is answered with nothing.

use super::aside::AsideDocument;
use super::disk::path_of;
use super::edits::Edits;
use super::position::LineIndex;
use super::refusal::RequestRefusal;
use super::state::{State, read};
use super::toml_answers::{completions, hover};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::SourceFile;
use lsp_server::ErrorCode;
use lsp_types::request::{CodeActionRequest, Completion, HoverRequest, Request as _};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CompletionParams, HoverParams,
    NumberOrString,
};
use serde_json::Value;

/// The path of the document that a request is about, if that is open and not a source.
pub(super) fn concerned(state: &State, params: &Value) -> Option<String> {
    let uri = params.get("textDocument")?.get("uri")?.as_str()?;
    let path = path_of(&uri.parse().ok()?);
    state.aside.contains_key(&path).then_some(path)
}

/// The answer to a request about a document that is not a source.
pub(super) fn answer(
    state: &State,
    path: &str,
    method: &str,
    params: Value,
) -> Result<Value, RequestRefusal> {
    if method.starts_with("initflow/") {
        return Err(RequestRefusal::new(ErrorCode::InvalidParams, format!("`{path}` is not a source")));
    }
    let Some(document) = state.aside.get(path) else { return Ok(Value::Null) };
    let invalid = |message| RequestRefusal::new(ErrorCode::InvalidParams, message);
    let answered = match method {
        CodeActionRequest::METHOD => {
            let params = read(params).map_err(invalid)?;
            serde_json::to_value(actions(state, document, &params))
        }
        Completion::METHOD if document.kind.has_settings() => {
            let params: CompletionParams = read(params).map_err(invalid)?;
            serde_json::to_value(completions(document, params.text_document_position.position))
        }
        HoverRequest::METHOD => {
            let params: HoverParams = read(params).map_err(invalid)?;
            serde_json::to_value(hover(document, params.text_document_position_params.position))
        }
        _ => Ok(Value::Null),
    };
    answered.map_err(|error| RequestRefusal::new(ErrorCode::InternalError, error.to_string()))
}

/// The fixes in a range.
fn actions(state: &State, document: &AsideDocument, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
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
        let edit = Edits::of(state).edit(uri, &file.text, lines, &fix.edits);
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
