//! Reads all forms of strings as pieces: resolves escapes and removes shared indentation.

use super::grammar::{Rule, Token};
use super::mistakes;
use super::reader::{SyntaxReader, Weight, inside};
use super::statement::is_word;
use super::tree::{Name, Piece, TextPieces};
use crate::source::Span;
use smol_str::SmolStr;

/// The pieces of a string that is being read; adjacent text becomes one piece.
#[derive(Default)]
struct PiecesBuilder {
    done: Vec<Piece>,
    text: String,
}

impl PiecesBuilder {
    fn name(&mut self, name: Name) {
        self.flush();
        self.done.push(Piece::Name(Box::new(name)));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Piece::Text(SmolStr::from(self.text.as_str())));
            self.text.clear();
        }
    }

    fn finish(mut self) -> TextPieces {
        self.flush();
        self.done.into_iter().collect()
    }
}

impl SyntaxReader<'_> {
    /// Reads a string of any form; returns the next token.
    pub(super) fn string(&mut self, tokens: &[Token], at: usize) -> (TextPieces, usize) {
        let token = tokens[at];
        let parts = inside(tokens, at + 1, token.end);
        let (span, text) = (self.span(token), self.slice(token));
        let pieces = match token.rule {
            Rule::text => plain(&text[1..text.len() - 1]),
            Rule::rich => self.rich(span, parts),
            Rule::raw => {
                let closed = text[1..].strip_suffix('\'');
                if closed.is_none() {
                    self.fail(Weight::Quote, mistakes::unclosed_string(span, "'", self.source.slice(span)));
                }
                plain(closed.unwrap_or(&text[1..]))
            }
            Rule::block | Rule::raw_block => self.multi_line(span, parts),
            Rule::single => {
                self.fail(Weight::Stray, mistakes::text_on_one_line(span, text));
                plain(text[3..].get(..text.len() - 6).unwrap_or_default())
            }
            Rule::short => {
                self.fail(Weight::Quote, mistakes::short_quotes(span, text));
                TextPieces::default()
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
            _ => TextPieces::default(),
        };
        (pieces, at + 1 + parts.len())
    }

    /// Reads `"…"` with escapes and insertions.
    fn rich(&mut self, span: Span, parts: &[Token]) -> TextPieces {
        let mut pieces = PiecesBuilder::default();
        for part in parts {
            if part.rule == Rule::unclosed {
                self.fail(Weight::Quote, mistakes::unclosed_string(span, "\"", self.source.slice(span)));
            } else {
                self.part(&mut pieces, *part);
            }
        }
        pieces.finish()
    }

    /// Reads plain text, an escape or an insertion.
    fn part(&mut self, pieces: &mut PiecesBuilder, part: Token) {
        let (span, text) = (self.span(part), self.slice(part));
        match part.rule {
            Rule::escape => {
                if let Some(character) = unescape(text) {
                    pieces.text.push(character);
                } else {
                    self.fault.broken = true;
                    self.report(mistakes::unknown_escape(span, text));
                }
            }
            Rule::insertion => {
                let inner = &text[2..];
                let closed = inner.ends_with('}');
                let spaces = inner.len() - inner.trim_start().len();
                let name = inner.trim_end_matches('}').trim();
                if closed && is_word(name) {
                    let start = span.start as usize + 2 + spaces;
                    let span = Span::new(self.source.id, start, start + name.len());
                    pieces.name(Name { text: name.into(), span, quoted: false });
                } else {
                    self.fault.broken = true;
                    self.report(mistakes::bad_insertion(span, name, closed));
                }
            }
            _ => pieces.text.push_str(text),
        }
    }

    /// Reads the multi-line forms.
    fn multi_line(&mut self, whole: Span, parts: &[Token]) -> TextPieces {
        let quotes = &self.source.slice(whole)[..3];
        let mut last_newline = true;
        for part in parts {
            let (span, text) = (self.span(*part), self.slice(*part));
            match part.rule {
                Rule::lead if !text.trim().is_empty() => {
                    self.fail(Weight::Stray, mistakes::text_beside_quotes(span, text, quotes));
                }
                Rule::block_end | Rule::raw_end => {
                    last_newline = text.len() > 3 || text != quotes;
                    let closing = text.trim_start();
                    if closing.len() < 3 {
                        let place =
                            Span::new(span.file, span.end as usize - closing.len(), span.end as usize);
                        self.fail(Weight::Stray, mistakes::short_end(place, whole, quotes));
                    }
                }
                Rule::unclosed => {
                    let open = Span { end: whole.start + 3, ..whole };
                    let next = self.next_line(whole.end);
                    self.fail(Weight::Quote, mistakes::unclosed_lines(open, next, quotes));
                }
                Rule::shallow | Rule::raw_shallow => {
                    let error = mistakes::shallow_text(whole, self.shallow_line(whole), quotes);
                    self.fail(Weight::Quote, error);
                }
                _ => {}
            }
        }
        self.dedent(parts, last_newline)
    }

    /// Joins lines and removes the indentation that all of them share.
    fn dedent(&mut self, parts: &[Token], last_newline: bool) -> TextPieces {
        let is_line = |part: &&Token| matches!(part.rule, Rule::rich_line | Rule::raw_line);
        let texts = parts.iter().filter(is_line).map(|part| self.slice(*part));
        let shared =
            texts.filter(|line| !is_blank(line)).map(indent).reduce(shared_start).map_or(0, str::len);
        let mut pieces = PiecesBuilder::default();
        let mut lines = 0;
        for part in parts {
            if !is_line(&part) {
                if matches!(part.rule, Rule::block_text | Rule::escape | Rule::insertion) {
                    self.part(&mut pieces, *part);
                }
                continue;
            }
            if lines > 0 {
                pieces.text.push('\n');
            }
            lines += 1;
            let line = self.slice(*part);
            if is_blank(line) {
                continue;
            }
            let end = if part.rule == Rule::raw_line { line.len() } else { indent(line).len() };
            pieces.text.push_str(&line[shared..end]);
        }
        if last_newline && lines > 0 {
            pieces.text.push('\n');
        }
        pieces.finish()
    }

    /// The first line with text at or after a place, if there is one.
    fn next_line(&self, at: u32) -> Option<Span> {
        let rest = &self.text[at as usize..];
        let start = at as usize + (rest.len() - rest.trim_start().len());
        let line = self.text[start..].lines().next().filter(|line| !line.is_empty())?;
        Some(Span::new(self.source.id, start, start + line.trim_end().len()))
    }

    /// The first line of a multi-line string that is not deeper than the opening line.
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
fn plain(text: &str) -> TextPieces {
    if text.is_empty() { TextPieces::default() } else { TextPieces::One(Piece::Text(text.into())) }
}

/// Whether a line holds only spaces and tabs.
fn is_blank(line: &str) -> bool {
    indent(line).len() == line.len()
}

/// The spaces and tabs at the start of a line.
fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The longest common start of two indentations.
fn shared_start<'t>(a: &'t str, b: &str) -> &'t str {
    let length = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    &a[..length]
}

/// The character of an escape, if it is a known one.
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
