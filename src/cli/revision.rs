//! Reads the files of a Git revision into a private folder.
//!
//! Invariant: nothing of the repository runs, and nothing is written outside the private folder.

use super::git::{Git, GitFault, TreeEntry};
use crate::config::{self, FILE_NAME, MAX_CONFIG_BYTES};
use crate::files::{PrivateFolder, plain};
use crate::source::{FileId, MAX_SOURCE_BYTES, SourceFile};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The most bytes that are read from a revision (1 GiB): small repositories can unpack to any size.
const MAX_BYTES: usize = 1 << 30;

/// The longest target of a link.
const MAX_LINK_BYTES: usize = 4096;

/// The endings of the names of files that are always read.
const ENDINGS: [&str; 3] = ["initflow", "params", "lock"];

/// The endings of the names of files that are read in the folders that the call names.
const MANIFESTS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads the sources, settings and values of a commit, and the manifests below some paths of the repository; without a path,
/// those of a repository without sources.
pub(super) fn read(git: &Git, commit: &str, paths: &[PathBuf]) -> Result<PrivateFolder, GitFault> {
    let entries = git.tree(commit)?;
    let folder = PrivateFolder::new().map_err(|error| GitFault::of_system(&error))?;
    let mut reader = RevisionReader {
        folder,
        blobs: entries.iter().filter(|entry| !entry.is_link).map(|entry| (&*entry.path, entry)).collect(),
        read: HashSet::new(),
        bytes: 0,
    };
    let has_sources =
        entries.iter().any(|entry| entry.path.extension().is_some_and(|ending| ending == ENDINGS[0]));
    let whole = [PathBuf::new()];
    let paths = if paths.is_empty() && !has_sources { &whole[..] } else { paths };
    let mut next: Vec<PathBuf> =
        reader.blobs.keys().filter(|path| is_wanted(path, paths)).map(|path| path.to_path_buf()).collect();
    while !next.is_empty() {
        let Named { files, folders } = reader.read(git, next)?;
        let below =
            |path: &&&Path| folders.iter().any(|folder| path.starts_with(folder)) && is_manifest(path);
        next = reader.blobs.keys().filter(below).map(|path| path.to_path_buf()).chain(files).collect();
    }
    // Links come last, so that no file is written through one.
    reader.add_links(git, &entries)?;
    Ok(reader.folder)
}

fn is_wanted(path: &Path, named: &[PathBuf]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ENDINGS.contains(&ending)
        || path.file_name().is_some_and(|name| name == FILE_NAME)
        || named.iter().any(|named| path == named || (is_manifest(path) && path.starts_with(named)))
}

fn is_manifest(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| MANIFESTS.contains(&ending))
}

/// Reads the files of a revision into a folder.
struct RevisionReader<'e> {
    folder: PrivateFolder,
    blobs: HashMap<&'e Path, &'e TreeEntry>,
    read: HashSet<PathBuf>,
    bytes: usize,
}

impl RevisionReader<'_> {
    /// Reads some files, and returns what they name.
    fn read(&mut self, git: &Git, mut paths: Vec<PathBuf>) -> Result<Named, GitFault> {
        paths.retain(|path| self.blobs.contains_key(path.as_path()) && self.read.insert(path.clone()));
        paths.sort_unstable();
        let ids: Vec<&str> = paths.iter().map(|path| self.blobs[path.as_path()].id.as_str()).collect();
        let mut named = Named::default();
        if ids.is_empty() {
            return Ok(named);
        }
        let mut contents = git.contents(&ids)?;
        for path in &paths {
            let Some(content) = contents.next(MAX_SOURCE_BYTES)? else { continue };
            self.bytes += content.len();
            if self.bytes > MAX_BYTES {
                let limit = MAX_BYTES >> 20;
                return Err(GitFault::new(format!("the files of the revision are larger than {limit} MiB")));
            }
            named.add(path, &content);
            self.folder.add(path, &content).map_err(|error| GitFault::of_system(&error))?;
        }
        Ok(named)
    }

    fn add_links(&self, git: &Git, entries: &[TreeEntry]) -> Result<(), GitFault> {
        let links: Vec<&TreeEntry> = entries.iter().filter(|entry| entry.is_link).collect();
        if links.is_empty() {
            return Ok(());
        }
        let mut contents = git.contents(&links.iter().map(|link| link.id.as_str()).collect::<Vec<_>>())?;
        for link in links {
            if let Some(target) = contents.next(MAX_LINK_BYTES)? {
                self.folder.link(&link.path, &target);
            }
        }
        Ok(())
    }
}

/// What files name.
#[derive(Default)]
struct Named {
    files: Vec<PathBuf>,
    /// Files and folders with manifests that surround the workloads.
    folders: Vec<PathBuf>,
}

impl Named {
    /// Adds what a file of settings or a source names.
    fn add(&mut self, path: &Path, content: &[u8]) {
        let folder = path.parent().unwrap_or(Path::new(""));
        let Ok(text) = std::str::from_utf8(content) else { return };
        let below = |name: &str| plain(&folder.join(name));
        if path.file_name().is_none_or(|name| name != FILE_NAME) {
            let used = text.lines().filter_map(|line| line.trim_start().strip_prefix("use \""));
            self.files.extend(used.filter_map(|rest| below(rest.split_once('"')?.0)));
        } else if content.len() <= MAX_CONFIG_BYTES {
            let (config, _) = config::read(&SourceFile::new(FileId(0), FILE_NAME, text));
            let params = config.profiles.iter().flat_map(|profile| &profile.params);
            self.files.extend(params.filter_map(|file| below(&file.text)));
            self.folders.extend(config.context.with.iter().filter_map(|place| below(&place.text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_others_relative_to_itself() {
        let mut named = Named::default();
        let source = "use \"std\"\n  use \"../lib/a.part\" as a\nuse \"../../../out\"\npod web { }\n";
        named.add(Path::new("apps/x/a.initflow"), source.as_bytes());
        assert_eq!(named.files, [Path::new("apps/x/std"), Path::new("apps/lib/a.part")]);
        let mut named = Named::default();
        let settings = "[context]\nwith = [\"base\"]\n[profiles.prod]\nparams = [\"values/prod\"]\n";
        named.add(Path::new("team/initflow.toml"), settings.as_bytes());
        assert_eq!(
            (named.files.as_slice(), named.folders.as_slice()),
            (&["team/values/prod".into()][..], &["team/base".into()][..])
        );
    }
}
