//! The forms of a string to its pieces: escapes resolved, shared indentation removed.

use super::grammar::Rule;
use super::mistakes;
use super::reader::{Reader, Weight};
use super::statement::is_word;
use super::tree::{Name, Piece};
use crate::source::Span;
use pest::iterators::Pair;
use smol_str::SmolStr;

/// The pieces of a string that is being read; neighbouring text becomes one piece.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    text: String,
}

impl Pieces {
    fn name(&mut self, name: Name) {
        self.flush();
        self.done.push(Piece::Name(name));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Piece::Text(SmolStr::from(self.text.as_str())));
            self.text.clear();
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        self.flush();
        self.done
    }
}

impl Reader<'_> {
    /// Reads a string of any form.
    pub(super) fn string(&mut self, pair: Pair<'_, Rule>) -> Vec<Piece> {
        let span = self.span(&pair);
        let text = pair.as_str();
        match pair.as_rule() {
            Rule::text => plain(&text[1..text.len() - 1]),
            Rule::rich => self.rich(pair),
            Rule::raw => {
                if let Some(inner) = text[1..].strip_suffix('\'') {
                    return plain(inner);
                }
                self.fail(Weight::Quote, mistakes::unclosed_string(span, "'"));
                plain(&text[1..])
            }
            Rule::block | Rule::raw_block => self.many_lines(pair),
            Rule::single => {
                self.fail(Weight::Stray, mistakes::text_on_one_line(span, text));
                plain(&text[3..text.len() - 3])
            }
            Rule::short => {
                self.fail(Weight::Quote, mistakes::short_quotes(span, text));
                Vec::new()
            }
            Rule::smart => {
                let inner = text.trim_matches(mistakes::is_smart_quote);
                let closed = text.chars().count() > 1 && text.ends_with(mistakes::is_smart_quote);
                let error = mistakes::smart_quotes(span, inner, closed);
                if closed {
                    self.report(error);
                } else {
                    self.fail(Weight::Quote, error);
                }
                plain(inner)
            }
            _ => Vec::new(),
        }
    }

    /// Reads `"…"` with escapes and insertions.
    fn rich(&mut self, pair: Pair<'_, Rule>) -> Vec<Piece> {
        let span = self.span(&pair);
        let mut pieces = Pieces::default();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::unclosed {
                self.fail(Weight::Quote, mistakes::unclosed_string(span, "\""));
            } else {
                self.part(&mut pieces, &part);
            }
        }
        pieces.finish()
    }

    /// Reads plain text, an escape or an insertion.
    fn part(&mut self, pieces: &mut Pieces, part: &Pair<'_, Rule>) {
        let span = self.span(part);
        let text = part.as_str();
        match part.as_rule() {
            Rule::escape => match unescape(text) {
                Some(character) => pieces.text.push(character),
                None => {
                    self.fault.broken = true;
                    self.report(mistakes::unknown_escape(span, text));
                }
            },
            Rule::insertion => {
                let inner = &text[2..];
                let name = inner.strip_suffix('}').unwrap_or(inner);
                let start = span.start as usize + 2 + (name.len() - name.trim_start().len());
                let name = name.trim();
                let closed = inner.ends_with('}');
                if !closed || !is_word(name) {
                    self.fault.broken = true;
                    self.report(mistakes::bad_insertion(span, name, closed));
                } else {
                    let span = Span::new(self.source.id, start, start + name.len());
                    pieces.name(Name { text: name.into(), span, quoted: false });
                }
            }
            _ => pieces.text.push_str(text),
        }
    }

    /// Reads the many-line forms.
    fn many_lines(&mut self, pair: Pair<'_, Rule>) -> Vec<Piece> {
        let whole = self.span(&pair);
        let quotes = &pair.as_str()[..3];
        let mut lines = Vec::new();
        let mut last_newline = true;
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::rich_line | Rule::raw_line => lines.push(part),
                Rule::lead if !part.as_str().trim().is_empty() => {
                    self.fail(Weight::Stray, mistakes::text_beside_quotes(span, part.as_str(), quotes));
                }
                Rule::block_end | Rule::raw_end => {
                    let end = part.as_str();
                    last_newline = end.len() > 3 || end != quotes;
                    let closing = end.trim_start();
                    if closing.len() < 3 {
                        let place =
                            Span { start: span.end - u32::try_from(closing.len()).unwrap_or(0), ..span };
                        self.fail(Weight::Stray, mistakes::short_end(place, whole, quotes));
                    }
                }
                Rule::unclosed => {
                    let place = Span { end: whole.start + 3, ..whole };
                    let next = self.next_line(whole.end);
                    self.fail(Weight::Quote, mistakes::unclosed_lines(place, next, quotes));
                }
                Rule::shallow | Rule::raw_shallow => {
                    self.fail(Weight::Quote, mistakes::shallow_text(whole, self.shallow_line(whole), quotes));
                }
                _ => {}
            }
        }
        self.dedent(&lines, last_newline)
    }

    /// Joins lines without the indentation that all of them share.
    fn dedent(&mut self, lines: &[Pair<'_, Rule>], last_newline: bool) -> Vec<Piece> {
        let indents = lines.iter().map(Pair::as_str).filter(|line| !is_blank(line)).map(indent);
        let shared = indents.reduce(shared_start).map_or(0, str::len);
        let mut pieces = Pieces::default();
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                pieces.text.push('\n');
            }
            let text = line.as_str();
            if is_blank(text) {
                continue;
            }
            if line.as_rule() == Rule::raw_line {
                pieces.text.push_str(&text[shared..]);
                continue;
            }
            pieces.text.push_str(&text[shared..indent(text).len()]);
            for part in line.clone().into_inner() {
                self.part(&mut pieces, &part);
            }
        }
        if last_newline && !lines.is_empty() {
            pieces.text.push('\n');
        }
        pieces.finish()
    }

    /// The first line with text at or behind a place, if there is one.
    fn next_line(&self, at: u32) -> Option<Span> {
        let rest = &self.text[at as usize..];
        let start = at as usize + (rest.len() - rest.trim_start().len());
        let line = self.text[start..].lines().next().filter(|line| !line.is_empty())?;
        Some(Span::new(self.source.id, start, start + line.trim_end().len()))
    }

    /// The first line of a many-line string that is not deeper than the line which opens it.
    fn shallow_line(&self, string: Span) -> Option<Span> {
        let start = string.start as usize;
        let opening = &self.text[self.text[..start].rfind('\n').map_or(0, |newline| newline + 1)..];
        let margin = indent(opening);
        let mut at = start;
        for line in self.text[start..string.end as usize].split_inclusive('\n') {
            let deeper = line.strip_prefix(margin).is_some_and(|rest| rest.starts_with([' ', '\t']));
            if at > start && !line.trim().is_empty() && !deeper {
                return Some(Span::new(self.source.id, at, at + line.trim_end().len()));
            }
            at += line.len();
        }
        None
    }
}

/// The one piece of a text without escapes and insertions.
fn plain(text: &str) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece::Text(text.into())] }
}

/// Whether a line holds nothing but blanks.
fn is_blank(line: &str) -> bool {
    indent(line).len() == line.len()
}

/// The blanks that a line starts with.
fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// What two texts of blanks start with alike.
fn shared_start<'t>(a: &'t str, b: &str) -> &'t str {
    let length = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    &a[..length]
}

/// The character that an escape stands for, if it is one.
fn unescape(escape: &str) -> Option<char> {
    match escape.get(1..)? {
        "n" => Some('\n'),
        "t" => Some('\t'),
        "r" => Some('\r'),
        "\\" => Some('\\'),
        "\"" => Some('"'),
        "#" => Some('#'),
        long => {
            let digits = long.strip_prefix("u{")?.strip_suffix('}')?;
            u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
        }
    }
}
