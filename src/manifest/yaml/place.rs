//! Examines the surroundings of a place in broken YAML.
//!
//! Invariant: all results are within the stretch of text that was read, on character boundaries.

use crate::source::{SourceFile, Span};
use std::ops::Range;

/// The most lines above a place that are examined: enough for real files, and a bound for others.
const MAX_LINES: usize = 2000;

/// A place and its line.
pub(super) struct PlaceInLine<'s> {
    pub(super) file: &'s SourceFile,
    stretch: Range<usize>,
    at: usize,
    line: Range<usize>,
}

impl<'s> PlaceInLine<'s> {
    /// The place at an offset, or at the last character before it if the offset is at the end of a line.
    pub(super) fn new(file: &'s SourceFile, stretch: Range<usize>, at: usize) -> Self {
        let text = file.text.get(stretch.clone()).unwrap_or_default();
        let within = text.floor_char_boundary(at.saturating_sub(stretch.start));
        let starts = |char: char| !char.is_whitespace() || char == '\t';
        let within = match text[within..].chars().next() {
            Some(char) if starts(char) => within,
            _ => text[..within].rfind(|char: char| !char.is_whitespace()).unwrap_or(within),
        };
        let line_start = text[..within].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[within..].find('\n').map_or(text.len(), |at| within + at);
        let base = stretch.start;
        Self { file, stretch, at: base + within, line: base + line_start..base + line_end }
    }

    pub(super) fn character(&self) -> char {
        self.file.text[self.at..].chars().next().unwrap_or(' ')
    }

    /// The character at the place.
    pub(super) fn one(&self) -> Span {
        let end = self.at + self.file.text[self.at..].chars().next().map_or(0, char::len_utf8);
        Span::new(self.file.id, self.at, end)
    }

    /// The rest of the line from the place on, without a comment.
    pub(super) fn rest(&self) -> Span {
        self.content(self.at..self.line.end)
    }

    /// The line without its indentation.
    pub(super) fn whole(&self) -> Span {
        self.content(self.line.clone())
    }

    /// Whether only the dash of an item comes before the place in its line.
    pub(super) fn is_first(&self) -> bool {
        self.file.text[self.line.start..self.at].trim_start_matches(['-', ' ']).is_empty()
    }

    /// The tab at the place, or the nearest one before it.
    pub(super) fn tab(&self) -> Span {
        let line = &self.file.text[self.line.clone()];
        let before = self.at - self.line.start;
        let found = line[..before].rfind('\t').filter(|_| self.character() != '\t');
        match found.or_else(|| line[before..].find('\t').map(|at| before + at)) {
            Some(at) => Span::new(self.file.id, self.line.start + at, self.line.start + at + 1),
            None => self.one(),
        }
    }

    /// The value after the first `: ` of the line, if that comes before the place.
    pub(super) fn value_before(&self) -> Option<Span> {
        let before = &self.file.text[self.line.start..self.at];
        let colon = before.find(": ")?;
        Some(self.content(self.line.start + colon + 2..self.line.end))
    }

    /// The next line above that is not empty.
    pub(super) fn above(&self) -> Option<Span> {
        self.lines_above().next()
    }

    /// The lines above with less and less indentation, to which this line may belong, the nearest first.
    pub(super) fn levels(&self) -> Vec<Span> {
        let mut levels: Vec<Span> = Vec::new();
        let is_content = |line: &Span| !self.file.slice(*line).starts_with('#');
        for line in self.lines_above().filter(is_content) {
            let indentation = self.indentation(line);
            match levels.last() {
                Some(last) if self.indentation(*last) <= indentation => {}
                _ => levels.push(line),
            }
            if indentation == 0 {
                break;
            }
        }
        levels
    }

    /// The number of spaces before a line's content.
    pub(super) fn indentation(&self, content: Span) -> usize {
        let before = &self.file.text[..content.start as usize];
        before.len() - before.trim_end_matches(' ').len()
    }

    /// The placeholder of a template language in this line or the next one above.
    pub(super) fn template(&self) -> Option<Span> {
        [Some(self.whole()), self.above()].into_iter().flatten().find_map(|line| {
            let text = self.file.slice(line);
            let start = text.find("{{")?;
            let end = text[start..].find("}}").map_or(text.len(), |at| start + at + 2);
            let base = line.start as usize;
            Some(Span::new(self.file.id, base + start, base + end))
        })
    }

    /// The first invalid escape after the place.
    pub(super) fn escape(&self) -> (Span, &'s str) {
        let text = &self.file.text[self.at..self.stretch.end];
        let mut from = 0;
        while let Some(found) = text[from..].find('\\') {
            let start = from + found;
            let rest = &text[start + 1..];
            let letter = rest.chars().next().unwrap_or(' ');
            let digits = match letter {
                'x' => rest.get(1..3),
                'u' => rest.get(1..5),
                'U' => rest.get(1..9),
                _ => None,
            };
            let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let end = (start + 1 + letter.len_utf8() + digits.map_or(0, str::len)).min(text.len());
            if !"0abt\tnvfre \"/\\N_LP\n\r".contains(letter) && !digits.is_some_and(is_character) {
                return (Span::new(self.file.id, self.at + start, self.at + end), &text[start..end]);
            }
            from = end;
        }
        (self.one(), self.file.slice(self.one()))
    }

    fn lines_above(&self) -> impl Iterator<Item = Span> {
        let above = &self.file.text[self.stretch.start..self.line.start];
        let mut end = self.line.start;
        above.split_inclusive('\n').rev().take(MAX_LINES).filter_map(move |line| {
            let start = end - line.len();
            let content = self.content(start..end);
            end = start;
            (content.start != content.end).then_some(content)
        })
    }

    /// A range without surrounding spaces and without a trailing comment.
    fn content(&self, range: Range<usize>) -> Span {
        let text = &self.file.text[range.clone()];
        let text =
            if text.trim_start().starts_with('#') { text } else { text.split(" #").next().unwrap_or(text) };
        let start = range.start + text.len() - text.trim_start().len();
        Span::new(self.file.id, start, start + text.trim().len())
    }
}

/// Whether hexadecimal digits are the number of a character.
fn is_character(digits: &str) -> bool {
    u32::from_str_radix(digits, 16).is_ok_and(|code| char::from_u32(code).is_some())
}
