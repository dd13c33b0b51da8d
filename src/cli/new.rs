//! `initflow new`: creates a project that compiles, with the CI configuration that keeps it so.

use super::compile;
use super::console::Console;
use super::exit_status::Status;
use super::install::{self, InstallMethod};
use crate::config::FILE_NAME;
use crate::files::{Grounds, reason};
use crate::kubernetes::names;
use clap::{Args, FromArgMatches as _};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

const HELP: &str = "\
Examples:
  initflow new shop                              create the folder shop, with a first program, profiles and CI
  initflow new shop --path .                     use the current folder, if it is empty
  initflow new shop --install git+https://git.acme.dev/tools/initflow#v0.1.0
                                                 build initflow from this repository in CI";

/// What to create, and where.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct NewArguments {
    /// The name of the project and of its first workload
    name: String,
    /// The folder to create the project in [default: a new folder with this name]
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Where the CI of the project gets initflow from: the https URL of an archive (with --sha256), `git+URL#REVISION` to build
    /// it with Cargo, `image:NAME` for an image, `present` if the machines have it, or `variables` of the CI
    #[arg(long, value_name = "FROM", value_parser = install::method, default_value = "variables")]
    install: InstallMethod,
    /// The checksum of the archive
    #[arg(long, value_name = "HEX", value_parser = install::checksum)]
    sha256: Option<String>,
}

const GITHUB: &str = ".github/workflows/initflow.yml";
const GITLAB: &str = ".gitlab-ci.yml";

/// The files, with `NAME` and `INSTALL` to fill in.
const FILES: [(&str, &str); 8] = [
    ("initflow.toml", include_str!("new/initflow.toml")),
    ("apps/NAME.initflow", include_str!("new/app.txt")),
    ("apps/NAME.test.toml", include_str!("new/test.toml")),
    ("README.md", include_str!("new/README.md")),
    (".gitignore", "/initflow.json\n"),
    (".gitattributes", include_str!("new/gitattributes")),
    (GITHUB, include_str!("new/github.yml")),
    (GITLAB, include_str!("new/gitlab.yml")),
];

pub(super) fn run(arguments: &NewArguments, console: &mut Console) -> Status {
    let name = arguments.name.as_str();
    if names::label(name).is_some() {
        console.trouble(&format!("`{name}` is not a valid name for a workload"));
        match names::nearest_label(name, names::LABEL_LIMIT) {
            Some(near) if names::label(&near).is_none() => console.help(&format!("use `{near}`")),
            _ => console.help("use lower-case letters, digits and `-`, with a letter or digit at both ends"),
        }
        return console.finish();
    }
    if matches!(arguments.install, InstallMethod::Archive(_)) != arguments.sha256.is_some() {
        console.trouble("an archive and its checksum belong together");
        console.help("set `--sha256` with the URL of an archive, and only then; the checksum is in SHA256SUMS of its release");
        return console.finish();
    }
    let folder = arguments.path.clone().unwrap_or_else(|| PathBuf::from(name));
    if let Err(message) = make(arguments, &folder) {
        console.trouble(&message);
        return console.finish();
    }
    compile_all(&folder, console);
    let shown = folder.display();
    console.print(&format!(
        "created {shown}\n\n  cd {shown}\n  initflow plan        print what starts when, why, and what it costs\n  initflow compile     write manifests/; with --all-profiles, for each profile\n"
    ));
    console.finish()
}

fn make(arguments: &NewArguments, folder: &Path) -> Result<(), String> {
    let shown = folder.display();
    let root = Grounds::of_call(None)?.output(folder)?;
    let is_empty = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(format!("cannot use `{shown}`: {}", reason(&error))),
    };
    if !is_empty {
        return Err(format!("`{shown}` is not empty, so nothing was written into it"));
    }
    let sha256 = arguments.sha256.as_deref().unwrap_or_default();
    let filled = |text: &str| text.replace("NAME", &arguments.name);
    for (path, text) in FILES {
        let install = match path {
            GITHUB => arguments.install.github(sha256),
            GITLAB => arguments.install.gitlab(sha256),
            _ => arguments.install.readme(),
        };
        root.write(&folder.join(filled(path)), &filled(text).replace("INSTALL\n", &(install + "\n")))?;
    }
    Ok(())
}

/// Compiles the project, so that its output is up to date in CI.
fn compile_all(folder: &Path, console: &mut Console) {
    let words = ["compile", "--all-profiles", "--config"].map(OsString::from);
    let settings = [folder.join(FILE_NAME).into_os_string()];
    let command = compile::CompileArguments::augment_args(clap::Command::new("compile"));
    let matches = command.try_get_matches_from(words.into_iter().chain(settings));
    match matches.and_then(|matches| compile::CompileArguments::from_arg_matches(&matches)) {
        Ok(arguments) => {
            compile::compile(&arguments, console);
        }
        Err(error) => console.trouble(&error.to_string()),
    }
}
