//! Writes variables as an `env` block.

use super::fields;
use super::source::{DraftToken, StatementDraft};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode};

/// A source of a value: the field of `valueFrom`, the function, its positional parameters and its named ones.
type ImportedSource =
    (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const SOURCES: [ImportedSource; 5] = [
    ("secretKeyRef", "secret", &["name", "key"], &[("optional", "optional")]),
    ("configMapKeyRef", "configmap", &["name", "key"], &[("optional", "optional")]),
    ("fieldRef", "field", &["fieldPath"], &[("apiVersion", "apiVersion")]),
    (
        "resourceFieldRef",
        "resource",
        &["resource"],
        &[("containerName", "container"), ("divisor", "divisor")],
    ),
    ("fileKeyRef", "file", &["volumeName", "path", "key"], &[("optional", "optional")]),
];

/// `env { … }`, with the variables of whole Secrets and `ConfigMaps` first, because single ones override them.
pub(super) fn environment(container: &YamlNode, diagnostics: &mut Vec<Diagnostic>) -> Option<StatementDraft> {
    let entries: Vec<&YamlEntry> = ["envFrom", "env"].iter().filter_map(|key| container.entry(key)).collect();
    let first = entries.first()?;
    let items = |key: &str| container.get(key).map(YamlNode::items).unwrap_or_default();
    let mut block: Vec<StatementDraft> =
        items("envFrom").iter().filter_map(|item| whole(item, diagnostics)).collect();
    block.extend(items("env").iter().map(variable));
    if block.is_empty() {
        return None;
    }
    let extents = entries.iter().map(|entry| entry.key_span.to(entry.node.span)).collect();
    let head = vec![DraftToken::new(first.key_span, "env")];
    Some(StatementDraft { extents, ..StatementDraft::new(first.key_span, head).with_block(block) })
}

/// `NAME value`
fn variable(item: &YamlNode) -> StatementDraft {
    let name = item.get("name");
    let place = name.map_or(item.span, |name| name.span);
    let mut head =
        vec![DraftToken::new(place, literal::name(name.and_then(YamlNode::as_text).unwrap_or_default()))];
    match (item.get("value"), item.entry("valueFrom")) {
        (value, None) => {
            head.push(match value {
                Some(value) => {
                    let written = value.as_text().unwrap_or_default();
                    if written.contains('\n') {
                        DraftToken::text(value.span, written)
                    } else {
                        DraftToken::new(value.span, literal::plain(written))
                    }
                }
                None => DraftToken::new(place, "\"\""),
            });
            StatementDraft::new(item.span, head)
        }
        (None, Some(from)) if let Some(call) = call(&from.node) => {
            head.push(call);
            StatementDraft::new(item.span, head)
        }
        _ => {
            let fields = item.entries().iter().filter(|entry| entry.key != "name");
            let block = fields.flat_map(|entry| fields::field(&schema::ENV_VAR, entry)).collect();
            StatementDraft::new(item.span, head).with_block(block)
        }
    }
}

/// `secret("name", "key")` and the like, if that covers all fields.
fn call(from: &YamlNode) -> Option<DraftToken> {
    let [source] = from.entries() else { return None };
    let (_, function, positional, named) = SOURCES.iter().find(|(field, ..)| *field == source.key)?;
    let mut arguments = Vec::new();
    for field in *positional {
        let value = source.node.get(field)?.as_text()?;
        arguments.push(if *field == "volumeName" { literal::name(value) } else { literal::quoted(value) });
    }
    for entry in source.node.entries() {
        if positional.contains(&entry.key.as_str()) {
            continue;
        }
        let (_, called) = named.iter().find(|(field, _)| *field == entry.key)?;
        arguments.push(format!("{called}: {}", argument(entry)));
    }
    Some(DraftToken::new(source.node.span, format!("{function}({})", arguments.join(", "))))
}

fn argument(entry: &YamlEntry) -> String {
    use crate::manifest::yaml::YamlValue;
    match &entry.node.value {
        YamlValue::Bool(bool) => bool.to_string(),
        YamlValue::Number(written) => fields::amount("", written),
        YamlValue::Text(written) if entry.key == "divisor" => fields::amount("", written),
        YamlValue::Text(written) => literal::quoted(written),
        _ => String::new(),
    }
}

/// `from secret("name") [prefix "P_"]`
fn whole(item: &YamlNode, diagnostics: &mut Vec<Diagnostic>) -> Option<StatementDraft> {
    let sources = [("secretRef", "secret"), ("configMapRef", "configmap")];
    let mut given = sources.iter().filter_map(|(key, function)| Some((item.entry(key)?, *function)));
    let Some((source, function)) = given.next() else {
        diagnostics.push(
            Diagnostic::error(Code::MissingSource, item.span, "this item of `envFrom` has no source")
                .here("expected `secretRef` or `configMapRef`"),
        );
        return None;
    };
    if let Some((other, _)) = given.next() {
        diagnostics.push(
            Diagnostic::error(Code::SeveralSources, other.key_span, "this item of `envFrom` has two sources")
                .here("the second source")
                .label(source.key_span, "the first source")
                .help("make the second source an item of its own"),
        );
        return None;
    }
    let name = source.node.get("name").and_then(YamlNode::as_text).unwrap_or_default();
    let mut arguments = vec![literal::quoted(name)];
    if let Some(optional) = source.node.entry("optional") {
        arguments.push(format!("optional: {}", argument(optional)));
    }
    let place = source.node.get("name").map_or(source.key_span, |name| name.span);
    let mut head = vec![
        DraftToken::new(source.key_span, "from"),
        DraftToken::new(place, format!("{function}({})", arguments.join(", "))),
    ];
    if let Some(prefix) = item.get("prefix").filter(|prefix| prefix.as_text() != Some("")) {
        head.push(DraftToken::new(prefix.span, "prefix"));
        head.push(DraftToken::new(prefix.span, literal::quoted(prefix.as_text()?)));
    }
    Some(StatementDraft::new(item.span, head))
}
