//! Text to trees of YAML in which every node knows its place, read as kubectl reads it.
//!
//! Invariant: what is read has a bounded depth and size, whatever the text; a scalar has the type and the value that
//! kubectl (YAML 1.1, then JSON) gives it.

use crate::source::Span;
use smol_str::SmolStr;

/// The documents of a text.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that can be read, without the empty ones.
    pub documents: Vec<Node>,
    /// The comments, in the order of the text.
    pub comments: Vec<Comment>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its place, from `#` to the end of the line.
    pub span: Span,
    /// Its text, without `#` and the blanks around it.
    pub text: SmolStr,
    /// Whether nothing stands before it on its line.
    pub alone: bool,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// From its first to its last character (for a map, from its first key to the end of its last value). The value of
    /// an alias stands where the alias does, with all that it holds.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What JSON knows of a value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// A truth value: in YAML 1.1 also `yes`, `off` and the like.
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
    /// Where it stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}
