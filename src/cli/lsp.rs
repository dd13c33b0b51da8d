//! `initflow lsp`: runs the language server.

use super::arguments::Confined;
use super::console::Console;
use super::exit_status::Status;
use crate::lsp::{self, Leave, ServerOptions};
use clap::Args;
use std::env;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

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

/// The folder of the user for what can be made again, if it is known.
fn cache_folder() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let at_home =
        |below: &str| env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(below));
    if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        named("XDG_CACHE_HOME").or_else(|| at_home("Library/Caches"))
    } else {
        named("XDG_CACHE_HOME").or_else(|| at_home(".cache"))
    }
}
