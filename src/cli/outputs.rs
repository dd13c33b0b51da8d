//! Decides where the output of each source belongs, writes it or compares it, and says what a run has written.

use super::config::Project;
use super::console::Console;
use super::input::{Input, Trouble};
use super::text_diff::diff;
use crate::config::PROFILE;
use crate::diagnostic::phrase;
use crate::files::{Grounds, Root, Written};
use crate::plan::is_compiled;
use crate::source::MAX_SOURCE_BYTES;
use smol_str::SmolStr;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a call says about its outputs.
pub(super) struct OutputRequest<'a> {
    /// The folder that it names.
    pub(super) folder: Option<&'a Path>,
    /// Whether it compares the outputs instead of writing them.
    pub(super) compares: bool,
    /// The sources that it names.
    pub(super) paths: &'a [PathBuf],
    /// The ending of the names of the outputs.
    pub(super) ending: &'static str,
}

/// Where an output is written, and the root that it must stay in.
pub(super) struct OutputPlace {
    root: Arc<Root>,
    pub(super) path: PathBuf,
}

/// A folder with outputs of a run.
pub(super) struct OutputFolder {
    pub(super) root: Arc<Root>,
    pub(super) path: PathBuf,
    /// Whether the project names it, not the call.
    pub(super) is_projects: bool,
}

/// The places of all outputs of a run.
pub(super) struct Outputs {
    places: HashMap<(String, Option<SmolStr>), OutputPlace>,
    /// The folders whose content this run decides on: all sources of what belongs there are compiled.
    pub(super) whole: Vec<OutputFolder>,
    pub(super) ending: &'static str,
}

impl Outputs {
    /// Where the output of each source is written with each profile; nothing if all output is printed.
    pub(super) fn of(
        request: &OutputRequest<'_>,
        inputs: &[Input],
        grounds: &Grounds,
    ) -> Result<Option<Self>, Trouble> {
        let OutputRequest { folder, compares, paths, ending } = *request;
        let in_project = paths.is_empty() && inputs.iter().any(|input| input.output.is_some());
        if folder.is_none() && !compares && !in_project {
            return Ok(None);
        }
        let mut named = NamedFolders { written: folder, grounds, roots: HashMap::new() };
        let mut outputs = Self { places: HashMap::new(), whole: Vec::new(), ending };
        let mut makers: HashMap<PathBuf, (&str, Option<&str>)> = HashMap::new();
        for input in inputs {
            for project in input.variants.iter() {
                let profile = project.profile.as_deref();
                let (root, path) = match named.with(profile)? {
                    Some((folder, root)) => (root, input.output_in(&folder, ending)),
                    None => Self::place_of(input, profile, ending)?,
                };
                if let Some(other) = makers.insert(path.clone(), (&input.name, profile)) {
                    return Err(clash(other, (&input.name, profile), &path, folder.is_some()));
                }
                let key = (input.name.clone(), project.profile.clone());
                outputs.places.insert(key, OutputPlace { root, path });
            }
        }
        outputs.whole = if folder.is_some() {
            let is_whole = paths.iter().all(|path| path.is_dir());
            named.roots.into_values().filter(|_| is_whole).collect()
        } else if in_project {
            projects_folders(inputs)
        } else {
            Vec::new()
        };
        Ok(Some(outputs))
    }

    /// Where a source's output belongs if the call names no folder: in that of the project, else next to the source.
    fn place_of(input: &Input, profile: Option<&str>, ending: &str) -> Result<(Arc<Root>, PathBuf), Trouble> {
        if let Some(path) = input.output_in_project(profile, ending) {
            return Ok((Arc::clone(&input.project.root), path));
        }
        if input.output.is_some() {
            let message = match profile {
                None => "the output folder depends on the profile, and no profile is chosen".to_owned(),
                Some(profile) => format!("the profile `{profile}` cannot name an output folder"),
            };
            let help = "use --profile or --all-profiles, or set `profile` in initflow.toml";
            return Err(Trouble { message, help: Some(help.to_owned()) });
        }
        let path = input.output_beside(ending).ok_or_else(|| Trouble {
            message: "there is no output to compare standard input with: name its folder with -o".to_owned(),
            help: None,
        })?;
        Ok((Arc::clone(&input.root), path))
    }

    /// Where the output of a source with a profile is written.
    pub(super) fn place(&self, input: &Input, project: &Project) -> Option<&OutputPlace> {
        self.places.get(&(input.name.clone(), project.profile.clone()))
    }

    /// The paths of all outputs.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.places.values().map(|place| place.path.as_path())
    }
}

/// The message about two sources, or two profiles of one, with the same output.
fn clash(
    (one, one_profile): (&str, Option<&str>),
    (other, other_profile): (&str, Option<&str>),
    path: &Path,
    is_named: bool,
) -> Trouble {
    let path = path.display();
    match (one_profile, other_profile) {
        (Some(a), Some(b)) if one == other => Trouble {
            message: format!("the profiles `{a}` and `{b}` would both write `{path}`"),
            help: Some(if is_named {
                "give each profile its own folder: `-o 'manifests/{profile}'`".to_owned()
            } else {
                "give each profile its own folder: set `output = \"manifests/{profile}\"` in initflow.toml"
                    .to_owned()
            }),
        },
        _ => Trouble { message: format!("`{one}` and `{other}` would both become `{path}`"), help: None },
    }
}

/// The folder that a call names, for each profile.
struct NamedFolders<'a> {
    written: Option<&'a Path>,
    grounds: &'a Grounds,
    roots: HashMap<PathBuf, OutputFolder>,
}

impl NamedFolders<'_> {
    fn with(&mut self, profile: Option<&str>) -> Result<Option<(PathBuf, Arc<Root>)>, Trouble> {
        let Some(written) = self.written else { return Ok(None) };
        let path = match (profile, written.to_str()) {
            (Some(profile), Some(text)) => PathBuf::from(text.replace(PROFILE, profile)),
            _ => written.to_owned(),
        };
        if let Some(folder) = self.roots.get(&path) {
            return Ok(Some((path, Arc::clone(&folder.root))));
        }
        let root = self.grounds.output(&path).map_err(|message| Trouble { message, help: None })?;
        let folder = OutputFolder { root: Arc::clone(&root), path: path.clone(), is_projects: false };
        self.roots.insert(path.clone(), folder);
        Ok(Some((path, root)))
    }
}

/// The output folders of the project whose sources are compiled, with each profile.
fn projects_folders(inputs: &[Input]) -> Vec<OutputFolder> {
    let mut folders: Vec<OutputFolder> = Vec::new();
    for input in inputs {
        let Some((project, _)) = &input.output else { continue };
        for variant in input.variants.iter() {
            let Some(path) = project.output_of(variant.profile.as_deref()) else { continue };
            if folders.iter().all(|known| known.path != path) {
                folders.push(OutputFolder { root: Arc::clone(&project.root), path, is_projects: true });
            }
        }
    }
    folders
}

impl OutputPlace {
    /// Writes the output, unless it would replace what somebody else has written.
    pub(super) fn write(&self, text: &str) -> Result<Written, String> {
        self.root.write_unless(&self.path, text, |old| {
            let is_others = !old.trim().is_empty() && is_compiled(text) && !is_compiled(old);
            is_others.then(|| {
                format!(
                    "`{}` is not replaced, because no comment in it says that initflow compiled it: choose another name, or remove the file",
                    self.path.display()
                )
            })
        })
    }

    /// How committed output differs from what the source compiles to, if it does.
    pub(super) fn compare(&self, text: &str) -> Result<Option<String>, String> {
        let name = self.path.display().to_string();
        let (committed, old) = match self.root.read(&self.path, MAX_SOURCE_BYTES) {
            Ok(committed) => (committed, name.as_str()),
            Err(unreadable) if unreadable.is_missing => (String::new(), "/dev/null"),
            Err(reason) => return Err(format!("cannot read `{name}`: {reason}")),
        };
        if committed == text {
            return Ok(None);
        }
        Ok(Some(diff((old, &committed), (&format!("{name} (compiled now)"), text))))
    }
}

/// What a run has done to the files of its output folders.
#[derive(Default)]
pub(super) struct Tally {
    written: Vec<PathBuf>,
    removed: Vec<PathBuf>,
    unchanged: usize,
}

/// The most files that the summary names.
const FEW: usize = 3;

impl Tally {
    /// Counts an output.
    pub(super) fn add(&mut self, path: PathBuf, written: Written) {
        match written {
            Written::New => self.written.push(path),
            Written::Unchanged => self.unchanged += 1,
        }
    }

    /// Counts an output that was removed.
    pub(super) fn removed(&mut self, path: PathBuf) {
        self.removed.push(path);
    }

    /// Says it in one line, after a line for each file if the call asks for these.
    pub(super) fn show(&self, console: &mut Console) {
        let all = self.written.len() + self.removed.len() + self.unchanged;
        if all == 0 {
            return;
        }
        for (word, paths) in [("wrote", &self.written), ("removed", &self.removed)] {
            for path in paths {
                console.note(|| format!("{word} `{}`", path.display()));
            }
        }
        let names = |paths: &[PathBuf]| -> String {
            let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            if names.len() > FEW {
                files(names.len())
            } else {
                phrase::listed(names.iter().map(String::as_str))
            }
        };
        let parts = [
            (!self.written.is_empty()).then(|| format!("wrote {}", names(&self.written))),
            (!self.removed.is_empty()).then(|| format!("removed {}", names(&self.removed))),
            (self.unchanged > 0).then(|| format!("{} unchanged", files(self.unchanged))),
        ];
        console.summary(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "));
    }
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}
