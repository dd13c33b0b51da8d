//! Finds each `PodDisruptionBudget` that allows no eviction at all, so that a node cannot be drained.

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
            // Without a number, something else may set it.
            let counts = selected.values().map(|other| {
                let scaler = of.namespace.scaler_of(other.kind, &other.name);
                scaler.map_or(other.replicas, |scaler| scaler.max)
            });
            let pods = counts.sum::<Option<i64>>();
            if pods != Some(0)
                && let Some((place, why)) = allows_none(budget, pods)
            {
                found.push(warning(workload, budget, pods, place, &why));
            }
        }
    }
}

/// The setting that allows no eviction of this many pods, or of any number of them.
fn allows_none(budget: &DisruptionBudget, pods: Option<i64>) -> Option<(&Node, String)> {
    // What a share of all pods says holds for a hundred of them, too.
    let share_of = |node: &Node| pods.or(matches!(node.value, Value::Text(_)).then_some(100));
    if let Some(max) = &budget.max_unavailable {
        let most = scaled(Some(max), share_of(max).unwrap_or(1), true)?;
        return (most == 0).then(|| (max, "lets none be unavailable".to_owned()));
    }
    let min = budget.min_available.as_ref()?;
    let of = share_of(min)?;
    let least = scaled(Some(min), of, true)?;
    let written = match &min.value {
        Value::Text(text) => text.to_string(),
        _ => least.to_string(),
    };
    (least >= of).then(|| (min, format!("needs {written} to be available")))
}

fn warning(
    workload: &WorkloadFacts,
    budget: &DisruptionBudget,
    pods: Option<i64>,
    place: &Node,
    why: &str,
) -> Diagnostic {
    let (which, here) = match pods {
        None => ("any pod".to_owned(), "selected by the budget".to_owned()),
        Some(1) => ("the only pod".to_owned(), "has one pod".to_owned()),
        Some(pods) => (format!("any of the {pods} pods"), format!("has {pods} pods")),
    };
    let headline = format!(
        "PodDisruptionBudget `{}` does not allow {which} that it selects to be evicted, so a node with one cannot be drained",
        budget.name
    );
    Diagnostic::warning(Code::BlockedEviction, workload.place, headline)
        .here(here)
        .label(place.span, why)
        .help("allow one to be missing with `maxUnavailable: 1`, or run more pods")
}
