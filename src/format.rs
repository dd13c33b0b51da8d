//! A source to the same source in the one style of the language.
//!
//! Invariant: the tree and the comments stay the same, what is broken stays as it was written, and what is formatted
//! comes out of formatting unchanged.
//!
//! The author decides where lines and blank lines are; the style decides what stands between two words of a line, and
//! how deep a line is. So a change of one line does not touch others.

mod faults;
mod layout;
mod lines;
mod tokens;
mod typing;

use crate::diagnostic::Edit;
use crate::source::SourceFile;
use crate::syntax::{Parse, parse};
use layout::Keep;
use lines::{Lines, statements};
use std::ops::Range;
pub use typing::{Typed, typed};

/// The blanks of one level.
const LEVEL: usize = 2;

/// Formats a source.
pub fn format(source: &SourceFile) -> String {
    apply(&source.text, &edits(source, &parse(source), None))
}

/// The changes that format a source, in its order; with a range those to the lines that it touches, together with the
/// other lines of statements which those lines have a part of.
pub fn edits(source: &SourceFile, parsed: &Parse, within: Option<&Range<usize>>) -> Vec<Edit> {
    let lines = Lines::new(source);
    let chosen = within.map(|within| statements(&lines, &parsed.document, lines.touched(within)));
    let is_chosen = |edit: &Edit| {
        chosen
            .as_ref()
            .is_none_or(|chosen| lines.touched(&edit.span.range()).all(|line| chosen.contains(&line)))
    };
    // How a text with faults is read may hang on its indentation: then the items that have one stay as they are, or all.
    let is_same = |edits: &Vec<Edit>| {
        let formatted = || SourceFile::new(source.id, source.name.as_str(), apply(&source.text, edits));
        parsed.errors.is_empty() || faults::same(source, parsed, &formatted())
    };
    let mut tries = [Keep::Statements, Keep::Items].into_iter().map(|keep| {
        let mut edits = layout::edits(&lines, parsed, keep);
        edits.retain(is_chosen);
        edits
    });
    tries.find(is_same).unwrap_or_default()
}

/// A text with changes, which are in its order and do not overlap.
fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.range().start]);
        out.push_str(&edit.text);
        at = edit.span.range().end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests;
