//! Definition, references, highlights and renaming.

use super::answers::Refusal;
use super::state::State;
use crate::ide::Location;
use crate::ide::names::{definition, references, references_in};
use crate::ide::rename::{rename, renameable};
use lsp_server::ErrorCode;
use lsp_types::{
    DocumentHighlight, DocumentHighlightParams, GotoDefinitionParams, GotoDefinitionResponse,
    PrepareRenameResponse, ReferenceParams, RenameParams, TextDocumentPositionParams, TextEdit, Uri,
    WorkspaceEdit,
};
use std::collections::HashMap;

pub(super) fn define(
    state: &mut State,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>, Refusal> {
    let (path, _, offset) = state.place(&params.text_document_position_params)?;
    state.know_used(&path);
    let found = definition(&state.workspace, &path, offset);
    let location = found.and_then(|(_, found)| state.location(&found.location));
    Ok(location.map(GotoDefinitionResponse::Scalar))
}

pub(super) fn refer(
    state: &mut State,
    params: ReferenceParams,
) -> Result<Option<Vec<lsp_types::Location>>, Refusal> {
    let (path, _, offset) = state.place(&params.text_document_position)?;
    state.know_all();
    let Some((_, found)) = definition(&state.workspace, &path, offset) else { return Ok(None) };
    let wanted = |place: &Location| params.context.include_declaration || *place != found.location;
    let places = references(&state.workspace, &found).into_iter().filter(wanted);
    Ok(Some(places.filter_map(|place| state.location(&place)).collect()))
}

pub(super) fn highlight(
    state: &mut State,
    params: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>, Refusal> {
    let (path, file, offset) = state.place(&params.text_document_position_params)?;
    state.know_used(&path);
    let Some((_, found)) = definition(&state.workspace, &path, offset) else { return Ok(None) };
    let ranges = references_in(&state.workspace, &path, &found).into_iter();
    let highlight = |range| DocumentHighlight { range: state.range(&path, &file, range), kind: None };
    Ok(Some(ranges.map(highlight).collect()))
}

pub(super) fn prepare(
    state: &mut State,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, Refusal> {
    let (path, file, offset) = state.place(&params)?;
    state.know_all();
    let (range, _) = renameable(&state.workspace, &path, offset).map_err(refused)?;
    Ok(Some(PrepareRenameResponse::Range(state.range(&path, &file, range))))
}

// The protocol's edit is a map by URI.
#[allow(clippy::mutable_key_type)]
pub(super) fn change(state: &mut State, params: RenameParams) -> Result<Option<WorkspaceEdit>, Refusal> {
    let (path, _, offset) = state.place(&params.text_document_position)?;
    state.know_all();
    let options = state.options(&path);
    let places = rename(&state.workspace, &path, offset, &params.new_name, &options).map_err(refused)?;
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for place in places.iter().filter_map(|place| state.location(place)) {
        let edit = TextEdit { range: place.range, new_text: params.new_name.clone() };
        changes.entry(place.uri).or_default().push(edit);
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}

fn refused(reason: String) -> Refusal {
    Refusal::new(ErrorCode::RequestFailed, reason)
}
