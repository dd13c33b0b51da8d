//! Makes a folder that only this run uses, and that is removed at the end.

use super::root::Root;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;

/// A folder with a random name. Whatever is put into it stays inside.
#[derive(Debug)]
pub(crate) struct PrivateFolder {
    /// Removes the folder.
    _folder: TempDir,
    /// The folder with all links resolved.
    place: PathBuf,
    root: Root,
}

impl PrivateFolder {
    /// Makes an empty folder.
    pub(crate) fn new() -> io::Result<Self> {
        let folder = TempDir::with_prefix("initflow-")?;
        let place = fs::canonicalize(folder.path())?;
        Ok(Self { _folder: folder, root: Root::new(vec![place.clone()]), place })
    }

    /// Where it is, with all links resolved.
    pub(crate) fn path(&self) -> &Path {
        &self.place
    }

    /// Adds a file that does not exist yet. Nothing is added at a path that leads out.
    pub(crate) fn add(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let Some((folder, name)) = self.folder_of(path) else { return Ok(()) };
        let target = folder.join(name);
        if !self.root.holds(&target) {
            return Ok(());
        }
        match OpenOptions::new().write(true).create_new(true).open(target) {
            Ok(mut file) => file.write_all(content),
            // Another name of the same file, where case makes no difference.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Adds a link, which readers follow only inside; it leads nowhere if it cannot be made.
    #[cfg(unix)]
    pub(crate) fn link(&self, path: &Path, target: &[u8]) {
        use std::os::unix::ffi::OsStrExt as _;
        if let Some((folder, name)) = self.folder_of(path) {
            let _ = std::os::unix::fs::symlink(Path::new(OsStr::from_bytes(target)), folder.join(name));
        }
    }

    /// Adds no link: other systems have links of another kind.
    #[cfg(not(unix))]
    pub(crate) fn link(&self, _: &Path, _: &[u8]) {}

    /// The folder of a path, which is made, and its name; nothing if it leads out.
    fn folder_of<'p>(&self, path: &'p Path) -> Option<(PathBuf, &'p OsStr)> {
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let name = path.file_name().filter(|_| is_plain)?;
        let folder = self.root.made_folder(&self.place.join(path.parent()?)).ok()?;
        Some((folder, name))
    }
}

/// A path without `.` and `..`; nothing if it leads out of where it begins.
pub(crate) fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => plain.push(part),
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            _ => return None,
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_put_outside() {
        let folder = PrivateFolder::new().unwrap();
        folder.add(Path::new("a/b"), b"1").unwrap();
        folder.add(Path::new("a/b"), b"2").unwrap();
        assert_eq!(fs::read(folder.path().join("a/b")).unwrap(), b"1");
        for path in ["../out", "/out", "a/../../out", ".git/config", ""] {
            folder.add(Path::new(path), b"x").unwrap();
        }
        assert!(!folder.path().join(".git/config").exists() && !folder.path().join("../out").exists());
        assert_eq!(plain(Path::new("a/./b/../c")).as_deref(), Some(Path::new("a/c")));
        assert_eq!(plain(Path::new("a/../../b")), None);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, other) = (PrivateFolder::new().unwrap(), PrivateFolder::new().unwrap());
        folder.link(Path::new("out"), other.path().as_os_str().as_encoded_bytes());
        folder.add(Path::new("out/a"), b"x").unwrap();
        folder.link(Path::new("out/b"), b"/etc");
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
    }
}
