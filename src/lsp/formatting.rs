//! Formatting of a document, of some of its lines, and of a line that has just been ended.

use super::answers::Refusal;
use super::state::State;
use crate::format::edits;
use lsp_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, TextEdit, Uri,
};
use std::ops::Range;

pub(super) fn whole(
    state: &mut State,
    params: DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    answer(state, &params.text_document.uri, |_, _| None)
}

pub(super) fn range(
    state: &mut State,
    params: DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let wanted = params.range;
    answer(state, &params.text_document.uri, |lines, text| {
        let (start, end) = (lines.offset(text, wanted.start), lines.offset(text, wanted.end));
        Some(start..end.max(start))
    })
}

/// Behind `}` the line that it ends; at a new line the one before it, and never the line that is being written.
pub(super) fn on_type(
    state: &mut State,
    params: DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let place = params.text_document_position;
    let is_newline = params.ch == "\n";
    answer(state, &place.text_document.uri, |lines, text| {
        let offset = lines.offset(text, place.position);
        let line = |offset: usize| text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let start = line(offset);
        Some(if is_newline { line(start.saturating_sub(1))..start.saturating_sub(1) } else { start..offset })
    })
}

fn answer(
    state: &State,
    uri: &Uri,
    within: impl FnOnce(&super::position::Lines, &str) -> Option<Range<usize>>,
) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let (path, file) = state.file(uri)?;
    let lines = state.lines(&path, &file);
    let within = within(&lines, file.text());
    let edits = edits(&file.source, &file.parse, within.as_ref());
    let edit = |(range, new_text): (Range<usize>, String)| TextEdit {
        range: lines.range(file.text(), crate::ide::Range32::from(range)),
        new_text,
    };
    Ok(Some(edits.into_iter().map(edit).collect()))
}
