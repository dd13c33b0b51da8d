//! Finds the changes that format a source and leave its meaning, broken places included.
//!
//! Invariant: what is formatted is read as before, and comes out of formatting unchanged.

use super::lines::{Keep, TextLines, statements};
use super::{faults, layout};
use crate::diagnostic::{Edit, applied};
use crate::source::SourceFile;
use crate::syntax::{Parse, parse};
use std::ops::Range;

/// How often what comes of a text with faults is formatted again, to see whether it stays as it is.
const AGAIN: usize = 3;

/// The changes that format a source, in its order; with a range those to the lines that it touches, together with the
/// other lines of statements which those lines have a part of.
pub(crate) fn edits(source: &SourceFile, parsed: &Parse, within: Option<&Range<usize>>) -> Vec<Edit> {
    let lines = TextLines::new(source);
    let chosen = within.map(|within| statements(&lines, &parsed.document, &lines.touched(within)));
    let again = if chosen.is_some() { 0 } else { AGAIN };
    sound(source, parsed, chosen.as_ref(), again)
}

/// The changes to some lines, or to all, with what is broken left as it is.
///
/// How a text with faults is read may hang on its indentation: where it would be read otherwise, or would not stay as it is
/// when formatted again, first the items of the file that have faults stay as they are, then all.
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
