//! Writes a code quality report, which GitLab shows in a merge request.

use super::{ReportPlace, RunReport};
use crate::diagnostic::Severity;
use serde_json::{Value, json};

pub(super) fn render(report: &RunReport) -> String {
    let issue = |description: String, name: &str, fingerprint: &str, severity: &str, place: &ReportPlace| {
        json!({
            "description": description,
            "check_name": name,
            "fingerprint": fingerprint,
            "severity": severity,
            "location": {
                "path": place.path,
                "lines": { "begin": place.range.0.line, "end": place.range.1.line },
            },
        })
    };
    let findings = report.findings.iter().map(|finding| {
        let severity = match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
        };
        issue(finding.text(), finding.name, &finding.fingerprint, severity, &finding.place)
    });
    // The format has no field for other failures of the run, so they become issues.
    let troubles = report.troubles.iter().enumerate().map(|(at, trouble)| {
        let fingerprint = format!("trouble-{at}");
        issue(
            trouble.clone(),
            "trouble",
            &fingerprint,
            "blocker",
            &ReportPlace::start("initflow.toml".to_owned()),
        )
    });
    let issues: Vec<Value> = findings.chain(troubles).collect();
    format!("{:#}\n", Value::Array(issues))
}
