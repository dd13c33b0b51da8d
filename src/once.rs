//! A workload with steps that run once for all its pods to the Jobs that run them and the workload that waits for these.
//!
//! Invariant: in every pod, what is left of the order is what the source means; a Job bears the digest of its own
//! content in its name, so that it is never changed, only followed by another.

mod job;
mod piece;
mod shared;

use crate::check::Checked;
use crate::diagnostic::Diagnostic;
use piece::Split;

/// Splits a checked workload: its Jobs, in the order in which they run, and the workload itself, which is the last.
///
/// `start` has the steps and sidecars in the order in which they start. Nothing but the workload comes back where no
/// step runs once, and where a step cannot, which is reported.
pub fn split(
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
    let (containers, volumes) = split.cut(&split.in_pods, &names);
    workload.change(|workload| {
        workload.volumes = volumes;
        workload.containers = containers;
    });
    pieces.push(workload);
    pieces
}

#[cfg(test)]
mod tests;
