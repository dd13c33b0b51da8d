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
use crate::config::{self, FILE_NAME, MAX_CONFIG_BYTES, PROFILE};
use crate::diagnostic::visible::plain;
use crate::files::{Grounds, Root};
use crate::plan::source_of;
use crate::source::{FileId, MAX_SOURCE_BYTES, SourceFile};
use std::collections::{BTreeMap, HashMap, HashSet};
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
        if makers.may_make(&real, source, folder, &real_top) {
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
    /// The sources below a folder that are not compiled; found when first needed.
    others: HashMap<PathBuf, Vec<Input>>,
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
        Self { inputs, grounds, folders, others: HashMap::new() }
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

    /// Whether a source that this run does not compile, but which exists, may have made a file in an output folder.
    fn may_make(&mut self, path: &Path, source: &str, folder: &OutputFolder, top: &Path) -> bool {
        if path.with_extension(SOURCES[0]).is_file() {
            return true;
        }
        let outputs = || self.inputs.iter().filter_map(|input| input.output.as_ref());
        if !folder.is_projects
            && outputs().any(|(project, _)| project.source_of(path).is_some_and(|source| source.is_file()))
        {
            return true;
        }
        // The sources of other projects may have the same output folder; a folder that a call names may have any sources.
        let start = if folder.is_projects { self.root() } else { self.around(top) };
        let Some(start) = start else { return true };
        let below = path.strip_prefix(top).unwrap_or(path).with_extension("");
        let grounds = self.grounds;
        let places: HashSet<&Path> =
            self.inputs.iter().filter_map(|input| input.project.place.as_deref()).collect();
        let others = self.others.entry(start.clone()).or_insert_with(|| others(&start, self.inputs));
        others.iter().filter(|other| plain(&other.short_name()) == source).any(|other| {
            if folder.is_projects {
                return makes(other, path, &places, grounds);
            }
            other
                .path()
                .is_some_and(|other| other.ends_with(&below) || other.with_extension("").ends_with(&below))
        })
    }

    /// The root of the sources; nothing if it is the whole disk, which is not searched.
    fn root(&self) -> Option<PathBuf> {
        let root = self.inputs.first()?.root.folders().next()?;
        root.parent().map(|_| root.to_owned())
    }

    /// The nearest folder that contains an output folder and all sources, if it is not the whole disk.
    fn around(&self, top: &Path) -> Option<PathBuf> {
        let mut around = top.to_owned();
        for input in self.inputs {
            let source = input.path().and_then(|path| fs::canonicalize(path).ok())?;
            while !source.starts_with(&around) && around.pop() {}
        }
        around.parent().map(|_| around.clone())
    }
}

/// The sources below a folder that are not compiled.
fn others(start: &Path, inputs: &[Input]) -> Vec<Input> {
    let compiled: HashSet<PathBuf> =
        inputs.iter().filter_map(|input| fs::canonicalize(input.path()?).ok()).collect();
    let mut found = Found::default();
    found.walk(start, start, Path::new(""), SOURCES);
    found.inputs.retain(|other| other.path().is_some_and(|path| !compiled.contains(path)));
    found.inputs
}

/// Whether a source of another project than these becomes a file, with any of its profiles.
fn makes(other: &Input, path: &Path, places: &HashSet<&Path>, grounds: &Grounds) -> bool {
    let ground = grounds.of(other.folder(), &other.base);
    let place = ground.settings.as_ref().and_then(|file| fs::canonicalize(file.parent()?).ok());
    let (Some(file), Some(place)) = (&ground.settings, place) else { return false };
    if places.contains(place.as_path()) {
        return false;
    }
    let Ok(text) = ground.root.read(file, MAX_CONFIG_BYTES) else { return true };
    let (config, _) = config::read(&SourceFile::new(FileId(0), FILE_NAME, text));
    let profiles = config.profiles.iter().map(|profile| Some(profile.name.as_str())).chain([None]);
    let mut outputs = profiles.filter_map(|profile| config.output_of(profile));
    outputs.any(|output| {
        let output = fs::canonicalize(place.join(output)).ok();
        let below =
            output.and_then(|output| Some(place.join(path.strip_prefix(output).ok()?).with_extension("")));
        let other = other.path();
        below.is_some_and(|below| {
            other.is_some_and(|other| other == below || other.with_extension("") == below)
        })
    })
}

impl Project {
    /// The folder that has a folder for each profile, if it has nothing else.
    fn folder_of_profiles(&self) -> Option<PathBuf> {
        let written = Path::new(&self.config.output.as_ref()?.text);
        let parent = written.parent().filter(|parent| !parent.as_os_str().is_empty())?;
        (written.file_name()? == PROFILE).then(|| self.path(&parent.to_string_lossy()))
    }

    /// The source that would become a file in the output folder.
    fn source_of(&self, path: &Path) -> Option<PathBuf> {
        let below = path.strip_prefix(fs::canonicalize(self.output()?).ok()?).ok()?;
        Some(self.place.as_ref()?.join(below).with_extension(SOURCES[0]))
    }
}
