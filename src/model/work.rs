//! Limits the cost of a program: how much of it is resolved, and how large its objects become.
//!
//! Invariant: whether a program is too large depends on its text alone, not on the machine, its load or its cores.

use super::kept::{ItemKey, NamesRead, ResultMemory};
use super::resolve::Resolver;
use super::{ObjectLevel, Workload};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::object::{Node, Value};
use crate::source::Span;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::borrow::Borrow;

/// The most workloads of a program.
pub(super) const MAX_WORKLOADS: usize = 20_000;

/// The most statements that a workload may have once its templates are applied.
const MAX_STATEMENTS: usize = 10_000;

/// The most text in a workload, in bytes (2 MiB): no API server stores an object of more than 1.5 MiB.
const MAX_TEXT: usize = 2 << 20;

/// The most errors about one workload, or about everything outside workloads.
const MAX_ERRORS: usize = 1_000;

/// The most work for one program: twice that for 10,000 workloads of 2 KB each.
const MAX_WORK: usize = 6_000_000;

/// How many workloads are resolved before the work is checked.
const BATCH: usize = 64;

/// Below this number of workloads, starting threads costs more than it saves.
const FEW: usize = 8;

/// The cost of resolving; one unit is the time for one statement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// The statements that the current workload has once its templates are applied.
    pub(super) statements: usize,
    /// All statements that were resolved, and the names that were compared with unknown ones.
    done: usize,
    /// The bytes of text in values.
    text: usize,
    /// The errors that were raised.
    pub(super) errors: usize,
}

impl Work {
    /// Counts a statement.
    pub(super) fn statement(&mut self) {
        self.statements += 1;
        self.done += 1;
    }

    /// Counts a text that becomes a value.
    pub(super) fn text(&mut self, text: &str) {
        self.text += text.len();
    }

    /// Counts the names that an unknown name is compared with.
    pub(super) fn names(&mut self, count: usize) {
        self.done += count / 32;
    }

    /// What is too large, if anything is.
    pub(super) fn excess(&self) -> Option<String> {
        if self.statements > MAX_STATEMENTS {
            return Some(format!("a workload has more than {MAX_STATEMENTS} statements"));
        }
        // Some values are made twice.
        if self.text > 4 * MAX_TEXT {
            return Some(format!("values have more than {} MiB of text", (4 * MAX_TEXT) >> 20));
        }
        (self.done > MAX_WORK).then(|| TOO_MUCH.to_owned())
    }

    /// Whether resolving stops.
    pub(super) fn is_over(&self) -> bool {
        self.errors >= MAX_ERRORS || self.excess().is_some()
    }

    /// The total cost, which grows with the square of the size: some checks compare all parts of a workload with each other.
    pub(super) fn total<D: Borrow<Diagnostic>>(self, found: &[D]) -> usize {
        let errors = found.iter().filter(|found| (*found).borrow().severity == Severity::Error).count();
        let warnings = found.len() - errors;
        self.done + self.done * self.done / 500 + self.text / 64 + 200 * errors + 10 * warnings
    }
}

const TOO_MUCH: &str = "the program is too large to be compiled at once";

impl Resolver<'_> {
    /// Returns a workload, unless it is too large.
    pub(super) fn hold_to_size(&mut self, workload: Workload) -> Option<Workload> {
        self.report_excess(workload.span);
        let size = size(&workload);
        self.work.text = self.work.text.max(size);
        if size <= MAX_TEXT {
            return Some(workload);
        }
        let headline = format!("a workload has more than {} MiB of text", MAX_TEXT >> 20);
        let diagnostic = Diagnostic::error(Code::TooLarge, workload.span, headline);
        self.report(
            diagnostic
                .here("no API server stores an object of this size")
                .help("keep large texts in an image or a volume"),
        );
        None
    }
}

/// Why a program with this many workloads is not compiled.
pub(super) fn too_many<I>(workloads: &[I], span: impl Fn(&I) -> Span) -> Option<Diagnostic> {
    let first = workloads.get(MAX_WORKLOADS)?;
    Some(too_large(span(first), &format!("a program has more than {MAX_WORKLOADS} workloads")))
}

fn too_large(span: Span, headline: &str) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, headline)
        .here("this workload and those after it are not compiled")
        .help("split the program into several files, which are compiled one by one")
}

/// Works on each item that `memory` does not have, on all cores if there are many, until the program turns out to be too
/// large.
pub(super) fn on_each<I: Sync, T: Send>(
    items: &[I],
    span: impl Fn(&I) -> Span,
    key: impl Fn(&I) -> ItemKey,
    memory: &mut dyn ResultMemory<T>,
    work: impl Fn(&I) -> Done<T> + Sync,
) -> (Vec<T>, Option<Diagnostic>) {
    let mut made = Vec::with_capacity(items.len());
    let mut total = 0;
    for batch in items.chunks(BATCH) {
        if total > MAX_WORK {
            return (made, batch.first().map(|item| too_large(span(item), TOO_MUCH)));
        }
        let known: Vec<Option<Done<T>>> = batch.iter().map(|item| memory.recall(key(item))).collect();
        let new: Vec<&I> =
            batch.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(item, _)| item).collect();
        let done: Vec<Done<T>> = if new.len() < FEW {
            new.iter().map(|item| work(item)).collect()
        } else {
            new.par_iter().map(|item| work(item)).collect()
        };
        for (item, done) in new.into_iter().zip(&done) {
            memory.keep(key(item), done);
        }
        let mut done = done.into_iter();
        for Done { made: one, work, .. } in
            known.into_iter().filter_map(|known| known.or_else(|| done.next()))
        {
            made.push(one);
            total += work;
        }
    }
    (made, None)
}

/// What an item became, how much work it was, and the declared names that it read, if they are known.
pub(crate) struct Done<T> {
    pub(super) made: T,
    pub(super) work: usize,
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(super) read: Option<NamesRead>,
}

/// The bytes of all texts of a workload.
fn size(workload: &Workload) -> usize {
    let level = |level: &ObjectLevel| bytes(&level.metadata) + bytes(&level.spec);
    let levels = [&workload.object, &workload.pod].into_iter().chain(&workload.job).map(level);
    let volumes = workload.volumes.iter().map(|volume| bytes(&volume.fields));
    let containers = workload.containers.iter().map(|container| bytes(&container.fields));
    levels.chain(volumes).chain(containers).sum()
}

fn bytes(node: &Node) -> usize {
    match &node.value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(bytes).sum(),
        Value::Map(map) => map.entries.iter().map(|entry| entry.key.len() + bytes(&entry.node)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::kept::Forgetful;
    use super::*;
    use crate::source::FileId;

    fn counted(items: usize, each: usize) -> (usize, Option<String>) {
        let items: Vec<usize> = (0..items).collect();
        let span = |item: &usize| Span::new(FileId(0), *item, *item);
        let work = |_: &usize| Done { made: (), work: each, read: None };
        let (made, excess) = on_each(&items, span, |item| (span(item), true), &mut Forgetful, work);
        (made.len(), excess.map(|excess| format!("{}: {}", excess.primary.span.start, excess.headline)))
    }

    #[test]
    fn a_program_is_bounded_by_its_workloads_and_by_their_work() {
        let items: Vec<u32> = (0..=20_000).collect();
        let span = |item: &u32| Span { file: FileId(0), start: *item, end: *item };
        let excess = too_many(&items, span).unwrap();
        assert_eq!(
            (excess.primary.span.start, &*excess.headline),
            (20_000, "a program has more than 20000 workloads")
        );
        assert_eq!(too_many(&items[1..], span), None);
        let whole = BATCH * 3;
        assert_eq!(counted(whole, MAX_WORK / whole), (whole, None));
        let (made, excess) = counted(whole, MAX_WORK / BATCH + 1);
        let expected = "64: the program is too large to be compiled at once";
        assert_eq!((made, excess.as_deref()), (BATCH, Some(expected)));
    }

    #[test]
    fn large_workloads_are_more_work_than_many_small_ones() {
        let work = |done| Work { done, ..Work::default() }.total::<Diagnostic>(&[]);
        assert!(work(10_000) > 10 * 10 * work(100));
        let error = Diagnostic::error(Code::TooLarge, Span::new(FileId(0), 0, 0), "");
        assert!(Work::default().total(&[error]) > 0);
    }
}
