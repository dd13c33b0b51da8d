//! Holds what a YAML document says, with the place of every value.

use crate::source::Span;
use smol_str::SmolStr;

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
pub struct YamlNode {
    /// From its first to its last character (for a map, from its first key to the end of its last value). The value of
    /// an alias, with everything inside, has the place of the alias.
    pub span: Span,
    /// The value.
    pub value: YamlValue,
}

/// A value with the types of JSON.
#[derive(Clone, Debug)]
pub enum YamlValue {
    /// `null`, `~`, or nothing at all.
    Null,
    /// A boolean: in YAML 1.1 also `yes`, `off` and the like.
    Bool(bool),
    /// A number, as kubectl writes it in JSON: `420` for `0644`, `0.5`, `1e+21`.
    Number(SmolStr),
    /// Text.
    Text(SmolStr),
    /// A list.
    List(Vec<YamlNode>),
    /// A map; its keys are unique.
    Map(Vec<YamlEntry>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub struct YamlEntry {
    /// The key.
    pub key: SmolStr,
    /// The place of the key.
    pub key_span: Span,
    /// The value.
    pub node: YamlNode,
}

impl YamlNode {
    /// The entries of a map; empty for everything else.
    pub fn entries(&self) -> &[YamlEntry] {
        match &self.value {
            YamlValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for everything else.
    pub fn items(&self) -> &[YamlNode] {
        match &self.value {
            YamlValue::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&YamlNode> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&YamlEntry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            YamlValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is a whole one.
    pub fn as_int(&self) -> Option<i64> {
        match &self.value {
            YamlValue::Number(number) => number.parse().ok(),
            _ => None,
        }
    }
}
