//! Defines the graph of the containers that wait for others.
//!
//! Invariant: if many containers wait for many others, they wait for a barrier that waits for the others, so the number
//! of edges is linear in the size of the source.

use std::ops::Range;

/// The nodes are containers (by their indices), followed by barriers; an edge leads to the node that waits.
#[derive(Debug)]
pub(super) struct Graph {
    containers: usize,
    /// The edges out of each node.
    pub(super) edges: Vec<Vec<Edge>>,
    /// The number of edges into each node.
    pub(super) waits: Vec<u32>,
}

/// An edge to a node that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The node that waits.
    pub(super) to: usize,
    /// Why it waits.
    pub(super) via: Via,
}

/// Why there is an edge. Mounts and references are indices in the container that has them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Via {
    /// The container that waits has this reference in `after`.
    After { reference: usize },
    /// Files flow from a mount of one container to a mount of the other.
    Direct { mount: usize, taken_by: usize },
    /// Files flow from a mount of a container into a barrier.
    Gives { mount: usize },
    /// Files flow from a barrier to a mount of a container.
    Takes { mount: usize },
    /// Files flow from a barrier to another.
    Passes,
}

impl Graph {
    pub(super) fn new(containers: usize) -> Self {
        Self { containers, edges: vec![Vec::new(); containers], waits: vec![0; containers] }
    }

    pub(super) fn add_barrier(&mut self) -> usize {
        self.edges.push(Vec::new());
        self.waits.push(0);
        self.edges.len() - 1
    }

    pub(super) fn add(&mut self, from: usize, to: usize, via: Via) {
        self.edges[from].push(Edge { to, via });
        self.waits[to] += 1;
    }

    pub(super) fn is_barrier(&self, node: usize) -> bool {
        node >= self.containers
    }

    pub(super) fn barriers(&self) -> Range<usize> {
        self.containers..self.edges.len()
    }
}
