//! Reads the command of a container as shell commands, each with its position among the others.
//!
//! Invariant: this is the only user of the shell's parser; a script that cannot be parsed is not judged.

mod read;

use crate::model::Container;
use crate::object::{Node, Value};
use crate::source::Span;
use std::ops::Range;

/// The shells, by the name of their program.
const SHELLS: [&str; 7] = ["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"];

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

impl<'a> ShellScript<'a> {
    /// What a container runs; `None` if that is unknown.
    pub(super) fn of(container: &'a Container) -> Option<Self> {
        let list = |field| container.fields.get(field).map_or(&[][..], Node::items);
        let words: Vec<&Node> = list("command").iter().chain(list("args")).collect();
        if words.is_empty() || words.iter().any(|word| matches!(word.value, Value::Unresolved)) {
            return None;
        }
        let shell = words.iter().take(2).position(|word| {
            word.as_text().is_some_and(|text| SHELLS.contains(&text.rsplit('/').next().unwrap_or(text)))
        });
        match shell {
            Some(at) => Self::shell(&words[at + 1..]),
            None => Self::program(&words, container, list("command").is_empty()),
        }
    }

    /// The script in the arguments of a shell.
    fn shell(words: &[&'a Node]) -> Option<Self> {
        let flags = words.iter().take_while(|word| {
            word.as_text()
                .is_some_and(|text| text.starts_with(['-', '+']) || ["pipefail", "errexit"].contains(&text))
        });
        let flags: Vec<&str> = flags.filter_map(|word| word.as_text()).collect();
        let given = |letter| {
            flags.iter().any(|flag| flag.starts_with('-') && !flag.starts_with("--") && flag.contains(letter))
        };
        if !given('c') {
            return None;
        }
        let node = words.get(flags.len())?;
        let text = node.as_text()?;
        let mut script = read::read(text, node.span)?;
        script.errexit |= given('e') || flags.contains(&"errexit");
        script.pipefail |= flags.contains(&"pipefail");
        Some(script)
    }

    /// A program that is started without a shell. If only arguments are set, the program is the image's entrypoint, which
    /// usually has the name of the image.
    fn program(words: &[&'a Node], container: &Container, is_arguments: bool) -> Option<Self> {
        let image = || container.fields.get("image")?.as_text()?.rsplit('/').next()?.split([':', '@']).next();
        let own = if is_arguments { Some(image()?) } else { None };
        let texts = own.into_iter().chain(words.iter().map(|word| word.as_text().unwrap_or_default()));
        let mut command = PlainCommand {
            words: texts.clone().map(|text| (!text.contains("$(")).then(|| text.to_owned())).collect(),
            written: texts.map(ToOwned::to_owned).collect(),
            ..PlainCommand::default()
        };
        read::unwrap(&mut command);
        let (first, last) = (words.first()?.span, words.last()?.span);
        let span = container.run.unwrap_or_else(|| first.to(last));
        Some(Self {
            text: None,
            span,
            commands: vec![command],
            loops: Vec::new(),
            errexit: true,
            pipefail: true,
        })
    }

    /// The commands of a program.
    pub(super) fn runs(&self, program: &str) -> impl Iterator<Item = &PlainCommand> {
        self.commands.iter().filter(move |command| command.program() == program)
    }
}
