//! Computes the changes that follow from what has just been typed: in the line that it ends, and in the indentation of
//! the line that it begins.
//!
//! Invariant: the content of a multi-line text does not change.

use super::brackets::brackets;
use super::lines::{LEVEL, TextLines};
use super::sound::edits;
use super::tokens::{FormatToken, FormatTokenKind, tokens};
use crate::diagnostic::Edit;
use crate::source::{SourceFile, Span};
use crate::syntax::Parse;

/// What has been typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// `}`: its line is formatted.
    Brace,
    /// A line end: the line before it is formatted, and the new line is indented.
    Newline,
}

/// The changes that follow from what has been typed right before an offset, in the order of the source.
pub(crate) fn typed(source: &SourceFile, parsed: &Parse, offset: usize, typed: Typed) -> Vec<Edit> {
    let lines = TextLines::new(source);
    let line = lines.of(offset);
    let start = lines.start(line);
    let tokens = tokens(lines.text, &parsed.document);
    let at = tokens.partition_point(|token| token.range.start < start);
    let (before, rest) = tokens.split_at(at);
    let indentation = Span::new(source.id, start, start + lines.indent(line));
    let indent = |width: usize| {
        let text = " ".repeat(width);
        let is_other = lines.between(start, indentation.range().end) != text;
        is_other.then_some(Edit { span: indentation, text })
    };
    // A text that is not closed yet continues on the new line.
    let goes_on = |token: &&FormatToken| {
        token.range.end > start || matches!(lines.text[token.range.clone()].trim_end(), "'''" | "\"\"\"")
    };
    if let Some(text) = before.last().filter(goes_on) {
        let opened = lines.of(text.range.start);
        let is_first = typed == Typed::Newline && opened + 1 == line;
        return is_first.then(|| indent(lines.indent(opened) + LEVEL)).flatten().into_iter().collect();
    }
    let first = rest.first().filter(|token| lines.of(token.range.start) == line);
    let mut found = match typed {
        Typed::Brace => edits(source, parsed, Some(&(start..offset))),
        Typed::Newline if line > 0 => edits(source, parsed, Some(&(lines.start(line - 1)..start))),
        Typed::Newline => Vec::new(),
    };
    if typed == Typed::Newline {
        found.retain(|edit| edit.span.range().end < start);
    } else if first.is_none_or(|token| token.range.end < offset) {
        // Text before the brace keeps the indentation of its line.
        return found;
    }
    found.retain(|edit| edit.span.start != indentation.start);
    let mut brackets = brackets(&parsed.document);
    for token in before {
        brackets.reach(token);
        brackets.pass(token, lines.of(token.range.start));
    }
    let opened = brackets.innermost().map(|line| {
        let start = lines.start(line);
        let changed = found.iter().find(|edit| edit.span.range().start == start);
        changed.map_or_else(|| lines.indent(line), |edit| edit.text.len())
    });
    let closes = first.is_some_and(|token| matches!(token.kind, FormatTokenKind::Close(_)));
    found.extend(indent(opened.map_or(0, |opened| if closes { opened } else { opened + LEVEL })));
    found.sort_by_key(|edit| edit.span.start);
    found
}
