//! Finds the lines of a statement, and the lines that stay as they are because something in them is broken.

use super::tokens::{FormatToken, FormatTokenKind};
use crate::source::{FileId, SourceFile};
use crate::syntax::Parse;
use crate::syntax::tree::{Document, Statement};
use std::cmp::Ordering;
use std::ops::Range;

/// How many spaces a level is indented by.
pub(super) const LEVEL: usize = 2;

/// How much stays as it is if something in it is broken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The lines of the broken statements.
    Statements,
    /// The items of the file that they are in.
    Items,
}

/// The lines of a text.
pub(super) struct TextLines<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    /// How lines end: as most lines of the text do, as the first one does if both are equally frequent.
    pub(super) line_end: &'static str,
    starts: Vec<usize>,
}

impl<'t> TextLines<'t> {
    pub(super) fn new(source: &'t SourceFile) -> Self {
        let text = source.text.as_str();
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
        Self { file: source.id, text, line_end: line_end(text, &starts[1..]), starts }
    }

    /// The line of an offset.
    pub(super) fn of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Where a line starts.
    pub(super) fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The lines that a range has a part of; a line of which it only reaches the start does not count.
    pub(super) fn touched(&self, range: &Range<usize>) -> Range<usize> {
        let last = range.end.saturating_sub(1).max(range.start);
        self.of(range.start)..self.of(last) + 1
    }

    /// The text between two offsets.
    pub(super) fn between(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// How many line ends there are between two offsets.
    pub(super) fn breaks(&self, start: usize, end: usize) -> usize {
        self.of(end).saturating_sub(self.of(start))
    }

    /// The end of the last of some lines, without its line end.
    pub(super) fn end(&self, range: &Range<usize>) -> usize {
        let (start, end) = (self.start(range.start), self.start(range.end));
        let text = self.between(start, end);
        let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        start + text.len()
    }

    /// The text of some lines, without the end of the last.
    pub(super) fn text(&self, range: &Range<usize>) -> &'t str {
        self.between(self.start(range.start), self.end(range))
    }

    /// The whitespace at the start of a line.
    pub(super) fn indent(&self, line: usize) -> usize {
        let text = self.text(&(line..line + 1));
        text.chars().take_while(|char| *char == ' ' || *char == '\t').count()
    }
}

/// How most lines of a text end, whose other lines start at these places.
fn line_end(text: &str, starts: &[usize]) -> &'static str {
    let is_crlf = |start: usize| text.as_bytes()[..start].ends_with(b"\r\n");
    let crlf = starts.iter().filter(|start| is_crlf(**start)).count();
    let begins_with_crlf = starts.first().is_some_and(|start| is_crlf(*start));
    match crlf.cmp(&(starts.len() - crlf)) {
        Ordering::Greater => "\r\n",
        Ordering::Equal if begins_with_crlf => "\r\n",
        _ => "\n",
    }
}

/// The lines that stay as they are, in their order.
pub(super) fn verbatim(
    lines: &TextLines,
    tokens: &[FormatToken],
    parse: &Parse,
    keep: Keep,
) -> Vec<Range<usize>> {
    let of = |range: Range<usize>| lines.of(range.start)..lines.of(range.end) + 1;
    let mut kept: Vec<Range<usize>> = Vec::new();
    broken(&parse.document.statements, &mut |statement| kept.push(of(statement.span.range())));
    kept.extend(parse.errors.iter().map(|error| of(error.primary.span.range())));
    let unknown = tokens.iter().filter(|token| token.kind == FormatTokenKind::Unknown);
    kept.extend(unknown.map(|token| of(token.range.clone())));
    merge(&mut kept);
    let items = parse.document.statements.iter().map(|item| item.span.range());
    let mut faulty = Vec::new();
    for range in items.filter(|_| !parse.errors.is_empty()) {
        let from = tokens.partition_point(|token| token.range.start < range.start);
        let to = tokens.partition_point(|token| token.range.start < range.end);
        let whole = of(range);
        if !is_balanced(&tokens[from..to]) || (keep == Keep::Items && meets(&kept, &whole)) {
            faulty.push(whole);
        }
    }
    kept.extend(faulty);
    // A part that extends over several lines is kept or formatted as a whole.
    merge(&mut kept);
    let wide = tokens.iter().map(|token| of(token.range.clone())).filter(|lines| lines.len() > 1);
    let mut wide: Vec<Range<usize>> = wide.collect();
    merge(&mut wide);
    wide.retain(|wide| meets(&kept, wide));
    kept.append(&mut wide);
    merge(&mut kept);
    kept
}

/// Whether one of some sorted ranges overlaps another range.
fn meets(ranges: &[Range<usize>], other: &Range<usize>) -> bool {
    let at = ranges.partition_point(|range| range.end <= other.start);
    ranges.get(at).is_some_and(|range| range.start < other.end)
}

fn broken(statements: &[Statement], found: &mut impl FnMut(&Statement)) {
    for statement in statements {
        if statement.broken {
            found(statement);
        } else if let Some(block) = &statement.block {
            broken(&block.statements, found);
        }
    }
}

fn is_balanced(tokens: &[FormatToken]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            FormatTokenKind::Open(bracket) => open.push(bracket),
            FormatTokenKind::Close(bracket) => {
                let opened = match bracket {
                    '}' => '{',
                    ']' => '[',
                    _ => '(',
                };
                if open.pop() != Some(opened) {
                    return false;
                }
            }
            _ => {}
        }
    }
    open.is_empty()
}

/// Some lines, extended to all lines of the statements that they have a part of; of a block, only its first and last
/// lines.
pub(super) fn statements(lines: &TextLines, document: &Document, chosen: &Range<usize>) -> Range<usize> {
    let mut heads = Vec::new();
    let mut blocks = vec![document.statements.as_slice()];
    while let Some(statements) = blocks.pop() {
        for statement in statements {
            let head = lines.touched(&statement.head().range());
            heads.extend((head.len() > 1).then_some(head));
            blocks.extend(statement.block.iter().map(|block| block.statements.as_slice()));
        }
    }
    merge(&mut heads);
    let reached = heads.iter().filter(|head| head.start < chosen.end && chosen.start < head.end);
    reached.fold(chosen.clone(), |all, head| all.start.min(head.start)..all.end.max(head.end))
}

/// Sorts ranges and joins those that overlap.
fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges.drain(..) {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    *ranges = merged;
}
