//! `initflow lsp`: runs the language server.

use super::arguments::Confined;
use super::cache::cache_folder;
use super::console::Console;
use super::exit_status::Status;
use crate::lsp::{self, Leave, ServerOptions};
use clap::Args;
use std::io::{self, IsTerminal as _};

const HELP: &str = "\
Editors start this themselves; editors/ has their setup. It speaks the Language Server Protocol 3.18.";

/// How to serve an editor.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct LspArguments {
    /// Ignored; accepted because some editors always pass it
    #[arg(long)]
    stdio: bool,
    #[command(flatten)]
    confined: Confined,
}

pub(super) fn run(arguments: &LspArguments, console: &mut Console) -> Status {
    if io::stdin().is_terminal() {
        console.help("let your editor start the language server; see editors/ for the setup");
    }
    let Some(_) = arguments.confined.grounds(console) else { return console.finish() };
    let options = ServerOptions {
        root: arguments.confined.root.clone(),
        verbose: console.is_verbose(),
        cache: cache_folder(),
    };
    match lsp::serve(&options) {
        Ok(Leave::Orderly) => {}
        // The protocol defines this status.
        Ok(Leave::Abrupt) => return Status::Errors,
        Err(reason) => console.trouble(&reason),
    }
    console.finish()
}
