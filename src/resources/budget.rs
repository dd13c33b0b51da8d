//! Holds a pod's effective requests to the budgets that its author sets.

use super::PodDemand;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::version::Version;
use crate::model::Workload;
use crate::object::Node;

/// Reports each request that is over its budget; `start` has the containers in the order in which they start.
pub(crate) fn hold_to_budget(
    workload: &Workload,
    start: impl IntoIterator<Item = usize>,
    version: Version,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if workload.budgets.is_empty() {
        return;
    }
    let totals = PodDemand::of(workload, start).totals(version);
    for entry in workload.budgets.iter().flat_map(Node::entries) {
        let (Some(ceiling), Some(total)) = (entry.node.as_quantity(), totals.request(&entry.key)) else {
            continue;
        };
        if total.quantity > *ceiling {
            let headline = format!(
                "the pod's effective request of `{}` is {}, over its budget of {ceiling}",
                entry.key, total.quantity
            );
            diagnostics.push(
                Diagnostic::error(Code::OverBudget, entry.node.span, headline)
                    .here(format!("{} is over this", total.quantity))
                    .help(format!("what sets it: {}", total.set_by.text(workload))),
            );
        }
    }
}
