//! Checks the workloads of several programs together with what stands around them.

use super::{Compilation, CompileOptions, sort};
use crate::admission::{Namespaces, QuotaUse, over_quotas};
use crate::context::{Context, WorkloadFacts};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::lint::{AROUND, Allowances, LintLevels, around};
use crate::source::{FileId, HasPlaces, SourceFile, Sources, Span};
use fnv::FnvHashMap;
use std::sync::Arc;

/// What a program says that other programs and objects can contradict.
#[derive(Debug)]
pub(crate) struct Surrounded {
    context: Arc<Context>,
    facts: Vec<Arc<WorkloadFacts>>,
    uses: Vec<Arc<QuotaUse>>,
    allowances: Allowances,
    levels: LintLevels,
    check_only: bool,
}

impl Surrounded {
    pub(super) fn new(
        facts: Vec<Arc<WorkloadFacts>>,
        uses: Vec<Arc<QuotaUse>>,
        allowances: Allowances,
        options: &CompileOptions,
    ) -> Self {
        let (context, levels) = (Arc::clone(&options.context), options.levels.clone());
        Self { context, facts, uses, allowances, levels, check_only: options.check_only }
    }
}

/// Adds to each program what is wrong between its workloads, those of the other programs and the objects around them.
///
/// [`compile_with`](super::compile_with) does this for its one program.
///
/// ```
/// use initflow::compile::{CompileOptions, check_together};
/// use initflow::import::{Strangers, compile_manifests};
///
/// let text = "apiVersion: v1\nkind: Pod\nmetadata: { name: hello }\nspec: { containers: [{ name: web, image: \"nginx:1.29\" }] }\n";
/// let options = CompileOptions::default();
/// let mut hello = compile_manifests("hello.yaml", text.into(), Strangers::Skip, &options, |pod| pod);
/// check_together(&mut [&mut hello]);
/// assert!(hello.diagnostics.is_empty());
/// ```
pub fn check_together<T>(compilations: &mut [&mut Compilation<T>]) {
    if compilations.iter().all(|compilation| compilation.surrounded.is_none()) {
        return;
    }
    let Gathered { owned, facts, uses } = gather(compilations);
    let is_whole = !compilations.iter().any(|compilation| compilation.failed());
    let mut contexts: Vec<Arc<Context>> = Vec::new();
    for surrounded in compilations.iter().filter_map(|compilation| compilation.surrounded.as_ref()) {
        if !contexts.iter().any(|known| Arc::ptr_eq(known, &surrounded.context)) {
            contexts.push(Arc::clone(&surrounded.context));
        }
    }
    let mut found: Vec<Found> = compilations.iter().map(|_| Found::default()).collect();
    for context in contexts {
        let is_own = |owner: usize| {
            let surrounded = compilations[owner].surrounded.as_ref();
            surrounded.is_some_and(|surrounded| Arc::ptr_eq(&surrounded.context, &context))
        };
        let facts: Vec<(&WorkloadFacts, bool)> =
            facts.iter().map(|(owner, facts)| (facts, is_own(*owner))).collect();
        let uses: Vec<(&QuotaUse, bool)> = uses.iter().map(|(owner, used)| (used, is_own(*owner))).collect();
        let mut together = around(&context, &facts, is_whole);
        over_quotas(&Namespaces::of(&context), &uses, &mut together);
        for mut diagnostic in together {
            let Some((owner, _)) = owned.get(&diagnostic.primary.span.file) else { continue };
            let found = &mut found[*owner];
            diagnostic.each_place(&mut |span| *span = found.place(*owner, *span, &owned, compilations));
            found.diagnostics.push(Arc::new(diagnostic));
        }
    }
    for (compilation, found) in compilations.iter_mut().zip(found) {
        found.settle(compilation);
    }
}

/// The program of each file, and the number of the file in it, by numbers that no two programs share.
type Owned = FnvHashMap<FileId, (usize, FileId)>;

/// What all programs say, at places of such files.
#[derive(Default)]
struct Gathered {
    owned: Owned,
    facts: Vec<(usize, WorkloadFacts)>,
    uses: Vec<(usize, QuotaUse)>,
}

fn gather<T>(compilations: &[&mut Compilation<T>]) -> Gathered {
    let mut gathered = Gathered::default();
    for (owner, compilation) in compilations.iter().enumerate() {
        let mut numbers: FnvHashMap<FileId, FileId> = FnvHashMap::default();
        let Some(surrounded) = &compilation.surrounded else { continue };
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
    fn place<T>(
        &mut self,
        owner: usize,
        span: Span,
        owned: &Owned,
        compilations: &[&mut Compilation<T>],
    ) -> Span {
        let Some((of, local)) = owned.get(&span.file) else { return span };
        let local = Span { file: *local, ..span };
        if *of == owner {
            return local;
        }
        let sources = &compilations[*of].sources;
        let place = sources.in_file(local);
        let Some(file) = sources.file(place.file) else { return place };
        let number = *self.numbers.entry((*of, place.file)).or_insert_with(FileId::next);
        self.foreign.entry(number).or_insert_with(|| Arc::clone(file));
        Span { file: number, ..place }
    }

    /// Adds what was found to the program, as far as it is not allowed there.
    fn settle<T>(self, compilation: &mut Compilation<T>) {
        let Compilation { sources, diagnostics, workloads, unset, surrounded } = compilation;
        let Some(Surrounded { context, mut allowances, levels, check_only, .. }) = surrounded.take() else {
            return;
        };
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
        found.extend(std::mem::take(diagnostics).into_iter().map(Arc::new));
        sort(&mut found, sources);
        *diagnostics = found.into_iter().map(Arc::unwrap_or_clone).collect();
        if has_errors(diagnostics) && !check_only {
            workloads.clear();
        }
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
