//! Parses text into a tree; [`parse`] accepts any text and never fails.
//!
//! Invariant: every byte of the text belongs to exactly one leaf or gap of the tree; whatever cannot be read
//! becomes a broken statement and an error, and affects nothing else.

mod blocks;
mod brackets;
mod grammar;
mod memory;
mod mistakes;
mod plain;
mod reader;
mod statement;
mod strings;
pub mod tree;
mod values;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use grammar::Stop;
pub use memory::Memory;
use reader::SyntaxReader;
use std::sync::Arc;
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
    if let Some(error) = mistakes::yaml(source) {
        return Parse { errors: vec![error], ..Parse::default() };
    }
    let mut reader = SyntaxReader::new(source);
    let read = grammar::read(&source.text, |tokens| {
        reader.take(tokens);
        reader.errors.len() < MAX_ERRORS
    });
    let Err(stop) = read else { return tree(reader) };
    let error = match stop {
        Stop::TooLong(stretch) => mistakes::too_long(Span::new(source.id, stretch.start, stretch.start)),
        Stop::TooMany(at) => mistakes::too_many_words(Span::new(source.id, at, at), grammar::MAX_TOKENS),
    };
    reader.report(error);
    reader.items.clear();
    reader.statements.clear();
    tree(reader)
}

/// Parses a source that differs little from the previous one: unchanged stretches are not scanned again.
pub fn parse_again(source: &SourceFile, memory: &mut Memory) -> Parse {
    let mut reader = SyntaxReader::new(source);
    match memory.tokens(&source.text).filter(|_| mistakes::yaml(source).is_none()) {
        Some(tokens) if tokens.iter().map(Vec::len).sum::<usize>() <= grammar::MAX_TOKENS => {
            for tokens in &tokens {
                reader.take(tokens);
            }
        }
        _ => return parse(source),
    }
    if reader.errors.len() < MAX_ERRORS { tree(reader) } else { parse(source) }
}

fn tree(mut reader: SyntaxReader<'_>) -> Parse {
    let statements = blocks::assemble(&mut reader);
    let SyntaxReader { comments, mut errors, .. } = reader;
    errors.sort_by_key(|error| error.primary.span.start);
    Parse { document: Arc::new(Document { statements, comments }), errors }
}

#[cfg(test)]
mod tests;
