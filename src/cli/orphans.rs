//! Finds orphans: files in the output folders that initflow wrote, and that no source makes any more.
//!
//! Invariant: a file is an orphan only if the comments of its YAML say that initflow compiled it from a source of the name
//! that the file has, if it is a regular file in a folder whose sources were all compiled, and if no other source of that
//! name could have made it.

use super::config::Project;
use super::input::{Found, Input};
use super::outputs::{OutputFolder, Outputs};
use super::text_diff::diff;
use super::wanted::SOURCES;
use crate::config::PROFILE;
use crate::diagnostic::visible::plain;
use crate::files::{Grounds, Root};
use crate::plan::source_of;
use crate::source::MAX_SOURCE_BYTES;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The ending of the outputs that can be recognized: JSON has no comments.
const ENDING: &str = "yaml";

/// An output without a source.
pub(super) struct Orphan {
    pub(super) path: PathBuf,
    text: String,
    root: Arc<Root>,
    top: PathBuf,
}

impl Orphan {
    /// Removes it, and the folders that this leaves empty.
    pub(super) fn remove(&self) -> Result<(), String> {
        self.root.remove(&self.path, &self.top)
    }

    /// The difference between the file and nothing.
    pub(super) fn difference(&self) -> String {
        diff((&self.path.display().to_string(), &self.text), ("/dev/null", ""))
    }
}

impl Outputs {
    /// The orphans in the folders that this run decides on, by path. Nothing is made of the sources of `unused`.
    pub(super) fn orphans(&self, unused: &[PathBuf], inputs: &[Input], grounds: &Grounds) -> Vec<Orphan> {
        if self.ending != ENDING {
            return Vec::new();
        }
        let unused: HashSet<&Path> = unused.iter().map(PathBuf::as_path).collect();
        let made: HashSet<&Path> = self.paths().filter(|path| !unused.contains(path)).collect();
        let mut makers = Makers::new(inputs, grounds);
        let mut orphans = BTreeMap::new();
        for folder in &self.whole {
            if folder.is_projects || makers.allows(folder) {
                let top = if folder.is_projects { searched(folder, inputs) } else { folder.path.clone() };
                collect(folder, &top, &made, &mut makers, &mut orphans);
            }
        }
        orphans.into_values().collect()
    }
}

/// The folder to search for orphans: the output folder of the project, or, if each profile has its own, the folder of these.
fn searched(folder: &OutputFolder, inputs: &[Input]) -> PathBuf {
    let project = inputs.iter().find_map(|input| input.output.as_ref().map(|(project, _)| project));
    project.and_then(|project| project.folder_of_profiles()).unwrap_or_else(|| folder.path.clone())
}

fn collect(
    folder: &OutputFolder,
    top: &Path,
    made: &HashSet<&Path>,
    makers: &mut Makers<'_>,
    orphans: &mut BTreeMap<PathBuf, Orphan>,
) {
    let Ok(real_top) = folder.root.resolve(top) else { return };
    let Ok(own) = fs::canonicalize(&folder.path).or_else(|_| fs::canonicalize(top)) else { return };
    if !real_top.is_dir() {
        return;
    }
    let mut found = Found::default();
    found.walk(top, top, Path::new(""), &[ENDING]);
    for file in &found.inputs {
        let Some(path) = file.path().filter(|path| !made.contains(path) && !orphans.contains_key(*path))
        else {
            continue;
        };
        let is_plain = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
        let real = real_top.join(file.relative());
        if !is_plain || makers.reserves(&real, &own) {
            continue;
        }
        let Ok(text) = folder.root.read(path, MAX_SOURCE_BYTES) else { continue };
        let Some(source) = source_of(&text).filter(|source| names_source(path, source)) else { continue };
        if makers.may_make(&real, source, folder.is_projects) {
            continue;
        }
        let orphan =
            Orphan { path: path.to_owned(), text, root: Arc::clone(&folder.root), top: top.to_owned() };
        orphans.insert(path.to_owned(), orphan);
    }
}

/// Whether the output of a source of this name has the name of this file.
fn names_source(path: &Path, source: &str) -> bool {
    let Some(stem) = path.file_stem().map(|stem| stem.to_string_lossy()) else { return false };
    *source == plain(&stem) || *source == plain(&format!("{stem}.{}", SOURCES[0]))
}

/// What could have made a file: other projects, and sources that this run does not compile.
struct Makers<'a> {
    inputs: &'a [Input],
    grounds: &'a Grounds,
    /// Where the output folders of the projects are, with any profile.
    folders: Vec<PathBuf>,
    /// The names of other sources of the root, and whether they belong to a project of this run; found when first needed.
    others: Option<Vec<(String, bool)>>,
}

impl<'a> Makers<'a> {
    fn new(inputs: &'a [Input], grounds: &'a Grounds) -> Self {
        let mut folders = Vec::new();
        let mut seen = HashSet::new();
        for (project, _) in inputs.iter().filter_map(|input| input.output.as_ref()) {
            if seen.insert(project.place.clone()) {
                let profiles = project.config.profiles.iter().map(|profile| Some(profile.name.as_str()));
                let outputs = profiles.chain([None]).filter_map(|profile| project.output_of(profile));
                folders.extend(outputs.filter_map(|output| fs::canonicalize(output).ok()));
            }
        }
        Self { inputs, grounds, folders, others: None }
    }

    /// Whether a folder that the call names has nothing but outputs: it is inside the root and contains no source.
    fn allows(&self, folder: &OutputFolder) -> bool {
        let Ok(real) = fs::canonicalize(&folder.path) else { return false };
        self.inputs.iter().all(|input| {
            let is_inside = input.root.resolve(&folder.path).is_ok();
            let source = input.path().and_then(|path| fs::canonicalize(path).ok());
            is_inside && source.is_some_and(|source| !source.starts_with(&real))
        })
    }

    /// Whether a file belongs to the output folder of a project with a profile that this run does not write.
    fn reserves(&self, path: &Path, own: &Path) -> bool {
        let deepest = |folders: &mut dyn Iterator<Item = &Path>| {
            folders.filter(|folder| path.starts_with(folder)).map(|folder| folder.components().count()).max()
        };
        let others = deepest(&mut self.folders.iter().map(PathBuf::as_path).filter(|folder| *folder != own));
        others > deepest(&mut std::iter::once(own))
    }

    /// Whether a source that this run does not compile, but which exists, may have made a file.
    fn may_make(&mut self, path: &Path, source: &str, in_project: bool) -> bool {
        let beside = path.with_extension(SOURCES[0]);
        let mapped = self.inputs.iter().filter_map(|input| input.output.as_ref()).any(|(project, _)| {
            !in_project && project.source_of_output(path).is_some_and(|source| source.is_file())
        });
        if mapped || beside.is_file() {
            return true;
        }
        // The whole disk is not searched for sources.
        if self.inputs.iter().flat_map(|input| input.root.folders()).any(|root| root.parent().is_none()) {
            return true;
        }
        let others = self.others.get_or_insert_with(|| others(self.inputs, self.grounds));
        others.iter().any(|(name, is_own)| plain(name) == source && !(in_project && *is_own))
    }
}

/// The names of the sources in the roots that are not compiled, and whether they belong to one of the projects.
fn others(inputs: &[Input], grounds: &Grounds) -> Vec<(String, bool)> {
    let compiled: HashSet<PathBuf> =
        inputs.iter().filter_map(|input| fs::canonicalize(input.path()?).ok()).collect();
    let places: HashSet<&Path> = inputs.iter().filter_map(|input| input.project.place.as_deref()).collect();
    let mut roots: Vec<&Path> = inputs.iter().flat_map(|input| input.root.folders()).collect();
    roots.sort_unstable();
    roots.dedup();
    let mut found = Found::default();
    for root in roots {
        found.walk(root, root, Path::new(""), SOURCES);
    }
    let mut found = found.inputs;
    found.retain(|other| other.path().is_some_and(|path| !compiled.contains(path)));
    let is_own = |other: &Input| {
        let settings = grounds.of(other.folder(), &other.base).settings;
        let place = settings.and_then(|file| fs::canonicalize(file.parent()?).ok());
        place.is_some_and(|place| places.contains(place.as_path()))
    };
    found.iter().map(|other| (other.short_name(), is_own(other))).collect()
}

impl Project {
    /// The folder that has a folder for each profile, if it has nothing else.
    fn folder_of_profiles(&self) -> Option<PathBuf> {
        let written = Path::new(&self.config.output.as_ref()?.text);
        let parent = written.parent().filter(|parent| !parent.as_os_str().is_empty())?;
        (written.file_name()? == PROFILE).then(|| self.path(&parent.to_string_lossy()))
    }

    /// The source that would become a file in the output folder.
    fn source_of_output(&self, path: &Path) -> Option<PathBuf> {
        let below = path.strip_prefix(fs::canonicalize(self.output()?).ok()?).ok()?;
        Some(self.place.as_ref()?.join(below).with_extension(SOURCES[0]))
    }
}
