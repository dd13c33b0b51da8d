//! Cuts a text into stretches, reads them, and joins those whose braces belong together.
//!
//! Invariant: what a stretch becomes depends on its own text alone, so that after an edit the others need not be read again.

use super::grammar::{self, Rule, Stop, Token};
use super::reader::{BlockItem, ItemKind, SyntaxReader};
use super::tree::Statement;
use super::{MAX_ERRORS, blocks};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::ops::Range;

/// How much text is scanned at a time on one core: pest's bookkeeping takes far more memory than the text.
const CHUNK: usize = 1 << 16;

/// How many chunks are scanned at a time, on all cores.
const BATCH: usize = 16;

/// The most stretches that are joined.
const MAX_JOINED: usize = 4096;

/// The tokens of one stretch.
pub(super) struct Scanned {
    pub(super) range: Range<usize>,
    pub(super) tokens: Vec<Token>,
    /// Whether something in it is still open at its end. Then the text after it decides how far it goes.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(super) is_open: bool,
}

/// How the braces of a stretch balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Balance {
    /// The depth at its end, if it starts at 0.
    end: i32,
    /// The lowest depth in it.
    lowest: i32,
}

/// What a stretch consists of.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) balance: Balance,
    items: Vec<BlockItem>,
    statements: Vec<Statement>,
    comments: Vec<Span>,
    errors: Vec<Diagnostic>,
}

/// The statements of a text, with its comments and its errors.
#[derive(Default)]
pub(super) struct Assembled {
    pub(super) statements: Vec<Statement>,
    pub(super) comments: Vec<Span>,
    pub(super) errors: Vec<Diagnostic>,
}

/// Reads a text, stretch by stretch.
pub(super) fn read(source: &SourceFile) -> Result<Assembled, Stop> {
    read_at_most(grammar::MAX_TOKENS, source)
}

fn read_at_most(most: usize, source: &SourceFile) -> Result<Assembled, Stop> {
    let text = source.text.as_str();
    let mut room = most;
    let mut assembler = Assembler { source, waiting: Vec::new(), made: Assembled::default() };
    let mut start = grammar::start(text);
    let mut take = |start: &mut usize, scanned: &Scanned| {
        *start = scanned.range.end;
        if let Some(first) = scanned.tokens.get(room) {
            return Err(Stop::TooMany(first.start as usize));
        }
        room -= scanned.tokens.len();
        Ok(assembler.add(Contents::of(source, &scanned.tokens)))
    };
    let mut goes_on = true;
    let mut batch = chunks(text, start);
    if batch.len() > 1 {
        let mut scanned = scan_all(text, &batch);
        while goes_on && !scanned.is_empty() {
            batch = chunks(text, batch.last().map_or(text.len(), |last| last.end));
            // The next chunks are scanned while the previous ones are processed.
            let take_all = || {
                for chunk in scanned {
                    for one in chunk? {
                        // A stretch that went on after its own end has taken in what follows.
                        while start < one.range.start && goes_on {
                            let missing = scan(text, start)?;
                            goes_on = take(&mut start, &missing)?;
                        }
                        if start == one.range.start && goes_on {
                            goes_on = take(&mut start, &one)?;
                        }
                    }
                }
                Ok(())
            };
            let (next, taken) = rayon::join(|| scan_all(text, &batch), take_all);
            taken?;
            scanned = next;
        }
    }
    while start < text.len() && goes_on {
        let scanned = scan(text, start)?;
        goes_on = take(&mut start, &scanned)?;
    }
    Ok(assembler.finish())
}

/// The next chunks of a text, each of whole stretches.
fn chunks(text: &str, start: usize) -> Vec<Range<usize>> {
    let end_of = |start: usize| cut(text, text.len().min(start + CHUNK));
    let ends = std::iter::successors(Some(start), |start| (*start < text.len()).then(|| end_of(*start)));
    let ends: Vec<usize> = ends.take(BATCH + 1).collect();
    ends.windows(2).map(|ends| ends[0]..ends[1]).collect()
}

fn scan_all(text: &str, chunks: &[Range<usize>]) -> Vec<Result<Vec<Scanned>, Stop>> {
    let scan_chunk = |chunk: &Range<usize>| {
        let mut start = chunk.start;
        let mut all = Vec::new();
        while start < chunk.end {
            let scanned = scan(text, start)?;
            start = scanned.range.end;
            all.push(scanned);
        }
        Ok(all)
    };
    chunks.par_iter().map(scan_chunk).collect()
}

/// Scans the stretch that starts at a place.
pub(super) fn scan(text: &str, start: usize) -> Result<Scanned, Stop> {
    let mut range = start..cut(text, start);
    let mut is_open = false;
    loop {
        let tokens = grammar::scan(text, &range)?;
        let open = tokens_left_open(text, &tokens);
        is_open |= !open.is_empty();
        let rest = &text[range.end..];
        let Some(goes_to) = open.into_iter().filter_map(|open| open.end_in(rest)).max() else {
            return Ok(Scanned { range, tokens, is_open });
        };
        // At least twice as long, so that the total cost is linear.
        let at_least = text.len().min(range.end + range.len());
        range.end = cut(text, (range.end + goes_to).max(at_least));
    }
}

/// The next place where a text can be cut: after a line that consists of a `}`. A string's lines are indented, and no
/// bracket goes on after a brace.
fn cut(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let ends_line = |at: usize| match &bytes[at..] {
        [b'\r', b'\n', ..] => Some(at + 2),
        [b'\n', ..] => Some(at + 1),
        _ => None,
    };
    // On a character's boundary: no byte of another character is a line end.
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let begins_line = from.checked_sub(1).is_none_or(|before| bytes[before] == b'\n');
    if (begins_line || from == grammar::start(text))
        && bytes.get(from) == Some(&b'}')
        && let Some(end) = ends_line(from + 1)
    {
        return end;
    }
    let ends = text[from..].match_indices("\n}").filter_map(|(at, _)| ends_line(from + at + 2));
    ends.into_iter().next().unwrap_or(text.len())
}

/// Something without an end in its own stretch, which has one if a certain text follows.
#[derive(Clone, Copy)]
enum LeftOpen {
    /// A multi-line string with these quotes.
    Lines(&'static str),
    /// A comment of another language.
    Comment,
}

impl LeftOpen {
    /// Where it ends in the text that follows, if it does.
    fn end_in(self, rest: &str) -> Option<usize> {
        match self {
            // The next quotes end it if they are alone on their line.
            Self::Lines(quotes) => rest.find(quotes).filter(|at| {
                let before = rest[..*at].trim_end_matches([' ', '\t']);
                let after = rest[at + quotes.len()..].trim_start_matches([' ', '\t']);
                (before.is_empty() || before.ends_with('\n'))
                    && (after.is_empty() || after.starts_with(['\n', '\r']))
            }),
            // It does not go beyond the next one, and neither does the search.
            Self::Comment => {
                let mut marks = rest.as_bytes().windows(2);
                let at = marks.position(|mark| mark == b"*/" || mark == b"/*")?;
                rest[at..].starts_with("*/").then_some(at)
            }
        }
    }
}

fn tokens_left_open(text: &str, tokens: &[Token]) -> Vec<LeftOpen> {
    let mut open = Vec::new();
    let mut string: Option<(&'static str, u32)> = None;
    for token in tokens {
        match token.rule {
            Rule::block => string = Some(("\"\"\"", token.end)),
            Rule::raw_block => string = Some(("'''", token.end)),
            Rule::unclosed => {
                open.extend(
                    string.filter(|(_, end)| *end >= token.start).map(|(quotes, _)| LeftOpen::Lines(quotes)),
                );
            }
            Rule::foreign => {
                let text = &text[token.start as usize..token.end as usize];
                if text.starts_with("/*") && !text.ends_with("*/") {
                    open.push(LeftOpen::Comment);
                }
            }
            _ => {}
        }
    }
    open
}

impl Contents {
    /// Reads the tokens of a stretch.
    pub(super) fn of(source: &SourceFile, tokens: &[Token]) -> Self {
        let mut reader = SyntaxReader::new(source);
        reader.take(tokens);
        let SyntaxReader { items, statements, comments, errors, .. } = reader;
        Self { balance: Balance::of(&items), items, statements, comments, errors }
    }

    /// The contents of two stretches, one after the other.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.items.extend(other.items);
        self.statements.extend(other.statements);
        self.comments.extend(other.comments);
        self.errors.extend(other.errors);
        self
    }

    /// Pairs the braces.
    pub(super) fn assemble(self, source: &SourceFile) -> Assembled {
        let Self { items, statements, comments, errors, .. } = self;
        let mut reader = SyntaxReader { items, statements, errors, ..SyntaxReader::new(source) };
        let statements = blocks::assemble(&mut reader);
        Assembled { statements, comments, errors: reader.errors }
    }
}

impl Balance {
    fn of(items: &[BlockItem]) -> Self {
        let mut balance = Self { end: 0, lowest: 0 };
        for item in items {
            balance.end += match item.kind {
                ItemKind::Open => 1,
                ItemKind::Close => -1,
                ItemKind::Statement => 0,
            };
            balance.lowest = balance.lowest.min(balance.end);
        }
        balance
    }
}

/// How many of the next stretches belong together: those until the braces of the first one balance, or it alone if they
/// do not. `None` if that depends on stretches that follow.
pub(super) fn joined(stretches: impl IntoIterator<Item = Balance>) -> Option<usize> {
    let mut depth = 0;
    for (at, balance) in stretches.into_iter().enumerate() {
        if depth + balance.lowest < 0 || at == MAX_JOINED {
            return Some(1);
        }
        depth += balance.end;
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The tree while stretches are added.
struct Assembler<'s> {
    source: &'s SourceFile,
    /// The stretches since the last place where all braces balanced.
    waiting: Vec<Contents>,
    made: Assembled,
}

impl Assembler<'_> {
    /// Adds a stretch; returns whether more should be read.
    fn add(&mut self, contents: Contents) -> bool {
        self.waiting.push(contents);
        while let Some(count) = joined(self.waiting.iter().map(|contents| contents.balance)) {
            self.assemble(count);
            if self.waiting.is_empty() {
                break;
            }
        }
        let waiting: usize = self.waiting.iter().map(|contents| contents.errors.len()).sum();
        self.made.errors.len() + waiting < MAX_ERRORS
    }

    fn assemble(&mut self, count: usize) {
        let Some(contents) = self.waiting.drain(..count).reduce(Contents::and) else { return };
        let Assembled { statements, comments, errors } = contents.assemble(self.source);
        self.made.statements.extend(statements);
        self.made.comments.extend(comments);
        self.made.errors.extend(errors);
    }

    fn finish(mut self) -> Assembled {
        while !self.waiting.is_empty() {
            let count = joined(self.waiting.iter().map(|contents| contents.balance)).unwrap_or(1);
            self.assemble(count);
        }
        self.made.errors.truncate(MAX_ERRORS);
        self.made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn a_text_is_cut_after_lines_of_a_brace() {
        let text = "pod a {\n}\n}\r\n\n} b\n}";
        let mut ends = vec![0];
        while ends.last() != Some(&text.len()) {
            ends.push(cut(text, ends[ends.len() - 1]));
        }
        assert_eq!(ends, [0, 10, 13, text.len()]);
        assert_eq!(cut(text, 3), 10);
    }

    #[test]
    fn comments_without_an_end_are_searched_for_once() {
        let text = "pod a { /*\n}\n".repeat(100_000);
        let source = SourceFile::new(FileId(0), "a", text.as_str());
        assert_eq!(read(&source).map(|read| read.errors.len()), Ok(MAX_ERRORS));
        let whole = SourceFile::new(FileId(0), "a", "pod a {\n/*\n}\npod b {\n*/\n}\n");
        assert_eq!(read(&whole).map(|read| (read.statements.len(), read.errors.len())), Ok((1, 1)));
    }

    #[test]
    fn a_text_of_too_many_tokens_is_not_read() {
        let text = "pod p {\n}\n".repeat(40_000);
        let source = SourceFile::new(FileId(0), "a", text.as_str());
        let read = |most| read_at_most(most, &source).map(|read| read.statements.len());
        assert_eq!(read(usize::MAX), Ok(40_000));
        assert_eq!(read(5 * 40_000), Ok(40_000));
        assert_eq!(read(5 * 20_000), Err(Stop::TooMany(text.len() / 2)));
        let few = SourceFile::new(FileId(0), "a", "pod p { }");
        assert!(matches!(read_at_most(3, &few), Err(Stop::TooMany(6))));
    }
}
