//! Checks the resources of a whole pod against those of its containers.
//!
//! Invariant: totals are computed as the scheduler does, in the order in which the pod's containers start.

use super::report::{Report, filled_entry};
use super::resources;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::resource::HUGE;
use crate::kubernetes::version::Version;
use crate::model::{Role, Workload};
use crate::object::{MapEntry, Node};
use crate::order;
use crate::resources::{Amounts, PodDemand};

/// The version from which a pod has resources of its own; earlier versions drop them.
const POD_LEVEL: Version = Version(34);

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let Some(pod) = filled_entry(&workload.pod.spec, "resources") else { return };
    if report.version < POD_LEVEL {
        return;
    }
    if let Some(claims) = filled_entry(&pod.node, "claims") {
        let help = "move the claims to the containers";
        report.unmet(claims.key_span, "claims", "cannot be set for a whole pod", help);
    }
    resources::requests_and_limits(&pod.node, resources::pod_name, report);
    let order = order::order(workload, &mut Vec::new());
    let mut demand = PodDemand::of(workload, order.init_containers());
    demand.pod = None;
    demand.overhead = Amounts::new();
    let totals = demand.totals(report.version);
    for request in pod.node.get("requests").map_or(&[][..], Node::entries) {
        let sum = totals.request(&request.key).map(|total| total.quantity);
        if let Some(sum) = below(request, sum) {
            let by =
                totals.request(&request.key).map(|total| total.set_by.text(workload)).unwrap_or_default();
            report.add(
                too_small(request, "requests", &sum)
                    .help(format!("raise it to {sum}, the total of {by}"))
                    .fix(
                        format!("raise it to {sum}"),
                        request.node.span,
                        sum.to_string(),
                        Applicability::Unsafe,
                    ),
            );
        }
    }
    for limit in pod.node.get("limits").map_or(&[][..], Node::entries) {
        if limit.key.starts_with(HUGE) {
            let sum = totals.limit(&limit.key).and_then(|total| total.quantity);
            if let Some(sum) = below(limit, sum) {
                report.add(too_small(limit, "limits", &sum).help(format!("raise it to {sum}")));
            }
        }
        for container in workload.containers.iter().filter(|container| container.role == Role::App) {
            let Some(own) =
                container.fields.at("resources.limits").and_then(|limits| limits.as_map()?.entry(&limit.key))
            else {
                continue;
            };
            if let Some(most) = limit.node.as_quantity()
                && below(limit, own.node.as_quantity().copied()).is_some()
            {
                report.add(
                    Diagnostic::error(
                        Code::LimitOverPod,
                        own.node.span,
                        format!("the limit for `{}` exceeds that of its pod, {most}", limit.key),
                    )
                    .here("the container's limit")
                    .label(limit.node.span, "the pod's limit")
                    .help(format!("lower it to {most} or less, or raise the pod's limit"))
                    .fix(
                        format!("lower it to {most}"),
                        own.node.span,
                        most.to_string(),
                        Applicability::Unsafe,
                    ),
                );
            }
        }
    }
}

/// The other amount, if this one is below it.
fn below(entry: &MapEntry, other: Option<Quantity>) -> Option<Quantity> {
    let (own, other) = (entry.node.as_quantity()?.round_up_milli(), other?.round_up_milli());
    (own < other).then_some(other)
}

fn too_small(entry: &MapEntry, what: &str, sum: &Quantity) -> Diagnostic {
    Diagnostic::error(
        Code::PodBelowContainers,
        entry.node.span,
        format!("the pod has less `{}` than its containers' {what} add up to, {sum}", entry.key),
    )
    .here("for the whole pod")
}
