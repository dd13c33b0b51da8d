//! Finds where the lines of a statement begin and end, for changes that move whole statements.
//!
//! Invariant: a line belongs to a statement only if no other statement is on it.

use crate::ide::Parsed;
use crate::syntax::tree::Statement;
use std::ops::Range;

/// The lines of a statement with the comments directly above it, if no other statement is on them.
pub(super) fn lines(file: &Parsed, statement: &Statement) -> Option<Range<usize>> {
    let start = start(file, statement)?;
    Some(start..end(file, statement)?)
}

/// Where the first line of a statement starts, or of the comments directly above it.
pub(super) fn start(file: &Parsed, statement: &Statement) -> Option<usize> {
    let text = file.text();
    let (before, indentation) = last_line(&text[..statement.span.range().start]);
    if !indentation.trim().is_empty() {
        return None;
    }
    let mut start = before.len();
    while let Some(above) = text[..start].strip_suffix('\n') {
        let (above, line) = last_line(above);
        if !line.trim_start().starts_with('#') || !is_comment(file, above.len() + line.len()) {
            break;
        }
        start = above.len();
    }
    Some(start)
}

/// Where the line after a statement starts, or where the text ends.
pub(super) fn end(file: &Parsed, statement: &Statement) -> Option<usize> {
    let text = file.text();
    let end = statement.span.range().end;
    let line = end + text[end..].find('\n').map_or(text.len() - end, |at| at + 1);
    let rest = text[end..line].trim();
    (rest.is_empty() || rest.starts_with('#')).then_some(line)
}

/// The spaces at the start of a statement's line.
pub(super) fn indentation<'t>(file: &'t Parsed, statement: &Statement) -> &'t str {
    let (_, line) = last_line(&file.text()[..statement.span.range().start]);
    &line[..line.len() - line.trim_start().len()]
}

/// A text up to its last line, and that line.
fn last_line(text: &str) -> (&str, &str) {
    text.split_at(text.rfind('\n').map_or(0, |at| at + 1))
}

/// Whether a comment ends there: a line of a text may look like a comment.
fn is_comment(file: &Parsed, end: usize) -> bool {
    file.document().comments.iter().any(|comment| {
        let comment = comment.range().end;
        comment == end || file.text().get(comment..end).is_some_and(|rest| rest.trim().is_empty())
    })
}
