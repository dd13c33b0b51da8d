//! Resolves paths inside folders and refuses paths that lead out of them.

use super::read::{self, Unreadable};
use super::{is_special, or_here, watch};
use crate::compile::Loader;
use crate::source::MAX_SOURCE_BYTES;
use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The folders that a source and its project may read and write, without `.git`.
#[derive(Debug, Default)]
pub(crate) struct Root {
    /// All links in these paths are resolved.
    folders: Vec<PathBuf>,
    /// The resolved folders by the path that was asked for; `None` if the folder is outside.
    known: Mutex<HashMap<PathBuf, Option<PathBuf>>>,
    /// The files that sources use, each read once per run.
    texts: Mutex<HashMap<String, Result<Arc<str>, String>>>,
}

impl Root {
    /// The root of some folders, whose paths have all links resolved.
    pub(super) fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// The folders, with all links resolved.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(PathBuf::as_path)
    }

    /// Whether a path, with all links resolved, is inside.
    pub(super) fn holds(&self, real: &Path) -> bool {
        self.folders.iter().any(|root| {
            real.strip_prefix(root).is_ok_and(|below| {
                let is_gits = below.iter().any(|part| part.eq_ignore_ascii_case(".git"));
                !is_gits && (!is_special(real) || is_special(root))
            })
        })
    }

    /// Whether a file exists and is inside.
    pub(crate) fn has(&self, path: &Path) -> bool {
        let is_plain = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
        let folder = path.parent().and_then(|folder| self.folder(folder)).filter(|_| is_plain);
        let real = folder.zip(path.file_name()).map(|(folder, name)| folder.join(name));
        real.is_some_and(|real| self.holds(&real)) || self.resolve_file(path).is_ok()
    }

    /// The text of a regular file inside.
    pub(crate) fn read(&self, path: &Path, limit: usize) -> Result<String, Unreadable> {
        watch::note(path);
        let (parent, name) = (path.parent().unwrap_or(path), path.file_name());
        if let (Some(folder), Some(name)) = (self.folder(parent), name) {
            let real = folder.join(name);
            // Links and all faults are handled below.
            if self.holds(&real)
                && let Ok(text) = read::regular(&real, limit)
            {
                return Ok(text);
            }
        }
        read::regular(&self.resolve_file(path)?, limit)
    }

    /// A file's place with all links resolved, if it is a regular file inside.
    pub(super) fn resolve_file(&self, path: &Path) -> Result<PathBuf, Unreadable> {
        let real = self.resolve(path)?;
        let metadata = fs::metadata(&real)?;
        if metadata.is_file() || metadata.is_dir() { Ok(real) } else { Err(read::not_regular()) }
    }

    /// A path with all links resolved, if it exists and is inside.
    ///
    /// Outside and missing give the same answer, so a source cannot find out which files exist.
    pub(crate) fn resolve(&self, path: &Path) -> Result<PathBuf, Unreadable> {
        match fs::canonicalize(or_here(path)) {
            Ok(real) if self.holds(&real) => Ok(real),
            Ok(real) if is_special(&real) => Err(read::not_regular()),
            Ok(_) => Err(self.outside()),
            Err(error) => match place(path).filter(|real| self.holds(real)) {
                Some(_) => Err(error.into()),
                None => Err(self.outside()),
            },
        }
    }

    /// Where a folder is or would be, if that is inside.
    pub(crate) fn place(&self, folder: &Path) -> Result<PathBuf, Unreadable> {
        let inside = place(folder).filter(|real| self.holds(real));
        inside.ok_or_else(|| Unreadable::new(format!("it is not inside the root {self}")))
    }

    /// Where a folder is, if it exists and is inside.
    fn folder(&self, path: &Path) -> Option<PathBuf> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(real) = known.get(path) {
            return real.clone();
        }
        let real = fs::canonicalize(or_here(path)).ok().filter(|real| self.holds(real));
        known.insert(path.to_owned(), real.clone());
        real
    }

    /// Where a folder inside is; it is created if it is missing.
    pub(super) fn made_folder(&self, path: &Path) -> Result<PathBuf, Unreadable> {
        if let Some(real) = self.folder(path) {
            return Ok(real);
        }
        let real = self.place(path)?;
        fs::create_dir_all(&real)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), Some(real.clone()));
        Ok(real)
    }

    /// Forgets where folders are, because some were removed.
    pub(super) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn outside(&self) -> Unreadable {
        Unreadable::new(format!("it is outside the root {self}, or there is no such file"))
    }
}

/// Where a path is or would be, with the links of its existing part resolved.
///
/// `None` if a link leads nowhere, or if `..` follows a part that does not exist.
pub(super) fn place(path: &Path) -> Option<PathBuf> {
    let there = path.ancestors().find(|path| fs::symlink_metadata(or_here(path)).is_ok())?;
    let rest = path.strip_prefix(there).ok()?;
    let is_plain = rest.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let real = fs::canonicalize(or_here(there)).ok()?;
    is_plain.then(|| real.join(rest))
}

impl std::fmt::Display for Root {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let folders: Vec<String> =
            self.folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        formatter.write_str(&folders.join(", "))
    }
}

impl Loader for Root {
    fn load(&self, path: &str) -> Result<String, String> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.entry(path.to_owned()).or_insert_with(|| {
            self.read(Path::new(path), MAX_SOURCE_BYTES).map(Arc::from).map_err(|reason| reason.to_string())
        });
        text.clone().map(|text| text.to_string())
    }
}
