//! Who must come before whom, directly or through others.

use super::explicit::Explicit;
use super::flow;
use super::graph::Graph;
use crate::model::Workload;

/// The constraints between the steps and sidecars of a workload, by their indices.
#[derive(Debug)]
pub struct Precedence {
    containers: usize,
    /// For each node of the graph, those that wait for it.
    after: Vec<Vec<usize>>,
    /// For each node of the graph, those that it waits for.
    before: Vec<Vec<usize>>,
}

impl Precedence {
    /// Gathers them.
    pub fn of(workload: &Workload) -> Self {
        let explicit = Explicit::of(workload, &mut Vec::new());
        let mut graph = Graph::new(workload.containers.len());
        flow::link(workload, &explicit, &mut graph);
        explicit.link(&mut graph);
        let mut before = vec![Vec::new(); graph.edges.len()];
        for (from, edges) in graph.edges.iter().enumerate() {
            for edge in edges {
                before[edge.to].push(from);
            }
        }
        let after = graph.edges.iter().map(|edges| edges.iter().map(|edge| edge.to).collect()).collect();
        Self { containers: workload.containers.len(), after, before }
    }

    /// For each container, whether this one waits for it.
    pub fn before(&self, container: usize) -> Vec<bool> {
        reach(container, &self.before, self.containers)
    }

    /// For each container, whether it waits for this one.
    pub fn after(&self, container: usize) -> Vec<bool> {
        reach(container, &self.after, self.containers)
    }
}

fn reach(from: usize, links: &[Vec<usize>], containers: usize) -> Vec<bool> {
    let mut reached = vec![false; links.len()];
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for next in &links[node] {
            if !std::mem::replace(&mut reached[*next], true) {
                open.push(*next);
            }
        }
    }
    reached.truncate(containers);
    reached
}
