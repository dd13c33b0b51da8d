//! Reads the schemas of the JSON contracts, whose fields are tables of the documentation. `tests/contracts/run` holds the output of
//! the commands to these schemas.

use crate::PAGES;
use serde_json::json;
use serde_yaml::Value;
use std::collections::BTreeSet;
use std::fs;

/// What the name of a contract's table begins with. The name of the schema follows, and that of a definition in it, if the
/// table is about one: `contract plan range`.
pub(crate) const PREFIX: &str = "contract ";

const SCHEMAS: [&str; 7] = ["report", "plan", "diff", "images", "status", "request", "answer"];

/// The names of all tables: one for each schema and each of its definitions.
pub(crate) fn tables() -> Vec<String> {
    let schemas = SCHEMAS.map(|name| (name, schema(name)));
    let mut tables = Vec::new();
    let mut known: Vec<(&str, &Value)> = Vec::new();
    for (name, schema) in &schemas {
        tables.push(format!("{PREFIX}{name}"));
        for definition in entries(&schema["$defs"]) {
            // Two schemas can have the same definition, which is described once.
            if !known.contains(&definition) {
                tables.push(format!("{PREFIX}{name} {}", definition.0));
                known.push(definition);
            }
        }
    }
    tables
}

/// The rows of a contract's table: the path of each field, its values and its meaning.
pub(crate) fn fields(table: &str) -> impl Iterator<Item = Vec<String>> {
    let name = table.trim_start_matches(PREFIX);
    let mut rows = Vec::new();
    match name.split_once(' ') {
        Some((name, definition)) => collect(&schema(name)["$defs"][definition], "", &mut rows),
        None => collect(&schema(name), "", &mut rows),
    }
    assert!(!rows.is_empty(), "there is no schema for the table `{table}`");
    rows.into_iter()
}

/// The schema, with the fields in their order.
fn schema(name: &str) -> Value {
    let path = format!("{PAGES}/schemas/{name}.schema.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
    serde_yaml::from_str(&text).expect("a schema is JSON")
}

fn collect(schema: &Value, path: &str, rows: &mut Vec<Vec<String>>) {
    let required: Vec<&str> = texts(&schema["required"]);
    for (name, field) in entries(&schema["properties"]) {
        let shown = format!("{path}{name}");
        let optional = if required.contains(&name) { "" } else { ", or absent" };
        let meaning = field["description"].as_str().expect("a field has a description");
        rows.push(vec![format!("`{shown}`"), values(field) + optional, meaning.to_owned()]);
        nested(field, &shown, rows);
    }
}

/// Collects the fields of the objects in a field.
fn nested(field: &Value, path: &str, rows: &mut Vec<Vec<String>>) {
    collect(field, &format!("{path}."), rows);
    if let Some(items) = field.get("items") {
        nested(items, &format!("{path}[]"), rows);
    }
    if let Some(entries) = field.get("additionalProperties").filter(|entries| entries.is_mapping()) {
        nested(entries, &format!("{path}.NAME"), rows);
    }
}

/// What a field can be, in words.
fn values(field: &Value) -> String {
    if let Some(value) = field.get("const") {
        return serde_json::to_string(value).expect("JSON");
    }
    if let Some(values) = field["enum"].as_sequence() {
        let values: Vec<String> =
            values.iter().map(|value| format!("`{}`", value.as_str().unwrap_or("null"))).collect();
        return values.join(", ");
    }
    if let Some(target) = field["$ref"].as_str() {
        let (file, definition) = target.split_once('#').unwrap_or((target, ""));
        return match definition.rsplit('/').next() {
            Some(definition) if file.is_empty() => link(definition, ""),
            _ => format!("[{0}](#{0})", file.trim_end_matches(".schema.json")),
        };
    }
    if let Some(alternatives) = field["anyOf"].as_sequence() {
        return alternatives.iter().map(values).collect::<Vec<_>>().join(" or ");
    }
    if let Some(types) = field["type"].as_sequence() {
        return types.iter().map(|ty| word(ty, field)).collect::<Vec<_>>().join(" or ");
    }
    word(&field["type"], field)
}

/// A link to a definition's table, whose heading is its name in words.
fn link(definition: &str, ending: &str) -> String {
    let words = definition.chars().fold(String::new(), |mut all, letter| {
        if letter.is_uppercase() {
            all.push(' ');
        }
        all.extend(letter.to_lowercase());
        all
    });
    format!("[{words}{ending}](#{})", words.replace(' ', "-"))
}

fn word(ty: &Value, field: &Value) -> String {
    match ty.as_str().expect("a type") {
        "string" if field["format"] == "date-time" => "time".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "number".to_owned(),
        "boolean" => "`true`, `false`".to_owned(),
        "array" => format!("list of {}", plural(&field["items"])),
        "object" if field["additionalProperties"].is_mapping() => {
            format!("{} by name", plural(&field["additionalProperties"]))
        }
        other => other.to_owned(),
    }
}

fn plural(items: &Value) -> String {
    match items["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
        Some(definition) => link(definition, "s"),
        None if items.get("properties").is_some() => "objects".to_owned(),
        None if items["type"].is_sequence() => "values".to_owned(),
        None => "texts".to_owned(),
    }
}

fn entries(value: &Value) -> Vec<(&str, &Value)> {
    let entries = value.as_mapping().into_iter().flatten();
    entries.map(|(name, value)| (name.as_str().expect("a name"), value)).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn names(value: &Value) -> BTreeSet<&str> {
    entries(value).into_iter().map(|(name, _)| name).collect()
}

/// The fields of a request and of an answer are those that the compiler knows.
#[test]
fn requests_and_answers_have_the_fields_of_their_schemas() {
    let schema = schema("request");
    let described = names(&schema["properties"]);
    let refusal = answer(&json!({ "unknown": 1 }));
    let known =
        refusal["error"].as_str().and_then(|text| text.split_once("expected one of ")).expect("a list").1;
    assert_eq!(described, known.split(", ").collect());

    let schema = self::schema("answer");
    let described = names(&schema["properties"]);
    let compiled = answer(&json!({ "source": "pod hello { app web { image \"nginx:1.29\" } }" }));
    let answers = [&refusal, &compiled];
    let found: BTreeSet<&str> = answers
        .iter()
        .filter_map(|answer| answer.as_object())
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(described, found);
    let workload = compiled["workloads"][0].as_object().expect("a workload");
    let described = names(&schema["properties"]["workloads"]["items"]["properties"]);
    assert_eq!(described, workload.keys().map(String::as_str).collect());
}

fn answer(request: &serde_json::Value) -> serde_json::Value {
    serde_json::from_str(&initflow::json::compile(&request.to_string())).expect("an answer is JSON")
}
