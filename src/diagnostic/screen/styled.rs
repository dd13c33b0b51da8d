//! Holds a line of text with a style for each part of it, and wraps it at a width.
//!
//! Invariant: no part has a control character, whoever wrote it.

use super::Screen;
use crate::diagnostic::visible::plain;
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What a part of a text is, which decides its color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// Ordinary text.
    #[default]
    Plain,
    /// The title of what follows.
    Title,
    /// What is there for orientation: places, the heads of tables, comments.
    Dim,
    /// A name or an excerpt of code, in backticks where there are no colors.
    Code,
    /// A step.
    Step,
    /// A sidecar.
    Sidecar,
    /// An app.
    App,
    /// The amount that sets a total.
    Peak,
    /// What works, or was done.
    Good,
    /// What is not complete yet, or deserves attention.
    Warning,
    /// What has failed.
    Bad,
    /// What to do.
    Help,
    /// What was used, or what happens next.
    Note,
    /// What is there now and was not there before, or costs less.
    Added,
    /// What was there before and is not there now, or costs more.
    Removed,
    /// A keyword of a language.
    Keyword,
    /// A text in quotes.
    Quoted,
    /// A number or an amount.
    Number,
}

impl Style {
    /// The parameters of the escape sequence (SGR) that switches it on.
    fn codes(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Title => "1",
            Self::Dim => "2",
            Self::Code => "36",
            Self::Step => "94",
            Self::Sidecar | Self::Keyword => "35",
            Self::App | Self::Added | Self::Quoted => "32",
            Self::Peak | Self::Warning => "1;33",
            Self::Good => "1;32",
            Self::Bad => "1;31",
            Self::Help => "1;36",
            Self::Note => "1;34",
            Self::Removed => "31",
            Self::Number => "33",
        }
    }

    /// Writes a text in this style.
    pub(crate) fn write(self, text: &str, screen: Screen, out: &mut String) {
        if screen.color && self != Self::Plain && !text.is_empty() {
            // Writing to memory cannot fail.
            let _ = write!(out, "\x1b[{}m{text}\x1b[0m", self.codes());
        } else {
            out.push_str(text);
        }
    }
}

/// From how many columns on a part of a name may be on a line of its own.
const LONG: usize = 8;

/// Whether a long word may be broken after this letter.
fn is_sign(letter: char) -> bool {
    matches!(letter, '/' | '-' | '.' | ',' | ':' | '@' | '_' | '=')
}

/// A space at which no line ends.
const STICKY: char = '\u{a0}';

/// A line of text with styles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Styled {
    parts: Vec<(Style, String)>,
}

impl Styled {
    /// A line in one style.
    pub(crate) fn new(style: Style, text: &str) -> Self {
        Self::default().then(style, text)
    }

    /// The line with more text. Control characters become visible.
    #[must_use]
    pub(crate) fn then(mut self, style: Style, text: &str) -> Self {
        self.push(style, text);
        self
    }

    /// Adds text. Control characters become visible.
    pub(crate) fn push(&mut self, style: Style, text: &str) {
        if !text.is_empty() {
            self.add(style, plain(text));
        }
    }

    /// Adds text that stays on one line with what is before and after its spaces.
    pub(crate) fn push_whole(&mut self, style: Style, text: &str) {
        self.add(style, plain(text).replace(' ', &STICKY.to_string()));
    }

    /// Adds a message: what it has in backticks gets the style of code.
    #[must_use]
    pub(crate) fn message(mut self, text: &str) -> Self {
        let mut rest = text;
        while let Some((before, (code, after))) =
            rest.split_once('`').and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
        {
            self.push(Style::Plain, before);
            self.push(Style::Code, &format!("`{code}`"));
            rest = after;
        }
        self.push(Style::Plain, rest);
        self
    }

    /// Adds another line.
    pub(crate) fn append(&mut self, other: &Self) {
        for (style, text) in &other.parts {
            self.add(*style, text.clone());
        }
    }

    fn add(&mut self, style: Style, text: String) {
        match self.parts.last_mut() {
            Some((last, before)) if *last == style => before.push_str(&text),
            _ => self.parts.push((style, text)),
        }
    }

    /// Whether there is no text.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// How many columns it takes.
    pub(crate) fn width(&self) -> usize {
        self.parts.iter().map(|(_, text)| text.width()).sum()
    }

    /// How many columns the longest part of it takes that is better not broken: a word, or of a long name what is
    /// between two signs.
    pub(crate) fn longest_part(&self) -> usize {
        let (mut longest, mut part) = (0, 0);
        for letter in self.parts.iter().flat_map(|(_, text)| text.chars()) {
            part = if letter == ' ' { 0 } else { part + letter.width().unwrap_or(0) };
            longest = longest.max(part);
            if is_sign(letter) && part >= LONG {
                part = 0;
            }
        }
        longest
    }

    /// The same with the characters that the screen can show.
    pub(crate) fn drawn(&self, screen: Screen) -> Self {
        Self { parts: self.parts.iter().map(|(style, text)| (*style, screen.drawn(text))).collect() }
    }

    /// The lines of at most this many columns. A word that is longer is broken, after a sign if it has one.
    pub(crate) fn wrapped(&self, width: usize) -> Vec<Self> {
        let width = width.max(1);
        if self.width() <= width {
            return vec![self.clone()];
        }
        let letters: Vec<(Style, char)> =
            self.parts.iter().flat_map(|(style, text)| text.chars().map(|letter| (*style, letter))).collect();
        let mut lines = Vec::new();
        let mut rest = letters.as_slice();
        while !rest.is_empty() {
            let end = line_end(rest, width);
            let (line, after) = rest.split_at(end);
            lines.push(Self::of(line));
            let blank = after.iter().take_while(|(_, letter)| *letter == ' ').count();
            rest = &after[blank..];
        }
        lines
    }

    /// A line of letters, without the spaces at its end.
    fn of(letters: &[(Style, char)]) -> Self {
        let end = letters.iter().rposition(|(_, letter)| *letter != ' ').map_or(0, |at| at + 1);
        let mut line = Self::default();
        for (style, letter) in &letters[..end] {
            match line.parts.last_mut() {
                Some((last, text)) if last == style => text.push(*letter),
                _ => line.parts.push((*style, letter.to_string())),
            }
        }
        line
    }

    /// Writes it as one line, without a line break.
    pub(crate) fn write(&self, screen: Screen, out: &mut String) {
        for (style, text) in &self.parts {
            style.write(&text.replace(STICKY, " "), screen, out);
        }
    }
}

impl From<&str> for Styled {
    fn from(text: &str) -> Self {
        Self::new(Style::Plain, text)
    }
}

impl From<String> for Styled {
    fn from(text: String) -> Self {
        Self::new(Style::Plain, &text)
    }
}

/// Where a line of at most this many columns ends.
fn line_end(letters: &[(Style, char)], width: usize) -> usize {
    let (mut used, mut space, mut sign) = (0, None, None);
    for (at, (_, letter)) in letters.iter().enumerate() {
        if *letter == ' ' {
            space = Some(at);
        }
        used += letter.width().unwrap_or(0);
        if used > width && at > 0 {
            return match (space, sign) {
                (Some(space), _) if space > 0 => space,
                (_, Some(sign)) => sign,
                _ => at,
            };
        }
        if is_sign(*letter) {
            sign = Some(at + 1);
        }
    }
    letters.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: usize) -> Vec<String> {
        let shown = |line: &Styled| {
            let mut out = String::new();
            line.write(Screen::default(), &mut out);
            out
        };
        Styled::from(text).wrapped(width).iter().map(shown).collect()
    }

    #[test]
    fn lines_end_between_words() {
        assert_eq!(lines("one two three", 8), ["one two", "three"]);
        assert_eq!(lines("one two three", 7), ["one two", "three"]);
        assert_eq!(lines("one  two", 4), ["one", "two"]);
        assert_eq!(lines("one", 3), ["one"]);
        assert_eq!(lines("", 3), [""]);
    }

    #[test]
    fn a_long_word_is_broken_after_a_sign() {
        assert_eq!(lines("a registry.acme.dev/shop:4.2", 16), ["a", "registry.acme.", "dev/shop:4.2"]);
        assert_eq!(lines("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(lines("日本語", 4), ["日本", "語"]);
    }

    #[test]
    fn amounts_stay_whole() {
        let mut line = Styled::default();
        line.push_whole(Style::Plain, "cpu 100m,");
        line.push(Style::Plain, " ");
        line.push_whole(Style::Peak, "memory 64Mi");
        let lines: Vec<usize> = line.wrapped(13).iter().map(Styled::width).collect();
        assert_eq!(lines, ["cpu 100m,".len(), "memory 64Mi".len()]);
    }

    #[test]
    fn styles_survive_a_line_break_and_hostile_text_does_not() {
        let line = Styled::new(Style::Title, "one two").then(Style::Plain, "\x1b[31m\n");
        let mut out = String::new();
        for line in line.wrapped(4) {
            line.write(Screen { color: true, ..Screen::default() }, &mut out);
            out.push('\n');
        }
        assert_eq!(out, "\x1b[1mone\x1b[0m\n\x1b[1mtwo\x1b[0m␛\n[31m\n␊\n");
    }

    #[test]
    fn names_in_backticks_are_code() {
        let line = Styled::default().message("`a` and `b`, not ` alone");
        let code = line.parts.iter().filter(|(style, _)| *style == Style::Code);
        assert_eq!(code.map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["`a`", "`b`"]);
    }
}
