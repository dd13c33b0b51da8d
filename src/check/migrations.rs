//! Migrations by tools that take no lock, to where several pods may run them at once.

use super::report::{Report, entry, text};
use crate::diagnostic::Diagnostic;
use crate::model::{Workload, WorkloadKind};
use crate::source::Span;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let racing = workload.containers.iter().filter(|container| container.once.is_none());
    let mut racing = racing.filter_map(|container| container.unlocked).peekable();
    if racing.peek().is_none() {
        return;
    }
    let Some((cause, place)) = together(workload) else { return };
    for (tool, span) in racing {
        report.add(
            Diagnostic::warning(
                "racing-migration",
                span,
                format!("pods that start at once each run the migration, and `{tool}` takes no lock"),
            )
            .here("nothing keeps two runs from each other")
            .label(place, cause.clone())
            .help(
                "add `once` to the step: one Job runs it for the whole rollout, and the pods wait for that",
            ),
        );
    }
}

/// What starts several pods at once, and where it is said; nothing where one starts after the other, or nobody can know.
fn together(workload: &Workload) -> Option<(String, Span)> {
    let (spec, field) = match workload.kind {
        WorkloadKind::Pod => return None,
        WorkloadKind::DaemonSet => {
            return Some(("a DaemonSet starts a pod on each node".into(), workload.span));
        }
        WorkloadKind::StatefulSet
            if text(&workload.object.spec, "podManagementPolicy") != Some("Parallel") =>
        {
            return None;
        }
        WorkloadKind::Deployment | WorkloadKind::ReplicaSet | WorkloadKind::StatefulSet => {
            (&workload.object.spec, "replicas")
        }
        WorkloadKind::Job => (&workload.object.spec, "parallelism"),
        WorkloadKind::CronJob => (&workload.job.as_ref()?.spec, "parallelism"),
    };
    let count = entry(spec, field)?;
    let pods = count.node.as_int().filter(|pods| *pods > 1)?;
    Some((format!("{pods} pods start at once"), count.node.span))
}
