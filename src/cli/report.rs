//! `--format`, `--report` and `--max-warnings`: how a run says what it found, and what it fails for.

use crate::diagnostic::report::Format;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// How a run reports.
#[derive(Args, Default)]
pub(super) struct Reporting {
    /// The format in which findings are reported
    #[arg(help_heading = "Report", long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(super) format: ReportFormat,
    /// Write the report into this file, as JSON unless --format says otherwise
    #[arg(help_heading = "Report", long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Fail if there are more warnings than this
    #[arg(help_heading = "Report", long, value_name = "COUNT")]
    pub(super) max_warnings: Option<usize>,
}

/// The formats of findings.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people: each finding in its source
    #[default]
    Human,
    /// A line each: path:line:column: error[name]: message
    Short,
    /// A contract with a version
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations in a GitHub workflow
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// XML as `JUnit` writes it, a test case a source
    Junit,
}

impl ReportFormat {
    /// The format, if it is one for programs.
    pub(super) fn for_programs(self) -> Option<Format> {
        match self {
            Self::Human => None,
            Self::Short => Some(Format::Short),
            Self::Json => Some(Format::Json),
            Self::Sarif => Some(Format::Sarif),
            Self::Github => Some(Format::Github),
            Self::Gitlab => Some(Format::Gitlab),
            Self::Junit => Some(Format::Junit),
        }
    }
}

/// A path as reports have it: relative to the working directory where it is below that, with forward slashes.
pub(super) fn relative(name: &str, directory: &Path) -> String {
    let path = Path::new(name);
    let path = path.strip_prefix(directory).unwrap_or(path);
    let path = path.strip_prefix(".").unwrap_or(path).to_string_lossy();
    if cfg!(windows) { path.replace('\\', "/") } else { path.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_directory_are_relative() {
        let directory = Path::new("/work/shop");
        assert_eq!(relative("/work/shop/apps/a.initflow", directory), "apps/a.initflow");
        assert_eq!(relative("./a.initflow", directory), "a.initflow");
        assert_eq!(relative("../a.initflow", directory), "../a.initflow");
        assert_eq!(relative("/etc/a.initflow", directory), "/etc/a.initflow");
    }
}
