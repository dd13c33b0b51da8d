//! Compiled text to files: each is complete or is not there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file at once: beside its place first, then renamed into it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot write `{}`: {error}", path.display());
    if path.is_dir() {
        return Err(format!("cannot write `{}`: it is a folder", path.display()));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let temporary = temporary(path);
    let written = write_new(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        // The failure to tell is the first; the file may never have been made.
        let _ = fs::remove_file(&temporary);
        failed(error)
    })
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
