//! Finds Services that select no pods because one label of the pods they mean is another one, and those that pass
//! connections on to ports that no container has.

mod target_ports;

use super::Surroundings;
use super::index::selecting;
use crate::context::{ContextObject, LabelFact, ObjectKind, WorkloadFacts, same_namespace};
use crate::diagnostic::{Code, Diagnostic, nearly};
use crate::model::WorkloadKind;
use crate::object::MapEntry;
use fnv::FnvHashSet;

/// How many pairs of a Service and a workload are compared for labels that are nearly the same.
const MAX_COMPARED: usize = 1 << 20;

/// Warns about Services that contradict the pods that they select, or nearly select.
pub(super) fn check(around: &Surroundings<'_>, found: &mut Vec<Diagnostic>) {
    let services: Vec<(&ContextObject, &[MapEntry])> =
        around.context.all(ObjectKind::Service).into_iter().filter_map(selecting).collect();
    if services.is_empty() {
        return;
    }
    let mut matched = Vec::new();
    let mut missed = Vec::new();
    let mut known = KnownServices::default();
    for (service, selector) in services {
        match around.index.selected(service, selector) {
            Some(workloads) if workloads.is_empty() => missed.push((service, selector)),
            Some(workloads) => {
                known.names.insert(service.name.as_str());
                known.served.extend(workloads.iter().map(|workload| std::ptr::from_ref(*workload)));
                matched.push(MatchedService { service, workloads });
            }
            None => {
                known.names.insert(service.name.as_str());
            }
        }
    }
    unmatched(around, &known, &missed, found);
    target_ports::check(around, &matched, found);
}

/// What the Services that select something tell about the other ones.
#[derive(Default)]
struct KnownServices<'a> {
    names: FnvHashSet<&'a str>,
    /// The workloads that one of them selects.
    served: FnvHashSet<*const WorkloadFacts>,
}

/// A Service that selects the pods of some workloads.
pub(super) struct MatchedService<'a> {
    pub(super) service: &'a ContextObject,
    pub(super) workloads: Vec<&'a WorkloadFacts>,
}

/// Warns about Services that nearly select the pods of a workload, and select no others.
fn unmatched(
    around: &Surroundings<'_>,
    known: &KnownServices<'_>,
    missed: &[(&ContextObject, &[MapEntry])],
    found: &mut Vec<Diagnostic>,
) {
    // Any Service of this name may be the one that is applied.
    let is_other = |service: &ContextObject| !known.names.contains(service.name.as_str());
    let mut room = MAX_COMPARED;
    for (service, selector) in missed.iter().filter(|(service, _)| is_other(service)) {
        let mut near = Vec::new();
        for workload in around.own() {
            let Some(less) = room.checked_sub(1) else { return };
            room = less;
            let is_served = || known.served.contains(&std::ptr::from_ref(workload));
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
