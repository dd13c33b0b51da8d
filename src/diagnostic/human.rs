//! Shows diagnostics to a person, with excerpts of the source; the only user of codespan-reporting.
//!
//! Invariant: the size of the output depends on the number of diagnostics shown, not on the length of a source's
//! lines, and no control character of a source or of a file's name reaches the terminal.

mod excerpt;

use super::screen::{Screen, Styled};
use super::visible::{plain, visible};
use super::{Code, Diagnostic, Severity};
use crate::source::{FileId, Sources};
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::term;
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use excerpt::{Excerpts, WIDTH};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug)]
pub struct Human {
    /// What they are shown on.
    pub screen: Screen,
    /// The number of diagnostics that are shown in full.
    pub limit: usize,
}

impl Default for Human {
    fn default() -> Self {
        Self { screen: Screen::default(), limit: 100 }
    }
}

impl Human {
    /// Shows diagnostics in the order of their places; beyond the limit, errors are kept rather than warnings.
    ///
    /// ```
    /// use initflow::compile::{CompileOptions, NoFiles, compile};
    /// use initflow::diagnostic::human::Human;
    ///
    /// let source = "pod hello {\n  app web { }\n}\n";
    /// let compilation = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// let text = Human::default().render(&compilation.sources, &compilation.diagnostics);
    /// assert!(text.starts_with("error[missing-image]: "));
    /// assert!(text.contains("┌─ hello.initflow:2:3"));
    /// ```
    pub fn render(&self, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        self.linked(sources, diagnostics, &|_| None)
    }

    /// The same, with a link (OSC 8) from each name to the page at the address that its code has.
    pub(crate) fn linked(
        &self,
        sources: &Sources,
        diagnostics: &[Diagnostic],
        address: &dyn Fn(Code) -> Option<String>,
    ) -> String {
        let mut shown: Vec<&Diagnostic> = diagnostics.iter().collect();
        shown.sort_by_key(|diagnostic| (diagnostic.severity, diagnostic.primary.span));
        shown.truncate(self.limit);
        shown.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.severity));

        let mut text = String::new();
        for diagnostic in &shown {
            let address = self.screen.links.then(|| address(diagnostic.code)).flatten();
            self.write(sources, diagnostic, address.as_deref(), &mut text);
        }
        let hidden = diagnostics.len() - shown.len();
        if hidden > 0 {
            let _ = write!(text, "{} and {hidden} more\n\n", self.screen.drawn("…"));
        }
        text
    }

    fn write(&self, sources: &Sources, diagnostic: &Diagnostic, address: Option<&str>, out: &mut String) {
        let mut config = term::Config::default();
        if self.screen.ascii {
            config.chars = term::Chars::ascii();
        }
        let (excerpts, shown) = convert(sources, diagnostic, self.screen);
        // Writing to memory cannot fail, and the excerpts contain every place that `convert` refers to.
        let text = if self.screen.color {
            let mut writer = Ansi::new(Vec::new());
            let _ = term::emit_to_write_style(&mut writer, &config, &excerpts, &shown);
            writer.into_inner()
        } else {
            let mut writer = NoColor::new(Vec::new());
            let _ = term::emit_to_write_style(&mut writer, &config, &excerpts, &shown);
            writer.into_inner()
        };
        let mut text = String::from_utf8_lossy(&text).into_owned();
        if let Some(address) = address {
            let name = format!("[{}]", diagnostic.code.name());
            text = text.replacen(
                &name,
                &format!("[\x1b]8;;{address}\x1b\\{}\x1b]8;;\x1b\\]", diagnostic.code.name()),
                1,
            );
        }
        for line in text.lines() {
            out.push_str(if self.screen.color { line } else { line.trim_end() });
            out.push('\n');
        }
    }
}

/// The counts of diagnostics in the last line of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of errors.
    pub errors: usize,
    /// The number of warnings.
    pub warnings: usize,
}

impl Tally {
    /// Counts diagnostics.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        Self { errors, warnings: diagnostics.len() - errors }
    }

    /// The sum of both counts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { errors: self.errors + other.errors, warnings: self.warnings + other.warnings }
    }

    /// `2 errors, 1 warning in shop.initflow`; `None` if both counts are zero.
    pub fn summary(self, place: &str) -> Option<String> {
        let counts: Vec<String> = [(self.errors, "error"), (self.warnings, "warning")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
            .collect();
        (!counts.is_empty()).then(|| format!("{} in {}", counts.join(", "), plain(place)))
    }
}

fn convert(
    sources: &Sources,
    diagnostic: &Diagnostic,
    screen: Screen,
) -> (Excerpts, codespan::Diagnostic<FileId>) {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    // What comes from the command line is in no line of the source.
    let primary = (!diagnostic.is_outside_text()).then_some(&diagnostic.primary);
    let places = primary.into_iter().chain(&diagnostic.labels).take(MAX_LABELS);
    let excerpts = Excerpts::around(sources, places.clone().map(|label| label.span), width_of_source(screen));
    let labels = places.enumerate().map(|(at, label)| {
        let style = if at == 0 { codespan::LabelStyle::Primary } else { codespan::LabelStyle::Secondary };
        let range = excerpts.range(sources, label.span);
        codespan::Label::new(style, label.span.file, range).with_message(screen.drawn(&line(&label.text)))
    });
    let shown = codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code.name())
        .with_message(headline(diagnostic, screen))
        .with_labels(labels.collect())
        .with_notes(notes(diagnostic).iter().map(|note| wrapped(note, NOTE, screen)).collect());
    (excerpts, shown)
}

/// The most labels of one diagnostic: of a cycle with thousands of links, only the first are shown.
const MAX_LABELS: usize = 24;

/// The longest message in characters: messages may quote long texts of a source.
const MAX_TEXT: usize = 600;

/// A message as one line of limited length.
fn line(text: &str) -> String {
    let mut line: String = text.chars().take(MAX_TEXT).map(visible).collect();
    if line.len() < text.len() && text.chars().nth(MAX_TEXT).is_some() {
        line.push('…');
    }
    line
}

/// A message of several lines, each made safe to print.
fn lines(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The most characters of a source's line: what the screen has beside the numbers and the marks of a cut.
fn width_of_source(screen: Screen) -> usize {
    screen.width.map_or(WIDTH, |width| width.saturating_sub(10).clamp(30, WIDTH))
}

/// The columns before a note.
const NOTE: usize = 4;

/// The headline, whose lines are as long as the screen is wide.
fn headline(diagnostic: &Diagnostic, screen: Screen) -> String {
    let before = "warning[]: ".len() + diagnostic.code.name().len();
    let Some(width) = screen.width.filter(|width| *width > before + 20) else {
        return screen.drawn(&line(&diagnostic.headline));
    };
    // The first line begins after the name, the others at the left.
    let words = format!("{}{}", "x".repeat(before - 1), ' ') + &line(&diagnostic.headline);
    wrapped(&words, 0, Screen { width: Some(width), ..screen }).split_off(before).replace('\n', "\n    ")
}

/// A text in lines that fit the screen, after this many columns.
fn wrapped(text: &str, before: usize, screen: Screen) -> String {
    let Some(width) = screen.width else { return screen.drawn(text) };
    let plain = Screen { color: false, ..screen };
    let lines = text
        .lines()
        .flat_map(|line| Styled::from(line).drawn(plain).wrapped(width.saturating_sub(before + 1).max(20)));
    let shown = |line: Styled| {
        let mut out = String::new();
        line.write(plain, &mut out);
        out
    };
    lines.map(shown).collect::<Vec<_>>().join("\n")
}

fn notes(diagnostic: &Diagnostic) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut notes: Vec<String> =
        diagnostic.help.iter().map(|help| format!("help: {}", lines(help))).collect();
    let of_fix = diagnostic.fix.as_ref().and_then(|fix| fix.to_help(&diagnostic.help));
    notes.extend(of_fix.map(|help| format!("help: {}", lines(&help))));
    notes.retain(|note| seen.insert(note.clone()));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Applicability;
    use crate::source::Span;

    fn place(sources: &Sources, file: FileId, text: &str) -> Span {
        let start = sources.get(file).text.find(text).expect("the text is in the source");
        Span::new(file, start, start + text.len())
    }

    #[test]
    fn labels_help_and_fix_across_files() {
        let mut sources = Sources::default();
        let shop = sources.add("shop.initflow", "app web {\n  reads confg at /etc\n}\n");
        let platform = sources.add("platform.initflow", "volume config\n");
        let span = place(&sources, shop, "confg");
        let diagnostic = Diagnostic::error(Code::UnknownVolume, span, "no volume is called `confg`")
            .here("not a volume")
            .label(place(&sources, platform, "config"), "a volume with a similar name")
            .help("declare it with `volume confg`")
            .fix("change to `config`", span, "config", Applicability::Unsafe);
        insta::assert_snapshot!(Human::default().render(&sources, &[diagnostic]), @r"
        error[unknown-volume]: no volume is called `confg`
          ┌─ shop.initflow:2:9
          │
        2 │   reads confg at /etc
          │         ^^^^^ not a volume
          │
          ┌─ platform.initflow:1:8
          │
        1 │ volume config
          │        ------ a volume with a similar name
          │
          = help: declare it with `volume confg`
          = help: change to `config`
        ");
    }

    #[test]
    fn a_name_leads_to_its_explanation() {
        let mut sources = Sources::default();
        let file = sources.add("a", "memory 5m\n");
        let span = place(&sources, file, "5m");
        let diagnostic = Diagnostic::error(Code::TypeMismatch, span, "x");
        let screen = Screen { color: true, links: true, ..Screen::default() };
        let human = Human { screen, ..Human::default() };
        let address = |code: Code| Some(format!("file:///{code}.html"));
        let text = human.linked(&sources, std::slice::from_ref(&diagnostic), &address);
        let link = "\x1b]8;;file:///type-mismatch.html\x1b\\type-mismatch\x1b]8;;\x1b\\";
        assert_eq!(text.matches(link).count(), 1, "{text:?}");
        assert!(!human.render(&sources, &[diagnostic]).contains("\x1b]8"));
    }

    #[test]
    fn lines_fit_the_terminal() {
        let mut sources = Sources::default();
        let file = sources.add("a", format!("run \"{}&&{}\"\n", "x ".repeat(30), " y".repeat(30)));
        let span = place(&sources, file, "&&");
        let diagnostic = Diagnostic::error(
            Code::NeedsShell,
            span,
            "a headline of so many words that a terminal has no room for it",
        )
        .help("some help that is longer than the line of a narrow terminal, too");
        let screen = Screen { ascii: true, ..Screen::of_width(60) };
        let text = Human { screen, ..Human::default() }.render(&sources, &[diagnostic]);
        for line in text.lines() {
            assert!(line.chars().count() <= 60, "{line}");
        }
        assert!(text.contains("\n    ") && text.contains("--> a:1:66"), "{text}");
    }

    #[test]
    fn the_new_text_of_a_fix_is_shown() {
        let mut sources = Sources::default();
        let file = sources.add("a", "memory 5m\n");
        let span = place(&sources, file, "5m");
        let diagnostic = Diagnostic::error(Code::TypeMismatch, span, "x").fix(
            "write mebibytes",
            span,
            "5Mi",
            Applicability::Unsafe,
        );
        insta::assert_snapshot!(Human::default().render(&sources, &[diagnostic]), @r"
        error[type-mismatch]: x
          ┌─ a:1:8
          │
        1 │ memory 5m
          │        ^^
          │
          = help: write mebibytes: `5Mi`
        ");
    }

    #[test]
    fn a_multi_line_span_shows_its_first_line_and_gaps_are_marked() {
        let mut sources = Sources::default();
        let file = sources.add("a", "one {\n  two\n  three\n}\n\nsix\n");
        let all = sources.get(file).span();
        let diagnostic = Diagnostic::warning(Code::Deprecated, all, "x")
            .label(place(&sources, file, "three"), "third")
            .label(place(&sources, file, "six"), "sixth");
        insta::assert_snapshot!(Human::default().render(&sources, &[diagnostic]), @r"
        warning[deprecated]: x
          ┌─ a:1:1
          │
        1 │ one {
          │ ^^^^^
        2 │   two
        3 │   three
          │   ----- third
          ·
        6 │ six
          │ --- sixth
        ");
    }

    #[test]
    fn terminal_escapes_do_not_get_through() {
        let mut sources = Sources::default();
        let file = sources.add("a\x1b[2J\n.initflow", "x \x1b[31m\u{202e}\u{9b} é bad\r\n");
        let span = place(&sources, file, "bad");
        let diagnostic =
            Diagnostic::error(Code::TypeMismatch, span, "`\x1b[0m`\n`").here("\x07").help("a\x08\nb\x1b");
        let text = Human::default().render(&sources, &[diagnostic]);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        insta::assert_snapshot!(text, @r"
        error[type-mismatch]: `␛[0m`␊`
          ┌─ a␛[2J␊.initflow:1:13
          │
        1 │ x ␛[31m�� é bad
          │             ^^^ ␇
          │
          = help: a␈
            b␛
        ");
    }

    #[test]
    fn a_long_line_is_clipped_around_the_place() {
        let mut sources = Sources::default();
        let file = sources.add("a", format!("{}bad{}", "x ".repeat(400_000), " y".repeat(400_000)));
        let span = place(&sources, file, "bad");
        let diagnostic =
            Diagnostic::error(Code::TypeMismatch, span, "x").label(Span::new(file, 0, 1), "far away");
        let text = Human::default().render(&sources, &vec![diagnostic; 200]);
        assert!(text.len() < 200_000, "{}", text.len());
        let first: String = text.lines().take(7).fold(String::new(), |all, line| all + line + "\n");
        insta::assert_snapshot!(first, @r"
        error[type-mismatch]: x
          ┌─ a:1:800001
          │
        1 │ …x x x x x x x x x x x x x x x x x x x x bad y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y …
          │  -                                       ^^^
          │  │
          │  far away
        ");
    }

    #[test]
    fn an_empty_span_at_the_end_of_a_file_is_shown() {
        let mut sources = Sources::default();
        let file = sources.add("a", "app {\n");
        let empty = sources.add("empty", "");
        let ends = [sources.get(file).span().after(), sources.get(empty).span(), Span::new(empty, 7, 90)];
        let diagnostics = ends.map(|span| Diagnostic::error(Code::TypeMismatch, span, "x"));
        insta::assert_snapshot!(Human::default().render(&sources, &diagnostics), @r"
        error[type-mismatch]: x
          ┌─ a:2:1
          │
        2 │
          │ ^

        error[type-mismatch]: x
          ┌─ empty:1:1
          │
        1 │
          │ ^

        error[type-mismatch]: x
          ┌─ empty:1:1
          │
        1 │
          │ ^
        ");
    }

    #[test]
    fn errors_come_before_warnings_when_there_are_too_many() {
        let mut sources = Sources::default();
        let file = sources.add("a", "x\ny\n");
        let warning = Diagnostic::warning(Code::Deprecated, Span::new(file, 0, 1), "minor");
        let error = Diagnostic::error(Code::TypeMismatch, Span::new(file, 2, 3), "major");
        let all = [warning.clone(), warning.clone(), warning, error];
        let text = Human { limit: 2, ..Human::default() }.render(&sources, &all);
        assert!(text.contains("error[type-mismatch]") && text.ends_with("… and 2 more\n\n"), "{text}");
        assert!(text.find("minor") < text.find("major"));
    }

    #[test]
    fn color_is_for_terminals_only() {
        let mut sources = Sources::default();
        let file = sources.add("a", "x\n");
        let diagnostics = [Diagnostic::error(Code::TypeMismatch, Span::new(file, 0, 1), "x")];
        assert!(
            Human { screen: Screen { color: true, ..Screen::default() }, ..Human::default() }
                .render(&sources, &diagnostics)
                .contains('\x1b')
        );
        assert!(!Human::default().render(&sources, &diagnostics).contains('\x1b'));
    }

    #[test]
    fn the_summary_counts() {
        let tally = Tally { errors: 2, warnings: 1 };
        assert_eq!(tally.summary("shop.initflow").as_deref(), Some("2 errors, 1 warning in shop.initflow"));
        assert_eq!(Tally::default().summary("shop.initflow"), None);
    }
}
