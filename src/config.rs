//! Reads `initflow.toml`: what an organization or a project sets for all its sources.
//!
//! ```toml
//! kube = "1.35"                    # the version of Kubernetes if `--kube` is not given
//! output = "manifests"             # the folder for the whole project's output
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
//! [context]                        # what stands around the workloads
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

mod lock;
mod reader;
mod tables;
mod values;

pub use lock::{LOCK_NAME, MAX_LOCK_BYTES, lock_text, read_lock};
pub use tables::Placed;
pub(crate) use tables::Tables;
pub use values::{BadValues, values};

use crate::diagnostic::{Diagnostic, change_to, nearest};
use crate::kubernetes::version::Version;
use crate::lint::LintLevels;
use crate::model::Setting;
use crate::source::SourceFile;
use crate::steps::Images;
use smol_str::SmolStr;

/// The name of the file.
pub const FILE_NAME: &str = "initflow.toml";

/// The largest file that is read, in bytes (1 MiB).
pub const MAX_CONFIG_BYTES: usize = 1 << 20;

/// The settings of an organization or a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The version of Kubernetes that the objects are for if the command line names none.
    pub version: Option<Version>,
    /// The images of the built-in steps.
    pub images: Images,
    /// The levels of warnings.
    pub levels: LintLevels,
    /// The folder for the project's output, relative to the file.
    pub output: Option<Placed>,
    /// The folders and files that belong to the project, as patterns relative to the file; if empty, everything below its folder.
    pub members: Vec<Placed>,
    /// The profile if the command line names none.
    pub profile: Option<SmolStr>,
    /// Values of params for each environment of the project.
    pub profiles: Vec<Profile>,
    /// What stands around the workloads.
    pub context: ContextSettings,
}

/// What stands around the workloads of a project.
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
    /// Files of values, relative to the file of settings; later ones win.
    pub params: Vec<Placed>,
    /// Values, which win over those of the files.
    pub set: Vec<Setting>,
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

/// Reads a file of settings.
pub fn read(source: &SourceFile) -> (Config, Vec<Diagnostic>) {
    Tables::read(source, reader::settings)
}

#[cfg(test)]
mod tests;
