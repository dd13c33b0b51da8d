//! Describes what is wrong with a source, where, and what to do about it, in one type for all output formats.
//!
//! Invariant: a diagnostic has a [`Code`], which [`catalog`] documents with an example.

pub mod catalog;
mod code;
pub mod human;
pub(crate) mod phrase;
pub mod report;
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub mod screen;
pub(crate) mod visible;

pub use code::Code;

use crate::source::{HasPlaces, Span};
use std::borrow::Borrow;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The source does not compile.
    Error,
    /// The source compiles, but something in it is suspicious.
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

/// Whether a fix can be applied without review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// The fixed source means what the author meant.
    Safe,
    /// The fix may change what the source means.
    Unsafe,
    /// The new text has placeholders to fill in.
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

/// A change of the source that resolves a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does: one imperative that begins in lower case, like a help.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it can be applied without review.
    pub applicability: Applicability,
}

impl Fix {
    /// The title as editors and reports show it, with a capital letter.
    ///
    /// ```
    /// use initflow::diagnostic::{Applicability, Fix};
    ///
    /// let fix = Fix { title: "add `once`".into(), edits: Vec::new(), applicability: Applicability::Safe };
    /// assert_eq!(fix.action(), "Add `once`");
    /// ```
    pub fn action(&self) -> String {
        capitalized(&self.title)
    }

    /// The fix as a help, unless one of these helps already describes it.
    pub(crate) fn to_help(&self, helps: &[String]) -> Option<String> {
        (!helps.iter().any(|help| self.is_in(help))).then(|| self.described())
    }

    fn is_in(&self, help: &str) -> bool {
        let new = match self.edits.as_slice() {
            [edit] if !edit.text.trim().is_empty() => format!("write `{}`", edit.text.trim()),
            _ => return help.starts_with(&self.title),
        };
        help.contains(&self.title) || help.ends_with(&new)
    }

    /// The title, with the new text if that is short and not part of the title.
    fn described(&self) -> String {
        const SHORT: usize = 80;
        let title = &self.title;
        match self.edits.as_slice() {
            [edit] if edit.text.trim().is_empty() || title.contains(edit.text.trim().trim_matches('"')) => {
                title.clone()
            }
            [edit] if edit.text.trim().contains('\n') && edit.text.len() <= 10 * SHORT => {
                let new: Vec<String> =
                    edit.text.trim_matches('\n').lines().map(|line| format!("  {line}")).collect();
                format!("{title}:\n{}", new.join("\n"))
            }
            [edit] if edit.text.len() <= SHORT => format!("{title}: `{}`", edit.text.trim()),
            _ => title.clone(),
        }
    }
}

/// A text with a capital first letter.
pub(crate) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Applies edits that do not overlap to a text.
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
    /// What is wrong, in lower case, without a full stop, names in backticks.
    pub headline: String,
    /// The place at fault, and what it is.
    pub primary: Label,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// What to do, as imperatives.
    pub help: Vec<String>,
    /// A change that resolves it, if one is known.
    pub fix: Option<Fix>,
}

impl HasPlaces for Diagnostic {
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.primary.span);
        self.labels.iter_mut().for_each(|label| change(&mut label.span));
        self.fix.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| change(&mut edit.span));
    }
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

    /// Whether the fault is in no line of the source: a param that the command line names.
    pub(crate) fn is_outside_text(&self) -> bool {
        let Span { start, end, .. } = self.primary.span;
        self.code == Code::UnknownParam && start == end
    }

    /// Sets what the primary place is.
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

    /// Adds what to do.
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

    /// Offers to change a name to the same one in its right case.
    #[must_use]
    pub(crate) fn change_case(self, span: Span, name: &str) -> Self {
        let title = format!("{}: case matters", change_to(name));
        self.help(title.clone()).fix(title, span, name, Applicability::Safe)
    }

    /// Offers another keyword for the statement whose head is at a place.
    #[must_use]
    pub(crate) fn other_keyword(self, head: Span, written: &str, instead: &str) -> Self {
        let length = u32::try_from(written.len()).unwrap_or(0);
        let keyword = Span { end: head.end.min(head.start + length), ..head };
        self.fix(format!("use `{instead}` instead of `{written}`"), keyword, instead, Applicability::Unsafe)
    }

    /// Offers to change `written` to the nearest of some names, if one is near enough to be what was meant.
    #[must_use]
    pub(crate) fn did_you_mean<'a>(
        self,
        span: Span,
        written: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match nearest(written, names) {
            Some(name) => self.meant(span, name),
            None => self,
        }
    }

    /// Offers a name in place of what is written.
    #[must_use]
    pub(crate) fn meant(self, span: Span, name: &str) -> Self {
        let title = change_to(name);
        self.help(title.clone()).fix(title, span, name, Applicability::Unsafe)
    }
}

/// The help, and the title of the fix, that puts another text in the place of the written one.
pub(crate) fn change_to(text: &str) -> String {
    format!("change to `{text}`")
}

/// The name nearest to `written`: one that it may be a misspelling of, or else one that begins like it.
pub(crate) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Any other word of one letter is one change away, so the distance says nothing.
    let limit = match written.chars().count() {
        0 | 1 => return None,
        count => (count / 3).clamp(1, 3),
    };
    let lower = written.to_lowercase();
    let names: Vec<&str> = names.into_iter().collect();
    let misspelled = names
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
    misspelled.map(|(_, name)| name).or_else(begun)
}

/// Whether one of two names is probably a misspelling of the other one: not if they differ in numbers, or in a part of one or
/// two letters, by which people tell things apart.
pub(crate) fn nearly(one: &str, other: &str) -> bool {
    let parts = |name: &'_ str| name.split(['-', '_', '.', '/']).map(str::to_owned).collect::<Vec<_>>();
    let letters = |part: &String| part.trim_matches(|letter: char| letter.is_ascii_digit()).to_owned();
    let (ones, others) = (parts(one), parts(other));
    let differ: Vec<(&String, &String)> =
        ones.iter().zip(&others).filter(|(one, other)| one != other).collect();
    let tells_apart = ones.len() == others.len()
        && differ.iter().all(|(one, other)| {
            letters(one) == letters(other) || one.chars().count().max(other.chars().count()) <= 2
        });
    let limit = (one.chars().count().min(other.chars().count()) / 3).clamp(1, 3);
    one != other
        && !tells_apart
        && one.len().abs_diff(other.len()) <= 2 * limit
        && distance(&one.to_lowercase(), &other.to_lowercase()) <= limit
}

/// Whether a name begins with another one as a whole word: `db-proxy` with `db`, `readyProbe` with `ready`.
fn begins(name: &str, with: &str) -> bool {
    let rest = name.strip_prefix(with);
    rest.is_some_and(|rest| {
        rest.starts_with(|next: char| next.is_uppercase() || matches!(next, '-' | '_' | '.'))
    })
}

/// The number of letters to change, insert, drop or swap with a neighbor (optimal string alignment).
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
pub(crate) fn has_errors<D: Borrow<Diagnostic>>(diagnostics: &[D]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.borrow().severity == Severity::Error)
}

#[cfg(test)]
mod tests {
    use super::{Code, Diagnostic, nearest};
    use crate::source::{FileId, Span};

    #[test]
    fn the_help_and_the_fix_for_a_misspelled_name_are_one_imperative() {
        let span = Span::new(FileId(0), 0, 4);
        let diagnostic = Diagnostic::error(Code::UnknownName, span, "x").did_you_mean(span, "dat", ["data"]);
        assert_eq!(diagnostic.help, ["change to `data`"]);
        let fix = diagnostic.fix.unwrap();
        assert_eq!((fix.title.as_str(), fix.action().as_str()), ("change to `data`", "Change to `data`"));
    }

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
