//! Finds steps that wait for an object that is made only after them: a hook of a later phase, or a later wave; this needs all
//! workloads of a program.

mod turn;

use super::awaited::{self, Awaited, awaited, built_in_hosts, hosts};
use super::shell::LazyScript;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, PlacedName, Role, Workload, WorkloadKind};
use crate::source::{Sources, Span};
use fnv::FnvHashMap;
use smol_str::SmolStr;
use std::collections::HashSet;
use turn::{Later, Turn};

/// An object: its namespace, its kind and its name.
type Target = (Option<SmolStr>, &'static str, SmolStr);

/// When the workloads of a program are made, and which of them wait for others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    made: FnvHashMap<Target, Turn>,
    waits: Vec<Wait>,
}

/// A container that waits for an object.
#[derive(Clone, Debug)]
struct Wait {
    target: Target,
    /// When its own workload is made.
    turn: Turn,
    waiting: PlacedName,
    role: Role,
    place: Span,
}

impl Hooks {
    /// The turn and the waits of one workload.
    pub(crate) fn of(workload: &Workload, sources: &Sources) -> Self {
        let mut hooks = Self::default();
        let Some(turn) = Turn::of(workload) else { return hooks };
        let namespace = workload.namespace().map(SmolStr::new);
        if let Some(name) = &workload.name {
            hooks.made.insert((namespace.clone(), workload.kind.name(), name.text.clone()), turn.clone());
        }
        // Nothing waits for the Jobs of a CronJob.
        if workload.kind == WorkloadKind::CronJob {
            return hooks;
        }
        let is_run = matches!(workload.kind, WorkloadKind::Job | WorkloadKind::Pod);
        for container in workload.containers.iter().filter(|container| is_run || container.role == Role::Step)
        {
            let wait = |target, place| Wait {
                target,
                turn: turn.clone(),
                waiting: container.name.clone(),
                role: container.role,
                place,
            };
            let workloads = container.awaited.iter().filter_map(|object| {
                Some((namespace.clone(), awaited::workload_kind(&object.kind)?, object.name.clone()))
            });
            hooks.waits.extend(workloads.map(|target| wait(target, container.name.span)));
            for host in built_in_hosts(container) {
                hooks.waits.extend(served(&host, namespace.as_ref()).map(|of| wait(of, container.name.span)));
            }
            for (targets, place) in by_script(container, namespace.as_ref(), sources) {
                hooks.waits.extend(targets.into_iter().map(|target| wait(target, place)));
            }
        }
        hooks
    }

    /// Adds those of another workload.
    pub(crate) fn extend(&mut self, other: Self) {
        self.made.extend(other.made);
        self.waits.extend(other.waits);
    }

    /// Warns about waits for what is made later.
    pub(crate) fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut reported: HashSet<(Span, &Target)> = HashSet::new();
        for wait in &self.waits {
            let made = self.made.get(&wait.target);
            let Some(later) = made.and_then(|made| made.later_than(&wait.turn)) else { continue };
            if reported.insert((wait.waiting.span, &wait.target)) {
                diagnostics.push(wait.warning(&later));
            }
        }
    }
}

impl Wait {
    fn warning(&self, later: &Later) -> Diagnostic {
        let (_, kind, name) = &self.target;
        let (what, reason, help) = match later {
            Later::Phase(_) => (
                "a hook of a later phase".to_owned(),
                format!("the {kind} is created after all other objects"),
                format!(
                    "make the {kind} a hook of an earlier phase (`pre-install,pre-upgrade`, `PreSync`), or not a hook"
                ),
            ),
            Later::Wave { own, other, annotation, .. } => (
                format!("which comes in the later wave {other}"),
                "is created when all that comes before it is healthy".to_owned(),
                format!(
                    "give the {kind} the wave of the workload that waits, or an earlier one: `\"{annotation}\" \"{own}\"`"
                ),
            ),
            Later::Main => (
                "which is created after this hook".to_owned(),
                "nothing else is created before this hook has ended".to_owned(),
                format!("make it a hook of a later phase, or let it not wait for the {kind}"),
            ),
        };
        let headline =
            format!("the {} `{}` waits for the {kind} `{name}`, {what}", self.role.name(), self.waiting.text);
        let diagnostic = Diagnostic::warning(Code::WaitsForLaterHook, self.place, headline)
            .here("the pod is not ready before this ends");
        let labeled = match later.place().or(self.turn.place()) {
            Some(place) => diagnostic.label(place, reason),
            None => diagnostic,
        };
        labeled.help(help)
    }
}

/// What the script of a container waits for: objects, and the workloads that may serve a host.
fn by_script(
    container: &Container,
    namespace: Option<&SmolStr>,
    sources: &Sources,
) -> Vec<(Vec<Target>, Span)> {
    if container.built_in.is_some() {
        return Vec::new();
    }
    let words = [&awaited::WORDS[..], &["until", "while", "wait-for", "wait4x", "dockerize"]].concat();
    let lazy = LazyScript::of(container);
    let Some(script) = lazy.as_ref().and_then(|lazy| lazy.mentioning(&words)) else { return Vec::new() };
    let certain = script.commands.iter().filter(|command| !command.tested);
    let objects = certain.map(|command| {
        let named = awaited(script, command).into_iter().filter(|object| !object.by_label);
        let targets = named.map(|object| {
            let Awaited { kind, name, namespace: other, .. } = object;
            (other.or_else(|| namespace.cloned()), kind, name)
        });
        (targets.collect(), script.place_of(sources, &command.range))
    });
    let served = hosts(script)
        .into_iter()
        .map(|(host, range)| (served(&host, namespace).collect(), script.place_of(sources, &range)));
    objects.chain(served).collect()
}

/// The workloads that may serve a host: those with the name of its Service.
fn served(host: &str, namespace: Option<&SmolStr>) -> impl Iterator<Item = Target> + use<> {
    let labels: Vec<&str> = host.split('.').collect();
    let number = |label: &str| {
        label.rsplit_once('-').is_some_and(|(_, end)| end.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let (service, rest) = match labels.as_slice() {
        [pod, service, rest @ ..] if number(pod) && pod.starts_with(service) => (*service, rest),
        [service, rest @ ..] => (*service, rest),
        [] => ("", &[][..]),
    };
    let namespace = match rest {
        [] => namespace.cloned(),
        [place, ..] => Some(SmolStr::new(place)),
    };
    let name = SmolStr::new(service);
    ["Deployment", "StatefulSet", "DaemonSet"]
        .into_iter()
        .map(move |kind| (namespace.clone(), kind, name.clone()))
}

#[cfg(test)]
mod tests;
