//! Counts the pods that a workload has at the same time.

use crate::model::{Workload, WorkloadKind};
use crate::object::{Node, Value};
use crate::source::Span;

/// How many pods of a workload there are at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PodCount {
    /// When nothing changes.
    pub steady: i64,
    /// In addition, while they are replaced.
    pub surge: i64,
    /// How many may be missing while they are replaced.
    pub unavailable: i64,
    /// Whether they end by themselves.
    pub temporary: bool,
}

impl PodCount {
    /// The pods of a workload, whose replicas may be set by something else; with the place of their number.
    pub(crate) fn of(workload: &Workload, scaled_to: Option<i64>) -> (Self, Span) {
        let spec = &workload.object.spec;
        let number = |spec: &Node, field: &str| {
            let node = spec.get(field)?;
            Some((node.as_int()?, node.span))
        };
        let once = |count| Self { steady: count, surge: 0, unavailable: 0, temporary: false };
        let of_job = |spec: &Node| {
            let suspended = spec.get("suspend").and_then(Node::as_bool) == Some(true);
            let (parallel, place) = number(spec, "parallelism").unwrap_or((1, workload.span));
            let most = number(spec, "completions").map_or(i64::MAX, |(completions, _)| completions);
            let steady = if suspended { 0 } else { parallel.min(most) };
            (Self { temporary: true, ..once(steady) }, place)
        };
        match workload.kind {
            WorkloadKind::Pod | WorkloadKind::DaemonSet => (once(1), workload.span),
            WorkloadKind::Job => of_job(spec),
            WorkloadKind::CronJob => workload
                .job
                .as_ref()
                .filter(|_| spec.get("suspend").and_then(Node::as_bool) != Some(true))
                .map_or((once(0), workload.span), |job| of_job(&job.spec)),
            WorkloadKind::Deployment | WorkloadKind::ReplicaSet | WorkloadKind::StatefulSet => {
                let (written, place) = number(spec, "replicas").unwrap_or((1, workload.span));
                let steady = scaled_to.unwrap_or(written);
                let (surge, unavailable) =
                    if workload.kind == WorkloadKind::Deployment { rolling(spec, steady) } else { (0, 0) };
                (Self { surge, unavailable, ..once(steady) }, place)
            }
        }
    }
}

/// How many pods a Deployment has in addition, and how many it may lack, while it replaces them.
fn rolling(spec: &Node, replicas: i64) -> (i64, i64) {
    let strategy = spec.get("strategy");
    let kind = strategy.and_then(|strategy| strategy.get("type")).and_then(Node::as_text);
    if kind == Some("Recreate") || replicas == 0 {
        return (0, 0);
    }
    let share = |field: &str, up: bool| {
        let node =
            strategy.and_then(|strategy| strategy.at("rollingUpdate")).and_then(|rolling| rolling.get(field));
        scaled(node, replicas, up).unwrap_or_else(|| percent(25, replicas, up))
    };
    let (surge, unavailable) = (share("maxSurge", true), share("maxUnavailable", false));
    // The controller's way out of a rollout that could not begin.
    (surge, if surge == 0 && unavailable == 0 { 1 } else { unavailable })
}

/// A number, or a share of the pods as a percentage.
pub(crate) fn scaled(node: Option<&Node>, of: i64, up: bool) -> Option<i64> {
    match &node?.value {
        Value::Int(count) => Some(*count),
        Value::Text(text) => match text.strip_suffix('%') {
            Some(share) => Some(percent(share.parse::<u16>().ok()?.into(), of, up)),
            None => text.parse().ok(),
        },
        _ => None,
    }
}

fn percent(share: i64, of: i64, up: bool) -> i64 {
    let hundredths = share.saturating_mul(of);
    if up { hundredths.saturating_add(99) / 100 } else { hundredths / 100 }
}
