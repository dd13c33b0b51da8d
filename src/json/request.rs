//! Reads the fields that requests have in common.

use crate::compile::{Loader, Setting};
use crate::lint::{LintLevel, LintLevels};
use serde_json::{Map, Value};

/// The version of requests and answers.
pub(super) const VERSION: u32 = 1;

/// A request: an object whose fields are all known.
pub(super) struct Request(Map<String, Value>);

impl Request {
    /// Reads a request that may have some fields.
    pub(super) fn read(text: &str, known: &[&str]) -> Result<Self, String> {
        let fields: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| format!("the request is not a JSON object: {error}"))?;
        if let Some(unknown) = fields.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(format!("unknown field `{unknown}`, expected one of {}", known.join(", ")));
        }
        Ok(Self(fields))
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("`{key}` is not text")),
        }
    }

    /// A text that the request must have.
    pub(super) fn needed(&self, key: &str) -> Result<&str, String> {
        self.text(key)?.ok_or_else(|| format!("the request has no `{key}`"))
    }

    /// An offset, or another number that counts something.
    pub(super) fn number(&self, key: &str) -> Result<Option<usize>, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
                number.map(Some).ok_or_else(|| format!("`{key}` is not a number from 0"))
            }
        }
    }

    /// A choice; without it, `false`.
    pub(super) fn choice(&self, key: &str) -> Result<bool, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(choice)) => Ok(*choice),
            Some(_) => Err(format!("`{key}` is not `true` or `false`")),
        }
    }

    /// The values of an object, each with its name.
    pub(super) fn entries(&self, key: &str) -> Result<impl Iterator<Item = (&String, &Value)>, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None.into_iter().flatten()),
            Some(Value::Object(entries)) => Ok(Some(entries).into_iter().flatten()),
            Some(_) => Err(format!("`{key}` is not an object")),
        }
    }

    /// The values of params.
    pub(super) fn params(&self) -> Result<Vec<Setting>, String> {
        self.entries("params")?.map(setting).collect()
    }

    /// The levels of warnings: `levels`, as far as the request sets no others.
    pub(super) fn levels(&self, mut levels: LintLevels) -> Result<LintLevels, String> {
        for (name, level) in self.entries("lints")? {
            let level = level.as_str().and_then(|text| text.parse::<LintLevel>().ok());
            let level = level.ok_or_else(|| format!("unknown level of `{name}`"))?;
            if !levels.set_named(name, level) {
                return Err(format!("there is no warning named `{name}`"));
            }
        }
        Ok(levels)
    }
}

fn setting((name, value): (&String, &Value)) -> Result<Setting, String> {
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(bool) => bool.to_string(),
        _ => return Err(format!("the param `{name}` is not text, a number or a boolean")),
    };
    Ok(Setting { origin: format!("`params.{name}`"), ..Setting::new(name, value) })
}

/// The files of a request.
pub(super) struct Files(pub(super) Map<String, Value>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, String> {
        let text = self.0.get(path).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| "the request has no such file".to_owned())
    }
}
