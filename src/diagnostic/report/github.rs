//! Writes commands that annotate files in a GitHub workflow.

use super::RunReport;
use std::fmt::Write as _;

pub(super) fn render(report: &RunReport) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let (start, end) = finding.place.range;
        let _ = write!(
            text,
            "::{} file={},line={},endLine={}",
            finding.level(),
            property(&finding.place.path),
            start.line,
            end.line
        );
        // GitHub accepts columns only if both are on one line.
        if start.line == end.line {
            let _ = write!(text, ",col={},endColumn={}", start.column, end.column);
        }
        let _ = writeln!(text, ",title={}::{}", property(finding.name), data(&finding.text()));
    }
    for trouble in &report.troubles {
        let _ = writeln!(text, "::error title=initflow::{}", data(trouble));
    }
    text
}

/// Escapes what would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Also escapes what would end a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
