//! Finds the arrows of a plan's graph: one for each pair of containers, whatever connects them.

use super::Plan;
use super::picture::edges;
use crate::model::Role;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// An arrow from one container to another; both are places in the plan's order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether the second container starts right after the first.
    pub(super) is_next: bool,
    /// Whether the second container has an `after` of the first.
    pub(super) is_after: bool,
    /// The volumes whose files flow.
    pub(super) volumes: Vec<SmolStr>,
}

impl Arrow {
    /// What the arrow says, if it says more than the order.
    pub(super) fn label(&self) -> Option<String> {
        let after = self.is_after.then_some("after");
        let words: Vec<&str> = after.into_iter().chain(self.volumes.iter().map(SmolStr::as_str)).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// Whether nothing but files connects the containers.
    pub(super) fn is_only_files(&self) -> bool {
        !self.is_next && !self.is_after
    }
}

/// How many containers the init list has.
pub(super) fn init(plan: &Plan) -> usize {
    plan.order.iter().take_while(|start| start.role != Role::App).count()
}

/// The init list one after another, then each app, and whatever else connects two containers.
pub(super) fn arrows(plan: &Plan) -> Vec<Arrow> {
    let init = init(plan);
    let next = (1..plan.order.len()).filter(|_| init > 0).map(|to| (to.min(init) - 1, to));
    let mut arrows = BTreeMap::new();
    let arrow = |from, to, is_next| Arrow { from, to, is_next, is_after: false, volumes: Vec::new() };
    arrows.extend(next.map(|(from, to)| ((from, to), arrow(from, to, true))));
    for edge in edges(plan) {
        let (from, to) = (edge.from, edge.to);
        let arrow = arrows.entry((from, to)).or_insert_with(|| arrow(from, to, false));
        match edge.volume {
            Some(volume) => arrow.volumes.push(volume),
            None => arrow.is_after = true,
        }
    }
    arrows.into_values().collect()
}
