//! Warns of sidecars that other containers wait for, but that have nothing to hold them back.

use super::explicit::Explicit;
use super::graph::{Graph, Via};
use super::{Because, Gate, files};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Role, Workload};
use crate::source::Span;
use std::collections::HashSet;

/// How many of the waiting containers a message shows.
const SHOWN: usize = 8;

/// Warns of each sidecar without a startup probe that another container waits for.
pub(super) fn warn(
    workload: &Workload,
    explicit: &Explicit,
    graph: &Graph,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (index, sidecar) in workload.containers.iter().enumerate() {
        if sidecar.role != Role::Sidecar || Gate::of(sidecar) != Gate::Process {
            continue;
        }
        let waiting = waiting(workload, explicit, graph, index);
        if waiting.is_empty() {
            continue;
        }
        let name = &sidecar.name.text;
        let who = match &waiting[..] {
            [(only, ..)] => format!("`{}` waits", workload.containers[*only].name.text),
            _ => "other containers wait".to_owned(),
        };
        let headline = format!("sidecar `{name}` has no startup probe, but {who} for it");
        let warning = Diagnostic::warning(Code::SidecarWithoutStartupProbe, sidecar.name.span, headline)
            .here("without a probe, the others wait only until its process runs");
        let warning = waiting.into_iter().fold(warning, |warning, (_, span, text)| warning.label(span, text));
        diagnostics.push(warning.help(format!(
            "add a startup probe to `{name}`: `started tcp PORT`, `started http PORT /path` or `started exec COMMAND`"
        )));
    }
}

/// The containers that wait for a sidecar, with the place and the reason; those with `after` come first.
fn waiting(
    workload: &Workload,
    explicit: &Explicit,
    graph: &Graph,
    sidecar: usize,
) -> Vec<(usize, Span, String)> {
    let name = |container: usize| &workload.containers[container].name.text;
    let mut seen = HashSet::new();
    let mut waiting = Vec::new();
    for (container, reference) in &explicit.waiting[sidecar] {
        if seen.insert(*container) && waiting.len() < SHOWN {
            let span = workload.containers[*container].after[*reference].span;
            waiting.push((
                *container,
                span,
                format!("`{}` runs after `{}`", name(*container), name(sidecar)),
            ));
        }
    }
    for given in &graph.edges[sidecar] {
        let mut open = vec![std::slice::from_ref(given).iter()];
        while let Some(edges) = open.last_mut().filter(|_| waiting.len() < SHOWN) {
            let Some(edge) = edges.next() else {
                open.pop();
                continue;
            };
            if !seen.insert(edge.to) {
                continue;
            }
            if graph.is_barrier(edge.to) {
                open.push(graph.edges[edge.to].iter());
            }
            let because = match (given.via, edge.via) {
                (Via::Direct { mount, taken_by }, _)
                | (Via::Gives { mount }, Via::Takes { mount: taken_by }) => {
                    files(workload, edge.to, taken_by, (sidecar, mount))
                }
                _ => continue,
            };
            if let Because::Files { span, .. } = because {
                waiting.push((edge.to, span, format!("`{}` {}", name(edge.to), because.text(workload))));
            }
        }
    }
    waiting
}
