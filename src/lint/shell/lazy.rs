//! Finds out what a container runs, and parses it when a rule needs it.

use super::read;
use super::{PlainCommand, ShellScript};
use crate::model::Container;
use crate::object::{Node, Value};
use crate::source::Span;
use std::borrow::Cow;
use std::cell::OnceCell;

/// The shells, by the name of their program.
const SHELLS: [&str; 7] = ["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"];

/// What a container runs, parsed when it is needed.
#[derive(Debug)]
pub(in crate::lint) struct LazyScript<'a> {
    command: RawCommand<'a>,
    /// The text of a shell's script without quotes and escapes, which may divide a word.
    joined: OnceCell<Cow<'a, str>>,
    script: OnceCell<Option<ShellScript<'a>>>,
}

/// A command as the container runtime gets it.
#[derive(Debug)]
enum RawCommand<'a> {
    /// The script in the arguments of a shell.
    Shell { text: &'a str, span: Span, errexit: bool, pipefail: bool },
    /// A program that is started without a shell.
    Program { words: Vec<&'a str>, span: Span },
}

impl<'a> LazyScript<'a> {
    /// What a container runs; `None` if that is unknown.
    pub(in crate::lint) fn of(container: &'a Container) -> Option<Self> {
        let list = |field| container.fields.get(field).map_or(&[][..], Node::items);
        let words: Vec<&Node> = list("command").iter().chain(list("args")).collect();
        if words.is_empty() || words.iter().any(|word| matches!(word.value, Value::Unresolved)) {
            return None;
        }
        let shell = words.iter().take(2).position(|word| {
            word.as_text().is_some_and(|text| SHELLS.contains(&text.rsplit('/').next().unwrap_or(text)))
        });
        let command = match shell {
            Some(at) => RawCommand::shell(&words[at + 1..])?,
            None => RawCommand::program(&words, container, list("command").is_empty())?,
        };
        Some(Self { command, joined: OnceCell::new(), script: OnceCell::new() })
    }

    /// The commands; `None` if they cannot be parsed.
    pub(in crate::lint) fn get(&self) -> Option<&ShellScript<'a>> {
        self.script.get_or_init(|| self.command.parse()).as_ref()
    }

    /// Whether one of some words without quotes and backslashes may be in a command.
    pub(in crate::lint) fn may_mention(&self, words: &[&str]) -> bool {
        let RawCommand::Shell { text, .. } = &self.command else { return true };
        let joined = self.joined.get_or_init(|| joined(text));
        // `$'\x61'` is the letter `a`.
        text.contains("$'") || words.iter().any(|word| joined.contains(word))
    }

    /// Whether the shell's options end the script at the first failed command.
    pub(in crate::lint) fn starts_with_errexit(&self) -> bool {
        match &self.command {
            RawCommand::Shell { errexit, .. } => *errexit,
            RawCommand::Program { .. } => true,
        }
    }
}

fn joined(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\\\n", "").replace(['\\', '"', '\''], ""))
}

impl<'a> RawCommand<'a> {
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
        Some(Self::Shell {
            text: node.as_text()?,
            span: node.span,
            errexit: given('e') || flags.contains(&"errexit"),
            pipefail: flags.contains(&"pipefail"),
        })
    }

    /// A program that is started without a shell. If only arguments are set, the program is the image's entrypoint, which
    /// usually has the name of the image.
    fn program(words: &[&'a Node], container: &'a Container, is_arguments: bool) -> Option<Self> {
        let image = || container.fields.get("image")?.as_text()?.rsplit('/').next()?.split([':', '@']).next();
        let own = if is_arguments { Some(image()?) } else { None };
        let texts = own.into_iter().chain(words.iter().map(|word| word.as_text().unwrap_or_default()));
        let (first, last) = (words.first()?.span, words.last()?.span);
        let span = container.run.unwrap_or_else(|| first.to(last));
        Some(Self::Program { words: texts.collect(), span })
    }

    fn parse(&self) -> Option<ShellScript<'a>> {
        match self {
            Self::Shell { text, span, errexit, pipefail } => {
                let mut script = read::read(text, *span)?;
                script.errexit |= errexit;
                script.pipefail |= pipefail;
                Some(script)
            }
            Self::Program { words, span } => {
                let mut command = PlainCommand {
                    words: words
                        .iter()
                        .map(|text| (!text.contains("$(")).then(|| (*text).to_owned()))
                        .collect(),
                    written: words.iter().map(|text| (*text).to_owned()).collect(),
                    ..PlainCommand::default()
                };
                read::unwrap(&mut command);
                Some(ShellScript {
                    text: None,
                    span: *span,
                    commands: vec![command],
                    loops: Vec::new(),
                    errexit: true,
                    pipefail: true,
                    lines: OnceCell::new(),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn quotes_and_escapes_do_not_hide_a_word() {
        assert_eq!(joined("c\"ur\"l 'wget' g\\it k\\\nubectl"), "curl wget git kubectl");
    }
}
