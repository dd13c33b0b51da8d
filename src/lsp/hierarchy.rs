//! Answers requests for the call hierarchy, which shows what runs before and after a container.

use super::refusal::RequestRefusal;
use super::state::{State, read};
use crate::diagnostic::visible;
use crate::ide::hierarchy::{Member, Neighbor, Side, members, neighbors};
use crate::ide::names::NameKind;
use lsp_server::ErrorCode;
use lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, Range, Uri,
};
use serde::{Deserialize, Serialize};

/// How the server finds a container again: an editor sends this back.
#[derive(Clone, Serialize, Deserialize)]
struct ItemData {
    /// The document that was compiled.
    source: Uri,
    workload: String,
    container: String,
}

pub(super) fn prepare(
    state: &mut State,
    params: CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>, RequestRefusal> {
    let position = &params.text_document_position_params;
    let (path, _, offset) = state.place(position)?;
    state.know_used(&path);
    let Some(analysis) = state.analysis(&path) else { return Ok(None) };
    let found = members(&analysis, &state.workspace, &path, offset).into_iter();
    let items: Vec<_> = found.filter_map(|member| item(state, &position.text_document.uri, member)).collect();
    Ok(Some(items).filter(|items| !items.is_empty()))
}

pub(super) fn before(
    state: &mut State,
    params: CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>, RequestRefusal> {
    let calls = around(state, params.item, Side::Before)?.into_iter();
    Ok(Some(calls.map(|(from, from_ranges)| CallHierarchyIncomingCall { from, from_ranges }).collect()))
}

pub(super) fn after(
    state: &mut State,
    params: CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>, RequestRefusal> {
    let calls = around(state, params.item, Side::After)?.into_iter();
    Ok(Some(calls.map(|(to, from_ranges)| CallHierarchyOutgoingCall { to, from_ranges }).collect()))
}

/// The containers on one side of an item, each with the places that say so in the document of the one that runs first.
fn around(
    state: &mut State,
    item: CallHierarchyItem,
    side: Side,
) -> Result<Vec<(CallHierarchyItem, Vec<Range>)>, RequestRefusal> {
    let unknown =
        || RequestRefusal::new(ErrorCode::InvalidParams, "this item is not the server's".to_owned());
    let data: ItemData = read(item.data.unwrap_or_default()).map_err(|_| unknown())?;
    let (path, _) = state.file(&data.source)?;
    let Some(analysis) = state.analysis(&path) else { return Ok(Vec::new()) };
    let found = neighbors(&analysis, &state.workspace, (&data.workload, &data.container), side).into_iter();
    let call = |Neighbor { member, places }: Neighbor| {
        let other = self::item(state, &data.source, member)?;
        let first = if side == Side::Before { &other.uri } else { &item.uri };
        let places = places.iter().filter_map(|place| state.location(place));
        let ranges = places.filter(|place| place.uri == *first).map(|place| place.range).collect();
        Some((other, ranges))
    };
    Ok(found.filter_map(call).collect())
}

/// A container as an item; nothing if it is in no file that an editor can open.
fn item(state: &State, source: &Uri, member: Member) -> Option<CallHierarchyItem> {
    let (head, whole) = (state.location(&member.place.head)?, state.location(&member.place.whole)?);
    let data = ItemData { source: source.clone(), workload: member.workload, container: member.name };
    Some(CallHierarchyItem {
        name: visible::plain(&data.container),
        kind: super::outline::kind(NameKind::Container),
        tags: None,
        detail: Some(visible::plain(&format!("{} of {}", member.role, data.workload))),
        uri: head.uri,
        range: whole.range,
        selection_range: head.range,
        data: serde_json::to_value(data).ok(),
    })
}
