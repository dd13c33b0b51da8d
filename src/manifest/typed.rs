//! Checks a YAML tree against the schema and reports unknown fields and values of the wrong type, like the API server's
//! strict decoding.
//!
//! Invariant: every remaining node has the type of its field, or is a `null` for which an error has been reported;
//! a `null` of the manifest is removed, as in the API server.

use crate::diagnostic::{Applicability, Code, Diagnostic, change_to};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::schema::{self, FieldType, ObjectSchema};
use crate::manifest::yaml::{MAX_ERRORS, YamlEntry, YamlNode, YamlValue};

/// Removes the fields of an object that do not have the type in the schema.
pub(crate) fn fields(
    object: &'static ObjectSchema,
    entries: Vec<YamlEntry>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<YamlEntry> {
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(field) = object.field(&entry.key) else {
            // The vocabulary has no status: only the cluster sets it.
            let is_status = entry.key == "status" && object.field("apiVersion").is_some();
            if !is_status && diagnostics.len() < MAX_ERRORS {
                diagnostics.push(unknown(object, &entry));
            }
            continue;
        };
        if is_empty_word(object, &entry) {
            kept.push(entry);
            continue;
        }
        // A required field that is `null` is empty, as in the API server.
        let typed = if field.required { item } else { node };
        if let Some(node) = typed(&field.ty, entry.node, diagnostics) {
            kept.push(YamlEntry { node, ..entry });
        }
    }
    kept
}

/// Whether a field is an empty word that the API server distinguishes from an absent one.
fn is_empty_word(object: &ObjectSchema, entry: &YamlEntry) -> bool {
    const DISTINGUISHED: [&str; 14] = [
        "cachingMode",
        "completionMode",
        "fsGroupChangePolicy",
        "kind",
        "mountPropagation",
        "nodeAffinityPolicy",
        "nodeTaintsPolicy",
        "podReplacementPolicy",
        "preemptionPolicy",
        "procMount",
        "recursiveReadOnly",
        "seLinuxChangePolicy",
        "supplementalGroupsPolicy",
        "volumeMode",
    ];
    let field = object.field(&entry.key).filter(|field| matches!(field.ty, FieldType::Enum(_)));
    let is_distinguished = DISTINGUISHED.contains(&entry.key.as_str())
        || object.name == "Container" && entry.key == "restartPolicy";
    field.is_some()
        && is_distinguished
        && matches!(&entry.node.value, YamlValue::Text(text) if text.is_empty())
}

/// Removes metadata that the cluster sets regardless of the manifest; `kubectl get` prints it.
pub(crate) fn forget_cluster(manifest: &mut [YamlEntry]) {
    for entry in manifest.iter_mut().filter(|entry| entry.key == "metadata") {
        if let YamlValue::Map(metadata) = &mut entry.node.value {
            metadata.retain(|entry| !schema::SET_BY_SERVER.contains(&entry.key.as_str()));
        }
    }
}

fn node(ty: &'static FieldType, node: YamlNode, diagnostics: &mut Vec<Diagnostic>) -> Option<YamlNode> {
    let YamlNode { span, value } = node;
    let fits = match (ty, &value) {
        (_, YamlValue::Null) => return None,
        // For the API server, an empty word means the same as an absent one.
        (FieldType::Enum(_), YamlValue::Text(text)) if text.is_empty() => return None,
        (FieldType::Int32 | FieldType::IntOrString, YamlValue::Number(text)) => text.parse::<i32>().is_ok(),
        (FieldType::Int64, YamlValue::Number(text)) => text.parse::<i64>().is_ok(),
        (FieldType::Quantity, YamlValue::Number(text) | YamlValue::Text(text)) => {
            Quantity::parse(text.trim()).is_ok()
        }
        (FieldType::Bool, YamlValue::Bool(_))
        | (
            FieldType::Text | FieldType::Enum(_) | FieldType::Time | FieldType::IntOrString,
            YamlValue::Text(_),
        )
        | (FieldType::Object(_) | FieldType::Map(_) | FieldType::Any, YamlValue::Map(_))
        | (FieldType::List(_), YamlValue::List(_)) => true,
        _ => false,
    };
    if !fits {
        diagnostics.push(misfit(ty, span, &value));
        return Some(YamlNode { span, value: YamlValue::Null });
    }
    let value = match (ty, value) {
        (FieldType::Object(object), YamlValue::Map(entries)) => {
            YamlValue::Map(fields(object, entries, diagnostics))
        }
        (FieldType::Map(inner), YamlValue::Map(entries)) => {
            let mut kept = Vec::with_capacity(entries.len());
            for entry in entries {
                if let Some(node) = item(inner, entry.node, diagnostics) {
                    kept.push(YamlEntry { node, ..entry });
                }
            }
            YamlValue::Map(kept)
        }
        (FieldType::List(inner), YamlValue::List(items)) => {
            YamlValue::List(items.into_iter().filter_map(|each| item(inner, each, diagnostics)).collect())
        }
        (_, value) => value,
    };
    Some(YamlNode { span, value })
}

/// An item of a list, or the value of a map's key: `null` there is the empty value of its type.
fn item(ty: &'static FieldType, node: YamlNode, diagnostics: &mut Vec<Diagnostic>) -> Option<YamlNode> {
    let empty = match (&node.value, ty) {
        (YamlValue::Null, FieldType::Text | FieldType::Enum(_)) => Some(YamlValue::Text("".into())),
        (YamlValue::Null, FieldType::Object(_) | FieldType::Map(_)) => Some(YamlValue::Map(Vec::new())),
        (YamlValue::Null, FieldType::List(_)) => Some(YamlValue::List(Vec::new())),
        (YamlValue::Null, FieldType::Quantity | FieldType::Int32 | FieldType::Int64) => {
            Some(YamlValue::Number("0".into()))
        }
        (YamlValue::Text(text), FieldType::Enum(_)) if text.is_empty() => Some(YamlValue::Text("".into())),
        _ => None,
    };
    match empty {
        Some(value) => Some(YamlNode { span: node.span, value }),
        None => self::node(ty, node, diagnostics),
    }
}

fn unknown(object: &'static ObjectSchema, entry: &YamlEntry) -> Diagnostic {
    let shown = entry.key.escape_debug();
    let known = || object.fields.iter().map(|field| field.name);
    let diagnostic = Diagnostic::error(
        Code::UnknownStatement,
        entry.key_span,
        format!("unknown field `{shown}` of `{}`", object.name),
    )
    .here("the API server refuses unknown fields");
    match known().find(|known| known.eq_ignore_ascii_case(&entry.key)) {
        Some(name) => diagnostic.help(format!("change to `{name}`: case matters")).fix(
            change_to(name),
            entry.key_span,
            name,
            Applicability::Safe,
        ),
        None => diagnostic.did_you_mean(entry.key_span, &entry.key, known()),
    }
}

fn misfit(ty: &'static FieldType, span: crate::source::Span, value: &YamlValue) -> Diagnostic {
    let found = match value {
        YamlValue::Null => "nothing".to_owned(),
        YamlValue::Bool(bool) => format!("`{bool}`"),
        YamlValue::Number(text) => format!("the number `{text}`"),
        YamlValue::Text(text) if text.chars().count() <= 40 && !text.contains('\n') => {
            format!("the text \"{}\"", text.escape_debug())
        }
        YamlValue::Text(_) => "a text".to_owned(),
        YamlValue::List(_) => "a list".to_owned(),
        YamlValue::Map(_) => "a map".to_owned(),
    };
    let expected = match ty {
        FieldType::Bool => "`true` or `false`",
        FieldType::Int32 => "a whole number of 32 bits",
        FieldType::Int64 => "a whole number of 64 bits",
        FieldType::Text | FieldType::Enum(_) => "text",
        FieldType::Time => "a time such as \"2026-01-31T12:00:00Z\"",
        FieldType::IntOrString => "a whole number or text",
        FieldType::Quantity => "an amount such as `500m` or `1Gi`",
        FieldType::Object(_) | FieldType::Map(_) | FieldType::Any => "a map",
        FieldType::List(_) => "a list",
    };
    let headline = format!("expected {expected}, found {found}");
    let diagnostic = Diagnostic::error(Code::TypeMismatch, span, headline).here("has the wrong type");
    match (ty, value) {
        (
            FieldType::Text | FieldType::Enum(_) | FieldType::Time,
            YamlValue::Number(_) | YamlValue::Bool(_),
        ) => diagnostic.help("put it in quotes: YAML reads it as a number or a boolean otherwise"),
        (FieldType::Bool, YamlValue::Text(text)) if matches!(text.as_str(), "true" | "false") => {
            diagnostic.help("remove the quotes")
        }
        (FieldType::Int32 | FieldType::Int64, YamlValue::Text(text)) if text.parse::<i64>().is_ok() => {
            diagnostic.help("remove the quotes")
        }
        (FieldType::List(FieldType::Text), YamlValue::Text(_)) => {
            diagnostic.help("write its words as a list: `[\"sh\", \"-c\", \"…\"]`")
        }
        (FieldType::List(_), YamlValue::Map(_)) => {
            diagnostic.help("add `- ` before its first field to make it a list item")
        }
        (FieldType::Object(_) | FieldType::Map(_), YamlValue::List(_)) => {
            diagnostic.help("remove the `- ` to make it a map")
        }
        _ => diagnostic,
    }
}
