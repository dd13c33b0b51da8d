//! Warns about what contradicts each other between workloads and what surrounds them; this needs all workloads of a run.

mod disruptions;
mod services;
mod waits;

pub(crate) use waits::host_waits;

use crate::context::{Context, WorkloadFacts};
use crate::diagnostic::{Code, Diagnostic};

/// The warnings that are known only when all workloads of a run are.
pub(crate) const AROUND: &[Code] = &[
    Code::BlockedEviction,
    Code::OverQuota,
    Code::UnknownTargetPort,
    Code::UnmatchedService,
    Code::WaitsForItself,
];

/// What the checks of this module see.
pub(crate) struct Surroundings<'a> {
    pub(crate) context: &'a Context,
    /// The workloads of the run, and whether each is to be checked.
    pub(crate) workloads: &'a [(&'a WorkloadFacts, bool)],
}

/// Warns about contradictions between a context and the workloads of a run, each with whether it is to be checked.
///
/// `is_whole` is whether these are all workloads: otherwise one may be missing only because of an error in it.
pub(crate) fn around(
    context: &Context,
    workloads: &[(&WorkloadFacts, bool)],
    is_whole: bool,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let surroundings = Surroundings { context, workloads };
    if is_whole {
        waits::check(&surroundings, &mut found);
        services::check(&surroundings, &mut found);
        disruptions::blocked(&surroundings, &mut found);
    }
    found
}

impl<'a> Surroundings<'a> {
    /// All workloads, also those that are not compiled.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a WorkloadFacts> {
        self.workloads.iter().map(|(workload, _)| *workload).chain(self.context.workloads())
    }

    /// The workloads that are to be checked.
    fn own(&self) -> impl Iterator<Item = &'a WorkloadFacts> {
        self.workloads.iter().filter(|(_, is_own)| *is_own).map(|(workload, _)| *workload)
    }
}
