//! `initflow verify`: holds rendered manifests, or what a cluster runs, to the sources that they come from.

use super::arguments::ProgramArguments;
use super::config::{ProfileChoice, Project};
use super::console::{Console, Stream};
use super::each::{compile_each, inputs, report};
use super::exit_status::Status;
use super::input::{self, Found, Input};
use super::merged::Outcome;
use super::report::Reporting;
use super::wanted::{MANIFESTS, SOURCES, Wanted};
use crate::compile::{Compilation, Compiled};
use crate::diagnostic::Severity;
use crate::files::Grounds;
use crate::lint::LintLevels;
use crate::source::Sources;
use crate::verify::{Held, Rendered, VerifyOptions, text, unknown_names, verify};
use clap::Args;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  kustomize build overlays/prod | initflow verify --against - apps
  helm template shop | initflow verify --against - shop.initflow
  kubectl get deployments,pods -o json | initflow verify --against - --partial apps
  initflow verify --against rendered.yaml --name shop=web shop.initflow

Every `after`, every flow of files, the role and the gate of each container, the totals and the budget have to be as in the
source. Containers that others added are shown with what they change.

Exit status: 0 if everything holds; 1 if a source has errors, or if something is broken; 2 if the command line is wrong, or if
a file cannot be read or has no workload";

/// What to hold to which sources.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    program: ProgramArguments,
    /// The manifests to hold to the sources: files, folders, or `-` for standard input; repeatable
    #[arg(long, required = true, value_name = "PATH")]
    against: Vec<PathBuf>,
    /// Say which object a workload is, as in `shop=prod-shop`, `deployment/shop=web` or `shop=NAMESPACE/shop`; repeatable
    #[arg(long, value_name = "WORKLOAD=OBJECT", value_parser = named)]
    name: Vec<(String, String)>,
    /// Pass over workloads of the sources that are not in the manifests
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    reporting: Reporting,
}

fn named(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, object)) if !name.is_empty() && !object.is_empty() => {
            Ok((name.to_owned(), object.to_owned()))
        }
        _ => Err("use the form workload=object".to_owned()),
    }
}

pub(super) fn run(arguments: &VerifyArguments, console: &mut Console) -> Status {
    let VerifyArguments { program, against, name, partial, reporting } = arguments;
    let Some(grounds) = program.inputs.confined.grounds(console) else { return console.finish() };
    console.report(reporting, Stream::Results, &grounds);
    if against
        .iter()
        .chain(&program.inputs.with)
        .chain(&program.inputs.paths)
        .filter(|path| path.as_os_str() == "-")
        .count()
        > 1
    {
        console.trouble("only one of the sources, `--against` and `--with` can be standard input");
        return console.finish();
    }
    let profile = program.profile.as_deref().map_or(ProfileChoice::Default, ProfileChoice::Named);
    let inputs = inputs(program, profile, Wanted::Only(SOURCES), &grounds, console);
    let rendered = rendered(against, &grounds, console);
    let make = |_: &Input, compiled: Compiled| compiled;
    let levels = |input: &Input, _: &Project, _: &mut Compilation<Compiled>| {
        input.project.config.levels.and(&program.inputs.levels.get())
    };
    let outcomes = compile_each(program, false, &grounds, console, &inputs, make, levels);
    let mut compiled = Vec::new();
    for (input, outcome) in inputs.iter().zip(outcomes.into_iter().flatten()) {
        match outcome.without_warnings() {
            Outcome::Unreadable(trouble) => report(&trouble, console),
            Outcome::Compiled(compilation, levels) => {
                console.source(&input.name);
                console.diagnostics(&input.name, &compilation.sources, &compilation.diagnostics);
                if !compilation.failed() {
                    compiled.push((input, compilation, levels.into_iter().next().unwrap_or_default()));
                }
            }
        }
    }
    let Some(rendered) = rendered.filter(|_| console.status() == Status::Fine) else {
        return console.finish();
    };
    let options = VerifyOptions { names: name.clone(), partial: *partial };
    let held = hold(&mut compiled, &rendered, &options, console);
    if !console.is_silent() {
        console.print(&text(&held, console.screen()));
    }
    console.verified(&held);
    console.finish()
}

/// Holds manifests to all sources together, and reports what is broken.
fn hold(
    compiled: &mut [(&Input, Compilation, LintLevels)],
    rendered: &Rendered,
    options: &VerifyOptions,
    console: &mut Console,
) -> Vec<Held> {
    let all: Vec<&Compilation> = compiled.iter().map(|(_, compilation, _)| compilation).collect();
    for name in unknown_names(&all, options) {
        console.trouble(&format!("`--name {name}=…`: the sources have no workload `{name}`"));
    }
    if all.iter().all(|compilation| compilation.workloads.is_empty()) {
        console.trouble("the sources have no workload");
    }
    if console.status() != Status::Fine {
        return Vec::new();
    }
    let mut all: Vec<&mut Compilation> = compiled.iter_mut().map(|(_, compilation, _)| compilation).collect();
    let held = verify(&mut all, rendered, options);
    for (input, compilation, levels) in compiled.iter_mut() {
        levels.apply(&mut compilation.diagnostics);
        console.diagnostics(&input.name, &compilation.sources, &compilation.diagnostics);
    }
    if held.is_empty() && console.status() == Status::Fine {
        console.trouble("the manifests have no workload of these sources");
    }
    held
}

/// The manifests that a call names; nothing if one of them cannot be read, or if none has a workload, which is reported.
fn rendered(paths: &[PathBuf], grounds: &Grounds, console: &mut Console) -> Option<Rendered> {
    let Found { mut inputs, troubles, .. } = input::find(paths, Wanted::Only(MANIFESTS), grounds);
    for trouble in &troubles {
        report(trouble, console);
    }
    let mut rendered = Rendered::default();
    let mut is_complete = troubles.is_empty();
    for input in &mut inputs {
        input.set_ground(&grounds.of(input.folder(), &input.base));
        match input.read() {
            Ok(text) => rendered.read(&input.name, text),
            Err(trouble) => {
                report(&trouble, console);
                is_complete = false;
            }
        }
    }
    for (file, diagnostics) in rendered.diagnostics() {
        let mut sources = Sources::default();
        sources.share(file.id, file);
        console.diagnostics(&file.name, &sources, diagnostics);
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            console.raise(Status::Trouble);
            is_complete = false;
        }
    }
    if is_complete && rendered.is_empty() {
        let names: Vec<String> = inputs.iter().map(|input| format!("`{}`", input.name)).collect();
        console.trouble(&format!("there is no workload and no pod in {}", names.join(", ")));
        is_complete = false;
    }
    is_complete.then_some(rendered)
}
