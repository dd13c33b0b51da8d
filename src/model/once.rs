//! Resolves `once`: another step takes the step's place in the pod, and waits for the Job that runs it and records that it did.

use super::draft::{Draft, StepOption};
use super::qualified::Declared;
use super::resolve::Resolver;
use super::workload::Making;
use super::{Added, Mount, Once, PlacedName, QualifiedName, Role};
use crate::kubernetes::quantity::Quantity;
use crate::object::{Map, MapEntry, Node, Value};
use crate::source::Span;
use crate::steps::StepKind;
use crate::steps::wait::{LATER, RECORD};
use crate::vocabulary::ContainerKind;
use smol_str::SmolStr;

/// The kind of the containers that the compiler adds.
const WAIT: ContainerKind = ContainerKind::BuiltIn(StepKind::Wait);

/// The most that such a container needs, instead of the requests of the step itself.
const ENOUGH: [(&str, &str); 2] = [("cpu", "50m"), ("memory", "32Mi")];

impl<'a> Resolver<'a> {
    /// Makes the step that waits, and the container that records.
    pub(super) fn once(&mut self, draft: &Draft, span: Span, making: &mut Making<'a>) -> Once {
        let waiting = self.added(draft.declared(), ("job", &[Node::text(span, LATER)]), draft, span, making);
        let name = Declared { name: QualifiedName::plain(RECORD), span: draft.name.span };
        let mut recording = self.added(name, (RECORD, &[]), draft, span, making);
        recording.container.role = Role::App;
        Once { span, waiting, recording }
    }

    /// Makes a container that waits for one condition; it starts from the same `defaults` as every `wait`.
    fn added(
        &mut self,
        name: Declared,
        (condition, values): (&'static str, &[Node]),
        draft: &Draft,
        span: Span,
        making: &mut Making<'a>,
    ) -> Added {
        let mut waiting = Draft::new(name, WAIT, draft.span, draft.layer);
        self.apply_defaults(&mut waiting, making);
        waiting.env.clear();
        waiting.env_from.clear();
        waiting.mounts.clear();
        waiting.after.clear();
        // The pods wait for as long as the step takes.
        waiting.takes = draft.takes;
        waiting.stops = None;
        waiting.options.retain(|option| matches!(option.name, "every" | "timeout"));
        waiting.options.push(StepOption {
            name: condition,
            layer: draft.layer,
            values: values.to_vec(),
            clauses: Vec::new(),
            volume: None,
            span,
        });
        if waiting.resources.entries.is_empty() {
            waiting.resources = enough(draft);
        }
        self.lower_step(&mut waiting, making);
        self.secure(making, std::slice::from_mut(&mut waiting));
        let volumes = std::mem::take(&mut waiting.volumes);
        let mounts: Vec<Mount> = waiting
            .mounts
            .iter_mut()
            .map(|mount| {
                let text = mount.volume.name.in_pod();
                mount.fields.entries.insert(0, entry("name", Node::text(mount.span, text.clone())));
                let volume = PlacedName { text, span: mount.span };
                Mount {
                    volume,
                    index: None,
                    direction: mount.direction,
                    sub: None,
                    makes: None,
                    span: mount.span,
                }
            })
            .collect();
        Added { container: waiting.finish(mounts, Vec::new()), volumes }
    }
}

/// The amounts, reduced to what a step that only waits can use; the pod keeps its quality of service class.
fn enough(draft: &Draft) -> Map {
    let mut small = Map::default();
    for amounts in draft.resources.entries.iter().filter(|entry| entry.key != "claims") {
        let mut map = Map::default();
        let given = amounts.node.entries().iter();
        for amount in given.filter(|amount| !draft.completed.contains(&&*amount.key)) {
            let ceiling = ENOUGH.iter().find(|(name, _)| amount.key == *name);
            let ceiling = ceiling.and_then(|(_, text)| Quantity::parse(text).ok());
            if let (Some(ceiling), Some(own)) = (ceiling, amount.node.as_quantity()) {
                let node = Node::new(amount.node.span, Value::Quantity(ceiling.min(*own)));
                map.entries.push(MapEntry { node, ..amount.clone() });
            }
        }
        small
            .entries
            .push(MapEntry { node: Node::new(amounts.node.span, Value::Map(map)), ..amounts.clone() });
    }
    small
}

fn entry(key: &'static str, node: Node) -> MapEntry {
    MapEntry { key: SmolStr::new_static(key), key_span: node.span, layer: 0, node }
}
