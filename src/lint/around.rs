//! Warns about what contradicts each other between workloads and what surrounds them; this needs all workloads of a run.

mod disruptions;
mod index;
mod services;
mod waits;

pub(crate) use waits::host_waits;

use crate::context::{Context, ObjectKind, WorkloadFacts};
use crate::diagnostic::{Code, Diagnostic};
use index::LabelIndex;

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
    index: LabelIndex<'a>,
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
    if is_whole {
        let surroundings = Surroundings::new(context, workloads);
        waits::check(&surroundings, &mut found);
        services::check(&surroundings, &mut found);
        disruptions::blocked(&surroundings, &mut found);
    }
    found
}

impl<'a> Surroundings<'a> {
    /// What surrounds the workloads of a run, each with whether it is to be checked.
    pub(crate) fn new(context: &'a Context, workloads: &'a [(&'a WorkloadFacts, bool)]) -> Self {
        let all = workloads.iter().map(|(workload, _)| *workload).chain(context.workloads());
        let has_services = context.has(ObjectKind::Service);
        let index = if has_services { LabelIndex::of(all) } else { LabelIndex::default() };
        Self { context, workloads, index }
    }

    /// All workloads, also those that are not compiled.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a WorkloadFacts> {
        self.workloads.iter().map(|(workload, _)| *workload).chain(self.context.workloads())
    }

    /// The workloads that are to be checked.
    fn own(&self) -> impl Iterator<Item = &'a WorkloadFacts> {
        self.workloads.iter().filter(|(_, is_own)| *is_own).map(|(workload, _)| *workload)
    }
}
