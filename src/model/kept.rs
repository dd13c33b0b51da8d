//! Keeps what workloads and templates became, for an editor: after an edit, only those are resolved again that it can reach.
//!
//! Invariant: a result is used again only if its own text and everything declared that it has read are the same.

use super::resolve::Names;
use super::scope::Binding;
use super::work::Done;
use crate::source::Span;
use fnv::{FnvHashMap, FnvHashSet};
use smol_str::SmolStr;

/// Where results are kept from one run to the next.
pub(crate) trait ResultMemory<T>: Send {
    /// Whether anything is kept, so that it must be known what each result has read.
    fn keeps(&self) -> bool;
    /// Starts a run: forgets what changes in the declarations reach.
    fn begin(&mut self, declared: Declarations);
    /// The result for an item, if it is still right.
    fn recall(&mut self, item: ItemKey) -> Option<Done<T>>;
    /// Keeps the result for an item.
    fn keep(&mut self, item: ItemKey, done: &Done<T>);
    /// Ends a run: forgets the items that were not in it.
    fn end(&mut self);
}

/// Remembers nothing.
pub(crate) struct Forgetful;

impl<T> ResultMemory<T> for Forgetful {
    fn keeps(&self) -> bool {
        false
    }

    fn begin(&mut self, _: Declarations) {}

    fn recall(&mut self, _: ItemKey) -> Option<Done<T>> {
        None
    }

    fn keep(&mut self, _: ItemKey, _: &Done<T>) {}

    fn end(&mut self) {}
}

/// A workload or a template: its place, and whether its branch is taken.
pub(crate) type ItemKey = (Span, bool);

/// A name that a file declares: the file's index, and the name.
type NameKey = (usize, DeclarationKind, SmolStr);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum DeclarationKind {
    Constant,
    Template,
}

/// The declared names that a result depends on.
#[derive(Clone, Debug, Default)]
pub(super) struct NamesRead {
    names: FnvHashSet<NameKey>,
    /// Whether it depends on which names there are: an unknown one is compared with all of them.
    all: bool,
}

/// What the files of a program declare.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Declarations {
    /// What reaches every workload, by file.
    common: Vec<FileNames>,
    names: FnvHashMap<NameKey, NameMeaning>,
}

/// The names that a file uses others under, each with the other's index, and the places of its `defaults`.
#[derive(Debug, PartialEq)]
struct FileNames {
    uses: Vec<(SmolStr, usize)>,
    defaults: Vec<Span>,
}

#[derive(Debug, PartialEq)]
enum NameMeaning {
    Constant(Binding),
    /// The place of a template, which is another one if its text is.
    Template(Span),
}

/// The results of earlier runs.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    items: FnvHashMap<ItemKey, KeptItem<T>>,
    declared: Declarations,
    run: u64,
}

#[derive(Debug)]
struct KeptItem<T> {
    made: T,
    work: usize,
    read: NamesRead,
    /// The last run that it was part of.
    run: u64,
}

impl NamesRead {
    pub(super) fn add(&mut self, file: usize, kind: DeclarationKind, name: &str) {
        self.names.insert((file, kind, name.into()));
    }

    pub(super) fn add_all(&mut self) {
        self.all = true;
    }
}

impl Declarations {
    pub(super) fn of(names: &[Names<'_>]) -> Self {
        let mut declared = Self::default();
        for (file, names) in names.iter().enumerate() {
            let mut uses: Vec<_> = names.aliases.iter().map(|(name, file)| (name.clone(), *file)).collect();
            uses.sort_unstable();
            let defaults = names.defaults.iter().map(|defaults| defaults.span).collect();
            declared.common.push(FileNames { uses, defaults });
            let constants = names.bindings.iter();
            declared.names.extend(constants.map(|(name, binding)| {
                ((file, DeclarationKind::Constant, name.clone()), NameMeaning::Constant(binding.clone()))
            }));
            let templates = names.templates.iter();
            declared.names.extend(templates.map(|(name, template)| {
                ((file, DeclarationKind::Template, name.clone()), NameMeaning::Template(template.name.span))
            }));
        }
        declared
    }

    /// The names that mean something else than before.
    fn changes<'d>(&'d self, before: &'d Self) -> FnvHashSet<&'d NameKey> {
        let changed = self.names.iter().filter(|(name, meaning)| before.names.get(*name) != Some(meaning));
        let gone = before.names.keys().filter(|name| !self.names.contains_key(*name));
        changed.map(|(name, _)| name).chain(gone).collect()
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { items: FnvHashMap::default(), declared: Declarations::default(), run: 0 }
    }
}

impl<T: Clone + Send> ResultMemory<T> for Kept<T> {
    fn keeps(&self) -> bool {
        true
    }

    fn begin(&mut self, declared: Declarations) {
        self.run += 1;
        let before = std::mem::replace(&mut self.declared, declared);
        if self.declared.common != before.common {
            self.items.clear();
            return;
        }
        let changes = self.declared.changes(&before);
        let is_reached = |read: &NamesRead| {
            read.all || (!changes.is_empty() && read.names.iter().any(|name| changes.contains(name)))
        };
        self.items.retain(|_, item| !is_reached(&item.read));
    }

    fn recall(&mut self, item: ItemKey) -> Option<Done<T>> {
        let found = self.items.get_mut(&item)?;
        found.run = self.run;
        Some(Done { made: found.made.clone(), work: found.work, read: None })
    }

    fn keep(&mut self, item: ItemKey, done: &Done<T>) {
        let Some(read) = done.read.clone() else { return };
        self.items.insert(item, KeptItem { made: done.made.clone(), work: done.work, read, run: self.run });
    }

    fn end(&mut self) {
        let run = self.run;
        self.items.retain(|_, item| item.run == run);
    }
}
