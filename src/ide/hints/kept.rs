//! Keeps the hints of workloads that do not compile while a statement is half typed, so that lines do not jump.
//!
//! Invariant: a kept hint is at the same place in the same text as when its workload last compiled.

use super::{Hint, hints};
use crate::diagnostic::Severity;
use crate::ide::{Analysis, Parsed};
use std::collections::HashSet;
use std::sync::Arc;

/// The hints of a file, with the text that they are for.
#[derive(Debug)]
pub(crate) struct KeptHints {
    file: Arc<Parsed>,
    hints: Vec<Hint>,
}

impl KeptHints {
    /// The hints of a file; those of workloads that do not compile are as before.
    pub(crate) fn of(file: &Arc<Parsed>, analysis: &Analysis, before: Option<&Self>) -> Self {
        let mut now = hints(file, analysis);
        let has_errors =
            analysis.compilation.diagnostics.iter().any(|found| found.severity == Severity::Error);
        if let Some(before) = before.filter(|_| has_errors && !analysis.unset()) {
            let compiled = &analysis.compilation.workloads;
            let compiled: HashSet<_> = compiled.iter().map(|workload| &workload.plan().name).collect();
            let known: HashSet<usize> = now.iter().map(|hint| hint.offset).collect();
            let kept = before.moved(file.text());
            now.extend(
                kept.filter(|hint| !compiled.contains(&hint.workload) && !known.contains(&hint.offset)),
            );
            now.sort_by_key(|hint| hint.offset);
        }
        Self { file: Arc::clone(file), hints: now }
    }

    /// The hints, in the order of the text.
    pub(crate) fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The hints at their places in a changed text, without those in the part that has changed.
    fn moved(&self, text: &str) -> impl Iterator<Item = Hint> {
        let old = self.file.text();
        let same = |(one, other): &(u8, u8)| one == other;
        let start = old.bytes().zip(text.bytes()).take_while(same).count();
        let rest = old.len().min(text.len()) - start;
        let end = old.bytes().rev().zip(text.bytes().rev()).take(rest).take_while(same).count();
        let (old_end, new_end) = (old.len() - end, text.len() - end);
        self.hints.iter().filter_map(move |hint| {
            let offset = if hint.offset <= start {
                hint.offset
            } else if hint.offset >= old_end {
                hint.offset - old_end + new_end
            } else {
                return None;
            };
            Some(Hint { offset, ..hint.clone() })
        })
    }
}
