//! Holds source texts and places in them, and converts byte offsets to lines and columns.
//!
//! Invariant: a [`Span`] always lies on character boundaries of the file that it names.

mod origins;
mod span;
mod uri;

pub(crate) use origins::Origins;
pub use span::{FileId, Span};
pub(crate) use uri::uri_path;

use fnv::FnvHashMap;
use std::sync::{Arc, OnceLock};

/// The library that comes with the compiler.
pub(crate) fn std() -> &'static SourceFile {
    static STD: OnceLock<SourceFile> = OnceLock::new();
    STD.get_or_init(|| SourceFile::new(FileId::STD, "std", include_str!("std.initflow")))
}

/// Something that has places.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) trait HasPlaces {
    /// Calls `change` for every place in it.
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span));
}

/// The largest source that is read, in bytes (32 MiB): some 15,000 workloads.
pub const MAX_SOURCE_BYTES: usize = 32 << 20;

/// One source file: its name as the user gave it, and its text.
#[derive(Debug)]
pub struct SourceFile {
    /// Which file of its [`Sources`] this is.
    pub id: FileId,
    /// The name to show: a path as given, `<stdin>`, or `std`.
    pub name: String,
    /// The text.
    pub text: String,
    line_starts: OnceLock<Vec<u32>>,
    is_plain: OnceLock<bool>,
    /// The number of characters before each multiple of [`STRIDE`], so that a column needs no walk along a long line.
    characters: OnceLock<Vec<u32>>,
}

const STRIDE: usize = 1024;

impl SourceFile {
    /// Makes a file of a text.
    ///
    /// ```
    /// use initflow::source::{FileId, SourceFile};
    ///
    /// let file = SourceFile::new(FileId(0), "hello.initflow", "pod hello { }\n");
    /// assert_eq!(file.name, "hello.initflow");
    /// ```
    pub fn new(id: FileId, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
            is_plain: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }

    /// Makes a piece of a file, with a number of its own: places in the piece stay the same wherever the piece moves.
    pub(crate) fn piece(name: &str, text: impl Into<String>) -> Self {
        Self::new(FileId::next(), name, text)
    }

    /// Makes a file that several [`Sources`] can share, since no other file of this process has its number.
    ///
    /// ```
    /// use initflow::source::SourceFile;
    ///
    /// let (one, other) = (SourceFile::shared("a.yaml", ""), SourceFile::shared("a.yaml", ""));
    /// assert_ne!(one.id, other.id);
    /// ```
    pub fn shared(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(FileId::next(), name, text)
    }

    /// Whether the text has only characters of ASCII that everybody sees, and line ends.
    pub(crate) fn is_plain(&self) -> bool {
        let is_plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
        // Blocks without a way out in the middle are compared many bytes at a time.
        let all = |block: &[u8]| block.iter().fold(true, |all, byte| all & is_plain(byte));
        *self.is_plain.get_or_init(|| self.text.as_bytes().chunks(64).all(all))
    }

    /// The span of the whole text.
    pub(crate) fn span(&self) -> Span {
        Span::new(self.id, 0, self.text.len())
    }

    /// The text of a span of this file.
    ///
    /// ```
    /// use initflow::source::{FileId, SourceFile, Span};
    ///
    /// let file = SourceFile::new(FileId(0), "hello.initflow", "pod hello { }\n");
    /// assert_eq!(file.slice(Span { file: file.id, start: 4, end: 9 }), "hello");
    /// ```
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The line and column (both from 1, the column in characters) of a byte offset.
    ///
    /// ```
    /// # use initflow::source::{FileId, SourceFile};
    /// let file = SourceFile::new(FileId(0), "hello.initflow", "pod hello {\n  app wéb { }\n}\n");
    /// assert_eq!(file.line_column(21), (2, 9));
    /// ```
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).saturating_sub(1);
        (line + 1, self.characters_before(offset) - self.characters_before(starts[line]) + 1)
    }

    /// The text of the line that a byte offset is in, without its end.
    ///
    /// ```
    /// # use initflow::source::{FileId, SourceFile};
    /// let file = SourceFile::new(FileId(0), "hello.initflow", "pod hello {\n  app wéb { }\n}\n");
    /// assert_eq!(file.line_of(21), "  app wéb { }");
    /// ```
    pub fn line_of(&self, offset: u32) -> &str {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let end = starts.get(line + 1).map_or(self.text.len(), |next| *next as usize);
        self.text.get(starts[line] as usize..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    fn characters_before(&self, offset: u32) -> usize {
        let offset = (offset as usize).min(self.text.len());
        let bytes = self.text.as_bytes();
        let marks = self.characters.get_or_init(|| {
            let counts = bytes.chunks(STRIDE).scan(0, |total, chunk| {
                *total += count_characters(chunk);
                Some(Span::new(self.id, 0, *total).end)
            });
            std::iter::once(0).chain(counts).collect()
        });
        let mark = offset / STRIDE;
        marks[mark] as usize + count_characters(&bytes[mark * STRIDE..offset])
    }

    /// The byte offset at which each line starts.
    pub(crate) fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(newlines.map(|(at, _)| Span::new(self.id, at, at + 1).end)).collect()
        })
    }
}

/// Every character has exactly one byte that does not continue another.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// All files of one compilation.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
    pieces: FnvHashMap<FileId, PieceOfFile>,
    shared: FnvHashMap<FileId, Arc<SourceFile>>,
}

/// A [piece](SourceFile::piece) of a file, or a text that was made of one.
#[derive(Debug)]
struct PieceOfFile {
    piece: Arc<SourceFile>,
    file: FileId,
    place: PiecePlace,
}

/// Where in the file a piece comes from.
#[derive(Debug)]
enum PiecePlace {
    /// It begins at this offset.
    At(u32),
    /// Its parts come from different places.
    Made(Arc<Origins>),
}

impl Sources {
    /// Adds a file and returns its [`FileId`].
    ///
    /// ```
    /// use initflow::source::Sources;
    ///
    /// let mut sources = Sources::default();
    /// let file = sources.add("hello.initflow", "pod hello { }\n");
    /// assert_eq!(sources.get(file).name, "hello.initflow");
    /// ```
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = self.next_id();
        self.files.push(Arc::new(SourceFile::new(id, name, text)));
        id
    }

    fn next_id(&self) -> FileId {
        FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX))
    }

    /// Adds a file in pieces, each with the place where it begins. The places of its tree are places in the pieces.
    pub(crate) fn add_in_pieces<'p>(
        &mut self,
        file: &Arc<SourceFile>,
        pieces: impl Iterator<Item = (&'p Arc<SourceFile>, u32)>,
    ) -> FileId {
        let id = self.next_id();
        self.files.push(Arc::clone(file));
        self.pieces.extend(pieces.map(|(piece, start)| {
            (piece.id, PieceOfFile { piece: Arc::clone(piece), file: id, place: PiecePlace::At(start) })
        }));
        id
    }

    /// Adds a file of others under a number that no file of this process has: messages can point into it.
    pub(crate) fn share(&mut self, id: FileId, file: &Arc<SourceFile>) {
        self.shared.entry(id).or_insert_with(|| Arc::clone(file));
    }

    /// Adds a file of which a text was made; it has a number of its own, see [`SourceFile::shared`]. The places of the text's tree are places in the text.
    pub(crate) fn add_made(
        &mut self,
        file: &Arc<SourceFile>,
        made: &Arc<SourceFile>,
        origins: &Arc<Origins>,
    ) {
        self.files.push(Arc::clone(file));
        self.share(file.id, file);
        let place = PiecePlace::Made(Arc::clone(origins));
        self.pieces.insert(made.id, PieceOfFile { piece: Arc::clone(made), file: file.id, place });
    }

    /// The place in its file, if it is in a piece of one.
    pub(crate) fn in_file(&self, span: Span) -> Span {
        match self.pieces.get(&span.file) {
            Some(PieceOfFile { file, place: PiecePlace::At(start), .. }) => {
                Span { file: *file, start: span.start + start, end: span.end + start }
            }
            Some(PieceOfFile { piece, file, place: PiecePlace::Made(origins) }) => {
                let origin = origins.of(&span.range(), &piece.text, &self.get(*file).text);
                origin.unwrap_or(Span { file: *file, start: 0, end: 0 })
            }
            None => span,
        }
    }

    /// The file of an id that this `Sources` returned, or of [`FileId::STD`].
    ///
    /// ```
    /// use initflow::compile::{CompileOptions, NoFiles, compile};
    ///
    /// let compilation = compile("hello.initflow", "pod hello { }".into(), &NoFiles, &CompileOptions::default());
    /// let place = compilation.diagnostics[0].primary.span;
    /// let file = compilation.sources.get(place.file);
    /// assert_eq!((file.name.as_str(), file.line_column(place.start)), ("hello.initflow", (1, 1)));
    /// ```
    pub fn get(&self, id: FileId) -> &SourceFile {
        match self.files.get(id.0 as usize) {
            Some(file) => file,
            None => match self.pieces.get(&id) {
                Some(piece) => &piece.piece,
                None => match self.shared.get(&id) {
                    Some(file) => file,
                    None => std(),
                },
            },
        }
    }

    /// The file of an id, if it was added to this.
    pub(crate) fn file(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        self.files.get(id.0 as usize).or_else(|| self.shared.get(&id))
    }

    /// All files, in the order in which they were added.
    ///
    /// ```
    /// use initflow::source::Sources;
    ///
    /// let mut sources = Sources::default();
    /// sources.add("hello.initflow", "pod hello { }\n");
    /// assert_eq!(sources.files().len(), 1);
    /// ```
    pub fn files(&self) -> &[Arc<SourceFile>] {
        &self.files
    }

    /// The text of a span.
    ///
    /// ```
    /// use initflow::source::{Sources, Span};
    ///
    /// let mut sources = Sources::default();
    /// let file = sources.add("hello.initflow", "pod hello { }\n");
    /// assert_eq!(sources.slice(Span { file, start: 4, end: 9 }), "hello");
    /// ```
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).slice(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_the_start_of_the_line() {
        let text = format!("ä\n{}x\n", "é".repeat(3000));
        let file = SourceFile::new(FileId(0), "a", text);
        assert_eq!(file.line_column(0), (1, 1));
        assert_eq!(file.line_column(3), (2, 1));
        assert_eq!(file.line_column(3 + 6000), (2, 3001));
        assert_eq!(file.line_column(file.span().end), (3, 1));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        let file = SourceFile::new(FileId(0), "a", "");
        assert_eq!(file.line_column(9), (1, 1));
    }
}
