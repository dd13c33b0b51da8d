//! Holds the open documents that are not sources, by what their names say that they are.

use super::edited::edited;
use super::findings::Findings;
use super::position::LineIndex;
use crate::config::{self, FILE_NAME, LOCK_NAME};
use crate::diagnostic::Diagnostic;
use crate::expect;
use crate::files::MANIFESTS;
use crate::source::{FileId, MAX_SOURCE_BYTES, SourceFile};
use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a document is that is not a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsideKind {
    /// `initflow.toml`.
    Settings,
    /// `initflow.lock`.
    Lock,
    /// A file of expectations, `*.test.toml`.
    Expectations,
    /// A file in YAML or JSON, which may have manifests.
    Manifests,
    /// Something else, which an editor sends since it knows only the format.
    Foreign,
}

impl AsideKind {
    /// What the name of a document says; nothing for a source.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let (_, ending) = name.rsplit_once('.')?;
        match name {
            FILE_NAME => Some(Self::Settings),
            LOCK_NAME => Some(Self::Lock),
            _ if name.ends_with(".test.toml") => Some(Self::Expectations),
            _ if MANIFESTS.contains(&ending) => Some(Self::Manifests),
            _ if ["toml", "lock"].contains(&ending) => Some(Self::Foreign),
            _ => None,
        }
    }
}

/// An open document that is not a source.
pub(super) struct AsideDocument {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) kind: AsideKind,
    /// Where it is, with all links resolved.
    pub(super) place: PathBuf,
    pub(super) file: Arc<SourceFile>,
    pub(super) lines: Arc<LineIndex>,
    /// What is wrong with it.
    pub(super) diagnostics: Arc<[Diagnostic]>,
    /// The same as JSON, once it has been published.
    pub(super) found: Option<Arc<Findings>>,
}

impl AsideDocument {
    /// A document that has been opened.
    pub(super) fn new(path: &str, kind: AsideKind, item: TextDocumentItem, lines: LineIndex) -> Self {
        let place = Path::new(path).canonicalize().unwrap_or_else(|_| PathBuf::from(path));
        let file = Arc::new(SourceFile::new(FileId(0), path, item.text));
        let diagnostics = diagnostics(kind, &file);
        let (uri, version, lines) = (item.uri, item.version, Arc::new(lines));
        Self { uri, version, kind, place, file, lines, diagnostics, found: None }
    }

    /// The same document after some changes.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let (text, lines) = edited(&self.file.text, &self.lines, changes, self.lines.encoding());
        self.file = Arc::new(SourceFile::new(FileId(0), self.file.name.as_str(), text));
        self.diagnostics = diagnostics(self.kind, &self.file);
        (self.version, self.lines, self.found) = (version, lines, None);
    }
}

/// What is wrong with a text, by itself.
fn diagnostics(kind: AsideKind, file: &SourceFile) -> Arc<[Diagnostic]> {
    if file.text.len() > kind.limit() {
        return Arc::default();
    }
    match kind {
        AsideKind::Settings => config::read(file).1.into(),
        AsideKind::Lock => config::read_lock(file).1.into(),
        AsideKind::Expectations => expect::read(file).1.into(),
        AsideKind::Manifests | AsideKind::Foreign => Arc::default(),
    }
}

impl AsideKind {
    /// Whether it has settings that are known by name.
    pub(super) fn has_settings(self) -> bool {
        matches!(self, Self::Settings | Self::Expectations)
    }

    /// The longest text that is read, in bytes.
    fn limit(self) -> usize {
        match self {
            Self::Lock => config::MAX_LOCK_BYTES,
            Self::Manifests => MAX_SOURCE_BYTES,
            _ => config::MAX_CONFIG_BYTES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_document_is() {
        let kinds = [
            ("/a/initflow.toml", Some(AsideKind::Settings)),
            ("/a/initflow.lock", Some(AsideKind::Lock)),
            ("/a/shop.test.toml", Some(AsideKind::Expectations)),
            ("/a/Cargo.toml", Some(AsideKind::Foreign)),
            ("/a/k8s.yaml", Some(AsideKind::Manifests)),
            ("/a/shop.initflow", None),
            ("untitled:Untitled-1", None),
            ("/a.toml/shop", None),
        ];
        for (path, kind) in kinds {
            assert_eq!(AsideKind::of(path), kind, "{path}");
        }
    }
}
