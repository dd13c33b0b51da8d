//! Finds the places where something may be missing only because of an error that an earlier stage found.
//!
//! Invariant: a statement that could not be understood leads to no second message about what it would have set.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{File, Workload};
use crate::source::{FileId, Span};
use fnv::FnvHashMap;
use std::sync::OnceLock;

/// The errors of a program that were found before its workloads are checked.
pub(crate) struct Earlier<'p> {
    errors: &'p [Diagnostic],
    files: &'p [File],
    /// The statements outside all blocks, in the order of the text.
    statements: OnceLock<FnvHashMap<FileId, Vec<Span>>>,
}

impl<'p> Earlier<'p> {
    /// Takes the errors of syntax.
    pub(crate) fn of(errors: &'p [Diagnostic], files: &'p [File]) -> Self {
        Self { errors, files, statements: OnceLock::new() }
    }

    /// Whether two places of a file are in one statement outside all blocks.
    fn are_together(&self, one: Span, other: Span) -> bool {
        let statements = self.statements.get_or_init(|| {
            let mut statements: FnvHashMap<FileId, Vec<Span>> = FnvHashMap::default();
            for statement in self.files.iter().flat_map(File::statements) {
                statements.entry(statement.span.file).or_default().push(statement.span);
            }
            statements
        });
        let before = |place: Span| {
            let all = statements.get(&place.file);
            all.map_or(0, |all| all.partition_point(|statement| statement.start <= place.start))
        };
        before(one) == before(other)
    }
}

/// Where earlier stages found errors.
pub(super) struct Disturbed<'e> {
    /// The errors of syntax.
    earlier: &'e Earlier<'e>,
    /// All errors, in the order of the text.
    errors: Vec<Span>,
    /// The first lines of the workload, its volumes and its containers, in the order of the text.
    heads: Vec<Span>,
}

impl<'e> Disturbed<'e> {
    /// Collects the errors that earlier stages reported.
    pub(super) fn of(workload: &Workload, earlier: &'e Earlier<'e>, found: &[Diagnostic]) -> Self {
        let all = earlier.errors.iter().chain(found);
        let errors = all.filter(|diagnostic| diagnostic.severity == Severity::Error);
        let errors = sorted(errors.map(|error| error.primary.span));
        if errors.is_empty() {
            return Self { earlier, errors, heads: Vec::new() };
        }
        let containers = workload.containers.iter().map(|container| container.span);
        let volumes = workload.volumes.iter().map(|volume| volume.span);
        Self { earlier, errors, heads: sorted(containers.chain(volumes).chain([workload.span])) }
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
        let near =
            self.errors[first..].iter().take_while(|error| error.file == place.file && error.start < end);
        near.into_iter().any(|error| self.earlier.are_together(place, *error))
    }
}

fn sorted(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_unstable();
    spans
}
