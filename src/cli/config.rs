//! The `initflow.toml` of each source, with the values of the profile: read once for all sources that it is for.

use super::Inputs;
use super::console::Console;
use super::input::{self, Input, Trouble};
use super::params;
use crate::config::{self, Config, FILE_NAME, MAX_CONFIG_BYTES, Placed};
use crate::diagnostic::Diagnostic;
use crate::model::Setting;
use crate::source::{Sources, Span};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is set for the sources of a folder.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub(super) config: Config,
    /// The values of the profile.
    pub(super) values: Vec<Setting>,
    /// The folder that paths in the file are relative to; none where there is no file.
    folder: Option<PathBuf>,
    /// The file, for messages.
    sources: Sources,
}

/// The projects of one run.
pub(super) struct Projects<'a> {
    named: &'a Inputs,
    profile: Option<&'a str>,
    read: HashMap<Option<PathBuf>, Option<Arc<Project>>>,
    found: HashMap<PathBuf, Option<PathBuf>>,
}

impl<'a> Projects<'a> {
    /// The projects of a call; with `profile`, of the one that the call names.
    pub(super) fn new(named: &'a Inputs, profile: Option<&'a str>) -> Self {
        Self { named, profile, read: HashMap::new(), found: HashMap::new() }
    }

    /// The project that the sources of a folder belong to; nothing where it cannot be used, which is reported once.
    pub(super) fn of(&mut self, folder: &Path, console: &mut Console) -> Option<Arc<Project>> {
        let path = match (&self.named.config, self.named.no_config) {
            (Some(path), _) => Some(path.clone()),
            (None, true) => None,
            (None, false) => self.found.entry(folder.to_owned()).or_insert_with(|| find(folder)).clone(),
        };
        if let Some(known) = self.read.get(&path) {
            return known.clone();
        }
        let project = self.load(path.as_deref(), console).map(Arc::new);
        self.read.insert(path, project.clone());
        project
    }

    fn load(&self, path: Option<&Path>, console: &mut Console) -> Option<Project> {
        let Some(path) = path else {
            if let Some(profile) = self.profile {
                console.trouble(&format!("there is no {FILE_NAME} that could have a profile `{profile}`"));
                console.help(&format!("write `[profiles.{profile}]` into an {FILE_NAME} beside the source"));
                return None;
            }
            return Some(Project::default());
        };
        let mut project = load(path, self.named.config.is_some(), console)?;
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
}

impl Project {
    /// A path of the file, as it is for this process.
    fn path(&self, written: &str) -> PathBuf {
        self.folder.as_deref().unwrap_or(Path::new("")).join(written)
    }

    /// Takes the values of a profile.
    fn take(&mut self, profile: &config::Profile, console: &mut Console) -> Option<()> {
        let mut values = Vec::new();
        for written in &profile.params {
            let path = self.path(&written.text);
            if let Err(reason) = fs::metadata(&path) {
                let headline =
                    format!("the profile `{}` takes values from a file that cannot be read", profile.name);
                let diagnostic = Diagnostic::error("unreadable-file", written.span, headline);
                self.show(diagnostic.here(input::reason(&reason)), console);
                return None;
            }
            values.extend(
                params::file(&path, console)?.into_iter().map(|value| Setting { optional: true, ..value }),
            );
        }
        values.extend(profile.set.iter().cloned());
        self.values = params::last_of_each(values);
        Some(())
    }

    fn show(&self, diagnostic: Diagnostic, console: &mut Console) {
        let name = self.sources.files().first().map_or(FILE_NAME, |file| &*file.name);
        console.diagnostics(name, &self.sources, &[diagnostic]);
    }

    /// The files of the whole project with these endings.
    ///
    /// Their output stands in the project's output folder, if it has one.
    pub(super) fn members(
        self: &Arc<Self>,
        endings: &'static [&'static str],
        console: &mut Console,
    ) -> Result<Vec<Input>, Trouble> {
        let Some(folder) = &self.folder else {
            return Err(Trouble {
                message: format!("no PATH is given, and there is no {FILE_NAME} here or above"),
                help: Some("name a file or a folder"),
            });
        };
        let mut troubles = Vec::new();
        let mut inputs = Vec::new();
        if self.config.members.is_empty() {
            input::walk(folder, Path::new(""), endings, &mut inputs, &mut troubles);
            if inputs.is_empty() && troubles.is_empty() {
                let message = format!("there is no .{} file in the project", endings.join(" or ."));
                troubles.push(Trouble { message, help: None });
            }
        }
        for member in &self.config.members {
            let before = inputs.len();
            self.member(member, endings, console, &mut inputs, &mut troubles);
            if inputs.len() == before && troubles.is_empty() {
                let headline =
                    format!("no .{} file belongs to the member `{}`", endings.join(" or ."), member.text);
                let diagnostic = Diagnostic::error("unreadable-file", member.span, headline)
                    .here("nothing is found by this")
                    .help(
                        "members are relative to this file: a folder, a file, or a pattern such as `apps/*`",
                    );
                self.show(diagnostic, console);
            }
        }
        input::once_each(&mut inputs);
        if let Some(trouble) = troubles.into_iter().next() {
            return Err(trouble);
        }
        Ok(inputs)
    }

    fn member(
        &self,
        member: &Placed,
        endings: &'static [&'static str],
        console: &mut Console,
        inputs: &mut Vec<Input>,
        troubles: &mut Vec<Trouble>,
    ) {
        let root = self.folder.as_deref().unwrap_or(Path::new(""));
        // What the folder is called is no pattern.
        let pattern = Path::new(&glob::Pattern::escape(&root.to_string_lossy())).join(&member.text);
        let found = match glob::glob(&pattern.to_string_lossy()) {
            Ok(found) => found,
            Err(error) => {
                let headline = format!("the member `{}` is no pattern: {}", member.text, error.msg);
                let span: Span = member.span;
                return self.show(
                    Diagnostic::error("unknown-value", span, headline).here("not understood"),
                    console,
                );
            }
        };
        for path in found.flatten() {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
            if path.is_dir() {
                input::walk(&path, &relative, endings, inputs, troubles);
            } else if input::has_ending(&path, endings) {
                inputs.push(Input::file(path, relative, endings));
            }
        }
    }

    /// The folder for the output of the whole project.
    pub(super) fn output(&self) -> Option<PathBuf> {
        self.config.output.as_ref().map(|output| self.path(&output.text))
    }

    /// A file's place below the project's folder.
    pub(super) fn relative(&self, path: &Path) -> Option<PathBuf> {
        let folder = self.folder.as_deref().filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some(fs::canonicalize(path).ok()?.strip_prefix(folder).ok()?.to_owned())
    }
}

/// The file in a folder or in the nearest one above it that has one.
///
/// Whatever has its name is taken, so that a broken link or a folder is not passed over in silence.
fn find(folder: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(folder).ok()?;
    let file = folder
        .ancestors()
        .map(|folder| folder.join(FILE_NAME))
        .find(|path| fs::symlink_metadata(path).is_ok())?;
    let here = std::env::current_dir().and_then(fs::canonicalize).ok();
    let relative = here.and_then(|here| Some(file.strip_prefix(here).ok()?.to_path_buf()));
    Some(relative.unwrap_or(file))
}

/// Reads a file of settings; one that the call does not name has to be a file, since to open a pipe may take for ever.
fn load(path: &Path, named: bool, console: &mut Console) -> Option<Project> {
    let name = path.display().to_string();
    let special = !named && fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    let text = if special {
        Err("it is not a regular file".to_owned())
    } else {
        input::read_at_most(MAX_CONFIG_BYTES, path)
    };
    let text = match text {
        Ok(text) => text,
        Err(reason) => {
            console.trouble(&format!("cannot read `{name}`: {reason}"));
            return None;
        }
    };
    let mut sources = Sources::default();
    let id = sources.add(&name, text);
    let (config, diagnostics) = config::read(sources.get(id));
    console.diagnostics(&name, &sources, &diagnostics);
    let folder = path.parent().map(Path::to_owned);
    diagnostics.is_empty().then_some(Project { config, values: Vec::new(), folder, sources })
}
