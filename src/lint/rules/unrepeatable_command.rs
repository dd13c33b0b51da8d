#![doc = include_str!("../../diagnostic/explain/unrepeatable-command.md")]

mod files;
mod refusals;
mod statements;

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::files::changes;
use crate::lint::rerun::{Leftover, outlives_pod};
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::{PlainCommand, ShellScript};
use crate::model::{Container, Direction, Role, WorkloadKind};
use crate::object::Node;
use crate::source::Span;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let words: Vec<&str> = [files::WORDS, refusals::WORDS, statements::WORDS].concat();
    for (container, place, script) in pod.all_scripts(&words) {
        if !matches!(place, ScriptPlace::Command | ScriptPlace::PostStart) {
            continue;
        }
        let is_app = container.role != Role::Step;
        if is_app && matches!(pod.workload.kind, WorkloadKind::Job | WorkloadKind::Pod) {
            continue;
        }
        let changes = changes(container, script);
        for (at, command) in script.commands.iter().enumerate() {
            if command.tested {
                continue;
            }
            let context = Repeated { pod, container, place, script, changes: &changes, command, at };
            let fault = || {
                let of_files = files::fault(&context);
                of_files.or_else(|| statements::fault(&context)).or_else(|| refusals::fault(&context))
            };
            let Some(fault) = fault() else { continue };
            if fault.fails && !script.fails_with(command) || is_app && !fault.fails {
                continue;
            }
            let Some(leftover) = context.leftover(fault.leftover) else { continue };
            let Some(when) = pod.runs_again(container, leftover) else { continue };
            found.push(context.warning(fault, &when));
        }
    }
}

/// A command that runs again whenever its container does.
struct Repeated<'p, 'a> {
    pod: &'p Pod<'a>,
    container: &'p Container,
    place: ScriptPlace,
    script: &'p ShellScript<'a>,
    /// What the whole script changes.
    changes: &'p [crate::lint::files::FileChange<'p>],
    command: &'p PlainCommand,
    /// Its index in the script.
    at: usize,
}

struct RepeatFault<'p> {
    why: String,
    /// What a second run finds.
    leftover: Leftover<'p>,
    /// Whether the command fails then; if not, it does harm.
    fails: bool,
    help: String,
    /// The words to replace, if that fixes it.
    replaced: Option<(&'static str, &'static str)>,
}

impl<'p> Repeated<'p, '_> {
    /// What is left in the pod's network, which the pod may share with its node.
    fn network(&self) -> Leftover<'p> {
        let shares = self.pod.workload.pod.spec.get("hostNetwork").and_then(Node::as_bool);
        if shares == Some(true) { Leftover::Elsewhere } else { Leftover::Network }
    }

    /// Where the traces really are: those in a server of the pod itself are in its volumes, if it has one that outlives the
    /// pod.
    fn leftover(&self, leftover: Leftover<'p>) -> Option<Leftover<'p>> {
        let is_elsewhere = matches!(leftover, Leftover::Elsewhere);
        let names_local = || {
            let mut words = self.command.written.iter();
            words.any(|word| word.contains("localhost") || word.contains("127.0.0.1"))
        };
        let names_host = || {
            let mut words = self.command.written.iter();
            words.any(|word| word.starts_with("-h") || word.starts_with("--host") || word.contains("://"))
        };
        if !is_elsewhere || !(names_local() || (self.place == ScriptPlace::PostStart && !names_host())) {
            return Some(leftover);
        }
        let mounts = self.container.mounts.iter().filter(|mount| mount.direction != Direction::Reads);
        let volumes = mounts.filter_map(|mount| self.pod.workload.volumes.get(mount.index?));
        volumes.map(Leftover::Volume).find(|volume| outlives_pod(*volume))
    }

    /// Whether a later command can fail, so that the container runs again where this command succeeded.
    fn may_fail_later(&self) -> bool {
        self.script.commands[self.at + 1..].iter().any(|later| self.script.fails_with(later))
    }

    fn warning(&self, fault: RepeatFault<'_>, when: &str) -> Diagnostic {
        let place = self.pod.place(self.script, self.command);
        let headline = format!("{} cannot run twice: {}", self.place.of(self.container), fault.why);
        let diagnostic = Diagnostic::warning(Code::UnrepeatableCommand, place, headline)
            .here(format!("the {} {when}", self.container.role.name()))
            .help(fault.help);
        let Some((old, new)) = fault.replaced.filter(|_| place != self.script.span) else {
            return diagnostic;
        };
        let Some(start) = self.pod.sources.slice(place).find(old) else { return diagnostic };
        let start = place.start + u32::try_from(start).unwrap_or_default();
        let end = start + u32::try_from(old.len()).unwrap_or_default();
        let span = Span { start, end, ..place };
        diagnostic.fix(format!("use `{new}`"), span, new, Applicability::Unsafe)
    }
}

#[cfg(test)]
mod tests;
