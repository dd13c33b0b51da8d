//! Answers what has to change before files get other paths.

use super::disk::path_of;
use super::edits::Edits;
use super::refusal::RequestRefusal;
use super::state::State;
use crate::ide::Location;
use crate::ide::moving::{PathChange, UseChange, uses_after};
use lsp_types::{
    FileOperationFilter, FileOperationPattern, FileOperationRegistrationOptions, RenameFilesParams, TextEdit,
    Uri, WorkspaceEdit, WorkspaceFileOperationsServerCapabilities,
};

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

pub(super) fn rename(
    state: &mut State,
    params: RenameFilesParams,
) -> Result<Option<WorkspaceEdit>, RequestRefusal> {
    let path = |uri: &str| uri.parse().ok().map(|uri: Uri| path_of(&uri));
    let named = params.files.iter().filter_map(|file| path(&file.old_uri).zip(path(&file.new_uri)));
    let named: Vec<PathChange> = named.map(|(from, to)| PathChange { from, to }).collect();
    state.know_all();
    let edit = |UseChange { path, range, text }| {
        let place = state.location(&Location { path, range })?;
        Some((place.uri, TextEdit { range: place.range, new_text: text }))
    };
    let edits: Vec<_> = uses_after(&state.workspace, &named).into_iter().filter_map(edit).collect();
    Ok((!edits.is_empty()).then(|| Edits::of(state).write(edits)))
}
