//! Answers what an editor asks about a program, from its trees and the result of compiling it.
//!
//! Invariant: pure and total. An answer depends only on the texts, and there is one for every text and every place.

pub(crate) mod actions;
pub(crate) mod complete;
pub(crate) mod hierarchy;
pub(crate) mod hints;
pub(crate) mod hover;
pub(crate) mod moving;
pub(crate) mod names;
pub(crate) mod outline;
pub(crate) mod places;
pub(crate) mod preview;
pub(crate) mod rename;
pub(crate) mod shape;
pub(crate) mod tokens;

use crate::compile::{Arranged, Compilation, CompileOptions, Compiled, check_alone, compile_files};
use crate::diagnostic::Diagnostic;
use crate::model::{Kept, read_use};
use crate::plan::Plan;
use crate::program::{FileReader, FileText, path_of};
use crate::source::{FileId, HasPlaces as _, SourceFile, Span};
use crate::syntax::Parse;
use crate::syntax::pieces::{Pieces, PlacedPiece};
use crate::syntax::tree::{Document, Statement};
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

/// A file as an editor has it.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// Its path and its text.
    pub source: Arc<SourceFile>,
    /// Its text in pieces, which are parsed.
    pieces: Arc<Pieces>,
    /// The tree of the whole text, once somebody has asked for it.
    whole: OnceLock<Parse>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Location {
    /// The file's path in the [`Workspace`].
    pub path: String,
    /// The bytes.
    pub range: Range32,
}

/// A range of bytes, ordered by its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Range32 {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// All known files: open ones as in the editor, others as on disk.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    files: BTreeMap<String, Arc<Parsed>>,
    /// What the names of files are bound to, for the files for which somebody asked.
    names: Mutex<HashMap<String, Arc<names::Index>>>,
}

/// The result of compiling one file as a program.
#[derive(Debug)]
pub(crate) struct Analysis {
    /// The file (the first), the files that it uses, the diagnostics and the workloads that compile, whose places may be in
    /// pieces. What an edit has not reached is the same as before.
    pub compilation: Compilation<Arc<PlannedWorkload>, Arc<Diagnostic>>,
}

/// A workload that compiled, with its plan once somebody has asked for it.
#[derive(Debug)]
pub(crate) struct PlannedWorkload {
    /// The workload.
    pub compiled: Compiled,
    plan: OnceLock<Plan>,
}

/// What workloads and templates became, until a change reaches them.
#[derive(Debug, Default)]
pub(crate) struct KeptResults {
    options: CompileOptions,
    results: Kept<Arranged<Arc<PlannedWorkload>>>,
}

impl PlannedWorkload {
    fn of(compiled: Compiled) -> Arc<Self> {
        Arc::new(Self { compiled, plan: OnceLock::new() })
    }

    /// What starts when and why, and what it costs.
    pub(crate) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| self.compiled.plan())
    }
}

impl Parsed {
    /// Reads a file.
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self::of(SourceFile::new(FileId(0), path, text), None)
    }

    /// Reads the text after a change.
    #[must_use]
    pub(crate) fn changed(&self, text: impl Into<String>) -> Self {
        let source = SourceFile::new(FileId(0), self.source.name.as_str(), text);
        Self::of(source, Some((&self.pieces, self.text())))
    }

    fn of(source: SourceFile, known: Option<(&Pieces, &str)>) -> Self {
        let pieces = Arc::new(Pieces::of(&source, known));
        Self { source: Arc::new(source), pieces, whole: OnceLock::new() }
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.source.text
    }

    /// The tree, whose places are those of file 0.
    pub(crate) fn document(&self) -> &Document {
        &self.parse().document
    }

    /// The tree and the syntax errors, whose places are those of file 0.
    pub(crate) fn parse(&self) -> &Parse {
        self.whole.get_or_init(|| self.pieces.whole(FileId(0)))
    }

    /// The pieces of the text, parsed, with their own places.
    pub(crate) fn pieces(&self) -> &[PlacedPiece] {
        self.pieces.all()
    }

    /// The pieces that are in a range or touch it.
    fn pieces_in(&self, range: Range32) -> &[PlacedPiece] {
        let pieces = self.pieces();
        let first = pieces.partition_point(|placed| placed.start <= range.start).saturating_sub(1);
        let end = pieces.partition_point(|placed| placed.start <= range.end);
        pieces.get(first..end).unwrap_or_default()
    }

    /// The statements outside all blocks, with places in their pieces.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.pieces().iter().flat_map(|placed| &placed.piece.parse.document.statements)
    }

    /// The file for a compilation.
    pub(crate) fn as_text(&self) -> FileText {
        FileText::Pieces(Arc::clone(&self.source), Arc::clone(&self.pieces))
    }

    /// The files that it uses: the local name of each, and its path as written.
    pub(crate) fn uses(&self) -> impl Iterator<Item = (&str, &str)> {
        let used = self.statements().filter_map(read_use);
        used.map(|used| (used.alias, used.path))
    }
}

impl Workspace {
    /// Adds or replaces a file; returns the previous one.
    pub(crate) fn set(&mut self, path: &str, file: Arc<Parsed>) -> Option<Arc<Parsed>> {
        self.forget_names(path);
        self.files.insert(path.to_owned(), file)
    }

    /// Removes a file; returns it.
    pub(crate) fn remove(&mut self, path: &str) -> Option<Arc<Parsed>> {
        self.forget_names(path);
        self.files.remove(path)
    }

    /// A second workspace of the same files.
    fn copy(&self) -> Self {
        let names = self.names.lock().map(|names| names.clone()).unwrap_or_default();
        Self { files: self.files.clone(), names: Mutex::new(names) }
    }

    /// What the names of a file are bound to. Resolved again if a file of its program has changed.
    fn names(&self, path: &str) -> Option<Arc<names::Index>> {
        let file = self.get(path)?;
        let known = self.names.lock().ok().and_then(|names| names.get(path).cloned());
        if let Some(known) = known.filter(|known| known.is_of(self)) {
            return Some(known);
        }
        let index = Arc::new(names::Index::of(path, file, self));
        if let Ok(mut names) = self.names.lock() {
            names.insert(path.to_owned(), Arc::clone(&index));
        }
        Some(index)
    }

    fn forget_names(&mut self, path: &str) {
        if let Ok(names) = self.names.get_mut() {
            names.remove(path);
        }
    }

    /// The file at a path.
    pub(crate) fn get(&self, path: &str) -> Option<&Arc<Parsed>> {
        self.files.get(path)
    }

    /// The paths of all files, in their order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The path and the file that a file uses under a name.
    pub(crate) fn used(&self, path: &str, alias: &str) -> Option<(String, &Arc<Parsed>)> {
        let (_, used) = self.get(path)?.uses().find(|(name, _)| *name == alias)?;
        let path = path_of(path, used);
        let file = self.get(&path)?;
        Some((path, file))
    }
}

impl FileReader for Workspace {
    fn read(&self, path: &str) -> Result<FileText, String> {
        self.get(path).map(|file| file.as_text()).ok_or_else(|| "there is no such file".to_owned())
    }
}

impl Analysis {
    /// Checks a file with the files that it uses.
    pub(crate) fn of(file: &Parsed, reader: &dyn FileReader, options: &CompileOptions) -> Self {
        Self::again(file, reader, options, &mut KeptResults::default())
    }

    /// Checks a file after a change; what the change cannot reach is taken from `kept`.
    pub(crate) fn again(
        file: &Parsed,
        reader: &dyn FileReader,
        options: &CompileOptions,
        kept: &mut KeptResults,
    ) -> Self {
        let options = CompileOptions { check_only: true, ..options.clone() };
        if kept.options != options {
            *kept = KeptResults { options: options.clone(), ..KeptResults::default() };
        }
        let (name, text, memory) = (&file.source.name, file.as_text(), &mut kept.results);
        let mut compilation = compile_files(name, text, reader, &options, memory, PlannedWorkload::of);
        check_alone(&mut compilation);
        Self { compilation }
    }

    /// The place in its file of something in a workload or a diagnostic.
    pub(crate) fn place(&self, span: Span) -> Span {
        self.compilation.sources.in_file(span)
    }

    /// The same place, with the path of its file.
    pub(crate) fn location(&self, span: Span) -> Location {
        let span = self.place(span);
        let range = Range32 { start: span.start, end: span.end };
        Location { path: self.compilation.sources.get(span.file).name.clone(), range }
    }

    /// Whether a `param` has no value: then totals include only what is known, and nothing can be compiled.
    pub(crate) fn unset(&self) -> bool {
        self.compilation.unset
    }

    /// The diagnostics for this file and the files that it uses, with their places in the files.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        self.compilation.diagnostics.iter().map(|diagnostic| {
            let mut placed = Diagnostic::clone(diagnostic);
            placed.each_place(&mut |span| *span = self.place(*span));
            placed
        })
    }
}

impl Range32 {
    /// The range as an index into a text.
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The range, further down.
    pub(crate) fn shifted(self, by: u32) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }

    /// Whether an offset is in it or directly after it.
    pub(crate) fn touches(self, offset: usize) -> bool {
        self.start as usize <= offset && offset <= self.end as usize
    }
}

impl From<Range<usize>> for Range32 {
    fn from(range: Range<usize>) -> Self {
        crate::source::Span::new(FileId(0), range.start, range.end).into()
    }
}

impl From<crate::source::Span> for Range32 {
    fn from(span: crate::source::Span) -> Self {
        Self { start: span.start, end: span.end }
    }
}

#[cfg(test)]
mod tests;
