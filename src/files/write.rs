//! Writes text to files atomically: each file is complete or does not exist.
//!
//! Invariant: nothing is written through a link, unless it is the caller's own.

use super::is_special;
use super::read::{has_text, reason, start_of};
use super::root::Root;
use crate::source::MAX_SOURCE_BYTES;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Says what is wrong with replacing a text.
type Objection<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What writing a file has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The file has a new text.
    New,
    /// The file had this text already.
    Unchanged,
}

impl Root {
    /// Writes a file inside atomically and creates missing folders; a file that has this text already stays as it is.
    pub(crate) fn write(&self, path: &Path, text: &str) -> Result<Written, String> {
        self.put(path, text, None)
    }

    /// The same, unless something is wrong with replacing the text that the file has.
    pub(crate) fn write_unless(
        &self,
        path: &Path,
        text: &str,
        is_wrong: impl Fn(&str) -> Option<String>,
    ) -> Result<Written, String> {
        self.put(path, text, Some(&is_wrong))
    }

    fn put(&self, path: &Path, text: &str, is_wrong: Option<Objection<'_>>) -> Result<Written, String> {
        let failed = |reason: String| format!("cannot write `{}`: {reason}", path.display());
        let name = path.file_name().ok_or_else(|| failed("it has no name".to_owned()))?;
        let folder = self.made_folder(path.parent().unwrap_or(path));
        let target = folder.map_err(|reason| failed(reason.to_string()))?.join(name);
        if !self.holds(&target) {
            return Err(failed("it is inside `.git`".to_owned()));
        }
        if has_text(&target, text).unwrap_or(false) {
            return Ok(Written::Unchanged);
        }
        if let Some(is_wrong) = is_wrong
            && let Some(reason) = start_of(&target, MAX_SOURCE_BYTES).and_then(|old| is_wrong(&old))
        {
            return Err(reason);
        }
        replace(&target, text).map(|()| Written::New).map_err(|error| failed(reason(&error)))
    }

    /// Removes a regular file inside, and the folders below `top` that this leaves empty.
    pub(crate) fn remove(&self, path: &Path, top: &Path) -> Result<(), String> {
        let failed = |reason: String| format!("cannot remove `{}`: {reason}", path.display());
        let (folder, name) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
        let folder = self.resolve(folder).map_err(|reason| failed(reason.to_string()))?;
        let target = folder.join(name);
        let found = fs::symlink_metadata(&target).map_err(|error| failed(reason(&error)))?;
        if !found.is_file() {
            return Err(failed("it is not a regular file".to_owned()));
        }
        fs::remove_file(&target).map_err(|error| failed(reason(&error)))?;
        if let Ok(top) = self.resolve(top) {
            let above = folder.ancestors().take_while(|folder| *folder != top && folder.starts_with(&top));
            // A folder that is not empty is not removed.
            let _ = above.map(fs::remove_dir).find(Result::is_err);
            self.forget();
        }
        Ok(())
    }

    /// Replaces a file inside; a link to it stays a link.
    pub(crate) fn rewrite(&self, path: &Path, text: &str) -> Result<(), String> {
        let failed = |reason: String| format!("cannot write `{}`: {reason}", path.display());
        let target = self.resolve_file(path).map_err(|reason| failed(reason.to_string()))?;
        replace(&target, text).map_err(|error| failed(reason(&error)))
    }
}

/// Replaces a file of the caller; a link to it stays a link.
pub(crate) fn rewrite(path: &Path, text: &str) -> Result<(), String> {
    let written = fs::canonicalize(path).and_then(|target| replace(&target, text));
    written.map_err(|error| format!("cannot write `{}`: {}", path.display(), reason(&error)))
}

/// An output file that the caller names.
#[derive(Debug)]
pub(crate) struct OutputTarget {
    /// The path as the caller wrote it.
    named: PathBuf,
    /// Where that leads.
    real: PathBuf,
}

impl OutputTarget {
    pub(super) fn new(named: &Path, real: PathBuf) -> Self {
        Self { named: named.to_owned(), real }
    }

    /// Writes it atomically and creates missing folders; a pipe or a device is written directly.
    pub(crate) fn write(&self, text: &str) -> Result<(), String> {
        let is_stream = fs::metadata(&self.real).is_ok_and(|found| !found.is_file() && !found.is_dir());
        let written = if is_stream || is_special(&self.real) {
            OpenOptions::new()
                .write(true)
                .open(&self.real)
                .and_then(|mut file| file.write_all(text.as_bytes()))
        } else {
            let folder = self.real.parent().map_or(Ok(()), fs::create_dir_all);
            folder.and_then(|()| replace(&self.real, text))
        };
        written.map_err(|error| format!("cannot write `{}`: {}", self.named.display(), reason(&error)))
    }
}

/// Writes a file atomically: to a temporary file with a random name next to it, which is then renamed.
///
/// An existing file must be writable and keeps its permissions.
fn replace(target: &Path, text: &str) -> io::Result<()> {
    let permissions = replaced(target)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".initflow-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(target.parent().unwrap_or(target))?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(target)?;
    Ok(())
}

/// The permissions of the file to be replaced, if it exists.
fn replaced(target: &Path) -> io::Result<Option<Permissions>> {
    let metadata = match fs::symlink_metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if metadata.is_symlink() {
        return Err(io::Error::other(
            "it is a link, and initflow does not write through a repository's links",
        ));
    }
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    // Renaming needs only write access to the folder, so this checks the file's own.
    OpenOptions::new().write(true).open(target)?;
    Ok(Some(metadata.permissions()))
}
