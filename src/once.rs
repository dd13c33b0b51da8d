//! Splits a workload with steps that run once for all its pods into the Jobs that run these steps and the workload that
//! waits for them.
//!
//! Invariant: every pod keeps the order of the source for the containers that it has; the name of a Job contains the
//! digest of its content, so a Job is never changed, only replaced by another.

mod job;
mod piece;
mod shared;

use crate::check::Checked;
use crate::diagnostic::Diagnostic;
use piece::Split;

/// Splits a checked workload: its Jobs, in the order in which they run, and the workload itself, which is the last.
///
/// `start` has the steps and sidecars in the order in which they start. Gives only the workload if no step runs once, or
/// if a step cannot, which is reported.
pub(crate) fn split(
    mut workload: Checked,
    start: impl IntoIterator<Item = usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Checked> {
    let start: Vec<usize> = start.into_iter().collect();
    let once = |container: &usize| workload.containers[*container].once.is_some();
    let steps: Vec<usize> = start.iter().copied().filter(once).collect();
    if steps.is_empty() {
        return vec![workload];
    }
    let split = Split::new(&workload, &start, &steps);
    if shared::report(&split, diagnostics) {
        return vec![workload];
    }
    let mut names = vec![None; workload.containers.len()];
    let mut pieces = Vec::with_capacity(steps.len() + 1);
    for step in steps {
        let job = job::of(&split, step, &names);
        names[step] = job.name.as_ref().map(|name| name.text.clone());
        pieces.push(job);
    }
    let (containers, volumes) = split.cut(&split.in_pods, &names, None);
    workload.change(|workload| {
        workload.volumes = volumes;
        workload.containers = containers;
    });
    pieces.push(workload);
    pieces
}

#[cfg(test)]
mod tests;
