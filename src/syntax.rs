//! Parses text into a tree; [`parse`] accepts any text and never fails.
//!
//! Invariant: every byte of the text belongs to exactly one leaf or gap of the tree; whatever cannot be read
//! becomes a broken statement and an error, and affects nothing else.

mod blocks;
mod brackets;
mod foreign;
mod grammar;
mod meant;
mod mistakes;
// Only editors parse in pieces.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) mod pieces;
mod plain;
mod reader;
mod statement;
mod stretches;
mod strings;
pub mod tree;
mod values;

pub(crate) use mistakes::quote;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use grammar::Stop;
use std::sync::Arc;
use stretches::Assembled;
use tree::Document;

/// How deep blocks may nest.
pub const MAX_BLOCK_DEPTH: usize = 64;

/// How deep brackets may nest inside a statement.
pub const MAX_BRACKET_DEPTH: usize = 64;

/// The most errors that are kept of one text.
pub const MAX_ERRORS: usize = 1000;

/// What [`parse`] makes of a text.
#[derive(Clone, Debug, Default)]
pub struct Parse {
    /// The tree.
    pub document: Arc<Document>,
    /// The syntax errors, in the order of the text, at most [`MAX_ERRORS`].
    pub errors: Vec<Diagnostic>,
}

/// Parses a source. Broken parts become broken statements, each with an error.
pub fn parse(source: &SourceFile) -> Parse {
    if let Some(error) = foreign::recognized(source) {
        return Parse { errors: vec![error], ..Parse::default() };
    }
    let Assembled { statements, comments, mut errors } = stretches::read(source).unwrap_or_else(|stop| {
        let place = |at| Span::new(source.id, at, at);
        let error = match stop {
            Stop::TooLong(stretch) => mistakes::too_long(place(stretch.start)),
            Stop::TooMany(at) => mistakes::too_many_words(place(at), grammar::MAX_TOKENS),
        };
        Assembled { errors: vec![error], ..Assembled::default() }
    });
    errors.sort_by_key(|error| error.primary.span.start);
    Parse { document: Arc::new(Document { statements, comments }), errors }
}

#[cfg(test)]
mod tests;
