//! Reads tokens as a flat sequence of statements and braces.
//!
//! Invariant: the items are in the order of the text, and none is inside another.

use super::grammar::{Rule, Token};
use super::tree::{Argument, Statement, SyntaxValue, ValueKind};
use super::{MAX_ERRORS, mistakes, statement};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};

/// A statement's head or a brace.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockItem {
    /// Its place.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: ItemKind,
}

/// The kinds of [`BlockItem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// A statement without its block: the next one of [`SyntaxReader::statements`].
    Statement,
    /// `{`
    Open,
    /// `}`
    Close,
}

/// Reads one text and collects comments and errors.
pub(super) struct SyntaxReader<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) text: &'s str,
    pub(super) items: Vec<BlockItem>,
    /// The statements of the items, without their blocks.
    pub(super) statements: Vec<Statement>,
    pub(super) comments: Vec<Span>,
    pub(super) errors: Vec<Diagnostic>,
    /// What is wrong with the statement that is being read.
    pub(super) fault: StatementFault,
    /// The number of brackets that were left open, whose ends may still follow.
    pub(super) left_open: usize,
    /// Where the values of a statement are collected.
    pub(super) buffer: Vec<SyntaxValue>,
}

/// What is wrong with one statement.
#[derive(Default)]
pub(super) struct StatementFault {
    /// Whether something in it could not be read.
    pub(super) broken: bool,
    /// The error that is reported, with its weight.
    pub(super) error: Option<(Weight, Diagnostic)>,
}

/// Decides which of several errors in one statement is reported: the heaviest, and of these the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Something in the wrong place.
    Stray,
    /// A bracket without its end.
    Bracket,
    /// A string without its end: everything after it may be part of it.
    Quote,
    /// Too deep to be read.
    Depth,
}

impl<'s> SyntaxReader<'s> {
    /// Starts at the top of a source.
    pub(super) fn new(source: &'s SourceFile) -> Self {
        Self {
            source,
            text: &source.text,
            items: Vec::new(),
            statements: Vec::new(),
            comments: Vec::new(),
            errors: Vec::new(),
            fault: StatementFault::default(),
            left_open: 0,
            buffer: Vec::new(),
        }
    }

    /// Takes in the tokens of one stretch of the text.
    pub(super) fn take(&mut self, tokens: &[Token]) {
        let mut at = 0;
        // The rest of the line after a dash is part of the same mistake.
        let mut after_dash = false;
        while let Some(token) = tokens.get(at) {
            let span = self.span(*token);
            at += 1;
            match token.rule {
                Rule::statement => {
                    let inside = inside(tokens, at, token.end);
                    at += inside.len();
                    self.read_statements(*token, inside, after_dash);
                }
                Rule::brace => {
                    let kind = if self.slice(*token) == "{" { ItemKind::Open } else { ItemKind::Close };
                    self.items.push(BlockItem { span, kind });
                }
                Rule::comment => self.comment(span),
                Rule::foreign => self.report(mistakes::foreign_comment(span, self.slice(*token))),
                _ => self.stray(span),
            }
            after_dash = token.rule == Rule::junk && self.slice(*token) == "-";
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

    /// Reports an error by itself.
    pub(super) fn report(&mut self, error: Diagnostic) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Records an error that breaks the statement being read; only one such error per statement is reported.
    pub(super) fn fail(&mut self, weight: Weight, error: Diagnostic) {
        self.fault.broken = true;
        if self.fault.error.as_ref().is_none_or(|(known, _)| *known < weight) {
            self.fault.error = Some((weight, error));
        }
    }

    /// Reads the statements of one token; there are several only if one ends in something that cannot end a statement.
    fn read_statements(&mut self, token: Token, mut inside: &[Token], after_dash: bool) {
        let errors_before = self.errors.len();
        let mut first = true;
        while let Some((start, following)) = inside.split_first() {
            if start.rule == Rule::close {
                self.stray(self.span(*start));
                inside = following;
                continue;
            }
            let (mut statement, rest) = self.statement(inside, first);
            let whole =
                Token { start: start.start, end: rest.first().map_or(token.end, |next| next.start), ..token };
            inside = rest;
            if after_dash && first {
                self.errors.truncate(errors_before);
                statement.broken = true;
            }
            let braces = self.braces_in_open_string(whole, errors_before);
            if let Some(brace) = braces.first() {
                end_before(&mut statement, brace.span.start);
            }
            self.items.push(BlockItem { span: statement.span, kind: ItemKind::Statement });
            self.statements.push(statement);
            self.items.extend(braces);
            first = false;
        }
    }

    /// Keeps a comment; `#{name}` after a statement was meant to be an insertion.
    fn comment(&mut self, span: Span) {
        self.comments.push(span);
        let text = self.source.slice(span);
        let Some(name) = text.strip_prefix("#{").and_then(|rest| rest.split('}').next()) else { return };
        let Some(BlockItem { span: head, kind: ItemKind::Statement }) = self.items.last() else { return };
        let between = self.text.get(head.end as usize..span.start as usize).unwrap_or_default();
        if statement::is_word(name) && between.bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
            if let Some(statement) = self.statements.last_mut() {
                statement.broken = true;
            }
            // Without a space, the value before it is the beginning of the same text.
            let value = self.statements.last().and_then(|statement| statement.values.last());
            let start = value.filter(|_| between.is_empty()).map_or(span, |value| value.span);
            let whole = self.source.slice(start.to(span));
            self.report(mistakes::unquoted_insertion(span, name, start, whole));
        }
    }

    /// Reports what cannot start a statement, unless it is the late end of a bracket that was left open.
    fn stray(&mut self, span: Span) {
        let text = self.source.slice(span);
        if matches!(text, "]" | ")") && self.left_open > 0 {
            self.left_open -= 1;
        } else {
            self.report(mistakes::stray(span, text));
        }
    }

    /// The braces at the end of a line inside an unclosed string: they were not meant to be text.
    fn braces_in_open_string(&self, statement: Token, errors_before: usize) -> Vec<BlockItem> {
        let errors = self.errors.get(errors_before..).unwrap_or_default();
        let text = self.slice(statement).trim_end();
        if !errors.iter().any(|error| error.code == Code::UnclosedString) || text.contains('\n') {
            return Vec::new();
        }
        let brace = |at: usize, kind| {
            let start = statement.start as usize + at;
            BlockItem { span: Span::new(self.source.id, start, start + 1), kind }
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

/// The tokens from an index on that are inside another token, which ends at `end`; empty tokens always are.
pub(super) fn inside(tokens: &[Token], from: usize, end: u32) -> &[Token] {
    let rest = tokens.get(from..).unwrap_or_default();
    let count = rest.iter().take_while(|token| token.start < end || token.start == token.end).count();
    &rest[..count]
}

/// The last value between parentheses.
fn last_of(arguments: &mut [Argument]) -> Option<&mut SyntaxValue> {
    arguments.last_mut()?.values.last_mut()
}

/// Ends a statement before a brace that its last value contained by mistake.
fn end_before(statement: &mut Statement, at: u32) {
    let cut = |span: &mut Span| span.end = span.end.min(at).max(span.start);
    cut(&mut statement.span);
    let Some(mut value) = statement.values.last_mut() else { return cut(&mut statement.name.span) };
    loop {
        cut(&mut value.span);
        let last = match &mut value.kind {
            ValueKind::Range(_, high) => Some(&mut **high),
            ValueKind::List(values) => values.last_mut(),
            ValueKind::Call(call) => last_of(&mut call.arguments),
            ValueKind::Group(arguments) => last_of(arguments),
            _ => None,
        };
        match last {
            Some(inner) => value = inner,
            None => return,
        }
    }
}
