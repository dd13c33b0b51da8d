//! Names files, and stretches of their texts.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

/// Identifies one file of a `Sources`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The library that comes with the compiler, which is the same file in every `Sources`.
    pub const STD: Self = Self(u32::MAX);

    /// A number that no other text of this process has: see [`SourceFile::piece`].
    pub(crate) fn next() -> Self {
        // Files have the numbers from 0 on, and a program has far fewer than this.
        static NEXT: AtomicU32 = AtomicU32::new(1 << 20);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A stretch of one file, in bytes; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span out of byte offsets.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        // A source is at most MAX_SOURCE_BYTES long, so its offsets fit.
        let offset = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        Self { file, start: offset(start), end: offset(end) }
    }

    /// The smallest span that holds both; `other` must be in the same file.
    ///
    /// ```
    /// use initflow::source::{FileId, Span};
    ///
    /// let span = |start, end| Span { file: FileId(0), start, end };
    /// assert_eq!(span(2, 4).to(span(7, 9)), span(2, 9));
    /// ```
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at the end of this one.
    #[must_use]
    pub(crate) fn after(self) -> Self {
        Self { start: self.end, ..self }
    }

    /// The byte range.
    ///
    /// ```
    /// use initflow::source::{FileId, Span};
    ///
    /// let span = Span { file: FileId(0), start: 4, end: 9 };
    /// assert_eq!(&"pod hello { }"[span.range()], "hello");
    /// ```
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}
