//! Text to pest's pairs: the one place that names the grammar.

use pest::Parser;
use pest::error::InputLocation;
use pest::iterators::Pair;

/// The parser that pest makes of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/initflow.pest"]
struct Grammar;

/// Reads a text into statements, braces and comments, in a flat run; an error is the place where the stack ended.
pub(super) fn read(text: &str) -> Result<impl Iterator<Item = Pair<'_, Rule>>, usize> {
    match Grammar::parse(Rule::document, text) {
        Ok(document) => Ok(document.flat_map(Pair::into_inner)),
        Err(error) => Err(match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        }),
    }
}
