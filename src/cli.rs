//! The command line: reads sources, has them compiled, and writes what comes of it.
//!
//! Invariant: this is the only part of the crate that touches the terminal or the environment; files are read and written by
//! `files`.

mod changes;
mod check;
mod compile;
mod completions;
mod config;
mod console;
mod diff;
mod each;
mod explain;
mod fmt;
mod import;
mod input;
mod krm;
mod levels;
mod lsp;
mod man;
mod members;
mod new;
mod params;
mod plan;
mod progress;
mod report;
mod test;

use crate::files::Grounds;
use crate::kubernetes::version::Version;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use console::Console;
use levels::Levels;
use report::Reporting;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and mistakes alike: if nobody reads what is printed, there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut console = Console::new(arguments.color, arguments.verbose);
    let status = match &arguments.command {
        Command::Compile(arguments) => compile::run(arguments, &mut console),
        Command::Check(arguments) => check::run(arguments, &mut console),
        Command::Plan(arguments) => plan::run(arguments, &mut console),
        Command::Fmt(arguments) => fmt::run(arguments, &mut console),
        Command::Import(arguments) => import::run(arguments, &mut console),
        Command::Lsp(arguments) => lsp::run(arguments, &mut console),
        Command::Test(arguments) => test::run(arguments, &mut console),
        Command::Diff(arguments) => changes::run(arguments, &mut console),
        Command::Krm(confined) => krm::run(confined, &mut console),
        Command::New(arguments) => new::run(arguments, &mut console),
        Command::Explain(arguments) => explain::run(arguments, &mut console),
        Command::Completions(arguments) => completions::run(arguments, &mut console),
        Command::Man(arguments) => man::run(arguments, &mut console),
    };
    ExitCode::from(status as u8)
}

/// The command line's own description, for what is generated from it.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// How a run ended; the worst of several decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Nothing is wrong.
    #[default]
    Fine = 0,
    /// A source has errors or is not formatted, or committed output is stale.
    Errors = 1,
    /// The call was wrong, or a file could not be read or written.
    Trouble = 2,
}

#[derive(Parser)]
#[command(
    name = "initflow",
    version,
    about = "Compiles .initflow sources, which say how a pod starts, to plain Kubernetes YAML",
    after_help = "\
Examples:
  initflow compile shop.initflow                 print the YAML
  initflow compile shop.initflow | kubectl apply -f -
  initflow plan shop.initflow                    who starts when, why, and what it costs
  initflow explain unwritten-volume              what a diagnostic means, and its cure

Exit status: 0 fine, 1 a source has errors or is not formatted, or output is stale, 2 a wrong call, or a file cannot be
read or written"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to colour messages; `auto`: on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
    /// Say on standard error which initflow.toml is taken, and which root holds
    #[arg(long, global = true)]
    verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    /// Compile sources to YAML
    #[command(after_help = COMPILE_HELP)]
    Compile(CompileArguments),
    /// Report what is wrong with sources, and write nothing
    #[command(after_help = "\
Examples:
  initflow check .                               every .initflow file below this folder
  initflow check --kube 1.34 shop.initflow       hold it to the API of an older cluster
  initflow check --deny warnings .               in CI: fail for warnings, too
  initflow check --format sarif . > initflow.sarif

The formats for programs go to standard output, or with --report into a file; all but short have every finding.")]
    Check(CheckArguments),
    /// Show who starts when and why, what is reserved meanwhile, and the effective totals
    #[command(after_help = "\
Examples:
  initflow plan shop.initflow
  initflow plan --format json shop.initflow | jq '.workloads[].effective.requests'
  initflow plan -o shop.svg shop.initflow        a picture for a document
  initflow plan -o plans.html .                  a page with the plans of all sources")]
    Plan(PlanArguments),
    /// Bring sources into the one style, in place
    #[command(after_help = FMT_HELP)]
    Fmt(FmtArguments),
    /// Turn Kubernetes manifests into sources that compile to the same objects
    #[command(after_help = IMPORT_HELP, mut_arg("paths", |paths| paths.required(true).help(MANIFESTS_HELP)))]
    Import(ImportArguments),
    /// Hold sources to what is expected of them: order, totals, YAML, or an error
    #[command(after_help = "\
Examples:
  initflow test                                  all *.test.toml of the project
  initflow test --update shop.test.toml          write the snapshots of what it compiles to

A file of expectations stands beside its source: shop.test.toml beside shop.initflow. The reference says what it may expect.")]
    Test(test::TestArguments),
    /// Show what changed between two revisions: order, totals, images and YAML
    #[command(mut_arg("paths", |paths| paths
        .num_args(2)
        .required(true)
        .value_names(["OLD", "NEW"])
        .help("The two revisions: files, or folders of sources")))]
    #[command(after_help = "\
Examples:
  initflow diff old/shop.initflow shop.initflow
  initflow diff --format markdown old apps > comment.md
  git worktree add ../main main && initflow diff ../main/apps apps

What is compared is what the sources compile to, workload by workload; a file in one folder with the file of the same name in
the other.")]
    Diff(changes::DiffArguments),
    /// Be a function of kustomize: a `ResourceList` from standard input to standard output
    #[command(after_help = "\
Used as a generator or transformer of kustomize (`kustomize build --enable-alpha-plugins --enable-exec`); the reference has the
configuration: `spec.files` or `spec.source`, `spec.set`, `spec.kube`.")]
    Krm(Confined),
    /// Make a project that compiles, with CI for GitHub and GitLab
    #[command(after_help = "\
Examples:
  initflow new shop                              the folder shop, with a first program, profiles and CI
  initflow new shop --path .                     into the current folder, if it is empty")]
    New(new::NewArguments),
    /// Explain a diagnostic, a statement or a Kubernetes field; without a name, list the diagnostics
    #[command(after_help = "\
Examples:
  initflow explain                               all diagnostics
  initflow explain unwritten-volume              a diagnostic
  initflow explain fetch                         a statement
  initflow explain Container.imagePullPolicy     a field of Kubernetes")]
    Explain(ExplainArguments),
    /// Serve an editor: the language server, over standard input and output
    #[command(after_help = "\
Editors start this themselves; editors/ has their set-up. It speaks the Language Server Protocol 3.17.")]
    Lsp(LspArguments),
    /// Print completions for a shell
    #[command(after_help = "\
Examples:
  initflow completions bash > /etc/bash_completion.d/initflow
  initflow completions zsh > \"${fpath[1]}/_initflow\"
  initflow completions fish > ~/.config/fish/completions/initflow.fish")]
    Completions(CompletionsArguments),
    /// Print a man page, or write all of them
    #[command(after_help = "\
Examples:
  initflow man | man -l -                        the page of initflow
  initflow man compile | man -l -                the page of a command
  initflow man -o ~/.local/share/man/man1        all of them, where man looks for them")]
    Man(man::ManArguments),
}

const COMPILE_HELP: &str = "\
Examples:
  initflow compile shop.initflow                 print the YAML
  initflow compile --set tag=v2 shop.initflow    with a value for `param tag`
  initflow compile -o manifests apps             apps/a/b.initflow becomes manifests/a/b.yaml
  initflow compile --profile prod                the project that initflow.toml describes, with a profile's values
  initflow compile --check -o manifests apps     in CI: is the committed YAML up to date?
  cat shop.initflow | initflow compile -         from standard input

Of a folder all *.initflow files are taken, also in folders below it; what starts with a dot is passed over, and
linked folders are not entered. A source is at most 32 MiB. Printed output is all or nothing: if any source has
errors, nothing is printed. With -o each source is written on its own, at once and complete, unless it has errors;
a source that defines no workload has no output.";

const MANIFESTS_HELP: &str = "Files, folders, or `-` for standard input";

const FMT_HELP: &str = "\
Examples:
  initflow fmt .                                 every .initflow file below this folder
  initflow fmt --check .                         in CI: print what would change, and fail if something would
  cat shop.initflow | initflow fmt -             from standard input to standard output

There is one style, and nothing to set. Lines, blank lines and comments stay where they are; what cannot be read stays as
it is. A file is written at once and complete, and only where something changes; it keeps its permissions, and a link
stays a link. Exit status: 0 fine, 1 with --check a source is not formatted, 2 a file cannot be read or written.";

const IMPORT_HELP: &str = "\
Examples:
  initflow import deployment.yaml > shop.initflow
  initflow import -o apps manifests              manifests/a/b.yaml becomes apps/a/b.initflow
  helm template shop | initflow import -         from standard input
  kubectl get deployment shop -o yaml | initflow import -

Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs and CronJobs are imported, in YAML, JSON or KYAML; other
objects are named in a warning and left alone. Of a folder all *.yaml, *.yml and *.json files are taken, also in folders
below it. What the API server would refuse is an error at its place in the manifest. Printed output is all or nothing;
with -o each file is written on its own, at once and complete, and never over one that is there, unless --force is given.";

/// What may be read.
#[derive(Args)]
struct Confined {
    /// Read and write nothing outside this folder because a source or a project names it [default: the repository's
    /// folder, else that of initflow.toml, else the current one]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

impl Confined {
    /// Where sources may be read from; nothing where that cannot be said, which is reported.
    fn grounds(&self, console: &mut Console) -> Option<Grounds> {
        Grounds::of_call(self.root.as_deref()).map_err(|message| console.trouble(&message)).ok()
    }
}

/// What is read, and for what.
#[derive(Args)]
struct Inputs {
    /// Files, folders, or `-` for standard input [default: the members of the project, see initflow.toml]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[arg(long, value_name = "VERSION", help = kube_help())]
    kube: Option<Version>,
    /// Take settings from this file, not from the nearest initflow.toml in a source's folder or above it
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Take no settings from any initflow.toml
    #[arg(long)]
    no_config: bool,
    #[command(flatten)]
    confined: Confined,
    #[command(flatten)]
    levels: Levels,
}

fn kube_help() -> String {
    let (oldest, newest) = (Version::OLDEST, Version::NEWEST);
    format!(
        "The version of Kubernetes that must take the output, {oldest} to {newest} \
         [default: that of initflow.toml, else {newest}]"
    )
}

/// What is compiled, and for what.
#[derive(Args)]
struct Program {
    #[command(flatten)]
    inputs: Inputs,
    /// Give a param its value; `file.name` for a param of a used file
    #[arg(long, value_name = "NAME=VALUE", value_parser = params::assignment)]
    set: Vec<(String, String)>,
    /// Take values of params from a file of lines `name value`, or from a .json object; --set wins over it
    #[arg(long, value_name = "FILE")]
    params: Vec<PathBuf>,
    /// Take the values that initflow.toml has for this profile; --params and --set win over them
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

#[derive(Args)]
struct CompileArguments {
    #[command(flatten)]
    program: Program,
    /// Write one file a source into this folder, in the folder structure of the sources [default, of a whole project:
    /// `output` of initflow.toml]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write nothing; print how committed output differs (in -o DIR, or beside each source), and fail if it does
    #[arg(long)]
    check: bool,
    /// The format of the output
    #[arg(long, value_enum, default_value = "yaml")]
    emit: Format,
    /// Leave out the comment at the head of the YAML: the source, the order and the effective totals
    #[arg(long)]
    no_header: bool,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

#[derive(Args)]
struct CheckArguments {
    #[command(flatten)]
    program: Program,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
struct PlanArguments {
    #[command(flatten)]
    program: Program,
    /// The format of the plan; JSON is a contract with a version. Without it, the ending of -o says it, or it is text
    #[arg(long, value_enum)]
    format: Option<PlanFormat>,
    /// Write the plans of all sources into this one file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// Tables
    Text,
    /// For other tools
    Json,
    /// A picture: the start over time, CPU and memory at each moment
    Svg,
    /// A page with the pictures, tables and details
    Html,
    /// A flowchart that GitHub draws in Markdown
    Mermaid,
    /// A graph for Graphviz
    Dot,
}

#[derive(Args)]
struct FmtArguments {
    /// Files, folders, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; print what would change, and fail if something would
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    confined: Confined,
}

#[derive(Args)]
struct ImportArguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Write one source a file into this folder, in the folder structure of the manifests
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Make init containers that are plainly a built-in step (`nc -z` in a loop, `git clone`, `chown -R`) that step
    #[arg(long)]
    idioms: bool,
    /// Replace sources that are there already
    #[arg(long, requires = "output")]
    force: bool,
}

#[derive(Args)]
struct ExplainArguments {
    /// A diagnostic, a statement, a Kubernetes object, or one of its fields: `Container.image`
    name: Option<String>,
}

#[derive(Args)]
struct LspArguments {
    /// Taken for editors that always give it; there is no other way
    #[arg(long)]
    stdio: bool,
    #[command(flatten)]
    confined: Confined,
}

#[derive(Args)]
struct CompletionsArguments {
    /// The shell
    shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
