//! Finds Services that select no pods because one label of the pods they mean is another one, and those that pass
//! connections on to ports that no container has.

mod target_ports;

use super::Surroundings;
use crate::context::{ContextObject, LabelFact, ObjectKind, WorkloadFacts, same_namespace, selects};
use crate::diagnostic::{Code, Diagnostic, nearly};
use crate::model::WorkloadKind;
use crate::object::{MapEntry, Node};
use fnv::FnvHashMap;

/// How many pairs of a Service and a workload are compared for labels that are nearly the same.
const MAX_COMPARED: usize = 1 << 20;

/// Warns about Services that contradict the pods that they select, or nearly select.
pub(super) fn check(around: &Surroundings<'_>, found: &mut Vec<Diagnostic>) {
    let services: Vec<(&ContextObject, &[MapEntry])> =
        around.context.all(ObjectKind::Service).into_iter().filter_map(selecting).collect();
    if services.is_empty() {
        return;
    }
    let index = LabelIndex::of(around.all());
    let mut matched = Vec::new();
    let mut missed = Vec::new();
    for (service, selector) in services {
        match index.selected(service, selector) {
            workloads if workloads.is_empty() => missed.push((service, selector)),
            workloads => matched.push(MatchedService { service, selector, workloads }),
        }
    }
    unmatched(around, &matched, &missed, found);
    target_ports::check(around, &matched, found);
}

/// A Service that selects the pods of some workloads.
pub(super) struct MatchedService<'a> {
    pub(super) service: &'a ContextObject,
    selector: &'a [MapEntry],
    pub(super) workloads: Vec<&'a WorkloadFacts>,
}

/// Warns about Services that nearly select the pods of a workload, and select no others.
fn unmatched(
    around: &Surroundings<'_>,
    matched: &[MatchedService<'_>],
    missed: &[(&ContextObject, &[MapEntry])],
    found: &mut Vec<Diagnostic>,
) {
    // Any Service of this name may be the one that is applied.
    let is_other = |service: &ContextObject| !matched.iter().any(|other| other.service.name == service.name);
    let mut room = MAX_COMPARED;
    for (service, selector) in missed.iter().filter(|(service, _)| is_other(service)) {
        let mut near = Vec::new();
        for workload in around.own() {
            let Some(less) = room.checked_sub(1) else { return };
            room = less;
            let is_served = || {
                matched.iter().any(|other| {
                    other.service.is_in(workload.namespace.as_deref())
                        && selects(other.selector, &workload.labels)
                })
            };
            if let Some(miss) = nearly_selected(service, selector, workload)
                && (is_namesake(service, workload) || !is_served())
            {
                near.push((workload, miss));
            }
        }
        if let [(workload, (wanted, label))] = near.as_slice() {
            found.push(warning(service, workload, wanted, label));
        }
    }
}

/// A Service with its selector, if it has one.
pub(super) fn selecting(service: &ContextObject) -> Option<(&ContextObject, &[MapEntry])> {
    let selector = service.at("spec.selector").map_or(&[][..], Node::entries);
    let is_external = service.at("spec.type").and_then(Node::as_text) == Some("ExternalName");
    (!selector.is_empty() && !is_external).then_some((service, selector))
}

/// The workloads by the labels of their pods.
struct LabelIndex<'a> {
    by_label: FnvHashMap<(&'a str, &'a str), Vec<&'a WorkloadFacts>>,
    /// Those that have a label whose value is not known.
    unclear: Vec<&'a WorkloadFacts>,
}

impl<'a> LabelIndex<'a> {
    fn of(workloads: impl Iterator<Item = &'a WorkloadFacts>) -> Self {
        let mut index = Self { by_label: FnvHashMap::default(), unclear: Vec::new() };
        for workload in workloads {
            for label in &workload.labels {
                match &label.value {
                    Some(value) => {
                        index.by_label.entry((&label.key, value)).or_default().push(workload);
                    }
                    None => index.unclear.push(workload),
                }
            }
        }
        index
    }

    /// The workloads whose pods a Service may select.
    fn selected(&self, service: &ContextObject, selector: &[MapEntry]) -> Vec<&'a WorkloadFacts> {
        let labeled = selector.iter().map(|wanted| {
            let value = wanted.node.as_text().unwrap_or_default();
            self.by_label.get(&(wanted.key.as_str(), value)).map_or(&[][..], Vec::as_slice)
        });
        let rarest = labeled.min_by_key(|workloads| workloads.len()).unwrap_or_default();
        let all = rarest.iter().chain(&self.unclear).copied();
        all.filter(|workload| {
            service.is_in(workload.namespace.as_deref()) && selects(selector, &workload.labels)
        })
        .collect()
    }
}

/// The one entry of a selector that the pods of a workload do not have, and the label that they have in its place.
fn nearly_selected<'a>(
    service: &ContextObject,
    selector: &'a [MapEntry],
    workload: &'a WorkloadFacts,
) -> Option<(&'a MapEntry, &'a LabelFact)> {
    let is_run = matches!(workload.kind, WorkloadKind::Job | WorkloadKind::CronJob);
    if is_run || !same_namespace(service.namespace.as_deref(), workload.namespace.as_deref()) {
        return None;
    }
    let mut missed =
        selector.iter().filter(|wanted| !workload.labels.iter().any(|label| label.meets(wanted)));
    let (Some(wanted), None) = (missed.next(), missed.next()) else { return None };
    let value = wanted.node.as_text()?;
    let label = match workload.labels.iter().find(|label| label.key == wanted.key) {
        Some(other) => {
            let is_near = nearly(value, other.value.as_deref()?);
            // That all other labels are the same says little about two parts of one application.
            Some(other).filter(|_| is_near || selector.len() > 1 && is_namesake(service, workload))
        }
        None => {
            let same = |label: &&LabelFact| label.value.as_deref() == Some(value);
            workload.labels.iter().find(same)
        }
    };
    label.map(|label| (wanted, label))
}

/// Whether a Service has the name of a workload.
fn is_namesake(service: &ContextObject, workload: &WorkloadFacts) -> bool {
    service.name == workload.name
}

fn warning(
    service: &ContextObject,
    workload: &WorkloadFacts,
    wanted: &MapEntry,
    label: &LabelFact,
) -> Diagnostic {
    let value = label.value.as_deref().unwrap_or_default();
    let wanted_value = wanted.node.as_text().unwrap_or_default();
    let (wants, has) = (format!("{}: {wanted_value}", wanted.key), format!("{}: {value}", label.key));
    let headline = format!(
        "the Service `{}` selects no pods: it selects `{wants}`, and the pods of the {} `{}` have `{has}`",
        service.name,
        workload.kind.name(),
        workload.name
    );
    Diagnostic::warning(Code::UnmatchedService, label.place, headline)
        .here(format!("gives the pods `{has}`"))
        .label(wanted.node.span, format!("the Service selects `{wants}`"))
        .help(format!("select `{has}` in the Service, or give the pods the label `{wants}`"))
}
