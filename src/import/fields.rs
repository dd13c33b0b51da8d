//! Writes fields of Kubernetes objects as statements under their own names.

use super::source::{DraftToken, StatementDraft};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::schema::{FieldType, ObjectSchema};
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode, YamlValue};

/// The statements of an object's fields.
pub(super) fn fields(object: &'static ObjectSchema, entries: &[YamlEntry]) -> Vec<StatementDraft> {
    entries.iter().flat_map(|entry| field(object, entry)).collect()
}

/// The fields of an object that are not in the head of its statement.
pub(super) fn rest(object: &'static ObjectSchema, node: &YamlNode, in_head: &[&str]) -> Vec<StatementDraft> {
    let left = node.entries().iter().filter(|entry| !in_head.contains(&entry.key.as_str()));
    left.flat_map(|entry| field(object, entry)).collect()
}

/// The statements of one field: one, or one for each object in a list.
pub(super) fn field(object: &'static ObjectSchema, entry: &YamlEntry) -> Vec<StatementDraft> {
    let Some(field) = object.field(&entry.key) else { return Vec::new() };
    let name = || DraftToken::new(entry.key_span, literal::name(&entry.key));
    let extent = entry.key_span.to(entry.node.span);
    match (&field.ty, &entry.node.value) {
        (FieldType::Object(inner), YamlValue::Map(entries)) => {
            vec![StatementDraft::new(extent, vec![name()]).with_block(fields(inner, entries))]
        }
        (FieldType::Map(inner), YamlValue::Map(entries)) if !entries.is_empty() => {
            vec![StatementDraft::new(extent, vec![name()]).with_block(map(inner, entries))]
        }
        (FieldType::Any, YamlValue::Map(entries)) => {
            vec![StatementDraft::new(extent, vec![name()]).with_block(free(entries))]
        }
        (FieldType::List(FieldType::Object(inner)), YamlValue::List(items)) => {
            let statement = |item: &YamlNode| {
                let head = vec![DraftToken::new(item.span, literal::name(&entry.key))];
                StatementDraft::new(item.span, head).with_block(fields(inner, item.entries()))
            };
            items.iter().map(statement).collect()
        }
        // Empty lists and maps mean the same as absent ones.
        (FieldType::List(_), YamlValue::List(items)) if items.is_empty() => Vec::new(),
        (FieldType::Map(_), YamlValue::Map(_)) => Vec::new(),
        (ty, _) => vec![StatementDraft::new(extent, vec![name(), value(ty, &entry.key, &entry.node)])],
    }
}

/// A plain value, or a list of plain values, of a field.
pub(super) fn value(ty: &'static FieldType, key: &str, node: &YamlNode) -> DraftToken {
    match (ty, &node.value) {
        (FieldType::List(inner), YamlValue::List(items)) => {
            DraftToken::list(node.span, items.iter().map(|item| value(inner, key, item)).collect())
        }
        (FieldType::Int32 | FieldType::Int64, YamlValue::Number(number))
            if matches!(key, "mode" | "defaultMode") =>
        {
            DraftToken::new(node.span, mode(number))
        }
        (FieldType::Enum(values), YamlValue::Text(written))
            if values.iter().any(|value| value.name == written) =>
        {
            DraftToken::new(node.span, written.as_str())
        }
        (FieldType::Quantity, YamlValue::Number(written) | YamlValue::Text(written)) => {
            DraftToken::new(node.span, amount(key, written))
        }
        (FieldType::IntOrString, YamlValue::Text(written)) if is_percentage(written) => {
            DraftToken::new(node.span, written.as_str())
        }
        (_, YamlValue::Bool(bool)) => DraftToken::new(node.span, bool.to_string()),
        (_, YamlValue::Number(number)) => DraftToken::new(node.span, number.as_str()),
        (_, YamlValue::Text(written)) => DraftToken::text(node.span, written),
        _ => DraftToken::new(node.span, "\"\""),
    }
}

/// The entries of a map with free keys.
fn map(item: &'static FieldType, entries: &[YamlEntry]) -> Vec<StatementDraft> {
    let statement = |entry: &YamlEntry| {
        let value = match (item, &entry.node.value) {
            (FieldType::Text, YamlValue::Text(written)) if !written.contains('\n') => {
                DraftToken::new(entry.node.span, literal::plain(written))
            }
            _ => value(item, &entry.key, &entry.node),
        };
        let extent = entry.key_span.to(entry.node.span);
        StatementDraft::new(extent, vec![DraftToken::new(entry.key_span, literal::name(&entry.key)), value])
    };
    entries.iter().map(statement).collect()
}

/// The entries of a map of free JSON.
fn free(entries: &[YamlEntry]) -> Vec<StatementDraft> {
    let statement = |entry: &YamlEntry| {
        let name = DraftToken::new(entry.key_span, literal::name(&entry.key));
        let extent = entry.key_span.to(entry.node.span);
        match &entry.node.value {
            YamlValue::Map(inner) => StatementDraft::new(extent, vec![name]).with_block(free(inner)),
            _ => StatementDraft::new(extent, vec![name, value(&FieldType::Text, &entry.key, &entry.node)]),
        }
    };
    entries.iter().map(statement).collect()
}

/// An amount as it was written, if a source can express it this way.
pub(super) fn amount(key: &str, written: &str) -> String {
    let written = written.trim();
    let is_plain = written.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && !written.ends_with('.')
        && written[1..].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    match Quantity::parse(written) {
        // Kubernetes accepts thousandths of a byte and millions of cores; a source has no such units.
        Ok(quantity) if !is_unit_of(key, written) => quantity.decimal(),
        Ok(quantity) if !is_plain => {
            let printed = quantity.to_string();
            if is_unit_of(key, &printed) && !printed.contains("e-") { printed } else { quantity.decimal() }
        }
        _ => written.to_owned(),
    }
}

/// Whether an amount is written in a unit that fits its resource.
fn is_unit_of(key: &str, written: &str) -> bool {
    let small = written.ends_with(['m', 'u', 'n']);
    let large = written.ends_with(['M', 'G', 'T', 'P', 'E', 'i']);
    match key {
        "cpu" => !large,
        "memory" | "storage" | "ephemeral-storage" | "sizeLimit" => !small,
        _ => true,
    }
}

/// A file's mode in octal.
fn mode(number: &str) -> String {
    match number.parse::<i64>() {
        Ok(mode) if mode > 0 => format!("0{mode:o}"),
        _ => number.to_owned(),
    }
}

fn is_percentage(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
