//! Holds what a plan says about time: how long a start takes, what is given up when, and how the pod stops.

use super::Start;
use crate::model::{Role, Workload};
use crate::order::Order;
use crate::timing::{
    Deadline, EntryTime, StartTimes, StopTimes, TimeRange, TimedBy, after_deadline, after_limit,
};
use smol_str::SmolStr;

/// When a container starts, and how long it takes until what comes next can start.
#[derive(Clone, Debug)]
pub struct StartTime {
    /// How long after the start of the pod it starts.
    pub begins: TimeRange,
    /// How long it takes: until a step is done, a sidecar is up, or an app is ready (done, in a pod that runs to completion).
    pub takes: TimeRange,
    /// What that comes from.
    pub by: TimedBy,
    /// After how many seconds it is given up.
    pub gives_up: Option<u64>,
    /// What follows then, in a few words.
    pub then: Option<String>,
}

impl StartTime {
    /// When it is done, up or ready, counted from the start of the pod.
    pub fn over(&self) -> TimeRange {
        self.begins.and_then(self.takes)
    }
}

impl Default for StartTime {
    fn default() -> Self {
        Self {
            begins: TimeRange::NONE,
            takes: TimeRange::NONE,
            by: TimedBy::Process,
            gives_up: None,
            then: None,
        }
    }
}

/// How long a start takes in all.
#[derive(Clone, Debug, Default)]
pub struct WholeStart {
    /// All steps and sidecars together.
    pub init: TimeRange,
    /// Until all apps are ready (done, in a pod that runs to completion).
    pub whole: TimeRange,
    /// The container that takes longest, as far as that is known.
    pub longest: Option<SmolStr>,
    /// The containers of which it is not known how long they take at worst.
    pub unknown: Vec<SmolStr>,
    /// What Kubernetes does if it takes too long.
    pub deadlines: Vec<PlannedDeadline>,
}

/// A deadline for a start.
#[derive(Clone, Debug)]
pub struct PlannedDeadline {
    /// The field that sets it.
    pub field: &'static str,
    /// The time that it allows, in seconds.
    pub seconds: u64,
    /// Whether it is Kubernetes' default.
    pub is_default: bool,
    /// The time that is needed, with `minReadySeconds` where that counts.
    pub needs: TimeRange,
    /// What follows when it is over, in a few words.
    pub then: &'static str,
}

/// How a pod stops.
#[derive(Clone, Debug, Default)]
pub struct WholeStop {
    /// The seconds after which everything is killed; `None` if the source does not settle them.
    pub grace: Option<u64>,
    /// Whether that is Kubernetes' default.
    pub is_default: bool,
    /// The apps, which get their signal first, and then the sidecars in the order in which they do.
    pub order: Vec<PlannedStop>,
    /// How long the stop takes, if nothing is killed.
    pub whole: TimeRange,
}

/// How one container stops.
#[derive(Clone, Debug)]
pub struct PlannedStop {
    /// Its name.
    pub name: SmolStr,
    /// Its role.
    pub role: Role,
    /// How long its `preStop` hook takes, which begins at once.
    pub hook: Option<TimeRange>,
    /// When it gets its signal.
    pub signal: TimeRange,
    /// How long it takes from then on.
    pub takes: TimeRange,
    /// When it has stopped.
    pub stopped: TimeRange,
}

impl WholeStart {
    /// That of an ordered workload; the start of each container gets its time.
    pub(super) fn of(workload: &Workload, order: &Order, starts: &mut [Start]) -> Self {
        let times = StartTimes::of(workload, order);
        let name = |entry: &EntryTime| workload.containers[entry.container].name.text.clone();
        for (start, entry) in starts.iter_mut().zip(&times.entries) {
            start.time = StartTime {
                begins: entry.begins,
                takes: entry.takes,
                by: entry.by,
                gives_up: entry.gives_up,
                then: after_limit(workload, entry),
            };
        }
        // Of several that take as long, the first one counts.
        let longest = times.entries.iter().rev().max_by_key(|entry| entry.takes.most);
        let deadline = |it: Deadline| PlannedDeadline {
            field: it.kind.field(),
            seconds: it.seconds,
            is_default: it.place.is_none(),
            needs: it.needs,
            then: after_deadline(workload, it.kind),
        };
        Self {
            init: times.init,
            whole: times.whole,
            longest: longest.filter(|entry| entry.takes.most > 0).map(name),
            unknown: times.entries.iter().filter(|entry| entry.takes.open).map(name).collect(),
            deadlines: Deadline::all(workload, &times).into_iter().map(deadline).collect(),
        }
    }
}

impl WholeStop {
    /// That of an ordered workload.
    pub(super) fn of(workload: &Workload, order: &Order) -> Self {
        let times = StopTimes::of(workload, order);
        let order = times.entries.iter().map(|stop| {
            let container = &workload.containers[stop.container];
            PlannedStop {
                name: container.name.text.clone(),
                role: container.role,
                hook: stop.hook,
                signal: stop.signal,
                takes: stop.takes,
                stopped: stop.stopped,
            }
        });
        Self {
            grace: times.grace,
            is_default: times.place.is_none(),
            order: order.collect(),
            whole: times.whole,
        }
    }

    /// Whether there is more to say than that all containers get their signal at once.
    pub(super) fn has_order(&self) -> bool {
        let is_plain = |stop: &PlannedStop| {
            stop.role == Role::App && stop.hook.is_none() && stop.takes == TimeRange::UNKNOWN
        };
        !self.order.iter().all(is_plain)
    }
}
