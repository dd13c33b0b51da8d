//! `initflow import`: turns manifests into sources, which it prints or writes.

use super::arguments::Inputs;
use super::config::ProfileChoice;
use super::console::{Console, Stream};
use super::each::{found, on_each, options, report};
use super::exit_status::Status;
use super::input::Input;
use super::report::Reporting;
use super::wanted::{MANIFESTS, Wanted};
use crate::diagnostic::{Code, Diagnostic};
use crate::files::{KUSTOMIZATIONS, Root};
use crate::import::{import, import_with_idioms};
use clap::Args;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const HELP: &str = "\
Examples:
  initflow import deployment.yaml > shop.initflow
  initflow import -o apps manifests              write manifests/a/b.yaml to apps/a/b.initflow
  helm template shop | initflow import -         read standard input
  kubectl get deployment shop -o yaml | initflow import -

Imports Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs and CronJobs, in YAML, JSON or KYAML, and warns of
other objects. A folder means all *.yaml, *.yml and *.json files in it and in the folders below it. What the API
server would refuse is an error at its place in the manifest. Output is printed only if no manifest has errors. With -o,
each file is written on its own, in one step; a file that exists is replaced only with --force.";

const MANIFESTS_HELP: &str = "Files, folders, or `-` for standard input";

/// What to import, and where the sources go.
#[derive(Args)]
#[command(after_help = HELP, mut_arg("paths", |paths| paths.required(true).help(MANIFESTS_HELP)))]
pub(super) struct ImportArguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Write one source per file into this folder, in the folder structure of the manifests
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Turn init containers that do the work of a built-in step (`nc -z` in a loop, `git clone`, `chown -R`) into that step
    #[arg(long)]
    idioms: bool,
    /// Replace sources that exist
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    reporting: Reporting,
}

pub(super) fn run(arguments: &ImportArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.inputs.confined.grounds(console) else { return console.finish() };
    console.report(&arguments.reporting, Stream::Messages, &grounds);
    let output = match arguments.output.as_ref().map(|folder| grounds.output(folder)).transpose() {
        Ok(output) => output,
        Err(message) => {
            console.trouble(&message);
            return console.finish();
        }
    };
    let inputs = found(
        &arguments.inputs,
        &arguments.inputs.paths,
        ProfileChoice::Default,
        Wanted::Only(MANIFESTS),
        &grounds,
        console,
    );
    let outcomes = on_each(&inputs, |input| {
        let options = options(&arguments.inputs, input, &input.project.config);
        let idioms = |text: String| import_with_idioms(&input.name, &text, &options);
        let exact = |text| import(&input.name, text, &options);
        if arguments.idioms { input.read().map(idioms) } else { input.read().map(exact) }
    });
    let mut texts = Vec::new();
    let mut written: HashMap<PathBuf, &str> = HashMap::new();
    for (input, outcome) in inputs.iter().zip(outcomes) {
        let import = match outcome {
            Ok(import) => import,
            Err(trouble) => {
                report(&trouble, console);
                continue;
            }
        };
        console.source(&input.name);
        console.diagnostics(&input.name, &import.sources, &import.diagnostics);
        let Some(source) = import.source else {
            if import.diagnostics.is_empty() {
                console.help(&format!("there is no manifest in `{}`", input.name));
            } else if import.diagnostics.iter().any(is_missing) {
                kustomized(input, console);
            }
            continue;
        };
        let (Some(folder), Some(root)) = (&arguments.output, &output) else {
            texts.push(source);
            continue;
        };
        let target = input.output_in(folder, "initflow");
        if let Some(other) = written.insert(target.clone(), &input.name) {
            let target = target.display();
            console.trouble(&format!("`{other}` and `{}` would both become `{target}`", input.name));
        } else if let Err(message) = write(root, &target, &source, arguments.force, input) {
            console.trouble(&message);
        }
    }
    if console.status() == Status::Fine {
        console.print(&texts.join("\n"));
    }
    console.finish()
}

/// Whether a manifest lacks something that a kustomization may add.
fn is_missing(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code, Code::MissingApp | Code::MissingField | Code::MissingImage | Code::MissingValue)
}

/// Says that a kustomization beside a manifest may complete it.
fn kustomized(input: &Input, console: &mut Console) {
    let folder = input.folder();
    let is_base = KUSTOMIZATIONS.iter().any(|name| std::fs::symlink_metadata(folder.join(name)).is_ok());
    if is_base {
        let folder = folder.display();
        console.help(&format!(
            "if the kustomization in `{folder}` completes it, import what that renders: `kustomize build {folder} | initflow import -`"
        ));
    }
}

/// Writes a source. An existing one may have been edited, so it is replaced only with `--force`.
fn write(root: &Root, target: &Path, source: &str, force: bool, input: &Input) -> Result<(), String> {
    if !force && std::fs::symlink_metadata(target).is_ok() {
        let (target, manifest) = (target.display(), &input.name);
        return Err(format!("`{target}` exists; use --force to replace it with `{manifest}`"));
    }
    root.write(target, source).map(|_| ())
}
