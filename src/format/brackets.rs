//! Tracks the brackets that are open at a place of a source.
//!
//! Invariant: brackets that an item of the file leaves open do not affect the next item.

use super::tokens::{FormatToken, FormatTokenKind};
use crate::syntax::tree::Document;
use std::iter::Peekable;

/// The open brackets, each with the number of its opener.
pub(super) struct Brackets<I: Iterator<Item = usize>> {
    /// The starts of the remaining items.
    items: Peekable<I>,
    open: Vec<usize>,
}

/// The brackets at the start of a source.
pub(super) fn brackets(document: &Document) -> Brackets<impl Iterator<Item = usize>> {
    let items = document.statements.iter().map(|item| item.span.range().start);
    Brackets { items: items.peekable(), open: Vec::new() }
}

impl<I: Iterator<Item = usize>> Brackets<I> {
    /// Moves to a token; gives the number of the opener that it closes, if it closes one.
    pub(super) fn reach(&mut self, token: &FormatToken) -> Option<usize> {
        while self.items.next_if(|item| *item <= token.range.start).is_some() {
            self.open.clear();
        }
        if let FormatTokenKind::Close(_) = token.kind { self.open.pop() } else { None }
    }

    /// Moves past a token; `number` identifies it if it opens a bracket.
    pub(super) fn pass(&mut self, token: &FormatToken, number: usize) {
        if let FormatTokenKind::Open(_) = token.kind {
            self.open.push(number);
        }
    }

    /// The number of the innermost opener.
    pub(super) fn innermost(&self) -> Option<usize> {
        self.open.last().copied()
    }
}
