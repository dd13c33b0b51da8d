//! `initflow lsp`: the language server.

use super::console::Console;
use super::{LspArguments, Status};
use crate::lsp::{self, Call, Leave};
use std::io::{self, IsTerminal as _};

pub(super) fn run(arguments: &LspArguments, console: &mut Console) -> Status {
    if io::stdin().is_terminal() {
        console.help("an editor starts this and speaks to it; see editors/ for the set-up");
    }
    let Some(_) = arguments.confined.grounds(console) else { return console.finish() };
    match lsp::serve(&Call { root: arguments.confined.root.clone(), verbose: console.is_verbose() }) {
        Ok(Leave::Orderly) => {}
        // The protocol's own status for it.
        Ok(Leave::Abrupt) => return Status::Errors,
        Err(reason) => console.trouble(&reason),
    }
    console.finish()
}
