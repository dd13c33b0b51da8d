//! A source to the same source in the one style of the language.
//!
//! Invariant: the tree and the comments stay the same, what is broken stays as it was written, and what is formatted
//! comes out of formatting unchanged.
//!
//! The author decides where lines and blank lines are; the style decides what stands between two words of a line, and
//! how deep a line is. So a change of one line does not touch others.

mod faults;
mod lines;
mod tokens;

use crate::source::SourceFile;
use crate::syntax::{Parse, parse};
use lines::{Lines, verbatim};
use std::ops::Range;
use tokens::{Kind, Token, tokens};

/// How long the smallest difference is looked for; after that a good one will do.
const TIME: std::time::Duration = std::time::Duration::from_millis(50);

/// The blanks of one level.
const LEVEL: usize = 2;

/// Formats a source.
pub fn format(source: &SourceFile) -> String {
    format_parsed(source, &parse(source))
}

/// Formats a source that has been parsed.
pub fn format_parsed(source: &SourceFile, parsed: &Parse) -> String {
    // How a text with faults is read may hang on its indentation: then the items that have one stay as they are, or all.
    let same = |formatted: &String| {
        parsed.errors.is_empty()
            || faults::same(
                source,
                parsed,
                &SourceFile::new(source.id, source.name.as_str(), formatted.as_str()),
            )
    };
    let tries = [Keep::Statements, Keep::Items].into_iter();
    let mut tries = tries.map(|keep| write(source, parsed, keep));
    tries.find(same).unwrap_or_else(|| source.text.clone())
}

/// What stays as it is where something in it is broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// The lines of the broken statements.
    Statements,
    /// The items of the file that they are in.
    Items,
}

fn write(source: &SourceFile, parsed: &Parse, keep: Keep) -> String {
    let lines = Lines::new(&source.text);
    let tokens = tokens(&source.text, &parsed.document);
    let kept = verbatim(&lines, &tokens, parsed, keep);
    let mut items = parsed.document.statements.iter().map(|item| item.span.range().start).peekable();
    let mut writer = Writer { lines: &lines, out: String::new(), open: Vec::new(), indent: 0, last: None };
    let keeping = |line: usize| {
        let at = kept.partition_point(|range| range.end <= line);
        kept.get(at).filter(|range| range.contains(&line))
    };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        while items.next_if(|item| *item <= token.range.start).is_some() {
            // Brackets that an item before leaves open are not this one's.
            writer.open.clear();
        }
        if let Some(range) = keeping(lines.of(token.range.start)) {
            at = writer.keep(range, &tokens, at);
        } else {
            let next = tokens.get(at + 1).filter(|next| keeping(lines.of(next.range.start)).is_none());
            writer.token(token, next);
            at += 1;
        }
    }
    writer.finish()
}

/// The changes that format a source, or what of it is in a range: whole lines, from the last to the first.
pub fn edits(
    source: &SourceFile,
    parse: &Parse,
    within: Option<&Range<usize>>,
) -> Vec<(Range<usize>, String)> {
    let formatted = format_parsed(source, parse);
    if formatted == source.text {
        return Vec::new();
    }
    let before: Vec<&str> = source.text.split_inclusive('\n').collect();
    let after: Vec<&str> = formatted.split_inclusive('\n').collect();
    let diff = similar::TextDiff::configure().timeout(TIME).diff_slices(&before, &after);
    let (old, new) = (starts(&source.text), starts(&formatted));
    let mut edits = Vec::new();
    for operation in diff.ops().iter().rev().filter(|operation| operation.tag() != similar::DiffTag::Equal) {
        let (from, to) = (operation.old_range(), operation.new_range());
        let range = old[from.start]..old[from.end];
        let inside = |within: &Range<usize>| range.start <= within.end && within.start <= range.end;
        if within.is_none_or(inside) {
            edits.push((range, formatted[new[to.start]..new[to.end]].to_owned()));
        }
    }
    edits
}

/// Where each line of a text starts, and where the text ends.
fn starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        starts.push(end);
    }
    starts
}

struct Writer<'t> {
    lines: &'t Lines<'t>,
    out: String,
    /// The indentation of the line of each open bracket.
    open: Vec<usize>,
    /// The indentation of the line that is being written.
    indent: usize,
    /// What has been written last.
    last: Option<Last>,
}

/// What stands before a token.
#[derive(Clone, Copy)]
struct Last {
    kind: Kind,
    end: usize,
}

impl Writer<'_> {
    /// Copies lines as they are.
    fn keep(&mut self, range: &Range<usize>, tokens: &[Token], mut at: usize) -> usize {
        let start = tokens[at].range.start;
        self.break_before(start, false);
        self.out.push_str(self.lines.text(range));
        self.indent = self.lines.indent(range.start);
        while let Some(token) = tokens.get(at).filter(|token| self.lines.of(token.range.start) < range.end) {
            let inner = self.lines.indent(self.lines.of(token.range.start));
            match token.kind {
                Kind::Open(_) => self.open.push(inner),
                Kind::Close(_) => {
                    self.open.pop();
                }
                _ => {}
            }
            self.last = Some(Last { kind: token.kind, end: token.range.end });
            at += 1;
        }
        self.last =
            Some(Last { kind: self.last.map_or(Kind::Leaf, |last| last.kind), end: self.lines.end(range) });
        at
    }

    fn token(&mut self, token: &Token, next: Option<&Token>) {
        if self.is_superfluous(token, next) {
            return;
        }
        let starts_line = self.last.is_none_or(|last| self.lines.breaks(last.end, token.range.start) > 0);
        let closed = if let Kind::Close(_) = token.kind { self.open.pop() } else { None };
        if starts_line {
            self.break_before(token.range.start, matches!(token.kind, Kind::Close(_)));
            self.indent = closed.unwrap_or_else(|| self.open.last().map_or(0, |open| open + LEVEL));
            self.out.extend(std::iter::repeat_n(' ', self.indent));
        } else if let Some(last) = self.last {
            let between = self.between(last, token);
            self.out.push_str(&between);
        }
        self.text(token);
        if let Kind::Open(_) = token.kind {
            self.open.push(self.indent);
        }
        self.last = Some(Last { kind: token.kind, end: token.range.end });
        if needs_comma(token, next, self.lines) {
            self.out.push(',');
        }
    }

    /// Whether a token can go: a `;` or a `,` with nothing behind it to part.
    fn is_superfluous(&self, token: &Token, next: Option<&Token>) -> bool {
        let next_on_line = next.filter(|next| self.lines.breaks(token.range.end, next.range.start) == 0);
        match token.kind {
            Kind::Semicolon => {
                let parts = next_on_line.is_some_and(|next| matches!(next.kind, Kind::Leaf | Kind::Tight));
                let first = self.last.is_none_or(|last| {
                    matches!(last.kind, Kind::Open(_)) || self.lines.breaks(last.end, token.range.start) > 0
                });
                !parts || first
            }
            Kind::Comma => next_on_line.is_some_and(|next| next.kind == Kind::Close(']')),
            _ => false,
        }
    }

    /// Ends the line, with a blank line behind it where the author has one and it parts two things.
    fn break_before(&mut self, start: usize, closes: bool) {
        let Some(last) = self.last else { return };
        let opened = matches!(last.kind, Kind::Open(_));
        self.out.push('\n');
        if self.lines.breaks(last.end, start) > 1 && !opened && !closes {
            self.out.push('\n');
        }
    }

    /// What stands between two tokens of one line.
    fn between(&self, last: Last, token: &Token) -> String {
        let written = self.lines.between(last.end, token.range.start);
        match (last.kind, token.kind) {
            // The column of a comment beside a statement is the author's.
            (_, Kind::Comment) => " ".repeat(written.chars().count().max(2)),
            (_, Kind::Comma | Kind::Semicolon | Kind::Colon | Kind::Close(')' | ']'))
            | (Kind::Open('(' | '[') | Kind::Not, _)
            | (Kind::Tight, Kind::Open('(')) => String::new(),
            _ => " ".to_owned(),
        }
    }

    fn text(&mut self, token: &Token) {
        if token.text.contains('\n') {
            self.many_lines(&token.text);
        } else {
            self.out.push_str(token.text.trim_end());
        }
    }

    /// A many-line text: its lines one level deeper than the line that opens it, as deep among each other as before.
    fn many_lines(&mut self, text: &str) {
        let mut lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let first = lines.remove(0);
        let last = lines.pop().unwrap_or_default();
        let is_closing = matches!(last.trim(), "'''" | "\"\"\"");
        if !is_closing {
            lines.push(last);
        }
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        let blanks = |line: &&&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let indents = filled.map(|line| &line[..blanks(&line)]);
        let shared = indents.reduce(shared_start).map_or(0, str::len);
        let indent = " ".repeat(self.indent + LEVEL);
        self.out.push_str(first.trim_end());
        for line in lines {
            self.out.push('\n');
            if !line.trim().is_empty() {
                self.out.push_str(&indent);
                self.out.push_str(&line[shared..]);
            }
        }
        if is_closing {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', self.indent));
            self.out.push_str(last.trim());
        }
    }

    fn finish(mut self) -> String {
        let end = self.out.trim_end_matches(['\n', '\r']).len();
        self.out.truncate(end);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }
}

/// Whether the last item of a list that ends on a line of its own lacks its comma.
fn needs_comma(token: &Token, next: Option<&Token>, lines: &Lines) -> bool {
    next.is_some_and(|next| {
        next.kind == Kind::Close(']') && lines.breaks(token.range.end, next.range.start) > 0
    }) && !matches!(token.kind, Kind::Comma | Kind::Comment | Kind::Open(_))
}

fn shared_start<'t>(one: &'t str, other: &str) -> &'t str {
    let shared = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    &one[..shared]
}

#[cfg(test)]
mod tests;
