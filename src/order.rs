//! Computes the order of a workload's steps and sidecars from its constraints, with the reason for every place.
//!
//! Invariant: each place goes to the earliest written container whose constraints are all met, so a container that no
//! constraint holds back keeps its place. The cost is that of sorting the containers and constraints.

mod cycle;
mod explicit;
mod flow;
mod gate;
mod graph;
mod links;
mod precedence;
mod probe;

use crate::diagnostic::Diagnostic;
use crate::model::{Direction, Role, Workload};
use crate::source::Span;
use explicit::Explicit;
pub use gate::Gate;
use graph::{Graph, Via};
pub(crate) use links::links;
pub(crate) use precedence::Precedence;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The order in which a pod's containers start. Containers and volumes are indices into those of the workload.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// The init list: every step and sidecar.
    pub places: Vec<OrderPlace>,
    /// The apps, as written; they start together after the init list.
    pub apps: Vec<usize>,
}

impl Order {
    /// The steps and sidecars in the order in which they start, by their indices in the workload.
    pub(crate) fn init_containers(&self) -> impl Iterator<Item = usize> {
        self.places.iter().map(|place| place.container)
    }
}

/// One place in the init list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderPlace {
    /// The container.
    pub container: usize,
    /// Why it has no earlier place: the constraint that was met last.
    pub because: Because,
    /// Whether it starts after a container that is written later.
    pub moved: bool,
}

/// Why a container has its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// Nothing constrains it.
    AsWritten,
    /// Its `after` names another container.
    After {
        /// The container that it runs after.
        container: usize,
        /// The place of the reference.
        span: Span,
    },
    /// The files of a volume flow to it.
    Files {
        /// The volume.
        volume: usize,
        /// What it does with the volume.
        does: Direction,
        /// The container that the files come from.
        other: usize,
        /// What that container does with the volume.
        other_does: Direction,
        /// The place where the first container mounts the volume.
        span: Span,
    },
}

impl Because {
    /// Describes it in a few words, as in `` reads `config`, which `settings` writes ``.
    pub(crate) fn text(&self, workload: &Workload) -> String {
        match *self {
            Self::AsWritten => "as written".to_owned(),
            Self::After { container, .. } => format!("after `{}`", workload.containers[container].name.text),
            Self::Files { volume, does, other, other_does, .. } => {
                let (volume, other) =
                    (&workload.volumes[volume].name.text, &workload.containers[other].name.text);
                format!("{} `{volume}`, which `{other}` {}", verb(does), verb(other_does))
            }
        }
    }
}

/// Orders the steps and sidecars of a workload, and reports `after-itself`, `after-app`, `order-cycle` (the containers
/// of a cycle come last, as written) and `sidecar-without-startup-probe`.
pub(crate) fn order(workload: &Workload, diagnostics: &mut Vec<Diagnostic>) -> Order {
    let explicit = Explicit::of(workload, diagnostics);
    let mut graph = Graph::new(workload.containers.len());
    flow::link(workload, &explicit, &mut graph);
    // This follows the flow, so that `after` is the reason if both release a container at the same moment.
    explicit.link(&mut graph);
    probe::warn(workload, &explicit, &graph, diagnostics);

    let mut sort = TopologicalSort::new(workload, &graph);
    sort.run();
    if sort.order.places.len() < sort.in_init_list().count() {
        let stuck: Vec<bool> = sort.waits.iter().map(|waits| *waits > 0).collect();
        cycle::report(workload, &graph, &stuck, diagnostics);
        let rest: Vec<usize> = sort.in_init_list().filter(|container| stuck[*container]).collect();
        for container in rest {
            sort.place(container);
        }
    }
    sort.order
}

/// Kahn's algorithm: a container is ready as soon as it waits for no other.
struct TopologicalSort<'a> {
    workload: &'a Workload,
    graph: &'a Graph,
    waits: Vec<u32>,
    because: Vec<Because>,
    ready: BinaryHeap<Reverse<usize>>,
    last_written: usize,
    order: Order,
}

impl<'a> TopologicalSort<'a> {
    fn new(workload: &'a Workload, graph: &'a Graph) -> Self {
        let apps = (0..workload.containers.len())
            .filter(|container| workload.containers[*container].role == Role::App);
        Self {
            workload,
            graph,
            waits: graph.waits.clone(),
            because: vec![Because::AsWritten; workload.containers.len()],
            ready: BinaryHeap::new(),
            last_written: 0,
            order: Order { places: Vec::new(), apps: apps.collect() },
        }
    }

    fn run(&mut self) {
        self.ready =
            self.in_init_list().filter(|container| self.waits[*container] == 0).map(Reverse).collect();
        for barrier in self.graph.barriers() {
            if self.graph.waits[barrier] == 0 {
                self.release_all(barrier, None);
            }
        }
        while let Some(Reverse(container)) = self.ready.pop() {
            self.place(container);
            self.release_all(container, Some(container));
        }
    }

    fn in_init_list(&self) -> impl Iterator<Item = usize> + use<'a> {
        let containers = &self.workload.containers;
        (0..containers.len()).filter(|container| containers[*container].role != Role::App)
    }

    fn place(&mut self, container: usize) {
        let moved = container < self.last_written;
        self.last_written = self.last_written.max(container);
        self.order.places.push(OrderPlace { container, because: self.because[container], moved });
    }

    /// Releases every node that waits for a node; `giver` is the container whose files they get.
    fn release_all(&mut self, node: usize, giver: Option<usize>) {
        let graph = self.graph;
        for edge in &graph.edges[node] {
            let files_of = match edge.via {
                Via::Gives { mount } | Via::Direct { mount, .. } => giver.map(|giver| (giver, mount)),
                _ => None,
            };
            // A barrier has no place in the order, so it opens at once.
            let mut opened = vec![(edge, files_of)];
            while let Some((edge, files_of)) = opened.pop() {
                self.waits[edge.to] -= 1;
                if self.waits[edge.to] > 0 {
                    continue;
                }
                if graph.is_barrier(edge.to) {
                    opened.extend(graph.edges[edge.to].iter().map(|next| (next, files_of)));
                } else {
                    self.because[edge.to] = self.reason(edge.to, edge.via, giver, files_of);
                    self.ready.push(Reverse(edge.to));
                }
            }
        }
    }

    fn reason(
        &self,
        container: usize,
        via: Via,
        giver: Option<usize>,
        files_of: Option<(usize, usize)>,
    ) -> Because {
        match (via, giver, files_of) {
            (Via::After { reference }, Some(giver), _) => {
                let span = self.workload.containers[container].after[reference].span;
                Because::After { container: giver, span }
            }
            (Via::Takes { mount } | Via::Direct { taken_by: mount, .. }, _, Some(files_of)) => {
                files(self.workload, container, mount, files_of)
            }
            _ => Because::AsWritten,
        }
    }
}

/// Why a container comes after another one that mounts the same volume.
fn files(
    workload: &Workload,
    container: usize,
    mount: usize,
    (other, other_mount): (usize, usize),
) -> Because {
    let mount = &workload.containers[container].mounts[mount];
    let other_does = workload.containers[other].mounts[other_mount].direction;
    match mount.index {
        Some(volume) => Because::Files { volume, does: mount.direction, other, other_does, span: mount.span },
        None => Because::AsWritten,
    }
}

fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Reads => "reads",
        Direction::Updates => "updates",
        Direction::Writes => "writes",
        Direction::Mounts => "mounts",
    }
}

/// A list of names, as in `` `a`, `b` and `c` ``; of more than three, only two names and the number of the others.
fn names(workload: &Workload, containers: &[usize]) -> String {
    let name = |container: &usize| format!("`{}`", workload.containers[*container].name.text);
    match containers {
        [] => String::new(),
        [only] => name(only),
        [first, second] => format!("{} and {}", name(first), name(second)),
        [first, second, third] => format!("{}, {} and {}", name(first), name(second), name(third)),
        [first, second, rest @ ..] => format!("{}, {} and {} more", name(first), name(second), rest.len()),
    }
}

#[cfg(test)]
mod tests;
