//! Represents a document in an editor: converts between positions of the protocol and places in the text, independently
//! of the server.

use std::ops::Range;

use serde_json::{Value, json};

/// How an editor counts within a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
        }
    }

    fn units(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// The text of a document.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) encoding: Encoding,
}

impl Text {
    pub(crate) fn new(text: &str, encoding: Encoding) -> Text {
        Text { text: text.to_owned(), encoding }
    }

    /// Where each line begins: after `\n`, `\r\n` and a single `\r`.
    fn lines(&self) -> Vec<usize> {
        let bytes = self.text.as_bytes();
        let ends =
            |at: &usize| bytes[*at] == b'\n' || (bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|at| at + 1)).collect()
    }

    /// A place as a position.
    pub(crate) fn position(&self, offset: usize) -> Value {
        let lines = self.lines();
        let line = lines.partition_point(|start| *start <= offset) - 1;
        json!({ "line": line, "character": self.encoding.units(&self.text[lines[line]..offset]) })
    }

    pub(crate) fn range(&self, range: Range<usize>) -> Value {
        json!({ "start": self.position(range.start), "end": self.position(range.end) })
    }

    /// A position as a place; it must be in the text.
    pub(crate) fn offset(&self, position: &Value) -> usize {
        let number = |key: &str| usize::try_from(position[key].as_u64().unwrap()).unwrap();
        let lines = self.lines();
        let line = number("line");
        assert!(line < lines.len(), "{position} is after the last line of {:?}", self.text);
        let mut offset = lines[line];
        while self.encoding.units(&self.text[lines[line]..offset]) < number("character") {
            let next = self.text[offset..].chars().next();
            offset +=
                next.unwrap_or_else(|| panic!("{position} is after the end of {:?}", self.text)).len_utf8();
        }
        assert_eq!(self.position(offset), *position, "not a valid position in {:?}", self.text);
        offset
    }

    pub(crate) fn span(&self, range: &Value) -> Range<usize> {
        let span = self.offset(&range["start"])..self.offset(&range["end"]);
        assert!(span.start <= span.end, "{range} ends before it begins");
        span
    }

    /// Replaces a range, and gives the change as `didChange` describes it.
    pub(crate) fn replace(&mut self, range: Range<usize>, with: &str) -> Value {
        let change = json!({ "range": self.range(range.clone()), "text": with });
        self.text.replace_range(range, with);
        change
    }

    /// The text with edits of the server; they must not overlap.
    pub(crate) fn edited(&self, edits: &[Value]) -> String {
        let mut edits: Vec<_> =
            edits.iter().map(|edit| (self.span(&edit["range"]), edit["newText"].as_str().unwrap())).collect();
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::new();
        let mut end = 0;
        for (range, with) in edits {
            assert!(end <= range.start, "edits overlap at {range:?}");
            text.push_str(&self.text[end..range.start]);
            text.push_str(with);
            end = range.end;
        }
        text + &self.text[end..]
    }
}
