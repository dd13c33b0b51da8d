//! Resolves `once`: another step takes the step's place in the pod, and waits for the Job that runs it.

use super::draft::{Draft, StepOption};
use super::resolve::Resolver;
use super::workload::Making;
use super::{Mount, Once, PlacedName};
use crate::kubernetes::quantity::Quantity;
use crate::object::{Map, MapEntry, Node, Value};
use crate::source::Span;
use crate::steps::StepKind;
use crate::steps::wait::LATER;
use crate::vocabulary::ContainerKind;
use smol_str::SmolStr;

/// The kind of the step that waits for the Job.
const WAIT: ContainerKind = ContainerKind::BuiltIn(StepKind::Wait);

/// The most that a waiting step needs, instead of the requests of the step itself.
const ENOUGH: [(&str, &str); 2] = [("cpu", "50m"), ("memory", "32Mi")];

impl<'a> Resolver<'a> {
    /// Makes the step that waits; it starts from the same `defaults` as every `wait`.
    pub(super) fn once(&mut self, draft: &Draft, span: Span, making: &mut Making<'a>) -> Once {
        let mut waiting = Draft::new(draft.declared(), WAIT, draft.span, draft.layer);
        self.apply_defaults(&mut waiting, making);
        waiting.env.clear();
        waiting.env_from.clear();
        waiting.mounts.clear();
        waiting.after.clear();
        waiting.options.retain(|option| matches!(option.name, "every" | "timeout"));
        waiting.options.push(StepOption {
            name: "job",
            layer: draft.layer,
            values: vec![Node::text(span, LATER)],
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
        Once { span, waiting: waiting.finish(mounts, Vec::new()), volumes }
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
