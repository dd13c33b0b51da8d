//! Finds the sources and manifests that arguments name, and reads them.
//!
//! Invariant: the files of a folder come in one order on every machine.

use super::config::Project;
use super::wanted::{MANIFESTS, SOURCES, Wanted, has_ending, looks_like_manifests};
use crate::compile::Loader;
use crate::context::Context;
use crate::files::{self, Ground, Grounds, Root, Walk, watch};
use crate::source::MAX_SOURCE_BYTES;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// Whether only its text tells if it is a source or has manifests.
    is_open: bool,
    /// Whether it was found in a folder that the call names.
    pub(super) is_found: bool,
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
    /// What surrounds its workloads.
    pub(super) context: Arc<Context>,
    /// Its text, if that is not read from the file.
    pub(super) text: Option<Arc<str>>,
    /// Texts that take the place of those of files that it uses.
    pub(super) edited: Arc<EditedTexts>,
}

/// Texts of files, by their paths with all links resolved.
pub(super) type EditedTexts = HashMap<PathBuf, Arc<str>>;

/// The message about a path that cannot be used, and a help if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Input {
    fn stdin(endings: &'static [&'static str]) -> Self {
        Self {
            path: None,
            name: "<stdin>".to_owned(),
            relative: PathBuf::from("stdin"),
            endings,
            is_open: false,
            is_found: false,
            base: PathBuf::new(),
            is_named: true,
            root: Arc::default(),
            project: Arc::default(),
            variants: Arc::default(),
            context: Arc::default(),
            output: None,
            text: None,
            edited: Arc::default(),
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
            is_found: true,
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
        if let Some(text) = &self.text {
            return Ok(text.to_string());
        }
        self.stored(limit)
    }

    /// The text that is stored in the file now.
    fn stored(&self, limit: usize) -> Result<String, Trouble> {
        let text = match &self.path {
            None => files::text(io::stdin().lock(), 0, limit),
            Some(path) if self.is_named => files::unbounded(path, limit),
            Some(path) => self.root.read(path, limit),
        };
        text.map_err(|reason| unreadable(&self.name, &reason))
    }

    /// Whether this text of it has manifests.
    pub(super) fn has_manifests(&self, text: &str) -> bool {
        if self.is_open { looks_like_manifests(text) } else { self.endings == MANIFESTS }
    }

    /// Whether it has manifests; if only its text tells, that is read now.
    pub(super) fn decide_has_manifests(&mut self) -> bool {
        if self.is_open
            && let Ok(text) = self.read()
        {
            self.endings = if self.has_manifests(&text) { MANIFESTS } else { SOURCES };
            self.is_open = false;
            self.text = Some(text.into());
        }
        self.endings == MANIFESTS
    }

    /// Whether it takes values of params.
    pub(super) fn has_params(&self) -> bool {
        self.endings == SOURCES
    }

    /// Replaces the content of the file.
    pub(super) fn rewrite(&self, text: &str) -> Result<(), String> {
        match &self.path {
            None => Ok(()),
            Some(path) if self.is_named => files::rewrite(path, text),
            Some(path) => self.root.rewrite(path, text),
        }
    }

    /// Its settings with the profile of a round, and whether it is a new one: after its last profile, it keeps that.
    pub(super) fn variant(&self, round: usize) -> (&Project, bool) {
        match self.variants.get(round) {
            Some(project) => (project, true),
            None => (self.variants.last().unwrap_or(&self.project), false),
        }
    }

    /// Replaces the content of the file, if it still is this one.
    pub(super) fn exchange(&self, before: &str, after: &str) -> Result<(), String> {
        // A pipe cannot be read again; rewriting refuses it.
        let is_file = self.path.as_deref().is_some_and(Path::is_file);
        if is_file && self.stored(MAX_SOURCE_BYTES).map_err(|trouble| trouble.message)? != before {
            return Err(format!("cannot write `{}`: it has changed since it was read", self.name));
        }
        self.rewrite(after)
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

impl Loader for Input {
    fn load(&self, path: &str) -> Result<String, String> {
        Edited { root: &self.root, texts: &self.edited }.load(path)
    }
}

/// Loads the files that sources use, some of them with other texts.
pub(super) struct Edited<'e> {
    pub(super) root: &'e Root,
    pub(super) texts: &'e EditedTexts,
}

impl Loader for Edited<'_> {
    fn load(&self, path: &str) -> Result<String, String> {
        let edited = || self.texts.get(&self.root.resolve(Path::new(path)).ok()?);
        match Some(self.texts).filter(|texts| !texts.is_empty()).and_then(|_| edited()) {
            Some(text) => Ok(text.to_string()),
            None => self.root.load(path),
        }
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

/// What paths mean.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The files.
    pub(super) inputs: Vec<Input>,
    /// The paths that mean none.
    pub(super) troubles: Vec<Trouble>,
    /// What was left out, and how to read it.
    pub(super) notes: Vec<String>,
}

/// The files that paths mean.
pub(super) fn find(paths: &[PathBuf], wanted: Wanted, grounds: &Grounds) -> Found {
    let mut found = Found::default();
    let mut stdin = false;
    for path in paths {
        if path.as_os_str() == "-" {
            if !stdin {
                let told = wanted.of_named(Path::new(""));
                let input = Input::stdin(told.unwrap_or(SOURCES));
                found.inputs.push(Input { is_open: told.is_none(), ..input });
            }
            stdin = true;
            continue;
        }
        watch::note(path);
        if let Err(reason) = grounds.follow(path) {
            found.troubles.push(unreadable(&path.to_string_lossy(), &reason));
        } else if path.is_dir() {
            found.folder(path, path, Path::new(""), wanted);
        } else {
            let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            let base = path.parent().unwrap_or(path);
            let told = wanted.of_named(path);
            let input = Input::file(path.clone(), base, relative, told.unwrap_or(SOURCES));
            found.inputs.push(Input { is_named: true, is_found: false, is_open: told.is_none(), ..input });
        }
    }
    once_each(&mut found.inputs);
    found
}

impl Found {
    /// Adds the files of a folder.
    pub(super) fn folder(&mut self, folder: &Path, base: &Path, relative: &Path, wanted: Wanted) {
        let before = (self.inputs.len(), self.troubles.len(), self.notes.len());
        let all = wanted.in_folders();
        for endings in &all {
            self.walk(folder, base, relative, endings);
            if (self.inputs.len(), self.troubles.len()) != (before.0, before.1) {
                return;
            }
        }
        let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let message = format!("there is no {} file in `{}`", wanted.endings(), shown.display());
        let help = (self.notes.len() > before.2).then(|| self.notes.remove(before.2));
        self.troubles.push(Trouble { message, help });
    }

    /// Adds the files of a folder that have one of these endings.
    pub(super) fn walk(
        &mut self,
        folder: &Path,
        base: &Path,
        relative: &Path,
        endings: &'static [&'static str],
    ) {
        let Walk { files, troubles, notes, .. } = Walk::below(folder, relative, endings);
        let inputs = files.into_iter().map(|(path, below)| Input::file(path, base, below, endings));
        self.inputs.extend(inputs);
        let troubles = troubles.into_iter().map(|message| Trouble { message, help: None });
        self.troubles.extend(troubles);
        self.notes.extend(notes);
    }
}

/// Removes repeated files from the list.
pub(super) fn once_each(inputs: &mut Vec<Input>) {
    let mut seen = HashSet::new();
    inputs.retain(|input| seen.insert(input.path.clone()));
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
