//! Reports the diagnostics of a run to other programs, in the formats that they read.
//!
//! Invariant: each format is a pure function of a [`RunReport`]. Each finding has a fingerprint that no other finding of the run
//! has and that does not change when lines are added above it.

mod github;
mod gitlab;
mod json;
mod junit;
mod sarif;
mod short;

use super::{Applicability, Diagnostic, Edit, Severity, visible};
use crate::source::{Sources, Span};
use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;

/// A format for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineFormat {
    /// One line per finding, as compilers write it: `path:line:column: error[name]: headline`.
    Short,
    /// JSON: a contract with a version.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// The commands with which a step of a GitHub workflow annotates files.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// `JUnit` XML: a test case for each source.
    Junit,
}

impl MachineFormat {
    /// All formats.
    pub const ALL: [Self; 6] =
        [Self::Short, Self::Json, Self::Sarif, Self::Github, Self::Gitlab, Self::Junit];

    /// The name, as `--format` takes it, and what the format is.
    pub fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Short => ("short", "One line per finding: path:line:column: error[name]: message"),
            Self::Json => ("json", "A contract with a version"),
            Self::Sarif => ("sarif", "SARIF 2.1.0, for code scanning"),
            Self::Github => ("github", "Annotations in a GitHub workflow"),
            Self::Gitlab => ("gitlab", "GitLab's code quality report"),
            Self::Junit => ("junit", "JUnit XML, with one test case per source"),
        }
    }

    /// Writes a report.
    ///
    /// ```
    /// use initflow::compile::{CompileOptions, NoFiles, compile};
    /// use initflow::diagnostic::report::{MachineFormat, RunReport};
    ///
    /// let source = "pod hello {\n  app web { }\n}\n";
    /// let compilation = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let mut report = RunReport::default();
    /// report.add(&compilation.sources, &compilation.diagnostics, |path| format!("apps/{path}"));
    /// assert!(MachineFormat::Short.render(&report).starts_with("apps/hello.initflow:2:3: error[missing-image]: "));
    /// ```
    pub fn render(self, report: &RunReport) -> String {
        match self {
            Self::Short => visible::lines(&short::render(report)).into_owned(),
            Self::Github => visible::lines(&github::render(report)).into_owned(),
            Self::Junit => visible::lines(&junit::render(report)).into_owned(),
            Self::Json => visible::json(&json::render(report)).into_owned(),
            Self::Sarif => visible::json(&sarif::render(report)).into_owned(),
            Self::Gitlab => visible::json(&gitlab::render(report)).into_owned(),
        }
    }
}

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct RunReport {
    /// The paths of all sources, including those without findings.
    pub sources: Vec<String>,
    /// What was found in them, in the order of the sources and of their texts.
    pub findings: Vec<Finding>,
    /// The tests that ran, in their order; a run that tests nothing has none.
    pub tests: Vec<TestedCase>,
    /// The workloads that were held to their sources, as objects of JSON; a run that does not do this has none.
    pub verified: Vec<serde_json::Value>,
    /// Messages about other reasons for failure: an unreadable file, a wrong call, too many warnings.
    pub troubles: Vec<String>,
    /// The number of equal findings so far, for fingerprints.
    seen: HashMap<u64, u32>,
}

/// A test that ran.
#[derive(Clone, Debug)]
pub struct TestedCase {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: ReportPlace,
    /// Which findings are its failures; none if it passed.
    pub failures: Range<usize>,
}

/// One diagnostic, independent of the sources.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The name.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub headline: String,
    /// Where it is, and what that place is.
    pub place: ReportPlace,
    /// Other places that matter.
    pub related: Vec<ReportPlace>,
    /// What to do.
    pub help: Vec<String>,
    /// The fix: its title, whether it can be applied without review, and the replacements.
    pub fix: Option<(String, Applicability, Vec<Replacement>)>,
    /// 16 hexadecimal digits that stay the same as long as the finding does.
    pub fingerprint: String,
}

/// A place in a file, with a note.
#[derive(Clone, Debug)]
pub struct ReportPlace {
    /// The file's path.
    pub path: String,
    /// The first character, and the one after the last.
    pub range: (Position, Position),
    /// What the place is; may be empty.
    pub note: String,
}

/// A position in a file.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub byte: u32,
}

/// New text for a place.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// What is replaced.
    pub place: ReportPlace,
    /// The new text.
    pub text: String,
}

impl RunReport {
    /// Adds the diagnostics of a source; `path` turns a file's name into the path to show.
    ///
    /// ```
    /// use initflow::compile::{CompileOptions, NoFiles, compile};
    /// use initflow::diagnostic::report::RunReport;
    ///
    /// let source = "pod hello {\n  app web { }\n}\n";
    /// let compilation = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let mut report = RunReport::default();
    /// report.add(&compilation.sources, &compilation.diagnostics, |path| format!("apps/{path}"));
    /// assert_eq!(report.findings[0].place.path, "apps/hello.initflow");
    /// ```
    pub fn add(&mut self, sources: &Sources, diagnostics: &[Diagnostic], path: impl Fn(&str) -> String) {
        for diagnostic in diagnostics {
            let place = |span: Span, note: &str| ReportPlace::of(sources, span, note, &path);
            let primary = &diagnostic.primary;
            let replaced = |edit: &Edit| Replacement { place: place(edit.span, ""), text: edit.text.clone() };
            let finding = Finding {
                name: diagnostic.code.name(),
                severity: diagnostic.severity,
                headline: diagnostic.headline.clone(),
                place: place(primary.span, &primary.text),
                related: diagnostic.labels.iter().map(|label| place(label.span, &label.text)).collect(),
                help: diagnostic.help.clone(),
                fix: diagnostic
                    .fix
                    .as_ref()
                    .map(|fix| (fix.action(), fix.applicability, fix.edits.iter().map(replaced).collect())),
                fingerprint: String::new(),
            };
            let line = sources.get(primary.span.file).line_of(primary.span.start);
            self.push(finding, line.trim());
        }
    }

    /// Adds a test and what it expected in vain, each with its place in the file of the test.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(crate) fn add_test(
        &mut self,
        sources: &Sources,
        (name, span): (&str, Span),
        faults: &[(Span, String)],
        path: impl Fn(&str) -> String,
    ) {
        let place = |span: Span| ReportPlace::of(sources, span, "", &path);
        let before = self.findings.len();
        for (span, fault) in faults {
            let headline = format!("test `{name}`: {fault}");
            self.push(Finding::new("failed-test", Severity::Error, headline, place(*span), None), name);
        }
        let failures = before..self.findings.len();
        self.tests.push(TestedCase { name: name.to_owned(), place: place(span), failures });
    }

    /// Adds a finding; `line` is the text of its line.
    pub(crate) fn push(&mut self, finding: Finding, line: &str) {
        let mut hasher = fnv::FnvHasher::default();
        (finding.name, &finding.place.path, line, &finding.headline).hash(&mut hasher);
        let count = self.seen.entry(hasher.finish()).or_default();
        *count += 1;
        count.hash(&mut hasher);
        self.findings.push(Finding { fingerprint: format!("{:016x}", hasher.finish()), ..finding });
    }
}

impl ReportPlace {
    fn of(sources: &Sources, span: Span, note: &str, path: impl Fn(&str) -> String) -> Self {
        let file = sources.get(span.file);
        let position = |byte: u32| {
            let (line, column) = file.line_column(byte);
            Position { line, column, byte }
        };
        Self {
            path: path(&file.name),
            range: (position(span.start), position(span.end)),
            note: note.to_owned(),
        }
    }

    /// The beginning of a file.
    pub(crate) fn start(path: String) -> Self {
        let start = Position { line: 1, column: 1, byte: 0 };
        Self { path, range: (start, start), note: String::new() }
    }
}

impl Finding {
    /// A finding about a whole file.
    pub fn new(
        name: &'static str,
        severity: Severity,
        headline: String,
        place: ReportPlace,
        help: Option<&str>,
    ) -> Self {
        let help = help.map(str::to_owned).into_iter().collect();
        Self {
            name,
            severity,
            headline,
            place,
            related: Vec::new(),
            help,
            fix: None,
            fingerprint: String::new(),
        }
    }

    /// The whole finding in plain text: what is wrong, what its place is, and what to do.
    fn text(&self) -> String {
        let note = Some(&self.place.note).filter(|note| !note.is_empty());
        let mut text = self.headline.clone();
        if let Some(note) = note {
            text = text + " (" + note + ")";
        }
        for help in &self.help {
            text = text + "\nhelp: " + help;
        }
        text
    }

    fn level(&self) -> &'static str {
        match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

fn applicability(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
        Applicability::Display => "display",
    }
}

#[cfg(test)]
mod tests;
