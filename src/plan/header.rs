//! Writes the top of the YAML: the workload and its source, the order, and the effective totals.

use super::{PlannedLimit, name_of};
use crate::diagnostic::visible::plain;
use crate::kubernetes::version::Version;
use crate::model::{Role, Workload};
use crate::order::Order;
use crate::resources::PodDemand;
use std::fmt::Write as _;

/// A few lines without comment signs, for a workload that is compiled from a source with this name.
pub(crate) fn header(workload: &Workload, order: &Order, version: Version, source: &str) -> String {
    let totals = PodDemand::of(workload, order.init_containers()).totals(version);
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = write!(
        text,
        "{} {}, compiled by initflow from {} for Kubernetes {version}\n  order: ",
        workload.kind.name(),
        name_of(workload),
        plain(source)
    );
    let init = order.init_containers();
    for (at, container) in init.chain(order.apps.iter().copied()).enumerate() {
        text.push_str(match at {
            0 => "",
            _ if at == order.places.len() => "; then ",
            _ => ", ",
        });
        let container = &workload.containers[container];
        if container.role == Role::Sidecar {
            text.push_str("sidecar ");
        }
        text.push_str(&container.name.text);
    }
    for (at, request) in totals.requests.iter().enumerate() {
        text.push_str(if at == 0 { "\n  effective requests: " } else { ", " });
        let because = request.set_by.text(workload);
        let _ = write!(text, "{} {} ({because})", request.name, request.quantity);
    }
    for (at, limit) in totals.limits.into_iter().enumerate() {
        text.push_str(if at == 0 { "\n  effective limits: " } else { ", " });
        let limit = PlannedLimit::of(workload, limit);
        let _ = write!(text, "{} {limit}", limit.resource);
    }
    let _ = write!(text, "\n  QoS class: {}", totals.qos);
    text
}
