//! Says what a text for people is written on, and writes it there: words wrapped at the width, colors, and the characters
//! that a terminal can show.
//!
//! Invariant: only a `Style` and a link write escape sequences; the texts themselves have none.

mod page;
mod styled;
mod table;

pub(crate) use page::Page;
pub(crate) use styled::{Style, Styled};
pub(crate) use table::{Column, Table};

/// What a text is written on. The default is a file or another program: whole lines, without colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// The number of columns; `None` keeps every line whole.
    pub width: Option<usize>,
    /// Whether to write the terminal's color codes.
    pub color: bool,
    /// Whether the terminal opens links (OSC 8).
    pub links: bool,
    /// Whether to draw with ASCII characters alone.
    pub ascii: bool,
}

impl Screen {
    /// A file or another program, with lines that have at most this many columns.
    #[must_use]
    pub fn of_width(width: usize) -> Self {
        Self { width: Some(width), ..Self::default() }
    }

    /// Replaces the characters that the compiler draws with; the letters of names and texts stay.
    pub(crate) fn drawn(self, text: &str) -> String {
        if !self.ascii || text.is_ascii() {
            return text.to_owned();
        }
        let mut drawn = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '…' => drawn.push_str("..."),
                '→' => drawn.push_str("->"),
                '·' | '─' | '–' => drawn.push('-'),
                '│' => drawn.push('|'),
                '•' => drawn.push('*'),
                '≤' => drawn.push_str("<="),
                '≥' => drawn.push_str(">="),
                '×' => drawn.push('x'),
                '\u{2400}'..='\u{2426}' | '\u{fffd}' => drawn.push('?'),
                _ => drawn.push(letter),
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_without_unicode_gets_ascii() {
        let screen = Screen { ascii: true, ..Screen::default() };
        assert_eq!(screen.drawn("1 → 2 …"), "1 -> 2 ...");
        assert_eq!(screen.drawn("Käse ␛"), "Käse ?");
        assert_eq!(Screen::default().drawn("1 → 2 …"), "1 → 2 …");
    }
}
