//! `initflow.toml` to what an organisation or a project sets for all of its sources.
//!
//! ```toml
//! kube = "1.35"                    # the version of Kubernetes, where `--kube` names none
//! output = "manifests"             # the folder for the output of the whole project
//! members = ["apps/*"]             # what belongs to it
//! profile = "dev"                  # where `--profile` names none
//! registry = "mirror.acme.dev"     # has the images of the built-in steps, under their own names
//!
//! [images]                         # other images for some of them
//! fetch-https = "mirror.acme.dev/tools/curl:8.17.0"
//!
//! [lints]                          # what becomes of warnings: "allow", "warn" or "deny"
//! warnings = "deny"                # of all that are not named here
//! unpinned-image = "allow"
//!
//! [profiles.dev]                   # values of params: of files, or
//! params = ["params/dev.params"]
//! [profiles.dev.set]               # given here
//! tag = "latest"
//! ```
//!
//! Invariant: reading never fails; whatever cannot be used is reported at its place, as in a source.

mod reader;
mod tables;
mod values;

pub use tables::Placed;
pub(crate) use tables::Tables;
pub use values::{BadValues, values};

use crate::diagnostic::{Diagnostic, nearest};
use crate::kubernetes::version::Version;
use crate::lint::Levels;
use crate::model::Setting;
use crate::source::SourceFile;
use crate::steps::Images;
use smol_str::SmolStr;

/// The name of the file.
pub const FILE_NAME: &str = "initflow.toml";

/// The largest file that is read, in bytes (1 MiB).
pub const MAX_CONFIG_BYTES: usize = 1 << 20;

/// What an organisation sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The version of Kubernetes that the objects are for, where the call names none.
    pub version: Option<Version>,
    /// The images of the built-in steps.
    pub images: Images,
    /// What becomes of warnings.
    pub levels: Levels,
    /// The folder that the project's output is for, relative to the file.
    pub output: Option<Placed>,
    /// The folders and files that belong to the project, as patterns relative to the file; none: all below its folder.
    pub members: Vec<Placed>,
    /// The profile where the call names none.
    pub profile: Option<SmolStr>,
    /// Values of params for each place that a project is for.
    pub profiles: Vec<Profile>,
}

/// Values of params under a name. A program without such a param does without the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The name.
    pub name: SmolStr,
    /// Files of values, relative to the file of settings; later ones win.
    pub params: Vec<Placed>,
    /// Values, which win over those of the files.
    pub set: Vec<Setting>,
}

/// Why there is no such profile, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownProfile {
    /// The fact.
    pub message: String,
    /// The action.
    pub help: String,
}

impl Config {
    /// The profile of a name, else the default one, if there is one.
    ///
    /// # Errors
    /// There is none of the name.
    pub fn profile(&self, name: Option<&str>) -> Result<Option<&Profile>, UnknownProfile> {
        let Some(wanted) = name.or(self.profile.as_deref()) else { return Ok(None) };
        let found = self.profiles.iter().find(|profile| profile.name == wanted);
        found.map(Some).ok_or_else(|| {
            let names: Vec<String> =
                self.profiles.iter().map(|profile| format!("`{}`", profile.name)).collect();
            let near = nearest(wanted, self.profiles.iter().map(|profile| &*profile.name));
            let help = match near {
                _ if names.is_empty() => {
                    format!("write `[profiles.{wanted}]` into {FILE_NAME}, with `params` or `set` below it")
                }
                Some(near) => format!("did you mean `{near}`? The profiles are {}", names.join(", ")),
                None => format!("the profiles are {}", names.join(", ")),
            };
            UnknownProfile { message: format!("there is no profile `{wanted}`"), help }
        })
    }
}

/// Reads a file of settings.
pub fn read(source: &SourceFile) -> (Config, Vec<Diagnostic>) {
    Tables::read(source, reader::settings)
}

#[cfg(test)]
mod tests;
