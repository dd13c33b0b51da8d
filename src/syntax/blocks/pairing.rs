//! Decides how to repair braces that do not balance.
//!
//! A statement at or left of the line that opened the innermost block ends that block; a `}` left of that line
//! ends inner blocks; one right of it is stray, or its `{` is missing. If that finds more mistakes than
//! counting braces does, the file's indentation does not follow its blocks, and counting decides.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};
use crate::syntax::reader::{BlockItem, ItemKind, SyntaxReader};
use crate::syntax::{MAX_ERRORS, mistakes};
use std::ops::Range;

/// What to do at an item so that the braces balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Repair {
    /// End the innermost block before it.
    CloseBefore,
    /// Open a block before it.
    OpenBefore,
    /// Skip it: a `}` that ends nothing.
    Ignore,
}

/// The repairs of a sequence and the errors that report them.
#[derive(Default)]
struct RepairPlan {
    repairs: Vec<(usize, Repair)>,
    errors: Vec<Diagnostic>,
    count: usize,
}

/// Finds and reports what to repair, in the order of the items.
pub(super) fn repairs(reader: &mut SyntaxReader<'_>, items: &[BlockItem]) -> Vec<(usize, Repair)> {
    if balanced(items) {
        return Vec::new();
    }
    let mut plan = by_indentation(reader.source, items);
    let counted = by_count(reader.source, items);
    if counted.count < plan.count {
        plan = counted;
    }
    // A brace inside a string would be text.
    if reader.errors.iter().any(|error| error.code == Code::UnclosedString) {
        plan.errors.iter_mut().for_each(|error| error.fix = None);
    }
    plan.errors.into_iter().for_each(|error| reader.report(error));
    plan.repairs.sort_unstable();
    plan.repairs
}

/// Whether every brace of a sequence has its partner.
fn balanced(items: &[BlockItem]) -> bool {
    let mut depth = 0usize;
    for item in items {
        match item.kind {
            ItemKind::Open => depth += 1,
            ItemKind::Close if depth == 0 => return false,
            ItemKind::Close => depth -= 1,
            ItemKind::Statement => {}
        }
    }
    depth == 0
}

impl RepairPlan {
    fn fail(&mut self, error: impl FnOnce() -> Diagnostic) {
        self.count += 1;
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error());
        }
    }

    /// Ends an unclosed block before the item `at`, or at the end of the text.
    fn unclosed(&mut self, source: &SourceFile, items: &[BlockItem], open: usize, at: usize) {
        self.repairs.push((at, Repair::CloseBefore));
        self.fail(|| {
            let head = head_of(items, open);
            let next = items.get(at).map(|item| item.span);
            let last = at.checked_sub(1).and_then(|last| items.get(last)).unwrap_or(&items[open]);
            let indent = indentation(source, items[open].span);
            mistakes::unclosed_block(items[open].span, head, next, (last.span.after(), indent))
        });
    }

    /// Skips a `}` that ends nothing.
    fn stray(&mut self, items: &[BlockItem], at: usize) {
        self.repairs.push((at, Repair::Ignore));
        self.fail(|| mistakes::stray_brace(items[at].span));
    }
}

/// The space before the line of a place.
fn indentation(source: &SourceFile, place: Span) -> &str {
    let before = source.text.get(..place.range().start).unwrap_or_default();
    let line = &source.text[before.rfind('\n').map_or(0, |newline| newline + 1)..];
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    line.split(|letter: char| letter != ' ' && letter != '\t').next().unwrap_or_default()
}

/// The head of the statement whose block an item opens.
fn head_of(items: &[BlockItem], open: usize) -> Option<Span> {
    let before = items.get(open.checked_sub(1)?)?;
    (before.kind == ItemKind::Statement).then_some(before.span)
}

/// Pairs every `}` with the last `{`.
fn by_count(source: &SourceFile, items: &[BlockItem]) -> RepairPlan {
    let mut plan = RepairPlan::default();
    let mut open = Vec::new();
    for (at, item) in items.iter().enumerate() {
        match item.kind {
            ItemKind::Open => open.push(at),
            ItemKind::Close if open.pop().is_none() => plan.stray(items, at),
            _ => {}
        }
    }
    for open in open {
        plan.unclosed(source, items, open, items.len());
    }
    plan
}

/// The place of an item: its line, that line's indentation, and whether it is the line's first.
#[derive(Clone, Copy)]
struct ItemPlace {
    line: usize,
    indent: usize,
    first: bool,
    /// The first item of the next line that has one, or the number of items.
    next_line: usize,
}

/// Finds the place of every item.
fn places(source: &SourceFile, items: &[BlockItem]) -> Vec<ItemPlace> {
    let starts = source.line_starts();
    let first = items.first().map_or(0, |first| first.span.start);
    let mut line = starts.partition_point(|start| *start <= first).saturating_sub(1);
    let mut last_line = usize::MAX;
    let mut places = Vec::with_capacity(items.len());
    for item in items {
        while starts.get(line + 1).is_some_and(|start| *start <= item.span.start) {
            line += 1;
        }
        let indent = if line == last_line {
            places.last().map_or(0, |place: &ItemPlace| place.indent)
        } else {
            let text = source.text.get(starts[line] as usize..).unwrap_or_default();
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
        };
        places.push(ItemPlace { line, indent, first: line != last_line, next_line: items.len() });
        last_line = line;
    }
    let mut next_line = items.len();
    for (at, place) in places.iter_mut().enumerate().rev() {
        place.next_line = next_line;
        if place.first {
            next_line = at;
        }
    }
    places
}

/// Pairs by indentation, in each stretch from one statement at the text's left edge to the next that does not balance.
fn by_indentation(source: &SourceFile, items: &[BlockItem]) -> RepairPlan {
    let places = places(source, items);
    let edge = places.iter().filter(|place| place.first).map(|place| place.indent).min().unwrap_or(0);
    let starts_stretch =
        |at: usize| places[at].first && places[at].indent == edge && (items[at].kind == ItemKind::Statement);
    let mut pairing = Pairing {
        source,
        items,
        places: &places,
        plan: RepairPlan::default(),
        open: Vec::new(),
        level: Vec::new(),
    };
    let mut start = 0;
    while start < items.len() {
        let end = (start + 1..items.len()).find(|at| starts_stretch(*at)).unwrap_or(items.len());
        if !balanced(&items[start..end]) {
            pairing.stretch(start..end);
        }
        start = end;
    }
    pairing.plan
}

/// The pairing of one stretch.
struct Pairing<'i> {
    source: &'i SourceFile,
    items: &'i [BlockItem],
    places: &'i [ItemPlace],
    plan: RepairPlan,
    /// The blocks that are open: the item that opened each, and the statements around it.
    open: Vec<(usize, Vec<usize>)>,
    /// The statements without a block in the innermost open block, which might lack a `{`.
    level: Vec<usize>,
}

impl Pairing<'_> {
    fn stretch(&mut self, range: Range<usize>) {
        for at in range.clone() {
            match self.items[at].kind {
                ItemKind::Statement => self.statement(at),
                ItemKind::Open => {
                    self.level.pop();
                    self.open.push((at, std::mem::take(&mut self.level)));
                }
                ItemKind::Close => self.close(at, range.end),
            }
        }
        while !self.open.is_empty() {
            self.unclosed(range.end);
        }
        self.level.clear();
    }

    /// A statement ends the blocks that were opened at its indentation or right of it.
    fn statement(&mut self, at: usize) {
        let place = self.places[at];
        while place.first && self.innermost().is_some_and(|open| place.indent <= open.indent) {
            self.unclosed(at);
        }
        self.level.push(at);
    }

    fn close(&mut self, at: usize, end: usize) {
        let place = self.places[at];
        if !place.first {
            // It ends the block that was opened on its line, or the one that the next line's indentation ends here.
            let ends_here = self.innermost().is_some_and(|open| {
                let outside = |indent: usize| match self.items[place.next_line].kind {
                    ItemKind::Close => indent < open.indent,
                    _ => indent <= open.indent,
                };
                open.line == place.line
                    || place.next_line >= end
                    || outside(self.places[place.next_line].indent)
            });
            return if ends_here { self.matched() } else { self.plan.stray(self.items, at) };
        }
        if self.innermost().is_some_and(|open| open.indent == place.indent) {
            return self.matched();
        }
        if self.adopt(at) {
            return;
        }
        while self.innermost().is_some_and(|open| open.indent > place.indent) {
            self.unclosed(at);
        }
        match self.innermost() {
            Some(open) if open.indent == place.indent => self.matched(),
            _ if self.adopt(at) => {}
            _ => self.plan.stray(self.items, at),
        }
    }

    /// Finds the statement whose `{` is missing: at the indentation of the `}`, with only deeper ones between.
    fn adopt(&mut self, at: usize) -> bool {
        let indent = self.places[at].indent;
        if self.innermost().is_some_and(|open| open.indent >= indent) {
            return false;
        }
        while self.level.pop_if(|statement| self.places[*statement].indent > indent).is_some() {}
        let head = self.level.last().copied().filter(|head| self.places[*head].indent == indent);
        let Some(head) = head.filter(|head| head + 1 < at) else { return false };
        self.level.pop();
        self.plan.repairs.push((head + 1, Repair::OpenBefore));
        let (span, close) = (self.items[head].span, self.items[at].span);
        self.plan.fail(|| mistakes::missing_brace(span, close));
        true
    }

    fn innermost(&self) -> Option<ItemPlace> {
        self.open.last().map(|(open, _)| self.places[*open])
    }

    fn matched(&mut self) {
        if let Some((_, around)) = self.open.pop() {
            self.level = around;
        }
    }

    fn unclosed(&mut self, at: usize) {
        if let Some((open, around)) = self.open.pop() {
            self.plan.unclosed(self.source, self.items, open, at);
            self.level = around;
        }
    }
}
