//! What a test found: figures, and the disagreements, each kind of which is shown once and small.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;

/// How many disagreements are shown, unless `SHOWN` says otherwise.
const SHOWN: usize = 10;

/// The figures of a test, and what it has to complain of.
pub(crate) struct Report {
    title: String,
    shown: usize,
    figures: BTreeMap<String, BTreeMap<String, usize>>,
    notes: Vec<String>,
    disagreements: BTreeMap<String, Disagreement>,
}

/// Disagreements of one kind.
struct Disagreement {
    count: usize,
    /// The first of them, shrunk; nothing for kinds past those that are shown.
    example: Option<String>,
}

impl Report {
    /// An empty one.
    pub(crate) fn new(title: &str) -> Self {
        let shown = env::var("SHOWN").ok().and_then(|shown| shown.parse().ok()).unwrap_or(SHOWN);
        Self {
            title: title.into(),
            shown,
            figures: BTreeMap::new(),
            notes: Vec::new(),
            disagreements: BTreeMap::new(),
        }
    }

    /// Counts one more of `what` in a table.
    pub(crate) fn count(&mut self, table: &str, what: &str) {
        self.add(table, what, 1);
    }

    /// Counts some more of `what` in a table.
    pub(crate) fn add(&mut self, table: &str, what: &str, count: usize) {
        *self.figures.entry(table.into()).or_default().entry(what.into()).or_default() += count;
    }

    /// Takes in a line of its own.
    pub(crate) fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// Takes in a disagreement of a kind; `example` shrinks and shows it, and is called for the first of a kind alone.
    pub(crate) fn disagree(&mut self, kind: &str, example: impl FnOnce() -> String) {
        if let Some(known) = self.disagreements.get_mut(kind) {
            known.count += 1;
            return;
        }
        let example = (self.disagreements.len() < self.shown).then(example);
        self.disagreements.insert(kind.into(), Disagreement { count: 1, example });
    }

    /// Prints the figures.
    ///
    /// # Panics
    /// If there are disagreements, with what they are.
    pub(crate) fn finish(self) {
        let mut text = format!("\n== {}\n", self.title);
        for (table, counts) in &self.figures {
            let _ = writeln!(text, "{table}:");
            let mut counts: Vec<_> = counts.iter().collect();
            counts.sort_by_key(|(what, count)| (std::cmp::Reverse(**count), *what));
            for (what, count) in counts {
                let _ = writeln!(text, "{count:>9}  {what}");
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "{note}");
        }
        let total: usize = self.disagreements.values().map(|disagreement| disagreement.count).sum();
        let _ = writeln!(text, "disagreements: {total}, of {} kinds", self.disagreements.len());
        for (kind, disagreement) in &self.disagreements {
            let _ = writeln!(text, "{:>9}  {kind}", disagreement.count);
        }
        eprintln!("{text}");
        for (kind, disagreement) in &self.disagreements {
            if let Some(example) = &disagreement.example {
                eprintln!("-- {kind}\n{example}\n");
            }
        }
        assert!(self.disagreements.is_empty(), "{}: {total} disagreements", self.title);
    }
}
