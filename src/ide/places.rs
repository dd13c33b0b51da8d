//! Finds the whole statements of which plans name the first lines.

use super::outline::{Symbol, symbols};
use super::{Analysis, Location, Range32, Workspace};
use crate::source::Span;
use std::collections::{BTreeMap, HashMap};

/// The place of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatementPlace {
    /// What it declares, as it is written.
    pub head: Location,
    /// All of it.
    pub whole: Location,
}

/// Finds the statements that plans name.
pub(super) struct Places<'a> {
    analysis: &'a Analysis,
    workspace: &'a Workspace,
    /// The end of each declaration by its start, for each file that a plan names.
    files: HashMap<String, BTreeMap<u32, u32>>,
}

impl<'a> Places<'a> {
    /// The statements of a program.
    pub(super) fn new(analysis: &'a Analysis, workspace: &'a Workspace) -> Self {
        Self { analysis, workspace, files: HashMap::new() }
    }

    /// The statement whose first line a plan names.
    pub(super) fn of(&mut self, span: Span) -> StatementPlace {
        let head = self.analysis.location(span);
        let path = head.path.clone();
        let ends = self.files.entry(path.clone()).or_insert_with(|| {
            let mut ends = BTreeMap::new();
            let file = self.workspace.get(&path);
            add_ends(&file.map(|file| symbols(file)).unwrap_or_default(), &mut ends);
            ends
        });
        let end = ends.get(&head.range.start).copied().unwrap_or(head.range.end);
        let whole = Location { path, range: Range32 { start: head.range.start, end } };
        StatementPlace { head, whole }
    }
}

fn add_ends(symbols: &[Symbol], ends: &mut BTreeMap<u32, u32>) {
    for symbol in symbols {
        ends.insert(symbol.range.start, symbol.range.end);
        add_ends(&symbol.inner, ends);
    }
}
