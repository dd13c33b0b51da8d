//! Finds the changes that format a source and keep its meaning, also if parts of it are broken.
//!
//! Invariant: formatted text is read as before, and formatting it again changes nothing.

use super::lines::{Keep, TextLines, statements};
use super::{faults, layout};
use crate::diagnostic::{Edit, applied};
use crate::source::SourceFile;
use crate::syntax::{Parse, parse};
use std::ops::Range;

/// How often the result for a text with faults is formatted again, to see whether it stays the same.
const AGAIN: usize = 3;

/// The changes that format a source, in its order. With a range, only the changes to the lines that it touches, and to
/// the other lines of the statements on those lines.
pub(crate) fn edits(source: &SourceFile, parsed: &Parse, within: Option<&Range<usize>>) -> Vec<Edit> {
    let lines = TextLines::new(source);
    let chosen = within.map(|within| statements(&lines, &parsed.document, &lines.touched(within)));
    let again = if chosen.is_some() { 0 } else { AGAIN };
    sound(source, parsed, chosen.as_ref(), again)
}

/// The changes to some lines, or to all, except in broken parts.
///
/// How a text with faults is read can depend on its indentation. If it would be read differently, or if formatting again
/// would change it, first the items of the file that have faults are kept as they are, then all items.
fn sound(source: &SourceFile, parsed: &Parse, chosen: Option<&Range<usize>>, again: usize) -> Vec<Edit> {
    let lines = TextLines::new(source);
    let is_chosen = |edit: &Edit| {
        chosen.is_none_or(|chosen| lines.touched(&edit.span.range()).all(|line| chosen.contains(&line)))
    };
    let is_sound = |edits: &Vec<Edit>| {
        if parsed.errors.is_empty() || edits.is_empty() {
            return true;
        }
        let formatted = SourceFile::new(source.id, source.name.as_str(), applied(&source.text, edits));
        let reread = parse(&formatted);
        faults::same((source, parsed), (&formatted, &reread))
            && (again == 0 || sound(&formatted, &reread, None, again - 1).is_empty())
    };
    let tries = [Keep::Statements, Keep::Items].into_iter();
    let mut tries = tries.map(|keep| {
        let mut edits = layout::edits(&lines, parsed, keep);
        edits.retain(is_chosen);
        edits
    });
    tries.find(is_sound).unwrap_or_default()
}
