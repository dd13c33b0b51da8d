//! Writes typed objects as YAML and JSON. No other module uses the YAML writer.
//!
//! Invariant: kubectl (YAML 1.1) and every YAML 1.2 reader read back exactly the object, and the same object gives the
//! same bytes.

mod tree;

use crate::diagnostic::visible;
use crate::lower::Object;
use crate::total::sure;
use serde::Serialize;
use serde::ser::{SerializeMap as _, SerializeSeq as _, Serializer};
use serde_saphyr::{LitStr, SerializerOptions};
use tree::OutputTree;

/// An object and the comment to put above it.
#[derive(Clone, Debug)]
pub(crate) struct YamlDocument<'o> {
    /// The lines of the comment, without `#`.
    pub header: Option<String>,
    /// The object.
    pub object: &'o Object,
}

/// The separator between the documents of a YAML stream.
pub(crate) const SEPARATOR: &str = "---\n";

/// The documents as one YAML stream, separated by `---`.
pub(crate) fn yaml(documents: &[YamlDocument]) -> String {
    let mut out = String::new();
    for (at, document) in documents.iter().enumerate() {
        if at > 0 {
            out.push_str(SEPARATOR);
        }
        write_document(&mut out, document);
    }
    out
}

fn write_document(out: &mut String, document: &YamlDocument) {
    if let Some(header) = &document.header {
        for line in header.lines() {
            out.push_str(if line.is_empty() { "#" } else { "# " });
            // No character in a name may end the line of the comment.
            out.extend(
                line.chars().map(|char| if is_special(char) { char::REPLACEMENT_CHARACTER } else { char }),
            );
            out.push('\n');
        }
    }
    let tree = tree(document.object);
    let mut options = SerializerOptions::default();
    options.prefer_block_scalars = false;
    // The writer accepts every node of a tree.
    sure(serde_saphyr::to_fmt_writer_with_options(out, &Yaml(&tree), options));
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

fn tree(object: &Object) -> OutputTree {
    // Kubernetes objects do not contain what a tree refuses: bytes, variants with values, and keys that are not text.
    sure(OutputTree::of(object))
}

/// The objects as JSON: one as it is, several as a `List`, which kubectl accepts.
pub(crate) fn json(objects: &[&Object]) -> String {
    let trees: Vec<OutputTree> = objects.iter().map(|object| tree(object)).collect();
    match trees.as_slice() {
        [one] => visible::document(&Json(one)),
        several => {
            let items = several.iter().map(Json).collect();
            visible::document(&List { api_version: "v1", kind: "List", items })
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'t> {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<Json<'t>>,
}

/// Whether YAML does not allow a character, or some reader ends a line at it.
fn is_special(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether every reader reads a text of several lines back exactly from a literal block (`|`).
fn fits_block(text: &str) -> bool {
    // If the first line of a block starts with a tab, readers based on libyaml treat the tab as indentation.
    text.contains('\n')
        && text.trim_start_matches('\n').starts_with(|first| first != '\t')
        && !text.contains(|char| char != '\n' && char != '\t' && is_special(char))
}

struct Yaml<'t>(&'t OutputTree);

impl Serialize for Yaml<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            OutputTree::Text(text) if fits_block(text) => LitStr(text).serialize(serializer),
            tree => tree.write(serializer, Yaml),
        }
    }
}

struct Json<'t>(&'t OutputTree);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, Json)
    }
}

impl OutputTree {
    /// Writes a tree; `part` writes its parts.
    fn write<'t, S: Serializer, P: Serialize>(
        &'t self,
        serializer: S,
        part: impl Fn(&'t OutputTree) -> P,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Int(int) => serializer.serialize_i64(*int),
            Self::Float(float) => serializer.serialize_f64(*float),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&part(item))?;
                }
                list.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key.as_ref(), &part(value))?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests;
