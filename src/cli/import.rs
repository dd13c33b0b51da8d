//! `initflow import`: manifests to sources, printed or written.

use super::console::Console;
use super::each::{found, on_each, options, report};
use super::input::{Input, MANIFESTS};
use super::{ImportArguments, Status};
use crate::files::Root;
use crate::import::{import, import_with_idioms};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(super) fn run(arguments: &ImportArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.inputs.confined.grounds(console) else { return console.finish() };
    let output = match arguments.output.as_ref().map(|folder| grounds.output(folder)).transpose() {
        Ok(output) => output,
        Err(message) => {
            console.trouble(&message);
            return console.finish();
        }
    };
    let inputs = found(&arguments.inputs, &arguments.inputs.paths, None, MANIFESTS, &grounds, console);
    let outcomes = on_each(&inputs, |input| {
        let options = options(&arguments.inputs, &input.project.config);
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
        console.diagnostics(&input.name, &import.sources, &import.diagnostics);
        let Some(source) = import.source else {
            if import.diagnostics.is_empty() {
                console.help(&format!("there is no manifest in `{}`", input.name));
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

/// Writes a source, unless one is there that somebody may have worked on.
fn write(root: &Root, target: &Path, source: &str, force: bool, input: &Input) -> Result<(), String> {
    if !force && std::fs::symlink_metadata(target).is_ok() {
        let (target, manifest) = (target.display(), &input.name);
        return Err(format!("`{target}` is there already; replace it by `{manifest}` with --force"));
    }
    root.write(target, source)
}
