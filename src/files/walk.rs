//! Lists the files below a folder that have one of some endings.
//!
//! Invariant: the files of a folder come in one order on every machine. Linked folders are not entered, so there are no loops.

use super::{or_here, reason, unrendered, watch};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The endings of the names of sources.
pub(crate) const SOURCES: &[&str] = &["initflow"];
/// The endings of the names of manifests.
pub(crate) const MANIFESTS: &[&str] = &["yaml", "yml", "json"];

/// Whether the name of a file has one of some endings, which may contain dots.
pub(crate) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    endings.iter().any(|ending| {
        name.strip_suffix(ending).and_then(|rest| rest.strip_suffix('.')).is_some_and(|stem| !stem.is_empty())
    })
}

/// What is below a folder.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The files: the path of each, and its path below the folder.
    pub(crate) files: Vec<(PathBuf, PathBuf)>,
    /// The folders that were entered.
    pub(crate) folders: Vec<PathBuf>,
    /// Why folders cannot be read.
    pub(crate) troubles: Vec<String>,
    /// What was left out, and how to read it.
    pub(crate) notes: Vec<String>,
    /// The files that change manifests instead of being some: the patches of kustomize.
    patches: HashSet<PathBuf>,
}

impl Walk {
    /// The files below a folder that have one of some endings; `relative` is where their paths below it begin.
    pub(crate) fn below(folder: &Path, relative: &Path, endings: &'static [&'static str]) -> Self {
        let mut walk = Self::default();
        walk.enter(folder, relative, endings);
        walk
    }

    /// Adds the files of a folder, sorted by name.
    fn enter(&mut self, folder: &Path, relative: &Path, endings: &'static [&'static str]) {
        let read = or_here(folder);
        watch::note_folder(read, endings);
        self.folders.push(read.to_owned());
        let entries = fs::read_dir(read).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("cannot read the folder `{}`: {}", folder.display(), reason(&error));
                return self.troubles.push(message);
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        let has_manifests = endings == MANIFESTS;
        let mut chart = false;
        if has_manifests {
            let names: Vec<String> =
                entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            self.patches.extend(unrendered::patches(folder, &names));
            if let Some(note) = unrendered::chart(folder, &names) {
                chart = true;
                self.notes.push(note);
            }
        }
        for entry in entries {
            let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_hidden = name.as_encoded_bytes().starts_with(b".");
            if is_hidden || self.patches.contains(&path) || chart && unrendered::is_of_chart(&name) {
                continue;
            }
            let below = relative.join(&name);
            if is_dir {
                self.enter(&path, &below, endings);
            } else if has_ending(&path, endings) && !path.is_dir() {
                self.files.push((path, below));
            }
        }
    }
}
