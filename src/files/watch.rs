//! Records what a run reads, so that it can be run again when that changes.
//!
//! The state is stamped before it is read, so a change during a run is noticed, too. Stamps are compared by polling: this
//! works on every file system, also where events do not arrive (network, containers), follows editors that replace a file
//! and folders that come back, and needs only the files that were really read. A process that does not watch pays for one flag.

use super::or_here;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

static IS_ON: AtomicBool = AtomicBool::new(false);
static READ: Mutex<Watched> = Mutex::new(Watched { files: BTreeMap::new(), folders: BTreeMap::new() });

/// What a run read, with its state at that time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Watched {
    files: BTreeMap<PathBuf, FileState>,
    folders: BTreeMap<(PathBuf, &'static [&'static str]), Vec<OsString>>,
}

/// The state of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FileState {
    Missing,
    /// A folder, a pipe or a device.
    Special,
    /// A regular file; the node tells it from another one that took its place.
    Regular {
        modified: Option<SystemTime>,
        length: u64,
        node: u64,
    },
}

/// From now on, records what is read.
pub(crate) fn begin() {
    *READ.lock().unwrap_or_else(PoisonError::into_inner) = Watched::default();
    IS_ON.store(true, Ordering::Relaxed);
}

/// What was read since then.
pub(crate) fn recorded() -> Watched {
    READ.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Records a file that is about to be read, or looked for.
pub(crate) fn note(path: &Path) {
    if IS_ON.load(Ordering::Relaxed) {
        let state = state(path);
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        read.files.entry(path.to_owned()).or_insert(state);
    }
}

/// Records a folder in which folders and files with these endings are about to be looked for.
pub(crate) fn note_folder(path: &Path, endings: &'static [&'static str]) {
    if IS_ON.load(Ordering::Relaxed) {
        let names = names(path, endings);
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        read.folders.entry((path.to_owned(), endings)).or_insert(names);
    }
}

impl Watched {
    /// Files, and folders in which files with these endings are looked for, in their present state.
    pub(crate) fn of(
        files: impl Iterator<Item = PathBuf>,
        folders: impl Iterator<Item = PathBuf>,
        endings: &'static [&'static str],
    ) -> Self {
        let files = files.map(|path| (path.clone(), state(&path))).collect();
        let folders = folders.map(|path| ((path.clone(), endings), names(&path, endings))).collect();
        Self { files, folders }
    }

    /// Whether everything is still in the same state.
    pub(crate) fn is_current(&self) -> bool {
        self.files.iter().all(|(path, known)| state(path) == *known)
            && self.folders.iter().all(|((path, endings), known)| names(path, endings) == *known)
    }

    /// The number of files that there were.
    pub(crate) fn count(&self) -> usize {
        self.files.values().filter(|state| matches!(state, FileState::Regular { .. })).count()
    }

    /// Whether there is nothing whose change could be noticed.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty()
    }

    /// The same files and folders in their present state.
    pub(crate) fn now(&self) -> Self {
        Self {
            files: self.files.keys().map(|path| (path.clone(), state(path))).collect(),
            folders: self.folders.keys().map(|key| (key.clone(), names(&key.0, key.1))).collect(),
        }
    }
}

fn state(path: &Path) -> FileState {
    match fs::metadata(path) {
        Err(_) => FileState::Missing,
        Ok(found) if found.is_file() => {
            FileState::Regular { modified: found.modified().ok(), length: found.len(), node: node(&found) }
        }
        Ok(_) => FileState::Special,
    }
}

#[cfg(unix)]
fn node(found: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn node(_: &fs::Metadata) -> u64 {
    0
}

/// The names of the folders, and of the files with these endings, in a folder, sorted.
fn names(folder: &Path, endings: &[&str]) -> Vec<OsString> {
    let Ok(entries) = fs::read_dir(or_here(folder)) else { return Vec::new() };
    let is_meant = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let has_ending = endings.iter().any(|ending| name.ends_with(ending));
        !name.starts_with('.') && (has_ending || entry.file_type().is_ok_and(|kind| kind.is_dir()))
    };
    let mut names: Vec<OsString> =
        entries.flatten().filter(is_meant).map(|entry| entry.file_name()).collect();
    names.sort();
    names
}
