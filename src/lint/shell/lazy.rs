//! Finds out what a container runs, and parses it when a rule needs it.

use super::wrapper::{self, StartedProgram};
use super::{PlainCommand, ShellScript, base_name, call, read};
use crate::model::Container;
use crate::object::{Node, Value};
use crate::source::Span;
use std::borrow::Cow;
use std::cell::OnceCell;

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
    Shell { text: &'a str, span: Span, shell: &'a str, errexit: bool, pipefail: bool, is_timed: bool },
    /// A program that is started without a shell.
    Program { words: Vec<&'a str>, span: Span, started: StartedProgram },
}

impl<'a> LazyScript<'a> {
    /// What a container runs; `None` if that is unknown.
    pub(in crate::lint) fn of(container: &'a Container) -> Option<Self> {
        let list = |field| container.fields.get(field).map_or(&[][..], Node::items);
        let words: Vec<&Node> = list("command").iter().chain(list("args")).collect();
        // If only arguments are set, the program is the image's entrypoint, which usually has the name of the image.
        let image = || container.fields.get("image")?.as_text()?.rsplit('/').next()?.split([':', '@']).next();
        let own = if list("command").is_empty() { Some(image()?) } else { None };
        Self::new(&words, own, container.run)
    }

    /// What a hook or a probe runs.
    pub(in crate::lint) fn of_words(words: &'a [Node]) -> Option<Self> {
        Self::new(&words.iter().collect::<Vec<_>>(), None, None)
    }

    fn new(nodes: &[&'a Node], entrypoint: Option<&'a str>, run: Option<Span>) -> Option<Self> {
        let (first, last) = (nodes.first()?.span, nodes.last()?.span);
        if nodes.iter().any(|word| matches!(word.value, Value::Unresolved)) {
            return None;
        }
        let own = usize::from(entrypoint.is_some());
        let texts = nodes.iter().map(|word| word.as_text().unwrap_or_default());
        let words: Vec<&str> = entrypoint.into_iter().chain(texts).collect();
        let mut started = wrapper::started(|at| words.get(at).copied());
        // An image's entrypoint may start the shell that its arguments name.
        if started.at == 0 && own == 1 && call::is_shell(words.get(1)?) {
            started.at = 1;
        }
        let command = match call::script_of(&words[started.at..]) {
            Some(call) => RawCommand::Shell {
                text: words[started.at + call.text],
                span: nodes.get((started.at + call.text).checked_sub(own)?)?.span,
                shell: base_name(words[started.at]),
                errexit: call.errexit,
                pipefail: call.pipefail,
                is_timed: started.is_timed,
            },
            None if call::is_shell(words[started.at]) => return None,
            None => RawCommand::Program { words, span: run.unwrap_or_else(|| first.to(last)), started },
        };
        Some(Self { command, joined: OnceCell::new(), script: OnceCell::new() })
    }

    /// The commands, if one of some words may be among them.
    pub(in crate::lint) fn mentioning(&self, words: &[&str]) -> Option<&ShellScript<'a>> {
        if self.may_mention(words) { self.get() } else { None }
    }

    /// The commands; `None` if they cannot be parsed.
    pub(in crate::lint) fn get(&self) -> Option<&ShellScript<'a>> {
        self.script.get_or_init(|| self.command.parse()).as_ref()
    }

    /// The script and its place, if it has one of some words and cannot be parsed.
    pub(in crate::lint) fn unreadable(&self, words: &[&str]) -> Option<(&'a str, Span)> {
        match &self.command {
            RawCommand::Shell { text, span, .. } if self.may_mention(words) && self.get().is_none() => {
                Some((text, *span))
            }
            _ => None,
        }
    }

    /// Whether one of some words without quotes and backslashes may be in a command.
    pub(in crate::lint) fn may_mention(&self, words: &[&str]) -> bool {
        let RawCommand::Shell { text, pipefail, .. } = &self.command else { return true };
        let joined = self.joined.get_or_init(|| joined(text));
        // `$'\x61'` is the letter `a`.
        text.contains("$'")
            || (*pipefail && words.contains(&"pipefail"))
            || words.iter().any(|word| joined.contains(word))
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
    fn parse(&self) -> Option<ShellScript<'a>> {
        match self {
            Self::Shell { text, span, shell, errexit, pipefail, is_timed } => {
                let mut script = read::read(text, *span)?;
                script.shell = shell;
                script.errexit |= errexit;
                script.pipefail |= pipefail;
                for repeated in &mut script.loops {
                    repeated.bounded |= is_timed;
                }
                Some(script)
            }
            Self::Program { words, span, started } => {
                let command = PlainCommand {
                    words: words
                        .iter()
                        .map(|text| (!text.contains("$(")).then(|| (*text).to_owned()))
                        .collect(),
                    written: words.iter().map(|text| (*text).to_owned()).collect(),
                    ..PlainCommand::default()
                };
                let mut script = ShellScript::new(None, *span);
                script.commands = command.without_wrappers(started);
                script.errexit = true;
                script.pipefail = true;
                Some(script)
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
