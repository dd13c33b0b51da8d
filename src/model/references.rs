//! Resolves the names of volumes and containers in mounts and `after`, once all of them are known.

use super::draft::Draft;
use super::head::Head;
use super::qualified::Named;
use super::record::NameKind;
use super::resolve::{OWN, Resolver};
use super::scope::{Scope, written_in};
use super::types::one_of;
use super::workload::{Making, PlacedPart};
use super::{Container, Direction, Mount, PlacedName, QualifiedName, Reference, Storage, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::object::{Map, MapEntry, Node, Value};
use crate::source::Span;
use crate::statement::ValueType;
use crate::syntax::tree::{self, Statement};
use smol_str::SmolStr;
use std::collections::HashMap;

/// A mount whose volume has not been looked up.
pub(super) struct MountDraft {
    pub(super) layer: u8,
    pub(super) volume: Named,
    pub(super) direction: Direction,
    pub(super) fields: Map,
    pub(super) span: Span,
    /// Whether another statement implies it and the author wrote no statement for it.
    pub(super) implied: bool,
    /// The one file or folder that the container creates in the volume, if the compiler knows it.
    pub(super) makes: Option<SmolStr>,
}

impl<'a> Resolver<'a> {
    /// Reads a mount, such as `reads V at PATH`.
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
                && (mount.volume.name == new.volume.name || path(&mount.fields) == path(&new.fields))
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

    /// Reads a reference to a volume or a container. It is looked up once all of them are known.
    pub(super) fn reference(
        &mut self,
        value: &tree::SyntaxValue,
        ty: ValueType,
        scope: &Scope,
    ) -> Option<Named> {
        let node = self.typed(value, ty, scope);
        let name = QualifiedName::read(node.as_text()?);
        // A name that is passed to a template keeps the meaning of the place where it was written.
        let named = Named { name, span: node.span, inside: written_in(value, scope) };
        self.refer(&named, if ty == ValueType::Container { NameKind::Container } else { NameKind::Volume });
        Some(named)
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
        let volumes: Vec<QualifiedName> =
            making.volumes.iter().map(|(_, volume)| volume.qualified.clone()).collect();
        let volume_at = VolumeIndex::of(making);
        let names: Vec<QualifiedName> = drafts.iter().map(|draft| draft.qualified.clone()).collect();
        let container_at: HashMap<&QualifiedName, usize> =
            names.iter().enumerate().rev().map(|(at, name)| (name, at)).collect();
        let mut containers = Vec::with_capacity(drafts.len());
        for (mut draft, once) in drafts.into_iter().zip(waiting) {
            self.settle_idle_insertions(&mut draft);
            Self::escape_script(&mut draft);
            let mut mounts: Vec<Mount> = draft
                .mounts
                .iter_mut()
                .map(|mount| {
                    let index = volume_at.find(&mount.volume);
                    if index.is_none() {
                        draft.unclear = true;
                        if !making.has_lost(&mount.volume) {
                            let container = find(&mount.volume, &container_at).is_some();
                            self.unknown_volume(&mount.volume, container, &volumes);
                        }
                    }
                    let name =
                        PlacedName { text: volume_at.name_in_pod(&mount.volume), span: mount.volume.span };
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
            for (_, variable) in &mut draft.env {
                let Some((mount, named)) = read_variable(variable, &draft.files, &volume_at) else {
                    continue;
                };
                if let Some(named) = named.filter(|named| mount.index.is_none() && !making.has_lost(named)) {
                    let container = find(named, &container_at).is_some();
                    self.unknown_volume(named, container, &volumes);
                }
                mounts.push(mount);
            }
            let mut after = Vec::new();
            for named in &draft.after {
                self.resolve_after(named, &container_at, &names, making, &mut after);
            }
            let once = once.map(Box::new);
            containers.push(Container { once, ..draft.finish(mounts, after) });
        }
        containers
    }

    /// Reports a container that mounts the same files in two directions.
    fn one_direction(&mut self, mounts: &[Mount]) {
        // The first mount of each direction, by what is mounted.
        let mut firsts: HashMap<(usize, Option<&SmolStr>), Vec<&Mount>> = HashMap::new();
        for mount in mounts {
            let Some(index) = mount.index else { continue };
            let before = firsts.entry((index, mount.sub.as_ref())).or_default();
            let other = before.iter().find(|before| before.direction != mount.direction).copied();
            if before.iter().all(|before| before.direction != mount.direction) {
                before.push(mount);
            }
            if let Some(before) = other {
                let headline = format!("one container mounts `{}` in two directions", mount.volume.text);
                self.report(
                    Diagnostic::error(Code::TwoDirections, mount.span, headline)
                        .here("the second direction")
                        .label(before.span, "the first direction")
                        .help("mount it once; use `updates` to read and write"),
                );
            }
        }
    }

    fn resolve_after(
        &mut self,
        named: &Named,
        containers: &HashMap<&QualifiedName, usize>,
        names: &[QualifiedName],
        making: &Making,
        after: &mut Vec<Reference>,
    ) {
        if let Some(index) = find(named, containers) {
            after.push(Reference { span: named.span, index });
            return;
        }
        let is_meant = |part: &&PlacedPart| named.name.part.is_none() && part.name.text == named.name.name;
        if let Some(part) = making.parts.iter().find(is_meant) {
            let members = part.containers.iter().filter_map(|name| containers.get(name));
            after.extend(members.map(|index| Reference { span: named.span, index: *index }));
            return;
        }
        if making.has_lost(named) {
            return;
        }
        let known: Vec<String> = names
            .iter()
            .map(|name| name.written_in(named.inside.as_ref()))
            .chain(making.parts.iter().map(|part| part.name.text.to_string()))
            .collect();
        self.work.names(known.len());
        let diagnostic = Diagnostic::error(
            Code::UnknownContainer,
            named.span,
            format!("no step or sidecar is called `{}`", named.name),
        )
        .here("not declared in this workload");
        let is_volume = |volume: &Volume| named.candidates().any(|name| name == volume.qualified);
        let diagnostic = if making.volumes.iter().any(|(_, volume)| is_volume(volume)) {
            diagnostic.help(format!(
                "use `reads` and `writes` for the volume `{}`: the order follows from them",
                named.name
            ))
        } else if let Some(same) = same_in_pod(named, names) {
            diagnostic.meant(named.span, &same)
        } else {
            diagnostic.did_you_mean(named.span, &named.name.to_string(), known.iter().map(String::as_str))
        };
        self.report(diagnostic);
    }

    fn unknown_volume(&mut self, named: &Named, container: bool, volumes: &[QualifiedName]) {
        let known: Vec<String> = volumes.iter().map(|name| name.written_in(named.inside.as_ref())).collect();
        self.work.names(known.len());
        let known = || known.iter().map(String::as_str);
        let diagnostic = Diagnostic::error(
            Code::UnknownVolume,
            named.span,
            format!("no volume is called `{}`", named.name),
        )
        .here("not declared in this workload");
        let written = named.name.to_string();
        if let Some(same) = same_in_pod(named, volumes) {
            return self.report(diagnostic.meant(named.span, &same));
        }
        self.report(match &named.name.part {
            _ if crate::diagnostic::nearest(&written, known()).is_some() => {
                diagnostic.did_you_mean(named.span, &written, known())
            }
            None if container => {
                diagnostic.help(format!("use the volume that the container `{written}` writes"))
            }
            None => diagnostic.help(format!("add `volume {written}` to the workload")),
            Some(part) => {
                let inside: Vec<String> = volumes
                    .iter()
                    .filter(|name| name.part.as_ref() == Some(part))
                    .map(QualifiedName::to_string)
                    .collect();
                match inside.as_slice() {
                    [] => diagnostic
                        .help(format!("use a part that has volumes: `{part}` has none, or does not exist")),
                    some => {
                        let some = one_of(some.iter().map(String::as_str));
                        diagnostic.help(format!("use a volume of the part `{part}`: {some}"))
                    }
                }
            }
        });
    }
}

/// The known name that is the same in the pod as an unknown name.
fn same_in_pod(named: &Named, known: &[QualifiedName]) -> Option<String> {
    let name = named.name.in_pod();
    let same = known.iter().find(|known| known.in_pod() == name)?;
    Some(same.written_in(named.inside.as_ref()))
}

/// The indices of a workload's volumes, by their names in the source and in the pod.
struct VolumeIndex {
    by_name: HashMap<QualifiedName, usize>,
    by_name_in_pod: HashMap<SmolStr, usize>,
}

impl VolumeIndex {
    fn of(making: &Making) -> Self {
        let volumes = || making.volumes.iter().map(|(_, volume)| volume).enumerate();
        // A claim template replaces a volume of the same name in the pods.
        let claims = volumes().filter(|(_, volume)| volume.storage == Storage::ClaimTemplate);
        let claims: HashMap<&str, usize> = claims.map(|(at, claim)| (claim.name.text.as_str(), at)).collect();
        let place = |at, volume: &Volume| claims.get(volume.name.text.as_str()).copied().unwrap_or(at);
        let placed = || volumes().rev().map(|(at, volume)| (volume, place(at, volume)));
        Self {
            by_name: placed().map(|(volume, at)| (volume.qualified.clone(), at)).collect(),
            by_name_in_pod: placed().map(|(volume, at)| (volume.name.text.clone(), at)).collect(),
        }
    }

    /// Looks a reference up.
    fn find(&self, named: &Named) -> Option<usize> {
        named.candidates().find_map(|name| self.by_name.get(&name).copied())
    }

    /// The name in the pod of what a reference means; the name as written if it means nothing.
    fn name_in_pod(&self, named: &Named) -> SmolStr {
        named
            .candidates()
            .find(|name| self.by_name.contains_key(name))
            .map_or_else(|| SmolStr::from(named.name.to_string()), |name| name.in_pod())
    }
}

/// Reads the file of a variable and the reference to its volume, and sets the volume's name in the pod. A field of
/// Kubernetes already has that name and is not a reference.
fn read_variable<'f>(
    variable: &mut Node,
    files: &'f [Named],
    volumes: &VolumeIndex,
) -> Option<(Mount, Option<&'f Named>)> {
    let span = variable.at("valueFrom.fileKeyRef")?.span;
    let file = variable.map_mut().get_mut("valueFrom")?.map_mut().get_mut("fileKeyRef")?;
    let sub = file.get("path").and_then(Node::as_text).map(SmolStr::new);
    let node = file.map_mut().get_mut("volumeName")?;
    let named = files.iter().find(|named| named.span == node.span);
    let (index, text) = match named {
        Some(named) => (volumes.find(named), volumes.name_in_pod(named)),
        None => {
            let written = SmolStr::new(node.as_text()?);
            (volumes.by_name_in_pod.get(&written).copied(), written)
        }
    };
    let is_unknown = named.is_some() && index.is_none();
    node.value = if is_unknown { Value::Unresolved } else { Value::Text(text.clone()) };
    let volume = PlacedName { text, span: node.span };
    let mount = Mount { volume, index, direction: Direction::Reads, sub, makes: None, span };
    Some((mount, named))
}

/// Looks a reference to a container up.
fn find(named: &Named, known: &HashMap<&QualifiedName, usize>) -> Option<usize> {
    named.candidates().find_map(|name| known.get(&name).copied())
}
