//! Declares `--all-profiles`: which profiles of a project a call is about.

use super::arguments::ProgramArguments;
use super::config::ProfileChoice;
use super::console::Console;
use super::input::Input;
use crate::config::FILE_NAME;
use clap::Args;

/// Whether to process the sources with each profile.
#[derive(Args)]
pub(super) struct AllProfiles {
    /// Use the values of each profile in initflow.toml, one after the other
    #[arg(long, conflicts_with = "profile")]
    pub(super) all_profiles: bool,
}

impl AllProfiles {
    /// The profiles that a call chooses.
    pub(super) fn choice<'p>(&self, program: &'p ProgramArguments) -> ProfileChoice<'p> {
        match &program.profile {
            _ if self.all_profiles => ProfileChoice::Every,
            Some(profile) => ProfileChoice::Named(profile),
            None => ProfileChoice::Default,
        }
    }

    /// Reports that there are no profiles, if the call asks for all of them.
    pub(super) fn hold(&self, inputs: &[Input], console: &mut Console) {
        let has_none = inputs.iter().all(|input| input.project.profile.is_none());
        if self.all_profiles && !inputs.is_empty() && has_none {
            console.trouble(&format!("there are no profiles: no {FILE_NAME} of these sources defines one"));
            console.help(&format!("add `[profiles.prod.set]` to {FILE_NAME}, or leave `--all-profiles` out"));
        }
    }
}
