//! Resolves workloads: their levels, labels and selector, and the containers and volumes in them.

use super::defaults::{InnerDefaults, OF_PART, OF_PLACED_PART, OF_TEMPLATE, OF_WORKLOAD};
use super::draft::Draft;
use super::head::Head;
use super::labels::labels_of;
use super::qualified::Named;
use super::record::NameKind;
use super::resolve::{OWN, Resolver};
use super::scope::{Binding, Constant, Scope};
use super::template::TemplateUse;
use super::types::one_of;
use super::{ObjectLevel, PlacedName, QualifiedName, Storage, Volume, Workload, WorkloadKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::object::{Map, Node, Value};
use crate::source::Span;
use crate::statement::{StatementPlace, StatementSpec, ValueType};
use crate::syntax::tree::{self, Block, Piece, Statement, ValueKind};
use crate::vocabulary::{self, Effect, Row, WorkloadEffect};
use smol_str::SmolStr;

/// A workload that is not complete yet.
pub(super) struct Making<'a> {
    pub(super) kind: WorkloadKind,
    pub(super) metadata: Map,
    pub(super) spec: Map,
    pub(super) job_metadata: Map,
    pub(super) job_spec: Map,
    pub(super) pod_metadata: Map,
    pub(super) pod_spec: Map,
    /// `labels` outside the levels, under that key: they are for the object and for its pods.
    pub(super) labels: Map,
    pub(super) volumes: Vec<(u8, Volume)>,
    pub(super) containers: Vec<Draft>,
    pub(super) parts: Vec<PlacedPart>,
    pub(super) budgets: Vec<Node>,
    /// The layer and the place of `security restricted`.
    pub(super) restricted: Option<(u8, Span)>,
    pub(super) defaults: Vec<InnerDefaults<'a>>,
    /// The first values of statements that could not be understood: what they may declare is not missing.
    pub(super) lost: Vec<SmolStr>,
    pub(super) unclear: bool,
}

/// A part that has been placed: its name, and the names of its containers.
pub(super) struct PlacedPart {
    pub(super) name: PlacedName,
    pub(super) containers: Vec<QualifiedName>,
}

/// The statements of the template or of the workload itself, with their scope.
#[derive(Clone, Copy)]
struct Layer<'a, 's> {
    block: &'a Block,
    scope: Scope<'s>,
    used: Option<&'s TemplateUse<'a>>,
}

impl<'a> Resolver<'a> {
    /// Resolves a workload.
    pub(super) fn workload(
        &mut self,
        kind: WorkloadKind,
        entry: &'static StatementSpec,
        statement: &'a Statement,
        scope: &Scope,
    ) -> Option<Workload> {
        let head = self.head(entry, statement)?;
        if !self.has_body(&head, statement) {
            return None;
        }
        let mut making = Making::new(kind);
        let name = self.workload_name(&head, &mut making, scope);
        self.around =
            name.as_ref().map(|name| Binding::of_workload(Constant::Text(name.text.clone()), name.span));
        let used = match head.value("from") {
            Some(call) => self.template_use(call.value, kind.keyword(), scope),
            None => None,
        };
        let own = statement.block.as_ref().map(|block| Layer {
            block,
            scope: Scope { layer: OWN, ..*scope },
            used: None,
        });
        let below =
            used.as_ref().map(|used| Layer { block: used.block, scope: used.scope(None), used: Some(used) });
        for layer in below.iter().chain(&own) {
            self.on_layer(layer, |resolver, layer| {
                let nearness = if layer.used.is_some() { OF_TEMPLATE } else { OF_WORKLOAD };
                resolver.collect_defaults(layer.block, &layer.scope, nearness, &mut making);
            });
        }
        // What is missing in a block may be after the place where it was assumed to end.
        making.unclear |= head.is_cut() || statement.block.as_ref().is_some_and(|block| !block.is_closed());
        for layer in below.iter().chain(&own) {
            self.on_layer(layer, |resolver, layer| {
                resolver.workload_statements(layer.block, &layer.scope, &mut making);
            });
        }
        self.settle_pod();
        self.around = None;
        (!self.is_recording()).then(|| self.finish(making, name, statement.head()))
    }

    /// Whether a workload or a container has statements: a block of its own, or a template.
    pub(super) fn has_body(&mut self, head: &Head, statement: &Statement) -> bool {
        let found = statement.block.is_some() || head.value("from").is_some() || self.is_recording();
        if !found {
            self.report(
                Diagnostic::error(
                    Code::MissingBlock,
                    statement.head(),
                    format!("`{}` needs a block", statement.name.text),
                )
                .here("expected `{ … }`, or `from template(…)`, after this"),
            );
        }
        found
    }

    fn on_layer<'s>(&mut self, layer: &Layer<'a, 's>, work: impl FnOnce(&mut Self, &Layer<'a, 's>)) {
        match layer.used {
            Some(used) => self.inside(used, |resolver| work(resolver, layer)),
            None => work(self, layer),
        }
    }

    fn workload_name(&mut self, head: &Head, making: &mut Making, scope: &Scope) -> Option<PlacedName> {
        let filled = head.plain("name");
        let alone = filled.filter(|filled| making.kind == WorkloadKind::CronJob && is_schedule(filled.value));
        if let Some(schedule) = head.plain("schedule").or(alone) {
            let node = self.typed(schedule.value, ValueType::Text, scope);
            self.put(&mut making.spec, "schedule", schedule.value.span, node, scope);
        }
        if alone.is_some() {
            return None;
        }
        let filled = filled?;
        let node = self.typed(filled.value, filled.ty, scope);
        let text = SmolStr::new(node.as_text()?);
        self.put(&mut making.metadata, "name", node.span, node.clone(), scope);
        self.declare_here(node.span, NameKind::Workload);
        Some(PlacedName { text, span: node.span })
    }

    /// Resolves the statements of the block of a workload or a part.
    pub(super) fn workload_statements(&mut self, block: &'a Block, scope: &Scope, making: &mut Making<'a>) {
        let kind = making.kind;
        self.each(&block.statements, scope, |resolver, statement, live| {
            if live {
                let (errors, declared) = (resolver.errors(), making.declared());
                resolver.workload_statement(statement, scope, making);
                let failed = resolver.errors() > errors && making.declared() == declared;
                if statement.broken || (failed && declares(&statement.name.text)) {
                    making.lose(statement);
                }
            } else {
                let mut scratch = Making::new(kind);
                resolver.workload_statement(statement, scope, &mut scratch);
            }
        });
    }

    fn workload_statement(&mut self, statement: &'a Statement, scope: &Scope, making: &mut Making<'a>) {
        let name = statement.name.text.as_str();
        let row = vocabulary::row(StatementPlace::Workload, name).filter(|_| !statement.name.quoted);
        let Some(Row { entry, effect }) = row else { return self.level_field(statement, scope, making) };
        let effect = match effect {
            Effect::Workload(effect) => *effect,
            // Branches and defaults have been resolved already; all others belong elsewhere.
            Effect::When
            | Effect::Else
            | Effect::Defaults
            | Effect::File(_)
            | Effect::Container(_)
            | Effect::EnvFrom => return,
        };
        if scope.part.is_some() && !effect.is_allowed_in_parts() {
            self.report(
                Diagnostic::error(
                    Code::MisplacedStatement,
                    statement.name.span,
                    format!("`{name}` is not allowed in a part"),
                )
                .here("a part can have volumes, steps and sidecars"),
            );
            return;
        }
        match effect {
            WorkloadEffect::Volume => self.volume(entry, statement, scope, making),
            WorkloadEffect::Container(kind) => self.container(kind, entry, statement, scope, making),
            WorkloadEffect::Part => self.part(entry, statement, scope, making),
            WorkloadEffect::Budget => self.budget(entry, statement, scope, making),
            WorkloadEffect::Security => self.security(entry, statement, scope, making),
            WorkloadEffect::Metadata | WorkloadEffect::JobTemplate | WorkloadEffect::PodTemplate => {
                self.level(entry, statement, scope, making);
            }
        }
    }

    fn budget(
        &mut self,
        entry: &'static StatementSpec,
        statement: &'a Statement,
        scope: &Scope,
        making: &mut Making<'a>,
    ) {
        let (Some(_), Some(block)) = (self.head(entry, statement), &statement.block) else { return };
        let mut map = Map::default();
        self.entries(&schema::FieldType::Quantity, block, &mut map, scope);
        for entry in &mut map.entries {
            // The statement of the language has the shorter name.
            if entry.key == "storage" {
                entry.key = SmolStr::new_static("ephemeral-storage");
            }
            let known = ["cpu", "memory", "storage"];
            let qualified = entry.key.contains('/') || entry.key.starts_with("hugepages-");
            if !qualified && !known.contains(&entry.key.as_str()) && entry.key != "ephemeral-storage" {
                self.report(
                    Diagnostic::error(
                        Code::UnknownValue,
                        entry.key_span,
                        format!("unknown resource `{}`", entry.key.escape_debug()),
                    )
                    .here(format!(
                        "expected {}, or a name such as `nvidia.com/gpu`",
                        one_of(known.into_iter())
                    ))
                    .did_you_mean(entry.key_span, &entry.key, known),
                );
            }
        }
        making.budgets.push(Node::new(statement.span, Value::Map(map)));
    }

    /// `part NAME from template(…)`
    fn part(
        &mut self,
        entry: &'static StatementSpec,
        statement: &'a Statement,
        scope: &Scope,
        making: &mut Making<'a>,
    ) {
        let Some(head) = self.head(entry, statement) else { return };
        let call = head.value("from");
        let name = head.plain("name").map(|filled| self.typed(filled.value, filled.ty, scope));
        let name = name.and_then(|name| Some(PlacedName { text: name.as_text()?.into(), span: name.span }));
        let unnamed = || self.unnamed(statement).map(|declared| declared.in_pod());
        let Some(PlacedName { text, span }) = name.or_else(unnamed) else { return };
        self.declare_part(&text, span);
        if call.is_none() {
            self.report(
                Diagnostic::error(Code::MissingValue, statement.head(), "`part` needs a template")
                    .here("expected `from template(…)` after this"),
            );
            if !self.is_recording() {
                return;
            }
        }
        let before = making.parts.iter().find(|part| part.name.text == text).map(|part| part.name.span);
        if let Some(before) = before.filter(|_| !self.is_recording()) {
            self.report(
                Diagnostic::error(Code::DuplicateName, span, format!("two parts have the name `{text}`"))
                    .here("here again")
                    .label(before, "first here"),
            );
            return;
        }
        let first = making.containers.len();
        let used = call.and_then(|call| self.template_use(call.value, "part", scope));
        let own = Scope { part: Some(&text), ..*scope };
        if let Some(used) = &used {
            self.inside(used, |resolver| {
                resolver.collect_defaults(used.block, &used.scope(Some(&text)), OF_PART, making);
            });
        }
        if let Some(block) = &statement.block {
            self.collect_defaults(block, &own, OF_PLACED_PART, making);
        }
        if let Some(used) = &used {
            self.inside(used, |resolver| {
                resolver.workload_statements(used.block, &used.scope(Some(&text)), making);
            });
        }
        if let Some(block) = &statement.block {
            self.workload_statements(block, &own, making);
        }
        let containers = making.containers[first..].iter().map(|draft| draft.qualified.clone()).collect();
        making.parts.push(PlacedPart { name: PlacedName { text, span }, containers });
    }

    /// Completes a workload.
    fn finish(&mut self, mut making: Making<'a>, name: Option<PlacedName>, span: Span) -> Workload {
        let containers = self.finish_containers(&mut making);
        let name = name.or_else(|| {
            let field = making.metadata.get("name")?;
            Some(PlacedName { text: field.as_text()?.into(), span: field.span })
        });
        labels_of(&mut making, name.as_ref(), span);
        let level = |metadata: Map, spec: Map| ObjectLevel {
            metadata: Node::new(span, Value::Map(metadata)),
            spec: Node::new(span, Value::Map(spec)),
        };
        Workload {
            kind: making.kind,
            name,
            span,
            job: (making.kind == WorkloadKind::CronJob).then(|| level(making.job_metadata, making.job_spec)),
            object: level(making.metadata, making.spec),
            pod: level(making.pod_metadata, making.pod_spec),
            volumes: making.volumes.into_iter().map(|(_, volume)| volume).collect(),
            unclear: making.unclear
                || self.is_cut_short()
                || containers.iter().any(|container| container.unclear),
            containers,
            restricted: making.restricted.map(|(_, span)| span),
            budgets: making.budgets,
        }
    }
}

impl Making<'_> {
    pub(super) fn new(kind: WorkloadKind) -> Self {
        Self {
            kind,
            metadata: Map::default(),
            spec: Map::default(),
            job_metadata: Map::default(),
            job_spec: Map::default(),
            pod_metadata: Map::default(),
            pod_spec: Map::default(),
            labels: Map::default(),
            volumes: Vec::new(),
            containers: Vec::new(),
            parts: Vec::new(),
            budgets: Vec::new(),
            restricted: None,
            defaults: Vec::new(),
            lost: Vec::new(),
            unclear: false,
        }
    }

    /// Whether the pods are those of an Indexed Job.
    pub(super) fn is_indexed(&self) -> bool {
        let spec = match self.kind {
            WorkloadKind::Job => &self.spec,
            WorkloadKind::CronJob => &self.job_spec,
            _ => return false,
        };
        spec.get("completionMode").and_then(Node::as_text) == Some("Indexed")
    }

    /// The levels of this kind, outermost first.
    pub(super) fn levels(&mut self) -> Vec<(&'static schema::ObjectSchema, &mut Map)> {
        let specs = self.kind.specs().iter().copied().zip([&mut self.spec, &mut self.job_spec]);
        specs.chain([(&schema::POD_SPEC as &schema::ObjectSchema, &mut self.pod_spec)]).collect()
    }

    /// How many names are declared.
    fn declared(&self) -> usize {
        self.volumes.len() + self.containers.len() + self.parts.len()
    }

    /// Whether a statement that could not be understood may declare what a reference names.
    pub(super) fn has_lost(&self, named: &Named) -> bool {
        named.name.part.is_none() && self.lost.contains(&named.name.name)
    }

    /// Notes a statement that could not be understood in full.
    fn lose(&mut self, statement: &Statement) {
        self.unclear = true;
        self.lost.extend(statement.values.first().and_then(|value| match &value.kind {
            ValueKind::Word(word) => Some(word.clone()),
            ValueKind::Text(pieces) => match &**pieces {
                [Piece::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }));
    }

    /// Whether a volume is known to be an emptyDir.
    pub(super) fn is_ephemeral(&self, named: &Named) -> bool {
        let candidates: Vec<QualifiedName> = named.candidates().collect();
        let is_meant = |volume: &Volume| candidates.contains(&volume.qualified);
        let mut volumes = self.volumes.iter().filter(|(_, volume)| is_meant(volume)).peekable();
        volumes.peek().is_some()
            && volumes.all(|(_, volume)| matches!(volume.storage, Storage::Scratch | Storage::Memory))
    }

    /// Adds a volume; a nearer one replaces one of the same name farther away.
    pub(super) fn add_volume(&mut self, layer: u8, volume: Volume) {
        match self
            .volumes
            .iter_mut()
            .find(|(before, known)| known.qualified == volume.qualified && *before != layer)
        {
            Some((before, _)) if *before > layer => {}
            Some(known) => *known = (layer, volume),
            None => self.volumes.push((layer, volume)),
        }
    }
}

/// Whether a statement declares something in a workload, or may have been meant to because no field has its name.
fn declares(name: &str) -> bool {
    let fields = [&schema::OBJECT_META, &schema::POD_SPEC, &schema::JOB_SPEC];
    !matches!(name, "defaults" | "budget" | "security" | "metadata" | "job" | "pod")
        && fields.iter().all(|object| object.field(name).is_none())
}

/// Whether the only value after `cronjob` is a schedule: no name has a space or starts with `@`.
fn is_schedule(value: &tree::SyntaxValue) -> bool {
    match &value.kind {
        ValueKind::Text(pieces) => pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Text(text) if text.contains(' ') || text.starts_with('@'))),
        _ => false,
    }
}
