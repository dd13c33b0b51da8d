//! Checks that a workload that waits for an object of the API has the namespace that its `RoleBinding` needs.

use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Workload;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    if workload.object.metadata.get("namespace").is_some() {
        return;
    }
    let place = workload.containers.iter().find_map(|container| match &container.once {
        Some(once) => Some((once.span, "`once` needs the namespace of the workload")),
        None if !container.awaited.is_empty() => {
            Some((container.span, "waiting for an object of the API needs the namespace of the workload"))
        }
        None => None,
    });
    if let Some((span, headline)) = place {
        report.add(
            Diagnostic::error(Code::MissingNamespace, span, headline)
                .here("the RoleBinding that lets the pods see the object must name the namespace")
                .help("add `namespace \"…\"` to the workload"),
        );
    }
}
