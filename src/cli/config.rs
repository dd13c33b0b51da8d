//! Finds and reads the `initflow.toml` of each source, with the values of the profile: each file once per run.

use super::arguments::SettingsArguments;
use super::console::Console;
use super::params;
use crate::config::{self, Config, FILE_NAME, LOCK_NAME, MAX_CONFIG_BYTES, MAX_LOCK_BYTES, Placed};
use crate::diagnostic::{Code, Diagnostic};
use crate::files::{Ground, Grounds, Root};
use crate::model::Setting;
use crate::source::{MAX_SOURCE_BYTES, Sources};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The settings for the sources of a folder.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub(super) config: Config,
    /// The values of the profile.
    pub(super) values: Vec<Setting>,
    /// The folder that paths in the file are relative to; none if there is no file.
    pub(super) folder: Option<PathBuf>,
    /// The same folder with all links resolved.
    pub(super) place: Option<PathBuf>,
    /// The root that paths in the file must stay in.
    pub(super) root: Arc<Root>,
    /// The file, for messages.
    sources: Sources,
}

/// The projects of one run.
pub(super) struct Projects<'a> {
    named: &'a SettingsArguments,
    profile: Option<&'a str>,
    /// Whether the values of profiles matter.
    needs_values: bool,
    grounds: &'a Grounds,
    read: HashMap<Option<PathBuf>, Option<Arc<Project>>>,
}

impl<'a> Projects<'a> {
    /// The projects of a call, with the profile that the call names, if it names one.
    pub(super) fn new(named: &'a SettingsArguments, profile: Option<&'a str>, grounds: &'a Grounds) -> Self {
        Self { named, profile, needs_values: true, grounds, read: HashMap::new() }
    }

    /// The projects of a call that needs no values of params.
    pub(super) fn without_values(named: &'a SettingsArguments, grounds: &'a Grounds) -> Self {
        Self { needs_values: false, ..Self::new(named, None, grounds) }
    }

    /// The project that sources on a ground belong to; nothing if it cannot be used, which is reported once.
    pub(super) fn on(&mut self, ground: &Ground, console: &mut Console) -> Option<Arc<Project>> {
        let path = match (&self.named.config, self.named.no_config) {
            (Some(path), _) => Some(path),
            (None, true) => None,
            (None, false) => ground.settings.as_ref(),
        };
        console.ground(&ground.root, path.map(PathBuf::as_path));
        if let Some(known) = self.read.get(&path.cloned()) {
            return known.clone();
        }
        let project = self.load(path.map(PathBuf::as_path), console).map(Arc::new);
        self.read.insert(path.cloned(), project.clone());
        project
    }

    fn load(&self, path: Option<&Path>, console: &mut Console) -> Option<Project> {
        let Some(path) = path else {
            if let Some(profile) = self.profile {
                console
                    .trouble(&format!("there is no {FILE_NAME} that could define the profile `{profile}`"));
                console.help(&format!("add `[profiles.{profile}]` to an {FILE_NAME} next to the source"));
                return None;
            }
            return Some(Project::default());
        };
        let mut project = self.read(path, console)?;
        project.hold_output(console)?;
        if !self.needs_values {
            return Some(project);
        }
        let found = project.config.profile(self.profile);
        match found.map(Option::<&config::Profile>::cloned) {
            Ok(Some(profile)) => project.take(&profile, console)?,
            Ok(None) => {}
            Err(unknown) => {
                console.trouble(&format!("{} in `{}`", unknown.message, path.display()));
                console.help(&unknown.help);
                return None;
            }
        }
        Some(project)
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
            config,
            values: Vec::new(),
            folder: Some(folder.to_owned()),
            place: Some(ground.folder),
            root: ground.root,
            sources,
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
                    let headline =
                        format!("cannot read the file with the values of the profile `{}`", profile.name);
                    self.refuse(written, headline, &reason, console);
                    return None;
                }
            };
            let read = params::read(&path, text, console)?;
            values.extend(read.into_iter().map(|value| Setting { optional: true, ..value }));
        }
        values.extend(profile.set.iter().cloned());
        self.values = params::last_of_each(values);
        Some(())
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
        let diagnostic = Diagnostic::error(Code::UnreadableFile, written.span, headline);
        let help = "use a path below the root, or set another root with `--root`";
        self.show(diagnostic.here(reason.to_string()).help(help), console);
    }

    pub(super) fn show(&self, diagnostic: Diagnostic, console: &mut Console) {
        let name = self.sources.files().first().map_or(FILE_NAME, |file| &*file.name);
        console.diagnostics(name, &self.sources, &[diagnostic]);
    }

    /// The output folder of the whole project.
    pub(super) fn output(&self) -> Option<PathBuf> {
        self.config.output.as_ref().map(|output| self.path(&output.text))
    }
}
