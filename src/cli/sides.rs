//! Decides what `diff` compares: two paths, a revision of Git with the files that are there, two revisions, or two profiles.

use super::arguments::ProgramArguments;
use super::config::ProfileChoice;
use super::console::Console;
use super::git::{Git, GitFault};
use super::input::{Found, Input, Trouble};
use super::revision;
use super::wanted::{MANIFESTS, SOURCES};
use crate::files::{Grounds, PrivateFolder, plain};
use std::fs;
use std::path::{Path, PathBuf};

/// One side of a comparison.
pub(super) struct Side {
    pub(super) grounds: Grounds,
    profile: Option<String>,
    origin: Origin,
    /// The folder that a project is searched for from.
    here: PathBuf,
    /// The files and folders; without any, the project.
    paths: Vec<PathBuf>,
    is_empty: bool,
}

/// Where the files of a side come from.
enum Origin {
    /// From the one path that the call names.
    Named,
    /// From the paths that both sides have, or the project.
    Files,
    /// From the working tree of a repository, which the other side is a revision of.
    Tree(PathBuf),
    /// From a revision.
    Revision(PrivateFolder),
}

impl Side {
    fn files(
        program: &ProgramArguments,
        profile: Option<&str>,
        console: &mut Console,
    ) -> Result<Self, Trouble> {
        Ok(Self {
            grounds: grounds(program, console)?,
            profile: profile.map(str::to_owned),
            origin: Origin::Files,
            here: PathBuf::from("."),
            paths: program.inputs.paths.clone(),
            is_empty: false,
        })
    }

    /// Whether the side has nothing to compile, such as a revision from before the first source.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The files and folders with the sources, or the folder whose project has them.
    pub(super) fn places(&self) -> (&Path, &[PathBuf]) {
        (&self.here, &self.paths)
    }

    /// The profile whose values the sources get.
    pub(super) fn profile(&self) -> ProfileChoice<'_> {
        self.profile.as_deref().map_or(ProfileChoice::Default, ProfileChoice::Named)
    }

    /// The path by which a source is found again on the other side; nothing if the call names the file itself.
    pub(super) fn path_of(&self, input: &Input) -> Option<String> {
        let path = Path::new(&input.name);
        let path = match &self.origin {
            Origin::Named => {
                let side = self.paths.first().filter(|side| side.is_dir())?;
                path.strip_prefix(side).ok()?.to_owned()
            }
            Origin::Files => path.to_owned(),
            Origin::Tree(top) => fs::canonicalize(path).ok()?.strip_prefix(top).ok()?.to_owned(),
            Origin::Revision(folder) => {
                fs::canonicalize(path).ok()?.strip_prefix(folder.path()).ok()?.to_owned()
            }
        };
        Some(path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
    }

    /// Leaves out what this side does not have.
    fn without_missing(mut self) -> Self {
        let has_sources = |path: &Path| {
            let mut found = Found::default();
            for endings in [SOURCES, MANIFESTS] {
                found.walk(path, path, Path::new(""), endings);
            }
            !found.inputs.is_empty() || !found.troubles.is_empty()
        };
        if self.paths.is_empty() {
            self.is_empty = self.grounds.of(&self.here, &self.here).settings.is_none();
        } else {
            self.paths
                .retain(|path| path.symlink_metadata().is_ok() && (!path.is_dir() || has_sources(path)));
            self.is_empty = self.paths.is_empty();
        }
        self
    }
}

fn grounds(program: &ProgramArguments, console: &mut Console) -> Result<Grounds, Trouble> {
    let grounds = program.inputs.confined.grounds(console);
    grounds.ok_or_else(|| trouble("there is nothing to compare", None))
}

fn trouble(message: impl Into<String>, help: Option<&str>) -> Trouble {
    Trouble { message: message.into(), help: help.map(str::to_owned) }
}

fn of_git(fault: GitFault) -> Trouble {
    Trouble { message: fault.message, help: fault.help }
}

/// The two sides that a call compares.
pub(super) fn sides(program: &ProgramArguments, console: &mut Console) -> Result<[Side; 2], Trouble> {
    let paths = program.inputs.paths.as_slice();
    if let Some((old, new)) = program.profile.as_deref().and_then(|profiles| profiles.split_once("..")) {
        if old.is_empty() || new.is_empty() {
            return Err(trouble("--profile compares two profiles", Some("name both: `--profile dev..prod`")));
        }
        return Ok([Side::files(program, Some(old), console)?, Side::files(program, Some(new), console)?]);
    }
    let Some((first, rest)) = paths.split_first() else {
        return Err(trouble("there is nothing to compare", Some(WHAT)));
    };
    let written = first.to_string_lossy();
    if first.as_os_str() == "-" || first.exists() {
        if is_revision(&written) {
            return Err(Trouble {
                message: format!("`{written}` is both a path and a revision of Git"),
                help: Some(format!("write `./{written}` for the path, or `{written}^0` for the revision")),
            });
        }
        let [new] = rest else {
            let message = format!("`{written}` is a path, and there is nothing to compare it with");
            return Err(trouble(message, Some(WHAT)));
        };
        let side = |path: &PathBuf, console: &mut Console| {
            let side = Side::files(program, program.profile.as_deref(), console)?;
            Ok(Side { origin: Origin::Named, paths: vec![path.clone()], ..side })
        };
        return Ok([side(first, console)?, side(new, console)?]);
    }
    of_revisions(program, &written, rest, console)
}

const WHAT: &str = "name two paths, or a revision of Git: `initflow diff HEAD apps`";

/// Whether a path that exists could also mean a revision. Nobody writes a revision with a `.` or a `/` at its start.
fn is_revision(written: &str) -> bool {
    if written.starts_with(['.', '/', '-', '~']) {
        return false;
    }
    let repository = Grounds::repository(Path::new("."));
    repository.is_some_and(|(top, _)| Git::of(&top).commit(written).is_ok_and(|commit| commit.is_some()))
}

/// The sides of a revision and the working tree, or of two revisions.
fn of_revisions(
    program: &ProgramArguments,
    written: &str,
    paths: &[PathBuf],
    console: &mut Console,
) -> Result<[Side; 2], Trouble> {
    let neither = |reason: &str| format!("`{written}` is neither a path nor a revision of Git{reason}");
    let Some((top, here)) = Grounds::repository(Path::new(".")) else {
        return Err(trouble(neither(": the current folder is not in a repository"), Some(WHAT)));
    };
    let git = Git::of(&top);
    let (old, new) = match commits(&git, written) {
        Ok(Some(commits)) => commits,
        Ok(None) if git.is_shallow() => {
            let help = "fetch the revision, for example by `git fetch --unshallow`: the clone is shallow, so it lacks older commits";
            return Err(trouble(neither(" in this clone"), Some(help)));
        }
        Ok(None) => return Err(trouble(neither(""), Some(WHAT))),
        Err(fault) if fault.is_missing => {
            let message = format!("`{written}` is not a path, and {}", fault.message);
            return Err(Trouble { message, help: fault.help });
        }
        Err(fault) => return Err(of_git(fault)),
    };
    let below = paths.iter().map(|path| {
        let place = plain(&relative(&here.join(path))).map(|path| Path::new("/").join(path));
        let below = place.and_then(|place| place.strip_prefix(&top).map(Path::to_owned).ok());
        below.ok_or_else(|| trouble(format!("`{}` is outside the repository", path.display()), None))
    });
    let below: Vec<PathBuf> = below.collect::<Result<_, _>>()?;
    let prefix = here.strip_prefix(&top).unwrap_or(Path::new(""));
    let of_commit = |commit: &str, name: &str, console: &mut Console| {
        let folder = revision::read(&git, commit, &below).map_err(of_git)?;
        console.rename(folder.path(), name);
        let root = root_of(program, &top, folder.path());
        Ok(Side {
            grounds: Grounds::of_call(Some(&root)).map_err(|message| trouble(message, None))?,
            profile: program.profile.clone(),
            here: folder.path().join(prefix),
            paths: below.iter().map(|path| folder.path().join(path)).collect(),
            origin: Origin::Revision(folder),
            is_empty: false,
        }
        .without_missing())
    };
    let (old_name, new_name) = names(written);
    let old = of_commit(&old, old_name, console)?;
    let new = match new {
        Some(commit) => of_commit(&commit, new_name, console)?,
        None => {
            let side = Side::files(program, program.profile.as_deref(), console)?;
            Side { origin: Origin::Tree(top.clone()), paths: paths.to_vec(), ..side }.without_missing()
        }
    };
    if old.is_empty && new.is_empty {
        return Err(match paths {
            [] => trouble(
                "no PATH is given, and there is no initflow.toml here or above",
                Some("name a file or a folder"),
            ),
            _ => trouble("neither side has sources or manifests at these paths", None),
        });
    }
    Ok([old, new])
}

/// The root of a revision: what the call names, in the folder of the revision.
fn root_of(program: &ProgramArguments, top: &Path, folder: &Path) -> PathBuf {
    let named = program.inputs.confined.root.as_deref().and_then(|root| fs::canonicalize(root).ok());
    let below = named.and_then(|named| Some(folder.join(named.strip_prefix(top).ok()?)));
    below.filter(|root| root.is_dir()).unwrap_or_else(|| folder.to_owned())
}

/// The old and the new commit; nothing for the new one if that is the working tree.
fn commits(git: &Git, written: &str) -> Result<Option<(String, Option<String>)>, GitFault> {
    if let Some(commit) = git.commit(written)? {
        return Ok(Some((commit, None)));
    }
    let is_merge = written.contains("...");
    let Some((old, new)) = written.split_once(if is_merge { "..." } else { ".." }) else { return Ok(None) };
    let named = |name: &str| git.commit(if name.is_empty() { "HEAD" } else { name });
    let (Some(old), Some(new)) = (named(old)?, named(new)?) else { return Ok(None) };
    let old = if is_merge { git.merge_base(&old, &new)? } else { Some(old) };
    Ok(old.map(|old| (old, Some(new))))
}

/// The names of the old and the new revision in messages.
fn names(written: &str) -> (&str, &str) {
    match written.split_once("...").or_else(|| written.split_once("..")) {
        Some((old, new)) => (or_head(old), or_head(new)),
        None => (written, ""),
    }
}

fn or_head(name: &str) -> &str {
    if name.is_empty() { "HEAD" } else { name }
}

/// A path without its root.
fn relative(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::RootDir)).collect()
}
