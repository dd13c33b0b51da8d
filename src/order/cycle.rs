//! Reports containers that wait for each other, with one message for each knot.

use super::graph::{Edge, Graph, Via};
use super::{Because, files, names};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Workload;
use std::collections::{HashMap, VecDeque};

/// How many containers of a knot are tried as the start of its shortest cycle.
const STARTS: usize = 64;
/// How many edges this search follows in total; a knot with more is searched from only one start.
const EDGES: usize = 1 << 18;

/// Reports one shortest cycle of each knot (strongly connected component) among the nodes that are `stuck`.
pub(super) fn report(workload: &Workload, graph: &Graph, stuck: &[bool], diagnostics: &mut Vec<Diagnostic>) {
    let mut knots = knots(graph, stuck);
    knots.sort_unstable();
    for knot in knots {
        if let Some(links) = shortest_cycle(workload, graph, &knot) {
            diagnostics.push(message(workload, &links));
        }
    }
}

/// The strongly connected components of more than one node, each sorted (Tarjan's algorithm, without recursion).
fn knots(graph: &Graph, stuck: &[bool]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let nodes = graph.edges.len();
    let (mut number, mut low, mut open) = (vec![UNSEEN; nodes], vec![UNSEEN; nodes], vec![false; nodes]);
    let (mut next, mut path, mut found) = (0, Vec::new(), Vec::new());
    for root in (0..nodes).filter(|node| stuck[*node]) {
        let mut calls = if number[root] == UNSEEN { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                (number[node], low[node], open[node]) = (next, next, true);
                next += 1;
                path.push(node);
            } else {
                low[node] = low[node].min(low[graph.edges[node][edge - 1].to]);
            }
            let mut rest = (edge..graph.edges[node].len()).map(|edge| (edge, graph.edges[node][edge].to));
            let deeper = rest.find(|(_, to)| {
                if open[*to] {
                    low[node] = low[node].min(number[*to]);
                }
                stuck[*to] && number[*to] == UNSEEN
            });
            if let Some((edge, to)) = deeper {
                calls.extend([(node, edge + 1), (to, 0)]);
            } else if low[node] == number[node] {
                let start = path.iter().rposition(|member| *member == node).unwrap_or_default();
                let mut knot = path.split_off(start);
                for member in &knot {
                    open[*member] = false;
                }
                if knot.len() > 1 {
                    knot.sort_unstable();
                    found.push(knot);
                }
            }
        }
    }
    found
}

/// The links of a shortest cycle, each the container that waits and the reason, from the container written first.
fn shortest_cycle(workload: &Workload, graph: &Graph, knot: &[usize]) -> Option<Vec<(usize, Because)>> {
    let edges: usize = knot.iter().map(|node| graph.edges[*node].len()).sum();
    let tries = (EDGES / edges.max(1)).clamp(1, STARTS);
    let starts = knot.iter().copied().filter(|node| !graph.is_barrier(*node)).take(tries);
    let cycles = starts.filter_map(|start| cycle_through(workload, graph, knot, start));
    let mut shortest = cycles.min_by_key(Vec::len)?;
    let first = (0..shortest.len()).min_by_key(|link| shortest[*link].0)?;
    shortest.rotate_left(first);
    Some(shortest)
}

/// The links of a shortest cycle through a container. Barriers add no length.
fn cycle_through(
    workload: &Workload,
    graph: &Graph,
    knot: &[usize],
    start: usize,
) -> Option<Vec<(usize, Because)>> {
    let mut came: HashMap<usize, (usize, Edge)> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for edge in graph.edges[node].iter().filter(|edge| knot.binary_search(&edge.to).is_ok()) {
            if came.contains_key(&edge.to) {
                continue;
            }
            came.insert(edge.to, (node, *edge));
            if edge.to == start {
                return Some(links(workload, graph, &came, start));
            }
            if graph.is_barrier(edge.to) {
                open.push_front(edge.to);
            } else {
                open.push_back(edge.to);
            }
        }
    }
    None
}

/// Follows the edges back to the start, and turns each path through barriers into one link.
fn links(
    workload: &Workload,
    graph: &Graph,
    came: &HashMap<usize, (usize, Edge)>,
    start: usize,
) -> Vec<(usize, Because)> {
    let mut links = Vec::new();
    let mut node = start;
    loop {
        let waiting = node;
        let Some((mut from, last)) = came.get(&node).copied() else { return links };
        let mut first = last;
        while graph.is_barrier(from) {
            let Some(step) = came.get(&from).copied() else { return links };
            (from, first) = step;
        }
        let because = match (first.via, last.via) {
            (_, Via::After { reference }) => {
                Because::After { container: from, span: workload.containers[waiting].after[reference].span }
            }
            (Via::Direct { mount, taken_by }, _) => files(workload, waiting, taken_by, (from, mount)),
            (Via::Gives { mount }, Via::Takes { mount: taken_by }) => {
                files(workload, waiting, taken_by, (from, mount))
            }
            _ => Because::AsWritten,
        };
        links.push((waiting, because));
        node = from;
        if node == start {
            return links;
        }
    }
}

fn message(workload: &Workload, links: &[(usize, Because)]) -> Diagnostic {
    let containers: Vec<usize> = links.iter().map(|(container, _)| *container).collect();
    let name = |container: usize| &workload.containers[container].name.text;
    let headline = format!("{} wait for each other", names(workload, &containers));
    let mut places = links.iter().map(|(container, because)| match because {
        Because::After { container: other, span } => {
            (*span, format!("`{}` runs after `{}`", name(*container), name(*other)))
        }
        Because::Files { span, .. } => (*span, format!("`{}` {}", name(*container), because.text(workload))),
        Because::AsWritten => (workload.containers[*container].span, String::new()),
    });
    let (span, text) = places.next().unwrap_or((workload.span, String::new()));
    let error = Diagnostic::error(Code::OrderCycle, span, headline).here(text);
    let error = places.fold(error, |error, (span, text)| error.label(span, text));
    let files = links.iter().find_map(|(container, because)| match because {
        Because::Files { other, .. } => Some((*container, *other)),
        _ => None,
    });
    let error = error.help("remove one of these links");
    match files {
        Some((first, then)) => error.help(format!(
            "or add `after {}` to `{}`, which replaces the link that their files create",
            name(first),
            name(then)
        )),
        None => error,
    }
}
