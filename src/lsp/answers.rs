//! The requests that the server answers: one line of a table each.

use super::state::{State, read};
use lsp_server::{ErrorCode, Request};
use lsp_types::notification::{DidChangeWatchedFiles, Notification as _};
use lsp_types::request::{RegisterCapability, Request as Method};
use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams, Registration,
    RegistrationParams, SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

/// Why a request has no answer.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The answer to a request.
pub(super) fn answer(_state: &mut State, method: &str, _params: Value) -> Result<Value, Refusal> {
    let message = format!("`{method}` is not known");
    Err(Refusal::new(ErrorCode::MethodNotFound, message))
}

/// Reads a request's parameters, has it answered, and writes the answer.
#[allow(dead_code)]
fn typed<M: Method>(
    state: &mut State,
    params: Value,
    answer: impl FnOnce(&mut State, M::Params) -> Result<M::Result, Refusal>,
) -> Result<Value, Refusal> {
    let params = read(params).map_err(|message| Refusal::new(ErrorCode::InvalidParams, message))?;
    let result = answer(state, params)?;
    serde_json::to_value(result).map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))
}

/// What the server says about itself.
pub(super) fn introduction(state: &State) -> Value {
    json!({
        "capabilities": capabilities(state),
        "serverInfo": { "name": "initflow", "version": env!("CARGO_PKG_VERSION") },
    })
}

fn capabilities(state: &State) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(state.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp_types::OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

/// What the server asks of the editor once it runs: to be told when files change.
pub(super) fn registrations(params: &InitializeParams) -> Option<Request> {
    let workspace = params.capabilities.workspace.as_ref()?;
    workspace.did_change_watched_files.as_ref()?.dynamic_registration.filter(|dynamic| *dynamic)?;
    let watch =
        |pattern: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(pattern.into()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![watch("**/*.initflow"), watch("**/initflow.toml")],
    };
    let registration = Registration {
        id: "files".to_owned(),
        method: DidChangeWatchedFiles::METHOD.to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    let params = RegistrationParams { registrations: vec![registration] };
    Some(Request::new("watch-files".to_owned().into(), RegisterCapability::METHOD.to_owned(), params))
}
