//! Answers requests for definitions, references, highlights and renames.

use super::disk::{parameters_beside, uri_of};
use super::edits::Edits;
use super::position::LineIndex;
use super::refusal::RequestRefusal;
use super::state::State;
use crate::ide::names::{Definition, NameKind, definition, references, references_in};
use crate::ide::outline::links;
use crate::ide::rename::{in_parameters, rename, renameable};
use crate::ide::{Location, Range32};
use lsp_server::ErrorCode;
use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams,
    GotoDefinitionResponse, PrepareRenameResponse, ReferenceParams, RenameParams, TextDocumentPositionParams,
    TextEdit, Uri, WorkspaceEdit,
};

pub(super) fn define(
    state: &mut State,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>, RequestRefusal> {
    let (path, file, offset) = state.place(&params.text_document_position_params)?;
    state.know_used(&path);
    let links = links(&state.workspace, &path, &file);
    let link = links.into_iter().find(|(range, _)| range.touches(offset));
    let start = |(_, path): (Range32, String)| Location { path, range: (0..0).into() };
    let found = || definition(&state.workspace, &path, offset).map(|(_, found)| found.location);
    let location = link.map(start).or_else(found).and_then(|location| state.location(&location));
    Ok(location.map(GotoDefinitionResponse::Scalar))
}

pub(super) fn refer(
    state: &mut State,
    params: ReferenceParams,
) -> Result<Option<Vec<lsp_types::Location>>, RequestRefusal> {
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
) -> Result<Option<Vec<DocumentHighlight>>, RequestRefusal> {
    let (path, file, offset) = state.place(&params.text_document_position_params)?;
    state.know_used(&path);
    let Some((_, found)) = definition(&state.workspace, &path, offset) else { return Ok(None) };
    let ranges = references_in(&state.workspace, &path, &found).into_iter();
    let is_declared = |range| found.location.range == range && found.location.path == path;
    let highlight = |range| DocumentHighlight {
        range: state.range(&path, &file, range),
        kind: Some(if is_declared(range) {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        }),
    };
    Ok(Some(ranges.map(highlight).collect()))
}

pub(super) fn prepare(
    state: &mut State,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, RequestRefusal> {
    let (path, file, offset) = state.place(&params)?;
    state.know_all();
    let (range, _) = renameable(&state.workspace, &path, offset).map_err(refused)?;
    Ok(Some(PrepareRenameResponse::Range(state.range(&path, &file, range))))
}

pub(super) fn change(
    state: &mut State,
    params: RenameParams,
) -> Result<Option<WorkspaceEdit>, RequestRefusal> {
    let (path, _, offset) = state.place(&params.text_document_position)?;
    state.know_all();
    let options = state.options(&path);
    let places = rename(&state.workspace, &path, offset, &params.new_name, &options).map_err(refused)?;
    let change = |range| TextEdit { range, new_text: params.new_name.clone() };
    let places = places.iter().filter_map(|place| state.location(place));
    let mut edits: Vec<(Uri, TextEdit)> = places.map(|place| (place.uri, change(place.range))).collect();
    let found = definition(&state.workspace, &path, offset).map(|(_, found)| found);
    if let Some(Definition { location, kind: NameKind::Param }) = found
        && let Some(source) = state.workspace.get(&location.path)
    {
        for file in parameters_beside(&location.path, &state.root(&location.path)) {
            let place = in_parameters(source, location.range, &file);
            let Some((place, uri)) = place.zip(uri_of(&file.source.name)) else { continue };
            let range = LineIndex::new(file.text(), state.encoding).range(file.text(), place);
            edits.push((uri, change(range)));
        }
    }
    Ok(Some(Edits::of(state).write(edits)))
}

fn refused(reason: String) -> RequestRefusal {
    RequestRefusal::new(ErrorCode::RequestFailed, reason)
}
