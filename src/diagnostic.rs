//! What is wrong with a source, where, and what to do about it: one type for every way of showing it.
//!
//! Invariant: a diagnostic has a [`Code`], which [`catalog`] documents by an example.

pub mod catalog;
mod code;
pub mod human;
pub(crate) mod phrase;
pub mod report;
pub(crate) mod visible;

pub use code::Code;

use crate::source::Span;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is compiled.
    Error,
    /// Worth a look; the source compiles.
    Warning,
}

/// A place that helps to understand a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What this place is.
    pub text: String,
}

/// Whether a fix may be applied without a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// It does what the author meant.
    Safe,
    /// It may change what the source means.
    Unsafe,
    /// It has placeholders to fill in.
    Display,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A change of the source that cures a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as an action.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it may be applied without a look.
    pub applicability: Applicability,
}

/// A text with edits made, which do not overlap.
pub(crate) fn applied(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span.start);
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        changed.push_str(&text[at..edit.span.range().start]);
        changed.push_str(&edit.text);
        at = edit.span.range().end;
    }
    changed.push_str(&text[at..]);
    changed
}

/// One finding about a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which diagnostic it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The fact, in lower case, without a full stop, names in backticks.
    pub headline: String,
    /// The place at fault, and what it is.
    pub primary: Label,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// What to do, as actions.
    pub help: Vec<String>,
    /// A change that cures it, where one is known.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error at a place.
    pub(crate) fn error(code: Code, span: Span, headline: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            headline: headline.into(),
            primary: Label { span, text: String::new() },
            labels: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// A warning at a place.
    pub(crate) fn warning(code: Code, span: Span, headline: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, headline) }
    }

    /// Says what the primary place is.
    #[must_use]
    pub(crate) fn here(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at another place.
    #[must_use]
    pub(crate) fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Offers a replacement of one place.
    #[must_use]
    pub(crate) fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        self.fix =
            Some(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }], applicability });
        self
    }

    /// Offers the nearest of some names, where one is near enough to `written` to be what was meant.
    #[must_use]
    pub(crate) fn did_you_mean<'a>(
        self,
        span: Span,
        written: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match nearest(written, names) {
            Some(name) => {
                let title = format!("did you mean `{name}`?");
                self.help(title.clone()).fix(title, span, name, Applicability::Unsafe)
            }
            None => self,
        }
    }
}

/// The name nearest to `written`, if it is near enough to be a misspelling of it, or else begins like it.
pub(crate) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A word of one letter is as far from any other as can be.
    let limit = match written.chars().count() {
        0 | 1 => return None,
        count => (count / 3).clamp(1, 3),
    };
    let lower = written.to_lowercase();
    let names: Vec<&str> = names.into_iter().collect();
    let misspelt = names
        .iter()
        .copied()
        .filter(|name| name.len().abs_diff(written.len()) <= 2 * limit)
        .map(|name| (distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min();
    let begun = || {
        let alike = names.iter().copied().filter(|name| begins(name, written) || begins(written, name));
        alike.min_by_key(|name| name.len().abs_diff(written.len()))
    };
    misspelt.map(|(_, name)| name).or_else(begun)
}

/// Whether a name begins with another one as with a word of its own: `db-proxy` with `db`, `readyProbe` with `ready`.
fn begins(name: &str, with: &str) -> bool {
    let rest = name.strip_prefix(with);
    rest.is_some_and(|rest| {
        rest.starts_with(|next: char| next.is_uppercase() || matches!(next, '-' | '_' | '.'))
    })
}

/// The number of letters to change, insert, drop or swap with a neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let swap = if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(swap)
            };
        }
    }
    rows[a.len()][b.len()]
}

/// Whether one of them is an error.
pub(crate) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_name_is_near_by_few_letters_or_by_its_first_words() {
        let names = ["db-proxy", "ready", "web"];
        assert_eq!(nearest("redy", names), Some("ready"));
        assert_eq!(nearest("db", names), Some("db-proxy"));
        assert_eq!(nearest("readyProbe", names), Some("ready"));
        assert_eq!(nearest("webserver", names), None);
        assert_eq!(nearest("cache", names), None);
    }
}
