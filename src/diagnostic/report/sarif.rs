//! Writes a report as SARIF 2.1.0 for code scanning services.

use super::{Finding, ReportPlace, RunReport};
use crate::diagnostic::{Applicability, Code, Severity};
use crate::source::uri_path;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn render(report: &RunReport) -> String {
    // Every rule that occurs, once.
    let names: BTreeSet<&str> = report.findings.iter().map(|finding| finding.name).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, &names)).collect();
    let notes: Vec<Value> = report
        .troubles
        .iter()
        .map(|trouble| json!({ "level": "error", "message": { "text": trouble } }))
        .collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "initflow",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": names.iter().map(|name| rule(name)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.troubles.is_empty(),
                "toolExecutionNotifications": notes,
            }],
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(name: &str) -> Value {
    let mut rule = json!({ "id": name, "name": pascal(name) });
    if let Ok(code) = name.parse::<Code>() {
        rule["shortDescription"] = json!({ "text": code.summary() });
        rule["help"] = json!({ "text": code.text(), "markdown": code.markdown() });
        if let Some(page) = code.page() {
            rule["helpUri"] = page.into();
        }
    }
    rule
}

/// `unwritten-volume` as `UnwrittenVolume`.
fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    };
    name.split('-').map(word).collect()
}

fn result(finding: &Finding, names: &[&str]) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut result = json!({
        "ruleId": finding.name,
        "ruleIndex": names.binary_search(&finding.name).unwrap_or_default(),
        "level": level,
        "message": { "text": finding.text() },
        "locations": [{ "physicalLocation": location(&finding.place) }],
        "partialFingerprints": { "initflow/v1": finding.fingerprint },
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(at, place)| {
            json!({ "id": at, "message": { "text": place.note }, "physicalLocation": location(place) })
        });
        result["relatedLocations"] = related.collect();
    }
    if let Some((title, safety, replacements)) = &finding.fix
        && *safety != Applicability::Display
    {
        let mut files: Map<String, Value> = Map::new();
        for replacement in replacements {
            let change = json!({
                "deletedRegion": region(&replacement.place),
                "insertedContent": { "text": replacement.text },
            });
            if let Some(Value::Array(changes)) = files.get_mut(&replacement.place.path) {
                changes.push(change);
            } else {
                files.insert(replacement.place.path.clone(), json!([change]));
            }
        }
        let changes = files.iter().map(|(path, replacements)| {
            json!({ "artifactLocation": artifact(path), "replacements": replacements })
        });
        result["fixes"] =
            json!([{ "description": { "text": title }, "artifactChanges": changes.collect::<Vec<_>>() }]);
    }
    result
}

fn location(place: &ReportPlace) -> Value {
    json!({ "artifactLocation": artifact(&place.path), "region": region(place) })
}

fn region(place: &ReportPlace) -> Value {
    let (start, end) = place.range;
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn artifact(path: &str) -> Value {
    let uri = uri_path(path).to_string();
    if path.starts_with('/') {
        return json!({ "uri": format!("file://{uri}") });
    }
    // A colon in the first segment would be taken for a scheme.
    let uri =
        if uri.split('/').next().is_some_and(|first| first.contains(':')) { format!("./{uri}") } else { uri };
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}
