//! Answers which containers must come before others, directly or through others.

use super::explicit::Explicit;
use super::flow;
use super::graph::Graph;
use crate::model::Workload;

/// The constraints between the steps and sidecars of a workload, by their indices.
#[derive(Debug)]
pub(crate) struct Precedence {
    containers: usize,
    /// For each node of the graph, the nodes that it waits for.
    before: Vec<Vec<usize>>,
    /// For each node of the graph, the nodes that wait for it.
    after: Vec<Vec<usize>>,
}

impl Precedence {
    /// Collects the constraints of a workload.
    pub(crate) fn of(workload: &Workload) -> Self {
        let explicit = Explicit::of(workload, &mut Vec::new());
        let mut graph = Graph::new(workload.containers.len());
        flow::link(workload, &explicit, &mut graph);
        explicit.link(&mut graph);
        let after: Vec<Vec<usize>> =
            graph.edges.iter().map(|edges| edges.iter().map(|edge| edge.to).collect()).collect();
        let mut before = vec![Vec::new(); after.len()];
        for (from, nodes) in after.iter().enumerate() {
            for to in nodes {
                before[*to].push(from);
            }
        }
        Self { containers: workload.containers.len(), before, after }
    }

    /// The nodes that each node waits for: first those of the containers, by their indices, then those of barriers,
    /// which only represent what they wait for.
    pub(crate) fn nodes(&self) -> &[Vec<usize>] {
        &self.before
    }

    /// For each container, whether this one waits for it.
    pub(crate) fn before(&self, container: usize) -> Vec<bool> {
        self.reached(container, &self.before)
    }

    /// For each container, whether it waits for this one.
    pub(crate) fn after(&self, container: usize) -> Vec<bool> {
        self.reached(container, &self.after)
    }

    fn reached(&self, container: usize, links: &[Vec<usize>]) -> Vec<bool> {
        let mut reached = vec![false; links.len()];
        let mut open = vec![container];
        while let Some(node) = open.pop() {
            for next in &links[node] {
                if !std::mem::replace(&mut reached[*next], true) {
                    open.push(*next);
                }
            }
        }
        reached.truncate(self.containers);
        reached
    }
}
