//! Checks the sources of a project that are not open: one at a time, while no message waits.
//!
//! Invariant: a source is checked again after each change of a file that it uses, and never while it is open.

use super::findings::Findings;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The sources that are not open, and those of them that are still to be checked.
#[derive(Default)]
pub(super) struct Unopened {
    waiting: BTreeSet<String>,
    checked: BTreeMap<String, CheckedSource>,
}

/// A source that has been checked.
pub(super) struct CheckedSource {
    /// The files that it uses, including those that could not be read.
    pub(super) uses: BTreeSet<String>,
    /// The findings for each file.
    pub(super) found: BTreeMap<String, Arc<Findings>>,
}

impl Unopened {
    /// Has these sources checked, and no others.
    pub(super) fn replace(&mut self, sources: BTreeSet<String>) {
        self.checked.retain(|path, _| sources.contains(path));
        self.waiting = sources;
    }

    /// Has a source checked that the editor has closed.
    pub(super) fn add(&mut self, path: &str) {
        self.waiting.insert(path.to_owned());
    }

    /// Leaves a source out, because the editor has opened it.
    pub(super) fn remove(&mut self, path: &str) {
        self.waiting.remove(path);
        self.checked.remove(path);
    }

    /// Has the sources checked again that use a file.
    pub(super) fn changed(&mut self, path: &str) {
        for (user, checked) in self.checked.iter_mut().filter(|(_, checked)| checked.uses.contains(path)) {
            // Places in the text before the change.
            checked.found.remove(path);
            self.waiting.insert(user.clone());
        }
    }

    /// The next source to check.
    pub(super) fn next(&mut self) -> Option<String> {
        self.waiting.pop_first()
    }

    /// Keeps what was found.
    pub(super) fn keep(&mut self, path: String, checked: CheckedSource) {
        self.checked.insert(path, checked);
    }

    /// What was found, by source, for each file.
    pub(super) fn found(&self) -> impl Iterator<Item = (&String, &Arc<Findings>)> {
        self.checked.values().flat_map(|checked| &checked.found)
    }
}
