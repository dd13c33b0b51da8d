//! Explains a place: what a statement means, what Kubernetes says about a field, when a container starts and why, and what a
//! pod reserves and what sets it.
//!
//! Invariant: facts come from the vocabulary, the schema and the plan; this module repeats none of them.

mod prose;

use super::names::{NameKind, definition};
use super::shape::{Inside, Meaning, Shaped, ValueRole, at, roles, word};
use super::{Analysis, Parsed, Range32, Workspace};
use crate::explain::example;
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::schema::{Field, FieldType, ObjectSchema};
use crate::kubernetes::version::Version;
use crate::model::{Function, Role as ContainerRole, WORKLOAD_NAME, function};
use crate::plan::{Plan, Resources, Start};
use crate::source::{FileId, Span};
use crate::statement::{StatementPlace, StatementSpec, ValueType};
use crate::syntax::tree::{Piece, SyntaxValue, ValueKind};
use smol_str::SmolStr;
use std::fmt::Write as _;

/// For how many workloads the start of a template's container is shown, if it differs.
const MAX_USES: usize = 3;

/// What is shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hover {
    /// The range that it describes.
    pub range: Range32,
    /// The text, in Markdown.
    pub markdown: String,
    /// The name under which there is more to read.
    pub explained: Option<String>,
}

impl Hover {
    fn new(range: impl Into<Range32>, markdown: String) -> Self {
        Self { range: range.into(), markdown, explained: None }
    }
}

/// The description of the place at an offset.
pub(crate) fn hover(workspace: &Workspace, analysis: &Analysis, path: &str, offset: usize) -> Option<Hover> {
    let file = workspace.get(path)?;
    let cursor = at(file, offset);
    let shaped = cursor.head()?;
    let statement = shaped.statement;
    let name = Range32::from(statement.name.span);
    if name.touches(offset) {
        let mut markdown = statement_text(shaped)?;
        markdown.push_str(&planned(analysis, shaped).unwrap_or_default());
        let mut explained = None;
        if let Meaning::Entry(entry) = shaped.meaning {
            markdown.push_str(&example_text(entry));
            explained = Some(name_of(entry));
        }
        return Some(Hover { explained, ..Hover::new(name, markdown) });
    }
    let all = statement.values.iter().zip(roles(shaped));
    let (value, role) = all.into_iter().find(|(value, _)| Range32::from(value.span).touches(offset))?;
    if let Some(range) = built_in_name(value, offset) {
        let markdown = format!(
            "`{WORKLOAD_NAME}`: the name of the workload that this is in, or that the template is used for"
        );
        return Some(Hover::new(range, markdown));
    }
    if let Some(found) = in_call(value, offset) {
        return Some(found);
    }
    if matches!(role, ValueRole::Declares)
        && let Some(markdown) = planned(analysis, shaped)
    {
        return Some(Hover::new(value.span, markdown.trim_start().to_owned()));
    }
    if let Some((range, found)) = definition(workspace, path, offset) {
        let declared = workspace.get(&found.location.path)?;
        let start = found.location.range.range().start;
        let cursor = at(declared, start);
        let value = workspace.names(path).and_then(|names| names.value(&found.location).map(str::to_owned));
        let mut markdown =
            declaration(declared, cursor.head().or(cursor.parent())?, found.kind, value.as_deref());
        if found.location.path == path {
            markdown.push_str(&planned(analysis, cursor.head()?).unwrap_or_default());
        }
        return Some(Hover::new(range, markdown));
    }
    Some(Hover::new(value.span, value_text(shaped, value, role)?))
}

/// The place of `workload.name` at an offset, as a word or in a text.
fn built_in_name(value: &SyntaxValue, offset: usize) -> Option<Range32> {
    let place = match &value.kind {
        ValueKind::Word(word) if word == WORKLOAD_NAME => Some(value.span),
        ValueKind::Text(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Name(name) if name.text == WORKLOAD_NAME && Range32::from(name.span).touches(offset) => {
                Some(name.span)
            }
            _ => None,
        }),
        _ => None,
    };
    place.map(Range32::from).filter(|range| range.touches(offset))
}

/// The function or the parameter at an offset in a call.
fn in_call(value: &SyntaxValue, offset: usize) -> Option<Hover> {
    let ValueKind::Call(call) = &value.kind else { return None };
    let Function { meaning, positional, named } = function(&call.name.text)?;
    let is_here = |span: Span| Range32::from(span).touches(offset);
    if is_here(call.name.span) {
        let parameters = positional.iter().map(|name| (*name).to_owned());
        let parameters = parameters.chain(named.iter().map(|(name, _)| format!("[{name}: …]")));
        let signature = format!("{}({})", call.name.text, parameters.collect::<Vec<_>>().join(", "));
        let markdown = format!("```initflow\n{signature}\n```\n{meaning}");
        return Some(Hover::new(call.name.span, markdown));
    }
    let name = call
        .arguments
        .iter()
        .filter_map(|argument| argument.name.as_ref())
        .find(|name| is_here(name.span))?;
    let (_, meaning) = named.iter().find(|(known, _)| *known == name.text)?;
    let markdown = format!("`{}` of `{}`: {meaning}", name.text, call.name.text);
    Some(Hover::new(name.span, markdown))
}

fn statement_text(shaped: &Shaped) -> Option<String> {
    match shaped.meaning {
        Meaning::Entry(entry) => Some(entry_text(entry)),
        Meaning::Field(object, field) => Some(field_text(object, field)),
        Meaning::Variable => Some("An environment variable: `NAME value`".into()),
        Meaning::Key(ty) => Some(format!("A key; its value is {}", type_text(ty))),
        Meaning::Resource => Some("The maximum for the pod's effective request of this resource".into()),
        Meaning::Free | Meaning::Unknown => None,
    }
}

/// An example of a statement, below what is said of it.
fn example_text(entry: &StatementSpec) -> String {
    let example = entry.places.iter().find_map(|place| example(*place, entry.name));
    example.map(|example| format!("\n\nExample:\n```initflow\n{example}\n```")).unwrap_or_default()
}

/// The name by which a statement is explained.
fn name_of(entry: &StatementSpec) -> String {
    match entry.places {
        [StatementPlace::Step(kind), ..] => format!("{kind}.{}", entry.name),
        _ => entry.name.to_owned(),
    }
}

/// A statement of the language.
pub(super) fn entry_text(entry: &StatementSpec) -> String {
    let places: Vec<String> = entry.places.iter().map(|place| place.phrase()).collect();
    format!("```initflow\n{}\n```\n{}\n\nAllowed {}.", entry.signature(), entry.meaning, places.join(", "))
}

/// A field of Kubernetes.
pub(super) fn field_text(object: &ObjectSchema, field: &Field) -> String {
    let required = if field.required { ", required" } else { "" };
    let since = match (field.since.from, field.since.on) {
        (_, Some(on)) if on > Version::OLDEST => format!(" Kubernetes {on} or newer."),
        (from, None) if from > Version::OLDEST => {
            format!(" Kubernetes {from} or newer, with its feature gate.")
        }
        _ => String::new(),
    };
    format!(
        "`{}.{}`: {}{required}.{since}\n\n{}",
        object.name,
        field.name,
        type_text(&field.ty),
        prose::markdown(field.doc, &field.ty)
    )
}

fn type_text(ty: &FieldType) -> String {
    match ty {
        FieldType::Bool => "`true` or `false`".into(),
        FieldType::Int32 | FieldType::Int64 => "a whole number".into(),
        FieldType::Text => "text".into(),
        FieldType::Enum(values) => {
            values.iter().map(|value| format!("`{}`", value.name)).collect::<Vec<_>>().join(", ")
        }
        FieldType::Quantity => "an amount".into(),
        FieldType::IntOrString => "a whole number or text".into(),
        FieldType::Time => "a time, as text".into(),
        FieldType::Object(object) => format!("a block, `{}`", object.name),
        FieldType::List(inner) => match inner {
            FieldType::Object(object) => format!("one block per item, `{}`", object.name),
            inner => format!("a list of {}", type_text(inner)),
        },
        FieldType::Map(inner) => format!("a block of keys, each with {}", type_text(inner)),
        FieldType::Any => "a block of anything".into(),
    }
}

/// A declaration, as written.
fn declaration(file: &Parsed, shaped: &Shaped, kind: NameKind, value: Option<&str>) -> String {
    let head = file.source.slice(shaped.statement.head());
    let mut text = match kind {
        NameKind::Parameter => format!("a parameter of\n```initflow\n{head}\n```"),
        _ => format!("```initflow\n{head}\n```"),
    };
    let comment = comment_above(file, shaped.statement.span.range().start);
    // A value that is written out is not repeated.
    if let Some(value) = value.filter(|value| !head.ends_with(value)) {
        let marks = if value.contains('`') { "``" } else { "`" };
        let end = if comment.is_empty() { "" } else { "\n" };
        let _ = write!(text, "\nValue: {marks}{value}{marks}{end}");
    }
    if comment.is_empty() { text } else { format!("{text}\n{comment}") }
}

/// The comment directly above a place, without its marks.
fn comment_above(file: &Parsed, offset: usize) -> String {
    let before = file.text().get(..offset).unwrap_or_default();
    let mut lines: Vec<&str> = before
        .lines()
        .rev()
        .skip_while(|line| line.trim().is_empty() && before.ends_with(line))
        .take_while(|line| line.trim_start().starts_with('#'))
        .collect();
    lines.reverse();
    let text: Vec<&str> = lines.iter().map(|line| line.trim().trim_start_matches('#').trim()).collect();
    text.join("\n")
}

fn value_text(shaped: &Shaped, value: &SyntaxValue, role: ValueRole) -> Option<String> {
    match (role, shaped.meaning) {
        (ValueRole::Slot(name, ty), _) => {
            let amounts = match ty {
                ValueType::Cpu | ValueType::CpuRange => in_units(value, "cores"),
                ValueType::Memory | ValueType::MemoryRange => in_units(value, "bytes"),
                _ => Vec::new(),
            };
            let phrase = format!("{name}: {}", ty.phrase());
            Some(if amounts.is_empty() { phrase } else { format!("{}\n\n{phrase}", amounts.join(", ")) })
        }
        (ValueRole::Keyword(Some(clause)), Meaning::Entry(entry)) => {
            Some(format!("`{}` of\n```initflow\n{}\n```", clause.word, entry.signature()))
        }
        (ValueRole::Field(ty), Meaning::Field(object, field)) => match word(value) {
            Some(word) => {
                Some(format!("`{word}` of `{}.{}`, which is {}", object.name, field.name, type_text(ty)))
            }
            None => Some(field_text(object, field)),
        },
        (ValueRole::Variable, _) => Some(ValueType::Variable.phrase()),
        _ => None,
    }
}

/// When a container starts and why, or what a workload reserves and what sets it.
fn planned(analysis: &Analysis, shaped: &Shaped) -> Option<String> {
    let head = shaped.statement.head();
    let is_here = |span: Span| {
        let span = analysis.place(span);
        span.file == FileId(0) && span.start == head.start
    };
    let plans = || analysis.compilation.workloads.iter().map(|workload| workload.plan());
    let is_workload = matches!(shaped.body, Inside::Workload(Some(_)));
    let mut texts: Vec<(SmolStr, String)> = Vec::new();
    for plan in plans() {
        if is_workload && is_here(plan.span) {
            texts.push((plan.name.clone(), totals(plan)));
        } else if let Some(at) = plan.order.iter().position(|start| is_here(start.span)) {
            texts.push((plan.name.clone(), place(plan, at, &plan.order[at])));
        }
    }
    let ((_, first), others) = texts.split_first()?;
    if analysis.unset() {
        let what = if is_workload { "What it reserves" } else { "When it starts" };
        return Some(format!("\n\n{what} is not known: a `param` has no default."));
    }
    if others.iter().all(|(_, other)| other == first) {
        return Some(first.clone());
    }
    // A template's container that differs between its uses.
    let each =
        texts.iter().take(MAX_USES).map(|(name, text)| format!("\n\nIn `{name}`: {}", text.trim_start()));
    let more = texts.len().saturating_sub(MAX_USES);
    let rest = if more == 0 { String::new() } else { format!("\n\nAnd in {more} more.") };
    Some(each.collect::<String>() + &rest)
}

fn place(plan: &Plan, at: usize, start: &Start) -> String {
    let apps = || plan.order.iter().filter(|other| other.role == ContainerRole::App);
    let others: Vec<String> = match start.role {
        ContainerRole::App => {
            apps().filter(|app| app.name != start.name).map(|app| format!("`{}`", app.name)).collect()
        }
        ContainerRole::Step | ContainerRole::Sidecar => Vec::new(),
    };
    let mut text = if others.is_empty() {
        let moved = if start.moved { "; it is written elsewhere in the source" } else { "" };
        format!("\n\nStarts as {} of {}: {}{moved}.", at + 1, plan.order.len(), start.because)
    } else {
        format!("\n\nStarts together with {}: {}.", others.join(", "), start.because)
    };
    for (what, resources) in
        [("It requests", &start.requests), ("While it runs, the pod needs", &start.reserved)]
    {
        if !resources.is_empty() {
            let _ = write!(text, "\n\n{what} {}.", amounts(resources));
        }
    }
    text
}

fn totals(plan: &Plan) -> String {
    let mut text = format!("\n\nQoS class {}.", plan.qos);
    if plan.requests.is_empty() {
        text.push_str(" No container requests anything.");
        return text;
    }
    text.push_str("\n\n| effective | requests | limits | set by |\n|---|---|---|---|\n");
    for request in &plan.requests {
        let limit = plan.limits.iter().find(|limit| limit.resource == request.resource);
        let limit = limit.filter(|limit| limit.quantity.is_some());
        let limit = limit.map_or_else(|| "none".to_owned(), ToString::to_string);
        let _ =
            writeln!(text, "| {} | {} | {limit} | {} |", request.resource, request.quantity, request.because);
    }
    text
}

/// An amount in the units that its suffix means: `` `250m` is 0.25 cores ``.
fn in_units(value: &SyntaxValue, unit: &str) -> Vec<String> {
    match &value.kind {
        ValueKind::Number(text) => Quantity::parse(text)
            .map(|quantity| format!("`{text}` is {} {unit}", quantity.decimal()))
            .into_iter()
            .collect(),
        ValueKind::Range(from, to) => from.iter().chain([to]).flat_map(|end| in_units(end, unit)).collect(),
        _ => Vec::new(),
    }
}

/// Amounts in one line: `cpu 250m, memory 1Gi`.
pub(super) fn amounts(resources: &Resources) -> String {
    let amounts = resources.iter().map(|(name, quantity)| format!("{name} {quantity}"));
    amounts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
