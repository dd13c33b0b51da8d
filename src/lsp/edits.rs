//! Writes changes of files in the form that the editor takes.
//!
//! Invariant: an edit of an open document names the version that it is for, if the editor can check it.

use super::disk::{path_of, uri_of};
use super::position::LineIndex;
use super::state::State;
use crate::config::FILE_NAME;
use crate::diagnostic::Edit;
use lsp_types::{
    CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, ResourceOp, ResourceOperationKind, TextDocumentEdit, TextEdit,
    Uri, WorkspaceEdit,
};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Writes changes for one editor.
pub(super) struct Edits<'a> {
    state: &'a State,
}

/// A file that an edit can create.
pub(super) struct NewFile(Uri);

impl NewFile {
    /// The `initflow.toml` of the editor's folder that a file is in; for a file outside all of them, beside it.
    pub(super) fn settings(folders: &[String], path: &str) -> Option<Self> {
        let path = Path::new(path);
        let around = folders.iter().map(Path::new).filter(|folder| path.starts_with(folder));
        let folder = around.min_by_key(|folder| folder.as_os_str().len()).or(path.parent())?;
        uri_of(folder.join(FILE_NAME).to_str()?).map(Self)
    }
}

impl<'a> Edits<'a> {
    /// For the editor at the other end.
    pub(super) fn of(state: &'a State) -> Self {
        Self { state }
    }

    /// A change of one file.
    pub(super) fn edit(&self, uri: &Uri, text: &str, lines: &LineIndex, edits: &[Edit]) -> WorkspaceEdit {
        self.write(edits.iter().map(|edit| (uri.clone(), lines.edit(text, edit))))
    }

    /// A change of several files.
    // The protocol's edit is a map by URI.
    #[allow(clippy::mutable_key_type)]
    pub(super) fn write(&self, edits: impl IntoIterator<Item = (Uri, TextEdit)>) -> WorkspaceEdit {
        let mut files: BTreeMap<String, (Uri, Vec<TextEdit>)> = BTreeMap::new();
        for (uri, edit) in edits {
            files.entry(uri.as_str().to_owned()).or_insert_with(|| (uri, Vec::new())).1.push(edit);
        }
        let files = files.into_values();
        if !self.takes_versions() {
            let changes: HashMap<Uri, Vec<TextEdit>> = files.collect();
            return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        }
        let edits = files.map(|(uri, edits)| self.versioned(uri, edits)).collect();
        WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits)), ..WorkspaceEdit::default() }
    }

    /// A new file with a text, if the editor can create it.
    pub(super) fn create(&self, file: &NewFile, text: &str) -> Option<WorkspaceEdit> {
        let workspace = self.state.client.workspace.as_ref()?.workspace_edit.as_ref()?;
        let operations = workspace.resource_operations.as_ref()?;
        if !self.takes_versions() || !operations.contains(&ResourceOperationKind::Create) {
            return None;
        }
        let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) };
        let create = CreateFile { uri: file.0.clone(), options: Some(options), annotation_id: None };
        let whole = TextEdit { range: lsp_types::Range::default(), new_text: text.to_owned() };
        let operations = vec![
            DocumentChangeOperation::Op(ResourceOp::Create(create)),
            DocumentChangeOperation::Edit(self.versioned(file.0.clone(), vec![whole])),
        ];
        Some(WorkspaceEdit {
            document_changes: Some(DocumentChanges::Operations(operations)),
            ..WorkspaceEdit::default()
        })
    }

    fn versioned(&self, uri: Uri, edits: Vec<TextEdit>) -> TextDocumentEdit {
        let path = path_of(&uri);
        let aside = || self.state.aside.get(&path).map(|document| document.version);
        let version = self.state.documents.get(&path).map(|document| document.version).or_else(aside);
        TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        }
    }

    fn takes_versions(&self) -> bool {
        let workspace = self.state.client.workspace.as_ref();
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        edit.and_then(|edit| edit.document_changes).unwrap_or(false)
    }
}
