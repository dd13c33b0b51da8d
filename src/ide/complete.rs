//! Completes what may be written at a place: statements, fields, words, names, arguments and files.
//!
//! Invariant: what is offered is allowed there by the vocabulary, the schema or a declaration. In texts and comments, only
//! what the compiler reads there is offered.

mod context;
mod names;
mod refused;
mod snippet;
mod texts;

use super::names::NameKind;
use super::shape::{Inside, ValueRole, entries, fields, word};
use super::{Range32, Workspace, hover};
use crate::kubernetes::schema::FieldType;
use crate::kubernetes::version::{Support, Version};
use crate::model::{WorkloadKind, functions, parameter_types};
use crate::program::path_of;
use crate::statement::StatementPlace::File;
use crate::statement::{Clause, Slot, StatementSpec, ValueType};
use crate::vocabulary::{self, CONTAINERS};
use context::{Context, Expected, OpenCall};
use names::DeclaredType;
use refused::refused;

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What is shown, and inserted unless there is a snippet.
    pub label: String,
    /// What it is, in a few words.
    pub detail: String,
    /// What it means, in Markdown.
    pub documentation: String,
    /// What is inserted, with placeholders such as `${1:name}`; none if it is the label.
    pub snippet: Option<String>,
    /// Its sort.
    pub sort: SuggestionKind,
    /// Whether it is deprecated, or needs a newer Kubernetes.
    pub unsupported: bool,
}

/// What sort of thing is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum SuggestionKind {
    Statement,
    Field,
    Word,
    Value,
    Function,
    Parameter,
    Type,
    File,
    Name(NameKind),
}

/// What may be written at an offset, and what it replaces.
pub(crate) fn complete(
    workspace: &Workspace,
    path: &str,
    offset: usize,
    version: Version,
) -> (Range32, Vec<Suggestion>) {
    let Some(file) = workspace.get(path) else { return (Range32::from(offset..offset), Vec::new()) };
    let context = Context::of(file, offset);
    let mut items = match &context.place {
        Expected::Name { inside, present, before } => statements(&context, *inside, present, before, version),
        Expected::File => files(workspace, path),
        Expected::Interpolation => names::bindings(workspace, path, &context),
        Expected::Allowance => vec![texts::allowance()],
        Expected::Allowed => texts::warnings(),
        Expected::Argued { function, position: 0, named: None } => texts::argument(function),
        Expected::Argued { function: "resource", named: Some("container"), .. } => {
            names::in_pod(workspace, path, &context, NameKind::Container)
        }
        Expected::Nothing | Expected::Argued { .. } => Vec::new(),
        Expected::Text(statement) => texts::first_value(statement),
        Expected::Argument(call) => argument(workspace, path, &context, call),
        Expected::Value { role, clauses } => {
            let mut items = value(workspace, path, &context, *role, version);
            items.extend(clauses.iter().map(|clause| keyword(clause)));
            items
        }
    };
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    (context.replaced, items)
}

pub(super) fn item(label: impl Into<String>, sort: SuggestionKind, detail: impl Into<String>) -> Suggestion {
    Suggestion {
        label: label.into(),
        detail: detail.into(),
        documentation: String::new(),
        snippet: None,
        sort,
        unsupported: false,
    }
}

fn statements(
    context: &Context,
    inside: Inside,
    present: &[String],
    before: &str,
    version: Version,
) -> Vec<Suggestion> {
    let is_new = |name: &str| !present.iter().any(|present| present == name);
    let is_allowed = |name: &str| !refused(name, inside, &context.around);
    let own = entries(inside).chain(branches(inside)).filter(|entry| {
        let follows = match entry.name {
            "else" => matches!(before, "when" | "else"),
            "initflow" => present.is_empty(),
            _ => true,
        };
        follows && (entry.repeats || is_new(entry.name)) && is_allowed(entry.name)
    });
    let own = own.map(|entry| Suggestion {
        documentation: hover::entry_text(entry),
        snippet: Some(snippet::entry(entry)),
        ..item(entry.name, SuggestionKind::Statement, entry.meaning)
    });
    let repeats = |ty: &FieldType| matches!(ty, FieldType::List(FieldType::Object(_) | FieldType::Map(_)));
    let mut all: Vec<_> = fields(inside)
        .filter(|(_, field)| (repeats(&field.ty) || is_new(field.name)) && is_allowed(field.name))
        .collect();
    // The object is refused without these. One that is already present is a list, and may be repeated.
    all.sort_by_key(|(_, field)| !(field.required && is_new(field.name)));
    let fields = all.into_iter().map(|(object, field)| Suggestion {
        documentation: hover::field_text(object, field),
        snippet: Some(snippet::field(field)),
        unsupported: field.since.in_version(version) != Support::Supported
            || field.doc.contains("Deprecated:"),
        ..item(field.name, SuggestionKind::Field, if field.required { "required" } else { object.name })
    });
    let resources = ["cpu", "memory", "storage"].into_iter().filter(|name| is_new(name));
    let resources = resources.filter(|_| matches!(inside, Inside::Budget));
    let resources = resources.map(|name| Suggestion {
        snippet: Some(format!("{name} ${{1:amount}}")),
        ..item(name, SuggestionKind::Field, "the maximum that the pod may request")
    });
    // In an object, the author looks for its fields first.
    let mut items: Vec<Suggestion> = resources.collect();
    match inside {
        Inside::File | Inside::Workload(_) | Inside::Container(_) | Inside::Environment => {
            items.extend(own.chain(fields));
        }
        _ => items.extend(fields.chain(own)),
    }
    // Nothing runs without an image; a branch is needed least often.
    items.sort_by_key(|item| match (item.label.as_str(), inside) {
        ("image", Inside::Container("step" | "sidecar" | "app")) => 0,
        ("when" | "else", _) => 2,
        _ => 1,
    });
    items
}

/// `when` and `else`, which are allowed in every block, for blocks that the tables do not name.
fn branches(inside: Inside) -> impl Iterator<Item = &'static StatementSpec> {
    let named = matches!(
        inside,
        Inside::File | Inside::Workload(_) | Inside::Container(_) | Inside::Environment | Inside::Unknown
    );
    ["when", "else"].into_iter().filter(move |_| !named).filter_map(|name| vocabulary::entry(File, name))
}

fn files(workspace: &Workspace, path: &str) -> Vec<Suggestion> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let relative = |known: &str| {
        let mut up = String::new();
        let mut base = folder;
        loop {
            if let Some(rest) = known
                .strip_prefix(base)
                .and_then(|rest| if base.is_empty() { Some(rest) } else { rest.strip_prefix('/') })
            {
                return format!("{up}{rest}");
            }
            up.push_str("../");
            base = base.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    };
    let others = workspace.paths().filter(|known| *known != path && *known != "std");
    let files = others.map(relative).filter(|used| path_of(path, used) != path);
    let std = item("std", SuggestionKind::File, "the library that comes with the compiler");
    std::iter::once(std)
        .chain(files.map(|used| item(used, SuggestionKind::File, "a file of the workspace")))
        .collect()
}

fn keyword(clause: &'static Clause) -> Suggestion {
    let values: Vec<String> = clause
        .values
        .iter()
        .filter_map(|slot| match slot {
            Slot::One(name, _) | Slot::Many(name, _) => Some((*name).to_owned()),
            Slot::Maybe(name, _) => Some(format!("[{name}]")),
            Slot::Clause(_) | Slot::Free(_) => None,
        })
        .collect();
    Suggestion {
        snippet: Some(snippet::clause(clause, &mut 1)),
        ..item(clause.word, SuggestionKind::Word, values.join(" "))
    }
}

fn value(
    workspace: &Workspace,
    path: &str,
    context: &Context,
    role: ValueRole,
    version: Version,
) -> Vec<Suggestion> {
    let bindings = || names::bindings(workspace, path, context);
    let in_pod = |kind| names::in_pod(workspace, path, context, kind);
    match role {
        ValueRole::Slot(_, ValueType::Volume | ValueType::MountedVolume(_)) => in_pod(NameKind::Volume),
        ValueRole::Slot(_, ValueType::Container) => in_pod(NameKind::Container),
        ValueRole::Slot(_, ValueType::PortRef) => {
            names::ports(workspace, path, context).into_iter().chain(bindings()).collect()
        }
        ValueRole::Slot(_, ValueType::TemplateCall) => names::templates(workspace, path, context),
        ValueRole::Slot(_, ValueType::Source) => called(&["secret", "configmap"], 1),
        ValueRole::Slot(_, ValueType::Secret) => called(&["secret"], 1),
        ValueRole::Slot(_, ValueType::Variable) | ValueRole::Variable => {
            let all: Vec<&str> = functions().map(|(name, ..)| name).collect();
            called(&all, usize::MAX).into_iter().chain(truth()).chain(bindings()).collect()
        }
        ValueRole::Field(FieldType::Enum(values)) => {
            let values = values.iter().map(|value| Suggestion {
                unsupported: value.since.in_version(version) != Support::Supported,
                ..item(value.name, SuggestionKind::Value, "")
            });
            values.chain(bindings()).collect()
        }
        ValueRole::Field(FieldType::List(inner)) => {
            value(workspace, path, context, ValueRole::Field(inner), version)
        }
        ValueRole::Field(FieldType::Bool) => truth().chain(bindings()).collect(),
        ValueRole::Expression => {
            let members = names::compared(workspace, path, context);
            let others = if members.is_empty() { truth().collect() } else { Vec::new() };
            members.into_iter().chain(others).chain(bindings()).collect()
        }
        ValueRole::Slot(..) | ValueRole::Field(_) => bindings(),
        ValueRole::TypeWord => types().collect(),
        ValueRole::Kind => {
            let kinds =
                WorkloadKind::ALL.into_iter().map(WorkloadKind::keyword).filter(|_| !context.is_defaults());
            let part = (!context.is_defaults()).then_some("part");
            kinds
                .chain(CONTAINERS.iter().copied())
                .chain(part)
                .map(|kind| item(kind, SuggestionKind::Word, ""))
                .collect()
        }
        ValueRole::Declares
        | ValueRole::Keyword(_)
        | ValueRole::Template
        | ValueRole::Operator
        | ValueRole::Unknown => Vec::new(),
    }
}

/// Functions with their parameters, of which at most `most` are inserted.
fn called(wanted: &[&str], most: usize) -> Vec<Suggestion> {
    let all = functions().filter(|(name, ..)| wanted.contains(name));
    all.map(|(name, parameters, _)| {
        let shown: Vec<&str> = parameters.into_iter().take(most).collect();
        let places = shown.iter().enumerate().map(|(at, parameter)| match (name, *parameter) {
            ("file", "volume") => format!("${{{}:{parameter}}}", at + 1),
            _ => format!("\"${{{}:{parameter}}}\"", at + 1),
        });
        let snippet = format!("{name}({})", places.collect::<Vec<_>>().join(", "));
        Suggestion {
            snippet: Some(snippet),
            ..item(name, SuggestionKind::Function, format!("{name}({})", shown.join(", ")))
        }
    })
    .collect()
}

fn truth() -> impl Iterator<Item = Suggestion> {
    ["true", "false"].into_iter().map(|word| item(word, SuggestionKind::Value, ""))
}

fn types() -> impl Iterator<Item = Suggestion> {
    parameter_types().map(|(word, phrase)| item(word, SuggestionKind::Type, phrase))
}

fn argument(workspace: &Workspace, path: &str, context: &Context, call: &OpenCall) -> Vec<Suggestion> {
    if call.declares {
        return if call.named.is_some() { types().collect() } else { Vec::new() };
    }
    let in_pod = |kind| names::in_pod(workspace, path, context, kind);
    let bindings = || names::bindings(workspace, path, context);
    let is_function = functions().any(|(name, ..)| name == call.name);
    if let (Some(name), false) = (&call.named, is_function) {
        return match names::parameter_type(workspace, path, call.name, name) {
            Some(DeclaredType::Word(ty)) if ty == "volume" => in_pod(NameKind::Volume),
            Some(DeclaredType::Word(ty)) if ty == "container" => in_pod(NameKind::Container),
            Some(DeclaredType::Word(ty)) if ty == "bool" => truth().chain(bindings()).collect(),
            Some(DeclaredType::Members(members)) => members.into_iter().chain(bindings()).collect(),
            _ => bindings(),
        };
    }
    if call.named.is_some() {
        return truth().chain(bindings()).collect();
    }
    let parameters = names::parameters(workspace, path, call.name);
    let new = parameters.into_iter().filter(|(name, _)| !call.given.contains(name));
    let new = new.map(|(name, text)| Suggestion {
        snippet: Some(format!("{name}: $0")),
        ..item(name, SuggestionKind::Parameter, text)
    });
    let volumes = if call.name == "file" { in_pod(NameKind::Volume) } else { Vec::new() };
    volumes.into_iter().chain(new).chain(bindings()).collect()
}

/// A call that is being written: how its template is declared, its parameters, and which one comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// `name(parameter: type = default, …)`
    pub label: String,
    /// The parameters, as written in the label.
    pub parameters: Vec<String>,
    /// The one that is being written.
    pub active: Option<usize>,
}

/// The signature of the call around an offset.
pub(crate) fn signature(workspace: &Workspace, path: &str, offset: usize) -> Option<Signature> {
    let file = workspace.get(path)?;
    let text = file.text().get(..offset)?;
    // A call cannot begin before the statement that it is in.
    let from = text.rfind(['{', '}', ';']).map_or(0, |at| at + 1);
    let (name, arguments) = context::open_call(&text[from..])?;
    let last = arguments.rsplit(',').next().unwrap_or_default();
    let place = arguments.matches(',').count();
    let by_name = |parameters: &[(String, String)]| {
        let (written, _) = last.split_once(':')?;
        parameters.iter().position(|(name, _)| name == written.trim())
    };
    let template = names::parameters(workspace, path, name);
    let function = functions().find(|(known, ..)| *known == name);
    let (parameters, active) = match function {
        Some((_, takes, named)) => {
            let takes = takes.into_iter().map(str::to_owned);
            let all: Vec<String> = takes.chain(named.iter().map(|name| format!("{name}: …"))).collect();
            (all, Some(place))
        }
        None if template.is_empty() => return None,
        None => {
            let given = |name: &str| {
                arguments
                    .split(',')
                    .any(|argument| argument.split_once(':').is_some_and(|(given, _)| given.trim() == name))
            };
            let next = || template.iter().position(|(name, _)| !given(name));
            let active = by_name(&template).or_else(next);
            (template.into_iter().map(|(_, text)| text).collect(), active)
        }
    };
    let active = active.filter(|active| *active < parameters.len());
    Some(Signature { label: format!("{name}({})", parameters.join(", ")), parameters, active })
}

/// The keyword that decides what a statement allows; of a template, its kind.
fn keyword_of(statement: &crate::syntax::tree::Statement) -> &str {
    statement
        .values
        .first()
        .and_then(word)
        .filter(|_| statement.name.text == "template")
        .unwrap_or(&statement.name.text)
}

#[cfg(test)]
mod tests;
