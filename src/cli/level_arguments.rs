//! Declares `--deny`, `--warn` and `--allow`, which set the levels of warnings.

use crate::diagnostic::nearest;
use crate::lint::{ALL, LintLevel, names};
use clap::Args;

/// The levels in the call, which take precedence over those in `initflow.toml`.
#[derive(Args)]
pub(super) struct LevelArguments {
    /// Make a warning an error; `warnings` means all of them
    #[arg(help_heading = "Warnings", long, value_name = "NAME", value_parser = known)]
    deny: Vec<String>,
    /// Show a warning that initflow.toml allows or denies
    #[arg(help_heading = "Warnings", long, value_name = "NAME", value_parser = known)]
    warn: Vec<String>,
    /// Do not show a warning
    #[arg(help_heading = "Warnings", long, value_name = "NAME", value_parser = known)]
    allow: Vec<String>,
}

impl LevelArguments {
    /// The levels; the strictest one for a name applies.
    pub(super) fn get(&self) -> crate::lint::LintLevels {
        let mut levels = crate::lint::LintLevels::default();
        for (names, level) in
            [(&self.allow, LintLevel::Allow), (&self.warn, LintLevel::Warn), (&self.deny, LintLevel::Deny)]
        {
            for name in names {
                levels.set_named(name, level);
            }
        }
        levels
    }
}

fn known(name: &str) -> Result<String, String> {
    if names().any(|known| known == name) {
        return Ok(name.to_owned());
    }
    Err(match nearest(name, names()) {
        Some(near) => format!("there is no warning with this name; use `{near}`"),
        None => format!(
            "there is no warning with this name; `initflow explain` lists them, and `{ALL}` means all of them"
        ),
    })
}
