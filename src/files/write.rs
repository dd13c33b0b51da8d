//! Writes text to files: each is complete or is not there.
//!
//! Invariant: nothing is written through a link, unless the caller's own leads to it.

use super::is_special;
use super::read::reason;
use super::root::Root;
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

impl Root {
    /// Writes a file inside, at once, with the folders that are missing.
    pub(crate) fn write(&self, path: &Path, text: &str) -> Result<(), String> {
        let failed = |reason: String| format!("cannot write `{}`: {reason}", path.display());
        let name = path.file_name().ok_or_else(|| failed("it has no name".to_owned()))?;
        let folder = self.made_folder(path.parent().unwrap_or(path));
        let target = folder.map_err(|reason| failed(reason.to_string()))?.join(name);
        if !self.holds(&target) {
            return Err(failed("it is Git's own".to_owned()));
        }
        replace(&target, text).map_err(|error| failed(reason(&error)))
    }

    /// Writes a file inside anew; a link to it stays one.
    pub(crate) fn rewrite(&self, path: &Path, text: &str) -> Result<(), String> {
        let failed = |reason: String| format!("cannot write `{}`: {reason}", path.display());
        let target = self.resolve_file(path).map_err(|reason| failed(reason.to_string()))?;
        replace(&target, text).map_err(|error| failed(reason(&error)))
    }
}

/// Writes a file of the caller's anew; a link to it stays one.
pub(crate) fn rewrite(path: &Path, text: &str) -> Result<(), String> {
    let written = fs::canonicalize(path).and_then(|target| replace(&target, text));
    written.map_err(|error| format!("cannot write `{}`: {}", path.display(), reason(&error)))
}

/// A file that the caller names to be written.
#[derive(Debug)]
pub(crate) struct Target {
    /// The path as the caller has it.
    named: PathBuf,
    /// Where that is.
    real: PathBuf,
}

impl Target {
    pub(super) fn new(named: &Path, real: PathBuf) -> Self {
        Self { named: named.to_owned(), real }
    }

    /// Writes it at once, with the folders that are missing; into a pipe or a device, as it is.
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

/// Writes a file at once: beside its place first, by a name that cannot be guessed, then renamed into it.
///
/// A file that is there keeps its permissions, and must let itself be written.
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

/// The permissions of the file that is going to be replaced, if it is there.
fn replaced(target: &Path) -> io::Result<Option<Permissions>> {
    let metadata = match fs::symlink_metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if metadata.is_symlink() {
        return Err(io::Error::other("it is a link, and nothing is written through a link of a repository"));
    }
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    // Renaming asks only for the right to change the folder.
    OpenOptions::new().write(true).open(target)?;
    Ok(Some(metadata.permissions()))
}
