//! The brackets that are open at a place of a source.
//!
//! Invariant: what an item of the file leaves open does not reach the next one.

use super::tokens::{FormatToken, FormatTokenKind};
use crate::syntax::tree::Document;
use std::iter::Peekable;

/// The open brackets, each with a number that its opener goes by.
pub(super) struct Brackets<I: Iterator<Item = usize>> {
    /// Where the items that are still to come start.
    items: Peekable<I>,
    open: Vec<usize>,
}

/// The brackets at the start of a source.
pub(super) fn brackets(document: &Document) -> Brackets<impl Iterator<Item = usize>> {
    let items = document.statements.iter().map(|item| item.span.range().start);
    Brackets { items: items.peekable(), open: Vec::new() }
}

impl<I: Iterator<Item = usize>> Brackets<I> {
    /// Goes to a token; gives the number of the opener that it closes, if it does.
    pub(super) fn reach(&mut self, token: &FormatToken) -> Option<usize> {
        while self.items.next_if(|item| *item <= token.range.start).is_some() {
            self.open.clear();
        }
        if let FormatTokenKind::Close(_) = token.kind { self.open.pop() } else { None }
    }

    /// Goes behind a token, which goes by a number if it opens something.
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
