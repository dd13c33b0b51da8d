//! Lists the tokens of a tree in the order of the text: names, values, brackets, separators and comments.
//!
//! Invariant: there is only whitespace between two tokens; text that forms no token is [`FormatTokenKind::Unknown`].

use crate::syntax::tree::{Argument, Document, Operator, Statement, SyntaxValue, ValueKind};
use std::ops::Range;

/// A piece of a source that formatting does not change.
#[derive(Debug)]
pub(super) struct FormatToken {
    pub(super) range: Range<usize>,
    pub(super) kind: FormatTokenKind,
}

/// The kinds of tokens that differ in the spaces around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormatTokenKind {
    /// A name or a value.
    Leaf,
    /// A path, which may contain a `:`.
    Path,
    /// An operator, except those below.
    Operator,
    /// A name that is followed by a bracket without a space.
    Tight,
    /// `!`
    Not,
    /// `:`
    Colon,
    Comma,
    Semicolon,
    Open(char),
    Close(char),
    Comment,
    /// Text that is not understood.
    Unknown,
}

/// The tokens of a tree.
pub(super) fn tokens(text: &str, document: &Document) -> Vec<FormatToken> {
    let mut leaves = LeafCollector { text, found: Vec::new() };
    leaves.statements(&document.statements);
    let comments = document
        .comments
        .iter()
        .map(|span| FormatToken { range: span.range(), kind: FormatTokenKind::Comment });
    let mut found = leaves.found;
    found.extend(comments);
    found.sort_by_key(|token| (token.range.start, token.range.end));
    let mut tokens: Vec<FormatToken> = Vec::with_capacity(2 * found.len());
    let mut end = 0;
    for token in found {
        if token.range.start < end {
            continue;
        }
        gap(text, end..token.range.start, &mut tokens);
        let Range { start, end: after } = token.range;
        let whitespace: &[char] =
            if token.kind == FormatTokenKind::Comment { &[' ', '\t', '\r'] } else { &[] };
        tokens.push(FormatToken {
            range: start..start + text[start..after].trim_end_matches(whitespace).len(),
            ..token
        });
        end = after;
    }
    gap(text, end..text.len(), &mut tokens);
    tokens
}

/// The brackets and separators between two leaves.
fn gap(text: &str, range: Range<usize>, tokens: &mut Vec<FormatToken>) {
    let gap = &text[range.clone()];
    for (at, char) in gap.char_indices() {
        let kind = match char {
            ' ' | '\t' | '\n' => continue,
            '\r' if gap[at..].starts_with("\r\n") => continue,
            '{' | '[' | '(' => FormatTokenKind::Open(char),
            '}' | ']' | ')' => FormatTokenKind::Close(char),
            ',' => FormatTokenKind::Comma,
            ';' => FormatTokenKind::Semicolon,
            ':' => FormatTokenKind::Colon,
            _ => FormatTokenKind::Unknown,
        };
        let at = range.start + at;
        tokens.push(FormatToken { range: at..at + char.len_utf8(), kind });
    }
}

struct LeafCollector<'t> {
    text: &'t str,
    found: Vec<FormatToken>,
}

impl LeafCollector<'_> {
    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            let adjacent = self.text[statement.name.span.range().end..].starts_with('(');
            self.leaf(
                statement.name.span.range(),
                if adjacent { FormatTokenKind::Tight } else { FormatTokenKind::Leaf },
            );
            self.values(&statement.values);
            if let Some(block) = &statement.block {
                self.statements(&block.statements);
            }
        }
    }

    fn values(&mut self, values: &[SyntaxValue]) {
        for value in values {
            let range = value.span.range();
            match &value.kind {
                ValueKind::List(items) => self.values(items),
                ValueKind::Call(call) => {
                    self.leaf(call.name.span.range(), FormatTokenKind::Tight);
                    self.arguments(&call.arguments);
                }
                ValueKind::Group(arguments) => self.arguments(arguments),
                ValueKind::Operator(Operator::Not) => self.leaf(range, FormatTokenKind::Not),
                ValueKind::Operator(Operator::Colon) => self.leaf(range, FormatTokenKind::Colon),
                ValueKind::Operator(_) => self.leaf(range, FormatTokenKind::Operator),
                ValueKind::Path(_) => self.leaf(range, FormatTokenKind::Path),
                _ => self.leaf(range, FormatTokenKind::Leaf),
            }
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            if let Some(name) = &argument.name {
                self.leaf(name.span.range(), FormatTokenKind::Leaf);
            }
            self.values(&argument.values);
        }
    }

    fn leaf(&mut self, range: Range<usize>, kind: FormatTokenKind) {
        if !range.is_empty() {
            self.found.push(FormatToken { range, kind });
        }
    }
}
