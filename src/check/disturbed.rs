//! Finds the places where something may be missing only because of an error that an earlier stage found.
//!
//! Invariant: a statement that could not be understood leads to no second message about what it would have set.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Workload;
use crate::source::Span;

/// Where earlier stages found errors.
pub(super) struct Disturbed {
    /// The errors, in the order of the text.
    errors: Vec<Span>,
    /// The first lines of the workload, its volumes and its containers, in the order of the text.
    heads: Vec<Span>,
}

impl Disturbed {
    /// Collects the errors that earlier stages reported.
    pub(super) fn of<'d>(workload: &Workload, diagnostics: impl Iterator<Item = &'d Diagnostic>) -> Self {
        let errors = diagnostics.filter(|diagnostic| diagnostic.severity == Severity::Error);
        let errors = sorted(errors.map(|error| error.primary.span));
        if errors.is_empty() {
            return Self { errors, heads: Vec::new() };
        }
        let containers = workload.containers.iter().map(|container| container.span);
        let volumes = workload.volumes.iter().map(|volume| volume.span);
        Self { errors, heads: sorted(containers.chain(volumes).chain([workload.span])) }
    }

    /// Whether there is an error in the workload, container or volume that a place is in.
    pub(super) fn near(&self, place: Span) -> bool {
        if self.errors.is_empty() {
            return false;
        }
        let next = self.heads.partition_point(|head| (head.file, head.start) <= (place.file, place.start));
        let start = match next.checked_sub(1).map(|last| self.heads[last]) {
            Some(head) if head.file == place.file => head.start,
            _ => 0,
        };
        let end = match self.heads.get(next) {
            Some(head) if head.file == place.file => head.start,
            _ => u32::MAX,
        };
        let first = self.errors.partition_point(|error| (error.file, error.start) < (place.file, start));
        self.errors.get(first).is_some_and(|error| error.file == place.file && error.start < end)
    }
}

fn sorted(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_unstable();
    spans
}
