//! Finds fields of an object that are not stored: the API server drops fields whose feature gates are off.

use crate::judge::Verdict;
use initflow::compile::Compilation;
use initflow::diagnostic::Code;
use serde_json::Value;
use std::collections::BTreeSet;

/// The fields of an object that only the cluster sets.
pub(crate) const OF_THE_CLUSTER: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// The fields of an admitted object that are lost without a warning.
pub(crate) fn fields(object: &Value, verdict: &Verdict, compilation: &Compilation) -> Vec<String> {
    let mut lost = Vec::new();
    if verdict.errors.is_empty() {
        compare(object, &verdict.defaulted, &mut lost);
    }
    let mut warned = BTreeSet::new();
    for diagnostic in compilation.diagnostics.iter().filter(|it| it.code == Code::FeatureGateOff) {
        warned.extend(diagnostic.headline.split(|char: char| !char.is_alphanumeric()));
    }
    // Without a volume, its mounts are dropped, too.
    if warned.contains("ImageVolume") {
        warned.insert("volumeMounts");
    }
    let is_silent =
        |(_, names): &(String, BTreeSet<String>)| !names.iter().any(|name| warned.contains(name.as_str()));
    lost.into_iter().filter(is_silent).map(|(field, _)| field).collect()
}

/// Gathers the fields that are only on the left, each with the names of all fields in it.
fn compare(left: &Value, right: &Value, lost: &mut Vec<(String, BTreeSet<String>)>) {
    let (Value::Object(left), Value::Object(right)) = (left, right) else { return };
    for (key, value) in
        left.iter().filter(|(key, value)| !OF_THE_CLUSTER.contains(&key.as_str()) && !is_empty(value))
    {
        match (value, right.get(key)) {
            (Value::Array(items), Some(Value::Array(others))) => {
                for (at, item) in items.iter().enumerate() {
                    let other =
                        if items.len() == others.len() { others.get(at) } else { named(item, others) };
                    match other {
                        Some(other) => compare(item, other, lost),
                        None => lose(key, item, lost),
                    }
                }
            }
            (_, Some(other)) => compare(value, other, lost),
            (_, None) => lose(key, value, lost),
        }
    }
}

fn lose(key: &str, item: &Value, lost: &mut Vec<(String, BTreeSet<String>)>) {
    let mut names = BTreeSet::from([key.to_owned()]);
    names_in(item, &mut names);
    lost.push((key.to_owned(), names));
}

/// The item of a list that has the same name, or is mounted at the same path.
fn named<'v>(item: &Value, others: &'v [Value]) -> Option<&'v Value> {
    let key = if item.get("mountPath").is_some() { "mountPath" } else { "name" };
    others.iter().find(|other| other.get(key) == item.get(key))
}

/// The names of all fields in a value.
fn names_in(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                names.insert(key.clone());
                names_in(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        _ => {}
    }
}

/// Whether a value means the same as its absence.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(true) => false,
    }
}
