//! Parses YAML as kubectl does, into trees in which every node knows its place.
//!
//! Invariant: the trees have a bounded depth and size for any text; a scalar has the type and the value that kubectl (YAML
//! 1.1, then JSON) gives it.

mod fault;
mod map;
mod place;
mod scalar;
#[cfg(test)]
mod tests;
mod tree;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use smol_str::SmolStr;
use tree::Trees;

/// The most errors that are reported; nothing is read after them.
pub const MAX_ERRORS: usize = 1000;

/// Reads the documents of a text; a broken one is reported, and the other ones are still read.
pub fn read(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Stream {
    let mut trees = Trees::new(file);
    let mut start = 0;
    for (line_start, line_end) in lines(&file.text) {
        // As in kubectl, `---` at the start of a line ends a document in any context, so an unclosed quote does not reach
        // into the next document.
        let Some(rest) = file.text[line_start..line_end].strip_prefix("---") else { continue };
        trees.read(start, line_start);
        if trees.is_full() {
            start = file.text.len();
            break;
        }
        start = line_end;
        let rest = rest.trim();
        if rest.starts_with('#') {
            start = line_start + 3;
        } else if !rest.is_empty() {
            trees.diagnostics.push(fault::beside_separator(Span::new(file.id, line_start, line_end), rest));
        }
    }
    trees.read(start, file.text.len());
    diagnostics.append(&mut trees.diagnostics);
    Stream { documents: trees.documents, comments: trees.comments }
}

/// Where each line starts and ends, without its end of line.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.split_inclusive('\n').scan(0, |start, line| {
        let line_start = *start;
        *start += line.len();
        Some((line_start, line_start + line.trim_end_matches(['\n', '\r']).len()))
    })
}

/// The documents of a text.
#[derive(Debug, Default)]
pub struct Stream {
    /// The readable documents, without the empty ones.
    pub documents: Vec<Node>,
    /// The comments, in the order of the text.
    pub comments: Vec<Comment>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its place, from `#` to the end of the line.
    pub span: Span,
    /// Its text, without `#`, one space after it, and trailing spaces.
    pub text: SmolStr,
    /// Whether it is alone on its line.
    pub alone: bool,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// From its first to its last character (for a map, from its first key to the end of its last value). The value of
    /// an alias, with everything inside, has the place of the alias.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A value with the types of JSON.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// A boolean: in YAML 1.1 also `yes`, `off` and the like.
    Bool(bool),
    /// A number, as kubectl writes it in JSON: `420` for `0644`, `0.5`, `1e+21`.
    Number(SmolStr),
    /// Text.
    Text(SmolStr),
    /// A list.
    List(Vec<Node>),
    /// A map; its keys are unique.
    Map(Vec<Entry>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: SmolStr,
    /// The place of the key.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The entries of a map; empty for everything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for everything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is a whole one.
    pub fn as_int(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }
}
