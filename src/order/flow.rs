//! Adds the constraints of files: for each volume, steps and sidecars that write come before those that update, and
//! these before those that read.
//!
//! Invariant: two mounts are unrelated if neither of their folders is inside the other, and an explicit `after`, direct
//! or through others, replaces the link between the same two containers.

use super::explicit::Explicit;
use super::graph::{Graph, Via};
use crate::model::{Direction, Role, Workload};
use std::collections::HashSet;

/// A mount that affects the order.
struct FlowMount<'a> {
    container: usize,
    mount: usize,
    stage: Stage,
    /// The folder of the volume, as the names of its path.
    folder: Vec<&'a str>,
}

impl FlowMount<'_> {
    /// Whether one of the two folders is the other, or is inside it.
    fn meets(&self, other: &Self) -> bool {
        self.folder.starts_with(&other.folder) || other.folder.starts_with(&self.folder)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Writes,
    Updates,
    Reads,
}

/// Adds the flow of every volume to the steps and sidecars.
pub(super) fn link(workload: &Workload, explicit: &Explicit, graph: &mut Graph) {
    link_to(|role| role != Role::App, workload, explicit, graph);
}

/// Adds the flow of every volume to all containers. Nothing flows out of an app, since apps come last.
pub(super) fn link_with_apps(workload: &Workload, explicit: &Explicit, graph: &mut Graph) {
    link_to(|_| true, workload, explicit, graph);
}

fn link_to(takes: fn(Role) -> bool, workload: &Workload, explicit: &Explicit, graph: &mut Graph) {
    let gives = |member: &FlowMount| workload.containers[member.container].role != Role::App;
    for members in members(workload, takes) {
        let first = members.iter().map(|member| member.stage).min();
        if members.iter().all(|member| Some(member.stage) == first) {
            continue;
        }
        let apart = apart(&members, explicit);
        for giver in members.chunk_by(|a, b| a.container == b.container) {
            if apart.contains(&giver[0].container) && gives(&giver[0]) {
                link_directly(giver, &members, explicit, graph);
            }
        }
        for stage in [Stage::Updates, Stage::Reads] {
            let shares = |member: &&FlowMount| {
                member.stage < stage && !apart.contains(&member.container) && gives(member)
            };
            let givers: Vec<&FlowMount> = members.iter().filter(shares).collect();
            let takers: Vec<&FlowMount> = members.iter().filter(|member| member.stage == stage).collect();
            if !givers.is_empty() && !takers.is_empty() {
                link_by_barriers(&givers, &takers, graph);
            }
        }
    }
}

/// The mounts that affect the order, by volume, of the containers with some roles.
fn members(workload: &Workload, takes: fn(Role) -> bool) -> Vec<Vec<FlowMount<'_>>> {
    let mut volumes: Vec<Vec<FlowMount>> = workload.volumes.iter().map(|_| Vec::new()).collect();
    let containers = workload.containers.iter().enumerate();
    for (container, fields) in containers.filter(|(_, container)| takes(container.role)) {
        for (mount, fields) in fields.mounts.iter().enumerate() {
            let stage = match fields.direction {
                Direction::Writes => Stage::Writes,
                Direction::Updates => Stage::Updates,
                Direction::Reads => Stage::Reads,
                Direction::Mounts => continue,
            };
            let names = fields.sub.iter().flat_map(|sub| sub.split('/'));
            let folder = names.filter(|name| !matches!(*name, "" | ".")).collect();
            if let Some(members) = fields.index.and_then(|index| volumes.get_mut(index)) {
                members.push(FlowMount { container, mount, stage, folder });
            }
        }
    }
    volumes
}

/// The containers that cannot share a barrier, because a container that waits at it must not wait for them: one that
/// they explicitly run after, or they themselves if they use the volume in several ways.
fn apart(members: &[FlowMount], explicit: &Explicit) -> HashSet<usize> {
    let mut apart = HashSet::new();
    for own in members.chunk_by(|a, b| a.container == b.container) {
        let crosses = |a: &FlowMount| own.iter().any(|b| a.stage != b.stage && a.meets(b));
        // Comparing this many mounts of one volume with each other would cost too much.
        if own.len() > 16 || own.iter().any(crosses) {
            apart.insert(own[0].container);
        }
    }
    if explicit.is_empty {
        return apart;
    }
    for stage in [Stage::Writes, Stage::Updates] {
        let later = members.iter().filter(|member| member.stage > stage).map(|member| member.container);
        let after_later = explicit.all_after(later);
        let replaced = members.iter().filter(|member| member.stage == stage && after_later[member.container]);
        apart.extend(replaced.map(|member| member.container));
    }
    apart
}

/// Links the mounts of one container to every container that must wait for it.
fn link_directly(givers: &[FlowMount], members: &[FlowMount], explicit: &Explicit, graph: &mut Graph) {
    let container = givers[0].container;
    let mut settled = explicit.all_before(container);
    settled[container] = true;
    for giver in givers {
        for taker in members.iter().filter(|taker| taker.stage > giver.stage && taker.meets(giver)) {
            if !std::mem::replace(&mut settled[taker.container], true) {
                let via = Via::Direct { mount: giver.mount, taken_by: taker.mount };
                graph.add(container, taker.container, via);
            }
        }
    }
}

/// Links givers and takers by two barriers for each folder: `up` represents the givers in the folder and in the folders
/// inside it, `down` those in it and in the folders around it. A taker waits for `up` of its own folder and `down` of
/// the folder around it.
fn link_by_barriers(givers: &[&FlowMount], takers: &[&FlowMount], graph: &mut Graph) {
    let mut folders: Vec<&[&str]> = givers.iter().chain(takers).map(|member| &member.folder[..]).collect();
    folders.sort_unstable();
    folders.dedup();
    let around = around(&folders);
    let at = |member: &FlowMount| folders.binary_search(&&member.folder[..]).unwrap_or_default();

    let mut has_takers = vec![false; folders.len()];
    for taker in takers {
        has_takers[at(taker)] = true;
    }
    // A barrier without a container that waits for it is left out.
    let mut up: Vec<Option<usize>> = vec![None; folders.len()];
    for folder in 0..folders.len() {
        let above = around[folder].and_then(|around| up[around]);
        if has_takers[folder] || above.is_some() {
            let barrier = graph.add_barrier();
            up[folder] = Some(barrier);
            if let Some(above) = above {
                graph.add(barrier, above, Via::Passes);
            }
        }
    }
    let mut down: Vec<Option<usize>> = vec![None; folders.len()];
    for folder in (0..folders.len()).rev() {
        let Some(around) = around[folder] else { continue };
        if has_takers[folder] || down[folder].is_some() {
            let above = *down[around].get_or_insert_with(|| graph.add_barrier());
            if let Some(below) = down[folder] {
                graph.add(above, below, Via::Passes);
            }
        }
    }

    for giver in givers {
        for barrier in [up[at(giver)], down[at(giver)]].into_iter().flatten() {
            graph.add(giver.container, barrier, Via::Gives { mount: giver.mount });
        }
    }
    for taker in takers {
        let from_around = around[at(taker)].and_then(|around| down[around]);
        for barrier in [up[at(taker)], from_around].into_iter().flatten() {
            graph.add(barrier, taker.container, Via::Takes { mount: taker.mount });
        }
    }
}

/// For each of the sorted folders, the nearest of the others that contains it.
fn around(folders: &[&[&str]]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let find = |(index, folder): (usize, &&[&str])| {
        while open.last().is_some_and(|last| !folder.starts_with(folders[*last])) {
            open.pop();
        }
        let around = open.last().copied();
        open.push(index);
        around
    };
    folders.iter().enumerate().map(find).collect()
}
