//! Lists why containers come after others: each `after`, and each flow of files from one container to another.
//!
//! Invariant: the list is linear in the size of the source, since of the containers whose files of one volume reach
//! a container through the same folder, it has at most [`MOST`].

use super::explicit::Explicit;
use super::flow;
use super::graph::{Graph, Via};
use super::{Because, files};
use crate::model::Workload;
use std::collections::HashSet;

/// The most containers whose files reach a container by the same folder of a volume.
const MOST: usize = 32;

/// For each container, apps included, why it comes after others.
///
/// If the files of too many containers reach one, it has the links to those of the highest rank.
pub(crate) fn links(workload: &Workload, rank: impl Fn(usize) -> usize) -> Vec<Vec<Because>> {
    let explicit = Explicit::of(workload, &mut Vec::new());
    let mut graph = Graph::new(workload.containers.len());
    flow::link_with_apps(workload, &explicit, &mut graph);
    let mut links: Vec<Vec<Because>> = vec![Vec::new(); workload.containers.len()];
    for (before, waiting) in explicit.waiting.iter().enumerate() {
        for (container, reference) in waiting {
            let span = workload.containers[*container].after[*reference].span;
            links[*container].push(Because::After { container: before, span });
        }
    }
    add_files(workload, &graph, rank, &mut links);
    links
}

/// Adds the flow of files, along the edges of the graph.
fn add_files(workload: &Workload, graph: &Graph, rank: impl Fn(usize) -> usize, links: &mut [Vec<Because>]) {
    let mut seen = HashSet::new();
    let mut add = |giver: (usize, usize), (taker, mount): (usize, usize)| {
        let because = files(workload, taker, mount, giver);
        if let Because::Files { volume, other, .. } = because
            && other != taker
            && seen.insert((taker, volume, other))
        {
            links[taker].push(because);
        }
    };
    let mut waits = graph.waits.clone();
    // What flows into each barrier: containers, with the mounts that the files come from.
    let mut givers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); graph.edges.len()];
    let mut open = Vec::new();
    for (container, edges) in graph.edges.iter().enumerate().take(workload.containers.len()) {
        for edge in edges {
            match edge.via {
                Via::Direct { mount, taken_by } => add((container, mount), (edge.to, taken_by)),
                Via::Gives { mount } => {
                    givers[edge.to].push((container, mount));
                    waits[edge.to] -= 1;
                    if waits[edge.to] == 0 {
                        open.push(edge.to);
                    }
                }
                _ => {}
            }
        }
    }
    open.extend(graph.barriers().filter(|barrier| graph.waits[*barrier] == 0));
    while let Some(barrier) = open.pop() {
        let mut own = std::mem::take(&mut givers[barrier]);
        own.sort_by_key(|(container, mount)| (std::cmp::Reverse(rank(*container)), *container, *mount));
        own.truncate(MOST);
        for edge in &graph.edges[barrier] {
            match edge.via {
                Via::Takes { mount } => own.iter().for_each(|giver| add(*giver, (edge.to, mount))),
                _ => {
                    givers[edge.to].extend(&own);
                    waits[edge.to] -= 1;
                    if waits[edge.to] == 0 {
                        open.push(edge.to);
                    }
                }
            }
        }
    }
}
