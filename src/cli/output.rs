//! Text to files: each is complete or is not there.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file at once: beside its place first, then renamed into it.
///
/// A file that is there keeps its permissions, and must let itself be written; a link stays one.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: &io::Error| format!("cannot write `{}`: {error}", path.display());
    let (target, permissions) = replaced(path).map_err(|error| failed(&error))?;
    let temporary = temporary(&target);
    let written = match (write_new(&temporary, text), target.parent()) {
        // The folder is there as a rule, so that asking first would cost more than it saves.
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).and_then(|()| write_new(&temporary, text))
        }
        (written, _) => written,
    };
    let kept = || permissions.map_or(Ok(()), |permissions| fs::set_permissions(&temporary, permissions));
    let written = written.and_then(|()| kept()).and_then(|()| fs::rename(&temporary, &target));
    written.map_err(|error| {
        // The failure to tell is the first; the file may never have been made.
        let _ = fs::remove_file(&temporary);
        if path.is_dir() {
            return format!("cannot write `{}`: it is a folder", path.display());
        }
        failed(&error)
    })
}

/// The file that writing to a path replaces, behind all links, and its permissions if it is there.
fn replaced(path: &Path) -> io::Result<(PathBuf, Option<Permissions>)> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            // Renaming asks only for the right to change the folder.
            OpenOptions::new().write(true).open(path)?;
            Ok((fs::canonicalize(path)?, Some(metadata.permissions())))
        }
        _ => Ok((path.to_owned(), None)),
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// A name that no other process uses, hidden from whoever reads the folder meanwhile.
fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
