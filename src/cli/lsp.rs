//! `initflow lsp`: the language server.

use super::console::Console;
use super::{LspArguments, Status};
use crate::lsp::{self, Leave};
use std::io::{self, IsTerminal as _};

pub(super) fn run(_: &LspArguments, console: &mut Console) -> Status {
    if io::stdin().is_terminal() {
        console.help("an editor starts this and speaks to it; see editors/ for the set-up");
    }
    match lsp::serve() {
        Ok(Leave::Orderly) => {}
        // The protocol's own status for it.
        Ok(Leave::Abrupt) => return Status::Errors,
        Err(reason) => console.trouble(&reason),
    }
    console.finish()
}
