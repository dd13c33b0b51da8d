//! Converts between byte offsets and an editor's positions.
//!
//! Invariant: every position of an editor maps to an offset on a character boundary, even one beyond a line or the text.

use crate::diagnostic::Edit;
use crate::ide::Range32;
use lsp_types::{Position, PositionEncodingKind, TextEdit};
use std::ops::Range;

/// The unit in which an editor counts columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 units, the default of the protocol.
    #[default]
    Utf16,
}

impl Encoding {
    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// Where the lines of a text start, as editors see them: `\n`, `\r\n` and `\r` end a line.
#[derive(Debug)]
pub(super) struct LineIndex {
    starts: Vec<u32>,
    encoding: Encoding,
}

impl LineIndex {
    pub(super) fn new(text: &str, encoding: Encoding) -> Self {
        Self { starts: std::iter::once(0).chain(starts_in(text, 0..text.len())).collect(), encoding }
    }

    /// The unit in which columns are counted.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The lines after an edit that replaced `gone` by `length` bytes and led to `text`. Only the edited lines are read.
    #[must_use]
    pub(super) fn edited(&self, text: &str, gone: &Range<usize>, length: usize) -> Self {
        // A line end may be two characters, of which the edit may separate or join one.
        let before = self.starts.partition_point(|start| (*start as usize) < gone.start).max(1);
        let after = self.starts.partition_point(|start| *start as usize <= gone.end + 1).max(before);
        let moved = |start: &u32| narrow(*start as usize - gone.len() + length);
        let read = self.starts[before - 1] as usize
            ..self.starts.get(after).map_or(text.len(), |next| moved(next) as usize - 1);
        let mut starts = Vec::with_capacity(self.starts.len() + 1);
        starts.extend_from_slice(&self.starts[..before]);
        starts.extend(starts_in(text, read));
        starts.extend(self.starts[after..].iter().map(moved));
        Self { starts, encoding: self.encoding }
    }

    /// The offset of a position.
    pub(super) fn offset(&self, text: &str, position: Position) -> usize {
        let Some(start) = self.starts.get(position.line as usize) else { return text.len() };
        let start = *start as usize;
        let end = self.starts.get(position.line as usize + 1).map_or(text.len(), |next| *next as usize);
        let line = text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let column = position.character as usize;
        let mut units = 0;
        for (at, char) in line.char_indices() {
            if units >= column {
                return start + at;
            }
            units += self.width(char);
        }
        start + line.len()
    }

    /// The position of an offset.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1);
        let start = self.starts.get(line).map_or(0, |start| *start as usize);
        let before = text.get(start..offset).unwrap_or_default();
        let units = match self.encoding {
            Encoding::Utf8 => before.len(),
            // A line may be the whole text, and many places may be in it.
            Encoding::Utf16 if before.is_ascii() => before.len(),
            // A character of four bytes is two units; these two counts are faster than one over the characters.
            Encoding::Utf16 => before.chars().count() + before.bytes().filter(|byte| *byte >= 0xf0).count(),
        };
        Position { line: narrow(line), character: narrow(units) }
    }

    /// An edit in the form of the protocol.
    pub(super) fn edit(&self, text: &str, edit: &Edit) -> TextEdit {
        TextEdit { range: self.range(text, edit.span), new_text: edit.text.clone() }
    }

    /// The range of a range of bytes.
    pub(super) fn range(&self, text: &str, range: impl Into<Range32>) -> lsp_types::Range {
        let range = range.into().range();
        lsp_types::Range { start: self.position(text, range.start), end: self.position(text, range.end) }
    }

    fn width(&self, char: char) -> usize {
        match self.encoding {
            Encoding::Utf8 => char.len_utf8(),
            Encoding::Utf16 => char.len_utf16(),
        }
    }
}

/// The starts of the lines after the line ends in a range.
fn starts_in(text: &str, range: Range<usize>) -> impl Iterator<Item = u32> {
    let bytes = text.as_bytes();
    let is_end = move |at: &usize| match bytes[*at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    range.filter(is_end).map(|at| narrow(at + 1))
}

/// Texts are far shorter than 4 GiB.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_the_agreed_units() {
        let text = "a\r\n\u{1F980}é x\ry\n";
        for (encoding, column) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3)] {
            let lines = LineIndex::new(text, encoding);
            let position = Position { line: 1, character: column };
            assert_eq!(lines.offset(text, position), 9);
            assert_eq!(lines.position(text, 9), position);
        }
    }

    #[test]
    fn every_offset_comes_back() {
        let text = "ab\n\n\u{1F980}\r\nc\rd";
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = LineIndex::new(text, encoding);
            for (offset, _) in text.char_indices().filter(|(_, char)| *char != '\n' && *char != '\r') {
                assert_eq!(lines.offset(text, lines.position(text, offset)), offset);
            }
        }
    }

    #[test]
    fn lines_follow_edits() {
        let texts = ["", "a", "\n", "\r", "a\r\nb", "\n\n", "b\rc\n", "\r\n\r\n"];
        for before in texts.iter().flat_map(|one| texts.iter().map(move |other| format!("{one}{other}"))) {
            for (start, end) in
                (0..=before.len()).flat_map(|start| (start..=before.len()).map(move |end| (start, end)))
            {
                for new in texts {
                    let mut text = before.clone();
                    text.replace_range(start..end, new);
                    let edited =
                        LineIndex::new(&before, Encoding::Utf8).edited(&text, &(start..end), new.len());
                    assert_eq!(
                        edited.starts,
                        LineIndex::new(&text, Encoding::Utf8).starts,
                        "{before:?} {start} {end} {new:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_position_beyond_is_the_end() {
        let lines = LineIndex::new("ab\ncd", Encoding::Utf16);
        assert_eq!(lines.offset("ab\ncd", Position { line: 0, character: 9 }), 2);
        assert_eq!(lines.offset("ab\ncd", Position { line: 9, character: 0 }), 5);
    }
}
