//! Applies an editor's changes to a text.

use super::position::{Encoding, LineIndex};
use lsp_types::{Position, TextDocumentContentChangeEvent};
use std::borrow::Cow;
use std::sync::Arc;

/// A text after changes, each of which is about the text after the one before, and its lines.
pub(super) fn edited(
    text: &str,
    lines: &Arc<LineIndex>,
    changes: Vec<TextDocumentContentChangeEvent>,
    encoding: Encoding,
) -> (String, Arc<LineIndex>) {
    let mut text = Cow::Borrowed(text);
    let mut lines = Arc::clone(lines);
    for change in changes {
        match change.range {
            None => {
                text = Cow::Owned(change.text);
                lines = Arc::new(LineIndex::new(&text, encoding));
            }
            Some(range) => {
                let offset = |position: Position| lines.offset(&text, position);
                let (start, end) = (offset(range.start), offset(range.end));
                let gone = start.min(end)..end.max(start);
                text = Cow::Owned([&text[..gone.start], &change.text, &text[gone.end..]].concat());
                lines = Arc::new(lines.edited(&text, &gone, change.text.len()));
            }
        }
    }
    (text.into_owned(), lines)
}
