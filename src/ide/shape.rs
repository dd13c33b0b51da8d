//! Determines what each statement and each value of a tree is, from the vocabulary and the schema of Kubernetes.
//!
//! Invariant: a shape follows only from names and places, so that even a text that does not compile has one.

mod body;
mod roles;

pub(crate) use roles::roles;

use super::Parsed;
use crate::kubernetes::schema::{self, Field, FieldType, ObjectSchema};
use crate::model::WorkloadKind;
use crate::statement::{Clause, StatementPlace, StatementSpec, ValueType};
use crate::syntax::tree::{Document, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::{self, REPLACED};

/// What a block holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Inside {
    /// The items of a file.
    File,
    /// The statements of a workload; without a kind, those of a `part` of a pod.
    Workload(Option<WorkloadKind>),
    /// The statements of a container that this word opens.
    Container(&'static str),
    /// The variables of `env`.
    Environment,
    /// The metadata of a template of a Job or a pod, and the fields of its spec.
    Template(&'static ObjectSchema),
    /// The fields of an object.
    Object(&'static ObjectSchema),
    /// Entries with free keys.
    Map(&'static FieldType),
    /// The ceilings of `budget`.
    Budget,
    /// Free JSON.
    Free,
    /// Unknown.
    Unknown,
}

/// What a statement's name means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    /// A statement of the language.
    Entry(&'static StatementSpec),
    /// A field of a Kubernetes object.
    Field(&'static ObjectSchema, &'static Field),
    /// A variable of `env`.
    Variable,
    /// A free key, such as a label or an annotation, with the type of its value.
    Key(&'static FieldType),
    /// A resource in `budget`.
    Resource,
    /// A key of free JSON.
    Free,
    /// Unknown.
    Unknown,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValueRole {
    /// A name that the statement declares.
    Declares,
    /// A keyword between the values of the head.
    Keyword(Option<&'static Clause>),
    /// A value of the head: its name and its type.
    Slot(&'static str, ValueType),
    /// The value of a field of Kubernetes.
    Field(&'static FieldType),
    /// What a constant or a condition is made of.
    Expression,
    /// The value of a variable in `env`.
    Variable,
    /// The type of a param, a word or the texts of an enumeration.
    TypeWord,
    /// The kind of container or workload in `template` and `defaults`.
    Kind,
    /// `template(parameters)`: its name and its parameters.
    Template,
    /// `=`, `:`, `|` and the like.
    Operator,
    /// A superfluous value.
    Unknown,
}

/// A statement with what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shaped<'t> {
    /// The statement.
    pub statement: &'t Statement,
    /// The block that it is in.
    pub inside: Inside,
    /// What its name means.
    pub meaning: Meaning,
    /// What its own block holds, if it has or had one.
    pub body: Inside,
}

/// A place in a tree.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'t> {
    /// The statements around the place, outermost first; of the last one, the place may be in the head.
    pub chain: Vec<Shaped<'t>>,
    /// What the innermost block around the place holds.
    pub inside: Inside,
    /// How many statements of the chain have the place in their block.
    pub depth: usize,
}

impl<'t> Cursor<'t> {
    /// The statement in whose head, or in whose name, the place is.
    pub(crate) fn head(&self) -> Option<&Shaped<'t>> {
        self.chain.get(self.depth)
    }

    /// The statement in whose block the place is.
    pub(crate) fn parent(&self) -> Option<&Shaped<'t>> {
        self.depth.checked_sub(1).and_then(|at| self.chain.get(at))
    }
}

/// Visits every statement in the order of the text, with those around it, outermost first.
pub(crate) fn walk<'t>(document: &'t Document, mut visit: impl FnMut(&Shaped<'t>, &[Shaped<'t>])) {
    let mut around = Vec::new();
    walk_block(&document.statements, Inside::File, &mut around, &mut visit);
}

fn walk_block<'t>(
    statements: &'t [Statement],
    inside: Inside,
    around: &mut Vec<Shaped<'t>>,
    visit: &mut impl FnMut(&Shaped<'t>, &[Shaped<'t>]),
) {
    for statement in statements {
        let shaped = shape(statement, inside);
        visit(&shaped, around);
        if let Some(block) = &statement.block {
            around.push(shaped);
            walk_block(&block.statements, shaped.body, around, visit);
            around.pop();
        }
    }
}

/// What is at an offset, even in a half-written text.
pub(crate) fn at(file: &Parsed, offset: usize) -> Cursor<'_> {
    let document = file.document();
    let mut cursor = Cursor { chain: Vec::new(), inside: Inside::File, depth: 0 };
    let mut statements = document.statements.as_slice();
    // A block without a closing brace continues to the end of the text.
    let goes_on = |end: usize| file.text().get(end..offset).is_some_and(|rest| rest.trim().is_empty());
    loop {
        let after = statements.partition_point(|statement| (statement.span.start as usize) <= offset);
        let Some(statement) = after.checked_sub(1).and_then(|at| statements.get(at)) else { return cursor };
        let open =
            statement.block.as_ref().is_some_and(|block| !file.source.slice(block.span).ends_with('}'));
        let end = statement.span.end as usize;
        if end < offset && !(open && goes_on(end)) {
            return cursor;
        }
        let shaped = shape(statement, cursor.inside);
        cursor.chain.push(shaped);
        let Some(block) = &statement.block else { return cursor };
        let span = block.span;
        let within = (span.start as usize) < offset && (open || offset < span.end as usize);
        if !within {
            return cursor;
        }
        cursor.depth += 1;
        cursor.inside = shaped.body;
        statements = &block.statements;
    }
}

/// What a statement of a block is.
pub(crate) fn shape(statement: &Statement, inside: Inside) -> Shaped<'_> {
    let name = if statement.name.quoted { None } else { Some(statement.name.text.as_str()) };
    let meaning = meaning(name, &statement.name.text, inside);
    Shaped { statement, inside, meaning, body: body::body(statement, meaning, inside) }
}

/// The objects whose fields are allowed among the statements of a workload: its levels, outermost first.
pub(crate) fn levels(kind: Option<WorkloadKind>) -> Vec<&'static ObjectSchema> {
    let Some(kind) = kind else { return Vec::new() };
    std::iter::once(&schema::OBJECT_META as &ObjectSchema)
        .chain(kind.specs().iter().copied())
        .chain([&schema::POD_SPEC as &ObjectSchema])
        .collect()
}

/// The statements of the language that are allowed in a block.
pub(crate) fn entries(inside: Inside) -> impl Iterator<Item = &'static StatementSpec> {
    let (place, step) = places(inside);
    let of = |place: Option<StatementPlace>| place.into_iter().flat_map(vocabulary::entries_at);
    of(step).chain(of(place)).filter(move |entry| match inside {
        Inside::Workload(None) => !NOT_IN_PARTS.contains(&entry.name),
        Inside::Workload(Some(kind)) => match entry.name {
            "job" => kind == WorkloadKind::CronJob,
            "pod" => kind != WorkloadKind::Pod,
            _ => true,
        },
        _ => true,
    })
}

/// The fields of Kubernetes that are allowed in a block, each with its object, except those that the language has a
/// statement for.
pub(crate) fn fields(inside: Inside) -> impl Iterator<Item = (&'static ObjectSchema, &'static Field)> {
    let objects = match inside {
        Inside::Workload(kind) => levels(kind),
        Inside::Container(_) => vec![&schema::CONTAINER as &ObjectSchema],
        Inside::Template(spec) => vec![&schema::OBJECT_META, spec],
        Inside::Object(object) => vec![object],
        _ => Vec::new(),
    };
    let is_replaced = move |field: &Field| {
        !matches!(inside, Inside::Object(_)) && REPLACED.iter().any(|(replaced, _)| *replaced == field.name)
    };
    let each = |object: &'static ObjectSchema| object.fields.iter().map(move |field| (object, field));
    objects.into_iter().flat_map(each).filter(move |(_, field)| !is_replaced(field))
}

/// The word of a value, if it is one.
pub(crate) fn word(value: &SyntaxValue) -> Option<&str> {
    match &value.kind {
        ValueKind::Word(word) => Some(word),
        _ => None,
    }
}

const NOT_IN_PARTS: &[&str] = &["app", "part", "budget", "security", "metadata", "job", "pod", "defaults"];

fn places(inside: Inside) -> (Option<StatementPlace>, Option<StatementPlace>) {
    match inside {
        Inside::File => (Some(StatementPlace::File), None),
        Inside::Workload(_) => (Some(StatementPlace::Workload), None),
        Inside::Container(keyword) => (Some(StatementPlace::Container), Some(StatementPlace::Step(keyword))),
        Inside::Environment => (Some(StatementPlace::Environment), None),
        _ => (None, None),
    }
}

fn meaning(name: Option<&str>, text: &str, inside: Inside) -> Meaning {
    if let Some(name @ ("when" | "else")) = name
        && let Some(entry) = vocabulary::entry(StatementPlace::File, name)
    {
        return Meaning::Entry(entry);
    }
    let (place, step) = places(inside);
    if let Some(name) = name
        && let Some(entry) =
            [step, place].into_iter().flatten().find_map(|place| vocabulary::entry(place, name))
    {
        return Meaning::Entry(entry);
    }
    match inside {
        Inside::Template(_) if name == Some("metadata") => {
            vocabulary::entry(StatementPlace::Workload, "metadata").map_or(Meaning::Unknown, Meaning::Entry)
        }
        Inside::Environment => Meaning::Variable,
        Inside::Map(ty) => Meaning::Key(ty),
        Inside::Budget => Meaning::Resource,
        Inside::Free => Meaning::Free,
        Inside::File | Inside::Unknown => Meaning::Unknown,
        Inside::Workload(_) | Inside::Container(_) | Inside::Template(_) | Inside::Object(_) => {
            let field = fields(inside).find(|(_, field)| field.name == text);
            field.map_or(Meaning::Unknown, |(object, field)| Meaning::Field(object, field))
        }
    }
}

#[cfg(test)]
mod tests;
