//! Writes a report as `JUnit` XML: each source, or each test, is a test case; errors are its failure, warnings its output.

use super::{Finding, RunReport, Severity};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

pub(super) fn render(report: &RunReport) -> String {
    let cases = cases(report);
    let failed = cases.iter().filter(|case| error_of(&case.findings).is_some()).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{failed}\" errors=\"{}\"",
        cases.len() + report.troubles.len(),
        report.troubles.len()
    );
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"initflow\" {counts}>");
    let _ = writeln!(text, "  <testsuite name=\"initflow\" {counts}>");
    for case in &cases {
        write_case(&mut text, case);
    }
    for trouble in &report.troubles {
        let message = escaped(trouble);
        let _ = writeln!(text, "    <testcase classname=\"initflow\" name=\"initflow\">");
        let _ = writeln!(text, "      <error type=\"trouble\" message=\"{message}\"/>\n    </testcase>");
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// A test case of `JUnit`.
struct JunitCase<'r> {
    /// The group that programs show it in.
    class: &'r str,
    name: &'r str,
    findings: Vec<&'r Finding>,
}

fn cases(report: &RunReport) -> Vec<JunitCase<'_>> {
    let mut cases: Vec<JunitCase> = Vec::new();
    let mut of_tests = HashSet::new();
    for test in &report.tests {
        of_tests.extend(test.failures.clone());
        let findings = report.findings.get(test.failures.clone()).unwrap_or_default().iter().collect();
        cases.push(JunitCase { class: &test.place.path, name: &test.name, findings });
    }
    let mut by_path: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for (at, finding) in report.findings.iter().enumerate() {
        if !of_tests.contains(&at) {
            by_path.entry(&finding.place.path).or_default().push(finding);
        }
    }
    // A file that a source uses is a case of its own.
    let mut paths: Vec<&str> = report.sources.iter().map(String::as_str).collect();
    let known: HashSet<&str> = paths.iter().copied().collect();
    let mut others: Vec<&str> = by_path.keys().copied().filter(|path| !known.contains(path)).collect();
    others.sort_unstable();
    paths.extend(others);
    cases.extend(paths.into_iter().map(|path| {
        let findings = by_path.get(path).cloned().unwrap_or_default();
        JunitCase { class: "initflow", name: path, findings }
    }));
    cases
}

fn write_case(text: &mut String, case: &JunitCase) {
    let _ =
        write!(text, "    <testcase classname=\"{}\" name=\"{}\"", escaped(case.class), escaped(case.name));
    if case.findings.is_empty() {
        text.push_str("/>\n");
        return;
    }
    text.push_str(">\n");
    let element = match error_of(&case.findings) {
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
    for finding in &case.findings {
        let (start, _) = finding.place.range;
        let _ = writeln!(
            text,
            "{}:{}:{}: {}[{}]: {}",
            escaped(&finding.place.path),
            start.line,
            start.column,
            finding.level(),
            finding.name,
            escaped(&finding.text())
        );
    }
    let _ = writeln!(text, "</{element}>\n    </testcase>");
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
