//! Finds workloads of a program that are the same object of the cluster.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Workload, WorkloadKind};
use crate::source::Span;
use fnv::{FnvBuildHasher, FnvHashMap};
use smol_str::SmolStr;
use std::collections::hash_map::Entry;

/// What tells an object from all others in a cluster: its kind, its namespace and its name.
type Identity = (WorkloadKind, Option<SmolStr>, SmolStr);

/// The identity of a workload and the place of its name; nothing if the cluster generates the name.
#[derive(Clone, Debug)]
pub(crate) struct Identified(Option<(Identity, Span)>);

/// The workloads of a program so far.
#[derive(Debug)]
pub(crate) struct Identities(FnvHashMap<Identity, Span>);

impl Identified {
    /// Identifies a workload.
    pub(crate) fn of(workload: &Workload) -> Self {
        let namespace = || workload.namespace().map(SmolStr::new);
        let identity = |name: &SmolStr| (workload.kind, namespace(), name.clone());
        Self(workload.name.as_ref().map(|name| (identity(&name.text), name.span)))
    }
}

impl Identities {
    /// None yet, of so many workloads.
    pub(crate) fn of(workloads: usize) -> Self {
        Self(FnvHashMap::with_capacity_and_hasher(workloads, FnvBuildHasher::default()))
    }

    /// Adds the next workload of the program, and reports it if it is the same object as an earlier one.
    pub(crate) fn add(&mut self, next: Identified, diagnostics: &mut Vec<Diagnostic>) {
        let Some((identity, span)) = next.0 else { return };
        match self.0.entry(identity) {
            Entry::Occupied(first) => diagnostics.push(duplicate(first.key(), span, *first.get())),
            Entry::Vacant(place) => {
                place.insert(span);
            }
        }
    }
}

fn duplicate((kind, _, name): &Identity, span: Span, first: Span) -> Diagnostic {
    let headline = format!("two workloads are the {} `{name}`", kind.name());
    Diagnostic::error(Code::DuplicateWorkload, span, headline)
        .here("the same object again")
        .label(first, "first here")
        .help("give it another name or another `namespace`: applied, the second would replace the first")
}
