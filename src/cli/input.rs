//! Finds the sources and manifests that arguments name, and reads them.
//!
//! Invariant: the files of a folder come in one order on every machine.

use super::config::Project;
use crate::files::{self, Ground, Grounds, Root, reason};
use crate::source::MAX_SOURCE_BYTES;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The endings of the names of sources.
pub(super) const SOURCES: &[&str] = &["initflow"];
/// The endings of the names of manifests.
pub(super) const MANIFESTS: &[&str] = &["yaml", "yml", "json"];

/// A file to read: a source, or manifests.
#[derive(Debug)]
pub(super) struct Input {
    /// Its path; none for standard input.
    path: Option<PathBuf>,
    /// Its name in messages; files that it uses are relative to it.
    pub(super) name: String,
    /// Its path below the folder that the call names, or its own name.
    relative: PathBuf,
    /// The endings, one of which its name is expected to have.
    endings: &'static [&'static str],
    /// The folder that is its root if no other root is found.
    pub(super) base: PathBuf,
    /// Whether the call names the file itself, not only a folder that it is in.
    pub(super) is_named: bool,
    /// The root that it and the files that it uses may be read from.
    pub(super) root: Arc<Root>,
    /// Its settings, with the first profile that is used.
    pub(super) project: Arc<Project>,
    /// Its settings with each profile that is used.
    pub(super) variants: Arc<[Arc<Project>]>,
    /// The project with the folder for its output, and its path in there.
    pub(super) output: Option<(Arc<Project>, PathBuf)>,
}

/// The message about a path that cannot be used, and a help if there is one.
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
            base: PathBuf::new(),
            is_named: true,
            root: Arc::default(),
            project: Arc::default(),
            variants: Arc::default(),
            output: None,
        }
    }

    /// A file that is found below a folder.
    pub(super) fn file(
        path: PathBuf,
        base: &Path,
        relative: PathBuf,
        endings: &'static [&'static str],
    ) -> Self {
        Self {
            name: path.to_string_lossy().into_owned(),
            path: Some(path),
            base: base.to_owned(),
            is_named: false,
            relative,
            ..Self::stdin(endings)
        }
    }

    /// Assigns its root. A file that the call names may be a pipe unless it is in a repository.
    pub(super) fn set_ground(&mut self, ground: &Ground) {
        self.root = Arc::clone(&ground.root);
        self.is_named &= !ground.is_bound;
    }

    /// The text.
    pub(super) fn read(&self) -> Result<String, Trouble> {
        self.read_at_most(MAX_SOURCE_BYTES)
    }

    /// The text, which may have this many bytes at most.
    pub(super) fn read_at_most(&self, limit: usize) -> Result<String, Trouble> {
        let text = match &self.path {
            None => files::text(io::stdin().lock(), 0, limit),
            Some(path) if self.is_named => files::unbounded(path, limit),
            Some(path) => self.root.read(path, limit),
        };
        text.map_err(|reason| unreadable(&self.name, &reason))
    }

    /// Replaces the content of the file.
    pub(super) fn rewrite(&self, text: &str) -> Result<(), String> {
        match &self.path {
            None => Ok(()),
            Some(path) if self.is_named => files::rewrite(path, text),
            Some(path) => self.root.rewrite(path, text),
        }
    }

    /// Its path; nothing for standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder that it is in.
    pub(super) fn folder(&self) -> &Path {
        let folder = self.path.as_deref().and_then(Path::parent);
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The path of its output in a folder: its own path, with another ending.
    pub(super) fn output_in(&self, folder: &Path, ending: &str) -> PathBuf {
        folder.join(exchange_ending(&self.relative, self.endings, ending))
    }

    /// The path of its output in the output folder of its project with a profile, if there is one.
    pub(super) fn output_in_project(&self, profile: Option<&str>, ending: &str) -> Option<PathBuf> {
        let (project, relative) = self.output.as_ref()?;
        Some(project.output_of(profile)?.join(exchange_ending(relative, self.endings, ending)))
    }

    /// Its path below the folder that the call names.
    pub(super) fn relative(&self) -> &Path {
        &self.relative
    }

    /// Its path below the folder of a project.
    pub(super) fn place_in(&self, project: &Project, ground: &Ground) -> Option<PathBuf> {
        Some(ground.folder.strip_prefix(project.place.as_ref()?).ok()?.join(self.path()?.file_name()?))
    }

    /// The path of its output next to the source; none for standard input.
    pub(super) fn output_beside(&self, ending: &str) -> Option<PathBuf> {
        self.path.as_deref().map(|path| exchange_ending(path, self.endings, ending))
    }

    /// The name without its folders, which does not depend on where the command runs.
    pub(super) fn short_name(&self) -> String {
        let name = self.path.as_deref().and_then(Path::file_name);
        name.map_or_else(|| self.name.clone(), |name| name.to_string_lossy().into_owned())
    }
}

fn unreadable(name: &str, reason: &dyn std::fmt::Display) -> Trouble {
    Trouble { message: format!("cannot read `{name}`: {reason}"), help: None }
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
    // The ending may contain a dot.
    endings.iter().any(|ending| {
        name.strip_suffix(ending).and_then(|rest| rest.strip_suffix('.')).is_some_and(|stem| !stem.is_empty())
    })
}

/// The files that paths mean (in folders, those with one of the endings), and the paths that mean none.
pub(super) fn find(
    paths: &[PathBuf],
    endings: &'static [&'static str],
    grounds: &Grounds,
) -> (Vec<Input>, Vec<Trouble>) {
    let (mut inputs, mut troubles) = (Vec::new(), Vec::new());
    let mut stdin = false;
    for path in paths {
        if path.as_os_str() == "-" {
            if !stdin {
                inputs.push(Input::stdin(endings));
            }
            stdin = true;
        } else if let Err(reason) = grounds.follow(path) {
            troubles.push(unreadable(&path.to_string_lossy(), &reason));
        } else if path.is_dir() {
            let before = inputs.len();
            walk(path, path, Path::new(""), endings, &mut inputs, &mut troubles);
            if inputs.len() == before {
                let message = format!("there is no .{} file in `{}`", endings.join(" or ."), path.display());
                troubles.push(Trouble { message, help: None });
            }
        } else {
            let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            let base = path.parent().unwrap_or(path);
            inputs.push(Input { is_named: true, ..Input::file(path.clone(), base, relative, endings) });
        }
    }
    once_each(&mut inputs);
    (inputs, troubles)
}

/// Removes repeated files from the list.
pub(super) fn once_each(inputs: &mut Vec<Input>) {
    let mut seen = HashSet::new();
    inputs.retain(|input| seen.insert(input.path.clone()));
}

/// Gathers the sources below a folder, sorted by name. Linked folders are not entered, so there are no loops.
pub(super) fn walk(
    folder: &Path,
    base: &Path,
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
            walk(&path, base, &below, endings, inputs, troubles);
        } else if has_ending(&path, endings) && !path.is_dir() {
            inputs.push(Input::file(path, base, below, endings));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_have_the_paths_of_their_sources() {
        let input =
            Input::file("apps/a/shop.initflow".into(), Path::new("apps"), "a/shop.initflow".into(), SOURCES);
        assert_eq!(input.output_in(Path::new("out"), "yaml"), Path::new("out/a/shop.yaml"));
        assert_eq!(input.output_beside("json").as_deref(), Some(Path::new("apps/a/shop.json")));
        assert_eq!(input.short_name(), "shop.initflow");
    }

    #[test]
    fn an_unusual_ending_is_kept() {
        let input = Input::file("shop.v2".into(), Path::new(""), "shop.v2".into(), SOURCES);
        assert_eq!(input.output_in(Path::new("out"), "yaml"), Path::new("out/shop.v2.yaml"));
        assert_eq!(Input::stdin(SOURCES).output_beside("yaml"), None);
    }
}
