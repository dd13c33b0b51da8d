//! Containers of every kind: their statements, layer upon layer, and what they become.

use super::head::Head;
use super::resolve::{DEFAULTS, Defaults, Resolver};
use super::scope::{Scope, written_in};
use super::volume::declared;
use super::workload::Making;
use super::{Container, Direction, Mount, Name, Reference, Role};
use crate::diagnostic::Diagnostic;
use crate::kubernetes::schema;
use crate::object::{Entry as ObjectEntry, Map, Node, Value};
use crate::source::Span;
use crate::statement::{Entry, Place, Slot, Type};
use crate::steps::KINDS;
use crate::syntax::tree::{Block, Statement};
use crate::vocabulary;
use smol_str::SmolStr;
use std::collections::HashMap;

/// The layer of what only the compiler gives.
pub(super) const COMPILER: u8 = 0;

/// The fields of which a container has one in all: its command.
pub(super) const COMMAND: [&str; 2] = ["command", "args"];

/// A container in the making.
pub(super) struct Draft {
    pub(super) name: Name,
    pub(super) role: Role,
    pub(super) keyword: &'static str,
    pub(super) span: Span,
    /// How near the statement is that declared it.
    layer: u8,
    pub(super) fields: Map,
    pub(super) resources: Map,
    pub(super) env: Vec<(u8, Node)>,
    pub(super) env_from: Vec<Node>,
    ports: Vec<(u8, Node)>,
    pub(super) mounts: Vec<MountDraft>,
    after: Vec<Named>,
    pub(super) run: Option<Span>,
    /// The texts of scripts, to be escaped once all variables are known.
    pub(super) script: Option<(u8, Node)>,
    pub(super) options: Vec<StepOption>,
    unclear: bool,
}

/// A reference by name, and the part in which it was written.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) text: SmolStr,
    pub(super) span: Span,
    pub(super) part: Option<SmolStr>,
}

/// A mount in the making.
pub(super) struct MountDraft {
    pub(super) layer: u8,
    pub(super) volume: Named,
    pub(super) direction: Direction,
    pub(super) fields: Map,
    pub(super) span: Span,
}

/// A statement of a built-in step.
pub(super) struct StepOption {
    pub(super) name: &'static str,
    pub(super) layer: u8,
    pub(super) values: Vec<Node>,
    /// The volume that it names, if it names one.
    pub(super) volume: Option<Named>,
    pub(super) span: Span,
}

impl<'a> Resolver<'a> {
    /// `KIND NAME [from template(…)] { … }`
    pub(super) fn container(
        &mut self,
        entry: &'static Entry,
        statement: &'a Statement,
        scope: &Scope,
        making: &mut Making<'a>,
    ) {
        let Some(head) = self.head(entry, statement) else { return };
        if !self.has_body(&head, statement) {
            return;
        }
        let Some(name) = head.plain("name").map(|filled| self.typed(filled.value, filled.ty, scope)) else {
            return;
        };
        let Some(name) = declared(&name, scope) else { return };
        let known = making.containers.iter().position(|draft| {
            draft.name.text == name.text && draft.layer < scope.layer && draft.keyword == entry.name
        });
        let mut draft = match known {
            Some(at) => {
                let mut draft = making.containers.remove(at);
                draft.layer = scope.layer;
                (at, draft)
            }
            None => {
                let mut draft = Draft::new(name, entry.name, statement.head(), scope.layer);
                self.apply_defaults(&mut draft, making);
                (making.containers.len(), draft)
            }
        };
        let (at, draft) = (draft.0, &mut draft.1);
        if let Some(call) = head.value("from")
            && let Some(used) = self.template_use(call.value, entry.name, scope)
        {
            // One layer below the container's own statements, in which the template's names are not the part's.
            let inner = Scope { layer: scope.layer - 1, ..used.scope(scope.part) };
            self.inside(&used, |resolver| resolver.container_statements(draft, used.block, &inner));
        }
        if let Some(block) = &statement.block {
            self.container_statements(draft, block, scope);
        }
        let draft = std::mem::replace(
            draft,
            Draft::new(
                Name { text: SmolStr::default(), span: statement.name.span },
                "app",
                statement.name.span,
                0,
            ),
        );
        making.containers.insert(at, draft);
    }

    fn apply_defaults(&mut self, draft: &mut Draft, making: &Making<'a>) {
        let of_file = self.names.last().map(|names| names.defaults.clone()).unwrap_or_default();
        let applies = |kind: Option<&SmolStr>| {
            kind.is_none_or(|kind| kind == draft.keyword || (kind == "step" && draft.role == Role::Step))
        };
        let mut layered: Vec<(u8, Defaults<'a>)> = Vec::new();
        for (base, all) in [(0, &of_file), (2, &making.defaults)] {
            for defaults in all.iter().filter(|defaults| applies(defaults.kind)) {
                layered.push((DEFAULTS[base + usize::from(defaults.kind.is_some())], *defaults));
            }
        }
        layered.sort_by_key(|(layer, _)| *layer);
        for (layer, defaults) in layered {
            let scope = Scope { file: defaults.file, locals: &[], part: None, layer };
            self.statements_into(draft, defaults.statements, &scope);
        }
    }

    fn container_statements(&mut self, draft: &mut Draft, block: &Block, scope: &Scope) {
        self.statements_into(draft, &block.statements, scope);
    }

    fn statements_into(&mut self, draft: &mut Draft, statements: &[Statement], scope: &Scope) {
        self.each(statements, scope, |resolver, statement, live| {
            if live {
                let before = resolver.errors();
                resolver.container_statement(draft, statement, scope);
                draft.unclear |=
                    statement.broken || (resolver.errors() > before && carries_flow(&statement.name.text));
            } else {
                let mut scratch = Draft::new(draft.name.clone(), draft.keyword, draft.span, draft.layer);
                resolver.container_statement(&mut scratch, statement, scope);
            }
        });
    }

    fn container_statement(&mut self, draft: &mut Draft, statement: &Statement, scope: &Scope) {
        if statement.broken {
            return;
        }
        let name = statement.name.text.as_str();
        let place = draft.place();
        let own = place.and_then(|place| vocabulary::entry(place, name)).filter(|_| !statement.name.quoted);
        if let Some(entry) = own {
            return self.step_option(draft, entry, statement, scope);
        }
        let Some(entry) = vocabulary::entry(Place::Container, name).filter(|_| !statement.name.quoted) else {
            return self.container_field(draft, statement, scope);
        };
        if name == "env" {
            return self.environment(draft, statement, scope);
        }
        let Some(head) = self.head(entry, statement) else { return };
        match name {
            "run" => self.run(draft, &head, statement, scope),
            "args" => self.args(draft, &head, statement, scope),
            "script" => self.script(draft, &head, statement, scope),
            "port" => self.port(draft, &head, statement, scope),
            "cpu" | "memory" | "storage" | "resource" => self.resource(draft, &head, statement, scope),
            "ready" | "alive" | "started" => self.probe(draft, &head, statement, scope),
            "after" => self.after(draft, &head, scope),
            _ => self.mount(draft, &head, statement, scope),
        }
    }

    /// A field of the Kubernetes container, by its own name.
    fn container_field(&mut self, draft: &mut Draft, statement: &Statement, scope: &Scope) {
        let name = statement.name.text.as_str();
        let field = schema::CONTAINER
            .field(name)
            .filter(|_| !vocabulary::REPLACED.iter().any(|(replaced, _)| *replaced == name));
        let Some(field) = field else {
            let own = draft.place().into_iter().flat_map(vocabulary::entries_at);
            let known: Vec<&str> = own
                .chain(vocabulary::entries_at(Place::Container))
                .map(|entry| entry.name)
                .chain(schema::CONTAINER.fields.iter().map(|field| field.name))
                .collect();
            let elsewhere = KINDS
                .iter()
                .map(|kind| Place::Step(kind.keyword))
                .find(|place| vocabulary::entry(*place, name).is_some());
            if let Some(place) = elsewhere {
                self.report(
                    Diagnostic::error(
                        "misplaced-statement",
                        statement.name.span,
                        format!("`{name}` may not stand in a `{}`", draft.keyword),
                    )
                    .here(format!("it stands {}", place.phrase())),
                );
                return;
            }
            if let Some(place) = stands_in(name) {
                self.report(
                    Diagnostic::error(
                        "misplaced-statement",
                        statement.name.span,
                        format!("`{name}` may not stand in a container"),
                    )
                    .here(format!("it stands in {place}")),
                );
                return;
            }
            if let Some(meant) = self.unknown_statement(statement, known.into_iter(), "Container")
                && schema::CONTAINER.field(&meant).is_some()
                && draft.fields.get(&meant).is_none()
            {
                draft.fields.set(meant, statement.name.span, Node::new(statement.span, Value::Unresolved));
            }
            return;
        };
        match name {
            "name" => self.report(
                Diagnostic::error(
                    "use-the-statement",
                    statement.name.span,
                    "a container's name stands behind its kind",
                )
                .here("not needed")
                .help(format!("write `{} NAME {{ … }}`", draft.keyword)),
            ),
            "restartPolicy" if draft.role == Role::Sidecar => self.report(
                Diagnostic::error(
                    "use-the-statement",
                    statement.name.span,
                    "a sidecar's `restartPolicy` is `Always`: that is what makes it one",
                )
                .here("not needed")
                .help("leave it out, or make this a `step`"),
            ),
            "resources" => {
                let resources = &mut draft.resources;
                if let Some(block) = &statement.block {
                    self.each(&block.statements, scope, |resolver, statement, _| {
                        if statement.name.text == "claims" {
                            resolver.field_statement(
                                &schema::RESOURCE_REQUIREMENTS,
                                statement,
                                resources,
                                scope,
                            );
                        } else {
                            resolver.unknown_statement(
                                statement,
                                ["claims"].into_iter(),
                                "ResourceRequirements",
                            );
                        }
                    });
                } else {
                    self.report(
                        Diagnostic::error("missing-block", statement.name.span, "`resources` needs a block")
                            .here("expected `{ … }` after this")
                            .help("amounts are written `cpu 250m..1` and `memory 256Mi..512Mi`"),
                    );
                }
            }
            "command" => {
                draft.replace_command(scope.layer, &COMMAND);
                self.field(&schema::CONTAINER, field, statement, &mut draft.fields, scope);
            }
            _ => self.field(&schema::CONTAINER, field, statement, &mut draft.fields, scope),
        }
    }

    /// `port [NAME] NUMBER …`
    fn port(&mut self, draft: &mut Draft, head: &Head, statement: &Statement, scope: &Scope) {
        let mut fields = Map::default();
        let span = statement.head();
        if let Some(name) = head.plain("name") {
            let node = self.typed(name.value, name.ty, scope);
            self.put(&mut fields, "name", node.span, node, scope);
        }
        if let Some(number) = head.plain("number") {
            let node = self.typed(number.value, number.ty, scope);
            self.put(&mut fields, "containerPort", node.span, node, scope);
        }
        if let Some(clause) = head.chosen() {
            let node = Node::text(clause.span, clause.word.to_ascii_uppercase());
            self.put(&mut fields, "protocol", clause.span, node, scope);
        }
        if let Some(host) = head.value("host") {
            let node = self.typed(host.value, host.ty, scope);
            self.put(&mut fields, "hostPort", node.span, node, scope);
        }
        self.rest_of(&schema::CONTAINER_PORT, statement, &mut fields, scope);
        let same = |node: &Node| {
            let name = |map: Option<&Map>| map.and_then(|map| map.get("name")?.as_text().map(SmolStr::new));
            match (name(node.as_map()), name(Some(&fields))) {
                (Some(a), Some(b)) => a == b,
                (None, None) => {
                    let key = |map: &Map| {
                        (
                            map.get("containerPort").and_then(Node::as_int),
                            map.get("protocol").and_then(Node::as_text).map(SmolStr::new),
                        )
                    };
                    node.as_map().map(key) == Some(key(&fields))
                }
                _ => false,
            }
        };
        let known = draft.ports.iter().position(|(layer, node)| *layer < scope.layer && same(node));
        let item = (scope.layer, Node::new(span, Value::Map(fields)));
        match known {
            Some(at) => draft.ports[at] = item,
            None => draft.ports.push(item),
        }
    }

    /// The other fields of the object that a short form is the head of.
    pub(super) fn rest_of(
        &mut self,
        object: &'static schema::Object,
        statement: &Statement,
        map: &mut Map,
        scope: &Scope,
    ) {
        if let Some(block) = &statement.block {
            self.fields(object, block, map, scope);
        }
    }

    /// `reads V at PATH` and the like.
    fn mount(&mut self, draft: &mut Draft, head: &Head, statement: &Statement, scope: &Scope) {
        let direction = match statement.name.text.as_str() {
            "reads" => Direction::Reads,
            "updates" => Direction::Updates,
            "writes" => Direction::Writes,
            _ => Direction::Mounts,
        };
        let Some(volume) =
            head.plain("volume").and_then(|filled| self.reference(filled.value, filled.ty, scope))
        else {
            return;
        };
        let mut fields = Map::default();
        if let Some(path) = head.value("at") {
            let node = self.typed(path.value, path.ty, scope);
            self.put(&mut fields, "mountPath", node.span, node, scope);
        }
        if let Some(sub) = head.value("sub") {
            let node = self.typed(sub.value, sub.ty, scope);
            self.put(&mut fields, "subPath", node.span, node, scope);
        }
        if direction == Direction::Reads || head.clause("readonly").is_some() {
            let span = head.clause("readonly").map_or(statement.name.span, |clause| clause.span);
            self.put(&mut fields, "readOnly", span, Node::new(span, Value::Bool(true)), scope);
        }
        self.rest_of(&schema::VOLUME_MOUNT, statement, &mut fields, scope);
        let path = |fields: &Map| fields.get("mountPath").and_then(Node::as_text).map(SmolStr::new);
        let new = MountDraft { layer: scope.layer, volume, direction, fields, span: statement.head() };
        let known = draft.mounts.iter().position(|mount| {
            mount.layer < new.layer
                && (mount.volume.text == new.volume.text || path(&mount.fields) == path(&new.fields))
        });
        match known {
            Some(at) => draft.mounts[at] = new,
            None => draft.mounts.push(new),
        }
    }

    fn after(&mut self, draft: &mut Draft, head: &Head, scope: &Scope) {
        for filled in head.all() {
            draft.after.extend(self.reference(filled.value, filled.ty, scope));
        }
    }

    /// A reference to a volume or a container, to be looked up once all are known.
    pub(super) fn reference(
        &mut self,
        value: &crate::syntax::tree::Value,
        ty: Type,
        scope: &Scope,
    ) -> Option<Named> {
        let node = self.typed(value, ty, scope);
        let text = SmolStr::new(node.as_text()?);
        // A name that was handed in means what it means where it was written.
        Some(Named { text, span: node.span, part: written_in(value, scope) })
    }

    /// Completes the containers of a workload.
    pub(super) fn finish_containers(
        &mut self,
        making: &mut Making<'a>,
        volumes: &[(SmolStr, Span)],
    ) -> Vec<Container> {
        let volume_at: HashMap<&str, usize> =
            volumes.iter().enumerate().rev().map(|(at, (name, _))| (name.as_str(), at)).collect();
        let drafts = std::mem::take(&mut making.containers);
        let names: Vec<(SmolStr, Span)> =
            drafts.iter().map(|draft| (draft.name.text.clone(), draft.name.span)).collect();
        let container_at: HashMap<&str, usize> =
            names.iter().enumerate().rev().map(|(at, (name, _))| (name.as_str(), at)).collect();
        let mut containers = Vec::with_capacity(drafts.len());
        for mut draft in drafts {
            self.lower_step(&mut draft);
            Self::escape_script(&mut draft);
            let mounts = draft
                .mounts
                .iter_mut()
                .map(|mount| {
                    let (text, index) = find(&mount.volume, &volume_at);
                    if index.is_none() {
                        draft.unclear = true;
                        if !making.lost.contains(&mount.volume.text) {
                            self.unknown_volume(&mount.volume, volumes);
                        }
                    }
                    let name = Name { text, span: mount.volume.span };
                    mount.fields.entries.insert(
                        0,
                        ObjectEntry {
                            key: SmolStr::new_static("name"),
                            key_span: name.span,
                            layer: mount.layer,
                            node: if index.is_some() {
                                Node::text(name.span, name.text.clone())
                            } else {
                                Node::new(name.span, Value::Unresolved)
                            },
                        },
                    );
                    let sub = mount.fields.get("subPath").and_then(Node::as_text).map(SmolStr::new);
                    Mount { volume: name, index, direction: mount.direction, sub, span: mount.span }
                })
                .collect();
            let mut after = Vec::new();
            for named in &draft.after {
                self.resolve_after(named, &container_at, &names, making, &mut after);
            }
            containers.push(draft.finish(mounts, after));
        }
        containers
    }

    fn resolve_after(
        &mut self,
        named: &Named,
        containers: &HashMap<&str, usize>,
        names: &[(SmolStr, Span)],
        making: &Making,
        after: &mut Vec<Reference>,
    ) {
        if let (_, Some(index)) = find(named, containers) {
            after.push(Reference { span: named.span, index });
            return;
        }
        if let Some(part) = making.parts.iter().find(|part| part.name.text == named.text) {
            let members = part.containers.iter().filter_map(|name| containers.get(name.as_str()));
            after.extend(members.map(|index| Reference { span: named.span, index: *index }));
            return;
        }
        if making.lost.contains(&named.text) {
            return;
        }
        let known = names
            .iter()
            .map(|(name, _)| name.as_str())
            .chain(making.parts.iter().map(|part| part.name.text.as_str()));
        let diagnostic = Diagnostic::error(
            "unknown-container",
            named.span,
            format!("no step or sidecar is called `{}`", named.text),
        )
        .here("not declared in this workload");
        let diagnostic = if making.volumes.iter().any(|(_, volume)| volume.name.text == named.text) {
            diagnostic.help("it is a volume: say `reads` and `writes`, and the order follows")
        } else {
            diagnostic.did_you_mean(named.span, &named.text, known)
        };
        self.report(diagnostic);
    }

    fn unknown_volume(&mut self, named: &Named, volumes: &[(SmolStr, Span)]) {
        let known: Vec<&str> = volumes.iter().map(|(name, _)| name.as_str()).collect();
        let diagnostic =
            Diagnostic::error("unknown-volume", named.span, format!("no volume is called `{}`", named.text))
                .here("not declared in this workload");
        let near = crate::diagnostic::nearest(&named.text, known.iter().copied()).is_some();
        self.report(if near {
            diagnostic.did_you_mean(named.span, &named.text, known)
        } else {
            diagnostic.help(format!("declare it in the workload: `volume {}`", named.text))
        });
    }
}

/// Whether a statement says where files flow or which ports there are, or may have been meant to: its name is unknown.
fn carries_flow(name: &str) -> bool {
    match vocabulary::entry(Place::Container, name) {
        Some(entry) => entry.head.iter().any(|slot| matches!(slot, Slot::One(_, Type::Volume | Type::Port))),
        None => schema::CONTAINER.field(name).is_none(),
    }
}

/// Where a name stands that may not stand in a container.
fn stands_in(name: &str) -> Option<&'static str> {
    let specs = [
        &schema::POD_SPEC,
        &schema::DEPLOYMENT_SPEC,
        &schema::STATEFUL_SET_SPEC,
        &schema::DAEMON_SET_SPEC,
        &schema::JOB_SPEC,
        &schema::CRON_JOB_SPEC,
    ];
    let replaced = vocabulary::REPLACED.iter().any(|(replaced, _)| *replaced == name);
    let in_workload =
        vocabulary::entry(Place::Workload, name).is_some() || schema::OBJECT_META.field(name).is_some();
    if in_workload || (!replaced && specs.iter().any(|spec| spec.field(name).is_some())) {
        Some("the workload, outside its containers")
    } else {
        vocabulary::entry(Place::File, name).map(|_| "the file, outside all blocks")
    }
}

/// Looks a reference up: first in the part where it was written, then in the pod.
fn find(named: &Named, known: &HashMap<&str, usize>) -> (SmolStr, Option<usize>) {
    if let Some(part) = &named.part {
        let inner = smol_str::format_smolstr!("{part}-{}", named.text);
        if let Some(index) = known.get(inner.as_str()) {
            return (inner, Some(*index));
        }
    }
    let text = if named.text.contains('.') {
        SmolStr::from(named.text.replace('.', "-"))
    } else {
        named.text.clone()
    };
    let index = known.get(text.as_str()).copied();
    (text, index)
}

impl Draft {
    fn new(name: Name, keyword: &'static str, span: Span, layer: u8) -> Self {
        let role = match keyword {
            "app" => Role::App,
            "sidecar" => Role::Sidecar,
            _ => Role::Step,
        };
        Self {
            name,
            role,
            keyword,
            span,
            layer,
            fields: Map::default(),
            resources: Map::default(),
            env: Vec::new(),
            env_from: Vec::new(),
            ports: Vec::new(),
            mounts: Vec::new(),
            after: Vec::new(),
            run: None,
            script: None,
            options: Vec::new(),
            unclear: false,
        }
    }

    /// Where the statements of this kind alone stand.
    pub(super) fn place(&self) -> Option<Place> {
        KINDS.iter().find(|kind| kind.keyword == self.keyword).map(|kind| Place::Step(kind.keyword))
    }

    /// Takes out what a nearer command replaces.
    pub(super) fn replace_command(&mut self, layer: u8, fields: &[&str]) {
        self.fields.entries.retain(|entry| entry.layer >= layer || !fields.contains(&entry.key.as_str()));
        if self.script.as_ref().is_some_and(|(before, _)| *before < layer) && fields.contains(&"command") {
            self.script = None;
        }
    }

    fn finish(mut self, mounts: Vec<Mount>, after: Vec<Reference>) -> Container {
        let span = self.span;
        let mut fields = self.fields;
        fields.set("name", self.name.span, Node::text(self.name.span, self.name.text.clone()));
        if self.role == Role::Sidecar {
            fields.set("restartPolicy", span, Node::text(span, "Always"));
        }
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
            role: self.role,
            keyword: SmolStr::new_static(self.keyword),
            span,
            fields: Node::new(span, Value::Map(fields)),
            run: self.run,
            mounts,
            after,
            unclear: self.unclear,
        }
    }
}
