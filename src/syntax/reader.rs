//! The flat run of pairs to a flat run of statements and braces.
//!
//! Invariant: the items stand in the order of the text, and none lies in another.

use super::MAX_ERRORS;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Statement;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use pest::iterators::Pair;

/// A statement's head or a brace.
#[derive(Debug)]
pub(super) struct Item {
    /// Its place.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: ItemKind,
}

/// The kinds of [`Item`].
#[derive(Debug)]
pub(super) enum ItemKind {
    /// A statement without its block.
    Statement(Statement),
    /// `{`
    Open,
    /// `}`
    Close,
}

/// Reads one text; gathers comments and errors on the way.
pub(super) struct Reader<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) text: &'s str,
    pub(super) comments: Vec<Span>,
    pub(super) errors: Vec<Diagnostic>,
    /// What is wrong with the statement that is being read.
    pub(super) fault: Fault,
    /// Brackets that were left open, whose ends are still to come.
    left_open: usize,
}

/// What is wrong with one statement.
#[derive(Default)]
pub(super) struct Fault {
    /// Whether something in it could not be read.
    pub(super) broken: bool,
    /// The one error that tells why, with its weight.
    pub(super) error: Option<(Weight, Diagnostic)>,
}

/// Which of several errors in one statement is told: the heaviest, and of these the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Something that stands where it cannot.
    Stray,
    /// A bracket without its end.
    Bracket,
    /// A string without its end: all that comes after it may be part of it.
    Quote,
    /// Too deep to be read.
    Depth,
}

impl<'s> Reader<'s> {
    /// Starts at the top of a source.
    pub(super) fn new(source: &'s SourceFile) -> Self {
        Self {
            source,
            text: &source.text,
            comments: Vec::new(),
            errors: Vec::new(),
            fault: Fault::default(),
            left_open: 0,
        }
    }

    /// Turns the grammar's pairs into items.
    pub(super) fn items<'i>(&mut self, pairs: impl Iterator<Item = Pair<'i, Rule>>) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        // Where a dash stood before the statement to come: what follows it on its line is part of that mistake.
        let mut quiet = false;
        for pair in pairs {
            let span = self.span(&pair);
            match pair.as_rule() {
                Rule::statement => {
                    let said = self.errors.len();
                    let mut statement = self.statement(pair);
                    if quiet {
                        self.errors.truncate(said);
                        statement.broken = true;
                    }
                    let lost = self.braces_in_open_string(span, said);
                    if let Some(brace) = lost.first() {
                        end_before(&mut statement, brace.span.start);
                    }
                    let head = statement.head();
                    items.push(Item { span: head, kind: ItemKind::Statement(statement) });
                    items.extend(lost);
                }
                Rule::open => items.push(Item { span, kind: ItemKind::Open }),
                Rule::close => items.push(Item { span, kind: ItemKind::Close }),
                Rule::comment => self.comment(span, items.last_mut()),
                Rule::foreign => self.report(mistakes::foreign_comment(span, self.source.slice(span))),
                Rule::junk => {
                    self.stray(span);
                    quiet = self.source.slice(span) == "-";
                    continue;
                }
                _ => {}
            }
            quiet = false;
        }
        items
    }

    /// The place of a pair.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.source.id, span.start(), span.end())
    }

    /// Reports an error on its own.
    pub(super) fn report(&mut self, error: Diagnostic) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Reports an error that breaks the statement that is being read; one such error a statement is told.
    pub(super) fn fail(&mut self, weight: Weight, error: Diagnostic) {
        self.fault.broken = true;
        if self.fault.error.as_ref().is_none_or(|(told, _)| *told < weight) {
            self.fault.error = Some((weight, error));
        }
    }

    /// Remembers a bracket that was left open, so that its end is not reported where it comes after all.
    pub(super) fn leave_open(&mut self) {
        self.left_open += 1;
    }

    /// Keeps a comment; `#{name}` behind a statement was meant to be an insertion.
    fn comment(&mut self, span: Span, last: Option<&mut Item>) {
        self.comments.push(span);
        let Some(name) = self.source.slice(span).strip_prefix("#{").and_then(|rest| rest.split('}').next())
        else {
            return;
        };
        let Some(Item { span: head, kind: ItemKind::Statement(statement) }) = last else { return };
        let between = self.text.get(head.end as usize..span.start as usize).unwrap_or_default();
        if super::statement::is_word(name) && between.bytes().all(|byte| byte == b' ' || byte == b'\t') {
            statement.broken = true;
            self.report(mistakes::unquoted_insertion(span, name));
        }
    }

    /// Reports what stands alone where a statement should start.
    fn stray(&mut self, span: Span) {
        let text = self.source.slice(span);
        if matches!(text, "]" | ")") && self.left_open > 0 {
            self.left_open -= 1;
            return;
        }
        self.report(mistakes::stray(span, text));
    }

    /// The braces at the end of a line that an unclosed string has swallowed: they were not meant to be text.
    fn braces_in_open_string(&self, statement: Span, said: usize) -> Vec<Item> {
        let unclosed =
            self.errors.get(said..).unwrap_or_default().iter().any(|error| error.name == "unclosed-string");
        let text = self.source.slice(statement);
        if !unclosed || text.contains('\n') {
            return Vec::new();
        }
        let brace = |at: usize, kind| {
            let start = statement.start as usize + at;
            Item { span: Span::new(self.source.id, start, start + 1), kind }
        };
        let end = text.trim_end().len();
        let before = &self.text[..statement.start as usize];
        let line = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        if text[..end].ends_with(" {") {
            return vec![brace(end - 1, ItemKind::Open)];
        }
        // As many as were opened on this line, at most.
        let mut open = line.matches('{').count().saturating_sub(line.matches('}').count());
        let mut closes = Vec::new();
        let mut rest = &text[..end];
        while let (Some(shorter), true) = (rest.strip_suffix('}'), open > 0) {
            closes.push(brace(shorter.len(), ItemKind::Close));
            rest = shorter.trim_end();
            open -= 1;
        }
        closes.reverse();
        closes
    }
}

/// Ends a statement before a brace that its last value had swallowed.
fn end_before(statement: &mut Statement, at: u32) {
    let last = statement.values.last_mut().map_or(&mut statement.name.span, |value| &mut value.span);
    last.end = last.end.min(at).max(last.start);
    statement.span.end = statement.span.end.min(at);
}
