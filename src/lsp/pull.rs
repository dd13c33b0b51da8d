//! Answers an editor that asks for diagnostics, instead of waiting until they are sent.

use super::diagnostics::{all_found, check, check_unopened, version_of};
use super::disk::path_of;
use super::findings::Findings;
use super::refusal::RequestRefusal;
use super::state::{State, read};
use lsp_server::ErrorCode;
use lsp_types::{DocumentDiagnosticParams, Uri, WorkspaceDiagnosticParams};
use serde_json::{Value, json};
use std::hash::Hasher as _;

/// The request for the diagnostics of a document.
pub(super) const DOCUMENT: &str = "textDocument/diagnostic";

/// The request for the diagnostics of all files.
pub(super) const WORKSPACE: &str = "workspace/diagnostic";

/// What the server announces.
pub(super) fn provider() -> Value {
    json!({ "identifier": "initflow", "interFileDependencies": true, "workspaceDiagnostics": true })
}

/// The diagnostics of an open document.
pub(super) fn document(state: &mut State, params: Value) -> Result<Value, RequestRefusal> {
    let params: DocumentDiagnosticParams = typed(params)?;
    let path = path_of(&params.text_document.uri);
    if version_of(state, &path).is_none() {
        let message = format!("`{}` is not open", params.text_document.uri.as_str());
        return Err(RequestRefusal::new(ErrorCode::InvalidParams, message));
    }
    check(state);
    let found = all_found(state).remove(&path).unwrap_or_default();
    report(&found, params.previous_result_id.as_deref())
}

/// The diagnostics of all files, including those that are not open.
pub(super) fn workspace(state: &mut State, params: Value) -> Result<Value, RequestRefusal> {
    let params: WorkspaceDiagnosticParams = typed(params)?;
    check(state);
    while check_unopened(state) {}
    let before = |uri: &Uri| {
        let known = params.previous_result_ids.iter().find(|known| known.uri == *uri);
        known.map(|known| known.value.as_str())
    };
    let all = all_found(state);
    let mut items = Vec::with_capacity(all.len());
    for (path, found) in &all {
        let Some(uri) = state.uri(path) else { continue };
        let mut item = report(found, before(&uri))?;
        item["uri"] = json!(uri);
        item["version"] = json!(version_of(state, path));
        items.push(item);
    }
    // What the editor still shows of files without findings goes.
    for known in &params.previous_result_ids {
        if !all.contains_key(&path_of(&known.uri)) {
            let mut item = report(&Findings::default(), Some(&known.value))?;
            (item["uri"], item["version"]) = (json!(known.uri), Value::Null);
            items.push(item);
        }
    }
    Ok(json!({ "items": items }))
}

/// The findings, or that they are those of an earlier answer.
fn report(found: &Findings, before: Option<&str>) -> Result<Value, RequestRefusal> {
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(found.json().as_bytes());
    let id = format!("{:016x}", hasher.finish());
    if before == Some(id.as_str()) {
        return Ok(json!({ "kind": "unchanged", "resultId": id }));
    }
    let items: Value = serde_json::from_str(&format!("[{}]", found.json()))
        .map_err(|error| RequestRefusal::new(ErrorCode::InternalError, error.to_string()))?;
    Ok(json!({ "kind": "full", "resultId": id, "items": items }))
}

fn typed<T: serde::de::DeserializeOwned>(params: Value) -> Result<T, RequestRefusal> {
    read(params).map_err(|message| RequestRefusal::new(ErrorCode::InvalidParams, message))
}
