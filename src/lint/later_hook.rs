//! Finds steps that wait for an object that is made only after them: a hook of a later phase, or a later wave; this needs all
//! workloads of a program.

mod ring;
mod turn;

use super::around::Surroundings;
use super::awaited::{self, Awaited, awaited, built_in, built_in_host, hosts, insists};
use super::shell::LazyScript;
use crate::context::{Context, WorkloadFacts};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, PlacedName, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::{HasPlaces, Sources, Span};
use crate::steps::wait::ConditionKind;
use fnv::FnvHashMap;
use smol_str::SmolStr;
use std::collections::HashSet;
pub(super) use turn::{Later, Turn};

/// An object: its namespace, its kind and its name.
type Target = (Option<SmolStr>, &'static str, SmolStr);

/// When a workload is made, and what it waits for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    made: Option<(Target, Made)>,
    waits: Vec<Wait>,
}

/// When the workloads of a program are made, and which of them wait for others.
#[derive(Default)]
pub(crate) struct AllHooks<'a> {
    made: FnvHashMap<&'a Target, Made>,
    waits: Vec<&'a Wait>,
}

/// A workload of the program.
#[derive(Clone, Debug)]
struct Made {
    /// When it is made; none if that depends.
    turn: Option<Turn>,
    /// Whether pods of it become ready.
    has_pods: bool,
    /// Whether several workloads have this name, of which only one may be applied.
    is_one_of_several: bool,
}

/// A container that waits for an object.
#[derive(Clone, Debug)]
struct Wait {
    target: Target,
    /// Whether the target is only known by the host that it serves.
    by_host: bool,
    /// Its own workload, if that has a name and is not ready before the target is.
    held: Option<Target>,
    /// When its own workload is made; none if that depends.
    turn: Option<Turn>,
    waiting: PlacedName,
    role: Role,
    place: Span,
    /// What says for what it waits.
    statement: Span,
}

impl Hooks {
    /// The turn and the waits of one workload.
    pub(crate) fn of(workload: &Workload, sources: &Sources) -> Self {
        let mut hooks = Self::default();
        let turn = Turn::of(&workload.object.metadata);
        let namespace = workload.namespace().map(SmolStr::new);
        let own =
            workload.name.as_ref().map(|name| (namespace.clone(), workload.kind.name(), name.text.clone()));
        if let Some(own) = &own {
            let replicas = workload.object.spec.get("replicas").and_then(Node::as_int);
            let made = Made { turn: turn.clone(), has_pods: replicas != Some(0), is_one_of_several: false };
            hooks.made = Some((own.clone(), made));
        }
        // Nothing waits for the Jobs of a CronJob.
        if workload.kind == WorkloadKind::CronJob {
            return hooks;
        }
        let is_run = matches!(workload.kind, WorkloadKind::Job | WorkloadKind::Pod);
        for container in workload.containers.iter().filter(|container| is_run || container.role == Role::Step)
        {
            // An app of a pod may be ready while it waits; a Job is complete only when all of it has ended.
            let holds = container.role == Role::Step
                || (container.role == Role::App && workload.kind == WorkloadKind::Job);
            let wait = |target, by_host, insists, place, statement| Wait {
                target,
                by_host,
                held: own.clone().filter(|_| holds && insists),
                turn: turn.clone(),
                waiting: container.name.clone(),
                role: container.role,
                place,
                statement,
            };
            let name = container.name.span;
            for wanted in built_in(container) {
                let object = wanted.object.as_ref().and_then(|object| {
                    Some((namespace.clone(), awaited::workload_kind(&object.kind)?, object.name.clone()))
                });
                hooks.waits.extend(object.map(|target| wait(target, false, true, name, wanted.span)));
                // A name may be there before anything answers by it.
                let answers = wanted.condition.kind != ConditionKind::Dns;
                let hosts = built_in_host(wanted).into_iter();
                let served = hosts.flat_map(|host| served(&host, namespace.as_ref()));
                hooks.waits.extend(served.map(|target| wait(target, true, answers, name, wanted.span)));
            }
            for found in by_script(container, namespace.as_ref(), sources) {
                let ScriptWait { targets, by_host, insists, place } = found;
                hooks
                    .waits
                    .extend(targets.into_iter().map(|target| wait(target, by_host, insists, place, place)));
            }
        }
        hooks
    }
}

impl<'a> AllHooks<'a> {
    /// Those of several workloads.
    pub(crate) fn of(each: impl Iterator<Item = &'a Hooks> + Clone) -> Self {
        let waits: Vec<&Wait> = each.clone().flat_map(|hooks| &hooks.waits).collect();
        let mut made: FnvHashMap<&Target, Made> = FnvHashMap::default();
        if waits.is_empty() {
            return Self { made, waits };
        }
        for (target, own) in each.filter_map(|hooks| hooks.made.as_ref()) {
            let mut own = own.clone();
            own.is_one_of_several = made.contains_key(target);
            made.insert(target, own);
        }
        Self { made, waits }
    }

    /// Whether some workload is not ready before another one is.
    pub(crate) fn hold(&self) -> bool {
        self.waits.iter().any(|wait| wait.held.is_some())
    }

    /// Reports workloads that wait for each other.
    pub(crate) fn check_cycles(
        &self,
        context: &Context,
        facts: &[(&WorkloadFacts, bool)],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if self.hold() {
            ring::check(self, &Surroundings::new(context, facts), diagnostics);
        }
    }

    /// Warns about waits for what is made later.
    pub(crate) fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut reported: HashSet<(Span, &Target)> = HashSet::new();
        for wait in &self.waits {
            let made = self.made.get(&wait.target).and_then(|made| made.turn.as_ref());
            let Some(turn) = &wait.turn else { continue };
            let Some(later) = made.and_then(|made| made.later_than(turn)) else { continue };
            if reported.insert((wait.waiting.span, &wait.target)) {
                diagnostics.push(wait.warning(&later));
            }
        }
    }
}

impl HasPlaces for Hooks {
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span)) {
        self.waits.iter_mut().for_each(|wait| change(&mut wait.statement));
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
        let labeled = match later.place().or(self.turn.as_ref().and_then(Turn::place)) {
            Some(place) => diagnostic.label(place, reason),
            None => diagnostic,
        };
        labeled.help(help)
    }
}

/// What a command of a script waits for.
struct ScriptWait {
    targets: Vec<Target>,
    by_host: bool,
    /// Whether the script does not go on without it.
    insists: bool,
    place: Span,
}

/// What the script of a container waits for: objects, and the workloads that may serve a host.
fn by_script(container: &Container, namespace: Option<&SmolStr>, sources: &Sources) -> Vec<ScriptWait> {
    if container.built_in.is_some() {
        return Vec::new();
    }
    let words = [&awaited::WORDS[..], &["until", "while", "wait-for", "wait4x", "dockerize"]].concat();
    let lazy = LazyScript::of(container);
    let Some(script) = lazy.as_ref().and_then(|lazy| lazy.mentioning(&words)) else { return Vec::new() };
    let certain = script.commands.iter().filter(|command| !command.tested);
    let objects = certain.map(|command| {
        let named: Vec<Awaited> =
            awaited(script, command).into_iter().filter(|object| !object.by_label).collect();
        let insists = !command.guarded && insists(script, &command.range);
        ScriptWait {
            insists: insists && named.iter().all(|object| object.until_ready),
            targets: named
                .into_iter()
                .map(|object| (object.namespace.or_else(|| namespace.cloned()), object.kind, object.name))
                .collect(),
            by_host: false,
            place: script.place_of(sources, &command.range),
        }
    });
    let served = hosts(script).into_iter().map(|(host, range)| ScriptWait {
        targets: served(&host, namespace).collect(),
        by_host: true,
        insists: insists(script, &range),
        place: script.place_of(sources, &range),
    });
    objects.chain(served).collect()
}

/// The kinds of workloads that serve hosts.
const SERVERS: [&str; 3] = ["Deployment", "StatefulSet", "DaemonSet"];

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
    SERVERS.into_iter().map(move |kind| (namespace.clone(), kind, name.clone()))
}

#[cfg(test)]
mod tests;
