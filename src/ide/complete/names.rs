//! Lists the names that can follow at a place: of constants, volumes, containers, ports, templates and their parameters.
//!
//! It reads the declarations around the place from the trees, not from what the compiler binds: the place has no name yet,
//! and resolving a program again after each key would cost more than the completion.

use super::context::Context;
use super::{Suggestion, SuggestionKind, item};
use crate::ide::names::NameKind;
use crate::ide::outline::{Symbol, symbols};
use crate::ide::shape::word;
use crate::ide::{Parsed, Workspace};
use crate::model::WORKLOAD_NAME;
use crate::syntax::tree::{Argument, Operator, Statement, SyntaxValue, ValueKind};

/// How many templates are followed, each used by the one before.
const MAX_TEMPLATES: usize = 16;

/// The lets and params that are declared above a place or in used files, and the parameters of the template around it.
pub(super) fn bindings(workspace: &Workspace, path: &str, context: &Context) -> Vec<Suggestion> {
    let Some(file) = workspace.get(path) else { return Vec::new() };
    let item_at = context.around.first().map_or(u32::MAX, |statement| statement.span.start);
    let of_file = |file: &Parsed, before: &str| {
        let all =
            symbols(file).into_iter().filter(|symbol| matches!(symbol.kind, NameKind::Let | NameKind::Param));
        let above = all.filter(|symbol| !before.is_empty() || symbol.range.start < item_at);
        above
            .map(|symbol| {
                let text = file.text().get(symbol.range.range()).unwrap_or_default().to_owned();
                item(format!("{before}{}", symbol.name), SuggestionKind::Name(symbol.kind), text)
            })
            .collect::<Vec<_>>()
    };
    let template = context.around.iter().find(|statement| statement.name.text == "template");
    let parameters = template.map_or_else(Vec::new, |template| declared(file, template));
    let mut items: Vec<Suggestion> = parameters
        .into_iter()
        .map(|(name, text)| item(name, SuggestionKind::Name(NameKind::Parameter), text))
        .collect();
    items.extend(of_file(file, ""));
    for (alias, _) in file.uses() {
        if let Some((_, used)) = workspace.used(path, alias) {
            items.extend(of_file(used, &format!("{alias}.")));
        }
    }
    let is_named = |statement: &&Statement| {
        statement.name.text == "template" || crate::model::WorkloadKind::of(&statement.name.text).is_some()
    };
    if context.around.iter().copied().any(|statement| is_named(&statement)) {
        let kind = SuggestionKind::Name(NameKind::Workload);
        items.push(item(WORKLOAD_NAME.to_owned(), kind, "the name of the workload around this"));
    }
    items
}

/// The volumes or containers of the pod around a place, those of its parts by `part.name`.
pub(super) fn in_pod(
    workspace: &Workspace,
    path: &str,
    context: &Context,
    kind: NameKind,
) -> Vec<Suggestion> {
    let Some(file) = workspace.get(path) else { return Vec::new() };
    let pod = context.around.iter().find(|statement| {
        super::keyword_of(statement) == "part"
            || crate::model::WorkloadKind::of(super::keyword_of(statement)).is_some()
    });
    let mut items = Vec::new();
    let part = context.around.iter().find(|statement| statement.name.text == "part");
    if let Some(part) = part {
        of_pod(workspace, path, file, part, kind, "", 0, &mut items);
    }
    if let Some(pod) = pod {
        // In the block of a part, its own names have no prefix.
        let of_part = part.and_then(|part| Some(format!("{}.", part.values.first().and_then(word)?)));
        let mut of_workload = Vec::new();
        of_pod(workspace, path, file, pod, kind, "", 0, &mut of_workload);
        let is_hidden = |item: &Suggestion| {
            items.iter().any(|nearer| nearer.label == item.label)
                || of_part.as_deref().is_some_and(|part| item.label.starts_with(part))
        };
        of_workload.retain(|item| !is_hidden(item));
        items.extend(of_workload);
    }
    let own = context.around.last().and_then(|_| {
        context
            .around
            .iter()
            .rev()
            .find(|statement| crate::vocabulary::CONTAINERS.contains(&statement.name.text.as_str()))
    });
    let own = own.and_then(|statement| statement.values.first()).and_then(word);
    items.retain(|item| {
        kind != NameKind::Container || item.detail != "app" && Some(item.label.as_str()) != own
    });
    items
}

#[allow(clippy::too_many_arguments)]
fn of_pod(
    workspace: &Workspace,
    path: &str,
    file: &Parsed,
    pod: &Statement,
    kind: NameKind,
    before: &str,
    depth: usize,
    items: &mut Vec<Suggestion>,
) {
    if depth > MAX_TEMPLATES {
        return;
    }
    for symbol in crate::ide::outline::symbols_of(file, pod).iter().filter(|symbol| symbol.kind == kind) {
        items.push(item(
            format!("{before}{}", symbol.name),
            SuggestionKind::Name(kind),
            symbol.detail.clone(),
        ));
    }
    if let Some((path, file, template)) = template_of(workspace, path, file, pod) {
        of_pod(workspace, &path, file, template, kind, before, depth + 1, items);
    }
    let inner = pod.block.iter().flat_map(|block| &block.statements);
    for part in inner.filter(|statement| statement.name.text == "part") {
        let before = format!("{}.", part.values.first().and_then(word).unwrap_or_default());
        of_pod(workspace, path, file, part, kind, &before, depth + 1, items);
    }
}

/// The ports of the container around a place.
pub(super) fn ports(workspace: &Workspace, path: &str, context: &Context) -> Vec<Suggestion> {
    let Some(file) = workspace.get(path) else { return Vec::new() };
    let mut items = Vec::new();
    for statement in &context.around {
        let all = crate::ide::outline::symbols_of(file, statement);
        let ports = all.into_iter().filter(|symbol: &Symbol| {
            symbol.kind == NameKind::Port && symbol.name.chars().any(char::is_alphabetic)
        });
        items.extend(ports.map(|symbol| item(symbol.name, SuggestionKind::Name(NameKind::Port), "port")));
    }
    items
}

/// The templates that a statement can be made from.
pub(super) fn templates(workspace: &Workspace, path: &str, context: &Context) -> Vec<Suggestion> {
    let Some(file) = workspace.get(path) else { return Vec::new() };
    let kind = context.around.last().map_or("", |statement| statement.name.text.as_str());
    let of_file = |file: &Parsed, before: &str| {
        let all =
            file.document().statements.iter().filter(|statement| {
                statement.name.text == "template" && super::keyword_of(statement) == kind
            });
        let named = all.filter_map(|statement| Some((statement, name_of(statement)?)));
        named
            .map(|(statement, name)| {
                let label = format!("{before}{name}");
                let text = file.source.slice(statement.head()).to_owned();
                let needed = declared(file, statement).into_iter().filter(|(_, text)| !text.contains('='));
                let places = needed.enumerate().map(|(at, (name, _))| format!("{name}: ${}", at + 1));
                let snippet = format!("{label}({})", places.collect::<Vec<_>>().join(", "));
                Suggestion {
                    snippet: Some(snippet),
                    ..item(label, SuggestionKind::Name(NameKind::Template), text)
                }
            })
            .collect::<Vec<_>>()
    };
    let mut items = of_file(file, "");
    for (alias, _) in file.uses() {
        if let Some((_, used)) = workspace.used(path, alias) {
            items.extend(of_file(used, &format!("{alias}.")));
        }
    }
    items
}

/// The type of a template's parameter.
pub(super) enum DeclaredType {
    /// One word.
    Word(String),
    /// The texts that it accepts.
    Members(Vec<Suggestion>),
}

/// The type of a parameter of the template with a name.
pub(super) fn parameter_type(
    workspace: &Workspace,
    path: &str,
    called: &str,
    name: &str,
) -> Option<DeclaredType> {
    let (_, file, template) = template_called(workspace, path, workspace.get(path)?, called)?;
    let values = &parameter(template, name)?.values;
    match values.first().and_then(word) {
        Some(ty) => Some(DeclaredType::Word(ty.to_owned())),
        None => Some(DeclaredType::Members(members(file, values))),
    }
}

/// The texts that a param accepts if a place compares it or sets its default.
pub(super) fn compared(workspace: &Workspace, path: &str, context: &Context) -> Vec<Suggestion> {
    let Some(file) = workspace.get(path) else { return Vec::new() };
    let Some(head) = context.around.last() else { return Vec::new() };
    let before = head.values.iter().rev().skip_while(|value| value.span.end > context.replaced.start);
    let mut before = before.map(|value| &value.kind);
    let operator = before.next();
    let compared = match (operator, before.next()) {
        (Some(ValueKind::Operator(Operator::Equal | Operator::NotEqual)), Some(ValueKind::Word(name))) => {
            name
        }
        (Some(ValueKind::Operator(Operator::Assign)), Some(_)) if head.name.text == "param" => {
            return members_of_param(file, head);
        }
        _ => return Vec::new(),
    };
    let template = context.around.iter().find(|statement| statement.name.text == "template");
    if let Some(parameter) = template.and_then(|template| parameter(template, compared)) {
        return members(file, &parameter.values);
    }
    let (file, name) = match compared.split_once('.') {
        None => (&**file, compared.as_str()),
        Some((alias, name)) => match workspace.used(path, alias) {
            Some((_, used)) => (&**used, name),
            None => return Vec::new(),
        },
    };
    let mut params = file.document().statements.iter().filter(|statement| statement.name.text == "param");
    let param = params.find(|param| param.values.first().and_then(word) == Some(name));
    param.map_or_else(Vec::new, |param| members_of_param(file, param))
}

fn members_of_param(file: &Parsed, param: &Statement) -> Vec<Suggestion> {
    let ty = param.values.iter().position(|value| is(value, Operator::Colon));
    ty.and_then(|at| param.values.get(at + 1..)).map_or_else(Vec::new, |ty| members(file, ty))
}

/// The texts of an enumeration. A default ends it.
fn members(file: &Parsed, ty: &[SyntaxValue]) -> Vec<Suggestion> {
    let ty = ty.iter().take_while(|value| !is(value, Operator::Assign));
    let texts = ty.filter(|value| matches!(value.kind, ValueKind::Text(_)));
    texts.map(|text| item(file.source.slice(text.span), SuggestionKind::Value, "")).collect()
}

fn is(value: &SyntaxValue, operator: Operator) -> bool {
    matches!(value.kind, ValueKind::Operator(found) if found == operator)
}

fn parameter<'t>(template: &'t Statement, name: &str) -> Option<&'t Argument> {
    let ValueKind::Call(call) = &template.values.get(1)?.kind else { return None };
    call.arguments.iter().find(|parameter| parameter.name.as_ref().is_some_and(|own| own.text == name))
}

/// The parameters of the template or the function with a name, each with its declaration.
pub(super) fn parameters(workspace: &Workspace, path: &str, called: &str) -> Vec<(String, String)> {
    let Some(file) = workspace.get(path) else { return Vec::new() };
    if let Some((_, file, template)) = template_called(workspace, path, file, called) {
        return declared(file, template);
    }
    let function = crate::model::functions().find(|(name, ..)| *name == called);
    function.map_or_else(Vec::new, |(_, _, named)| {
        named.iter().map(|name| ((*name).to_owned(), String::new())).collect()
    })
}

/// The parameters that a template declares, each with its text.
pub(super) fn declared(file: &Parsed, template: &Statement) -> Vec<(String, String)> {
    let Some(ValueKind::Call(call)) = template.values.get(1).map(|value| &value.kind) else {
        return Vec::new();
    };
    call.arguments
        .iter()
        .filter_map(|parameter| Some((parameter.name.as_ref()?.text.to_string(), text_of(file, parameter))))
        .collect()
}

fn text_of(file: &Parsed, parameter: &Argument) -> String {
    let (Some(name), Some(last)) = (&parameter.name, parameter.values.last()) else { return String::new() };
    file.source.slice(name.span.to(last.span)).to_owned()
}

fn name_of(template: &Statement) -> Option<&str> {
    match &template.values.get(1)?.kind {
        ValueKind::Call(call) => Some(&call.name.text),
        ValueKind::Word(name) => Some(name),
        _ => None,
    }
}

type FoundTemplate<'t> = (String, &'t Parsed, &'t Statement);

fn template_of<'t>(
    workspace: &'t Workspace,
    path: &str,
    file: &'t Parsed,
    statement: &Statement,
) -> Option<FoundTemplate<'t>> {
    let from = statement.values.iter().position(|value| word(value) == Some("from"))?;
    match &statement.values.get(from + 1)?.kind {
        ValueKind::Call(call) => template_called(workspace, path, file, &call.name.text),
        ValueKind::Word(name) => template_called(workspace, path, file, name),
        _ => None,
    }
}

fn template_called<'t>(
    workspace: &'t Workspace,
    path: &str,
    file: &'t Parsed,
    called: &str,
) -> Option<FoundTemplate<'t>> {
    let (path, file, name) = match called.split_once('.') {
        None => (path.to_owned(), file, called),
        Some((alias, name)) => {
            let (path, file) = workspace.used(path, alias)?;
            (path, &**file, name)
        }
    };
    let mut all = file.document().statements.iter().filter(|statement| statement.name.text == "template");
    let template = all.find(|template| name_of(template) == Some(name))?;
    Some((path, file, template))
}
