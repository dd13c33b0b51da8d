//! Finds the arrows from one container to another: an `after`, or the files of a volume.

use super::super::{Plan, Start};
use crate::model::{Direction, Role};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};

/// One arrow; containers are places in the plan's order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Edge {
    pub(in super::super) to: usize,
    pub(in super::super) from: usize,
    /// The volume whose files flow; `None` for an `after`.
    pub(in super::super) volume: Option<SmolStr>,
}

/// If a volume has more pairs than this, each reader gets an arrow only from the last of its writers.
const MANY: usize = 400;

/// All arrows of a plan, by target.
pub(in super::super) fn edges(plan: &Plan) -> Vec<Edge> {
    let places: HashMap<&str, usize> =
        plan.order.iter().enumerate().map(|(at, start)| (start.name.as_str(), at)).collect();
    let mut edges = Vec::new();
    for (to, start) in plan.order.iter().enumerate() {
        let after = start.after.iter().filter_map(|name| places.get(name.as_str()));
        edges.extend(after.map(|from| Edge { to, from: *from, volume: None }));
    }
    let mut volumes: BTreeMap<&SmolStr, Vec<FlowContainer>> = BTreeMap::new();
    for (at, start) in plan.order.iter().enumerate() {
        for used in &start.uses {
            let folder =
                used.sub.iter().flat_map(|sub| sub.split('/')).filter(|name| !matches!(*name, "" | "."));
            let member = FlowContainer { at, start, does: used.direction, folder: folder.collect() };
            volumes.entry(&used.volume).or_default().push(member);
        }
    }
    for (volume, members) in volumes {
        let givers: Vec<&FlowContainer> =
            members.iter().filter(|member| matches!(member.stage(), Some(0 | 1))).collect();
        let takers = members.iter().filter(|member| member.stage() > Some(0));
        let updaters: Vec<&FlowContainer> =
            givers.iter().copied().filter(|giver| giver.stage() == Some(1)).collect();
        let are_many = members.len() * givers.len() > MANY;
        for taker in takers {
            let direct = |giver: &&&FlowContainer| {
                let passes = |by: &&FlowContainer| giver.passes_through(by) && by.reaches(taker);
                giver.reaches(taker) && !updaters.iter().any(passes)
            };
            let flows = givers.iter().rev().filter(direct);
            let shown = if are_many { 1 } else { usize::MAX };
            edges.extend(flows.take(shown).map(|giver| Edge {
                to: taker.at,
                from: giver.at,
                volume: Some(volume.clone()),
            }));
        }
    }
    edges.sort();
    edges.dedup();
    edges
}

struct FlowContainer<'a> {
    at: usize,
    start: &'a Start,
    does: Direction,
    folder: Vec<&'a str>,
}

impl FlowContainer<'_> {
    /// Whether everything that this one writes reaches others through an updater that runs later.
    fn passes_through(&self, updater: &FlowContainer) -> bool {
        self.at < updater.at && self.reaches(updater) && self.folder.starts_with(&updater.folder)
    }

    fn stage(&self) -> Option<u8> {
        match self.does {
            Direction::Writes => Some(0),
            Direction::Updates => Some(1),
            Direction::Reads => Some(2),
            Direction::Mounts => None,
        }
    }

    /// Whether the other one finds what this one writes, because it starts later or keeps running.
    fn reaches(&self, taker: &FlowContainer) -> bool {
        self.at != taker.at
            && self.stage().is_some()
            && self.stage() < taker.stage()
            && (self.at < taker.at || taker.start.role != Role::Step)
            && (self.folder.starts_with(&taker.folder) || taker.folder.starts_with(&self.folder))
    }
}
