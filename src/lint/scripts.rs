//! Lists the scripts of a pod: the commands of its containers, and those of their hooks and probes.

use super::Pod;
use super::shell::{LazyScript, ShellScript};
use crate::model::{Container, Role};
use crate::object::Node;

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

    /// What a container runs, if the author wrote it and it may have one of some words.
    pub(super) fn script(&self, container: usize, words: &[&str]) -> Option<&ShellScript<'a>> {
        self.scripts[container].as_ref()?.mentioning(words)
    }
}
