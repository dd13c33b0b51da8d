//! TOML to tables whose values are asked for by type, with what is wrong reported at its place.

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{SourceFile, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most errors of syntax that are reported: after the first, the others tend to follow from it.
const MAX_ERRORS: usize = 10;

/// The most names that a message lists.
const MAX_NAMED: usize = 30;

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The text.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A file that is read, and what is wrong with it.
pub(crate) struct Tables<'s> {
    source: &'s SourceFile,
    diagnostics: Vec<Diagnostic>,
}

impl<'s> Tables<'s> {
    /// Has the table of a file read, unless the file is not TOML; what is wrong comes in the order of the text.
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
            // What the parser made up in place of what it could not read is not worth a message.
            for error in errors.iter().take(MAX_ERRORS) {
                let span = tables.span(error.span().unwrap_or(0..0));
                let headline = format!("this is not TOML: {}", error.message());
                tables.report(Diagnostic::error(Code::InvalidToml, span, headline).here("not understood"));
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

    /// The table that a setting is; `line` is one that may stand in it.
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
        self.report(diagnostic.help(format!("write `[{name}]` on a line of its own, and `{line}` below it")));
        None
    }

    /// The text that a setting has; anything else is reported.
    pub(crate) fn text<'v>(&mut self, name: &str, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        let diagnostic = self.mistyped(name, "text", value);
        let span = diagnostic.primary.span;
        let written = self.source.slice(span);
        self.report(match value.get_ref() {
            DeValue::Float(_) | DeValue::Integer(_) => {
                diagnostic.fix("write it in quotes", span, format!("\"{written}\""), Applicability::Safe)
            }
            _ => diagnostic.help("write it in quotes: `\"…\"`"),
        });
        None
    }

    /// The same with its place, of a setting for which an empty text means nothing.
    pub(crate) fn placed(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Placed> {
        let text = self.text(name, value)?.to_owned();
        let span = self.span(value.span());
        if text.is_empty() {
            self.report(
                Diagnostic::error(Code::UnknownValue, span, format!("`{name}` is empty"))
                    .here("nothing is named")
                    .help("write what is meant, or leave the setting out"),
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
        let diagnostic = self.mistyped(name, "a list of texts", value);
        let span = diagnostic.primary.span;
        let written = self.source.slice(span);
        self.report(match value.get_ref() {
            DeValue::String(_) => {
                diagnostic.fix("write it in brackets", span, format!("[{written}]"), Applicability::Safe)
            }
            _ => diagnostic.help(format!("write it in brackets: `{name} = [\"…\", \"…\"]`")),
        });
        Vec::new()
    }

    /// A text, a number or a truth value, as it is written for a param.
    pub(crate) fn plain(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Boolean(value) => Some(value.to_string()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
            DeValue::Integer(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                let diagnostic = self.mistyped(name, "text, a decimal number or a truth value", value);
                self.report(diagnostic.help(format!("write `{name} = \"…\"`")));
                None
            }
        }
    }

    /// Reports a name that is none of those known.
    pub(crate) fn unknown(&mut self, key: &Spanned<impl AsRef<str>>, headline: String, known: &[&str]) {
        let span = self.span(key.span());
        self.unknown_at(
            &Placed { text: key.get_ref().as_ref().to_owned(), span },
            Code::UnknownSetting,
            headline,
            known,
        );
    }

    /// Reports a text that is none of those known.
    pub(crate) fn unknown_at(&mut self, written: &Placed, code: Code, headline: String, known: &[&str]) {
        let diagnostic = Diagnostic::error(code, written.span, headline).here("not known");
        let diagnostic = diagnostic.did_you_mean(written.span, &written.text, known.iter().copied());
        self.report(if diagnostic.help.is_empty() {
            diagnostic.help(if known.len() > MAX_NAMED {
                "`initflow explain` lists them all".to_owned()
            } else {
                let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                format!("known are {}", names.join(", "))
            })
        } else {
            diagnostic
        });
    }

    fn mistyped(&self, name: &str, expected: &str, value: &Spanned<DeValue<'_>>) -> Diagnostic {
        let found = match value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a truth value",
            DeValue::Datetime(_) => "a date or a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        Diagnostic::error(Code::TypeMismatch, self.span(value.span()), format!("`{name}` is {expected}"))
            .here(format!("this is {found}"))
    }
}
