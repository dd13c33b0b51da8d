//! Finds the deadlines that Kubernetes sets for a start, and how much time it may need until then.

use super::range::TimeRange;
use super::start::{StartTimes, ends};
use crate::model::{Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;

/// What the deployment controller sets if the source does not.
const PROGRESS: u64 = 600;

/// The value by which a Deployment has no deadline.
const WITHOUT_END: u64 = i32::MAX as u64;

/// Which deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeadlineKind {
    /// A Deployment's `progressDeadlineSeconds`: from one sign of progress, such as a pod that is available, to the next.
    Progress,
    /// The `activeDeadlineSeconds` of a pod: from its start on a node to its end.
    Pod,
    /// The `activeDeadlineSeconds` of a Job: from its start to its end, with all its pods.
    Job,
}

/// A deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    /// Which one it is.
    pub kind: DeadlineKind,
    /// The time that it allows, in seconds.
    pub seconds: u64,
    /// Where it is set; none if that is Kubernetes' default.
    pub place: Option<Span>,
    /// The seconds that an available pod must have been ready.
    pub min_ready: u64,
    /// The time that is needed.
    pub needs: TimeRange,
}

impl DeadlineKind {
    /// The field that sets it.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Progress => "progressDeadlineSeconds",
            Self::Pod | Self::Job => "activeDeadlineSeconds",
        }
    }
}

impl Deadline {
    /// Those of a workload, whose pods start in these times.
    pub(crate) fn all(workload: &Workload, start: &StartTimes) -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |kind, spec: &Node, default: Option<u64>, min_ready| {
            let entry = spec.entry(DeadlineKind::field(kind));
            let seconds = match entry {
                Some(entry) => entry.node.as_int().and_then(|seconds| u64::try_from(seconds).ok()),
                None => default,
            };
            let Some(seconds) = seconds.filter(|seconds| *seconds < WITHOUT_END) else { return };
            let needs = start.whole.and_then(TimeRange::exactly(min_ready));
            all.push(Self { kind, seconds, place: entry.map(|entry| entry.key_span), min_ready, needs });
        };
        match workload.kind {
            WorkloadKind::Deployment => {
                let spec = &workload.object.spec;
                let min_ready = spec.get("minReadySeconds").map_or(Some(0), Node::as_int);
                if let Some(min_ready) = min_ready.and_then(|seconds| u64::try_from(seconds).ok()) {
                    add(DeadlineKind::Progress, spec, Some(PROGRESS), min_ready);
                }
            }
            WorkloadKind::Job => add(DeadlineKind::Job, &workload.object.spec, None, 0),
            WorkloadKind::CronJob => {
                if let Some(job) = &workload.job {
                    add(DeadlineKind::Job, &job.spec, None, 0);
                }
            }
            _ => {}
        }
        if ends(workload) || workload.kind == WorkloadKind::Pod {
            add(DeadlineKind::Pod, &workload.pod.spec, None, 0);
        }
        all
    }

    /// Whether the time may be over before the start is, as far as its times are known.
    pub(crate) fn is_too_short(&self) -> bool {
        self.needs.most > self.seconds
    }
}
