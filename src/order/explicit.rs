//! Collects the constraints of `after`.

use super::graph::{Graph, Via};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Reference, Role, Workload};

/// The constraints of `after` between steps and sidecars.
#[derive(Debug)]
pub(super) struct Explicit {
    /// For each container, the containers that it runs after, and by which of its references.
    pub(super) before: Vec<Vec<(usize, usize)>>,
    /// For each container, the containers that run after it, including apps, and by which of their references.
    pub(super) waiting: Vec<Vec<(usize, usize)>>,
    /// Whether there are no such constraints.
    pub(super) is_empty: bool,
}

impl Explicit {
    /// Collects the constraints, and reports those that cannot be met.
    pub(super) fn of(workload: &Workload, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let containers = &workload.containers;
        let none = || vec![Vec::new(); containers.len()];
        let mut explicit = Self { before: none(), waiting: none(), is_empty: true };
        for (index, container) in containers.iter().enumerate() {
            for (at, reference) in container.after.iter().enumerate() {
                let Some(target) = containers.get(reference.index) else { continue };
                if reference.index == index {
                    diagnostics.push(after_itself(workload, index, reference));
                } else if target.role == Role::App {
                    diagnostics.push(after_app(workload, index, reference));
                } else {
                    explicit.waiting[reference.index].push((index, at));
                    // The apps come last in any case.
                    if container.role != Role::App {
                        explicit.is_empty = false;
                        explicit.before[index].push((reference.index, at));
                    }
                }
            }
        }
        explicit
    }

    /// Adds the constraints to the graph.
    pub(super) fn link(&self, graph: &mut Graph) {
        for (container, before) in self.before.iter().enumerate() {
            for (other, reference) in before {
                graph.add(*other, container, Via::After { reference: *reference });
            }
        }
    }

    /// For each container, whether this one runs after it, directly or through others.
    pub(super) fn all_before(&self, container: usize) -> Vec<bool> {
        reach([container], &self.before)
    }

    /// For each container, whether it runs after one of these, directly or through others.
    pub(super) fn all_after(&self, containers: impl IntoIterator<Item = usize>) -> Vec<bool> {
        reach(containers, &self.waiting)
    }
}

/// Marks everything that can be reached by at least one link.
fn reach(from: impl IntoIterator<Item = usize>, links: &[Vec<(usize, usize)>]) -> Vec<bool> {
    let mut reached = vec![false; links.len()];
    let mut open: Vec<usize> = from.into_iter().collect();
    while let Some(node) = open.pop() {
        for (next, _) in &links[node] {
            if !std::mem::replace(&mut reached[*next], true) {
                open.push(*next);
            }
        }
    }
    reached
}

fn after_itself(workload: &Workload, container: usize, reference: &Reference) -> Diagnostic {
    let name = &workload.containers[container].name.text;
    Diagnostic::error(Code::AfterItself, reference.span, format!("`{name}` cannot run after itself"))
        .here("names its own container")
        .help(format!("remove `{name}` from `after`"))
}

fn after_app(workload: &Workload, container: usize, reference: &Reference) -> Diagnostic {
    let (container, app) = (&workload.containers[container], &workload.containers[reference.index]);
    let (name, app_name) = (&container.name.text, &app.name.text);
    let headline = format!("{} `{name}` cannot run after app `{app_name}`", role(container.role));
    let error = Diagnostic::error(Code::AfterApp, reference.span, headline)
        .here("apps start together, after every step is done and every sidecar is up")
        .label(app.name.span, format!("`{app_name}` is an app"));
    match container.role {
        Role::App => error
            .help(format!("make `{app_name}` a `sidecar`, which is up before the apps start"))
            .other_keyword(app.span, "app", "sidecar"),
        _ => error.help(format!(
            "remove `{app_name}` from `after`, or make `{app_name}` a `step` or a `sidecar`, or `{name}` an `app`"
        )),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Step => "step",
        Role::Sidecar => "sidecar",
        Role::App => "app",
    }
}
