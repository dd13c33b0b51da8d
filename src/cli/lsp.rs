//! `initflow lsp`: the language server.

use super::console::Console;
use super::{LspArguments, Status};
use crate::lsp;
use std::io::{self, IsTerminal as _};

pub(super) fn run(_: &LspArguments, console: &mut Console) -> Status {
    if io::stdin().is_terminal() {
        console.help("an editor starts this and speaks to it; see editors/ for the set-up");
    }
    if let Err(reason) = lsp::serve() {
        console.trouble(&reason);
    }
    console.finish()
}
