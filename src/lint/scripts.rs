//! Lists the scripts of a pod: the commands of its containers, and those of their hooks and probes.

use super::Pod;
use super::shell::{LazyScript, ShellScript};
use crate::model::{Container, Role};
use crate::object::{MapEntry, Node};
use crate::source::Span;

/// What starts a script in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptPlace {
    Command,
    PostStart,
    PreStop,
    Startup,
    Readiness,
    Liveness,
}

/// The hooks and probes, each with the field of its command.
const HANDLERS: [(ScriptPlace, &str); 5] = [
    (ScriptPlace::PostStart, "lifecycle.postStart.exec.command"),
    (ScriptPlace::PreStop, "lifecycle.preStop.exec.command"),
    (ScriptPlace::Startup, "startupProbe.exec.command"),
    (ScriptPlace::Readiness, "readinessProbe.exec.command"),
    (ScriptPlace::Liveness, "livenessProbe.exec.command"),
];

/// The script of a hook or a probe.
pub(super) struct HandlerScript<'a> {
    container: usize,
    place: ScriptPlace,
    script: LazyScript<'a>,
}

/// The scripts of the hooks and probes of some containers.
pub(super) fn handlers(containers: &[Container]) -> Vec<HandlerScript<'_>> {
    let own = containers.iter().enumerate().filter(|(_, container)| container.built_in.is_none());
    own.flat_map(|(at, container)| {
        HANDLERS.iter().filter_map(move |(place, field)| {
            let words = container.fields.at(field).map(Node::items)?;
            Some(HandlerScript { container: at, place: *place, script: LazyScript::of_words(words)? })
        })
    })
    .collect()
}

impl ScriptPlace {
    /// What a script is, for a headline: "the step `a`", "the `preStop` hook of `a`".
    pub(super) fn of(self, container: &Container) -> String {
        let name = &container.name.text;
        match self {
            Self::Command => format!("the {} `{name}`", container.role.name()),
            Self::PostStart => format!("the `postStart` hook of `{name}`"),
            Self::PreStop => format!("the `preStop` hook of `{name}`"),
            Self::Startup => format!("the startup probe of `{name}`"),
            Self::Readiness => format!("the readiness probe of `{name}`"),
            Self::Liveness => format!("the liveness probe of `{name}`"),
        }
    }
}

impl<'a> Pod<'a> {
    /// The steps whose command the author wrote, if it may have one of some words.
    pub(super) fn steps(&self, words: &[&str]) -> impl Iterator<Item = (&'a Container, &ShellScript<'a>)> {
        self.scripts(words).filter(|(container, _)| container.role == Role::Step)
    }

    /// The containers whose command the author wrote, if it may have one of some words.
    pub(super) fn scripts(&self, words: &[&str]) -> impl Iterator<Item = (&'a Container, &ShellScript<'a>)> {
        self.containers().filter_map(|(at, container)| Some((container, self.script(at, words)?)))
    }

    /// All scripts that the author wrote, also of hooks and probes, if they may have one of some words.
    pub(super) fn all_scripts(
        &self,
        words: &[&str],
    ) -> impl Iterator<Item = (&'a Container, ScriptPlace, &ShellScript<'a>)> {
        let commands =
            self.scripts(words).map(|(container, script)| (container, ScriptPlace::Command, script));
        let handlers = self.handlers.iter().filter_map(|handler| {
            let script = handler.script.mentioning(words)?;
            Some((&self.workload.containers[handler.container], handler.place, script))
        });
        commands.chain(handlers)
    }

    /// The scripts that no shell can read, with their places, if they have one of some words.
    pub(super) fn unreadable_scripts(
        &self,
        words: &[&str],
    ) -> impl Iterator<Item = (&'a Container, ScriptPlace, &'a str, Span)> {
        let commands = self.containers().filter_map(|(at, container)| {
            Some((container, ScriptPlace::Command, self.scripts[at].as_ref()?.unreadable(words)?))
        });
        let handlers = self.handlers.iter().filter_map(|handler| {
            let container = &self.workload.containers[handler.container];
            Some((container, handler.place, handler.script.unreadable(words)?))
        });
        commands.chain(handlers).map(|(container, place, (text, span))| (container, place, text, span))
    }

    /// What a container runs, if the author wrote it and it may have one of some words.
    pub(super) fn script(&self, container: usize, words: &[&str]) -> Option<&ShellScript<'a>> {
        self.scripts[container].as_ref()?.mentioning(words)
    }
}

/// The words of a command, hook or probe as they reach the container runtime.
pub(super) struct CommandWords<'a> {
    pub(super) container: &'a Container,
    pub(super) place: ScriptPlace,
    pub(super) words: Vec<&'a Node>,
    /// Whether the first word is a program, not an argument of the image's entrypoint.
    pub(super) has_program: bool,
    /// The statement that sets all words of a container's command, from its name to its end.
    pub(super) statement: Option<Span>,
}

impl<'a> CommandWords<'a> {
    /// The commands of a container that the author wrote as a list of words.
    fn of(container: &'a Container) -> impl Iterator<Item = Self> {
        let entry = |field| container.fields.as_map().and_then(|fields| fields.entry(field));
        let items = |field| entry(field).map_or(&[][..], |entry| entry.node.items());
        let (command, args) = (items("command"), items("args"));
        let whole = |entry: &MapEntry| entry.key_span.to(entry.node.span);
        let own = CommandWords {
            container,
            place: ScriptPlace::Command,
            words: command.iter().chain(args).collect(),
            has_program: !command.is_empty(),
            statement: if args.is_empty() { entry("command").map(whole) } else { None },
        };
        let handlers = HANDLERS.iter().filter_map(move |(place, field)| {
            let words = container.fields.at(field)?.items().iter().collect();
            Some(CommandWords { container, place: *place, words, has_program: true, statement: None })
        });
        std::iter::once(own).chain(handlers)
    }

    /// The words as texts; those that are unknown are empty.
    pub(super) fn texts(&self) -> Vec<&'a str> {
        self.words.iter().map(|word| word.as_text().unwrap_or_default()).collect()
    }

    /// The place of a word.
    pub(super) fn place_of(&self, word: usize) -> Span {
        self.words.get(word).map_or(self.container.name.span, |word| word.span)
    }
}

impl<'a> Pod<'a> {
    /// The commands that the author wrote, also of hooks and probes, as lists of words.
    pub(super) fn commands(&self) -> impl Iterator<Item = CommandWords<'a>> {
        let own = self.workload.containers.iter().filter(|container| container.built_in.is_none());
        own.flat_map(CommandWords::of).filter(|command| !command.words.is_empty())
    }

    /// Whether a word of a command is an item of a list in the source: what a text has in quotes is meant literally.
    pub(super) fn is_listed(&self, command: &CommandWords<'_>, word: usize) -> bool {
        let span = command.place_of(word);
        let shares = |other: Option<usize>| {
            other.and_then(|other| command.words.get(other)).is_some_and(|other| other.span == span)
        };
        command.container.run != Some(span)
            && !self.sources.slice(span).starts_with("\"'")
            && !shares(word.checked_sub(1))
            && !shares(Some(word + 1))
    }

    /// The fix that gives a text to a shell instead of the words of a command.
    pub(super) fn shell_fix(&self, command: &CommandWords<'_>, text: &str) -> Option<(String, Span, String)> {
        let quoted = format!("\"{}\"", text.escape_debug().to_string().replace("\\'", "'"));
        if text.contains("#{") {
            return None;
        }
        let (span, new) = match command.place {
            ScriptPlace::Command => (command.statement?, format!("script {quoted}")),
            _ => {
                let (first, last) = (command.words.first()?.span, command.words.last()?.span);
                (first.to(last), format!("\"sh\", \"-c\", {quoted}"))
            }
        };
        let old = self.sources.slice(span);
        let is_list = match command.place {
            ScriptPlace::Command => old.starts_with("command") && old.ends_with(']'),
            _ => !old.contains(['[', ']', '#']),
        };
        is_list.then(|| (format!("use `{new}`"), span, new))
    }
}
