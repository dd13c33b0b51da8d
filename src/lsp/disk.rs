//! Reads files that the editor has not opened, and converts between its URIs and paths.
//!
//! Invariant: a file is read again as soon as its time or its size has changed.

use crate::files::Root;
use crate::ide::{Parsed, Workspace};
use crate::program::{FileReader, FileText};
use crate::source::{MAX_SOURCE_BYTES, uri_path};
use lsp_types::Uri;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most files that are read from the folders of a workspace.
const MAX_FILES: usize = 20_000;

/// How deep folders are searched.
const MAX_DEPTH: usize = 32;

/// The path that a URI names; for one that is not of a file, the URI itself.
pub(super) fn path_of(uri: &Uri) -> String {
    let text = uri.as_str();
    let Some(rest) = text.strip_prefix("file://") else { return text.to_owned() };
    let path = rest.find('/').map_or(rest, |at| &rest[at..]);
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// The URI of a path that [`path_of`] gave.
pub(super) fn uri_of(path: &str) -> Option<Uri> {
    let text = if path.starts_with('/') { format!("file://{}", uri_path(path)) } else { path.to_owned() };
    text.parse().ok()
}

/// What is known of files on disk.
#[derive(Debug, Default)]
pub(super) struct Disk {
    files: HashMap<String, (Stamp, Arc<Parsed>)>,
}

/// What changes when a file does.
type Stamp = (Option<std::time::SystemTime>, u64);

impl Disk {
    /// The file of a path, if it is there, inside the root, and a source.
    pub(super) fn get(&mut self, path: &str, root: &Root) -> Option<Arc<Parsed>> {
        let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let stamp = (found.modified().ok(), found.len());
        if let Some((known, file)) = self.files.get(path)
            && *known == stamp
            && root.has(Path::new(path))
        {
            return Some(Arc::clone(file));
        }
        let file = Arc::new(Parsed::new(path, read(root, Path::new(path))?));
        self.files.insert(path.to_owned(), (stamp, Arc::clone(&file)));
        Some(file)
    }
}

fn read(root: &Root, path: &Path) -> Option<String> {
    root.read(path, MAX_SOURCE_BYTES).ok()
}

/// The files that are known, and why others are not.
pub(super) struct Known<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) root: &'a Root,
}

impl FileReader for Known<'_> {
    fn read(&self, path: &str) -> Result<FileText, String> {
        let reason = || self.root.read(Path::new(path), MAX_SOURCE_BYTES).err();
        self.workspace.read(path).map_err(|missing| reason().map_or(missing, |reason| reason.to_string()))
    }
}

/// The sources in some folders, passing over what starts with a dot and what is linked.
pub(super) fn sources(folders: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<(PathBuf, usize)> = folders.iter().map(|folder| (PathBuf::from(folder), 0)).collect();
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden || found.len() >= MAX_FILES {
                continue;
            }
            if kind.is_dir() && depth < MAX_DEPTH && entry.file_name() != "node_modules" {
                open.push((path, depth + 1));
            } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "initflow") {
                found.extend(path.to_str().map(str::to_owned));
            }
        }
    }
    found.sort();
    found
}

/// The parameter files in the same folder as a source.
pub(super) fn parameters_beside(path: &str, root: &Root) -> Vec<Parsed> {
    let entries = Path::new(path).parent().and_then(|folder| fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<Parsed> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "params"))
        .filter_map(|path| Some(Parsed::new(path.to_str()?, read(root, &path)?)))
        .collect();
    found.sort_by(|one, other| one.source.name.cmp(&other.source.name));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_from_its_uri() {
        for path in ["/srv/a b/ä%20.initflow", "/x", "untitled:Untitled-1"] {
            assert_eq!(path_of(&uri_of(path).unwrap()), path);
        }
        let uri: Uri = "file://localhost/a%20b".parse().unwrap();
        assert_eq!(path_of(&uri), "/a b");
    }
}
