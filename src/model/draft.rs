//! Collects what the layers of a container's statements set, until the container is complete.

use super::idle_insertion::HeldInsertion;
use super::qualified::{Declared, Named};
use super::references::MountDraft;
use super::{
    Container, Direction, Mount, PlacedName, QualifiedName, Reference, Role, TimeSpan, Volume, probe,
};
use crate::object::{Map, Node, Value};
use crate::source::Span;
use crate::statement::StatementPlace;
use crate::steps::migrate::Tool;
use crate::steps::wait::AwaitedObject;
use crate::steps::{BuiltIn, GivenClause, Rights, StepKind};
use crate::vocabulary::ContainerKind;
use smol_str::SmolStr;

/// The layer of what the compiler adds.
pub(super) const COMPILER: u8 = 0;

/// The fields that make up a container's one command.
pub(super) const COMMAND: [&str; 2] = ["command", "args"];

/// A container that is not complete yet.
pub(super) struct Draft {
    /// Its name in the pod.
    pub(super) name: PlacedName,
    /// Its name in the source, with the part that it is in.
    pub(super) qualified: QualifiedName,
    pub(super) role: Role,
    pub(super) kind: ContainerKind,
    pub(super) span: Span,
    /// The layer of the statement that declared it.
    pub(super) layer: u8,
    pub(super) fields: Map,
    pub(super) resources: Map,
    pub(super) env: Vec<(u8, Node)>,
    pub(super) env_from: Vec<Node>,
    pub(super) ports: Vec<(u8, Node)>,
    pub(super) mounts: Vec<MountDraft>,
    pub(super) after: Vec<Named>,
    /// The times that the author states, until it has started and until it has stopped, each with its layer.
    pub(super) takes: Option<(u8, TimeSpan)>,
    pub(super) stops: Option<(u8, TimeSpan)>,
    pub(super) run: Option<Span>,
    /// The text of a script, to be escaped once all variables are known.
    pub(super) script: Option<(u8, Node)>,
    pub(super) options: Vec<StepOption>,
    /// The resources whose request is the compiler's.
    pub(super) completed: Vec<&'static str>,
    /// The names in `$(NAME)` in these statements.
    pub(super) references: Vec<Node>,
    /// The volumes of the files that variables come from, with their places.
    pub(super) files: Vec<Named>,
    /// The built-in step; it has its options once its statements have been read.
    pub(super) built_in: Option<BuiltIn>,
    /// The volumes that belong to a built-in step.
    pub(super) volumes: Vec<Volume>,
    pub(super) awaited: Vec<AwaitedObject>,
    /// The tool that does not lock the database, and its place.
    pub(super) unlocked: Option<(&'static str, Span)>,
    /// Whether the tools of a built-in step need an entry for their user in `/etc/passwd`.
    pub(super) asks_for_its_user: bool,
    /// The place of `once`.
    pub(super) once: Option<Span>,
    pub(super) unclear: bool,
    /// What looks like an insertion in its texts, unless a variable has the name.
    pub(super) held: Vec<HeldInsertion>,
    /// The rights that a built-in step runs with.
    pub(super) rights: Rights,
}

/// A statement of a built-in step.
pub(super) struct StepOption {
    pub(super) name: &'static str,
    pub(super) layer: u8,
    pub(super) values: Vec<Node>,
    pub(super) clauses: Vec<GivenClause>,
    /// The volume that it names, if any, and what the step does with it.
    pub(super) volume: Option<(Named, Direction)>,
    pub(super) span: Span,
}

impl Draft {
    pub(super) fn new(declared: Declared, kind: ContainerKind, span: Span, layer: u8) -> Self {
        let (role, built_in) = match kind {
            ContainerKind::App => (Role::App, None),
            ContainerKind::Sidecar => (Role::Sidecar, None),
            ContainerKind::Step => (Role::Step, None),
            ContainerKind::BuiltIn(kind) => (Role::Step, Some(kind.unread())),
        };
        Self {
            name: declared.in_pod(),
            qualified: declared.name,
            role,
            kind,
            span,
            layer,
            fields: Map::default(),
            resources: Map::default(),
            env: Vec::new(),
            env_from: Vec::new(),
            ports: Vec::new(),
            mounts: Vec::new(),
            after: Vec::new(),
            takes: None,
            stops: None,
            run: None,
            script: None,
            options: Vec::new(),
            completed: Vec::new(),
            references: Vec::new(),
            files: Vec::new(),
            built_in,
            volumes: Vec::new(),
            awaited: Vec::new(),
            unlocked: None,
            asks_for_its_user: false,
            once: None,
            unclear: false,
            held: Vec::new(),
            rights: Rights::OfImage,
        }
    }

    /// The names of the variables, if the source tells all of them.
    pub(super) fn variables(&self) -> Option<Vec<SmolStr>> {
        if self.unclear || !self.env_from.is_empty() {
            return None;
        }
        self.env.iter().map(|(_, variable)| variable.get("name")?.as_text().map(SmolStr::new)).collect()
    }

    /// Its name and the place of its declaration.
    pub(super) fn declared(&self) -> Declared {
        Declared { name: self.qualified.clone(), span: self.name.span }
    }

    /// The place of the statements that only this kind has.
    pub(super) fn place(&self) -> Option<StatementPlace> {
        self.built_in.as_ref().map(|built_in| StatementPlace::Step(built_in.kind().keyword()))
    }

    /// Removes what a nearer command replaces.
    pub(super) fn replace_command(&mut self, layer: u8, fields: &[&str]) {
        self.fields.entries.retain(|entry| entry.layer >= layer || !fields.contains(&entry.key.as_str()));
        if self.script.as_ref().is_some_and(|(before, _)| *before < layer) && fields.contains(&"command") {
            self.script = None;
        }
    }

    /// Keeps only the nearest of a `migrate`'s command and the tools that it names.
    pub(super) fn settle_command(&mut self) {
        if self.kind != ContainerKind::BuiltIn(StepKind::Migrate) {
            return;
        }
        let is_tool = |option: &StepOption| Tool::named(option.name).is_some();
        let command = self.fields.entry("command").map(|entry| entry.layer);
        let tool = self.options.iter().filter(|option| is_tool(option)).map(|option| option.layer).max();
        if tool > command {
            self.fields.remove("command");
            self.script = None;
        }
        let nearest = tool.max(command);
        self.options.retain(|option| !is_tool(option) || Some(option.layer) >= nearest);
    }

    pub(super) fn finish(mut self, mounts: Vec<Mount>, after: Vec<Reference>) -> Container {
        let span = self.span;
        let mut fields = self.fields;
        fields.set("name", self.name.span, Node::text(self.name.span, self.name.text.clone()));
        if self.role == Role::Sidecar {
            fields.set("restartPolicy", span, Node::text(span, "Always"));
        }
        probe::complete(&mut fields, &self.ports);
        // A nearer `cpu ..2` may have removed the last request.
        let is_empty = |node: &Node| node.as_map().is_some_and(|map| map.entries.is_empty());
        self.resources.entries.retain(|entry| !is_empty(&entry.node));
        if !self.resources.entries.is_empty() {
            fields.set("resources", span, Node::new(span, Value::Map(self.resources)));
        }
        let mut list = |key: &'static str, items: Vec<Node>| {
            if let Some(first) = items.first() {
                let at = first.span;
                fields.set(key, at, Node::new(at, Value::List(items)));
            }
        };
        list("env", self.env.into_iter().map(|(_, node)| node).collect());
        list("envFrom", std::mem::take(&mut self.env_from));
        list("ports", self.ports.into_iter().map(|(_, node)| node).collect());
        let mount = |mount: MountDraft| Node::new(mount.span, Value::Map(mount.fields));
        list("volumeMounts", self.mounts.into_iter().map(mount).collect());
        Container {
            name: self.name,
            qualified: self.qualified,
            role: self.role,
            built_in: self.built_in,
            span,
            fields: Node::new(span, Value::Map(fields)),
            run: self.run,
            mounts,
            after,
            takes: self.takes.map(|(_, span)| span),
            stops: self.stops.map(|(_, span)| span),
            completed: self.completed,
            references: self.references,
            awaited: self.awaited,
            unlocked: self.unlocked,
            once: None,
            unclear: self.unclear,
        }
    }
}
