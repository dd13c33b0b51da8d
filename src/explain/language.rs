//! Explains what belongs to the language: statements, functions, types, and the names that it replaces.

use super::examples::example;
use crate::compile::parameter_types;
use crate::model::functions;
use crate::statement::{StatementPlace, StatementSpec};
use crate::vocabulary::{self, FOREIGN, REPLACED, StepKind};
use std::fmt::Write as _;

/// A statement, in each of its places; `STATEMENT.INNER` means one inside another.
pub(super) fn statement(name: &str) -> Option<String> {
    let (of, name) = match name.split_once('.') {
        Some((of, name)) => (Some(of), name),
        None => (None, name),
    };
    let mut text = String::new();
    for entry in vocabulary::statements().filter(|entry| entry.name == name) {
        let places: Vec<StatementPlace> =
            entry.places.iter().copied().filter(|place| of.is_none_or(|of| is_in(*place, of))).collect();
        if let Some(first) = places.first() {
            one(&mut text, entry, &places, *first);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Whether a place is the inside of the statement with a name.
fn is_in(place: StatementPlace, name: &str) -> bool {
    match place {
        StatementPlace::File => false,
        StatementPlace::Workload => vocabulary::WorkloadKind::ALL.iter().any(|kind| kind.keyword() == name),
        StatementPlace::Container => vocabulary::CONTAINERS.contains(&name) || StepKind::of(name).is_some(),
        StatementPlace::Environment => name == "env",
        StatementPlace::Step(keyword) => keyword == name,
    }
}

fn one(text: &mut String, entry: &'static StatementSpec, places: &[StatementPlace], first: StatementPlace) {
    let phrases: Vec<String> = places.iter().map(|place| place.phrase()).collect();
    // Writing to memory cannot fail.
    let _ = writeln!(text, "# {}\n\n```initflow\n{}\n```\n", entry.name, entry.signature());
    let _ = writeln!(text, "{} It belongs {}.\n", entry.meaning, phrases.join(", "));
    if let Some(kind) = StepKind::of(entry.name).filter(|_| first == StatementPlace::Workload) {
        let _ = writeln!(text, "| in `{}` | |\n|---|---|", entry.name);
        for inner in kind.statements() {
            let _ = writeln!(text, "| `{}` | {} |", inner.signature().replace('|', "\\|"), inner.meaning);
        }
        text.push('\n');
    }
    if let Some(example) = example(first, entry.name) {
        let _ = writeln!(text, "**Example:**\n\n```initflow\n{example}\n```\n");
    }
}

/// A function that gives a variable its value.
pub(super) fn function(name: &str) -> Option<String> {
    let name = name.strip_suffix("()").unwrap_or(name);
    let (_, positional, named) = functions().find(|(function, ..)| *function == name)?;
    let (meaning, example) = match name {
        "secret" => ("The value of a key of a Secret.", "DB_PASSWORD secret(\"shop\", \"password\")"),
        "configmap" => ("The value of a key of a ConfigMap.", "LOG_LEVEL configmap(\"shop\", \"log-level\")"),
        "field" => ("The value of a field of the pod.", "POD_IP field(\"status.podIP\")"),
        "resource" => (
            "What the container requests of a resource, or its limit.",
            "GOMEMLIMIT resource(\"limits.memory\", divisor: \"1\")",
        ),
        "file" => (
            "The value of a key of a file with lines `KEY=value`, in a volume that an earlier step has written.",
            "DB_PASSWORD file(creds, \"db.env\", \"PASSWORD\")",
        ),
        _ => ("", ""),
    };
    let optional: Vec<String> = named.iter().map(|name| format!("[{name}: …]")).collect();
    let parameters = positional.into_iter().map(str::to_owned).chain(optional).collect::<Vec<_>>().join(", ");
    Some(format!(
        "# {name}(…)\n\n```initflow\n{name}({parameters})\n```\n\n{meaning} It belongs in `env`.\n\n**Example:**\n\n```initflow\nenv {{\n  {example}\n}}\n```\n"
    ))
}

/// The names of the functions.
pub(super) fn function_names() -> impl Iterator<Item = &'static str> {
    functions().map(|(name, ..)| name)
}

/// A type of params.
pub(super) fn value_type(name: &str) -> Option<String> {
    let (word, phrase) = parameter_types().find(|(word, _)| *word == name)?;
    let is_of_template = matches!(word, "volume" | "container");
    let (place, example) = if is_of_template {
        ("a template", format!("template step check(target: {word}) {{\n  …\n}}"))
    } else {
        ("a `param` or of a template", format!("param target: {word}"))
    };
    Some(format!(
        "# {word} (type)\n\nA type for the parameters of {place}; its values are {phrase}.\n\n```initflow\n{example}\n```\n"
    ))
}

/// A name that the language replaces: of the API, or of other tools.
pub(super) fn replaced(name: &str) -> Option<String> {
    let name = name.rsplit('.').next().unwrap_or(name);
    let instead: Vec<&str> = REPLACED
        .iter()
        .chain(FOREIGN)
        .filter(|(known, _)| *known == name)
        .map(|(_, instead)| *instead)
        .collect();
    if instead.is_empty() {
        return None;
    }
    let whose = if REPLACED.iter().any(|(known, _)| *known == name) {
        "This name of the Kubernetes API is not a statement: the language has its own way to write what it means."
    } else {
        "This is not a statement of the language."
    };
    let mut text = format!("# {name}\n\n{whose}\n\n");
    for instead in instead {
        let mut letters = instead.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        let _ = writeln!(text, "- {first}{}.", letters.as_str());
    }
    Some(text)
}
