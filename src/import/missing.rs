//! Reports fields that a manifest lacks.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::yaml::YamlNode;

/// The error about a required field.
pub(super) fn lacks(owner: &YamlNode, field: &str, what: &str) -> Diagnostic {
    let empty = owner.get(field).map(|node| node.span);
    let first = owner.entries().first().map_or(owner.span, |entry| entry.key_span);
    let first = empty.unwrap_or(first);
    Diagnostic::error(Code::MissingField, first, format!("{what} has no `{field}`"))
        .here(format!("`{field}` is required"))
}
