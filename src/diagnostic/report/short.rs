//! Writes one line per finding, as compilers do, for editors and `grep`.

use super::RunReport;
use crate::diagnostic::visible::plain;
use std::fmt::Write as _;

pub(super) fn render(report: &RunReport) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let (start, _) = finding.place.range;
        let _ = writeln!(
            text,
            "{}:{}:{}: {}[{}]: {}",
            plain(&finding.place.path),
            start.line,
            start.column,
            finding.level(),
            finding.name,
            plain(&finding.headline)
        );
    }
    for trouble in &report.troubles {
        let _ = writeln!(text, "initflow: error: {}", plain(trouble));
    }
    text
}
