//! Compares what the pods reserve: what the source's own containers do must be as in the source, and all together must
//! be within its budget.

use super::pair::Pair;
use super::rendered::RenderedContainer;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
use crate::model::Role;
use crate::object::Node;
use crate::resources::{Amounts, Demand, InitDemand, PodDemand, PodLevel, SetBy, Totals, amounts, rank};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// An effective request that is not that of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRequest {
    /// The resource.
    pub resource: SmolStr,
    /// The effective request of the source.
    pub source: Option<Quantity>,
    /// The effective request with everything that was added.
    pub rendered: Option<Quantity>,
    /// What sets it now, in a few words.
    pub because: String,
}

/// The effective requests that differ, with everything that was added.
pub(super) fn changed(pair: &Pair<'_>) -> Vec<ChangedRequest> {
    let version = pair.compiled.version;
    let (source, rendered) = (source(pair), demand(pair, |_| true).totals(version));
    let names: BTreeSet<(usize, &str)> =
        source.requests.iter().chain(&rendered.requests).map(|request| rank(&request.name)).collect();
    let changed = names.into_iter().map(|(_, name)| {
        let there = rendered.request(name);
        ChangedRequest {
            resource: name.into(),
            source: source.request(name).map(|request| request.quantity),
            rendered: there.map(|request| request.quantity),
            because: there.map(|request| text(pair, &request.set_by)).unwrap_or_default(),
        }
    });
    changed.filter(|changed| changed.source != changed.rendered).collect()
}

/// Reports effective requests over the budget of the source.
pub(super) fn check_budget(pair: &Pair<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let budgets = &pair.workload().budgets;
    if budgets.is_empty() {
        return;
    }
    let totals = demand(pair, |_| true).totals(pair.compiled.version);
    for entry in budgets.iter().flat_map(Node::entries) {
        let (Some(ceiling), Some(total)) = (entry.node.as_quantity(), totals.request(&entry.key)) else {
            continue;
        };
        if total.quantity > *ceiling {
            let setters = total.set_by.containers();
            let culprit = setters.iter().find(|place| !pair.is_own(**place)).or(setters.first());
            let culprit = culprit.and_then(|place| pair.at(*place));
            let place = culprit.map_or(pair.rendered.place, |container| requested(container, &entry.key));
            let who = culprit.map_or("the pod", |container| container.name.as_str());
            let headline = format!(
                "the pod's effective request of `{}` became {}, over its budget of {ceiling}",
                entry.key, total.quantity
            );
            diagnostics.push(
                Diagnostic::error(Code::OverBudget, entry.node.span, headline)
                    .here(format!("{} is over this", total.quantity))
                    .label(place, format!("`{who}` is a part of it"))
                    .help(format!("what sets it: {}", text(pair, &total.set_by))),
            );
        }
    }
}

/// Reports effective requests and limits of the source's own containers that are not as in the source.
pub(super) fn check(pair: &Pair<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let version = pair.compiled.version;
    let source = source(pair);
    let own = demand(pair, |place| pair.is_own(place)).totals(version);
    // A LimitRange may already have added what the plan has.
    let plan = pair.compiled.plan();
    let planned = plan.requests.iter().map(|request| (request.resource.clone(), request.quantity));
    let planned_limits =
        plan.limits.iter().filter_map(|limit| Some((limit.resource.clone(), limit.quantity?)));
    let requests = [
        source.requests.iter().map(|request| (request.name.clone(), request.quantity)).collect(),
        own.requests.iter().map(|request| (request.name.clone(), request.quantity)).collect(),
        planned.collect(),
    ];
    let limit = |limit: &crate::resources::EffectiveLimit| Some((limit.name.clone(), limit.quantity?));
    let limits = [
        source.limits.iter().filter_map(limit).collect(),
        own.limits.iter().filter_map(limit).collect(),
        planned_limits.collect(),
    ];
    compare(pair, "requests", requests, diagnostics);
    compare(pair, "limits", limits, diagnostics);
}

/// Reports what differs both from the source and from its plan.
fn compare(
    pair: &Pair<'_>,
    key: &'static str,
    [source, own, planned]: [BTreeMap<SmolStr, Quantity>; 3],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let word = if key == "limits" { "limit" } else { "request" };
    let names: BTreeSet<&SmolStr> = source.keys().chain(own.keys()).collect();
    for name in names {
        let (before, after) = (source.get(name), own.get(name));
        if before == after || planned.get(name) == after {
            continue;
        }
        let shown = |quantity: Option<&Quantity>| quantity.map_or("none".to_owned(), ToString::to_string);
        let headline =
            format!("the pod's effective {word} of `{name}` became {}, from {}", shown(after), shown(before));
        let warning = |span| Diagnostic::warning(Code::ChangedTotals, span, headline);
        let difference = pair.containers().find_map(|(_, container, there)| {
            let (mine, theirs) = (amount(&container.fields, key, name), amount(&there?.fields, key, name));
            (mine.as_ref().map(|(amount, _)| amount) != theirs.as_ref().map(|(amount, _)| amount))
                .then_some((container, there?, mine, theirs))
        });
        diagnostics.push(match difference {
            Some((container, there, mine, theirs)) => {
                let says = |amount: &Option<(Quantity, Span)>| {
                    amount.as_ref().map_or("none".to_owned(), |(amount, _)| amount.to_string())
                };
                let (written, rendered) = (says(&mine), says(&theirs));
                let place = theirs.map_or(there.place, |(_, span)| span);
                let warning = warning(mine.as_ref().map_or(container.name.span, |(_, span)| *span))
                    .here(format!("`{}` has a {word} of {written}", container.name.text))
                    .label(place, format!("a {word} of {rendered} here"));
                match mine {
                    None => {
                        warning.help("if a LimitRange adds it, name the file with the LimitRange by `--with`")
                    }
                    Some(_) => warning.help(format!("use {rendered} in the source, if that is meant")),
                }
            }
            None => warning(pair.workload().span)
                .here("the source has another total")
                .label(pair.rendered.place, "the total differs here"),
        });
    }
}

/// The totals of the source.
fn source(pair: &Pair<'_>) -> Totals {
    PodDemand::of(pair.workload(), pair.compiled.order.init_containers()).totals(pair.compiled.version)
}

/// What some containers of the object demand, and the pod itself. The overhead of a `RuntimeClass` is not the source's.
fn demand(pair: &Pair<'_>, counts: impl Fn(usize) -> bool) -> PodDemand {
    let of = |place: usize, container: &RenderedContainer| {
        let amounts = |key| all(&container.fields, key);
        Demand::new(place, amounts("requests"), amounts("limits"))
    };
    let spec = &pair.rendered.spec;
    let mut demand = PodDemand {
        pod: spec
            .get("resources")
            .filter(|node| node.as_map().is_some())
            .map(|_| PodLevel::new(all(spec, "requests"), all(spec, "limits"))),
        overhead: spec.get("overhead").map(amounts).unwrap_or_default(),
        ..PodDemand::default()
    };
    if pair.workload().pod.spec.get("overhead").is_none() {
        demand.overhead.clear();
    }
    for (place, container) in pair.rendered.containers().enumerate().filter(|(place, _)| counts(*place)) {
        let demand_of = of(place, container);
        match container.role {
            Role::App => demand.apps.push(demand_of),
            role => demand.init.push(InitDemand { demand: demand_of, sidecar: role == Role::Sidecar }),
        }
    }
    demand
}

fn all(node: &Node, key: &str) -> Amounts {
    node.get("resources").and_then(|resources| resources.get(key)).map(amounts).unwrap_or_default()
}

/// An amount of a container, with its place.
fn amount(container: &Node, key: &str, resource: &str) -> Option<(Quantity, Span)> {
    let node = container.get("resources")?.get(key)?.get(resource)?;
    Some((node.as_quantity()?.as_printed(), node.span))
}

/// The place of what a container requests of a resource, or of its name.
fn requested(container: &RenderedContainer, resource: &str) -> Span {
    let amount = amount(&container.fields, "requests", resource);
    amount.map_or(container.place, |(_, span)| span)
}

fn text(pair: &Pair<'_>, set_by: &SetBy) -> String {
    set_by.text_with(|place| pair.at(place).map_or("", |container| container.name.as_str()))
}
