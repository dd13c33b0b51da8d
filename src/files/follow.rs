//! Follows the paths of a call: they may lead anywhere, but a repository's link must not lead out of the repository.

use super::find::Grounds;
use super::is_special;
use super::read::{Unreadable, unbounded};
use super::root::place;
use super::write::OutputTarget;
use super::{Root, reason};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

impl Grounds {
    /// Where a path of the call leads, or would lead if it does not exist yet.
    ///
    /// Links in `/dev` and `/proc` are the caller's own and are not resolved.
    pub(crate) fn follow(&self, path: &Path) -> Result<PathBuf, String> {
        let mut parts = path.components();
        match parts.next_back() {
            None => fs::canonicalize(".").map_err(|error| reason(&error)),
            Some(Component::Prefix(_) | Component::RootDir) => Ok(path.to_owned()),
            Some(last) => self.follow_folder(parts.as_path()).and_then(|folder| match last {
                Component::Normal(name) => self.step(&folder, folder.join(name)),
                Component::ParentDir => Ok(folder.parent().unwrap_or(&folder).to_owned()),
                _ => Ok(folder),
            }),
        }
    }

    /// The same for a folder, which is remembered because many paths may share it.
    fn follow_folder(&self, path: &Path) -> Result<PathBuf, String> {
        if let Some(known) = self.followed.borrow().get(path) {
            return known.clone();
        }
        let real = self.follow(path);
        self.followed.borrow_mut().insert(path.to_owned(), real.clone());
        real
    }

    /// The text of a file that the call names; it may be a pipe, unless it is in a repository.
    pub(crate) fn read(&self, path: &Path, limit: usize) -> Result<String, Unreadable> {
        self.follow(path).map_err(Unreadable::new)?;
        let folder = path.parent().unwrap_or(path);
        let ground = self.of(folder, folder);
        if ground.is_bound { ground.root.read(path, limit) } else { unbounded(path, limit) }
    }

    fn step(&self, folder: &Path, next: PathBuf) -> Result<PathBuf, String> {
        if is_special(folder) || !next.is_symlink() {
            return Ok(next);
        }
        let target = fs::canonicalize(&next);
        match (self.bound(folder), target) {
            (Some(root), target) => target.ok().filter(|target| root.holds(target)).ok_or_else(|| {
                format!("the link `{}` leads out of the root {root} or to nothing", next.display())
            }),
            (None, target) => target.map_err(|error| reason(&error)),
        }
    }

    /// The output folder that the call names, as a root: nothing is written outside it.
    pub(crate) fn output(&self, folder: &Path) -> Result<Arc<Root>, String> {
        let real = self.follow(folder).and_then(|folder| place(&folder).ok_or("it is not a folder".into()));
        let real = real.map_err(|reason| format!("cannot write to `{}`: {reason}", folder.display()))?;
        Ok(Arc::new(Root::new(vec![real])))
    }

    /// The output file that the call names.
    pub(crate) fn target(&self, path: &Path) -> Result<OutputTarget, String> {
        let failed = |reason: String| format!("cannot write `{}`: {reason}", path.display());
        let folder = self.follow_folder(path.parent().unwrap_or(path)).map_err(failed)?;
        let real = path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name));
        if is_special(&real) || !real.is_symlink() || self.bound(&folder).is_some() {
            // A repository's link is refused when it is written.
            return Ok(OutputTarget::new(path, real));
        }
        let real = fs::canonicalize(&real).map_err(|error| failed(reason(&error)))?;
        Ok(OutputTarget::new(path, real))
    }
}
