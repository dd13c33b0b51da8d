//! Writes typed objects as YAML and JSON. No other module uses the YAML writer.
//!
//! Invariant: kubectl (YAML 1.1) and every YAML 1.2 reader read back exactly the object, and the same object gives the
//! same bytes.

mod block;
mod kyaml;
mod literal;
mod record;
mod scalar;

use crate::diagnostic::visible;
use crate::lower::Object;
use crate::total::sure;
use literal::is_special;
use record::Record;

use crate::kubernetes::schema::CONTAINER;
use serde::{Serialize, Serializer};
use serde_json::Value;

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
    out.shrink_to_fit();
    out
}

fn write_document(out: &mut String, document: &YamlDocument) {
    write_header(out, document);
    block::write(out, &record(document.object));
}

fn write_header(out: &mut String, document: &YamlDocument) {
    for line in document.header.iter().flat_map(|header| header.lines()) {
        out.push_str(if line.is_empty() { "#" } else { "# " });
        // No character in a name may end the line of the comment.
        out.extend(
            line.chars().map(|char| if is_special(char) { char::REPLACEMENT_CHARACTER } else { char }),
        );
        out.push('\n');
    }
}

/// The documents as one KYAML stream. Each begins with `---`, so streams need nothing between them.
pub(crate) fn kyaml(documents: &[YamlDocument]) -> String {
    let mut out = String::new();
    for document in documents {
        out.push_str(SEPARATOR);
        write_header(&mut out, document);
        kyaml::write(&mut out, &record(document.object));
    }
    out.shrink_to_fit();
    out
}

fn record(object: &Object) -> Record {
    // Kubernetes objects do not contain what a record refuses: bytes, variants with values, and keys that are not text.
    sure(Record::of(object))
}

/// The objects as JSON: one as it is, several as a `List`, which kubectl accepts.
pub(crate) fn json(objects: &[&Object]) -> String {
    match objects {
        [one] => visible::document(&record(one)),
        several => {
            let items = several.iter().map(|object| record(object)).collect();
            visible::document(&List { api_version: "v1", kind: "List", items })
        }
    }
}

/// A part of an object, in YAML's block style.
pub(crate) fn fragment(value: &Value) -> String {
    let mut out = String::new();
    block::write(&mut out, &sure(Record::of(&InOrder(value))));
    out
}

/// A part of an object with its fields in the order in which people write those of a container.
struct InOrder<'v>(&'v Value);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(entries) => {
                let rank = |key: &str| CONTAINER.fields.iter().position(|field| field.name == key);
                let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| rank(key).unwrap_or(usize::MAX));
                serializer.collect_map(entries.into_iter().map(|(key, value)| (key, InOrder(value))))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(InOrder)),
            scalar => scalar.serialize(serializer),
        }
    }
}

/// A key of a map, without its colon.
pub(crate) fn key(key: &str) -> String {
    let mut out = String::new();
    scalar::key(&mut out, key, 0);
    out.pop();
    out
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<Record>,
}

#[cfg(test)]
mod tests;
