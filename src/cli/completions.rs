//! `initflow completions`: prints the script with which a shell completes the command line.

use super::console::Console;
use super::exit_status::Status;
use clap::{Args, Command};

const HELP: &str = "\
Examples:
  initflow completions bash > /etc/bash_completion.d/initflow
  initflow completions zsh > \"${fpath[1]}/_initflow\"
  initflow completions fish > ~/.config/fish/completions/initflow.fish";

/// Which shell the completions are for.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &CompletionsArguments, mut command: Command, console: &mut Console) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "initflow", &mut script);
    console.print(&String::from_utf8_lossy(&script));
    console.finish()
}
