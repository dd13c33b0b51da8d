//! Declares `--format`, `--report` and `--max-warnings`: how a run reports its findings, and when it fails.

use crate::diagnostic::report::MachineFormat;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// How a run reports.
#[derive(Args, Default)]
pub(super) struct Reporting {
    /// The format of the findings
    #[arg(help_heading = "Report", long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(super) format: ReportFormat,
    /// Write the report to this file, as JSON unless --format is given
    #[arg(help_heading = "Report", long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Fail if there are more warnings than this
    #[arg(help_heading = "Report", long, value_name = "COUNT")]
    pub(super) max_warnings: Option<usize>,
}

/// The formats of findings: one for people, and those for programs.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ReportFormat {
    /// For people: each finding in its source.
    #[default]
    Human,
    /// For other programs.
    Programs(MachineFormat),
}

impl ReportFormat {
    /// The format, if it is one for programs.
    pub(super) fn for_programs(self) -> Option<MachineFormat> {
        match self {
            Self::Human => None,
            Self::Programs(format) => Some(format),
        }
    }
}

impl ValueEnum for ReportFormat {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ReportFormat; MachineFormat::ALL.len() + 1] = {
            let mut all = [ReportFormat::Human; MachineFormat::ALL.len() + 1];
            let mut at = 0;
            while at < MachineFormat::ALL.len() {
                all[at + 1] = ReportFormat::Programs(MachineFormat::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Human => ("human", "For people: each finding in its source"),
            Self::Programs(format) => format.described(),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

/// A path as it appears in reports: relative to the working directory if it is below that, with forward slashes.
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
