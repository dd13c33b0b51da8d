#![doc = include_str!("../../diagnostic/explain/overruled-replicas.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let Some(scaler) = pod.scaler() else { return };
    let Some(replicas) = pod.workload.object.spec.get("replicas") else { return };
    // With no pods, the autoscaler is off.
    let Some(count) = replicas.as_int().filter(|count| *count > 0) else { return };
    let (min, min_place) = scaler.min;
    let (bound, place, what) = match scaler.max {
        _ if count < min => (min, min_place.unwrap_or(scaler.place), "minimum"),
        Some(max) if count > max => (max, scaler.max_place, "maximum"),
        _ => return,
    };
    let happens =
        if count < min { "stops pods that it starts again" } else { "starts pods that it stops again" };
    let headline = format!(
        "each time that this is applied, `replicas {count}` {happens}: the {what} of HorizontalPodAutoscaler `{}` is {bound}",
        scaler.name
    );
    found.push(
        Diagnostic::warning(Code::OverruledReplicas, replicas.span, headline)
            .here("overruled by the autoscaler")
            .label(place, format!("its {what}"))
            .help("remove `replicas`, so that only the autoscaler sets it"),
    );
}
