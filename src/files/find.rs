//! Finds the root and the `initflow.toml` of a source.

use super::or_here;
use super::read::reason;
use super::root::Root;
use super::watch;
use crate::config::FILE_NAME;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What all sources of a folder share.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// What they and their project may read and write.
    pub(crate) root: Arc<Root>,
    /// The nearest `initflow.toml`.
    pub(crate) settings: Option<PathBuf>,
    /// Whether they are in a named root, a repository or a project, so that the root does not depend on the call.
    pub(crate) is_bound: bool,
    /// Where the folder is, with all links resolved.
    pub(crate) folder: PathBuf,
}

/// The grounds of one run; each is searched for once.
#[derive(Debug, Default)]
pub(crate) struct Grounds {
    /// The folders that the call names as roots.
    named: Vec<PathBuf>,
    /// The current folder, if sources below it may use its files.
    here: Option<PathBuf>,
    found: RefCell<HashMap<(PathBuf, PathBuf), Ground>>,
    roots: RefCell<HashMap<Vec<PathBuf>, Arc<Root>>>,
    around: RefCell<HashMap<PathBuf, Around>>,
    pub(super) followed: RefCell<HashMap<PathBuf, Result<PathBuf, String>>>,
}

/// The repository and settings of a folder, its own or those of the nearest one above.
#[derive(Clone, Debug, Default)]
struct Around {
    repository: Option<PathBuf>,
    settings: Option<PathBuf>,
}

impl Around {
    fn root(&self) -> Option<&Path> {
        self.repository.as_deref().or_else(|| self.settings.as_deref().and_then(Path::parent))
    }
}

impl Grounds {
    /// The grounds of a call, which may name a root.
    pub(crate) fn of_call(root: Option<&Path>) -> Result<Self, String> {
        let named = root.map(folder).transpose()?.into_iter().collect();
        let here = fs::canonicalize(".").ok();
        Ok(Self { named, here, ..Self::default() })
    }

    /// The grounds of an editor's folders: the roots are the repositories that contain them, or else the folders themselves.
    pub(crate) fn of_workspace(folders: &[String], are_roots: bool) -> Self {
        let bare = Self::default();
        let repository = |folder: &Path| bare.around(folder).repository.filter(|_| !are_roots);
        let folders = folders.iter().filter_map(|folder| fs::canonicalize(folder).ok());
        let named = folders.map(|folder| repository(&folder).unwrap_or(folder)).collect();
        Self { named, ..Self::default() }
    }

    /// The folder of the repository that a folder is in, with all links resolved, and the folder, too.
    pub(crate) fn repository(folder: &Path) -> Option<(PathBuf, PathBuf)> {
        let folder = fs::canonicalize(or_here(folder)).ok()?;
        let top = Self::default().around(&folder).repository?;
        Some((top, folder))
    }

    /// The ground of a folder; `base` is the root if no other is found.
    pub(crate) fn of(&self, folder: &Path, base: &Path) -> Ground {
        let key = (folder.to_owned(), base.to_owned());
        if let Some(known) = self.found.borrow().get(&key) {
            return known.clone();
        }
        let ground = self.find(folder, base);
        self.found.borrow_mut().insert(key, ground.clone());
        ground
    }

    fn find(&self, folder: &Path, base: &Path) -> Ground {
        let Ok(folder) = fs::canonicalize(or_here(folder)) else {
            return Ground {
                root: Arc::default(),
                settings: None,
                is_bound: false,
                folder: folder.to_owned(),
            };
        };
        let settings = self.around(&folder).settings.map(|file| self.shown(file));
        if let Some(root) = self.bound(&folder).filter(|root| root.holds(&folder)) {
            return Ground { root, settings, is_bound: true, folder };
        }
        let here = self
            .here
            .as_deref()
            .filter(|here| self.named.is_empty() && here.parent().is_some() && folder.starts_with(here));
        let base = here.map_or_else(|| fs::canonicalize(or_here(base)).ok(), |here| Some(here.to_owned()));
        let root = self.root(vec![base.filter(|base| folder.starts_with(base)).unwrap_or(folder.clone())]);
        Ground { root, settings, is_bound: false, folder }
    }

    /// The root that contains a folder, independent of where the call was made.
    pub(super) fn bound(&self, folder: &Path) -> Option<Arc<Root>> {
        if self.named.iter().any(|root| folder.starts_with(root)) {
            return Some(self.root(self.named.clone()));
        }
        let root = self.around(folder).root()?.to_owned();
        Some(self.root(vec![root]))
    }

    /// The one root of some folders.
    fn root(&self, folders: Vec<PathBuf>) -> Arc<Root> {
        let mut roots = self.roots.borrow_mut();
        Arc::clone(roots.entry(folders).or_insert_with_key(|folders| Arc::new(Root::new(folders.clone()))))
    }

    /// The repository and settings of a folder, its own or those of the nearest one above: the search ends at a repository's
    /// folder or a root, and ignores what is in folders that everybody can write to.
    fn around(&self, folder: &Path) -> Around {
        if let Some(known) = self.around.borrow().get(folder) {
            return known.clone();
        }
        watch::note(&folder.join(FILE_NAME));
        let has = |name: &str| Some(folder.join(name)).filter(|path| fs::symlink_metadata(path).is_ok());
        let repository = has(".git").map(|_| folder.to_owned());
        let mut found = Around { repository, settings: has(FILE_NAME) };
        if found.repository.is_none()
            && !self.named.iter().any(|root| root == folder)
            && let Some(parent) = folder.parent()
        {
            let above = self.around(parent);
            if above.root().is_some() && !is_shared(parent, above.repository.is_some()) {
                found.repository = above.repository;
                found.settings = found.settings.or(above.settings);
            }
        }
        self.around.borrow_mut().insert(folder.to_owned(), found.clone());
        found
    }

    /// A path as messages show it: relative to the current folder if it is below that.
    fn shown(&self, path: PathBuf) -> PathBuf {
        let relative = self.here.as_ref().and_then(|here| path.strip_prefix(here).ok());
        relative.map(Path::to_owned).unwrap_or(path)
    }
}

/// A folder that the call names, with all links resolved.
fn folder(path: &Path) -> Result<PathBuf, String> {
    let failed = |reason: &str| format!("cannot use `{}` as the root: {reason}", path.display());
    let real = fs::canonicalize(path).map_err(|error| failed(&reason(&error)))?;
    if real.is_dir() { Ok(real) } else { Err(failed("it is not a folder")) }
}

/// Whether everybody can write to a folder, as to `/tmp`.
///
/// CI runners make whole repositories writable; but there, unlike in `/tmp`, everybody can also replace others' files.
#[cfg(unix)]
fn is_shared(folder: &Path, in_repository: bool) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(folder).map_or(0, |found| found.permissions().mode());
    let (all_write, sticky) = (mode & 0o002 != 0, mode & 0o1000 != 0);
    all_write && (sticky || !in_repository)
}

#[cfg(not(unix))]
fn is_shared(_: &Path, _: bool) -> bool {
    false
}
