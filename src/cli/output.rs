//! Compiled text to files: each is complete or is not there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file at once: beside its place first, then renamed into it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot write `{}`: {error}", path.display());
    let temporary = temporary(path);
    let written = match (write_new(&temporary, text), path.parent()) {
        // The folder is there as a rule, so that asking first would cost more than it saves.
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).and_then(|()| write_new(&temporary, text))
        }
        (written, _) => written,
    };
    let written = written.and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        // The failure to tell is the first; the file may never have been made.
        let _ = fs::remove_file(&temporary);
        if path.is_dir() {
            return format!("cannot write `{}`: it is a folder", path.display());
        }
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
