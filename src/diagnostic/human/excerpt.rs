//! Cuts out the source lines that a diagnostic points to, clipped and made safe to print.
//!
//! Invariant: an excerpt's size depends only on the number of its places, and every line keeps its number.

use crate::diagnostic::visible::visible;
use crate::source::{FileId, SourceFile, Sources, Span};
use codespan_reporting::files::{Error, Files};
use std::collections::BTreeMap;
use std::ops::Range;

/// The most characters of a line that are shown, and how many of them come before the first place in it.
pub(super) const WIDTH: usize = 140;
const BEFORE: usize = 40;

/// The excerpts of the sources that one diagnostic points to.
#[derive(Default)]
pub(super) struct Excerpts {
    files: BTreeMap<FileId, Excerpt>,
}

#[derive(Default)]
struct Excerpt {
    name: String,
    text: String,
    lines: BTreeMap<usize, ExcerptLine>,
}

/// One line of an excerpt.
struct ExcerptLine {
    /// Its range in the text of the excerpt.
    range: Range<usize>,
    /// For each character shown: its offset in the source, and in the excerpt; and one past the last.
    marks: Vec<(usize, usize)>,
    /// The number of characters of the source's line before the first that is shown.
    skipped: usize,
}

impl Excerpts {
    /// Cuts out the lines at which the places start.
    ///
    /// A line has at most `width` characters.
    pub(super) fn around(sources: &Sources, places: impl Iterator<Item = Span>, width: usize) -> Self {
        let mut wanted: BTreeMap<FileId, BTreeMap<usize, usize>> = BTreeMap::new();
        for span in places {
            let file = sources.get(span.file);
            let start = clamp(file, span).start;
            // The first place on a line decides which part of a long line is shown; the primary place comes first.
            wanted.entry(span.file).or_default().entry(line_index(file, start)).or_insert(start);
        }
        let files = wanted.into_iter().map(|(id, lines)| (id, Excerpt::new(sources.get(id), &lines, width)));
        Self { files: files.collect() }
    }

    /// The place of a span in its excerpt; only the first line if the span has several.
    pub(super) fn range(&self, sources: &Sources, span: Span) -> Range<usize> {
        let file = sources.get(span.file);
        let range = clamp(file, span);
        let line =
            self.files.get(&span.file).and_then(|excerpt| excerpt.lines.get(&line_index(file, range.start)));
        line.map_or(0..0, |line| line.place(range.start)..line.place(range.end))
    }

    fn excerpt(&self, id: FileId) -> Result<&Excerpt, Error> {
        self.files.get(&id).ok_or(Error::FileMissing)
    }

    fn line(&self, id: FileId, index: usize) -> Result<&ExcerptLine, Error> {
        self.excerpt(id)?.lines.get(&index).ok_or(Error::LineTooLarge { given: index, max: 0 })
    }
}

impl Excerpt {
    /// Takes the lines with these indices, each around an offset, and any single line between two of them.
    fn new(file: &SourceFile, wanted: &BTreeMap<usize, usize>, width: usize) -> Self {
        let mut excerpt = Self { name: file.name.chars().map(visible).collect(), ..Self::default() };
        let mut last = None;
        for (&index, &around) in wanted {
            if last.is_some_and(|last: usize| last + 2 == index) {
                excerpt.push(file, index - 1, bounds(file, index - 1).start, width);
            }
            excerpt.push(file, index, around, width);
            last = Some(index);
        }
        excerpt
    }

    fn push(&mut self, file: &SourceFile, index: usize, around: usize, width: usize) {
        let line = bounds(file, index);
        let window = window(file, &line, around, width);
        let start = self.text.len();
        if window.start > line.start {
            self.text.push('…');
        }
        let mut marks = Vec::new();
        for (at, character) in file.text[window.clone()].char_indices() {
            marks.push((window.start + at, self.text.len()));
            self.text.push(if character == '\t' { '\t' } else { visible(character) });
        }
        marks.push((window.end, self.text.len()));
        if window.end < line.end {
            self.text.push('…');
        }
        // A span may end at the line's end, so the next line must not start at the same offset.
        let end = self.text.len();
        self.text.push('\n');
        let skipped = file.line_column(offset(window.start)).1 - 1;
        self.lines.insert(index, ExcerptLine { range: start..end, marks, skipped });
    }
}

impl ExcerptLine {
    /// The place in the excerpt of an offset in the source, or the nearest place that is shown.
    fn place(&self, source: usize) -> usize {
        let at = self.marks.partition_point(|(from, _)| *from < source);
        self.marks.get(at).or(self.marks.last()).map_or(self.range.end, |(_, to)| *to)
    }
}

fn offset(bytes: usize) -> u32 {
    Span::new(FileId(0), 0, bytes).end
}

fn clamp(file: &SourceFile, span: Span) -> Range<usize> {
    let end = span.range().end.min(file.text.len());
    span.range().start.min(end)..end
}

fn line_index(file: &SourceFile, at: usize) -> usize {
    file.line_column(offset(at)).0 - 1
}

/// The bytes of a line, without its end.
fn bounds(file: &SourceFile, index: usize) -> Range<usize> {
    let start = file.line_starts()[index] as usize;
    let end = file.line_starts().get(index + 1).map_or(file.text.len(), |next| *next as usize - 1);
    let line = &file.text[start..end];
    start..start + line.strip_suffix('\r').unwrap_or(line).len()
}

/// The part of a line to show, around an offset.
fn window(file: &SourceFile, line: &Range<usize>, around: usize, width: usize) -> Range<usize> {
    let around = around.clamp(line.start, line.end);
    // A character has at least one byte: a line with few bytes is shown whole without counting.
    if line.len() <= width {
        return line.clone();
    }
    let start = file.text[line.start..around].char_indices().rev().take(BEFORE.min(width / 2)).last();
    let start = start.map_or(around, |(at, _)| line.start + at);
    let end = file.text[start..line.end].char_indices().nth(width).map_or(line.end, |(at, _)| start + at);
    start..end
}

impl<'a> Files<'a> for Excerpts {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.excerpt(id)?.name)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.excerpt(id)?.text)
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        let lines = &self.excerpt(id)?.lines;
        let line = lines.iter().rev().find(|(_, line)| line.range.start <= byte_index);
        line.map(|(index, _)| *index).ok_or(Error::FileMissing)
    }

    fn column_number(&'a self, id: FileId, line_index: usize, byte_index: usize) -> Result<usize, Error> {
        let line = self.line(id, line_index)?;
        Ok(line.skipped + line.marks.partition_point(|(_, to)| *to < byte_index) + 1)
    }

    fn line_range(&'a self, id: FileId, line_index: usize) -> Result<Range<usize>, Error> {
        Ok(self.line(id, line_index)?.range.clone())
    }
}
