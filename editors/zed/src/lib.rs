//! Tells Zed which command starts the language server.

use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Initflow;

impl zed::Extension for Initflow {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree.which("initflow").ok_or(
            "`initflow` is not on the PATH: install it as described in its README, and restart Zed",
        )?;
        Ok(Command { command, args: vec!["lsp".into()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Initflow);
