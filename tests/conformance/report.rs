//! Reports the results of a test: figures, and one small example of each kind of disagreement.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;

/// How many disagreements are shown, unless `SHOWN` sets another number.
const SHOWN: usize = 10;

/// The figures and the disagreements of a test.
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
    /// The first one, shrunk; nothing for kinds that are not shown.
    example: Option<String>,
}

impl Report {
    /// An empty report.
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

    /// Adds one to the count of `what` in a table.
    pub(crate) fn count(&mut self, table: &str, what: &str) {
        self.add(table, what, 1);
    }

    /// Adds a number to the count of `what` in a table.
    pub(crate) fn add(&mut self, table: &str, what: &str, count: usize) {
        *self.figures.entry(table.into()).or_default().entry(what.into()).or_default() += count;
    }

    /// Adds a separate line.
    pub(crate) fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// Adds a disagreement of a kind; `example` shrinks and shows it, and is called only for the first of a kind.
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
    /// If there are disagreements; the message lists them.
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
