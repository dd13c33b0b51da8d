//! Runs the command line: its verbs, the options that all of them have, and the exit status.
//!
//! Invariant: this is the only part of the crate that touches the terminal or the environment; files are read and written
//! by `files`.

mod arguments;
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
mod level_arguments;
mod lsp;
mod man;
mod members;
mod new;
mod params;
mod plan;
mod progress;
mod report;
mod status;
mod test;
mod text_diff;

use clap::{CommandFactory as _, Parser, Subcommand};
use console::{Color, Console};
use std::process::ExitCode;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let call = match CommandLine::try_parse() {
        Ok(call) => call,
        Err(error) => {
            // This prints help and usage errors. If printing fails, nobody can be told.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut console = Console::new(call.color, call.verbose);
    let status = match &call.verb {
        Verb::Compile(arguments) => compile::run(arguments, &mut console),
        Verb::Check(arguments) => check::run(arguments, &mut console),
        Verb::Plan(arguments) => plan::run(arguments, &mut console),
        Verb::Fmt(arguments) => fmt::run(arguments, &mut console),
        Verb::Import(arguments) => import::run(arguments, &mut console),
        Verb::Test(arguments) => test::run(arguments, &mut console),
        Verb::Diff(arguments) => diff::run(arguments, &mut console),
        Verb::Krm(arguments) => krm::run(arguments, &mut console),
        Verb::New(arguments) => new::run(arguments, &mut console),
        Verb::Explain(arguments) => explain::run(arguments, &mut console),
        Verb::Lsp(arguments) => lsp::run(arguments, &mut console),
        Verb::Completions(arguments) => completions::run(arguments, command(), &mut console),
        Verb::Man(arguments) => man::run(arguments, command(), &mut console),
    };
    ExitCode::from(status as u8)
}

/// The description of the command line, from which completions and man pages are generated.
pub fn command() -> clap::Command {
    CommandLine::command()
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
line is wrong, or if a file cannot be read or written"
)]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
    /// When to color messages; `auto` colors on a terminal unless `NO_COLOR` is set
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
    /// Print to standard error which initflow.toml and which root are used
    #[arg(long, global = true)]
    verbose: bool,
}

/// The verbs, in the order of the help; each declares its arguments in its own file.
#[derive(Subcommand)]
enum Verb {
    Compile(compile::CompileArguments),
    Check(check::CheckArguments),
    Plan(plan::PlanArguments),
    Fmt(fmt::FmtArguments),
    Import(import::ImportArguments),
    Test(test::TestArguments),
    Diff(diff::DiffArguments),
    Krm(krm::KrmArguments),
    New(new::NewArguments),
    Explain(explain::ExplainArguments),
    Lsp(lsp::LspArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
