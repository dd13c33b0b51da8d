//! Mounts and `after`: names of volumes and containers, looked up once all are known.

use super::draft::Draft;
use super::head::Head;
use super::resolve::{OWN, Resolver};
use super::scope::{Scope, written_in};
use super::types::one_of;
use super::workload::{Making, PlacedPart};
use super::{Container, Direction, Mount, PlacedName, Reference, Storage};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::object::{Map, MapEntry, Node, Value};
use crate::source::Span;
use crate::statement::ValueType;
use crate::syntax::tree::{self, Statement};
use smol_str::SmolStr;
use std::collections::HashMap;

/// A reference by name, and the part in which it was written.
#[derive(Clone, Debug)]
pub(super) struct NamedReference {
    pub(super) text: SmolStr,
    pub(super) span: Span,
    pub(super) part: Option<SmolStr>,
}

/// A mount in the making.
pub(super) struct MountDraft {
    pub(super) layer: u8,
    pub(super) volume: NamedReference,
    pub(super) direction: Direction,
    pub(super) fields: Map,
    pub(super) span: Span,
    /// Whether it follows from another statement, and none of the author's says it.
    pub(super) implied: bool,
    /// The one file or folder that is made in the volume, where the compiler knows.
    pub(super) makes: Option<SmolStr>,
}

impl<'a> Resolver<'a> {
    /// `reads V at PATH` and the like.
    pub(super) fn mount(
        &mut self,
        draft: &mut Draft,
        direction: Direction,
        head: &Head,
        statement: &Statement,
        scope: &Scope,
    ) {
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
        let new = MountDraft {
            layer: scope.layer,
            volume,
            direction,
            fields,
            span: statement.head(),
            implied: false,
            makes: None,
        };
        let known = draft.mounts.iter().position(|mount| {
            mount.layer < new.layer
                && (mount.volume.text == new.volume.text || path(&mount.fields) == path(&new.fields))
        });
        match known {
            Some(at) => draft.mounts[at] = new,
            None => draft.mounts.push(new),
        }
    }

    pub(super) fn after(&mut self, draft: &mut Draft, head: &Head, scope: &Scope) {
        for filled in head.all() {
            draft.after.extend(self.reference(filled.value, filled.ty, scope));
        }
    }

    /// A reference to a volume or a container, to be looked up once all are known.
    pub(super) fn reference(
        &mut self,
        value: &tree::SyntaxValue,
        ty: ValueType,
        scope: &Scope,
    ) -> Option<NamedReference> {
        let node = self.typed(value, ty, scope);
        let text = SmolStr::new(node.as_text()?);
        // A name that was handed in means what it means where it was written.
        Some(NamedReference { text, span: node.span, part: written_in(value, scope) })
    }

    /// Completes the containers of a workload.
    pub(super) fn finish_containers(&mut self, making: &mut Making<'a>) -> Vec<Container> {
        let mut drafts = std::mem::take(&mut making.containers);
        let mut waiting = Vec::with_capacity(drafts.len());
        for draft in &mut drafts {
            self.lower_step(draft, making);
            making.volumes.extend(draft.volumes.drain(..).map(|volume| (OWN, volume)));
            waiting.push(draft.once.map(|span| self.once(draft, span, making)));
        }
        self.secure(making, &mut drafts);
        Self::introduce(making, &mut drafts);
        let volumes = making.volume_names();
        let mut volume_at: HashMap<&str, usize> =
            volumes.iter().enumerate().rev().map(|(at, (name, _))| (name.as_str(), at)).collect();
        // In the place of a volume of the same name, the pods get the claim's.
        for (at, (_, volume)) in making.volumes.iter().enumerate() {
            if volume.storage == Storage::ClaimTemplate
                && let Some(index) = volume_at.get_mut(volume.name.text.as_str())
            {
                *index = at;
            }
        }
        let names: Vec<(SmolStr, Span)> =
            drafts.iter().map(|draft| (draft.name.text.clone(), draft.name.span)).collect();
        let container_at: HashMap<&str, usize> =
            names.iter().enumerate().rev().map(|(at, (name, _))| (name.as_str(), at)).collect();
        let mut containers = Vec::with_capacity(drafts.len());
        for (mut draft, once) in drafts.into_iter().zip(waiting) {
            Self::escape_script(&mut draft);
            let mut mounts: Vec<Mount> = draft
                .mounts
                .iter_mut()
                .map(|mount| {
                    let (text, index) = find(&mount.volume, &volume_at);
                    if index.is_none() {
                        draft.unclear = true;
                        if !making.lost.contains(&mount.volume.text) {
                            let container = container_at.contains_key(mount.volume.text.as_str());
                            self.unknown_volume(&mount.volume, container, &volumes, &making.parts);
                        }
                    }
                    let name = PlacedName { text, span: mount.volume.span };
                    mount.fields.entries.insert(
                        0,
                        MapEntry {
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
                    let makes = mount.makes.take();
                    Mount { volume: name, index, direction: mount.direction, sub, makes, span: mount.span }
                })
                .collect();
            self.one_direction(&mounts);
            mounts
                .extend(draft.env.iter_mut().filter_map(|(_, variable)| read_variable(variable, &volume_at)));
            let mut after = Vec::new();
            for named in &draft.after {
                self.resolve_after(named, &container_at, &names, making, &mut after);
            }
            let once = once.map(Box::new);
            containers.push(Container { once, ..draft.finish(mounts, after) });
        }
        containers
    }

    /// Reports a container that says two things about the same files.
    fn one_direction(&mut self, mounts: &[Mount]) {
        for (at, mount) in mounts.iter().enumerate() {
            let same = |before: &&Mount| {
                before.index == mount.index && before.sub == mount.sub && before.direction != mount.direction
            };
            if mount.index.is_some()
                && let Some(before) = mounts[..at].iter().find(same)
            {
                let headline = format!("one container mounts `{}` in two directions", mount.volume.text);
                self.report(
                    Diagnostic::error(Code::TwoDirections, mount.span, headline)
                        .here("and so here")
                        .label(before.span, "so here")
                        .help("say once what it does with the volume; `updates` both reads and writes"),
                );
            }
        }
    }

    fn resolve_after(
        &mut self,
        named: &NamedReference,
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
        let known: Vec<String> = names
            .iter()
            .map(|(name, _)| written(name, named, &making.parts))
            .chain(making.parts.iter().map(|part| part.name.text.to_string()))
            .collect();
        self.work.names(known.len());
        let diagnostic = Diagnostic::error(
            Code::UnknownContainer,
            named.span,
            format!("no step or sidecar is called `{}`", named.text),
        )
        .here("not declared in this workload");
        let diagnostic = if making.volumes.iter().any(|(_, volume)| volume.name.text == named.text) {
            diagnostic.help("it is a volume: say `reads` and `writes`, and the order follows")
        } else {
            diagnostic.did_you_mean(named.span, &named.text, known.iter().map(String::as_str))
        };
        self.report(diagnostic);
    }

    fn unknown_volume(
        &mut self,
        named: &NamedReference,
        container: bool,
        volumes: &[(SmolStr, Span)],
        parts: &[PlacedPart],
    ) {
        let known: Vec<String> = volumes.iter().map(|(name, _)| written(name, named, parts)).collect();
        self.work.names(known.len());
        let known = || known.iter().map(String::as_str);
        let diagnostic = Diagnostic::error(
            Code::UnknownVolume,
            named.span,
            format!("no volume is called `{}`", named.text),
        )
        .here("not declared in this workload");
        self.report(match named.text.split_once('.') {
            _ if crate::diagnostic::nearest(&named.text, known()).is_some() => {
                diagnostic.did_you_mean(named.span, &named.text, known())
            }
            None if container => diagnostic.help("it is a container: name the volume that it writes"),
            None => diagnostic.help(format!("declare it in the workload: `volume {}`", named.text)),
            Some((part, _)) => {
                let inside: Vec<&str> =
                    known().filter(|name| name.split_once('.').is_some_and(|(of, _)| of == part)).collect();
                match inside.as_slice() {
                    [] => diagnostic.help(format!("no part is called `{part}`, or it has no volumes")),
                    some => {
                        diagnostic.help(format!("the part `{part}` has {}", one_of(some.iter().copied())))
                    }
                }
            }
        });
    }
}

/// How a name of the pod is written at the place of a reference: `part.NAME`, or inside that part `NAME`.
fn written(name: &str, at: &NamedReference, parts: &[PlacedPart]) -> String {
    let inner = parts.iter().find_map(|part| {
        Some((&part.name.text, name.strip_prefix(part.name.text.as_str())?.strip_prefix('-')?))
    });
    match inner {
        Some((part, inner)) if at.part.as_ref() == Some(part) => inner.to_owned(),
        Some((part, inner)) => format!("{part}.{inner}"),
        None => name.to_owned(),
    }
}

/// What a variable out of a file reads; its volume gets the name that it has in the pod.
fn read_variable(variable: &mut Node, volume_at: &HashMap<&str, usize>) -> Option<Mount> {
    let span = variable.at("valueFrom.fileKeyRef")?.span;
    let file = variable.map_mut().get_mut("valueFrom")?.map_mut().get_mut("fileKeyRef")?;
    let sub = file.get("path").and_then(Node::as_text).map(SmolStr::new);
    let name = file.map_mut().get_mut("volumeName")?;
    let written = SmolStr::new(name.as_text()?);
    let (part, text) = written.split_once('.').map_or((None, &*written), |(part, text)| (Some(part), text));
    let named = NamedReference { text: text.into(), span: name.span, part: part.map(SmolStr::new) };
    let (text, index) = find(&named, volume_at);
    *name = Node::text(name.span, text.clone());
    let volume = PlacedName { text, span: named.span };
    Some(Mount { volume, index, direction: Direction::Reads, sub, makes: None, span })
}

/// Looks a reference up: first in the part where it was written, then in the pod.
fn find(named: &NamedReference, known: &HashMap<&str, usize>) -> (SmolStr, Option<usize>) {
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
