//! Writes volumes in their short forms.

use super::fields::{self, rest};
use super::source::{DraftToken, StatementDraft};
use crate::kubernetes::schema::{self, ObjectSchema};
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode, YamlValue};
use crate::source::Span;

/// The short forms: the field of the volume's source, the word, and the field that follows the word.
const SHORT: [(&str, &str, &str, &ObjectSchema); 5] = [
    ("persistentVolumeClaim", "claim", "claimName", &schema::PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE),
    ("secret", "secret", "secretName", &schema::SECRET_VOLUME_SOURCE),
    ("configMap", "configmap", "name", &schema::CONFIG_MAP_VOLUME_SOURCE),
    ("hostPath", "host", "path", &schema::HOST_PATH_VOLUME_SOURCE),
    ("image", "image", "reference", &schema::IMAGE_VOLUME_SOURCE),
];

/// `volume NAME [source] { … }`
pub(super) fn volume(node: &YamlNode) -> StatementDraft {
    let name = node.get("name");
    let place = name.map_or(Span { end: node.span.start, ..node.span }, |name| name.span);
    let mut head = vec![
        DraftToken::new(place, "volume"),
        DraftToken::new(place, literal::name(name.and_then(YamlNode::as_text).unwrap_or_default())),
    ];
    let sources: Vec<&YamlEntry> = node.entries().iter().filter(|entry| entry.key != "name").collect();
    let block = match sources.as_slice() {
        // Without a source, the API server makes the volume an emptyDir.
        [] => Some(Vec::new()),
        [source] if source.key == "emptyDir" => empty_dir(&source.node, &mut head),
        [source] => short(source, &mut head),
        _ => None,
    };
    let statement = StatementDraft::new(node.span, head);
    match block {
        Some(block) => statement.with_rest(block),
        None => {
            let block = sources.into_iter().flat_map(|entry| fields::field(&schema::VOLUME, entry)).collect();
            statement.with_block(block)
        }
    }
}

/// Adds the short form to the head and returns the content of its block; `None` if there is no short form.
fn empty_dir(source: &YamlNode, head: &mut Vec<DraftToken>) -> Option<Vec<StatementDraft>> {
    let size = source.get("sizeLimit");
    let word = match (source.get("medium").and_then(YamlNode::as_text), size) {
        (Some("Memory"), _) => Some("memory"),
        (None | Some(""), Some(_)) => Some("scratch"),
        (None | Some(""), None) => None,
        (Some(_), _) => return None,
    };
    if source.entries().iter().any(|entry| !matches!(entry.key.as_str(), "medium" | "sizeLimit")) {
        return None;
    }
    head.extend(word.map(|word| DraftToken::new(source.span, word)));
    if let Some(size) = size {
        head.push(fields::value(&schema::FieldType::Quantity, "sizeLimit", size));
    }
    Some(Vec::new())
}

fn short(source: &YamlEntry, head: &mut Vec<DraftToken>) -> Option<Vec<StatementDraft>> {
    let (_, word, field, object) = SHORT.iter().find(|(key, ..)| *key == source.key)?;
    let value = source.node.get(field)?;
    let YamlValue::Text(written) = &value.value else { return None };
    let is_path = *word == "host";
    if is_path && !written.starts_with('/') {
        return None;
    }
    head.push(DraftToken::new(source.key_span, *word));
    head.push(DraftToken::new(
        value.span,
        if is_path { literal::path(written) } else { literal::quoted(written) },
    ));
    Some(rest(object, &source.node, &[field]))
}
