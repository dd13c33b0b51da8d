//! Finds blocks of free keys that are written in the form of the API's lists: `env { name "X"; value "y" }` for `env { X "y" }`.
//!
//! Invariant: names in quotes are keys on purpose.

use super::resolve::Resolver;
use crate::diagnostic::{Applicability, Code, Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::tree::{Block, Piece, Statement, ValueKind};

/// The fields that hold a name in the API's lists.
const NAMES: [&str; 2] = ["name", "key"];

/// The fields that hold its value.
const VALUES: [&str; 2] = ["value", "valueFrom"];

impl Resolver<'_> {
    /// Reports a block of free keys that is written as items of a list; `what` is what its keys are. Returns whether the block
    /// cannot be read as it is written.
    pub(super) fn list_form(&mut self, block: &Block, what: &str) -> bool {
        if self.is_recording() {
            return false;
        }
        let Some(pairs) = pairs(block) else { return false };
        let (Some(first), Some(last)) = (block.statements.first(), block.statements.last()) else {
            return false;
        };
        let written: Option<Vec<String>> =
            pairs.iter().map(|(name, value)| self.entry_of(name, value)).collect();
        let Some(written) = written else { return false };
        let (name, value) = (&first.name.text, &pairs[0].1.name.text);
        let inside = first.span.to(last.span);
        let certain = pairs.len() > 1 || pairs.iter().any(|(_, value)| value.name.text == "valueFrom");
        let headline = format!("`{name}` and `{value}` are read as two {what}");
        let mut diagnostic = Diagnostic::warning(Code::ListForm, first.name.span, headline)
            .here("the API's form of a list")
            .label(pairs[0].1.name.span, "not its value");
        if certain {
            diagnostic.severity = Severity::Error;
        }
        let title = format!("write the name and its value: `{}`", written[0]);
        diagnostic = diagnostic.help(title.clone());
        if !certain {
            diagnostic =
                diagnostic.help(format!("put `\"{name}\"` and `\"{value}\"` in quotes if they are meant"));
        }
        let lines = self.sources.slice(inside).contains('\n');
        let text = written.join(&if lines { self.line_break(inside) } else { "; ".to_owned() });
        self.report(diagnostic.fix(title, inside, text, Applicability::Safe));
        certain
    }

    /// The statement `NAME value` for a pair.
    fn entry_of(&self, name: &Statement, value: &Statement) -> Option<String> {
        let [named] = name.values.as_slice() else { return None };
        let ValueKind::Text(pieces) = &named.kind else { return None };
        let [Piece::Text(key)] = &**pieces else { return None };
        let is_word = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let key = if is_word { key.to_string() } else { format!("\"{key}\"") };
        let sources = self.sources;
        match (value.values.as_slice(), &value.block) {
            ([written], None) if value.name.text == "value" => {
                Some(format!("{key} {}", sources.slice(written.span)))
            }
            ([], Some(_)) if value.name.text == "valueFrom" => {
                Some(format!("{key} {{ {} }}", sources.slice(value.span)))
            }
            _ => None,
        }
    }

    /// A line break with the indentation of a place's line.
    pub(super) fn line_break(&self, place: Span) -> String {
        let text = &self.sources.get(place.file).text;
        let before = text.get(..place.range().start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let indent: String = line.chars().take_while(|char| char.is_whitespace()).collect();
        format!("\n{indent}")
    }
}

/// The statements of a block as pairs of a name and a value, if it has nothing else.
fn pairs(block: &Block) -> Option<Vec<(&Statement, &Statement)>> {
    let statements = &block.statements;
    if statements.is_empty() || !statements.len().is_multiple_of(2) {
        return None;
    }
    let is = |statement: &Statement, names: &[&str]| {
        !statement.name.quoted && !statement.broken && names.contains(&statement.name.text.as_str())
    };
    let pair = |pair: &[Statement]| matches!(pair, [name, value] if is(name, &NAMES) && is(value, &VALUES));
    statements.chunks(2).all(pair).then(|| statements.chunks(2).map(|pair| (&pair[0], &pair[1])).collect())
}
