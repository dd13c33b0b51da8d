//! Writes a report as `JUnit` XML: each source is a test case; errors are its failure, warnings its output.

use super::{Finding, RunReport, Severity};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

pub(super) fn render(report: &RunReport) -> String {
    let mut by_path: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in &report.findings {
        by_path.entry(&finding.place.path).or_default().push(finding);
    }
    // A file that a source uses is a case of its own.
    let mut paths: Vec<&str> = report.sources.iter().map(String::as_str).collect();
    let known: HashSet<&str> = paths.iter().copied().collect();
    let mut others: Vec<&str> = by_path.keys().copied().filter(|path| !known.contains(path)).collect();
    others.sort_unstable();
    paths.extend(others);
    let failed = by_path.values().filter(|findings| error_of(findings).is_some()).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{failed}\" errors=\"{}\"",
        paths.len() + report.troubles.len(),
        report.troubles.len()
    );
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"initflow\" {counts}>");
    let _ = writeln!(text, "  <testsuite name=\"initflow\" {counts}>");
    for path in paths {
        let name = escaped(path);
        let findings = by_path.get(path).map_or(&[][..], Vec::as_slice);
        if findings.is_empty() {
            let _ = writeln!(text, "    <testcase classname=\"initflow\" name=\"{name}\"/>");
            continue;
        }
        let _ = writeln!(text, "    <testcase classname=\"initflow\" name=\"{name}\">");
        let element = match error_of(findings) {
            Some(error) => {
                let message = escaped(&error.headline);
                let _ = write!(text, "      <failure type=\"{}\" message=\"{message}\">", error.name);
                "failure"
            }
            None => {
                text.push_str("      <system-out>");
                "system-out"
            }
        };
        for finding in findings {
            let (start, _) = finding.place.range;
            let _ = writeln!(
                text,
                "{name}:{}:{}: {}[{}]: {}",
                start.line,
                start.column,
                finding.level(),
                finding.name,
                escaped(&finding.text())
            );
        }
        let _ = writeln!(text, "</{element}>\n    </testcase>");
    }
    for trouble in &report.troubles {
        let message = escaped(trouble);
        let _ = writeln!(text, "    <testcase classname=\"initflow\" name=\"initflow\">");
        let _ = writeln!(text, "      <error type=\"trouble\" message=\"{message}\"/>\n    </testcase>");
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// The first error among findings.
fn error_of<'f>(findings: &[&'f Finding]) -> Option<&'f Finding> {
    findings.iter().copied().find(|finding| finding.severity == Severity::Error)
}

/// Text for an element or an attribute; characters that XML does not allow are replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(letter),
        }
    }
    escaped
}
