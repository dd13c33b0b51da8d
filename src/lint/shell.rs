//! Reads the command of a container as shell commands, each with its position among the others.
//!
//! Invariant: this is the only user of the shell's parser; a script that cannot be parsed is not judged. It is parsed once,
//! and only if it has a word that a rule looks for.

mod bash;
mod call;
mod lazy;
mod makers;
mod read;
mod wrapper;

pub(super) use bash::{BashFeature, Misreading};
pub(super) use call::{is_shell, script_of};
pub(super) use lazy::LazyScript;

use crate::source::{Sources, Span};
use std::cell::OnceCell;
use std::ops::Range;
use wrapper::StartedProgram;

/// What a container runs, as commands.
#[derive(Debug)]
pub(super) struct ShellScript<'a> {
    /// The text of a shell's script; `None` if the container runs one program without a shell.
    pub(super) text: Option<&'a str>,
    /// The name of the shell; empty if that is unknown.
    pub(super) shell: &'a str,
    /// The value in the source that sets it.
    pub(super) span: Span,
    /// The commands, in the order of the text, including those in substitutions and functions.
    pub(super) commands: Vec<PlainCommand>,
    /// What only bash understands.
    pub(super) bash: Vec<BashUse>,
    /// The loops, each before those inside it.
    pub(super) loops: Vec<Loop>,
    /// Whether a failed command ends the script.
    pub(super) errexit: bool,
    /// Whether a pipe fails with any of its commands.
    pub(super) pipefail: bool,
    /// Where each line begins in the text and in its value in the source, if the source has the same lines.
    lines: OnceCell<Option<Vec<(usize, usize)>>>,
}

/// A simple command without its wrappers (`exec`, `timeout 5`, `poetry run`, …).
#[derive(Clone, Debug, Default)]
pub(super) struct PlainCommand {
    /// The words as the program receives them; `None` for words that are known only at run time.
    pub(super) words: Vec<Option<String>>,
    /// The same words as they are written.
    pub(super) written: Vec<String>,
    /// The bytes of the script's text.
    pub(super) range: Range<usize>,
    /// The files that it writes, each with whether it appends.
    pub(super) outputs: Vec<(Option<String>, bool)>,
    /// The bytes of the here-document that it reads; empty if it reads none.
    pub(super) input: Range<usize>,
    /// Whether it runs conditionally: in a branch, or after `&&` or `||`.
    pub(super) guarded: bool,
    /// Whether its failure is handled: it is a condition, or followed by `||`.
    pub(super) may_fail: bool,
    /// What follows from its failure.
    pub(super) on_failure: OnFailure,
    /// Whether a test decides that it runs: then it may not run again. `&&` after a command that only makes something is
    /// no test.
    pub(super) tested: bool,
    /// The command that reads its output, by its index.
    pub(super) pipes_to: Option<usize>,
}

/// What follows from the failure of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OnFailure {
    /// The script fails.
    #[default]
    Fail,
    /// The script fails with `errexit`, else it goes on.
    FailWithErrexit,
    /// The script handles it, or goes on.
    GoOn,
}

/// A place that only bash understands.
#[derive(Clone, Debug)]
pub(super) struct BashUse {
    pub(super) feature: BashFeature,
    /// The bytes of the script's text.
    pub(super) range: Range<usize>,
    /// The shell that a command of the script starts to read it, if it is not the script's own.
    pub(super) nested: Option<&'static str>,
}

/// A `while`, `until` or `for`.
#[derive(Debug)]
pub(super) struct Loop {
    /// The bytes of the script's text.
    pub(super) range: Range<usize>,
    /// The words of a `for`, as they are written; `None` for a loop with a condition.
    pub(super) list: Option<Vec<String>>,
    /// The bytes of its condition, or of the words of a `for`.
    pub(super) condition: Range<usize>,
    /// Its commands, those of the condition first, by their indices.
    pub(super) commands: Range<usize>,
    /// The command whose success ends it, by its index, if a single one decides.
    pub(super) ends_on: Option<usize>,
    /// The commands in its body after whose success it is left, by their indices.
    pub(super) left_on: Vec<usize>,
    /// Whether it ends: it compares numbers, a command in it leaves the script, or something ends it after some time.
    pub(super) bounded: bool,
}

/// The name of a program without its folder.
pub(super) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The index of the word of the program that some words start in the end.
pub(super) fn started_program(words: &[&str]) -> usize {
    wrapper::started(|at| words.get(at).copied()).at
}

impl PlainCommand {
    /// The command that wrappers start, after a wrapper that does work of its own.
    fn without_wrappers(self, started: &StartedProgram) -> Vec<Self> {
        let from = |at: usize| {
            let mut command = self.clone();
            command.words.drain(..at);
            command.written.drain(..at);
            command
        };
        started.worker.into_iter().chain([started.at]).map(from).collect()
    }

    /// The program, without its folder.
    pub(super) fn program(&self) -> &str {
        self.word(0).map_or("", base_name)
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

impl<'a> ShellScript<'a> {
    /// A script without commands.
    fn new(text: Option<&'a str>, span: Span) -> Self {
        Self {
            text,
            span,
            shell: "",
            commands: Vec::new(),
            bash: Vec::new(),
            loops: Vec::new(),
            errexit: false,
            pipefail: false,
            lines: OnceCell::new(),
        }
    }

    /// The loops whose condition is tried until it holds.
    pub(super) fn waits(&self) -> impl Iterator<Item = &Loop> {
        self.loops.iter().filter(|repeated| repeated.list.is_none())
    }

    /// Where a place of the text is in its value in the source, if that has the same lines, each indented.
    pub(super) fn line_by_line(&self, source: &str, place: usize) -> Option<usize> {
        let lines = self.lines.get_or_init(|| lines(self.text?, source)).as_ref()?;
        let (in_text, in_source) =
            lines.get(lines.partition_point(|(start, _)| *start <= place).checked_sub(1)?)?;
        Some(in_source + (place - in_text))
    }

    /// The place in the source of some bytes of the text: their first line if the source contains it literally, else the
    /// whole value.
    pub(super) fn place_of(&self, sources: &Sources, range: &Range<usize>) -> Span {
        let found = || {
            let text = self.text?;
            let part = text.get(range.clone())?.lines().next()?.trim_end();
            let source = sources.slice(self.span);
            let at = self.line_by_line(source, range.start).or_else(|| {
                let before = text.get(..range.start)?.matches(part).count();
                source.match_indices(part).nth(before).map(|(at, _)| at)
            })?;
            let start = self.span.start + u32::try_from(at).ok()?;
            let end = start + u32::try_from(part.len()).ok()?;
            (!part.is_empty()).then_some(Span { start, end, ..self.span })
        };
        found().unwrap_or(self.span)
    }

    /// Whether the script fails if a command of it fails.
    pub(super) fn fails_with(&self, command: &PlainCommand) -> bool {
        (command.pipes_to.is_none() || self.pipefail)
            && match command.on_failure {
                OnFailure::Fail => true,
                OnFailure::FailWithErrexit => self.errexit,
                OnFailure::GoOn => false,
            }
    }

    /// Whether another command follows if a command fails: `a || b` in its line.
    pub(super) fn handles_failure(&self, command: &PlainCommand) -> bool {
        let rest = self.text.and_then(|text| text.get(command.range.start..)).unwrap_or_default();
        rest.lines().next().is_some_and(|line| line.contains("||"))
    }

    /// The commands of a program.
    pub(super) fn runs(&self, program: &str) -> impl Iterator<Item = &PlainCommand> {
        self.commands.iter().filter(move |command| command.program() == program)
    }
}

/// Where each line of a text begins in it and in the source, which has them below the opening quotes.
fn lines(text: &str, source: &str) -> Option<Vec<(usize, usize)>> {
    let mut written = source.split_inclusive('\n');
    let mut in_source = written.next()?.len();
    let mut in_text = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let whole = written.next()?;
        let indent = whole.trim_end_matches('\n').strip_suffix(line.trim_end_matches('\n'))?;
        if !indent.trim().is_empty() {
            return None;
        }
        lines.push((in_text, in_source + indent.len()));
        in_text += line.len();
        in_source += whole.len();
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_are_found_below_the_quotes() {
        assert_eq!(lines("a\n  b\n", "'''\n    a\n      b\n    '''"), Some(vec![(0, 8), (2, 14)]));
        assert_eq!(lines("a", "\"a\""), None);
        assert_eq!(lines("a\nb", "'''\n    a\n    #{x}\n    '''"), None);
    }
}
