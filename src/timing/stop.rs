//! Computes how long a pod takes to stop.
//!
//! All `preStop` hooks begin at once, and the grace period with them. The apps get their signal when their own hook is over;
//! a sidecar gets it when all apps and all later sidecars have stopped. What is left at the end of the grace period is
//! killed (`pkg/kubelet/kuberuntime/kuberuntime_termination_order.go`).

use super::range::TimeRange;
use super::start::hook;
use crate::model::{Container, Role, Workload};
use crate::object::Node;
use crate::order::Order;
use crate::source::Span;

/// The seconds that a pod has to stop if the source does not set them.
const GRACE: u64 = 30;

/// The stop of one container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StopTime {
    /// The container.
    pub container: usize,
    /// How long its `preStop` hook takes; none if it has no hook.
    pub hook: Option<TimeRange>,
    /// When it gets its signal.
    pub signal: TimeRange,
    /// How long it takes from then on.
    pub takes: TimeRange,
    /// When it has stopped.
    pub stopped: TimeRange,
}

/// The stop of a pod.
#[derive(Clone, Debug)]
pub(crate) struct StopTimes {
    /// The grace period in seconds; none if it is unclear.
    pub grace: Option<u64>,
    /// Where it is set.
    pub place: Option<Span>,
    /// The apps, which get their signal first, and then the sidecars in the order in which they do.
    pub entries: Vec<StopTime>,
    /// The whole stop.
    pub whole: TimeRange,
}

impl StopTimes {
    /// That of the pods of an ordered workload.
    pub(crate) fn of(workload: &Workload, order: &Order) -> Self {
        let written = workload.pod.spec.entry("terminationGracePeriodSeconds");
        let grace = written.map_or(Some(GRACE), |it| u64::try_from(it.node.as_int()?).ok());
        let mut entries = Vec::new();
        let mut apps = TimeRange::NONE;
        for container in order.apps.iter().copied() {
            let stop = StopTime::of(workload, container, TimeRange::NONE);
            apps = apps.beside(stop.stopped);
            entries.push(stop);
        }
        let mut whole = apps;
        let sidecars: Vec<usize> = order
            .init_containers()
            .filter(|container| workload.containers[*container].role == Role::Sidecar)
            .collect();
        for container in sidecars.into_iter().rev() {
            let stop = StopTime::of(workload, container, whole);
            whole = stop.stopped;
            entries.push(stop);
        }
        Self { grace, place: written.map(|it| it.key_span), entries, whole }
    }
}

impl StopTime {
    /// The stop of a container that gets its signal after its own hook, and not before a moment.
    fn of(workload: &Workload, at: usize, after: TimeRange) -> Self {
        let container = &workload.containers[at];
        let hook = pre_stop(container);
        let signal = after.beside(hook.unwrap_or_default());
        let takes = container.stops.map_or(TimeRange::UNKNOWN, Into::into);
        Self { container: at, hook, signal, takes, stopped: signal.and_then(takes) }
    }
}

/// How long the `preStop` hook of a container takes.
fn pre_stop(container: &Container) -> Option<TimeRange> {
    let node: &Node = container.fields.at("lifecycle.preStop")?;
    Some(hook(Some(node)))
}
