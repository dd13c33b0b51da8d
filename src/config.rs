//! Reads `initflow.toml`: what an organization or a project sets for all its sources.
//!
//! ```toml
//! kube = "1.35"                    # the version of Kubernetes if `--kube` is not given
//! output = "manifests/{profile}"   # the folder for the whole project's output, here one for each profile
//! members = ["apps/*"]             # what belongs to the project
//! profile = "dev"                  # the profile if `--profile` is not given
//! registry = "mirror.acme.dev"     # a registry with the images of the built-in steps under their own names
//!
//! [images]                         # other images for some of them
//! fetch-https = "mirror.acme.dev/tools/curl:8.17.0"
//!
//! [lints]                          # the levels of warnings: "allow", "warn" or "deny"
//! warnings = "deny"                # the level of all warnings not named here
//! unpinned-image = "allow"
//!
//! [context]                        # what surrounds the workloads
//! with = ["k8s"]                   # manifests of other objects: files and folders
//! complete = true                  # these are all objects, so what is missing there does not exist
//! mesh = "istio"                   # the service mesh that injects its proxy into the pods
//!
//! [profiles.dev]                   # values of params from files, or
//! params = ["params/dev.params"]
//! [profiles.dev.set]               # set here
//! tag = "latest"
//! ```
//!
//! Invariant: reading never fails; whatever cannot be used is reported at its place, like an error in a source.

mod forms;
mod lock;
mod reader;
mod settings;
mod tables;
mod values;

#[cfg(feature = "cli")]
pub(crate) use forms::{TomlField, TomlForm, expectations, settings};
pub use forms::{expectations_schema, settings_schema};
pub use lock::{LOCK_NAME, MAX_LOCK_BYTES, lock_text, read_lock};
pub use settings::{SETTINGS, SettingSpec};
pub use tables::Placed;
pub(crate) use tables::Tables;
pub use values::{BadValues, values};

use crate::diagnostic::{Diagnostic, change_to, nearest};
use crate::kubernetes::version::Version;
use crate::lint::LintLevels;
use crate::model::Setting;
use crate::source::{SourceFile, Span};
use crate::steps::Images;
use smol_str::SmolStr;

/// The name of the file.
pub const FILE_NAME: &str = "initflow.toml";
/// The table with the levels of warnings.
pub(crate) const LINTS: &str = "lints";

/// The largest file that is read, in bytes (1 MiB).
pub const MAX_CONFIG_BYTES: usize = 1 << 20;

/// The most profiles that a file may define: a run may compile every source with each of them.
pub const MAX_PROFILES: usize = 256;

/// What means the name of the profile in the name of a folder or a file.
pub(crate) const PROFILE: &str = "{profile}";

/// The settings of an organization or a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The version of Kubernetes that the objects are for if the command line names none.
    pub version: Option<Version>,
    /// The images of the built-in steps.
    pub images: Images,
    /// The levels of warnings.
    pub levels: LintLevels,
    /// The folder for the project's output, relative to the file; `{profile}` in it means the name of the profile.
    pub output: Option<Placed>,
    /// The folders and files that belong to the project, as patterns relative to the file; if empty, everything below its folder.
    pub members: Vec<Placed>,
    /// The profile if the command line names none.
    pub profile: Option<SmolStr>,
    /// Values of params for each environment of the project.
    pub profiles: Vec<Profile>,
    /// What surrounds the workloads.
    pub context: ContextSettings,
}

/// What surrounds the workloads of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextSettings {
    /// Manifests of other objects: files and folders, relative to the file.
    pub with: Vec<Placed>,
    /// Whether these are all objects, so that what is missing there does not exist.
    pub complete: bool,
    /// The service mesh that injects its proxy into the pods.
    pub mesh: Option<SmolStr>,
}

/// Values of params under a name. A program without such a param ignores the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The name.
    pub name: SmolStr,
    /// The place of the name.
    pub span: Span,
    /// Files of values, relative to the file of settings; later ones win.
    pub params: Vec<Placed>,
    /// Values, which win over those of the files, each with the place of its name.
    pub set: Vec<(Setting, Span)>,
}

/// The error about an unknown profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownProfile {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Config {
    /// Whether each profile has an output folder of its own.
    pub fn has_folder_per_profile(&self) -> bool {
        self.output.as_ref().is_some_and(|output| output.text.contains(PROFILE))
    }

    /// The output folder of a profile, relative to the file; none if it depends on the profile, and there is none.
    ///
    /// ```
    /// use initflow::config::read;
    /// use initflow::source::{FileId, SourceFile};
    ///
    /// let text = "output = \"manifests/{profile}\"\n[profiles.prod.set]\ntag = 1\n";
    /// let (config, _) = read(&SourceFile::new(FileId(0), "initflow.toml", text));
    /// assert_eq!(config.output_of(Some("prod")).as_deref(), Some("manifests/prod"));
    /// assert_eq!(config.output_of(None), None);
    /// ```
    pub fn output_of(&self, profile: Option<&str>) -> Option<String> {
        let text = &self.output.as_ref()?.text;
        match profile {
            Some(profile) if names_a_folder(profile) => Some(text.replace(PROFILE, profile)),
            _ => Some(text.clone()).filter(|_| !self.has_folder_per_profile()),
        }
    }

    /// The profile of a name, else the default one, if there is one.
    ///
    /// # Errors
    /// There is no profile with this name.
    pub fn profile(&self, name: Option<&str>) -> Result<Option<&Profile>, UnknownProfile> {
        let Some(wanted) = name.or(self.profile.as_deref()) else { return Ok(None) };
        let found = self.profiles.iter().find(|profile| profile.name == wanted);
        found.map(Some).ok_or_else(|| {
            let names: Vec<String> =
                self.profiles.iter().map(|profile| format!("`{}`", profile.name)).collect();
            let near = nearest(wanted, self.profiles.iter().map(|profile| &*profile.name));
            let help = match near {
                _ if names.is_empty() => {
                    format!("add `[profiles.{wanted}]` to {FILE_NAME}, with `params` or `set` below it")
                }
                Some(near) => change_to(near),
                None => format!("use one of {}", names.join(", ")),
            };
            UnknownProfile { message: format!("unknown profile `{wanted}`"), help }
        })
    }
}

/// Whether a profile's name can be the name of a folder on every system, and of no hidden one.
pub(crate) fn names_a_folder(name: &str) -> bool {
    let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.' | '+');
    !name.is_empty() && !name.starts_with('.') && !name.ends_with('.') && name.chars().all(is_plain)
}

/// Reads a file of settings.
pub fn read(source: &SourceFile) -> (Config, Vec<Diagnostic>) {
    Tables::read(source, reader::settings)
}

#[cfg(test)]
mod tests;
