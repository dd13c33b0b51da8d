//! Writes a report as JSON, a versioned contract: fields are added within a version, never removed.

use super::{Finding, Position, ReportPlace, RunReport, TestedCase, applicability};
use crate::diagnostic::{Code, Severity};
use serde_json::{Value, json};

/// The version of the contract.
const VERSION: u32 = 1;

pub(super) fn render(report: &RunReport) -> String {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let mut document = json!({
        "version": VERSION,
        "sources": report.sources,
        "diagnostics": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "troubles": report.troubles,
        "summary": { "errors": errors, "warnings": report.findings.len() - errors },
    });
    if !report.tests.is_empty() {
        document["tests"] = report.tests.iter().map(test).collect();
    }
    if !report.verified.is_empty() {
        document["verified"] = report.verified.clone().into();
    }
    format!("{document:#}\n")
}

fn test(test: &TestedCase) -> Value {
    json!({ "name": test.name, "place": place(&test.place), "passed": test.failures.is_empty() })
}

fn finding(finding: &Finding) -> Value {
    let fix = finding.fix.as_ref().map(|(title, safety, replacements)| {
        let edits = replacements.iter().map(|replacement| {
            let mut edit = place(&replacement.place);
            edit["text"] = replacement.text.as_str().into();
            edit
        });
        json!({
            "title": title,
            "applicability": applicability(*safety),
            "edits": edits.collect::<Vec<_>>(),
        })
    });
    json!({
        "name": finding.name,
        "severity": finding.level(),
        "message": finding.headline,
        "place": noted(&finding.place),
        "related": finding.related.iter().map(noted).collect::<Vec<_>>(),
        "help": finding.help,
        "fix": fix,
        "explain": finding.name.parse().ok().map(|code: Code| format!("initflow explain {code}")),
        "fingerprint": finding.fingerprint,
    })
}

fn noted(noted: &ReportPlace) -> Value {
    let mut value = place(noted);
    value["note"] = noted.note.as_str().into();
    value
}

fn place(place: &ReportPlace) -> Value {
    let position = |position: &Position| json!({ "line": position.line, "column": position.column, "byte": position.byte });
    json!({ "path": place.path, "start": position(&place.range.0), "end": position(&place.range.1) })
}
