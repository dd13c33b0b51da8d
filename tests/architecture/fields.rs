//! Checks that names of fields in texts of the code are fields of the schema: a misspelled name would silently read
//! nothing.

use crate::{Source, sources};
use initflow::kubernetes::schema;
use std::collections::{BTreeSet, HashMap};

/// The modules that read or make Kubernetes objects.
const MODULES: [&str; 14] = [
    "check",
    "emit",
    "expect",
    "import",
    "lint",
    "lower",
    "manifest",
    "model",
    "once",
    "order",
    "plan",
    "resources",
    "verify",
    "vocabulary",
];

/// What accepts one or several names of fields: methods, functions, and a comparison with the key of an entry.
const ACCESSORS: [&str; 32] = [
    ".at",
    ".drops",
    ".entry",
    ".exactly_one",
    ".field",
    ".get",
    ".get_mut",
    ".in_range",
    ".insert",
    ".key",
    ".not_both",
    ".not_negative",
    ".put",
    ".remove",
    ".required",
    ".set",
    ".unmet",
    "Node::object",
    "amounts",
    "filled_entry",
    "field",
    "find",
    "is_true",
    "items",
    "lacks",
    "list",
    "local_path",
    "number",
    "path_of",
    "placed",
    "text",
    "words",
];

/// Words that look like names of fields and are not.
const OTHERS: [(&str, &[&str]); 7] = [
    ("resources", &["cpu", "memory", "storage"]),
    ("finalizers", &["foregroundDeletion", "kubernetes", "orphan"]),
    ("fields that only a running pod has", &["status.hostIPs", "status.podIP", "status.podIPs"]),
    ("words of other tools that authors may try", &["dependsOn", "initContainer"]),
    ("the word for a `persistentVolumeClaim`", &["pvc"]),
    ("a style of serde's", &["camelCase"]),
    ("a value", &["true"]),
];

/// Files whose texts are words of other programs.
const FOREIGN: [&str; 5] = [
    "src/import/foreign.rs",
    "src/lint/files/programs.rs",
    "src/lint/rules/servers/programs.rs",
    "src/lint/rules/unrepeatable_command/refusals.rs",
    "src/lint/shell/bash.rs",
];

#[test]
fn names_of_fields_are_in_the_schema() {
    let fields = fields();
    let others: BTreeSet<&str> = OTHERS.iter().flat_map(|(_, names)| *names).copied().collect();
    let mut unused = others.clone();
    let mut complaints = Vec::new();
    let is_read =
        |source: &&Source| MODULES.contains(&&*source.module) && !FOREIGN.contains(&source.path.as_str());
    for Source { path, code, .. } in sources().iter().filter(is_read) {
        for name in names(code) {
            unused.remove(name);
            let is_field = |part: &str| fields.contains(part) || others.contains(part);
            if !others.contains(name) && !name.split('.').all(is_field) {
                complaints.push(format!("{path}: `{name}` is not a field of any object of Kubernetes"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(unused.is_empty(), "these exceptions are not needed: {unused:?}");
}

#[test]
fn names_are_found_in_code() {
    for (code, expected) in [
        (r#"node.get("replicas")"#, &["replicas"][..]),
        (r#"node.at("emptyDir.sizeLimit")"#, &["emptyDir.sizeLimit"]),
        (r#"report.not_negative(spec, &["replicas", "paused"])"#, &["replicas", "paused"]),
        (r#"report.required(node, "name", "a volume", node.span)"#, &["name"]),
        (r#"Node::object(span, [("name", Node::text(span, "token"))])"#, &["name"]),
        (r#"entries.retain(|entry| entry.key != "claims")"#, &["claims"]),
        (r#"const PROBES: [&str; 2] = ["exec", "httpGet"];"#, &["exec", "httpGet"]),
        (r#"match key { "exec" => 1, "httpGet" | "grpc" => 2, _ => "other" }"#, &["exec", "httpGet", "grpc"]),
        (r#"let word = ["exec", "other"];"#, &[]),
        (r#"let quote = '"'; node.get("name") // what's "camelCase""#, &["name"]),
    ] {
        assert_eq!(names(code), expected, "{code}");
    }
}

/// The names of all fields.
fn fields() -> BTreeSet<&'static str> {
    let all = schema::objects().iter().chain(schema::objects_around());
    all.flat_map(|object| object.fields).map(|field| field.name).collect()
}

/// The names of fields, or their paths, in some code: texts that look like them, arguments of accessors, and texts that
/// are listed or matched together with one of these.
fn names(code: &str) -> Vec<&str> {
    let literals = literals(code);
    let mut groups: HashMap<usize, bool> = HashMap::new();
    for literal in literals.iter().filter(|literal| literal.is_alternative) {
        *groups.entry(literal.within).or_default() |= is_in_camel_case(literal.text);
    }
    let is_name = |literal: &Literal<'_>| {
        let listed = literal.is_alternative && groups[&literal.within];
        is_in_camel_case(literal.text) || listed || ACCESSORS.contains(&literal.call)
    };
    let names = literals.iter().filter(|literal| is_path(literal.text) && is_name(literal));
    names.map(|literal| literal.text).collect()
}

fn is_path(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|char: char| char.is_ascii_lowercase())
            && part.chars().all(|char| char.is_ascii_alphanumeric())
    })
}

fn is_in_camel_case(text: &str) -> bool {
    is_path(text) && text.contains(|char: char| char.is_ascii_uppercase())
}

/// A text in the code, and its surroundings.
struct Literal<'c> {
    text: &'c str,
    /// The function that it is an argument of, directly or in a list: `.get`, `items`, `Node::text`.
    call: &'c str,
    /// Whether it is in a list or is a pattern.
    is_alternative: bool,
    /// Where the bracket around it opens.
    within: usize,
}

fn literals(code: &str) -> Vec<Literal<'_>> {
    let mut literals = Vec::new();
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest.as_bytes() {
            [b'(' | b'[' | b'{', ..] => {
                open.push((at, rest.as_bytes()[0]));
                1
            }
            [b')' | b']' | b'}', ..] => {
                open.pop();
                1
            }
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'\'', b'\\', _, ..] => rest[3..].find('\'').map_or(1, |end| end + 4),
            [b'\'', b'"' | b'(' | b')' | b'[' | b']' | b'{' | b'}', b'\'', ..] => 3,
            [b'r', b'"', ..] => rest[2..].find('"').map_or(rest.len(), |end| end + 3),
            [b'r', b'#', b'"', ..] => rest.find("\"#").map_or(rest.len(), |end| end + 2),
            [b'"', ..] => {
                let end = end_of_text(rest);
                literals.push(literal(code, at..at + end, &open));
                end
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    literals
}

/// The length of a text with its quotes.
fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 2)
}

fn literal<'c>(code: &'c str, range: std::ops::Range<usize>, open: &[(usize, u8)]) -> Literal<'c> {
    let (before, after) = (code[..range.start].trim_end(), code[range.end..].trim_start());
    let (within, bracket) = open.last().copied().unwrap_or_default();
    let is_pattern = after.starts_with("=>") || after.starts_with('|') || before.ends_with('|');
    let is_compared = before.ends_with(".key ==") || before.ends_with(".key !=");
    Literal {
        text: &code[range.start + 1..range.end - 1],
        call: if is_compared { ".key" } else { call(code, open) },
        is_alternative: bracket == b'[' || is_pattern,
        within,
    }
}

/// The function whose parentheses enclose a place, also if it is in a list or a tuple in them.
fn call<'c>(code: &'c str, open: &[(usize, u8)]) -> &'c str {
    for (at, bracket) in open.iter().rev().filter(|(_, bracket)| *bracket != b'[') {
        let before = &code[..*at];
        let path = before.trim_end_matches(|char: char| char.is_alphanumeric() || "_:".contains(char));
        let start = if path.ends_with('.') { path.len() - 1 } else { path.len() };
        if *bracket == b'{' || start < before.len() {
            return &before[start..];
        }
    }
    ""
}
