//! Declares the arguments that several verbs share: what to read, what may be read, and what to compile for.

use super::console::Console;
use super::level_arguments::LevelArguments;
use crate::files::Grounds;
use crate::kubernetes::version::Version;
use clap::Args;
use std::path::PathBuf;

/// What may be read.
#[derive(Args)]
pub(super) struct Confined {
    /// Do not let sources and projects name files outside this folder [default: the folder of the repository, else the
    /// folder of initflow.toml, else the current folder]
    #[arg(long, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,
}

impl Confined {
    /// Where sources may be read from; nothing if that cannot be determined, which is reported.
    pub(super) fn grounds(&self, console: &mut Console) -> Option<Grounds> {
        Grounds::of_call(self.root.as_deref()).map_err(|message| console.trouble(&message)).ok()
    }
}

/// Whose settings apply.
#[derive(Args)]
pub(super) struct SettingsArguments {
    /// Use the settings in this file instead of the nearest initflow.toml in the folder of a source or above it
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,
    /// Ignore every initflow.toml
    #[arg(long)]
    pub(super) no_config: bool,
}

/// What to read, and for what.
#[derive(Args)]
pub(super) struct Inputs {
    /// Files, folders, or `-` for standard input [default: the members of the project, see initflow.toml]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[arg(long, value_name = "VERSION", help = kube_help())]
    pub(super) kube: Option<Version>,
    #[command(flatten)]
    pub(super) settings: SettingsArguments,
    /// Check against the other objects in these manifests: files, folders, or `-` for standard input; repeatable
    #[arg(long, value_name = "PATH")]
    pub(super) with: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) confined: Confined,
    #[command(flatten)]
    pub(super) levels: LevelArguments,
}

fn kube_help() -> String {
    let (oldest, newest, default) = (Version::OLDEST, Version::NEWEST, Version::DEFAULT);
    format!(
        "The version of Kubernetes that must accept the output, {oldest} to {newest} \
         [default: the version in initflow.toml, else {default}]"
    )
}

/// What to compile, and for what.
#[derive(Args)]
pub(super) struct ProgramArguments {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// Set a param; `file.name` names a param of a used file
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) set: Vec<(String, String)>,
    /// Read values of params from a file with lines `name value`, or from a JSON object (.json); --set takes precedence
    #[arg(long, value_name = "FILE")]
    pub(super) params: Vec<PathBuf>,
    /// Use the values of this profile in initflow.toml; --params and --set take precedence
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

/// Reads `name=value`.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("use the form name=value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_has_a_name() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(assignment("a=b=c"), Ok(pair("a", "b=c")));
        assert_eq!(assignment("a="), Ok(pair("a", "")));
        assert!(assignment("a").is_err() && assignment("=a").is_err());
    }
}
