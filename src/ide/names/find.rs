//! Where what a name names is declared.

use super::occurrences::{ArgumentKey, Handed, NameRole, bare};
use super::{Definition, NameKind, Occurrence};
use crate::ide::shape::word;
use crate::ide::{Location, Parsed, Range32, Workspace};
use crate::syntax::tree::{Operator, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::CONTAINERS;

/// How many templates are gone through, each used by the one before.
const MAX_TEMPLATES: usize = 16;

/// What an occurrence names.
pub(super) fn definition(
    workspace: &Workspace,
    path: &str,
    file: &Parsed,
    occurrence: &Occurrence,
) -> Option<Definition> {
    let Occurrence { range, name, sort, template, pod, part, handed, .. } = occurrence;
    let is_dotted = file.text()[range.end as usize..].starts_with('.');
    if handed.is_some_and(|handed| !may_be(workspace, path, file, handed, (name, *sort), is_dotted)) {
        return None;
    }
    // What stands in quotes is a name of the pod, and nothing else.
    let is_quoted = file.text()[..range.start as usize].ends_with(['"', '\'']);
    let here = |range: Range32, kind: NameKind| at(path, range, kind);
    let parameter = || {
        template
            .filter(|_| !is_quoted)
            .and_then(|template| parameter(file, template, name))
            .map(|range| here(range, NameKind::Parameter))
    };
    let place = |statement| FoundStatement { path: path.to_owned(), file, statement };
    let of_part = |kind| part.and_then(|part| in_pod(workspace, &place(part), kind, name, 0));
    match *sort {
        // What stands in a template that is used is changed here, not declared; and what each branch of a `when` declares
        // is one thing.
        NameRole::Declares(kind @ (NameKind::Volume | NameKind::Container)) => {
            let of_pod = || in_pod(workspace, &place((*pod)?), kind, name, 0);
            let declared = if part.is_some() { of_part(kind) } else { of_pod() };
            Some(declared.unwrap_or_else(|| here(*range, kind)))
        }
        NameRole::Declares(NameKind::Port) => {
            let declared = port_around(workspace, path, file, occurrence);
            Some(declared.unwrap_or_else(|| here(*range, NameKind::Port)))
        }
        NameRole::Declares(kind @ (NameKind::Let | NameKind::Param)) => {
            Some(binding(path, file, name).unwrap_or_else(|| here(*range, kind)))
        }
        NameRole::Declares(kind) => Some(here(*range, kind)),
        NameRole::Binding => parameter().or_else(|| binding(path, file, name)),
        NameRole::Template => declared_template(path, file, name).map(|(definition, _)| definition),
        NameRole::Alias => alias(path, file, name),
        NameRole::Of(alias) => {
            let (path, file) = workspace.used(path, alias)?;
            let template = || declared_template(&path, file, name).map(|(definition, _)| definition);
            binding(&path, file, name).or_else(template)
        }
        NameRole::Argument(called) => {
            let base = template_called(workspace, path, file, called)?;
            let range = self::parameter(base.file, base.statement, name)?;
            Some(at(&base.path, range, NameKind::Parameter))
        }
        NameRole::InPod(kind, None) => {
            let of_pod = || in_pod(workspace, &place((*pod)?), kind, name, 0);
            parameter().or_else(|| of_part(kind)).or_else(of_pod)
        }
        NameRole::InPod(kind, Some(part)) => {
            let part = part_of(workspace, &place((*pod)?), part, 0)?;
            in_pod(workspace, &part, kind, name, 0)
        }
        NameRole::PartInPod(kind, inner) => {
            let pod = place((*pod)?);
            in_pod(workspace, &part_of(workspace, &pod, name, 0)?, kind, inner, 0)?;
            in_pod(workspace, &pod, NameKind::Container, name, 0)
        }
        NameRole::Port => {
            let constant = || parameter().or_else(|| binding(path, file, name).filter(|_| !is_quoted));
            constant().or_else(|| port_around(workspace, path, file, occurrence))
        }
    }
}

/// Whether a word may be of a sort where the parameter that it is handed to has its type.
fn may_be(
    workspace: &Workspace,
    path: &str,
    file: &Parsed,
    handed: Handed,
    (name, sort): (&str, NameRole),
    is_dotted: bool,
) -> bool {
    let Some(called) = template_called(workspace, path, file, handed.template) else { return true };
    let Some(ValueKind::Call(_, parameters)) = called.statement.values.get(1).map(|value| &value.kind) else {
        return true;
    };
    let parameter = match handed.parameter {
        ArgumentKey::At(at) => parameters.get(at),
        ArgumentKey::Name(name) => parameters
            .iter()
            .find(|parameter| parameter.name.as_ref().is_some_and(|declared| declared.text == name)),
    };
    let Some(ty) = parameter.and_then(|parameter| parameter.values.first()) else { return true };
    let is_member = |value: &SyntaxValue| is(called.file, Some(value), name).is_some();
    match (word(ty), sort) {
        (Some("volume"), NameRole::InPod(kind, part)) => {
            kind == NameKind::Volume || part.is_none() && is_dotted
        }
        (Some("container"), NameRole::InPod(kind, _)) => kind == NameKind::Container,
        (Some("volume" | "container"), _) | (_, NameRole::InPod(..)) => false,
        (None, NameRole::Binding) => {
            let before_default =
                |value: &&SyntaxValue| !matches!(value.kind, ValueKind::Operator(Operator::Assign));
            !parameter.is_some_and(|all| all.values.iter().take_while(before_default).any(is_member))
        }
        _ => true,
    }
}

/// The port of the container around an occurrence.
fn port_around(
    workspace: &Workspace,
    path: &str,
    file: &Parsed,
    occurrence: &Occurrence,
) -> Option<Definition> {
    let Occurrence { name, pod, container, template, .. } = occurrence;
    let base = || {
        let base = template_of(workspace, path, file, (*pod)?)?;
        port(workspace, &container_of(workspace, &base, (*container)?, 0)?, name, 0)
    };
    // In the template of a container, that is the container.
    let statement = container.or(*template)?;
    let own = || port(workspace, &FoundStatement { path: path.to_owned(), file, statement }, name, 0);
    base().or_else(own)
}

/// A statement with the file that it is in.
#[derive(Clone)]
struct FoundStatement<'t> {
    path: String,
    file: &'t Parsed,
    statement: &'t Statement,
}

fn at(path: &str, range: Range32, kind: NameKind) -> Definition {
    Definition { location: Location { path: path.to_owned(), range }, kind }
}

/// Every statement of a block, those of `when` and `else` taken out of them.
fn each<'t>(statements: &'t [Statement], visit: &mut dyn FnMut(&'t Statement) -> bool) -> bool {
    statements.iter().any(|statement| match (statement.name.text.as_str(), &statement.block) {
        ("when" | "else", Some(block)) => each(&block.statements, visit),
        _ => visit(statement),
    })
}

fn first<'t, T>(statements: &'t [Statement], mut find: impl FnMut(&'t Statement) -> Option<T>) -> Option<T> {
    let mut found = None;
    each(statements, &mut |statement| {
        found = find(statement);
        found.is_some()
    });
    found
}

fn body(statement: &Statement) -> &[Statement] {
    statement.block.as_ref().map_or(&[], |block| &block.statements)
}

/// The place of a value that is this name.
fn is(file: &Parsed, value: Option<&SyntaxValue>, name: &str) -> Option<Range32> {
    let range = bare(file.text(), value?)?;
    (file.text().get(range.range()) == Some(name)).then_some(range)
}

fn binding(path: &str, file: &Parsed, name: &str) -> Option<Definition> {
    first(&file.document().statements, |statement| {
        let kind = match statement.name.text.as_str() {
            "let" => NameKind::Let,
            "param" => NameKind::Param,
            _ => return None,
        };
        is(file, statement.values.first(), name).map(|range| at(path, range, kind))
    })
}

fn alias(path: &str, file: &Parsed, name: &str) -> Option<Definition> {
    let all = super::occurrences(file);
    let declares = |occurrence: &&Occurrence| {
        occurrence.sort == NameRole::Declares(NameKind::File) && occurrence.name == name
    };
    all.iter().find(declares).map(|occurrence| at(path, occurrence.range, NameKind::File))
}

/// The template of a name in a file.
fn declared_template<'t>(path: &str, file: &'t Parsed, name: &str) -> Option<(Definition, &'t Statement)> {
    first(&file.document().statements, |statement| {
        if statement.name.text != "template" {
            return None;
        }
        let span = match statement.values.get(1).map(|value| (&value.kind, value.span)) {
            Some((ValueKind::Call(called, _), _)) if called.text == name => called.span,
            Some((ValueKind::Word(word), span)) if word == name => span,
            _ => return None,
        };
        Some((at(path, span.into(), NameKind::Template), statement))
    })
}

fn parameter(file: &Parsed, template: &Statement, name: &str) -> Option<Range32> {
    let Some(ValueKind::Call(_, parameters)) = template.values.get(1).map(|value| &value.kind) else {
        return None;
    };
    parameters.iter().find_map(|parameter| match &parameter.name {
        Some(declared) => (declared.text == name).then(|| declared.span.into()),
        None => is(file, parameter.values.first(), name),
    })
}

/// The template that a call names.
fn template_called<'t>(
    workspace: &'t Workspace,
    path: &str,
    file: &'t Parsed,
    called: &str,
) -> Option<FoundStatement<'t>> {
    let (path, file, name) = match called.split_once('.') {
        None => (path.to_owned(), file, called),
        Some((alias, name)) => {
            let (path, file) = workspace.used(path, alias)?;
            (path, &**file, name)
        }
    };
    let (_, statement) = declared_template(&path, file, name)?;
    Some(FoundStatement { path, file, statement })
}

/// The template that a statement is made `from`.
fn template_of<'t>(
    workspace: &'t Workspace,
    path: &str,
    file: &'t Parsed,
    statement: &Statement,
) -> Option<FoundStatement<'t>> {
    let from = statement.values.iter().position(|value| word(value) == Some("from"))?;
    let called = match &statement.values.get(from + 1)?.kind {
        ValueKind::Call(name, _) => &name.text,
        ValueKind::Word(name) => name,
        _ => return None,
    };
    template_called(workspace, path, file, called)
}

fn in_pod(
    workspace: &Workspace,
    pod: &FoundStatement,
    kind: NameKind,
    name: &str,
    depth: usize,
) -> Option<Definition> {
    if depth > MAX_TEMPLATES {
        return None;
    }
    let FoundStatement { path, file, statement } = pod;
    let declares = |statement: &Statement| match kind {
        NameKind::Volume => statement.name.text == "volume",
        _ => CONTAINERS.contains(&statement.name.text.as_str()) || statement.name.text == "part",
    };
    let base = template_of(workspace, path, file, statement);
    // What the template has is declared there.
    base.and_then(|base| in_pod(workspace, &base, kind, name, depth + 1)).or_else(|| {
        first(body(statement), |inner| {
            let declared = is(file, inner.values.first(), name).filter(|_| declares(inner));
            let claimed = || is(file, claim_name(inner).filter(|_| kind == NameKind::Volume), name);
            Some(at(path, declared.or_else(claimed)?, kind))
        })
    })
}

/// The name in `volumeClaimTemplates { metadata { name … } }`.
fn claim_name(statement: &Statement) -> Option<&SyntaxValue> {
    let inner = |statement: &'_ Statement, name: &str| {
        body(statement).iter().position(|inner| inner.name.text == name)
    };
    if statement.name.text != "volumeClaimTemplates" {
        return None;
    }
    let metadata = &body(statement)[inner(statement, "metadata")?];
    body(metadata)[inner(metadata, "name")?].values.first()
}

/// The part of this name in a pod, as it is placed.
fn part_of<'t>(
    workspace: &'t Workspace,
    pod: &FoundStatement<'t>,
    name: &str,
    depth: usize,
) -> Option<FoundStatement<'t>> {
    let FoundStatement { path, file, statement } = pod;
    let own = first(body(statement), |inner| {
        is(file, inner.values.first(), name).filter(|_| inner.name.text == "part")?;
        Some(FoundStatement { statement: inner, ..pod.clone() })
    });
    let further = || {
        let base = template_of(workspace, path, file, statement).filter(|_| depth < MAX_TEMPLATES)?;
        part_of(workspace, &base, name, depth + 1)
    };
    own.or_else(further)
}

/// The container of a pod's template that one of the pod changes.
fn container_of<'t>(
    workspace: &'t Workspace,
    pod: &FoundStatement<'t>,
    changed: &Statement,
    depth: usize,
) -> Option<FoundStatement<'t>> {
    let name = changed.values.first().and_then(word)?;
    let own = first(body(pod.statement), |inner| {
        (inner.name.text == changed.name.text).then_some(())?;
        is(pod.file, inner.values.first(), name).map(|_| FoundStatement { statement: inner, ..pod.clone() })
    });
    let further = || {
        let base =
            template_of(workspace, &pod.path, pod.file, pod.statement).filter(|_| depth < MAX_TEMPLATES)?;
        container_of(workspace, &base, changed, depth + 1)
    };
    own.or_else(further)
}

fn port(workspace: &Workspace, container: &FoundStatement, name: &str, depth: usize) -> Option<Definition> {
    let FoundStatement { path, file, statement } = container;
    let own = || {
        first(body(statement), |inner| {
            let range = is(file, inner.values.first(), name).filter(|_| inner.name.text == "port")?;
            Some(at(path, range, NameKind::Port))
        })
    };
    let further = || {
        let base = template_of(workspace, path, file, statement).filter(|_| depth < MAX_TEMPLATES)?;
        port(workspace, &base, name, depth + 1)
    };
    further().or_else(own)
}
