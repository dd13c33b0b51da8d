//! Computes how long each container of a start takes: steps and sidecars one after the other, then all apps at once.

use super::limits::OwnLimit;
use super::probe::ProbeTimes;
use super::range::TimeRange;
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::{Node, Value};
use crate::order::Order;
use crate::restarts::{RestartPolicy, runs_to_completion};

/// What the time of a container comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedBy {
    /// What comes next waits only until its process runs, and Kubernetes counts it as ready from then on.
    Process,
    /// The author states it.
    Stated,
    /// Its own time limit.
    Limit,
    /// Its startup probe.
    StartupProbe,
    /// Its readiness probe, which never gives up.
    ReadinessProbe,
    /// Its `postStart` hook.
    PostStart,
    /// Nothing: it waits without a limit.
    Endless,
    /// Nothing is known.
    Unknown,
}

/// The start of one container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryTime {
    /// The container.
    pub container: usize,
    /// How long after the start of the pod it starts.
    pub begins: TimeRange,
    /// How long it takes until what comes next can start: until a step is done, a sidecar is up, or an app is ready (done,
    /// if it runs to completion).
    pub takes: TimeRange,
    /// What that comes from.
    pub by: TimedBy,
    /// How long after its start it is given up, by its own time limit or by its startup probe.
    pub gives_up: Option<u64>,
}

/// The start of a pod.
#[derive(Clone, Debug, Default)]
pub(crate) struct StartTimes {
    /// All containers, in the order in which they start.
    pub entries: Vec<EntryTime>,
    /// All steps and sidecars together.
    pub init: TimeRange,
    /// The whole start.
    pub whole: TimeRange,
}

impl StartTimes {
    /// That of the pods of an ordered workload.
    pub(crate) fn of(workload: &Workload, order: &Order) -> Self {
        let mut times = Self::default();
        for container in order.init_containers() {
            let entry = EntryTime::of(workload, container, times.init);
            times.init = times.init.and_then(entry.takes);
            times.entries.push(entry);
        }
        // The kubelet starts the apps one by one, and each hook holds back the next.
        let mut begins = times.init;
        times.whole = begins;
        for container in order.apps.iter().copied() {
            let entry = EntryTime::of(workload, container, begins);
            times.whole = times.whole.beside(begins.and_then(entry.takes));
            begins = begins.and_then(post_start(&workload.containers[container]));
            times.entries.push(entry);
        }
        times
    }

    /// The start of a container.
    #[cfg(test)]
    pub(crate) fn entry(&self, container: usize) -> Option<&EntryTime> {
        self.entries.iter().find(|entry| entry.container == container)
    }
}

impl EntryTime {
    fn of(workload: &Workload, at: usize, begins: TimeRange) -> Self {
        let container = &workload.containers[at];
        let (takes, by, gives_up) = match container.role {
            Role::Step => step(workload, container),
            Role::Sidecar => sidecar(container),
            Role::App if ends(workload) => one_shot(workload, container),
            Role::App => app(container),
        };
        Self { container: at, begins, takes, by, gives_up }
    }
}

type Found = (TimeRange, TimedBy, Option<u64>);

fn step(workload: &Workload, step: &Container) -> Found {
    // A step that runs once for all pods runs in its Job; the pods wait for it.
    let step = step.once.as_ref().map_or(step, |once| &once.waiting.container);
    let limit = OwnLimit::of(workload, step);
    match (step.takes, limit) {
        (Some(takes), Some(OwnLimit::After(limit))) => {
            let takes = TimeRange::between(takes.least.min(limit), takes.most.min(limit));
            (takes, TimedBy::Stated, Some(limit))
        }
        (Some(takes), _) => (takes.into(), TimedBy::Stated, None),
        (None, Some(OwnLimit::After(limit))) => (TimeRange::between(0, limit), TimedBy::Limit, Some(limit)),
        (None, Some(OwnLimit::InPart(limit))) => {
            (TimeRange { least: 0, most: limit, open: true }, TimedBy::Limit, None)
        }
        (None, Some(OwnLimit::Never)) => (TimeRange::UNKNOWN, TimedBy::Endless, None),
        (None, None) => (TimeRange::UNKNOWN, TimedBy::Unknown, None),
    }
}

/// What comes after a sidecar waits for its hook and for its startup probe, but not until it is ready.
fn sidecar(sidecar: &Container) -> Found {
    let hook = post_start(sidecar);
    let has_probe = sidecar.fields.get("startupProbe").is_some();
    match ProbeTimes::in_container(sidecar, "startupProbe") {
        Some(probe) => {
            let by = if sidecar.takes.is_some() { TimedBy::Stated } else { TimedBy::StartupProbe };
            (after_hook(hook, probe.passes(sidecar.takes)), by, Some(probe.gives_up()))
        }
        None if has_probe => (TimeRange::UNKNOWN, TimedBy::StartupProbe, None),
        None if hook == TimeRange::NONE => (TimeRange::NONE, TimedBy::Process, None),
        None => match sidecar.takes.filter(|_| hook.is_unknown()) {
            Some(takes) => (takes.into(), TimedBy::Stated, None),
            None => (hook, TimedBy::PostStart, None),
        },
    }
}

/// An app is ready when its startup probe and then its readiness probe have succeeded.
fn app(app: &Container) -> Found {
    let hook = post_start(app);
    let startup = ProbeTimes::in_container(app, "startupProbe");
    let readiness = ProbeTimes::in_container(app, "readinessProbe");
    let unclear = |field, times: Option<ProbeTimes>| times.is_none() && app.fields.get(field).is_some();
    if unclear("startupProbe", startup) || unclear("readinessProbe", readiness) {
        return (TimeRange::UNKNOWN, TimedBy::Unknown, None);
    }
    let up = match (startup, app.takes) {
        (Some(probe), takes) => probe.passes(takes),
        (None, Some(takes)) => takes.into(),
        (None, None) => TimeRange::NONE,
    };
    let is_known = app.takes.is_some() || (startup.is_some() && asks_the_same(app));
    let ready = match readiness {
        None => up,
        Some(probe) => TimeRange {
            least: up.least.max(probe.earliest()),
            most: if is_known { probe.notices(up.most) } else { up.most.max(probe.earliest()) },
            open: !is_known,
        },
    };
    let by = match (app.takes, startup, readiness) {
        (Some(_), ..) => TimedBy::Stated,
        (None, Some(_), _) if !ready.open => TimedBy::StartupProbe,
        (None, _, Some(_)) => TimedBy::ReadinessProbe,
        (None, ..) if hook != TimeRange::NONE => TimedBy::PostStart,
        (None, ..) => TimedBy::Process,
    };
    (after_hook(hook, ready), by, startup.map(ProbeTimes::gives_up))
}

/// A container that runs to completion takes as long as its author states, or as it may.
fn one_shot(workload: &Workload, app: &Container) -> Found {
    match (app.takes, OwnLimit::of(workload, app)) {
        (Some(takes), _) => (takes.into(), TimedBy::Stated, None),
        (None, Some(OwnLimit::After(limit))) => (TimeRange::between(0, limit), TimedBy::Limit, Some(limit)),
        (None, _) => (TimeRange::UNKNOWN, TimedBy::Unknown, None),
    }
}

/// A probe counts its delay from the start of the container, and the kubelet runs it once the hook has returned.
fn after_hook(hook: TimeRange, passes: TimeRange) -> TimeRange {
    TimeRange {
        least: hook.least.max(passes.least),
        most: hook.most.saturating_add(passes.most),
        open: hook.open || passes.open,
    }
}

/// How long a container's `postStart` hook takes.
fn post_start(container: &Container) -> TimeRange {
    hook(container.fields.at("lifecycle.postStart"))
}

/// How long a hook takes: one that sleeps is known, and `tcpSocket` does nothing.
pub(super) fn hook(hook: Option<&Node>) -> TimeRange {
    let Some(hook) = hook else { return TimeRange::NONE };
    if let Some(seconds) = hook.at("sleep.seconds") {
        let seconds = seconds.as_int().and_then(|seconds| u64::try_from(seconds).ok());
        return seconds.map_or(TimeRange::UNKNOWN, TimeRange::exactly);
    }
    let words: Vec<&str> =
        hook.at("exec.command").map_or(&[][..], Node::items).iter().filter_map(Node::as_text).collect();
    match words.as_slice() {
        [] if hook.get("tcpSocket").is_some() => TimeRange::NONE,
        [sleep, seconds] if is_program(sleep, "sleep") => slept(seconds, ""),
        [shell, flags, script] if SHELLS.iter().any(|it| is_program(shell, it)) && flags.ends_with('c') => {
            let first = script.trim().strip_prefix("sleep ").unwrap_or_default();
            let (seconds, rest) = first.split_at(first.find([' ', ';', '&', '\n']).unwrap_or(first.len()));
            slept(seconds, rest.trim())
        }
        _ => TimeRange::UNKNOWN,
    }
}

const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

fn is_program(word: &str, name: &str) -> bool {
    word.rsplit('/').next() == Some(name)
}

/// The time of `sleep SECONDS` and whatever follows.
fn slept(seconds: &str, rest: &str) -> TimeRange {
    let goes_on = rest.starts_with(';') || rest.starts_with("&&");
    match seconds.strip_suffix('s').unwrap_or(seconds).parse() {
        Ok(seconds) if rest.is_empty() => TimeRange::exactly(seconds),
        Ok(seconds) if goes_on => TimeRange::at_least(seconds),
        _ => TimeRange::UNKNOWN,
    }
}

/// Whether the pods of a workload end when their work is done.
pub(crate) fn ends(workload: &Workload) -> bool {
    runs_to_completion(workload.kind)
        || (workload.kind == WorkloadKind::Pod && RestartPolicy::of_pod(workload) != RestartPolicy::Always)
}

/// Whether the readiness probe asks what the startup probe asks.
fn asks_the_same(app: &Container) -> bool {
    ["httpGet", "tcpSocket", "grpc", "exec"].into_iter().any(|handler| {
        let of = |probe: &str| app.fields.get(probe).and_then(|probe| probe.get(handler));
        of("startupProbe").zip(of("readinessProbe")).is_some_and(|(one, other)| is_same(one, other))
    })
}

fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Map(one), Value::Map(other)) => {
            one.entries.len() == other.entries.len()
                && one
                    .entries
                    .iter()
                    .all(|entry| other.get(&entry.key).is_some_and(|node| is_same(&entry.node, node)))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Int(one), Value::Int(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        _ => false,
    }
}
