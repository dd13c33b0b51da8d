//! `initflow completions`: what a shell needs to complete the command line.

use super::console::Console;
use super::{CompletionsArguments, Status, command};

pub(super) fn run(arguments: &CompletionsArguments, console: &mut Console) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "initflow", &mut script);
    console.print(&String::from_utf8_lossy(&script));
    console.finish()
}
