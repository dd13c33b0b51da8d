//! Reads the command of a container as shell commands, each with its position among the others.
//!
//! Invariant: this is the only user of the shell's parser; a script that cannot be parsed is not judged. It is parsed once,
//! and only if it has a word that a rule looks for.

mod lazy;
mod read;

pub(super) use lazy::LazyScript;

use crate::source::Span;
use std::ops::Range;

/// What a container runs, as commands.
#[derive(Debug)]
pub(super) struct ShellScript<'a> {
    /// The text of a shell's script; `None` if the container runs one program without a shell.
    pub(super) text: Option<&'a str>,
    /// The value in the source that sets it.
    pub(super) span: Span,
    /// The commands, in the order of the text, including those in substitutions and functions.
    pub(super) commands: Vec<PlainCommand>,
    /// The loops, each before those inside it.
    pub(super) loops: Vec<Loop>,
    /// Whether a failed command ends the script.
    pub(super) errexit: bool,
    /// Whether a pipe fails with any of its commands.
    pub(super) pipefail: bool,
}

/// A simple command without its wrappers (`exec`, `sudo`, `timeout 5`, …).
#[derive(Debug, Default)]
pub(super) struct PlainCommand {
    /// The words as the program receives them; `None` for words that are known only at run time.
    pub(super) words: Vec<Option<String>>,
    /// The same words as they are written.
    pub(super) written: Vec<String>,
    /// The bytes of the script's text.
    pub(super) range: Range<usize>,
    /// The files that it writes, each with whether it appends.
    pub(super) outputs: Vec<(Option<String>, bool)>,
    /// Whether it runs conditionally: in a branch, or after `&&` or `||`.
    pub(super) guarded: bool,
    /// Whether its failure is handled: it is a condition, or followed by `||`.
    pub(super) may_fail: bool,
    /// The command that reads its output, by its index.
    pub(super) pipes_to: Option<usize>,
}

/// A `while` or `until`.
#[derive(Debug)]
pub(super) struct Loop {
    /// The bytes of the script's text.
    pub(super) range: Range<usize>,
    /// The bytes of its condition.
    pub(super) condition: Range<usize>,
    /// Its commands, those of the condition first, by their indices.
    pub(super) commands: Range<usize>,
    /// Whether it ends: it compares numbers, or a command in it leaves the script.
    pub(super) bounded: bool,
}

impl PlainCommand {
    /// The program, without its folder.
    pub(super) fn program(&self) -> &str {
        self.word(0).map_or("", |word| word.rsplit('/').next().unwrap_or(word))
    }

    /// A word, if it is known.
    pub(super) fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at)?.as_deref()
    }

    /// The known words after the program.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).flatten().map(String::as_str)
    }

    /// The known words after the program that are not options: `migrate` of `python -u manage.py migrate`.
    pub(super) fn operands(&self) -> impl Iterator<Item = &str> {
        self.arguments().filter(|word| !word.starts_with('-'))
    }

    /// Whether an option is given: `f` also within `-fsSL`, `fail` as `--fail`.
    pub(super) fn has(&self, short: char, long: &str) -> bool {
        self.arguments().any(|word| match word.strip_prefix("--") {
            Some(name) => !long.is_empty() && name.split('=').next() == Some(long),
            None => word.strip_prefix('-').is_some_and(|letters| {
                letters.chars().take_while(char::is_ascii_alphabetic).any(|letter| letter == short)
            }),
        })
    }
}

impl ShellScript<'_> {
    /// The commands of a program.
    pub(super) fn runs(&self, program: &str) -> impl Iterator<Item = &PlainCommand> {
        self.commands.iter().filter(move |command| command.program() == program)
    }
}
