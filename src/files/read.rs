//! Reads the text of a file, or explains why it cannot be read.
//!
//! Invariant: no more than a limit is read into memory, whatever kind of file it is.

use super::watch;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Whether the file does not exist, as far as the source may know.
    pub(crate) is_missing: bool,
    reason: String,
}

impl Unreadable {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { is_missing: false, reason: reason.into() }
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self { is_missing: error.kind() == io::ErrorKind::NotFound, reason: reason(&error) }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

/// The text of a file that the caller names; it may be a pipe.
pub(crate) fn unbounded(path: &Path, limit: usize) -> Result<String, Unreadable> {
    watch::note(path);
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    // The length of pipes and devices is unknown.
    measured(file, if metadata.is_file() { metadata.len() } else { 0 }, limit)
}

/// The text of a regular file that is not a link.
pub(super) fn regular(path: &Path, limit: usize) -> Result<String, Unreadable> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    if !metadata.is_file() {
        return Err(not_regular());
    }
    measured(file, metadata.len(), limit)
}

/// Whether a path is a regular file that has exactly this text.
pub(super) fn has_text(path: &Path, text: &str) -> io::Result<bool> {
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() != text.len() as u64 {
        return Ok(false);
    }
    let mut found = vec![0; text.len()];
    file.read_exact(&mut found)?;
    Ok(found == text.as_bytes())
}

/// The start of a regular file, if there is one; what watches the run does not watch it.
pub(super) fn start_of(path: &Path, limit: usize) -> Option<String> {
    let file = open(path).ok()?;
    file.metadata().ok()?.is_file().then_some(())?;
    let mut found = Vec::new();
    file.take(limit as u64).read_to_end(&mut found).ok()?;
    Some(String::from_utf8_lossy(&found).into_owned())
}

pub(super) fn not_regular() -> Unreadable {
    Unreadable::new("it is not a regular file")
}

/// Opens a file that is not a link, without waiting for the other end of a pipe.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    if std::fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("it is a link"));
    }
    OpenOptions::new().read(true).open(path)
}

fn measured(file: File, length: u64, limit: usize) -> Result<String, Unreadable> {
    match usize::try_from(length) {
        Ok(length) if length <= limit => text(file, length, limit),
        _ => Err(too_large(limit)),
    }
}

/// The text of a reader, up to a limit in bytes.
pub(crate) fn text(reader: impl Read, expected: usize, limit: usize) -> Result<String, Unreadable> {
    let mut bytes = Vec::with_capacity(expected + 1);
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(too_large(limit));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Unreadable::new("it is UTF-16; save it as UTF-8"));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Unreadable::new(format!("it is not UTF-8: byte {} is 0x{:02x}", at + 1, error.as_bytes()[at]))
    })?;
    if text.starts_with('\u{feff}') {
        // Some editors write a byte order mark, which has no meaning in UTF-8.
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn too_large(limit: usize) -> Unreadable {
    Unreadable::new(format!("it is larger than {} MiB, the limit for such a file", limit >> 20))
}

/// The reason of a system error.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MAX_SOURCE_BYTES;

    #[test]
    fn text_is_utf8_and_of_bounded_length() {
        assert_eq!(text(&b"\xef\xbb\xbfa"[..], 0, 9).as_deref(), Ok("a"));
        let reason = |bytes: &[u8]| text(bytes, 0, 9).unwrap_err().to_string();
        assert_eq!(reason(b"ab\xff"), "it is not UTF-8: byte 3 is 0xff");
        assert_eq!(reason(b"\xff\xfea\0"), "it is UTF-16; save it as UTF-8");
        let endless = text(io::repeat(b'a'), 0, MAX_SOURCE_BYTES).unwrap_err();
        assert!(endless.to_string().contains("larger than 32 MiB"));
    }
}
