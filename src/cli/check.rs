//! `initflow check`: reports what is wrong with sources.

use super::arguments::ProgramArguments;
use super::config::ProfileChoice;
use super::console::{Console, Stream};
use super::each::{compile_each, inputs, settle};
use super::exit_status::Status;
use super::fixes::{self, FixArguments};
use super::profiles::AllProfiles;
use super::report::Reporting;
use super::values::TakenValues;
use super::wanted::Reading;
use super::watch::WatchArguments;
use clap::Args;

const HELP: &str = "\
Examples:
  initflow check .                               check every .initflow file below this folder
  initflow check k8s                             check manifests: a folder without sources, or any YAML or JSON
  helm template shop | initflow check -          check what a tool renders
  initflow check --kube 1.34 shop.initflow       check against the API of an older cluster
  initflow check --deny warnings .               in CI: fail on warnings, too
  initflow check --format sarif . > initflow.sarif
  initflow check --fix .                         apply the safe fixes, and report what is left
  initflow check --unsafe-fixes --diff .         print what all fixes would change

In a project with profiles, the sources are checked with each profile unless --profile names one. A finding that only some
profiles have says which.

Reports for other programs go to standard output or, with --report, to a file.";

/// What to check, and how to report it.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    program: ProgramArguments,
    #[command(flatten)]
    profiles: AllProfiles,
    #[command(flatten)]
    watch: WatchArguments,
    #[command(flatten)]
    fixes: FixArguments,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    reporting: Reporting,
}

pub(super) fn run(arguments: &CheckArguments, console: &mut Console) -> Status {
    arguments.watch.run(&arguments.program.inputs.paths, console, |console| check(arguments, console))
}

fn check(arguments: &CheckArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.program.inputs.confined.grounds(console) else { return console.finish() };
    let fixes = &arguments.fixes;
    // Fixed text and differences are results.
    let stream = if fixes.are_given() && fixes.prints(&arguments.program) {
        Stream::Messages
    } else {
        Stream::Results
    };
    console.report(&arguments.reporting, stream, &grounds);
    let profiles = match arguments.profiles.choice(&arguments.program) {
        ProfileChoice::Default => ProfileChoice::Every,
        chosen => chosen,
    };
    let mut inputs = inputs(&arguments.program, profiles, arguments.reading.wanted(), &grounds, console);
    arguments.profiles.hold(&inputs, console);
    if fixes.are_given() {
        fixes::apply(fixes, &arguments.program, &mut inputs, &grounds, console);
    }
    let outcomes =
        compile_each(&arguments.program, true, &grounds, console, &inputs, |_, _| (), |_, _, _| ());
    let mut values = TakenValues::default();
    for (input, outcome) in inputs.iter().zip(outcomes.into_iter().flatten()) {
        let settled = settle(input, outcome, console);
        values.add(input, settled.as_ref().map(|(compilation, _)| compilation));
    }
    values.report_unknown(&arguments.program, console);
    console.finish()
}
