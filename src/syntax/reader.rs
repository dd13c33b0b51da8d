//! Tokens to a flat run of statements and braces.
//!
//! Invariant: the items stand in the order of the text, and none lies in another.

use super::grammar::{Rule, Token};
use super::tree::{Statement, ValueKind};
use super::{MAX_ERRORS, mistakes, statement};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};

/// A statement's head or a brace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Its place.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: ItemKind,
}

/// The kinds of [`Item`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// A statement without its block: the next one of [`Reader::statements`].
    Statement,
    /// `{`
    Open,
    /// `}`
    Close,
}

/// Reads one text; gathers comments and errors on the way.
pub(super) struct Reader<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) text: &'s str,
    pub(super) items: Vec<Item>,
    /// The statements of the items, without their blocks.
    pub(super) statements: Vec<Statement>,
    pub(super) comments: Vec<Span>,
    pub(super) errors: Vec<Diagnostic>,
    /// What is wrong with the statement that is being read.
    pub(super) fault: Fault,
    /// Brackets that were left open, whose ends may still come.
    pub(super) left_open: usize,
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
            items: Vec::new(),
            statements: Vec::new(),
            comments: Vec::new(),
            errors: Vec::new(),
            fault: Fault::default(),
            left_open: 0,
        }
    }

    /// Takes in the tokens of one stretch of the text.
    pub(super) fn take(&mut self, tokens: &[Token]) {
        let mut at = 0;
        // Behind a dash the rest of the line is part of that mistake.
        let mut quiet = false;
        while let Some(token) = tokens.get(at) {
            let span = self.span(*token);
            at += 1;
            match token.rule {
                Rule::statement => {
                    let inside = inside(tokens, at, token.end);
                    at += inside.len();
                    self.read_statements(*token, inside, quiet);
                }
                Rule::brace => {
                    let kind = if self.slice(*token) == "{" { ItemKind::Open } else { ItemKind::Close };
                    self.items.push(Item { span, kind });
                }
                Rule::comment => self.comment(span),
                Rule::foreign => self.report(mistakes::foreign_comment(span, self.slice(*token))),
                _ => self.stray(span),
            }
            quiet = token.rule == Rule::junk && self.slice(*token) == "-";
        }
    }

    /// The place of a token.
    pub(super) fn span(&self, token: Token) -> Span {
        Span { file: self.source.id, start: token.start, end: token.end }
    }

    /// The text of a token.
    pub(super) fn slice(&self, token: Token) -> &'s str {
        &self.text[token.start as usize..token.end as usize]
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

    /// Reads the statements of one token; there are several only where one ends in what none can end in.
    fn read_statements(&mut self, token: Token, mut inside: &[Token], quiet: bool) {
        let said = self.errors.len();
        let mut first = true;
        while let Some((start, behind)) = inside.split_first() {
            if start.rule == Rule::close {
                self.stray(self.span(*start));
                inside = behind;
                continue;
            }
            let (mut statement, rest) = self.statement(inside, first);
            let whole =
                Token { start: start.start, end: rest.first().map_or(token.end, |next| next.start), ..token };
            inside = rest;
            if quiet && first {
                self.errors.truncate(said);
                statement.broken = true;
            }
            let braces = self.braces_in_open_string(whole, said);
            if let Some(brace) = braces.first() {
                end_before(&mut statement, brace.span.start);
            }
            self.items.push(Item { span: statement.span, kind: ItemKind::Statement });
            self.statements.push(statement);
            self.items.extend(braces);
            first = false;
        }
    }

    /// Keeps a comment; `#{name}` behind a statement was meant to be an insertion.
    fn comment(&mut self, span: Span) {
        self.comments.push(span);
        let text = self.source.slice(span);
        let Some(name) = text.strip_prefix("#{").and_then(|rest| rest.split('}').next()) else { return };
        let Some(Item { span: head, kind: ItemKind::Statement }) = self.items.last() else { return };
        let between = self.text.get(head.end as usize..span.start as usize).unwrap_or_default();
        if statement::is_word(name) && between.bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
            if let Some(statement) = self.statements.last_mut() {
                statement.broken = true;
            }
            self.report(mistakes::unquoted_insertion(span, name));
        }
    }

    /// Reports what stands alone where a statement should start, save the late end of a bracket that was left open.
    fn stray(&mut self, span: Span) {
        let text = self.source.slice(span);
        if matches!(text, "]" | ")") && self.left_open > 0 {
            self.left_open -= 1;
        } else {
            self.report(mistakes::stray(span, text));
        }
    }

    /// The braces at the end of a line that an unclosed string has swallowed: they were not meant to be text.
    fn braces_in_open_string(&self, statement: Token, said: usize) -> Vec<Item> {
        let errors = self.errors.get(said..).unwrap_or_default();
        let text = self.slice(statement).trim_end();
        if !errors.iter().any(|error| error.code == Code::UnclosedString) || text.contains('\n') {
            return Vec::new();
        }
        let brace = |at: usize, kind| {
            let start = statement.start as usize + at;
            Item { span: Span::new(self.source.id, start, start + 1), kind }
        };
        if text.ends_with(" {") {
            return vec![brace(text.len() - 1, ItemKind::Open)];
        }
        let before = &self.text[..statement.start as usize];
        let line = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        let mut open = line.matches('{').count().saturating_sub(line.matches('}').count());
        let mut braces = Vec::new();
        let mut rest = text;
        while let (Some(shorter), true) = (rest.strip_suffix('}'), open > 0) {
            braces.push(brace(shorter.len(), ItemKind::Close));
            rest = shorter.trim_end();
            open -= 1;
        }
        braces.reverse();
        braces
    }
}

/// The tokens from one on that lie in another one, which ends at a place; an empty one is always a part of one.
pub(super) fn inside(tokens: &[Token], from: usize, end: u32) -> &[Token] {
    let rest = tokens.get(from..).unwrap_or_default();
    let count = rest.iter().take_while(|token| token.start < end || token.start == token.end).count();
    &rest[..count]
}

/// Ends a statement before a brace that its last value had swallowed.
fn end_before(statement: &mut Statement, at: u32) {
    let cut = |span: &mut Span| span.end = span.end.min(at).max(span.start);
    cut(&mut statement.span);
    let Some(mut value) = statement.values.last_mut() else { return cut(&mut statement.name.span) };
    loop {
        cut(&mut value.span);
        let last = match &mut value.kind {
            ValueKind::Range(_, high) => Some(&mut **high),
            ValueKind::List(values) => values.last_mut(),
            ValueKind::Call(_, arguments) | ValueKind::Group(arguments) => {
                arguments.last_mut().and_then(|argument| argument.values.last_mut())
            }
            _ => None,
        };
        match last {
            Some(inner) => value = inner,
            None => return,
        }
    }
}
