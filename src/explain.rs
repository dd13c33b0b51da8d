//! Explains every name that a source, a message or `initflow.toml` has, as pages of Markdown.

mod examples;
mod language;
mod library;

pub(crate) use examples::example;

use crate::config::{SETTINGS, SettingSpec};
use crate::diagnostic::Code;
use crate::kubernetes::schema;
use crate::vocabulary::{self, FOREIGN, REPLACED, StepKind};
use std::fmt::Write as _;

/// The pages about a name: one for each meaning that it has.
pub(crate) fn pages(name: &str) -> Vec<String> {
    let found = [
        diagnostic(name),
        language::statement(name),
        language::function(name),
        language::value_type(name),
        library::library(name),
        setting(name),
        language::replaced(name),
        object(name),
        field(name),
    ];
    found.into_iter().flatten().collect()
}

/// Every name that has an explanation.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    names.extend(vocabulary::statements().map(|entry| entry.name.to_owned()));
    for kind in StepKind::ALL {
        names.extend(kind.statements().iter().map(|entry| format!("{}.{}", kind.keyword(), entry.name)));
    }
    names.extend(language::function_names().map(str::to_owned));
    names.extend(crate::compile::parameter_types().map(|(name, _)| name.to_owned()));
    names.extend(library::names());
    names.extend(SETTINGS.iter().map(|setting| setting.name.to_owned()));
    names.extend(REPLACED.iter().chain(FOREIGN).map(|(name, _)| (*name).to_owned()));
    names.extend(schema::objects().iter().map(|object| object.name.to_owned()));
    let fields = schema::objects().iter().flat_map(|object| object.fields.iter().map(|field| field.name));
    names.extend(fields.map(str::to_owned));
    names
}

fn diagnostic(name: &str) -> Option<String> {
    Some(name.parse::<Code>().ok()?.markdown())
}

/// A setting of `initflow.toml`, and those inside it.
fn setting(name: &str) -> Option<String> {
    let whole = SETTINGS.iter().find(|setting| setting.name == name)?;
    let inner =
        |setting: &&SettingSpec| setting.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let mut text = format!("# {} (initflow.toml)\n\n", whole.shown);
    let mut letters = whole.meaning.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    // Writing to memory cannot fail.
    let _ = writeln!(text, "{first}{}.\n", letters.as_str());
    for setting in SETTINGS.iter().filter(inner) {
        let _ = writeln!(text, "- `{}`: {}", setting.name, setting.meaning);
    }
    let _ = writeln!(text, "\n**Example:**\n\n```toml\n{}\n```\n", whole.example);
    Some(text)
}

/// An object of Kubernetes with the names of its fields.
fn object(name: &str) -> Option<String> {
    let object = schema::object(name)?;
    let fields: Vec<String> = object.fields.iter().map(|field| format!("`{}`", field.name)).collect();
    Some(format!(
        "# {} (Kubernetes)\n\n{}\n\nFields: {}\n",
        object.name,
        escaped(object.doc),
        fields.join(", ")
    ))
}

/// `Object.field`, or a field's name in every object that has it.
fn field(name: &str) -> Option<String> {
    let (of, name) = match name.split_once('.') {
        Some((object, field)) => (Some(object), field),
        None => (None, name),
    };
    let mut text = String::new();
    // `deployment.replicas`, as in the language, which leaves out the spec.
    let meant = |object: &str, of: &str| {
        object == of || object.strip_suffix("Spec").unwrap_or(object).eq_ignore_ascii_case(of)
    };
    for object in schema::objects().iter().filter(|object| of.is_none_or(|of| meant(object.name, of))) {
        if let Some(field) = object.field(name) {
            let _ = writeln!(text, "# {}.{name} (Kubernetes)\n\n{}\n", object.name, escaped(field.doc));
        }
    }
    (!text.is_empty()).then_some(text)
}

/// A description of the API, which is not Markdown: what would be markup is shown as it is written.
fn escaped(doc: &str) -> String {
    let mut text = String::with_capacity(doc.len() + 16);
    for letter in doc.chars() {
        if matches!(letter, '*' | '_' | '<' | '[' | ']' | '`' | '\\' | '|') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_offered_is_explained() {
        let is_field = |name: &String| schema::objects().iter().any(|object| object.field(name).is_some());
        for name in names().into_iter().filter(|name| !is_field(name)) {
            let texts = pages(&name);
            assert!(!texts.is_empty(), "{name}");
            assert!(texts.iter().all(|text| text.starts_with("# ")), "{name}: {texts:?}");
        }
    }

    #[test]
    fn a_statement_has_its_example() {
        let text = language::statement("fetch.into").unwrap_or_default();
        assert!(text.contains("It belongs in `fetch`."), "{text}");
        assert!(text.contains("into site \"theme/\"") && !text.contains("clone"), "{text}");
        assert!(language::statement("fetch.repo").is_none() && language::statement("web.into").is_none());
    }

    #[test]
    fn the_library_and_settings_are_explained() {
        let text = library::library("std.cloud_sql_proxy").unwrap_or_default();
        assert!(
            text.contains("Auth Proxy") && text.contains("| `port: port = 5432` | 3306 for MySQL |"),
            "{text}"
        );
        assert!(text.contains("from std.cloud_sql_proxy(instance: \"…\")"), "{text}");
        assert!(setting("context").unwrap_or_default().contains("- `context.mesh`: "));
    }
}
