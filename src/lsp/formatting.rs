//! Answers requests to format a document, some of its lines, or a line that was just completed.

use super::position::LineIndex;
use super::refusal::RequestRefusal;
use super::state::State;
use crate::diagnostic::Edit;
use crate::format::{Typed, edits, typed};
use crate::ide::Parsed;
use lsp_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, TextEdit, Uri,
};

pub(super) fn whole(
    state: &mut State,
    params: DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>, RequestRefusal> {
    answer(state, &params.text_document.uri, |_, file| edits(&file.source, file.parse(), None))
}

pub(super) fn range(
    state: &mut State,
    params: DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>, RequestRefusal> {
    let wanted = params.range;
    answer(state, &params.text_document.uri, |lines, file| {
        let offset = |position| lines.offset(file.text(), position);
        let (start, end) = (offset(wanted.start), offset(wanted.end));
        edits(&file.source, file.parse(), Some(&(start..end.max(start))))
    })
}

pub(super) fn on_type(
    state: &mut State,
    params: DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<TextEdit>>, RequestRefusal> {
    let place = params.text_document_position;
    let what = if params.ch == "\n" { Typed::Newline } else { Typed::Brace };
    answer(state, &place.text_document.uri, |lines, file| {
        typed(&file.source, file.parse(), lines.offset(file.text(), place.position), what)
    })
}

fn answer(
    state: &State,
    uri: &Uri,
    edits: impl FnOnce(&LineIndex, &Parsed) -> Vec<Edit>,
) -> Result<Option<Vec<TextEdit>>, RequestRefusal> {
    let (path, file) = state.file(uri)?;
    let lines = state.lines(&path, &file);
    let edits = edits(&lines, &file);
    Ok(Some(edits.iter().map(|edit| lines.edit(file.text(), edit)).collect()))
}
