//! Arguments to sources and manifests: which files there are, and their text.
//!
//! Invariant: no more than [`MAX_SOURCE_BYTES`] of a file are taken into memory, whatever kind of file it is, and the
//! files of a folder come in one order on every machine.

use super::config::Project;
use crate::source::MAX_SOURCE_BYTES;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The endings of the names of sources.
pub(super) const SOURCES: &[&str] = &["initflow"];
/// The endings of the names of manifests.
pub(super) const MANIFESTS: &[&str] = &["yaml", "yml", "json"];

/// A file to read: a source, or manifests.
#[derive(Debug)]
pub(super) struct Input {
    /// Where it is; none for standard input.
    path: Option<PathBuf>,
    /// Its name in messages, and what files that it uses are relative to.
    pub(super) name: String,
    /// Its place below the folder that was given, or its own name.
    relative: PathBuf,
    /// The endings that its name is expected to have one of.
    endings: &'static [&'static str],
    /// What is set for it.
    pub(super) project: Arc<Project>,
    /// The folder for its project's output, and its place in it.
    pub(super) output: Option<(PathBuf, PathBuf)>,
}

/// What is said about a path that cannot be used, and what to do instead, where there is something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
}

impl Input {
    fn stdin(endings: &'static [&'static str]) -> Self {
        Self {
            path: None,
            name: "<stdin>".to_owned(),
            relative: PathBuf::from("stdin"),
            endings,
            project: Arc::default(),
            output: None,
        }
    }

    pub(super) fn file(path: PathBuf, relative: PathBuf, endings: &'static [&'static str]) -> Self {
        Self { name: path.to_string_lossy().into_owned(), path: Some(path), relative, ..Self::stdin(endings) }
    }

    /// The text.
    pub(super) fn read(&self) -> Result<String, Trouble> {
        let text = match &self.path {
            Some(path) => read(path),
            None => read_text(io::stdin().lock(), 0, MAX_SOURCE_BYTES),
        };
        text.map_err(|reason| Trouble {
            message: format!("cannot read `{}`: {reason}", self.name),
            help: None,
        })
    }

    /// Where it is; nothing for standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder that it is in.
    pub(super) fn folder(&self) -> &Path {
        let folder = self.path.as_deref().and_then(Path::parent);
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The output's place in a folder: the source's, with another ending.
    pub(super) fn output_in(&self, folder: &Path, ending: &str) -> PathBuf {
        folder.join(exchange_ending(&self.relative, self.endings, ending))
    }

    /// The output's place in the folder that its project has for output, if it has one.
    pub(super) fn output_in_project(&self, ending: &str) -> Option<PathBuf> {
        let (folder, relative) = self.output.as_ref()?;
        Some(folder.join(exchange_ending(relative, self.endings, ending)))
    }

    /// Its place below the folder that was given.
    pub(super) fn relative(&self) -> &Path {
        &self.relative
    }

    /// The output's place beside the source; none for standard input.
    pub(super) fn output_beside(&self, ending: &str) -> Option<PathBuf> {
        self.path.as_deref().map(|path| exchange_ending(path, self.endings, ending))
    }

    /// The name without its folders, which does not depend on where the command runs.
    pub(super) fn short_name(&self) -> String {
        let name = self.path.as_deref().and_then(Path::file_name);
        name.map_or_else(|| self.name.clone(), |name| name.to_string_lossy().into_owned())
    }
}

fn exchange_ending(path: &Path, endings: &[&str], ending: &str) -> PathBuf {
    if has_ending(path, endings) {
        return path.with_extension(ending);
    }
    let mut path = path.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

pub(super) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The ending may have a dot of its own.
    endings.iter().any(|ending| {
        name.strip_suffix(ending).and_then(|rest| rest.strip_suffix('.')).is_some_and(|stem| !stem.is_empty())
    })
}

/// The files that paths stand for, of folders those with one of the endings, and the paths that stand for none.
pub(super) fn find(paths: &[PathBuf], endings: &'static [&'static str]) -> (Vec<Input>, Vec<Trouble>) {
    let (mut inputs, mut troubles) = (Vec::new(), Vec::new());
    let mut stdin = false;
    for path in paths {
        if path.as_os_str() == "-" {
            if !stdin {
                inputs.push(Input::stdin(endings));
            }
            stdin = true;
        } else if path.is_dir() {
            let before = inputs.len();
            walk(path, Path::new(""), endings, &mut inputs, &mut troubles);
            if inputs.len() == before {
                let message = format!("there is no .{} file in `{}`", endings.join(" or ."), path.display());
                troubles.push(Trouble { message, help: None });
            }
        } else {
            let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            inputs.push(Input::file(path.clone(), relative, endings));
        }
    }
    once_each(&mut inputs);
    (inputs, troubles)
}

/// Leaves each file in the list once.
pub(super) fn once_each(inputs: &mut Vec<Input>) {
    let mut seen = HashSet::new();
    inputs.retain(|input| seen.insert(input.path.clone()));
}

/// Gathers the sources below a folder, sorted by name. Linked folders are not entered, so there are no loops.
pub(super) fn walk(
    folder: &Path,
    relative: &Path,
    endings: &'static [&'static str],
    inputs: &mut Vec<Input>,
    troubles: &mut Vec<Trouble>,
) {
    let read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(read).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("cannot read the folder `{}`: {}", folder.display(), reason(&error));
            return troubles.push(Trouble { message, help: None });
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let below = relative.join(&name);
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&path, &below, endings, inputs, troubles);
        } else if has_ending(&path, endings) && !path.is_dir() {
            inputs.push(Input::file(path, below, endings));
        }
    }
}

/// The text of a file, or why there is none.
pub(super) fn read(path: &Path) -> Result<String, String> {
    read_at_most(MAX_SOURCE_BYTES, path)
}

/// The text of a file of no more than some bytes, or why there is none.
pub(super) fn read_at_most(limit: usize, path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| reason(&error))?;
    let metadata = file.metadata().map_err(|error| reason(&error))?;
    if metadata.is_dir() {
        return Err("it is a folder, not a file".to_owned());
    }
    // Pipes and devices say nothing about their length.
    let length = if metadata.is_file() { metadata.len() } else { 0 };
    match usize::try_from(length) {
        Ok(length) if length <= limit => read_text(file, length, limit),
        _ => Err(too_large(limit)),
    }
}

fn read_text(reader: impl Read, expected: usize, limit: usize) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(expected + 1);
    reader.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() > limit {
        return Err(too_large(limit));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("it is UTF-16; save it as UTF-8".to_owned());
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("it is not UTF-8: byte {} is 0x{:02x}", at + 1, error.as_bytes()[at])
    })?;
    if text.starts_with('\u{feff}') {
        // The byte order mark that some editors write says nothing in UTF-8.
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn too_large(limit: usize) -> String {
    format!("it is larger than {} MiB, the most that is read of such a file", limit >> 20)
}

pub(super) fn reason(error: &io::Error) -> String {
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

    #[test]
    fn outputs_stand_where_the_sources_do() {
        let input = Input::file("apps/a/shop.initflow".into(), "a/shop.initflow".into(), SOURCES);
        assert_eq!(input.output_in(Path::new("out"), "yaml"), Path::new("out/a/shop.yaml"));
        assert_eq!(input.output_beside("json").as_deref(), Some(Path::new("apps/a/shop.json")));
        assert_eq!(input.short_name(), "shop.initflow");
    }

    #[test]
    fn an_unusual_ending_is_kept() {
        let input = Input::file("shop.v2".into(), "shop.v2".into(), SOURCES);
        assert_eq!(input.output_in(Path::new("out"), "yaml"), Path::new("out/shop.v2.yaml"));
        assert_eq!(Input::stdin(SOURCES).output_beside("yaml"), None);
    }

    #[test]
    fn text_is_utf8_and_of_bounded_length() {
        assert_eq!(read_text(&b"\xef\xbb\xbfa"[..], 0, 9).as_deref(), Ok("a"));
        let reason = |bytes: &[u8]| read_text(bytes, 0, 9).unwrap_err();
        assert_eq!(reason(b"ab\xff"), "it is not UTF-8: byte 3 is 0xff");
        assert_eq!(reason(b"\xff\xfea\0"), "it is UTF-16; save it as UTF-8");
        assert!(read_text(io::repeat(b'a'), 0, MAX_SOURCE_BYTES).unwrap_err().contains("larger than 32 MiB"));
    }
}
