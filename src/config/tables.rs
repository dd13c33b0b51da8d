//! Reads TOML tables value by value, and reports values of the wrong type at their places.

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{SourceFile, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most syntax errors that are reported: the later ones usually follow from the first.
const MAX_ERRORS: usize = 10;

/// The most names that one message lists.
const MAX_NAMED: usize = 30;

/// A text and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The text.
    pub text: String,
    /// Its place.
    pub span: Span,
}

#[cfg(feature = "cli")]
impl Placed {
    /// The error about a path in the file that cannot be used.
    pub(crate) fn unusable(&self, headline: String, reason: &dyn std::fmt::Display) -> Diagnostic {
        Diagnostic::error(Code::UnreadableFile, self.span, headline)
            .here(reason.to_string())
            .help("use a path below the root, or set another root with `--root`")
    }

    /// The error about a path to manifests that cannot be used.
    pub(crate) fn unusable_manifests(&self, reason: &dyn std::fmt::Display) -> Diagnostic {
        self.unusable(format!("the manifests in `{}` cannot be used", self.text), reason)
    }

    /// The error about a file with the values of a profile that cannot be used.
    pub(crate) fn unusable_values(&self, profile: &str, reason: &dyn std::fmt::Display) -> Diagnostic {
        self.unusable(format!("cannot read the file with the values of the profile `{profile}`"), reason)
    }
}

/// A file that is being read, with the diagnostics found so far.
pub(crate) struct Tables<'s> {
    source: &'s SourceFile,
    diagnostics: Vec<Diagnostic>,
}

impl<'s> Tables<'s> {
    /// Reads the table of a file, unless the file is not TOML; the diagnostics are in the order of the text.
    pub(crate) fn read<T: Default>(
        source: &'s SourceFile,
        read: impl FnOnce(&mut Self, &DeTable<'_>) -> T,
    ) -> (T, Vec<Diagnostic>) {
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        let mut tables = Self { source, diagnostics: Vec::new() };
        let mut made = T::default();
        if errors.is_empty() {
            made = read(&mut tables, table.get_ref());
        } else {
            // The parser fills in values for what it could not read; messages about these would be wrong.
            for error in errors.iter().take(MAX_ERRORS) {
                let span = tables.span(error.span().unwrap_or(0..0));
                let headline = format!("invalid TOML: {}", error.message());
                tables.report(Diagnostic::error(Code::InvalidToml, span, headline).here("cannot be read"));
            }
        }
        tables.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
        (made, tables.diagnostics)
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The place of some bytes, widened to whole characters.
    pub(crate) fn span(&self, bytes: Range<usize>) -> Span {
        let text = &self.source.text;
        let (start, end) = (text.floor_char_boundary(bytes.start), text.ceil_char_boundary(bytes.end));
        Span::new(self.source.id, start, end.max(start))
    }

    /// The table of a setting; `line` is an example of its content.
    pub(crate) fn table<'v>(
        &mut self,
        name: &str,
        value: &'v Spanned<DeValue<'v>>,
        line: &str,
    ) -> Option<&'v DeTable<'v>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        let diagnostic = self.mistyped(name, "a table", value);
        self.report(diagnostic.help(format!("write `[{name}]` on a line of its own and `{line}` below it")));
        None
    }

    /// The text of a setting; anything else is reported.
    pub(crate) fn text<'v>(&mut self, name: &str, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        let diagnostic = self.mistyped(name, "text", value);
        let span = diagnostic.primary.span;
        let written = self.source.slice(span);
        self.report(match value.get_ref() {
            DeValue::Float(_) | DeValue::Integer(_) => {
                let quoted = format!("\"{written}\"");
                diagnostic.fix(format!("write `{quoted}`"), span, quoted, Applicability::Safe)
            }
            _ => diagnostic.help("use text in quotes: `\"…\"`"),
        });
        None
    }

    /// The text of a setting that must not be empty, with its place.
    pub(crate) fn placed(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Placed> {
        let text = self.text(name, value)?.to_owned();
        let span = self.span(value.span());
        if text.is_empty() {
            self.report(
                Diagnostic::error(Code::UnknownValue, span, format!("`{name}` is empty"))
                    .here("expected a text")
                    .help(format!("set `{name}`, or remove it")),
            );
            return None;
        }
        Some(Placed { text, span })
    }

    /// The texts of a list.
    pub(crate) fn texts(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Vec<Placed> {
        if let DeValue::Array(values) = value.get_ref() {
            return values.iter().filter_map(|value| self.placed(name, value)).collect();
        }
        let diagnostic = self.mistyped(name, "a list of strings", value);
        let span = diagnostic.primary.span;
        let written = self.source.slice(span);
        self.report(match value.get_ref() {
            DeValue::String(_) => {
                let list = format!("[{written}]");
                diagnostic.fix(format!("write `{list}`"), span, list, Applicability::Safe)
            }
            _ => diagnostic.help(format!("write a list: `{name} = [\"…\", \"…\"]`")),
        });
        Vec::new()
    }

    /// A boolean; anything else is reported.
    pub(crate) fn boolean(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        if let DeValue::Boolean(boolean) = value.get_ref() {
            return Some(*boolean);
        }
        let diagnostic = self.mistyped(name, "`true` or `false`", value);
        self.report(diagnostic.help(format!("write `{name} = true`, without quotes")));
        None
    }

    /// A text, a number or a boolean, as a param is given on the command line.
    pub(crate) fn plain(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Boolean(value) => Some(value.to_string()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
            DeValue::Integer(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                let diagnostic = self.mistyped(name, "text, a decimal number, `true` or `false`", value);
                self.report(diagnostic.help(format!("write `{name} = \"…\"`")));
                None
            }
        }
    }

    /// Reports an unknown name.
    pub(crate) fn unknown(&mut self, key: &Spanned<impl AsRef<str>>, headline: String, known: &[&str]) {
        let span = self.span(key.span());
        self.unknown_at(
            &Placed { text: key.get_ref().as_ref().to_owned(), span },
            Code::UnknownSetting,
            headline,
            known,
        );
    }

    /// Reports an unknown text.
    pub(crate) fn unknown_at(&mut self, written: &Placed, code: Code, headline: String, known: &[&str]) {
        let diagnostic = Diagnostic::error(code, written.span, headline).here("not one of the known names");
        let diagnostic = diagnostic.did_you_mean(written.span, &written.text, known.iter().copied());
        self.report(if diagnostic.help.is_empty() {
            diagnostic.help(if known.len() > MAX_NAMED {
                "see all names with `initflow explain`".to_owned()
            } else {
                let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                format!("use one of {}", names.join(", "))
            })
        } else {
            diagnostic
        });
    }

    fn mistyped(&self, name: &str, expected: &str, value: &Spanned<DeValue<'_>>) -> Diagnostic {
        let found = match value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let headline = format!("expected {expected} for `{name}`, found {found}");
        Diagnostic::error(Code::TypeMismatch, self.span(value.span()), headline)
            .here(format!("the value of `{name}`"))
    }
}
