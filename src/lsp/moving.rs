//! Answers what has to change before files get other paths.

use super::disk::path_of;
use super::refusal::RequestRefusal;
use super::state::State;
use crate::ide::Location;
use crate::ide::moving::{PathChange, UseChange, uses_after};
use lsp_types::{
    FileOperationFilter, FileOperationPattern, FileOperationRegistrationOptions, RenameFilesParams, TextEdit,
    Uri, WorkspaceEdit, WorkspaceFileOperationsServerCapabilities,
};
use std::collections::HashMap;

/// The files that the server wants to know of before they get other paths: sources, and folders with sources.
pub(super) fn provider() -> WorkspaceFileOperationsServerCapabilities {
    let filter = |glob: &str| FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern { glob: glob.to_owned(), matches: None, options: None },
    };
    WorkspaceFileOperationsServerCapabilities {
        will_rename: Some(FileOperationRegistrationOptions {
            filters: vec![filter("**/*.initflow"), filter("**/")],
        }),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

// The protocol's edit is a map by URI.
#[allow(clippy::mutable_key_type)]
pub(super) fn rename(
    state: &mut State,
    params: RenameFilesParams,
) -> Result<Option<WorkspaceEdit>, RequestRefusal> {
    let path = |uri: &str| uri.parse().ok().map(|uri: Uri| path_of(&uri));
    let named = params.files.iter().filter_map(|file| path(&file.old_uri).zip(path(&file.new_uri)));
    let named: Vec<PathChange> = named.map(|(from, to)| PathChange { from, to }).collect();
    state.know_all();
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for UseChange { path, range, text } in uses_after(&state.workspace, &named) {
        if let Some(place) = state.location(&Location { path, range }) {
            let edit = TextEdit { range: place.range, new_text: text };
            changes.entry(place.uri).or_default().push(edit);
        }
    }
    let edit = WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    Ok(Some(edit).filter(|edit| edit.changes.as_ref().is_some_and(|changes| !changes.is_empty())))
}
