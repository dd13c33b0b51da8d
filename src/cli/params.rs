//! `--set` and `--params` to the values of params.

use super::console::Console;
use super::input;
use super::{Program, Status};
use crate::model::Setting;
use crate::source::{SourceFile, Sources};
use crate::syntax;
use crate::syntax::tree::{Piece, Statement, ValueKind};
use std::path::Path;

/// Reads `name=value`.
pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

/// The values that the call gives: the last one of a name counts, and `--set` over all files.
///
/// Gives nothing where a file of values cannot be used, which is reported.
pub(super) fn settings(program: &Program, console: &mut Console) -> Option<Vec<Setting>> {
    let mut settings = Vec::new();
    for path in &program.params {
        settings.extend(file(path, console)?);
    }
    settings.extend(program.set.iter().map(|(name, value)| Setting {
        name: name.clone(),
        value: value.clone(),
        origin: format!("--set {name}"),
        span: None,
    }));
    let mut seen = std::collections::HashSet::new();
    settings.reverse();
    settings.retain(|setting| seen.insert(setting.name.clone()));
    settings.reverse();
    Some(settings)
}

fn file(path: &Path, console: &mut Console) -> Option<Vec<Setting>> {
    let name = path.to_string_lossy();
    let text = match input::read(path) {
        Ok(text) => text,
        Err(reason) => {
            console.trouble(&format!("cannot read `{name}`: {reason}"));
            return None;
        }
    };
    let values = if path.extension().is_some_and(|extension| extension == "json") {
        json(&name, &text)
    } else {
        statements(&name, text, console)?
    };
    match values {
        Ok(settings) => Some(settings),
        Err(message) => {
            console.trouble(&message);
            console.help("a file of params has lines `name value`: tag \"v2\"");
            None
        }
    }
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
            _ => return Err(format!("`{name}` in `{file}` is not text, a number or a truth value")),
        };
        Ok(Setting { origin: format!("`{name}` in `{file}`"), name, value, span: None })
    });
    settings.collect()
}

/// Reads statements `name value`. Errors of syntax are shown at their places; the rest is one message.
fn statements(file: &str, text: String, console: &mut Console) -> Option<Result<Vec<Setting>, String>> {
    let mut sources = Sources::default();
    let id = sources.add(file, text);
    let source = sources.get(id);
    let parse = syntax::parse(source);
    if !parse.errors.is_empty() {
        console.diagnostics(file, &sources, &parse.errors);
        console.raise(Status::Errors);
        return None;
    }
    let settings = parse.document.statements.iter().map(|statement| {
        let (line, _) = source.line_column(statement.span.start);
        let name = statement.name.text.to_string();
        let value = value(statement, source)
            .ok_or_else(|| format!("{file}:{line}: `{name}` does not have one plain value"))?;
        Ok(Setting { name, value, origin: format!("{file}:{line}"), span: None })
    });
    Some(settings.collect())
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
        let mut console = Console::new(crate::cli::Color::Never);
        let settings = statements("p", text.to_owned(), &mut console).expect("no error of syntax")?;
        Ok(settings.into_iter().map(|setting| (setting.name, setting.value)).collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn an_assignment_has_a_name() {
        assert_eq!(assignment("a=b=c"), Ok(pair("a", "b=c")));
        assert_eq!(assignment("a="), Ok(pair("a", "")));
        assert!(assignment("a").is_err() && assignment("=a").is_err());
    }

    #[test]
    fn a_file_has_a_plain_value_a_name() {
        let text = "tag \"v2\" # newest\nreplicas 3\nwait 1h30m\non true\npath /etc\n";
        let expected =
            [("tag", "v2"), ("replicas", "3"), ("wait", "1h30m"), ("on", "true"), ("path", "/etc")];
        assert_eq!(read(text).unwrap(), expected.map(|(name, value)| pair(name, value)));
        assert_eq!(read("\na 1 2").unwrap_err(), "p:2: `a` does not have one plain value");
        assert!(read("a { }").is_err() && read("a [1]").is_err() && read("a \"#{b}\"").is_err());
    }

    #[test]
    fn json_is_taken_too() {
        let settings = json("p", r#"{"tag": "v2", "replicas": 3, "on": true}"#).unwrap();
        let values: Vec<&str> = settings.iter().map(|setting| setting.value.as_str()).collect();
        assert_eq!(values.len(), 3);
        assert!(values.contains(&"3") && values.contains(&"true") && values.contains(&"v2"));
        assert!(json("p", r#"{"a": []}"#).is_err() && json("p", "[").is_err());
    }
}
