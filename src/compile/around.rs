//! Checks the workloads of several programs together with what surrounds them.

use super::sorted::sort;
use crate::admission::{Namespaces, QuotaUse, over_quotas};
use crate::context::{Context, WorkloadFacts};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::lint::{AROUND, AllHooks, Allowances, Hooks, LintLevels, around};
use crate::source::{FileId, HasPlaces, SourceFile, Sources, Span};
use fnv::FnvHashMap;
use std::sync::Arc;

/// What a program says that other programs and objects can contradict.
#[derive(Debug)]
pub(crate) struct Surrounded {
    pub(super) context: Arc<Context>,
    pub(super) facts: Vec<Arc<WorkloadFacts>>,
    pub(super) hooks: Vec<Arc<Hooks>>,
    pub(super) uses: Vec<Arc<QuotaUse>>,
    pub(super) allowances: Allowances,
    pub(super) levels: LintLevels,
    /// Whether workloads stay although others have errors.
    pub(super) check_only: bool,
}

/// A program, as far as it is checked together with others.
pub(super) struct Part<'c> {
    pub(super) sources: &'c mut Sources,
    pub(super) diagnostics: &'c mut Vec<Arc<Diagnostic>>,
    /// Whether a param has no value.
    pub(super) unset: bool,
    pub(super) surrounded: Option<Surrounded>,
}

/// Adds to each program what is wrong between its workloads, those of the other programs and the objects around them.
pub(super) fn check_parts(parts: &mut [Part<'_>]) {
    let gathered = gather(parts);
    let Gathered { owned, facts, uses, .. } = &gathered;
    let is_whole = !parts.iter().any(|part| has_errors(part.diagnostics));
    let mut contexts: Vec<Arc<Context>> = Vec::new();
    for surrounded in parts.iter().filter_map(|part| part.surrounded.as_ref()) {
        if !contexts.iter().any(|known| Arc::ptr_eq(known, &surrounded.context)) {
            contexts.push(Arc::clone(&surrounded.context));
        }
    }
    let mut found: Vec<Found> = parts.iter().map(|_| Found::default()).collect();
    for context in contexts {
        let is_own = |owner: usize| {
            let surrounded = parts[owner].surrounded.as_ref();
            surrounded.is_some_and(|surrounded| Arc::ptr_eq(&surrounded.context, &context))
        };
        let facts: Vec<(&WorkloadFacts, bool)> =
            facts.iter().map(|(owner, facts)| (facts, is_own(*owner))).collect();
        let uses: Vec<(&QuotaUse, bool)> = uses.iter().map(|(owner, used)| (used, is_own(*owner))).collect();
        let mut together = around(&context, &facts, is_whole);
        over_quotas(&Namespaces::of(&context), &uses, &mut together);
        for diagnostic in together {
            hand_over(diagnostic, owned, parts, &mut found);
        }
    }
    if parts.len() > 1 {
        find_cycles(&gathered, parts, &mut found);
    }
    for (part, found) in parts.iter_mut().zip(found) {
        found.settle(part);
    }
}

/// Finds programs whose workloads wait for each other. Those within one program have been reported.
fn find_cycles(gathered: &Gathered, parts: &[Part<'_>], found: &mut [Found]) {
    let Gathered { owned, facts, hooks, .. } = gathered;
    let all: Vec<(&WorkloadFacts, bool)> = facts.iter().map(|(_, facts)| (facts, true)).collect();
    // Each program has the same context, or one of the objects that are nearest to it.
    let surrounded = parts.iter().find_map(|part| part.surrounded.as_ref());
    let context = surrounded.map(|surrounded| Arc::clone(&surrounded.context)).unwrap_or_default();
    let mut cycles = Vec::new();
    AllHooks::of(hooks.iter()).check_cycles(&context, &all, &mut cycles);
    for cycle in cycles {
        let owner = |span: Span| owned.get(&span.file).map(|(owner, _)| *owner);
        let first = owner(cycle.primary.span);
        if cycle.labels.iter().any(|label| owner(label.span) != first) {
            hand_over(cycle, owned, parts, found);
        }
    }
}

/// Gives a message to the program that it is about.
fn hand_over(mut diagnostic: Diagnostic, owned: &Owned, parts: &[Part<'_>], found: &mut [Found]) {
    let Some((owner, _)) = owned.get(&diagnostic.primary.span.file) else { return };
    let found = &mut found[*owner];
    diagnostic.each_place(&mut |span| *span = found.place(*owner, *span, owned, parts));
    found.diagnostics.push(Arc::new(diagnostic));
}

/// The program of each file, and the number of the file in it, by numbers that no two programs share.
type Owned = FnvHashMap<FileId, (usize, FileId)>;

/// What all programs say, at places of such files.
#[derive(Default)]
struct Gathered {
    owned: Owned,
    facts: Vec<(usize, WorkloadFacts)>,
    uses: Vec<(usize, QuotaUse)>,
    hooks: Vec<Hooks>,
}

fn gather(parts: &[Part<'_>]) -> Gathered {
    let mut gathered = Gathered::default();
    for (owner, part) in parts.iter().enumerate() {
        let mut numbers: FnvHashMap<FileId, FileId> = FnvHashMap::default();
        let Some(surrounded) = &part.surrounded else { continue };
        let mut renumber = |span: &mut Span| {
            let number = numbers.entry(span.file).or_insert_with(FileId::next);
            gathered.owned.insert(*number, (owner, span.file));
            span.file = *number;
        };
        for found in &surrounded.facts {
            let mut found = WorkloadFacts::clone(found);
            found.each_place(&mut renumber);
            gathered.facts.push((owner, found));
        }
        for used in &surrounded.uses {
            let mut used = QuotaUse::clone(used);
            used.each_place(&mut renumber);
            gathered.uses.push((owner, used));
        }
        for found in &surrounded.hooks {
            let mut found = Hooks::clone(found);
            found.each_place(&mut renumber);
            gathered.hooks.push(found);
        }
    }
    gathered
}

/// What was found in one program.
#[derive(Default)]
struct Found {
    diagnostics: Vec<Arc<Diagnostic>>,
    /// The files of other programs that messages point into.
    foreign: FnvHashMap<FileId, Arc<SourceFile>>,
    numbers: FnvHashMap<(usize, FileId), FileId>,
}

impl Found {
    /// A place as the sources of a program know it.
    fn place(&mut self, owner: usize, span: Span, owned: &Owned, parts: &[Part<'_>]) -> Span {
        let Some((of, local)) = owned.get(&span.file) else { return span };
        let local = Span { file: *local, ..span };
        if *of == owner {
            return local;
        }
        let sources = &parts[*of].sources;
        let place = sources.in_file(local);
        let Some(file) = sources.file(place.file) else { return place };
        let number = *self.numbers.entry((*of, place.file)).or_insert_with(FileId::next);
        self.foreign.entry(number).or_insert_with(|| Arc::clone(file));
        Span { file: number, ..place }
    }

    /// Adds what was found to the program, as far as it is not allowed there.
    fn settle(self, part: &mut Part<'_>) {
        let Part { sources, diagnostics, unset, surrounded } = part;
        let Some(Surrounded { context, mut allowances, levels, .. }) = surrounded.take() else { return };
        let mut found = self.diagnostics;
        for (number, file) in &self.foreign {
            sources.share(*number, file);
        }
        share(&found, &context, sources);
        allowances.apply(&levels, &mut found);
        if !*unset && !has_errors(diagnostics) {
            allowances.report_unused(&levels, |code| AROUND.contains(&code), &mut found);
        }
        if found.is_empty() {
            return;
        }
        for diagnostic in &mut found {
            Arc::make_mut(diagnostic).each_place(&mut |span| *span = sources.in_file(*span));
        }
        found.append(diagnostics);
        sort(&mut found, sources);
        **diagnostics = found;
    }
}

/// Lets messages point into the files of a context that diagnostics name.
pub(super) fn share(diagnostics: &[Arc<Diagnostic>], context: &Context, sources: &mut Sources) {
    for label in diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        if let Some(file) = context.files().get(&label.span.file) {
            sources.share(file.id, file);
        }
    }
}
