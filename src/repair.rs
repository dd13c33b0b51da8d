//! Chooses the fixes that are applied to the texts of a run, and applies them until nothing changes.
//!
//! Invariant: no text gets more errors than it had, and the same texts and fixes give the same result. Repairing the result
//! again changes nothing, unless fixes undo each other.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, applied};
use crate::source::{FileId, Sources};
use fnv::FnvHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How often the texts are examined again after fixes: a fix may reveal the next one, but two may undo each other.
const ROUNDS: usize = 20;

/// What was found in one text and in those that it uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Examined {
    /// The number of errors.
    pub(crate) errors: usize,
    /// The fixes. The file of an edit is the number of its text.
    pub(crate) fixes: Vec<Vec<Edit>>,
    /// The number of fixes that may not be applied, but could be.
    pub(crate) withheld: usize,
    /// The numbers of the texts that it uses, its own included.
    pub(crate) uses: BTreeSet<usize>,
}

impl Examined {
    /// Reads what was found in the program of a text: the fixes that may be applied and that change only texts of the run.
    pub(crate) fn of(
        diagnostics: &[Diagnostic],
        sources: &Sources,
        may_apply: impl Fn(Applicability) -> bool,
        number: impl Fn(&str) -> Option<usize>,
    ) -> Self {
        let files = sources.files().iter();
        let numbers: FnvHashMap<FileId, usize> =
            files.filter_map(|file| Some((file.id, number(&file.name)?))).collect();
        let edit = |edit: &Edit| {
            let mut edit = Edit { span: sources.in_file(edit.span), ..edit.clone() };
            let number = *numbers.get(&edit.span.file)?;
            edit.span.file = FileId(u32::try_from(number).ok()?);
            Some(edit)
        };
        let (mut fixes, mut withheld) = (Vec::new(), 0);
        for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
            let Some(edits) = fix.edits.iter().map(edit).collect() else { continue };
            if may_apply(fix.applicability) {
                fixes.push(edits);
            } else {
                withheld += usize::from(fix.applicability == Applicability::Unsafe);
            }
        }
        Self {
            errors: diagnostics.iter().filter(|found| found.severity == Severity::Error).count(),
            fixes,
            withheld,
            uses: numbers.into_values().collect(),
        }
    }
}

/// How many fixes there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repaired {
    /// Those that were applied.
    pub(crate) fixed: usize,
    /// Those that would have led to more errors.
    pub(crate) refused: usize,
    /// Those that may not be applied, but could be.
    pub(crate) withheld: usize,
}

/// Applies the fixes that `examine` finds in the texts of these numbers, until there are none.
pub(crate) fn repair(
    texts: &mut Vec<Arc<str>>,
    examine: impl Fn(&[usize], &[Arc<str>]) -> Vec<Examined>,
) -> Repaired {
    let all: Vec<usize> = (0..texts.len()).collect();
    let mut found = examine(&all, texts);
    let mut repaired = Repaired::default();
    for _ in 0..ROUNDS {
        let chosen = chosen(&found, texts);
        let mut round = Round {
            base: texts.clone(),
            texts: texts.clone(),
            found,
            kept: Vec::new(),
            refused: 0,
            examine: &examine,
        };
        round.settle(&chosen);
        let Round { texts: after, found: then, kept, refused, .. } = round;
        (*texts, found) = (after, then);
        repaired = Repaired { fixed: repaired.fixed + kept.len(), refused, withheld: 0 };
        if kept.is_empty() {
            break;
        }
    }
    Repaired { withheld: found.iter().map(|found| found.withheld).sum(), ..repaired }
}

/// The fixes that change something and do not touch each other, in the order of the texts: of those that do, the first.
fn chosen(found: &[Examined], texts: &[Arc<str>]) -> Vec<Vec<Edit>> {
    let changes = |edit: &Edit| {
        let written = texts.get(edit.span.file.0 as usize).and_then(|text| text.get(edit.span.range()));
        written.map(|written| written != edit.text)
    };
    let mut fixes: Vec<Vec<Edit>> = found.iter().flat_map(|found| &found.fixes).cloned().collect();
    fixes.retain(|fix| {
        fix.iter().all(|edit| changes(edit).is_some()) && fix.iter().any(|edit| changes(edit) == Some(true))
    });
    let key = |edit: &Edit| (edit.span.file, edit.span.start, edit.span.end);
    for fix in &mut fixes {
        fix.sort_by_key(key);
    }
    // The order in which fixes of one place were found decides between them.
    fixes.sort_by_key(|fix| fix.first().map(key));
    let mut taken: BTreeMap<(FileId, u32), u32> = BTreeMap::new();
    fixes.retain(|fix| {
        let is_free = |edit: &Edit| {
            let before = taken.range((edit.span.file, 0)..=(edit.span.file, edit.span.end)).next_back();
            before.is_none_or(|(_, end)| *end < edit.span.start)
        };
        let is_free = fix.iter().all(is_free);
        if is_free {
            taken.extend(fix.iter().map(|edit| ((edit.span.file, edit.span.start), edit.span.end)));
        }
        is_free
    });
    fixes
}

/// The fixes of texts that were examined once.
struct Round<'e, E> {
    /// The texts that the fixes are for.
    base: Vec<Arc<str>>,
    /// The texts after the fixes that were kept, and what is in them.
    texts: Vec<Arc<str>>,
    found: Vec<Examined>,
    kept: Vec<Vec<Edit>>,
    refused: usize,
    examine: &'e E,
}

impl<E: Fn(&[usize], &[Arc<str>]) -> Vec<Examined>> Round<'_, E> {
    /// Keeps those of some fixes that do not lead to more errors.
    fn settle(&mut self, fixes: &[Vec<Edit>]) {
        if fixes.is_empty() {
            return;
        }
        let mut attempt = self.kept.clone();
        attempt.extend_from_slice(fixes);
        let texts = self.with(&attempt);
        let changed: BTreeSet<usize> = (0..texts.len()).filter(|at| texts[*at] != self.texts[*at]).collect();
        let concerned: Vec<usize> = (0..texts.len())
            .filter(|at| changed.contains(at) || !self.found[*at].uses.is_disjoint(&changed))
            .collect();
        let found = (self.examine)(&concerned, &texts);
        let gets_worse =
            concerned.iter().zip(&found).any(|(at, found)| found.errors > self.found[*at].errors);
        if !gets_worse {
            (self.kept, self.texts) = (attempt, texts);
            for (at, found) in concerned.into_iter().zip(found) {
                self.found[at] = found;
            }
        } else if fixes.len() == 1 {
            self.refused += 1;
        } else {
            let (first, second) = fixes.split_at(fixes.len() / 2);
            self.settle(first);
            self.settle(second);
        }
    }

    /// The texts with these fixes.
    fn with(&self, fixes: &[Vec<Edit>]) -> Vec<Arc<str>> {
        let mut edits: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
        for edit in fixes.iter().flatten() {
            edits.entry(edit.span.file.0 as usize).or_default().push(edit.clone());
        }
        let text = |(at, text): (usize, &Arc<str>)| match edits.get(&at) {
            Some(edits) => applied(text, edits).into(),
            None => Arc::clone(text),
        };
        self.base.iter().enumerate().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    /// Offers to replace each of some words; each word in `errors` is an error.
    fn run(texts: &[&str], words: &[(&str, &str)], errors: &[&str]) -> (Vec<String>, Repaired) {
        let examine = |numbers: &[usize], texts: &[Arc<str>]| {
            let one = |at: &usize| {
                let text = &texts[*at];
                let found = words.iter().flat_map(|(word, new)| {
                    text.match_indices(word).map(|(start, word)| {
                        let file = FileId(u32::try_from(*at).unwrap());
                        let span = Span::new(file, start, start + word.len());
                        vec![Edit { span, text: (*new).to_owned() }]
                    })
                });
                let errors = errors.iter().map(|word| text.matches(word).count()).sum();
                Examined { errors, fixes: found.collect(), withheld: 0, uses: BTreeSet::from([*at]) }
            };
            numbers.iter().map(one).collect()
        };
        let mut texts: Vec<Arc<str>> = texts.iter().map(|text| Arc::from(*text)).collect();
        let repaired = repair(&mut texts, examine);
        (texts.iter().map(ToString::to_string).collect(), repaired)
    }

    #[test]
    fn fixes_are_applied_until_nothing_changes() {
        let (texts, repaired) = run(&["a x a", "b"], &[("a", "b"), ("b", "c")], &[]);
        assert_eq!(
            (texts, repaired),
            (vec!["c x c".into(), "c".into()], Repaired { fixed: 5, ..Repaired::default() })
        );
    }

    #[test]
    fn of_fixes_that_touch_the_first_one_counts() {
        let (texts, repaired) = run(&["abc"], &[("bc", "x"), ("ab", "y")], &[]);
        assert_eq!((texts, repaired.fixed), (vec!["yc".to_owned()], 1));
        assert_eq!(run(&["aa"], &[("a", "b")], &[]).0, ["bb"]);
    }

    #[test]
    fn a_fix_that_leads_to_more_errors_is_left_out_alone() {
        let words = [("a", "z"), ("b", "error"), ("c", "z")];
        let (texts, repaired) = run(&["a b c b a", "c"], &words, &["error"]);
        assert_eq!(texts, ["z b z b z", "z"]);
        assert_eq!((repaired.fixed, repaired.refused), (4, 2));
    }

    #[test]
    fn fixes_that_undo_each_other_end() {
        let (texts, _) = run(&["a"], &[("a", "b"), ("b", "a")], &[]);
        assert_eq!(texts, ["a"]);
        assert_eq!(run(&["a"], &[("a", "a")], &[]).1, Repaired::default());
    }
}
