//! Reads the files of a Git revision into a private folder.
//!
//! Invariant: nothing of the repository runs (no hook, filter, pager or remote helper), no text of the caller or of the
//! repository becomes an option of Git, and nothing is written outside the private folder.

use super::git::{Git, GitFault, TreeEntry};
use super::root::Root;
use crate::config::{self, FILE_NAME, MAX_CONFIG_BYTES};
use crate::source::{FileId, MAX_SOURCE_BYTES, SourceFile};
use std::collections::{HashMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;

/// The most bytes that are read from a revision (1 GiB): small repositories can unpack to any size.
const MAX_BYTES: usize = 1 << 30;

/// The endings of the names of files that are always read.
const ENDINGS: [&str; 2] = ["initflow", "params"];

/// The endings of the names of files that are read in the folders that the call names.
const MANIFESTS: [&str; 3] = ["yaml", "yml", "json"];

/// The files of a revision that commands read, in a folder that is removed at the end.
#[derive(Debug)]
pub(crate) struct RevisionFolder {
    /// Removes the folder.
    _folder: TempDir,
    /// The folder with all links resolved.
    real: PathBuf,
}

impl RevisionFolder {
    /// Reads the sources, settings and values of a commit, and the manifests below some paths of the repository.
    pub(crate) fn of(git: &Git, commit: &str, paths: &[PathBuf]) -> Result<Self, GitFault> {
        let entries = git.tree(commit)?;
        let folder = TempDir::with_prefix("initflow-").map_err(|error| GitFault::of_system(&error))?;
        let real = fs::canonicalize(folder.path()).map_err(|error| GitFault::of_system(&error))?;
        let mut writer = RevisionWriter {
            root: Root::new(vec![real.clone()]),
            top: real.clone(),
            blobs: entries.iter().filter(|entry| !entry.is_link).map(|entry| (&*entry.path, entry)).collect(),
            written: HashSet::new(),
            bytes: 0,
        };
        let is_wanted = |path: &Path| {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            ENDINGS.contains(&ending)
                || path.file_name().is_some_and(|name| name == FILE_NAME)
                || (MANIFESTS.contains(&ending) && paths.iter().any(|named| path.starts_with(named)))
                || paths.iter().any(|named| path == named)
        };
        let mut next: Vec<PathBuf> =
            writer.blobs.keys().filter(|path| is_wanted(path)).map(|path| path.to_path_buf()).collect();
        while !next.is_empty() {
            next = writer.write(git, next)?;
        }
        // Links come last, so that no file is written through one.
        writer.link(git, &entries)?;
        Ok(Self { _folder: folder, real })
    }

    /// The folder, with all links resolved.
    pub(crate) fn path(&self) -> &Path {
        &self.real
    }
}

/// Writes the files of a revision into a folder.
struct RevisionWriter<'e> {
    root: Root,
    top: PathBuf,
    blobs: HashMap<&'e Path, &'e TreeEntry>,
    written: HashSet<PathBuf>,
    bytes: usize,
}

impl RevisionWriter<'_> {
    /// Writes some files, and returns those that they name.
    fn write(&mut self, git: &Git, mut paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, GitFault> {
        paths.retain(|path| self.blobs.contains_key(path.as_path()) && self.written.insert(path.clone()));
        paths.sort_unstable();
        let ids: Vec<&str> = paths.iter().map(|path| self.blobs[path.as_path()].id.as_str()).collect();
        let mut named = Vec::new();
        if ids.is_empty() {
            return Ok(named);
        }
        let mut contents = git.contents(ids)?;
        for path in &paths {
            let Some(content) = contents.next(MAX_SOURCE_BYTES)? else { continue };
            self.bytes += content.len();
            if self.bytes > MAX_BYTES {
                let limit = MAX_BYTES >> 20;
                return Err(GitFault::new(format!("the files of the revision are larger than {limit} MiB")));
            }
            named.extend(named_by(path, &content));
            self.write_new(path, &content);
        }
        Ok(named)
    }

    /// Writes a file that does not exist yet. A path that cannot be written here is not a path of a source either.
    fn write_new(&self, path: &Path, content: &[u8]) {
        let Some((folder, name)) = self.place(path) else { return };
        let target = folder.join(name);
        if self.root.holds(&target)
            && let Ok(mut file) = OpenOptions::new().write(true).create_new(true).open(target)
        {
            // A full disk makes the file incomplete; the next call of the system reports that.
            let _ = file.write_all(content);
        }
    }

    /// Makes the links, which are followed only inside the folder.
    #[cfg(unix)]
    fn link(&self, git: &Git, entries: &[TreeEntry]) -> Result<(), GitFault> {
        use std::os::unix::ffi::OsStrExt as _;
        let links: Vec<&TreeEntry> = entries.iter().filter(|entry| entry.is_link).collect();
        if links.is_empty() {
            return Ok(());
        }
        let mut contents = git.contents(links.iter().map(|link| link.id.as_str()).collect())?;
        for link in links {
            let Some(content) = contents.next(MAX_LINK_BYTES)? else { continue };
            if let Some((folder, name)) = self.place(&link.path) {
                let target = Path::new(std::ffi::OsStr::from_bytes(&content));
                // A link that cannot be made leads nowhere.
                let _ = std::os::unix::fs::symlink(target, folder.join(name));
            }
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn link(&self, _: &Git, _: &[TreeEntry]) -> Result<(), GitFault> {
        Ok(())
    }

    /// The folder of a path, which is made, and its name; nothing if it leads out of the folder.
    fn place<'p>(&self, path: &'p Path) -> Option<(PathBuf, &'p std::ffi::OsStr)> {
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let name = path.file_name().filter(|_| is_plain)?;
        let folder = self.root.made_folder(&self.top.join(path.parent()?)).ok()?;
        Some((folder, name))
    }
}

/// The longest target of a link.
#[cfg(unix)]
const MAX_LINK_BYTES: usize = 4096;

/// The files that a file of settings or a source names.
fn named_by(path: &Path, content: &[u8]) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let Ok(text) = std::str::from_utf8(content) else { return Vec::new() };
    let names: Vec<String> = if path.file_name().is_some_and(|name| name == FILE_NAME) {
        if content.len() > MAX_CONFIG_BYTES {
            return Vec::new();
        }
        let (config, _) = config::read(&SourceFile::new(FileId(0), FILE_NAME, text));
        let params = config.profiles.into_iter().flat_map(|profile| profile.params);
        params.map(|file| file.text).collect()
    } else {
        let used = text.lines().filter_map(|line| line.trim_start().strip_prefix("use \""));
        used.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    };
    names.iter().filter_map(|name| plain(&folder.join(name))).collect()
}

/// A path of the repository without `.` and `..`; nothing if it leads out.
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
    fn a_file_names_others_relative_to_itself() {
        let named = |path: &str, text: &str| named_by(Path::new(path), text.as_bytes());
        let source = "use \"std\"\n  use \"../lib/a.part\" as a\nuse \"../../../out\"\npod web { }\n";
        assert_eq!(
            named("apps/x/a.initflow", source),
            [Path::new("apps/x/std"), Path::new("apps/lib/a.part")]
        );
        let settings = "[profiles.prod]\nparams = [\"values/prod\"]\n";
        assert_eq!(named("team/initflow.toml", settings), [Path::new("team/values/prod")]);
    }
}
