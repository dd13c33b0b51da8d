//! Finds where the pieces of a text come from that was made of another file.

use super::span::Span;
use std::ops::Range;

/// Where the pieces of a text come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// The pieces; nested ones come after those that contain them.
    marks: Vec<(Range<usize>, Span)>,
}

impl Origins {
    /// Begins a piece of the text; returns its number.
    pub(crate) fn begin(&mut self, at: usize, origin: Span) -> usize {
        self.marks.push((at..at, origin));
        self.marks.len() - 1
    }

    /// Ends a piece.
    pub(crate) fn end(&mut self, piece: usize, at: usize) {
        if let Some((range, _)) = self.marks.get_mut(piece) {
            range.end = at;
        }
    }

    /// The place that a stretch of the text comes from: the same stretch if the original has it literally, else what it is a
    /// part of.
    pub(crate) fn of(&self, range: &Range<usize>, made: &str, original: &str) -> Option<Span> {
        let before = self.marks.partition_point(|(mark, _)| mark.start <= range.start);
        let (mark, origin) = self.marks[..before].iter().rev().find(|(mark, _)| range.end <= mark.end)?;
        let find = |part: &str| {
            let before = made.get(mark.start..range.start)?.matches(part).count();
            let (at, _) = original.get(origin.range())?.match_indices(part).nth(before)?;
            let start = origin.range().start + at;
            Some(Span::new(origin.file, start, start + part.len()))
        };
        let literally = || {
            let part = made.get(range.clone()).filter(|part| part.len() > 1 && *range != *mark)?;
            // A text need not have quotes in the original.
            let plain = || part.strip_prefix('"')?.strip_suffix('"').filter(|plain| plain.len() > 1);
            find(part).or_else(|| find(plain()?))
        };
        Some(literally().unwrap_or(*origin))
    }
}
