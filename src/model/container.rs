//! Resolves containers of every kind from their statements, layer by layer.

use super::draft::{COMMAND, Draft};
use super::idle_insertion::is_read_by_programs;
use super::qualified::Declared;
use super::record::NameKind;
use super::resolve::Resolver;
use super::scope::Scope;
use super::workload::Making;
use super::{QualifiedName, Role, WorkloadKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::object::{Map, Node, Value};
use crate::statement::{Slot, StatementPlace, StatementSpec, ValueType};
use crate::steps::StepKind;
use crate::syntax::tree::{Block, Statement};
use crate::vocabulary::{self, ContainerEffect, ContainerKind, Effect, Row};

impl<'a> Resolver<'a> {
    /// `KIND NAME [from template(…)] { … }`
    pub(super) fn container(
        &mut self,
        kind: ContainerKind,
        entry: &'static StatementSpec,
        statement: &'a Statement,
        scope: &Scope,
        making: &mut Making<'a>,
    ) {
        let Some(head) = self.head(entry, statement) else { return };
        if !self.has_body(&head, statement) {
            return;
        }
        let name = head.plain("name").map(|filled| self.typed(filled.value, filled.ty, scope));
        let declared = name.and_then(|name| Declared::of(&name, scope)).or_else(|| self.unnamed(statement));
        let Some(declared) = declared else { return };
        self.declare_in_pod(&declared, NameKind::Container);
        let known = making.containers.iter().position(|draft| {
            draft.qualified == declared.name && draft.layer < scope.layer && draft.kind == kind
        });
        let mut draft = match known {
            Some(at) => {
                let mut draft = making.containers.remove(at);
                draft.layer = scope.layer;
                (at, draft)
            }
            None => {
                let mut draft = Draft::new(declared, kind, statement.head(), scope.layer);
                self.apply_defaults(&mut draft, making);
                (making.containers.len(), draft)
            }
        };
        let (at, draft) = (draft.0, &mut draft.1);
        if let Some(call) = head.value("from")
            && let Some(used) = self.template_use(call.value, entry.name, scope)
        {
            // One layer below the container's own statements, in which the names of the template apply, not those of the part.
            let inner = Scope { layer: scope.layer - 1, ..used.scope(scope.part) };
            self.inside(&used, |resolver| resolver.container_statements(draft, used.block, &inner));
        }
        if let Some(block) = &statement.block {
            self.container_statements(draft, block, scope);
        }
        if head.is_cut() {
            draft.unclear = true;
            if draft.fields.get("image").is_none() {
                draft.fields.set("image", statement.head(), Node::new(statement.head(), Value::Unresolved));
            }
        }
        let draft = std::mem::replace(
            draft,
            Draft::new(
                Declared { name: QualifiedName::plain(""), span: statement.name.span },
                kind,
                statement.name.span,
                0,
            ),
        );
        making.containers.insert(at, draft);
    }

    fn container_statements(&mut self, draft: &mut Draft, block: &Block, scope: &Scope) {
        self.statements_into(draft, &block.statements, scope);
    }

    pub(super) fn statements_into(&mut self, draft: &mut Draft, statements: &[Statement], scope: &Scope) {
        self.enter_container(&draft.qualified);
        self.each(statements, scope, |resolver, statement, live| {
            resolver.held = is_read_by_programs(&statement.name.text).then(Vec::new);
            if live {
                let before = resolver.errors();
                resolver.container_statement(draft, statement, scope);
                draft.held.extend(resolver.held.take().into_iter().flatten());
                draft.unclear |=
                    statement.broken || (resolver.errors() > before && carries_flow(&statement.name.text));
            } else {
                let mut scratch = Draft::new(draft.declared(), draft.kind, draft.span, draft.layer);
                resolver.container_statement(&mut scratch, statement, scope);
                resolver.held = None;
            }
        });
    }

    fn container_statement(&mut self, draft: &mut Draft, statement: &Statement, scope: &Scope) {
        if statement.broken && !self.is_recording() {
            return;
        }
        let name = statement.name.text.as_str();
        let place = draft.place();
        let own = place.and_then(|place| vocabulary::entry(place, name)).filter(|_| !statement.name.quoted);
        if let Some(entry) = own {
            return self.step_option(draft, entry, statement, scope);
        }
        let row = vocabulary::row(StatementPlace::Container, name).filter(|_| !statement.name.quoted);
        let Some(Row { entry, effect }) = row else { return self.container_field(draft, statement, scope) };
        let effect = match effect {
            Effect::Container(effect) => *effect,
            // Branches have been resolved already; all others belong elsewhere.
            Effect::When
            | Effect::Else
            | Effect::File(_)
            | Effect::Workload(_)
            | Effect::Defaults
            | Effect::EnvFrom => return,
        };
        let Some(head) = self.head(entry, statement) else { return };
        match effect {
            ContainerEffect::Run => self.run(draft, &head, statement, scope),
            ContainerEffect::Args => self.args(draft, &head, statement, scope),
            ContainerEffect::Script => self.script(draft, &head, statement, scope),
            ContainerEffect::Environment => self.environment(draft, statement, scope),
            ContainerEffect::Port => self.port(draft, &head, statement, scope),
            ContainerEffect::Amount(amount) => self.resource(draft, amount, &head, statement, scope),
            ContainerEffect::Mount(direction) => self.mount(draft, direction, &head, statement, scope),
            ContainerEffect::Probe(probe) => self.probe(draft, probe, &head, statement, scope),
            ContainerEffect::After => self.after(draft, &head, scope),
            ContainerEffect::Time(time) => self.stated_time(draft, time, &head, statement, scope),
        }
    }

    /// A field of the Kubernetes container, by its own name.
    fn container_field(&mut self, draft: &mut Draft, statement: &Statement, scope: &Scope) {
        let name = statement.name.text.as_str();
        let field = schema::CONTAINER
            .field(name)
            .filter(|_| !vocabulary::REPLACED.iter().any(|(replaced, _)| *replaced == name));
        let Some(field) = field else { return self.unknown_field(draft, statement, scope) };
        match name {
            "name" => self.report(
                Diagnostic::error(
                    Code::UseTheStatement,
                    statement.name.span,
                    "a container's name belongs after its kind",
                )
                .here("not needed")
                .help(format!("write `{} NAME {{ … }}`", draft.kind.keyword())),
            ),
            "restartPolicy" if draft.role == Role::Sidecar => self.report(
                Diagnostic::error(
                    Code::UseTheStatement,
                    statement.name.span,
                    "a sidecar's `restartPolicy` is `Always`: that is what makes it one",
                )
                .here("not needed")
                .help("remove it, or change the sidecar to a `step`"),
            ),
            "resources" if self.api_resources(statement) => {}
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
                        Diagnostic::error(
                            Code::MissingBlock,
                            statement.name.span,
                            "`resources` needs a block",
                        )
                        .here("expected `{ … }` after this")
                        .help("write amounts as `cpu 250m..1` and `memory 256Mi..512Mi`"),
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

    /// Reports a name that is neither a statement nor a field of a container.
    fn unknown_field(&mut self, draft: &mut Draft, statement: &Statement, scope: &Scope) {
        let name = statement.name.text.as_str();
        self.record_texts(statement, scope);
        if self.api_resources(statement) {
            return;
        }
        let own = draft.place().into_iter().flat_map(vocabulary::entries_at);
        let known: Vec<&str> = own
            .chain(vocabulary::entries_at(StatementPlace::Container))
            .map(|entry| entry.name)
            .chain(schema::CONTAINER.fields.iter().map(|field| field.name))
            .collect();
        let elsewhere = StepKind::ALL
            .iter()
            .map(|kind| StatementPlace::Step(kind.keyword()))
            .find(|place| vocabulary::entry(*place, name).is_some());
        if let Some(place) = elsewhere.filter(|_| name != "volume") {
            let kind = draft.kind.keyword();
            let article = if kind.starts_with(['a', 'o']) { "an" } else { "a" };
            let headline = format!("`{name}` is not allowed in {article} `{kind}`");
            let error = Diagnostic::error(Code::MisplacedStatement, statement.name.span, headline);
            return self.report(error.here(format!("it belongs {}", place.phrase())));
        }
        if let Some(place) = belongs_in(name) {
            let headline = format!("`{name}` is not allowed in a container");
            let error = Diagnostic::error(Code::MisplacedStatement, statement.name.span, headline)
                .here(format!("it belongs in {place}"));
            let volume = statement.values.first().filter(|_| name == "volume");
            return self.report(match volume.map(|volume| self.spelling(volume.span)) {
                Some(volume) => error.help(format!(
                    "move it out of the container, and mount it here: `mounts {volume} at /path`"
                )),
                None => error,
            });
        }
        if let Some(meant) = self.unknown_statement(statement, known.into_iter(), "Container")
            && schema::CONTAINER.field(&meant).is_some()
            && draft.fields.get(&meant).is_none()
        {
            draft.fields.set(meant, statement.name.span, Node::new(statement.span, Value::Unresolved));
        }
    }

    /// The other fields of the object, in the block after a short form.
    pub(super) fn rest_of(
        &mut self,
        object: &'static schema::ObjectSchema,
        statement: &Statement,
        map: &mut Map,
        scope: &Scope,
    ) {
        if let Some(block) = &statement.block {
            self.fields(object, block, map, scope);
        }
    }
}

/// Whether a statement affects the flow of files or the ports, or may have been meant to because its name is unknown.
fn carries_flow(name: &str) -> bool {
    match vocabulary::entry(StatementPlace::Container, name) {
        Some(entry) => entry.head.iter().any(|slot| {
            matches!(slot, Slot::One(_, ValueType::Volume | ValueType::MountedVolume(_) | ValueType::Port))
        }),
        None => schema::CONTAINER.field(name).is_none(),
    }
}

/// Where a name belongs that is not allowed in a container.
fn belongs_in(name: &str) -> Option<&'static str> {
    let specs = WorkloadKind::ALL.iter().flat_map(|kind| kind.specs()).copied();
    let mut specs = specs.chain([&schema::POD_SPEC as &schema::ObjectSchema]);
    let replaced = vocabulary::REPLACED.iter().any(|(replaced, _)| *replaced == name);
    let in_workload = vocabulary::entry(StatementPlace::Workload, name).is_some()
        || schema::OBJECT_META.field(name).is_some();
    if in_workload || (!replaced && specs.any(|spec| spec.field(name).is_some())) {
        Some("the workload, outside its containers")
    } else {
        vocabulary::entry(StatementPlace::File, name).map(|_| "the file, outside all blocks")
    }
}
