//! Whether a text with faults is still read in the same way.
//!
//! Invariant: the places do not count; everything else that a reader sees does.

use crate::source::SourceFile;
use crate::syntax::tree::Statement;
use crate::syntax::{Parse, parse};

/// Whether two texts have the same statements, the same comments and the same faults.
pub(super) fn same(source: &SourceFile, parsed: &Parse, other: &SourceFile) -> bool {
    let reread = parse(other);
    seen(source, parsed) == seen(other, &reread)
}

/// What a reader sees, flat: names with their depth and their values as written, comments, and the names of faults.
fn seen<'s>(source: &'s SourceFile, parsed: &'s Parse) -> Vec<(usize, bool, Vec<&'s str>)> {
    let mut seen = Vec::new();
    statements(source, &parsed.document.statements, 0, &mut seen);
    let comments = parsed.document.comments.iter().map(|span| source.slice(*span).trim_end());
    seen.extend(comments.map(|comment| (0, false, vec![comment])));
    seen.extend(parsed.errors.iter().map(|error| (0, true, vec![error.name])));
    seen
}

fn statements<'s>(
    source: &'s SourceFile,
    found: &'s [Statement],
    depth: usize,
    seen: &mut Vec<(usize, bool, Vec<&'s str>)>,
) {
    for statement in found {
        let values =
            statement.values.iter().flat_map(|value| source.slice(value.span).split_ascii_whitespace());
        let words = std::iter::once(statement.name.text.as_str()).chain(values);
        seen.push((depth, statement.broken, words.collect()));
        if let Some(block) = &statement.block {
            statements(source, &block.statements, depth + 1, seen);
        }
    }
}
