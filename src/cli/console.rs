//! Prints what a run has to say: results to standard output, messages to standard error.
//!
//! Invariant: a closed standard output is not an error; any other failure to write to it is.

use super::exit_status::Status;
use super::links::explanation;
use super::report::{Reporting, relative};
use super::terminal::{self, Color};
use super::text_diff::colored;
use crate::config::FILE_NAME;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::diagnostic::human::{Human, Tally};
use crate::diagnostic::report::{Finding, MachineFormat, ReportPlace, RunReport};
use crate::diagnostic::screen::{Page, Screen, Style, Styled};
use crate::diagnostic::visible::plain;
use crate::files::{Grounds, OutputTarget, Root};
use crate::source::{Sources, Span};
use crate::verify::Held;
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{BufWriter, ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

/// The most diagnostics that one run shows in full.
const LIMIT: usize = 100;

/// The streams of the process, and what was printed so far.
pub(super) struct Console {
    /// What standard error can show.
    messages: Screen,
    /// What standard output can show.
    results: Screen,
    status: Status,
    tally: Tally,
    /// The sources with diagnostics: how many, and the name of the first.
    affected: usize,
    first: String,
    /// How many diagnostics may still be shown, and how many were not.
    room: usize,
    hidden: usize,
    collected: Option<Collected>,
    max_warnings: Option<usize>,
    verbose: bool,
    /// The notes printed so far: each note is printed once.
    noted: HashSet<String>,
    /// Folders that messages name in another way.
    renamed: Vec<(String, String)>,
}

/// Where a report for programs goes unless the call names a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Results,
    /// Standard error, because standard output has the results of the command.
    Messages,
}

/// The report that is written at the end, as a whole.
struct Collected {
    format: Option<MachineFormat>,
    stream: Stream,
    file: Option<OutputTarget>,
    directory: PathBuf,
    report: RunReport,
}

impl Console {
    pub(super) fn new(when: Color, verbose: bool) -> Self {
        Self {
            messages: terminal::messages(when),
            results: terminal::results(when),
            status: Status::Fine,
            tally: Tally::default(),
            affected: 0,
            first: String::new(),
            room: LIMIT,
            hidden: 0,
            collected: None,
            max_warnings: None,
            verbose,
            noted: HashSet::new(),
            renamed: Vec::new(),
        }
    }

    /// One for another run of the same command.
    pub(super) fn fresh(&self) -> Self {
        let Self { messages, results, verbose, .. } = *self;
        Self { messages, results, ..Self::new(Color::Never, verbose) }
    }

    /// What standard output can show.
    pub(super) fn screen(&self) -> Screen {
        self.results
    }

    /// Removes what was printed from a terminal.
    pub(super) fn clear(&self) {
        if std::io::stdout().is_terminal() && std::io::stderr().is_terminal() {
            self.put("\x1b[2J\x1b[H");
        }
    }

    /// From now on, reports in the way that the call chooses.
    pub(super) fn report(&mut self, reporting: &Reporting, stream: Stream, grounds: &Grounds) {
        self.max_warnings = reporting.max_warnings;
        let format = reporting.format.for_programs();
        if format.is_some() || reporting.report.is_some() {
            let directory = std::env::current_dir().unwrap_or_default();
            let file = match reporting.report.as_ref().map(|file| grounds.target(file)).transpose() {
                Ok(file) => file,
                Err(message) => return self.trouble(&message),
            };
            self.collected =
                Some(Collected { format, stream, file, directory, report: RunReport::default() });
        }
    }

    /// Adds a source that is checked to the report.
    pub(super) fn source(&mut self, name: &str) {
        if let Some(collected) = &mut self.collected {
            collected.report.sources.push(relative(name, &collected.directory));
        }
    }

    /// Shows the diagnostics of one source.
    pub(super) fn diagnostics(&mut self, name: &str, sources: &Sources, diagnostics: &[Diagnostic]) {
        if diagnostics.is_empty() {
            return;
        }
        let tally = Tally::of(diagnostics);
        if tally.errors > 0 {
            self.raise(Status::Errors);
        }
        self.tally = self.tally.and(tally);
        if self.affected == 0 {
            name.clone_into(&mut self.first);
        }
        self.affected += 1;
        if let Some(Collected { directory, report, .. }) = &mut self.collected {
            report.add(sources, diagnostics, |name| relative(name, directory));
        }
        if self.is_silent() {
            return;
        }
        if self.room == 0 {
            self.hidden += diagnostics.len();
            return;
        }
        let human = Human { screen: self.messages, limit: self.room };
        self.room = self.room.saturating_sub(diagnostics.len());
        self.put(&human.linked(sources, diagnostics, &explanation));
    }

    /// Whether findings go only into the report at the end.
    pub(super) fn is_silent(&self) -> bool {
        self.collected
            .as_ref()
            .is_some_and(|collected| collected.format.is_some() && collected.file.is_none())
    }

    /// Adds an outdated file to the report for programs.
    pub(super) fn stale(&mut self, path: &str, source: &str) {
        self.raise(Status::Errors);
        let Some(Collected { directory, report, .. }) = &mut self.collected else { return };
        let headline = format!("`{path}` differs from what `{source}` compiles to");
        let place = ReportPlace::start(relative(path, directory));
        report.push(
            Finding::new(
                "stale-output",
                Severity::Error,
                headline,
                place,
                Some("compile the source and commit the output"),
            ),
            "",
        );
    }

    /// Adds a file that no source makes any more to the report for programs.
    pub(super) fn orphan(&mut self, path: &str) {
        self.raise(Status::Errors);
        let Some(Collected { directory, report, .. }) = &mut self.collected else { return };
        let headline = format!("no source compiles to `{path}` any more");
        let place = ReportPlace::start(relative(path, directory));
        let help = "compile the project, which removes the file, and commit that";
        report.push(Finding::new("stale-output", Severity::Error, headline, place, Some(help)), "");
    }

    /// Prints what the run has done, unless standard error has a report for programs.
    pub(super) fn summary(&self, message: &str) {
        if !self.is_silent() {
            self.put(&format!("{}\n", plain(message)));
        }
    }

    /// Adds a test to the report for programs, with what it expected in vain.
    pub(super) fn tested(&mut self, sources: &Sources, test: (&str, Span), faults: &[(Span, String)]) {
        if !faults.is_empty() {
            self.raise(Status::Errors);
        }
        let Some(Collected { directory, report, .. }) = &mut self.collected else { return };
        report.add_test(sources, test, faults, |name| relative(name, directory));
    }

    /// Adds workloads that were held to their sources to the report for programs.
    pub(super) fn verified(&mut self, all: &[Held]) {
        let Some(Collected { directory, report, .. }) = &mut self.collected else { return };
        report.verified.extend(all.iter().map(|held| held.json(|name| relative(name, directory))));
    }

    /// Prints what does not fail the run, but should be done something about.
    pub(super) fn warn(&mut self, message: &str) {
        self.line("warning", Style::Warning, message);
    }

    /// Prints another reason for which the run fails.
    pub(super) fn error(&mut self, message: &str) {
        self.fail(Status::Errors, message);
    }

    /// Prints that the call was wrong, or that a file could not be read or written.
    pub(super) fn trouble(&mut self, message: &str) {
        self.fail(Status::Trouble, message);
    }

    fn fail(&mut self, status: Status, message: &str) {
        self.raise(status);
        if let Some(collected) = &mut self.collected {
            collected.report.troubles.push(message.to_owned());
        }
        self.line("error", Style::Bad, message);
    }

    /// Prints what to do about the trouble just printed.
    pub(super) fn help(&mut self, message: &str) {
        self.line("help", Style::Help, message);
    }

    /// Prints what was done.
    pub(super) fn say(&self, word: &str, message: &str) {
        self.line(word, Style::Good, message);
    }

    /// With `--verbose`, prints which root and which `initflow.toml` are used.
    pub(super) fn ground(&mut self, root: &Root, settings: Option<&Path>) {
        self.root(root);
        self.note(|| match settings {
            Some(file) => format!("settings: `{}`", file.display()),
            None => format!("settings: there is no {FILE_NAME}"),
        });
    }

    /// With `--verbose`, prints which root is used.
    pub(super) fn root(&mut self, root: &Root) {
        self.note(|| format!("root: {root}"));
    }

    /// Whether the call asks for notes.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// With `--verbose`, prints a note.
    pub(super) fn note(&mut self, message: impl FnOnce() -> String) {
        if !self.verbose {
            return;
        }
        let message = message();
        if !self.noted.contains(&message) {
            self.line("note", Style::Note, &message);
            self.noted.insert(message);
        }
    }

    /// Makes the status of the run at least this one.
    pub(super) fn raise(&mut self, status: Status) {
        self.status = self.status.max(status);
    }

    /// Writes to standard output.
    pub(super) fn print(&mut self, text: &str) {
        self.print_all(&[text], "");
    }

    /// Writes texts to standard output, with a separator between them.
    pub(super) fn print_all(&mut self, texts: &[impl AsRef<str>], separator: &str) {
        // Standard output alone is buffered by lines.
        let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        let written = texts.iter().enumerate().try_for_each(|(at, text)| {
            let before = if at == 0 { "" } else { separator };
            out.write_all(before.as_bytes())?;
            out.write_all(text.as_ref().as_bytes())
        });
        match written.and_then(|()| out.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            Err(error) => self.trouble(&format!("cannot write to standard output: {error}")),
        }
    }

    /// Writes differences between texts to standard output.
    pub(super) fn print_diff(&mut self, diff: &str) {
        self.print(&colored(diff, self.results));
    }

    /// Prints the summary of the run.
    pub(super) fn finish(&mut self) -> Status {
        if self.hidden > 0 {
            self.put(&format!("{} and {} more in other files\n\n", self.messages.drawn("…"), self.hidden));
        }
        let place = match self.affected {
            0 | 1 => self.first.clone(),
            files => format!("{files} files"),
        };
        let silent = self.is_silent();
        if let Some(summary) = self.tally.summary(&place).filter(|_| !silent) {
            self.put(&format!("{summary}\n"));
        }
        if let Some(most) = self.max_warnings.filter(|most| self.tally.warnings > *most) {
            let count = self.tally.warnings;
            let warnings = if count == 1 { "warning is" } else { "warnings are" };
            self.error(&format!("{count} {warnings} more than the {most} that --max-warnings allows"));
        }
        if let Some(collected) = self.collected.take() {
            self.hand_over(&collected);
        }
        self.status
    }

    /// Writes the report as a whole.
    fn hand_over(&mut self, collected: &Collected) {
        let Collected { format, stream, file, report, .. } = collected;
        // A file without an explicit format gets the format for programs.
        let text = format.unwrap_or(MachineFormat::Json).render(report);
        match (file, stream) {
            (Some(file), _) => {
                if let Err(message) = file.write(&text) {
                    self.trouble(&message);
                }
            }
            (None, Stream::Results) => self.print(&text),
            (None, Stream::Messages) => self.put(&text),
        }
    }

    /// The status of the run so far.
    pub(super) fn status(&self) -> Status {
        self.status
    }

    /// Writes to standard error. If that fails, nobody can be told.
    fn put(&self, text: &str) {
        let mut text = Cow::Borrowed(text);
        for (folder, name) in &self.renamed {
            if text.contains(folder) {
                text = text.replace(folder, name).into();
            }
        }
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// From now on, messages name a folder in another way. No text of anybody contains its name, which is random.
    pub(super) fn rename(&mut self, folder: &Path, name: &str) {
        let folder = folder.display().to_string();
        self.renamed.extend([(format!("{folder}/"), format!("{name}:")), (folder, name.to_owned())]);
    }

    fn line(&self, word: &str, style: Style, message: &str) {
        let mut page = Page::new(self.messages);
        page.line(0, Styled::new(style, word).then(Style::Plain, &format!(": {message}")));
        self.put(&page.finish());
    }
}
