//! What each statement and each value of a tree is, by the vocabulary and the schema of Kubernetes.
//!
//! Invariant: a shape follows from names and places alone, so that also a text that does not compile has one.

use super::Parsed;
use crate::kubernetes::schema::{self, Field, Object, Type as FieldType};
use crate::model::WorkloadKind;
use crate::statement::{Body, Clause, Entry, Place, Slot, Type};
use crate::syntax::tree::{Document, Operator, Statement, Value, ValueKind};
use crate::vocabulary::{self, CONTAINERS, REPLACED};

/// What a block holds.
#[derive(Clone, Copy, Debug)]
pub enum Inside {
    /// The items of a file.
    File,
    /// The statements of a workload; of the `part` of a pod where there is no kind.
    Workload(Option<WorkloadKind>),
    /// The statements of a container that this word opens.
    Container(&'static str),
    /// The variables of `env`.
    Environment,
    /// The metadata of a template of a Job or a pod, and the fields of its spec.
    Template(&'static Object),
    /// The fields of an object.
    Object(&'static Object),
    /// Entries with free keys.
    Map(&'static FieldType),
    /// The ceilings of `budget`.
    Budget,
    /// Free JSON.
    Free,
    /// Nothing that is known.
    Unknown,
}

/// What a statement's name means.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A statement of the language.
    Entry(&'static Entry),
    /// A field of a Kubernetes object.
    Field(&'static Object, &'static Field),
    /// A variable of `env`.
    Variable,
    /// A free key: a label, an annotation; what its value is.
    Key(&'static FieldType),
    /// A resource in `budget`.
    Resource,
    /// A key of free JSON.
    Free,
    /// Nothing that is known.
    Unknown,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Role {
    /// A name that the statement declares.
    Declares,
    /// A word of the head that stands between values.
    Keyword(Option<&'static Clause>),
    /// A value of the head: what it is called, and its type.
    Slot(&'static str, Type),
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
    /// A value too many.
    Unknown,
}

/// A statement with what it is.
#[derive(Clone, Copy, Debug)]
pub struct Shaped<'t> {
    /// The statement.
    pub statement: &'t Statement,
    /// The block that it stands in.
    pub inside: Inside,
    /// What its name means.
    pub meaning: Meaning,
    /// What its own block holds, if it has or had one.
    pub body: Inside,
}

/// A place in a tree.
#[derive(Clone, Debug)]
pub struct Cursor<'t> {
    /// The statements around the place, outermost first; in the last of them it may stand in the head.
    pub chain: Vec<Shaped<'t>>,
    /// What the innermost block around the place holds.
    pub inside: Inside,
    /// How many statements of the chain have the place in their block.
    pub depth: usize,
}

impl<'t> Cursor<'t> {
    /// The statement in whose head, or in whose name, the place is.
    pub fn head(&self) -> Option<&Shaped<'t>> {
        self.chain.get(self.depth)
    }

    /// The statement in whose block the place is.
    pub fn parent(&self) -> Option<&Shaped<'t>> {
        self.depth.checked_sub(1).and_then(|at| self.chain.get(at))
    }
}

/// Visits every statement in the order of the text, with those around it, outermost first.
pub fn walk<'t>(document: &'t Document, mut visit: impl FnMut(&Shaped<'t>, &[Shaped<'t>])) {
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

/// What stands at an offset, also where the text is half written.
pub fn at(file: &Parsed, offset: usize) -> Cursor<'_> {
    let document = file.document();
    let mut cursor = Cursor { chain: Vec::new(), inside: Inside::File, depth: 0 };
    let mut statements = document.statements.as_slice();
    // A block that the end of the text closes has no brace, and goes on to there.
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
pub fn shape(statement: &Statement, inside: Inside) -> Shaped<'_> {
    let name = if statement.name.quoted { None } else { Some(statement.name.text.as_str()) };
    let meaning = meaning(name, &statement.name.text, inside);
    Shaped { statement, inside, meaning, body: body(statement, meaning, inside) }
}

/// The objects whose fields may stand among the statements of a workload: its levels, the outermost first.
pub fn levels(kind: Option<WorkloadKind>) -> Vec<&'static Object> {
    let spec: &[&Object] = match kind {
        None => return Vec::new(),
        Some(WorkloadKind::Pod) => &[],
        Some(WorkloadKind::Deployment) => &[&schema::DEPLOYMENT_SPEC],
        Some(WorkloadKind::StatefulSet) => &[&schema::STATEFUL_SET_SPEC],
        Some(WorkloadKind::DaemonSet) => &[&schema::DAEMON_SET_SPEC],
        Some(WorkloadKind::ReplicaSet) => &[&schema::REPLICA_SET_SPEC],
        Some(WorkloadKind::Job) => &[&schema::JOB_SPEC],
        Some(WorkloadKind::CronJob) => &[&schema::CRON_JOB_SPEC, &schema::JOB_SPEC],
    };
    std::iter::once(&schema::OBJECT_META as &Object)
        .chain(spec.iter().copied())
        .chain([&schema::POD_SPEC as &Object])
        .collect()
}

/// The statements of the language that may stand in a block.
pub fn entries(inside: Inside) -> impl Iterator<Item = &'static Entry> {
    let (place, step) = places(inside);
    let of = |place: Option<Place>| place.into_iter().flat_map(vocabulary::entries_at);
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

/// The fields of Kubernetes that may stand in a block, each with its object; what the language has a statement for is
/// not among them.
pub fn fields(inside: Inside) -> impl Iterator<Item = (&'static Object, &'static Field)> {
    let objects = match inside {
        Inside::Workload(kind) => levels(kind),
        Inside::Container(_) => vec![&schema::CONTAINER as &Object],
        Inside::Template(spec) => vec![&schema::OBJECT_META, spec],
        Inside::Object(object) => vec![object],
        _ => Vec::new(),
    };
    let is_replaced = move |field: &Field| {
        !matches!(inside, Inside::Object(_)) && REPLACED.iter().any(|(replaced, _)| *replaced == field.name)
    };
    let each = |object: &'static Object| object.fields.iter().map(move |field| (object, field));
    objects.into_iter().flat_map(each).filter(move |(_, field)| !is_replaced(field))
}

/// What the values of a statement are, one role a value.
pub fn roles(shaped: &Shaped) -> Vec<Role> {
    let values = shaped.statement.values.as_slice();
    match shaped.meaning {
        Meaning::Entry(entry) => match entry.name {
            "let" => declaration(values, Role::Expression),
            "param" => declaration(values, Role::TypeWord),
            "template" => {
                let roles = [Role::Kind, Role::Template].into_iter().chain(std::iter::repeat(Role::Unknown));
                roles.take(values.len()).collect()
            }
            "defaults" => vec![Role::Kind; values.len()],
            "when" => values.iter().map(expression).collect(),
            "else" => {
                let when = |at: usize, value: &Value| {
                    if at == 0 && word(value) == Some("when") {
                        Role::Keyword(None)
                    } else {
                        expression(value)
                    }
                };
                values.iter().enumerate().map(|(at, value)| when(at, value)).collect()
            }
            _ => head(entry.head, values),
        },
        Meaning::Field(_, field) => vec![Role::Field(&field.ty); values.len()],
        Meaning::Variable => vec![Role::Variable; values.len()],
        Meaning::Key(ty) => vec![Role::Field(ty); values.len()],
        Meaning::Resource => vec![Role::Slot("amount", Type::Memory); values.len()],
        Meaning::Free => vec![Role::Field(&FieldType::Any); values.len()],
        Meaning::Unknown => vec![Role::Unknown; values.len()],
    }
}

/// The words of a value, if it is one.
pub fn word(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::Word(word) => Some(word),
        _ => None,
    }
}

const NOT_IN_PARTS: &[&str] = &["app", "part", "budget", "security", "metadata", "job", "pod", "defaults"];

fn places(inside: Inside) -> (Option<Place>, Option<Place>) {
    match inside {
        Inside::File => (Some(Place::File), None),
        Inside::Workload(_) => (Some(Place::Workload), None),
        Inside::Container(keyword) => (Some(Place::Container), Some(Place::Step(keyword))),
        Inside::Environment => (Some(Place::Environment), None),
        _ => (None, None),
    }
}

fn meaning(name: Option<&str>, text: &str, inside: Inside) -> Meaning {
    if let Some(name @ ("when" | "else")) = name
        && let Some(entry) = vocabulary::entry(Place::File, name)
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
            vocabulary::entry(Place::Workload, "metadata").map_or(Meaning::Unknown, Meaning::Entry)
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

fn body(statement: &Statement, meaning: Meaning, inside: Inside) -> Inside {
    match meaning {
        Meaning::Entry(entry) => entry_body(statement, entry, inside),
        Meaning::Field(object, field) => match (object.name, field.name) {
            ("StatefulSetSpec", "volumeClaimTemplates") => Inside::Object(&schema::PERSISTENT_VOLUME_CLAIM),
            _ => of_type(&field.ty),
        },
        Meaning::Key(ty) => of_type(ty),
        Meaning::Free => Inside::Free,
        Meaning::Variable | Meaning::Resource | Meaning::Unknown => Inside::Unknown,
    }
}

fn entry_body(statement: &Statement, entry: &'static Entry, inside: Inside) -> Inside {
    match entry.name {
        "when" | "else" => inside,
        "template" => statement.values.first().and_then(word).map_or(Inside::Unknown, of_kind),
        "defaults" => {
            Inside::Container(statement.values.first().and_then(word).and_then(container).unwrap_or("step"))
        }
        "env" => Inside::Environment,
        "metadata" => Inside::Object(&schema::OBJECT_META),
        "budget" => Inside::Budget,
        "volume" => source(statement),
        "job" if matches!(inside, Inside::Workload(_)) => Inside::Template(&schema::JOB_SPEC),
        "pod" if matches!(inside, Inside::Workload(_)) => Inside::Template(&schema::POD_SPEC),
        name => match (of_kind(name), entry.body) {
            (Inside::Unknown, Body::Fields(object)) => {
                schema::object(object).map_or(Inside::Unknown, Inside::Object)
            }
            (known, _) => known,
        },
    }
}

/// What the block of a workload, a part or a container holds, by the word that opens it.
fn of_kind(name: &str) -> Inside {
    match (WorkloadKind::of(name), container(name)) {
        (Some(kind), _) => Inside::Workload(Some(kind)),
        (None, Some(container)) => Inside::Container(container),
        (None, None) if name == "part" => Inside::Workload(None),
        (None, None) => Inside::Unknown,
    }
}

fn container(name: &str) -> Option<&'static str> {
    CONTAINERS.iter().find(|container| **container == name).copied()
}

/// What the block of a volume holds: the other fields of the source that its head names, or any source.
fn source(statement: &Statement) -> Inside {
    let named = match statement.values.get(1).and_then(word) {
        Some("scratch" | "memory") => "emptyDir",
        Some("claim") => "persistentVolumeClaim",
        Some("secret") => "secret",
        Some("configmap") => "configMap",
        Some("host") => "hostPath",
        Some("image") => "image",
        _ => return Inside::Object(&schema::VOLUME),
    };
    schema::VOLUME.field(named).map_or(Inside::Unknown, |field| of_type(&field.ty))
}

fn of_type(ty: &'static FieldType) -> Inside {
    match ty {
        FieldType::Object(object) | FieldType::List(FieldType::Object(object)) => Inside::Object(object),
        FieldType::Map(inner) | FieldType::List(FieldType::Map(inner)) => Inside::Map(inner),
        FieldType::Any => Inside::Free,
        _ => Inside::Unknown,
    }
}

/// `name = …`, or `name: type = …`: what stands before the `=` is of the kind that is given.
fn declaration(values: &[Value], before: Role) -> Vec<Role> {
    let mut role = before;
    let each = |(at, value): (usize, &Value)| match value.kind {
        ValueKind::Operator(operator) => {
            if operator == Operator::Assign {
                role = Role::Expression;
            }
            Role::Operator
        }
        _ if at == 0 => Role::Declares,
        _ => role,
    };
    values.iter().enumerate().map(each).collect()
}

fn expression(value: &Value) -> Role {
    if matches!(value.kind, ValueKind::Operator(_)) { Role::Operator } else { Role::Expression }
}

/// The values of a head by its slots: plain values first, then clauses.
fn head(slots: &'static [Slot], values: &[Value]) -> Vec<Role> {
    let clause_of = |value: &Value| {
        let word = word(value)?;
        slots.iter().find_map(|slot| match slot {
            Slot::Clause(clause) if clause.word == word => Some(*clause),
            _ => None,
        })
    };
    let plain =
        || slots.iter().filter(|slot| matches!(slot, Slot::One(..) | Slot::Maybe(..) | Slot::Many(..)));
    let needed = plain().filter(|slot| !matches!(slot, Slot::Maybe(..))).count().min(values.len());
    let given = needed + values[needed..].iter().take_while(|value| clause_of(value).is_none()).count();
    let mut spare = given - needed;
    let mut roles = Vec::with_capacity(values.len());
    for slot in plain() {
        let (name, ty, count) = match *slot {
            Slot::One(name, ty) => (name, ty, 1),
            Slot::Maybe(name, ty) => (name, ty, spare.min(1)),
            Slot::Many(name, ty) => (name, ty, 1 + spare),
            Slot::Clause(_) | Slot::Free(_) => continue,
        };
        match slot {
            Slot::Maybe(..) => spare -= count,
            Slot::Many(..) => spare = 0,
            _ => {}
        }
        let left = given - roles.len().min(given);
        roles.extend(std::iter::repeat_n(slot_role(name, ty), count.min(left)));
    }
    let mut open: &[Slot] = &[];
    for value in &values[roles.len()..] {
        let role = match (open.split_first(), clause_of(value)) {
            (Some((Slot::One(name, ty), rest)), _) | (Some((Slot::Maybe(name, ty), rest)), None) => {
                open = rest;
                slot_role(name, *ty)
            }
            (_, Some(clause)) => {
                open = clause.values;
                Role::Keyword(Some(clause))
            }
            _ => Role::Unknown,
        };
        roles.push(role);
    }
    roles
}

fn slot_role(name: &'static str, ty: Type) -> Role {
    if ty == Type::Name { Role::Declares } else { Role::Slot(name, ty) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each statement's name with what it means, and what its values are.
    fn shapes(text: &str) -> String {
        let file = Parsed::new("a", text);
        let mut lines = Vec::new();
        walk(file.document(), |shaped, around| {
            let meaning = match shaped.meaning {
                Meaning::Entry(entry) => entry.signature(),
                Meaning::Field(object, field) => format!("{}.{}", object.name, field.name),
                other => format!("{other:?}"),
            };
            let roles = roles(shaped).into_iter().map(|role| match role {
                Role::Keyword(_) => "keyword".to_owned(),
                Role::Slot(name, _) => name.to_owned(),
                Role::Field(_) => "field".to_owned(),
                other => format!("{other:?}"),
            });
            let roles: Vec<String> = roles.collect();
            lines.push(format!(
                "{}{}: {meaning} [{}]",
                "  ".repeat(around.len()),
                shaped.statement.name.text,
                roles.join(", ")
            ));
        });
        lines.join("\n")
    }

    #[test]
    fn every_statement_has_a_meaning_and_every_value_a_role() {
        let text = "use \"std\" as s\nparam tag: string = \"v1\"\ndeployment shop {\n  replicas 3\n  volume a memory 1Mi\n  \
                    step b { writes a at /x sub \"c\" }\n  app web {\n    port http 8080\n    port 90\n    env { A \"x\" }\n    \
                    securityContext { runAsUser 1 }\n  }\n}\n";
        insta::assert_snapshot!(shapes(text), @r#"
    use: use "file.initflow" [as name] ["file.initflow", keyword, Declares]
    param: param name: type [= default] [Declares, Operator, TypeWord, Operator, Expression]
    deployment: deployment [name] [from template(…)] [{ … }] [Declares]
      replicas: DeploymentSpec.replicas [field]
      volume: volume name [scratch [size] | memory [size] | claim name | secret name | configmap name | host path | image reference] [Declares, keyword, size]
      step: step name [from template(…)] [{ … }] [Declares]
        writes: writes volume at path [sub folder] [volume, keyword, path, keyword, folder]
      app: app name [from template(…)] [{ … }] [Declares]
        port: port [name] number [tcp | udp | sctp] [host number] [Declares, number]
        port: port [name] number [tcp | udp | sctp] [host number] [number]
        env: env { … } []
          A: Variable [Variable]
        securityContext: Container.securityContext []
          runAsUser: SecurityContext.runAsUser [field]
    "#);
    }

    #[test]
    fn what_compiles_has_no_statement_and_no_value_without_a_meaning() {
        let library = crate::source::std().text.clone();
        let examples =
            std::fs::read_dir("examples").unwrap().flat_map(|entry| std::fs::read_dir(entry.unwrap().path()));
        let files = examples.flatten().map(|entry| entry.unwrap().path());
        let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "initflow"));
        let texts: Vec<String> =
            sources.map(|path| std::fs::read_to_string(path).unwrap()).chain([library]).collect();
        assert!(texts.len() > 10, "there are examples");
        for text in texts {
            let file = Parsed::new("a", text);
            walk(file.document(), |shaped, _| {
                let text = file.source.slice(shaped.statement.span);
                assert!(!matches!(shaped.meaning, Meaning::Unknown), "{text}");
                assert!(!roles(shaped).iter().any(|role| matches!(role, Role::Unknown)), "{text}");
            });
        }
    }
}
