//! Runs the command line: its verbs, the options that all of them have, and the exit status.
//!
//! Invariant: this is the only part of the crate that touches the terminal or the environment; files are read and written
//! by `files`.

mod arguments;
mod bounded;
mod cache;
mod changes;
mod check;
mod cluster;
mod compile;
mod completions;
mod config;
mod console;
mod deferred;
mod diff;
mod each;
mod exit_status;
mod explain;
mod fixes;
mod fmt;
mod git;
mod help;
mod images;
mod import;
mod input;
mod install;
mod krm;
mod kubectl;
mod level_arguments;
mod links;
mod lsp;
mod man;
mod markdown;
mod members;
mod merged;
mod new;
mod orphans;
mod outputs;
mod params;
mod plan;
mod profiles;
mod progress;
mod recorded;
mod registry;
mod report;
mod revision;
mod rollout;
mod sides;
mod status;
mod terminal;
mod test;
mod text_diff;
mod values;
mod verify;
mod wanted;
mod watch;
mod with;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use console::Console;
use deferred::Deferred;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use terminal::Color;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let called = || command_as_called(std::env::args_os().next());
    let matches = called().try_get_matches();
    let call = match matches.and_then(|matches| CommandLine::from_arg_matches(&matches)) {
        Ok(call) => call,
        Err(error) => {
            help::print(&error, called());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut console = Console::new(call.color, call.verbose);
    let status = match &call.verb {
        Verb::Compile(Deferred(arguments)) => compile::run(arguments, &mut console),
        Verb::Check(Deferred(arguments)) => check::run(arguments, &mut console),
        Verb::Plan(Deferred(arguments)) => plan::run(arguments, &mut console),
        Verb::Fmt(Deferred(arguments)) => fmt::run(arguments, &mut console),
        Verb::Import(Deferred(arguments)) => import::run(arguments, &mut console),
        Verb::Test(Deferred(arguments)) => test::run(arguments, &mut console),
        Verb::Diff(Deferred(arguments)) => diff::run(arguments, &mut console),
        Verb::Verify(Deferred(arguments)) => verify::run(arguments, &mut console),
        Verb::Images(Deferred(arguments)) => images::run(arguments, &mut console),
        Verb::Status(Deferred(arguments)) => status::run(arguments, &mut console),
        Verb::Krm(Deferred(arguments)) => krm::run(arguments, &mut console),
        Verb::New(Deferred(arguments)) => new::run(arguments, &mut console),
        Verb::Explain(Deferred(arguments)) => explain::run(arguments, &mut console),
        Verb::Lsp(Deferred(arguments)) => lsp::run(arguments, &mut console),
        Verb::Completions(Deferred(arguments)) => completions::run(arguments, command(), &mut console),
        Verb::Man(Deferred(arguments)) => man::run(arguments, command(), &mut console),
    };
    ExitCode::from(status as u8)
}

/// The description of the command line, from which completions and man pages are generated.
pub fn command() -> clap::Command {
    CommandLine::command()
}

/// The description with the name by which the command is called: kubectl starts its plugin `initflow` as `kubectl-initflow`.
fn command_as_called(program: Option<OsString>) -> clap::Command {
    let is_plugin =
        program.is_some_and(|path| Path::new(&path).file_stem() == Some("kubectl-initflow".as_ref()));
    command().bin_name(if is_plugin { "kubectl initflow" } else { "initflow" })
}

#[derive(Parser)]
#[command(
    name = "initflow",
    version,
    about = "Compile .initflow sources, which describe how a pod starts, to plain Kubernetes YAML",
    after_help = "\
Examples:
  initflow compile shop.initflow                 print the YAML
  initflow compile shop.initflow | kubectl apply -f -
  initflow plan shop.initflow                    print what starts when, why, and what it costs
  initflow explain unwritten-volume              print what a diagnostic means, and its fix

Exit status: 0 on success; 1 if a source has errors or is not formatted, or if output is out of date; 2 if the command
line is wrong, or if a file cannot be read or written; 3 if diff --exit-code finds changes, or
status finds pods that are still starting"
)]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
    /// When to use colors; `auto` uses them on a terminal, and obeys `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `FORCE_COLOR`
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
    /// Print to standard error which initflow.toml and which root are used
    #[arg(long, global = true)]
    verbose: bool,
}

/// The verbs, in the order of the help; each declares its arguments in its own file.
#[derive(Subcommand)]
enum Verb {
    /// Compile sources to YAML
    Compile(Deferred<compile::CompileArguments>),
    /// Report what is wrong with sources or manifests, and fix it
    Check(Deferred<check::CheckArguments>),
    /// Show what starts when and why, what is reserved meanwhile, and the effective totals
    Plan(Deferred<plan::PlanArguments>),
    /// Format sources in place, in the one style
    Fmt(Deferred<fmt::FmtArguments>),
    /// Turn Kubernetes manifests into sources that compile to the same objects
    Import(Deferred<import::ImportArguments>),
    /// Test sources against expectations: order, totals, YAML, or an error
    Test(Deferred<test::TestArguments>),
    /// Show what changed between two revisions: order, totals, images and YAML
    Diff(Deferred<diff::DiffArguments>),
    /// Hold rendered manifests, or what a cluster runs, to the sources that they come from
    Verify(Deferred<verify::VerifyArguments>),
    /// List the images that sources and manifests use, say which workloads use them, and lock them to their digests
    Images(Deferred<images::ImagesArguments>),
    /// Show which step each pod is in, what has failed and why, and what to do
    Status(Deferred<status::StatusArguments>),
    /// Run as a function of kustomize: read a `ResourceList` from standard input, write one to standard output
    Krm(Deferred<krm::KrmArguments>),
    /// Create a project that compiles, with CI for GitHub and GitLab
    New(Deferred<new::NewArguments>),
    /// Explain a diagnostic, a statement, a setting, a Kubernetes field or any other name; without one, list the diagnostics
    Explain(Deferred<explain::ExplainArguments>),
    /// Run the language server for an editor, on standard input and output
    Lsp(Deferred<lsp::LspArguments>),
    /// Print completions for a shell
    Completions(Deferred<completions::CompletionsArguments>),
    /// Print a man page, or write all man pages
    Man(Deferred<man::ManArguments>),
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }

    #[test]
    fn a_plugin_of_kubectl_is_called_through_kubectl() {
        let called = |program: &str| {
            let arguments = ["plan", "--help"].map(Into::into).into_iter();
            let screen = crate::diagnostic::screen::Screen::of_width(100);
            super::help::of_call(super::command_as_called(Some(program.into())), arguments, screen)
        };
        let help = called("/home/user/.krew/bin/kubectl-initflow");
        assert!(
            help.contains("Usage: kubectl initflow plan [OPTIONS]")
                && help.contains("\n  kubectl initflow plan ")
        );
        assert!(!help.contains("\n  initflow "));
        for program in ["initflow", "/usr/bin/initflow", "initflow.exe", "other"] {
            assert!(called(program).contains("Usage: initflow plan [OPTIONS]"), "{program}");
        }
        let fault = super::command_as_called(Some("kubectl-initflow.exe".into()))
            .try_get_matches_from(["kubectl-initflow.exe", "plan", "--none"])
            .unwrap_err();
        assert!(fault.to_string().contains("Usage: kubectl initflow plan"), "{fault}");
    }
}
