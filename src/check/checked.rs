//! Marks workloads that passed all checks, so that later stages need not ask.

use crate::model::Workload;
use std::ops::Deref;

/// A workload that passed: no error was found in it, so every node of it has the type of its field, or is
/// [unresolved](crate::object::Value::Unresolved) for want of a param's value. Only [`check`](super::check) makes one of a workload.
#[derive(Clone, Debug)]
pub(crate) struct Checked(Workload);

impl Checked {
    /// Marks a workload in which no error was found.
    pub(super) fn new(workload: Workload) -> Self {
        Self(workload)
    }

    /// Makes another workload of parts of this one. What else it has must be of the types of its fields.
    pub(crate) fn part(&self, make: impl FnOnce(&Workload) -> Workload) -> Self {
        Self(make(&self.0))
    }

    /// Changes the workload. What it is given must be of the types of its fields.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Workload)) {
        change(&mut self.0);
    }
}

impl Deref for Checked {
    type Target = Workload;

    fn deref(&self) -> &Workload {
        &self.0
    }
}
