//! Finds PodDisruptionBudgets that allow no eviction at all, so that a node cannot be drained.

use super::Surroundings;
use crate::admission::{DisruptionBudget, Namespaces, scaled};
use crate::context::{ObjectKind, WorkloadFacts, selects};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::{Node, Value};
use std::collections::BTreeMap;

/// Warns about budgets that allow no pod of the workloads that they select to be evicted.
pub(super) fn blocked(around: &Surroundings<'_>, found: &mut Vec<Diagnostic>) {
    if !around.context.has(ObjectKind::PodDisruptionBudget) {
        return;
    }
    let namespaces = Namespaces::of(around.context);
    for workload in around.own() {
        let Some(of) = namespaces.named(workload.namespace.as_deref()) else { continue };
        for budget in &of.namespace.disruptions {
            if budget.labels.is_empty() || !selects(&budget.labels, &workload.labels) {
                continue;
            }
            let selected = around.all().filter(|other| {
                other.namespace == workload.namespace && selects(&budget.labels, &other.labels)
            });
            // The manifest of a workload that is compiled may be in the context, too.
            let selected: BTreeMap<_, &WorkloadFacts> =
                selected.map(|other| ((other.kind.name(), &other.name), other)).collect();
            // The pods of a DaemonSet or a Job count, too, and their number is not known.
            let counts = selected.values().map(|other| {
                let scaler = of.namespace.scaler_of(other.kind, &other.name);
                scaler.map_or(other.replicas, |scaler| scaler.max)
            });
            let Some(pods) = counts.sum::<Option<i64>>().filter(|pods| *pods > 0) else { continue };
            if let Some((place, why)) = allows_none(budget, pods) {
                found.push(warning(workload, budget, pods, place, &why));
            }
        }
    }
}

/// The setting that allows no eviction of this many pods.
fn allows_none(budget: &DisruptionBudget, pods: i64) -> Option<(&Node, String)> {
    if let Some(max) = &budget.max_unavailable {
        return (scaled(Some(max), pods, true)? == 0).then(|| (max, "lets none be unavailable".to_owned()));
    }
    let min = budget.min_available.as_ref()?;
    let least = scaled(Some(min), pods, true)?;
    let written = match &min.value {
        Value::Text(text) => text.to_string(),
        _ => least.to_string(),
    };
    (least >= pods).then(|| (min, format!("needs {written} to be available")))
}

fn warning(
    workload: &WorkloadFacts,
    budget: &DisruptionBudget,
    pods: i64,
    place: &Node,
    why: &str,
) -> Diagnostic {
    let which = if pods == 1 { "the only pod".to_owned() } else { format!("any of the {pods} pods") };
    let headline = format!(
        "PodDisruptionBudget `{}` does not allow {which} that it selects to be evicted, so a node with one cannot be drained",
        budget.name
    );
    Diagnostic::warning(Code::BlockedEviction, workload.place, headline)
        .here(if pods == 1 { "has one pod".to_owned() } else { format!("has {pods} pods") })
        .label(place.span, why)
        .help("allow one to be missing with `maxUnavailable: 1`, or run more pods")
}
