//! Reads files of values for params: lines `name value`, or a JSON object.

use crate::diagnostic::Diagnostic;
use crate::model::Setting;
use crate::source::{SourceFile, Sources};
use crate::syntax;
use crate::syntax::tree::{Piece, Statement, ValueKind};

/// Why a file of values cannot be used.
#[derive(Debug)]
pub enum BadValues {
    /// It cannot be read as statements.
    Syntax(Sources, Vec<Diagnostic>),
    /// Anything else, as a message.
    Other(String),
}

/// The values in a file; the extension `.json` decides which form it has.
///
/// # Errors
/// [`BadValues`].
pub fn values(file: &str, text: String) -> Result<Vec<Setting>, BadValues> {
    if std::path::Path::new(file).extension().is_some_and(|extension| extension == "json") {
        return json(file, &text).map_err(BadValues::Other);
    }
    statements(file, text)
}

/// Reads `{ "name": value }`.
fn json(file: &str, text: &str) -> Result<Vec<Setting>, String> {
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|error| format!("cannot read `{file}`: {error}"))?;
    let settings = object.into_iter().map(|(name, value)| {
        let value = match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            serde_json::Value::Bool(bool) => bool.to_string(),
            _ => return Err(format!("`{name}` in `{file}` is not text, a number, `true` or `false`")),
        };
        Ok(Setting { origin: format!("`{name}` in `{file}`"), ..Setting::new(name, value) })
    });
    settings.collect()
}

/// Reads statements `name value`.
fn statements(file: &str, text: String) -> Result<Vec<Setting>, BadValues> {
    let mut sources = Sources::default();
    let id = sources.add(file, text);
    let source = sources.get(id);
    let parse = syntax::parse(source);
    if !parse.errors.is_empty() {
        return Err(BadValues::Syntax(sources, parse.errors));
    }
    let settings = parse.document.statements.iter().map(|statement| {
        let (line, _) = source.line_column(statement.span.start);
        let name = statement.name.text.to_string();
        let value = value(statement, source).ok_or_else(|| {
            BadValues::Other(format!("{file}:{line}: `{name}` needs exactly one plain value"))
        })?;
        Ok(Setting { origin: format!("{file}:{line}"), ..Setting::new(name, value) })
    });
    settings.collect()
}

/// The text of a statement's only value.
fn value(statement: &Statement, source: &SourceFile) -> Option<String> {
    let [value] = statement.values.as_slice() else { return None };
    if statement.block.is_some() {
        return None;
    }
    match &value.kind {
        ValueKind::Text(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => Some(text.as_str()),
                Piece::Name(_) => None,
            })
            .collect(),
        ValueKind::Word(_) | ValueKind::Number(_) | ValueKind::Path(_) => {
            Some(source.slice(value.span).to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let settings = statements("p", text.to_owned()).map_err(|bad| match bad {
            BadValues::Syntax(..) => "syntax".to_owned(),
            BadValues::Other(message) => message,
        })?;
        Ok(settings.into_iter().map(|setting| (setting.name, setting.value)).collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_file_has_a_plain_value_a_name() {
        let text = "tag \"v2\" # newest\nreplicas 3\nwait 1h30m\non true\npath /etc\n";
        let expected =
            [("tag", "v2"), ("replicas", "3"), ("wait", "1h30m"), ("on", "true"), ("path", "/etc")];
        assert_eq!(read(text).unwrap(), expected.map(|(name, value)| pair(name, value)));
        assert_eq!(read("\na 1 2").unwrap_err(), "p:2: `a` needs exactly one plain value");
        assert!(read("a { }").is_err() && read("a [1]").is_err() && read("a \"#{b}\"").is_err());
    }

    #[test]
    fn json_is_accepted_too() {
        let settings = json("p", r#"{"tag": "v2", "replicas": 3, "on": true}"#).unwrap();
        let values: Vec<&str> = settings.iter().map(|setting| setting.value.as_str()).collect();
        assert_eq!(values.len(), 3);
        assert!(values.contains(&"3") && values.contains(&"true") && values.contains(&"v2"));
        assert!(json("p", r#"{"a": []}"#).is_err() && json("p", "[").is_err());
    }
}
