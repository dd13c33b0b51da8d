//! Describes the TOML files of a project as trees: for editors, and as JSON schemas.

use super::SETTINGS;
use crate::diagnostic::Code;
use crate::kubernetes::version::Version;
use crate::lint::{LintLevel, names};
use crate::steps::Image;
use serde_json::{Map, Value, json};

/// A setting of a file, with what it may be.
#[derive(Clone, Debug)]
pub(crate) struct TomlField {
    pub(crate) name: String,
    /// What it sets.
    pub(crate) meaning: String,
    pub(crate) form: TomlForm,
}

/// What the value of a setting may be.
#[derive(Clone, Debug)]
pub(crate) enum TomlForm {
    Text,
    Boolean,
    Texts,
    /// One of these texts.
    Choice(Vec<String>),
    /// A list of these texts.
    Choices(Vec<String>),
    /// A text, a number or a boolean.
    Plain,
    /// A table with these settings.
    Table(Vec<TomlField>),
    /// A table whose keys the author names.
    Named(Box<TomlForm>),
    /// A list of tables with these settings.
    Tables(Vec<TomlField>),
}

#[cfg(feature = "cli")]
impl TomlForm {
    /// Whether it has a line of its own with its name between brackets.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self, Self::Table(_) | Self::Named(_) | Self::Tables(_))
    }
}

/// The settings of `initflow.toml`.
pub(crate) fn settings() -> Vec<TomlField> {
    let form = |name: &str| match name {
        "kube" => TomlForm::Choice(versions()),
        "members" => TomlForm::Texts,
        "images" => TomlForm::Table(Image::ALL.map(|image| image_field(image.key())).into()),
        "lints" => TomlForm::Table(names().map(lint_field).collect()),
        "profiles" => TomlForm::Named(Box::new(TomlForm::Table(vec![
            field("params", "files with the values of params, relative to this file", TomlForm::Texts),
            field(
                "set",
                "values of params, which win over those of the files",
                TomlForm::Named(Box::new(TomlForm::Plain)),
            ),
        ]))),
        "context" => TomlForm::Table(vec![
            described("context.with", "with", TomlForm::Texts),
            described("context.complete", "complete", TomlForm::Boolean),
            described("context.mesh", "mesh", TomlForm::Choice(owned(&super::reader::MESHES))),
        ]),
        _ => TomlForm::Text,
    };
    let outer = SETTINGS.iter().filter(|setting| !setting.name.contains('.'));
    outer.map(|setting| described(setting.name, setting.name, form(setting.name))).collect()
}

/// The settings of a file of expectations.
pub(crate) fn expectations() -> Vec<TomlField> {
    let amounts = || TomlForm::Named(Box::new(TomlForm::Plain));
    let codes = || Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    let warnings = names().filter(|name| *name != "warnings").map(str::to_owned).collect();
    let case = [
        ("name", "the name of the case", TomlForm::Text),
        ("file", "another file to test, relative to this one", TomlForm::Text),
        ("source", "the text of a source to test instead of a file", TomlForm::Text),
        ("profile", "the profile of initflow.toml that gives params their values", TomlForm::Text),
        ("set", "values of params", TomlForm::Named(Box::new(TomlForm::Plain))),
        ("kube", "the version of Kubernetes", TomlForm::Choice(versions())),
        ("workload", "the workload that order and totals are about, if there are several", TomlForm::Text),
        (
            "order",
            "the names of all containers, in the order in which they start, the apps last; or of all steps and sidecars, without the apps",
            TomlForm::Texts,
        ),
        ("requests", "effective requests by resource, compared as quantities", amounts()),
        ("limits", "effective limits by resource, compared as quantities", amounts()),
        ("warns", "the names of all its warnings; `[]` for none", TomlForm::Choices(warnings)),
        (
            "snapshot",
            "a file with the YAML, which `initflow test --update` writes; `{profile}` in it means the name of the profile",
            TomlForm::Text,
        ),
        ("fails", "the one diagnostic that must keep it from compiling", TomlForm::Choice(codes())),
    ];
    let fields = case.into_iter().map(|(name, meaning, form)| field(name, meaning, form));
    vec![field("case", "what must stay true of a source", TomlForm::Tables(fields.collect()))]
}

/// The JSON schema of `initflow.toml`.
///
/// ```
/// assert!(initflow::config::settings_schema().contains("\"kube\""));
/// ```
pub fn settings_schema() -> String {
    schema("initflow.toml", &settings())
}

/// The JSON schema of a file of expectations.
///
/// ```
/// assert!(initflow::config::expectations_schema().contains("\"snapshot\""));
/// ```
pub fn expectations_schema() -> String {
    schema("expectations of initflow", &expectations())
}

fn schema(title: &str, fields: &[TomlField]) -> String {
    let mut whole = table(fields);
    whole["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    whole["title"] = json!(title);
    format!("{whole:#}\n")
}

fn table(fields: &[TomlField]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut value = value(&field.form);
            value["description"] = json!(field.meaning);
            (field.name.clone(), value)
        })
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn value(form: &TomlForm) -> Value {
    match form {
        TomlForm::Text => json!({ "type": "string" }),
        TomlForm::Boolean => json!({ "type": "boolean" }),
        TomlForm::Texts => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
        TomlForm::Choice(texts) => json!({ "type": "string", "enum": texts }),
        TomlForm::Choices(texts) => json!({ "type": "array", "items": { "type": "string", "enum": texts } }),
        TomlForm::Plain => json!({ "type": ["string", "number", "boolean"] }),
        TomlForm::Table(fields) => table(fields),
        TomlForm::Named(inner) => {
            let mut inner = value(inner);
            // `shop.tag = 1` is a table in TOML.
            if inner["type"].is_array() {
                inner = json!({ "anyOf": [inner, { "type": "object", "additionalProperties": inner }] });
            }
            json!({ "type": "object", "additionalProperties": inner })
        }
        TomlForm::Tables(fields) => json!({ "type": "array", "items": table(fields) }),
    }
}

fn field(name: &str, meaning: &str, form: TomlForm) -> TomlField {
    TomlField { name: name.to_owned(), meaning: meaning.to_owned(), form }
}

/// A setting with the meaning that the reference gives it.
fn described(known: &str, name: &str, form: TomlForm) -> TomlField {
    let meaning = SETTINGS.iter().find(|setting| setting.name == known).map_or("", |setting| setting.meaning);
    field(name, &without_links(meaning), form)
}

fn image_field(name: &str) -> TomlField {
    field(name, "the image that takes the place of the one of the built-in steps", TomlForm::Text)
}

fn lint_field(name: &str) -> TomlField {
    let meaning = match name.parse::<Code>() {
        Ok(code) => code.summary(),
        Err(()) => "the level of all warnings that are not named",
    };
    let levels = LintLevel::ALL.map(|level| level.to_string());
    field(name, meaning, TomlForm::Choice(levels.into()))
}

fn versions() -> Vec<String> {
    Version::ALL.iter().map(ToString::to_string).collect()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A text of the reference without the addresses of its links.
fn without_links(text: &str) -> String {
    let mut parts = text.split("](");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(at) = plain.rfind('[') {
            plain.remove(at);
        }
        plain.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_reference_lose_their_links() {
        assert_eq!(without_links("a [b c](d.md) e, see [F](f.md#g)"), "a b c e, see F");
        assert_eq!(without_links("`[ab]` alone"), "`[ab]` alone");
    }

    #[test]
    fn each_setting_that_is_read_is_described() {
        let names = |fields: Vec<TomlField>| fields.into_iter().map(|field| field.name).collect::<Vec<_>>();
        let mut described = names(settings());
        let mut read = owned(&super::super::reader::SETTINGS);
        described.sort();
        read.sort();
        assert_eq!(described, read);
        assert!(settings().iter().all(|field| !field.meaning.is_empty()));
        let Some(TomlField { form: TomlForm::Tables(case), .. }) = expectations().pop() else { panic!() };
        assert_eq!(names(case).len(), crate::expect::SETTINGS.len());
    }
}
