//! Computes the changes that bring the space between tokens into the style.
//!
//! Invariant: no change touches a token, except a `;` or `,` that separates nothing and the indentation of a multi-line
//! text; no change crosses the end of a line, except into blank lines.

use super::brackets::{Brackets, brackets};
use super::lines::{Keep, LEVEL, TextLines, verbatim};
use super::tokens::{FormatToken, FormatTokenKind, tokens};
use crate::diagnostic::Edit;
use crate::source::Span;
use crate::syntax::Parse;
use std::ops::Range;

/// The changes that format a source, in its order.
pub(super) fn edits(lines: &TextLines, parsed: &Parse, keep: Keep) -> Vec<Edit> {
    let tokens = tokens(lines.text, &parsed.document);
    let kept = verbatim(lines, &tokens, parsed, keep);
    let brackets = brackets(&parsed.document);
    let mut layout = Layout { lines, edits: Vec::new(), brackets, line: LayoutLine::default(), last: None };
    let mut rest = tokens.as_slice();
    for range in &kept {
        let before = |line: usize| move |token: &FormatToken| lines.of(token.range.start) < line;
        let (free, after) = rest.split_at(rest.partition_point(before(range.start)));
        let (inside, after) = after.split_at(after.partition_point(before(range.end)));
        layout.tokens(free);
        layout.keep(range, inside);
        rest = after;
    }
    layout.tokens(rest);
    layout.finish()
}

struct Layout<'t, I: Iterator<Item = usize>> {
    lines: &'t TextLines<'t>,
    edits: Vec<Edit>,
    /// The open brackets, each with the indentation of its line.
    brackets: Brackets<I>,
    line: LayoutLine,
    /// What comes before the next token.
    last: Option<Last>,
}

/// The line that is being laid out.
#[derive(Default)]
struct LayoutLine {
    /// The place of its first token in the text.
    start: usize,
    /// Its indentation in the style.
    indent: usize,
    /// Its width so far in the style, without the indentation.
    width: usize,
}

#[derive(Clone, Copy)]
struct Last {
    kind: FormatTokenKind,
    end: usize,
}

impl<I: Iterator<Item = usize>> Layout<'_, I> {
    /// Keeps lines as they are.
    fn keep(&mut self, range: &Range<usize>, tokens: &[FormatToken]) {
        if tokens.is_empty() {
            return;
        }
        self.begin(self.lines.start(range.start), false);
        for token in tokens {
            self.brackets.reach(token);
            self.brackets.pass(token, self.lines.indent(self.lines.of(token.range.start)));
        }
        self.last = Some(Last { kind: FormatTokenKind::Unknown, end: self.lines.end(range) });
    }

    fn tokens(&mut self, mut tokens: &[FormatToken]) {
        while let Some((token, rest)) = tokens.split_first() {
            if !self.is_superfluous(token, rest.first()) {
                self.token(token, rest);
            }
            tokens = rest;
        }
    }

    fn token(&mut self, token: &FormatToken, rest: &[FormatToken]) {
        let closed = self.brackets.reach(token);
        match self.last.filter(|last| self.lines.breaks(last.end, token.range.start) == 0) {
            Some(last) => {
                let width = self.spaces(last.kind, token);
                self.replace(last.end..token.range.start, " ".repeat(width));
                self.line.width += width;
            }
            None => {
                let inner = || self.brackets.innermost().map_or(0, |open| open + LEVEL);
                let indent = closed.unwrap_or_else(inner);
                let start = self.begin(token.range.start, matches!(token.kind, FormatTokenKind::Close(_)));
                self.replace(start..token.range.start, " ".repeat(indent));
                self.line = LayoutLine { start: token.range.start, indent, width: 0 };
            }
        }
        let text = self.lines.between(token.range.start, token.range.end);
        if text.contains('\n') {
            self.many_lines(token.range.clone());
        } else {
            self.line.width += text.chars().count();
        }
        self.brackets.pass(token, self.line.indent);
        self.last = Some(Last { kind: token.kind, end: token.range.end });
        if self.lacks_comma(token, rest) {
            self.replace(token.range.end..token.range.end, ",".to_owned());
            self.line.width += 1;
        }
    }

    /// Whether a token can be removed: a `;` or a `,` that separates nothing.
    fn is_superfluous(&self, token: &FormatToken, next: Option<&FormatToken>) -> bool {
        let next_on_line = next.filter(|next| self.lines.breaks(token.range.end, next.range.start) == 0);
        match token.kind {
            FormatTokenKind::Semicolon => {
                let parts = next_on_line
                    .is_some_and(|next| matches!(next.kind, FormatTokenKind::Leaf | FormatTokenKind::Tight));
                let first = self.last.is_none_or(|last| {
                    matches!(last.kind, FormatTokenKind::Open(_))
                        || self.lines.breaks(last.end, token.range.start) > 0
                });
                !parts || first
            }
            FormatTokenKind::Comma => {
                next_on_line.is_some_and(|next| next.kind == FormatTokenKind::Close(']'))
            }
            _ => false,
        }
    }

    /// Whether a token ends the last item of a list whose end is on its own line, and no comma follows.
    fn lacks_comma(&self, token: &FormatToken, rest: &[FormatToken]) -> bool {
        let ends_item = !matches!(
            token.kind,
            FormatTokenKind::Comma | FormatTokenKind::Comment | FormatTokenKind::Open(_)
        );
        let next = || rest.iter().find(|next| next.kind != FormatTokenKind::Comment);
        ends_item
            && next().is_some_and(|next| {
                next.kind == FormatTokenKind::Close(']')
                    && self.lines.breaks(token.range.end, next.range.start) > 0
            })
    }

    /// How many spaces come before a token that does not start its line.
    fn spaces(&self, last: FormatTokenKind, token: &FormatToken) -> usize {
        match (last, token.kind) {
            // The column of a comment beside a statement is the author's.
            (_, FormatTokenKind::Comment) => {
                let written = self.lines.between(self.line.start, token.range.start).chars().count();
                written.saturating_sub(self.line.width).max(2)
            }
            // Without a space, they would be read as something else.
            (FormatTokenKind::Path | FormatTokenKind::Colon, FormatTokenKind::Colon)
            | (FormatTokenKind::Not, FormatTokenKind::Operator) => 1,
            (
                _,
                FormatTokenKind::Comma
                | FormatTokenKind::Semicolon
                | FormatTokenKind::Colon
                | FormatTokenKind::Close(')' | ']'),
            )
            | (FormatTokenKind::Open('(' | '[') | FormatTokenKind::Not, _)
            | (FormatTokenKind::Tight, FormatTokenKind::Open('(')) => 0,
            _ => 1,
        }
    }

    /// Ends the line before a token or kept lines, followed by a blank line if the author has one there and it separates
    /// two things; gives the start of the new line in the text.
    fn begin(&mut self, start: usize, closes: bool) -> usize {
        let Some(last) = self.last else { return 0 };
        let next = self.end_line(last.end);
        let line = self.lines.start(self.lines.of(start));
        let parts = !closes && !matches!(last.kind, FormatTokenKind::Open(_));
        let mut between = self.lines.between(next, line).lines();
        let blank = parts && between.any(|line| line.trim_ascii().is_empty());
        self.replace(next..line, if blank { self.lines.line_end.to_owned() } else { String::new() });
        line
    }

    /// Indents a multi-line text one level deeper than the line that opens it, and keeps its relative indentation.
    fn many_lines(&mut self, range: Range<usize>) {
        let lines = self.lines;
        let (first, last) = (lines.of(range.start), lines.of(range.end));
        let line = |at: usize| lines.between(lines.start(at), lines.end(&(at..at + 1)).min(range.end));
        let closes = matches!(line(last).trim_start_matches([' ', '\t']), "'''" | "\"\"\"");
        let content = (first + 1..last + usize::from(!closes)).map(line).filter(|line| !is_blank(line));
        let shared = content.map(indentation).reduce(shared_start).map_or(0, str::len);
        self.end_line(lines.start(first) + line(first).trim_end_matches([' ', '\t']).len());
        for at in first + 1..=last {
            let (start, text) = (lines.start(at), line(at));
            let (written, indent) = if is_blank(text) {
                (text.len(), 0)
            } else if closes && at == last {
                (indentation(text).len(), self.line.indent)
            } else {
                (shared, self.line.indent + LEVEL)
            };
            self.replace(start..start + written, " ".repeat(indent));
            if at < last {
                self.end_line(start + text.len());
            }
        }
        let indent = indentation(line(last)).len();
        self.line.start = lines.start(last) + indent;
        self.line.width = line(last)[indent..].chars().count();
    }

    /// Ends a line after the part of it that stays; gives the start of the next line.
    fn end_line(&mut self, from: usize) -> usize {
        let next = self.lines.start(self.lines.of(from) + 1);
        let rest = self.lines.between(from, next);
        let (kept, written) = match rest.strip_suffix('\n') {
            Some(line) => line.strip_suffix('\r').map_or((line, "\n"), |line| (line, "\r\n")),
            None => (rest, ""),
        };
        if written.is_empty() || written == self.lines.line_end {
            self.replace(from..from + kept.len(), String::new());
        } else {
            self.replace(from..next, self.lines.line_end.to_owned());
        }
        next
    }

    fn replace(&mut self, range: Range<usize>, text: String) {
        if self.lines.between(range.start, range.end) != text {
            self.edits.push(Edit { span: Span::new(self.lines.file, range.start, range.end), text });
        }
    }

    fn finish(mut self) -> Vec<Edit> {
        let end = self.lines.text.len();
        match self.last {
            None => self.replace(0..end, String::new()),
            // A text that is not closed extends to the end.
            Some(Last { kind: FormatTokenKind::Unknown, .. }) => {}
            Some(last) if self.lines.breaks(last.end, end) == 0 => {
                self.replace(last.end..end, self.lines.line_end.to_owned());
            }
            Some(last) => {
                let next = self.end_line(last.end);
                self.replace(next..end, String::new());
            }
        }
        self.edits
    }
}

/// The whitespace at the start of a line.
fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn is_blank(line: &str) -> bool {
    indentation(line).len() == line.len()
}

fn shared_start<'t>(one: &'t str, other: &str) -> &'t str {
    let shared = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    &one[..shared]
}
