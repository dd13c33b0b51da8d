//! Parses a text in pieces, so that after an edit only the pieces that changed are parsed again.
//!
//! Invariant: the pieces have together what [`parse`] makes of the whole text. A piece has its own number, so its places
//! stay the same when it moves.

use super::grammar::{self, Token};
use super::stretches::{Assembled, Balance, Contents, Scanned, joined, scan};
use super::tree::Document;
use super::{MAX_ERRORS, Parse, foreign, parse};
use crate::source::{FileId, HasPlaces, SourceFile, Span};
use std::sync::Arc;

/// A file in pieces.
#[derive(Clone, Debug)]
pub(crate) struct Pieces {
    /// What the text is cut into.
    stretches: Vec<Stretch>,
    /// The pieces, in the order of the text.
    all: Vec<PlacedPiece>,
}

/// A piece of a file, parsed.
#[derive(Debug)]
pub(crate) struct ParsedPiece {
    /// Its text, with the name of the file.
    pub(crate) source: Arc<SourceFile>,
    /// Its tree and its syntax errors.
    pub(crate) parse: Parse,
    /// Whether it consists of several stretches.
    is_joined: bool,
}

/// A piece, and where it begins in its file.
#[derive(Clone, Debug)]
pub(crate) struct PlacedPiece {
    /// The first byte.
    pub(crate) start: u32,
    /// The piece.
    pub(crate) piece: Arc<ParsedPiece>,
}

/// A stretch of the text: a piece, unless its braces belong to those of others.
#[derive(Clone, Debug)]
struct Stretch {
    /// Its length, in bytes.
    length: usize,
    tokens: usize,
    balance: Balance,
    /// Whether the text after it decides how far it goes.
    is_open: bool,
    piece: Arc<ParsedPiece>,
}

impl Pieces {
    /// Parses a file. What `known`, the pieces of its earlier text, has in common with the text is not parsed again.
    pub(crate) fn of(source: &SourceFile, known: Option<(&Self, &str)>) -> Self {
        let is_foreign = foreign::recognized(source).is_some();
        let stretches = if is_foreign { None } else { stretches(source, known) };
        let pieces =
            stretches.map(|stretches| Self::joined(source, stretches, known.map(|(known, _)| known)));
        let has_all = |pieces: &Self| {
            pieces.all.iter().map(|placed| placed.piece.parse.errors.len()).sum::<usize>() < MAX_ERRORS
        };
        pieces.filter(has_all).unwrap_or_else(|| Self::in_one(source))
    }

    /// Parses a file as one piece.
    fn in_one(source: &SourceFile) -> Self {
        let own = SourceFile::piece(&source.name, &source.text);
        let parse = parse(&own);
        let piece = Arc::new(ParsedPiece { source: Arc::new(own), parse, is_joined: true });
        Self { stretches: Vec::new(), all: vec![PlacedPiece { start: 0, piece }] }
    }

    /// Joins the stretches whose braces belong together.
    fn joined(source: &SourceFile, stretches: Vec<Stretch>, known: Option<&Self>) -> Self {
        let known = known.iter().flat_map(|known| &known.all).map(|placed| &placed.piece);
        let mut known: Vec<&Arc<ParsedPiece>> = known.filter(|piece| piece.is_joined).collect();
        let mut all = Vec::with_capacity(stretches.len());
        let mut rest = stretches.as_slice();
        let mut start = grammar::start(&source.text);
        while !rest.is_empty() {
            let count = joined(rest.iter().map(|stretch| stretch.balance)).unwrap_or(1);
            let (group, others) = rest.split_at(count);
            let end = start + group.iter().map(|stretch| stretch.length).sum::<usize>();
            let piece = match group {
                [one] => Arc::clone(&one.piece),
                _ => {
                    let text = &source.text[start..end];
                    let same = known.iter().position(|piece| piece.source.text == text);
                    same.map_or_else(
                        || Arc::new(ParsedPiece::of_several(&source.name, text)),
                        |at| Arc::clone(known.swap_remove(at)),
                    )
                }
            };
            all.push(PlacedPiece { start: offset(start), piece });
            (start, rest) = (end, others);
        }
        Self { stretches, all }
    }

    /// The pieces, in the order of the text.
    pub(crate) fn all(&self) -> &[PlacedPiece] {
        &self.all
    }

    /// The tree and the errors of the whole text, whose places are in `file`.
    pub(crate) fn whole(&self, file: FileId) -> Parse {
        let mut document = Document::default();
        let mut errors = Vec::new();
        for PlacedPiece { start, piece } in &self.all {
            let mut moved =
                |span: &mut Span| *span = Span { file, start: span.start + start, end: span.end + start };
            let Document { statements, comments } = &*piece.parse.document;
            document.statements.extend(statements.iter().cloned().map(|mut statement| {
                statement.each_place(&mut moved);
                statement
            }));
            document.comments.extend(comments.iter().copied().map(|mut comment| {
                moved(&mut comment);
                comment
            }));
            errors.extend(piece.parse.errors.iter().cloned().map(|mut error| {
                error.each_place(&mut moved);
                error
            }));
        }
        Parse { document: Arc::new(document), errors }
    }
}

impl ParsedPiece {
    /// Parses a stretch.
    fn of_one(name: &str, text: &str, scanned: &Scanned) -> (Self, Balance) {
        let source = SourceFile::piece(name, &text[scanned.range.clone()]);
        let moved = |at: u32| at - offset(scanned.range.start);
        let tokens = scanned.tokens.iter();
        let tokens: Vec<Token> = tokens
            .map(|token| Token { start: moved(token.start), end: moved(token.end), ..*token })
            .collect();
        let contents = Contents::of(&source, &tokens);
        let balance = contents.balance;
        (Self::assembled(source, contents, false), balance)
    }

    /// Parses stretches whose braces belong together.
    fn of_several(name: &str, text: &str) -> Self {
        let source = SourceFile::piece(name, text);
        let mut contents: Option<Contents> = None;
        let mut start = 0;
        while let Some(scanned) = (start < text.len()).then(|| scan(text, start).ok()).flatten() {
            start = scanned.range.end;
            let next = Contents::of(&source, &scanned.tokens);
            contents = Some(match contents {
                Some(contents) => contents.and(next),
                None => next,
            });
        }
        Self::assembled(source, contents.unwrap_or_default(), true)
    }

    fn assembled(source: SourceFile, contents: Contents, is_joined: bool) -> Self {
        let Assembled { statements, comments, mut errors } = contents.assemble(&source);
        errors.sort_by_key(|error| error.primary.span.start);
        let parse = Parse { document: Arc::new(Document { statements, comments }), errors };
        Self { source: Arc::new(source), parse, is_joined }
    }
}

/// The stretches of a text; `None` if it is beyond the limits.
fn stretches(source: &SourceFile, known: Option<(&Pieces, &str)>) -> Option<Vec<Stretch>> {
    let text = source.text.as_str();
    let first = grammar::start(text);
    let mut known = known.map(|(known, before)| Unchanged::of(known, before, text));
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut start = first;
    while start < text.len() {
        let same = known.as_mut().and_then(|known| known.at(start));
        let stretch = match same {
            Some(same) => same.clone(),
            None => {
                let scanned = scan(text, start).ok()?;
                let (piece, balance) = ParsedPiece::of_one(&source.name, text, &scanned);
                Stretch {
                    length: scanned.range.len(),
                    tokens: scanned.tokens.len(),
                    balance,
                    is_open: scanned.is_open,
                    piece: Arc::new(piece),
                }
            }
        };
        start += stretch.length;
        stretches.push(stretch);
    }
    let tokens: usize = stretches.iter().map(|stretch| stretch.tokens).sum();
    (tokens <= grammar::MAX_TOKENS).then_some(stretches)
}

/// The stretches of an earlier text, and what the text has in common with it.
struct Unchanged<'k> {
    rest: &'k [Stretch],
    /// Where the first of them began in the earlier text.
    start: usize,
    /// The lengths of the two texts.
    lengths: (usize, usize),
    /// How many bytes are the same at the start and, apart from these, at the end.
    same: (usize, usize),
}

impl<'k> Unchanged<'k> {
    fn of(known: &'k Pieces, before: &str, now: &str) -> Self {
        let (one, other) = (before.as_bytes(), now.as_bytes());
        let from_start = same_at_start(one, other);
        let from_end = same_at_end(&one[from_start..], &other[from_start..]);
        Self {
            rest: &known.stretches,
            start: grammar::start(before),
            lengths: (before.len(), now.len()),
            same: (from_start, from_end),
        }
    }

    /// The known stretch that begins at a place of the new text, if it and the end of its last line are unchanged.
    fn at(&mut self, start: usize) -> Option<&'k Stretch> {
        let (before, now) = self.lengths;
        let (from_start, from_end) = self.same;
        let in_end = start >= now - from_end;
        let start = if in_end { start + before - now } else { start };
        while self.start < start {
            let (first, rest) = self.rest.split_first()?;
            self.start += first.length;
            self.rest = rest;
        }
        let found = self.rest.first().filter(|found| self.start == start && !found.is_open)?;
        let end = start + found.length;
        // The last stretch may go on in the new text.
        let is_whole = end < before || before == now;
        (in_end || (end <= from_start && is_whole)).then_some(found)
    }
}

/// How many bytes are compared at once.
const BLOCK: usize = 4096;

/// How many bytes two texts have in common at their start.
fn same_at_start(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let same = BLOCK * blocks.take_while(|(one, other)| one == other).count();
    same + one[same..].iter().zip(&other[same..]).take_while(|(one, other)| one == other).count()
}

/// How many bytes two texts have in common at their end.
fn same_at_end(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.rchunks_exact(BLOCK).zip(other.rchunks_exact(BLOCK));
    let same = BLOCK * blocks.take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[..one.len() - same], &other[..other.len() - same]);
    same + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

/// A text is at most [`MAX_SOURCE_BYTES`](crate::source::MAX_SOURCE_BYTES) long.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
