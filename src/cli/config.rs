//! Finds and reads the `initflow.toml` of each source, with the values of the profile: each file once per run.

use super::arguments::SettingsArguments;
use super::console::Console;
use super::params;
use crate::config::{self, Config, FILE_NAME, LOCK_NAME, MAX_CONFIG_BYTES, MAX_LOCK_BYTES, Placed};
use crate::diagnostic::Diagnostic;
use crate::files::{Ground, Grounds, Root};
use crate::model::Setting;
use crate::source::{MAX_SOURCE_BYTES, Sources, Span};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which profiles a run uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProfileChoice<'a> {
    /// The default profile, if there is one.
    Default,
    /// The one with this name.
    Named(&'a str),
    /// Each one.
    Every,
}

/// The settings for the sources of a folder, with one profile.
#[derive(Clone, Debug, Default)]
pub(super) struct Project {
    pub(super) config: Arc<Config>,
    /// The name of the profile, if there is one.
    pub(super) profile: Option<SmolStr>,
    /// The values of the profile.
    pub(super) values: Vec<Setting>,
    /// Where the file names each of them, or the file that has it.
    pub(super) places: HashMap<String, Span>,
    /// The folder that paths in the file are relative to; none if there is no file.
    pub(super) folder: Option<PathBuf>,
    /// The same folder with all links resolved.
    pub(super) place: Option<PathBuf>,
    /// The root that paths in the file must stay in.
    pub(super) root: Arc<Root>,
    /// The file, for messages.
    sources: Arc<Sources>,
}

/// A project with each of its profiles.
type Variants = Arc<[Arc<Project>]>;

/// The projects of one run.
pub(super) struct Projects<'a> {
    named: &'a SettingsArguments,
    profile: ProfileChoice<'a>,
    /// Whether the values of profiles matter.
    needs_values: bool,
    grounds: &'a Grounds,
    read: HashMap<Option<PathBuf>, Option<Variants>>,
}

impl<'a> Projects<'a> {
    /// The projects of a call, with the profiles that it chooses.
    pub(super) fn new(
        named: &'a SettingsArguments,
        profile: ProfileChoice<'a>,
        grounds: &'a Grounds,
    ) -> Self {
        Self { named, profile, needs_values: true, grounds, read: HashMap::new() }
    }

    /// The projects of a call that needs no values of params.
    pub(super) fn without_values(named: &'a SettingsArguments, grounds: &'a Grounds) -> Self {
        Self { needs_values: false, ..Self::new(named, ProfileChoice::Default, grounds) }
    }

    /// The project that sources on a ground belong to, with the first of its profiles that the call chooses; nothing if it
    /// cannot be used, which is reported once.
    pub(super) fn on(&mut self, ground: &Ground, console: &mut Console) -> Option<Arc<Project>> {
        self.all_on(ground, console)?.first().cloned()
    }

    /// The same project with each of its profiles that the call chooses, or without any if it has none.
    pub(super) fn all_on(&mut self, ground: &Ground, console: &mut Console) -> Option<Arc<[Arc<Project>]>> {
        let path = match (&self.named.config, self.named.no_config) {
            (Some(path), _) => Some(path),
            (None, true) => None,
            (None, false) => ground.settings.as_ref(),
        };
        console.ground(&ground.root, path.map(PathBuf::as_path));
        if let Some(known) = self.read.get(&path.cloned()) {
            return known.clone();
        }
        let projects = self.load(path.map(PathBuf::as_path), console);
        let projects = projects.map(|all| all.into_iter().map(Arc::new).collect());
        self.read.insert(path.cloned(), projects.clone());
        projects
    }

    fn load(&self, path: Option<&Path>, console: &mut Console) -> Option<Vec<Project>> {
        let Some(path) = path else {
            if let ProfileChoice::Named(profile) = self.profile {
                console
                    .trouble(&format!("there is no {FILE_NAME} that could define the profile `{profile}`"));
                console.help(&format!("add `[profiles.{profile}]` to an {FILE_NAME} next to the source"));
                return None;
            }
            return Some(vec![Project::default()]);
        };
        let project = self.read(path, console)?;
        if !self.needs_values {
            project.hold_output(console)?;
            return Some(vec![project]);
        }
        let found = match self.profile {
            ProfileChoice::Every => Ok(project.config.profiles.iter().collect()),
            ProfileChoice::Default => project.config.profile(None).map(|found| found.into_iter().collect()),
            ProfileChoice::Named(name) => {
                project.config.profile(Some(name)).map(|found| found.into_iter().collect())
            }
        };
        let profiles: Vec<&config::Profile> = match found {
            Ok(profiles) => profiles,
            Err(unknown) => {
                console.trouble(&format!("{} in `{}`", unknown.message, path.display()));
                console.help(&unknown.help);
                return None;
            }
        };
        if profiles.is_empty() {
            project.hold_output(console)?;
            return Some(vec![project]);
        }
        let with = |profile: &&config::Profile| {
            let mut project = project.clone();
            project.take(profile, console)?;
            project.hold_output(console)?;
            Some(project)
        };
        profiles.iter().map(with).collect()
    }

    /// Reads a file of settings that the call names or that was found.
    fn read(&self, path: &Path, console: &mut Console) -> Option<Project> {
        let name = path.display().to_string();
        let folder = path.parent().unwrap_or(path);
        let ground = self.grounds.of(folder, folder);
        let text = if self.named.config.is_some() {
            params::named(path, MAX_CONFIG_BYTES, self.grounds, console)?
        } else {
            let text = ground.root.read(path, MAX_CONFIG_BYTES);
            text.map_err(|reason| console.trouble(&format!("cannot read `{name}`: {reason}"))).ok()?
        };
        let mut sources = Sources::default();
        let id = sources.add(&name, text);
        let (mut config, diagnostics) = config::read(sources.get(id));
        console.diagnostics(&name, &sources, &diagnostics);
        config.images.locked = locked(&folder.join(LOCK_NAME), &ground.root, console)?;
        diagnostics.is_empty().then_some(Project {
            config: Arc::new(config),
            profile: None,
            values: Vec::new(),
            places: HashMap::new(),
            folder: Some(folder.to_owned()),
            place: Some(ground.folder),
            root: ground.root,
            sources: Arc::new(sources),
        })
    }
}

/// The digests in a lock file, if there is one.
fn locked(path: &Path, root: &Root, console: &mut Console) -> Option<BTreeMap<SmolStr, SmolStr>> {
    let text = match root.read(path, MAX_LOCK_BYTES) {
        Ok(text) => text,
        Err(unreadable) if unreadable.is_missing => return Some(BTreeMap::new()),
        Err(reason) => {
            console.trouble(&format!("cannot read `{}`: {reason}", path.display()));
            return None;
        }
    };
    let mut sources = Sources::default();
    let id = sources.add(path.display().to_string(), text);
    let (locked, diagnostics) = config::read_lock(sources.get(id));
    console.diagnostics(&path.display().to_string(), &sources, &diagnostics);
    diagnostics.is_empty().then_some(locked)
}

impl Project {
    /// A path in the file, relative to the working directory of this process.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.folder.as_deref().unwrap_or(Path::new("")).join(written)
    }

    /// Adopts the values of a profile.
    fn take(&mut self, profile: &config::Profile, console: &mut Console) -> Option<()> {
        let mut values = Vec::new();
        for written in &profile.params {
            let path = self.path(&written.text);
            let text = match self.root.read(&path, MAX_SOURCE_BYTES) {
                Ok(text) => text,
                Err(reason) => {
                    self.show(written.unusable_values(&profile.name, &reason), console);
                    return None;
                }
            };
            let read = params::read(&path, text, console)?;
            self.places.extend(read.iter().map(|value| (value.name.clone(), written.span)));
            values.extend(read.into_iter().map(|value| Setting { optional: true, ..value }));
        }
        values.extend(profile.set.iter().map(|(value, _)| value.clone()));
        self.places.extend(profile.set.iter().map(|(value, span)| (value.name.clone(), *span)));
        self.profile = Some(profile.name.clone());
        self.values = params::last_of_each(values);
        Some(())
    }

    /// The same settings without a profile.
    pub(super) fn without_profile(&self) -> Self {
        Self { profile: None, values: Vec::new(), places: HashMap::new(), ..self.clone() }
    }

    /// Refuses an output folder outside of the root.
    fn hold_output(&self, console: &mut Console) -> Option<()> {
        let (Some(written), Some(folder)) = (&self.config.output, self.output()) else { return Some(()) };
        let Err(refused) = self.root.place(&folder) else { return Some(()) };
        self.refuse(written, "the output folder cannot be used".to_owned(), &refused, console);
        None
    }

    /// Reports a path in the file that cannot be used.
    pub(super) fn refuse(
        &self,
        written: &Placed,
        headline: String,
        reason: &dyn std::fmt::Display,
        console: &mut Console,
    ) {
        self.show(written.unusable(headline, reason), console);
    }

    pub(super) fn show(&self, diagnostic: Diagnostic, console: &mut Console) {
        let name = self.sources.files().first().map_or(FILE_NAME, |file| &*file.name);
        console.diagnostics(name, &self.sources, &[diagnostic]);
    }

    /// The output folder of the whole project with its profile.
    pub(super) fn output(&self) -> Option<PathBuf> {
        self.output_of(self.profile.as_deref())
    }

    /// The output folder of the whole project with a profile.
    pub(super) fn output_of(&self, profile: Option<&str>) -> Option<PathBuf> {
        self.config.output_of(profile).map(|output| self.path(&output))
    }
}
