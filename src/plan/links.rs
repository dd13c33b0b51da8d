//! Lists what has to happen before each container starts, for tools that read a plan.

use crate::model::{Role, Workload};
use crate::order::{Because, Gate, Order, links};
use crate::source::Span;
use smol_str::SmolStr;

/// Something that has to happen before a container starts.
#[derive(Clone, Debug)]
pub struct StartLink {
    /// What it is.
    pub kind: LinkKind,
    /// The container in which it happens.
    pub container: SmolStr,
    /// In a few words: `` reads `config`, which `settings` writes ``.
    pub because: String,
    /// The place in the source that says so.
    pub span: Span,
}

/// What a link is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// The container has an `after`.
    After,
    /// Files of this volume flow to the container.
    Files(SmolStr),
    /// The nearest earlier sidecar that holds everything after it back, and by what.
    Gate(Gate),
}

/// The links of each container, in the order in which they start, the apps last.
pub(super) fn of(workload: &Workload, order: &Order) -> Vec<Vec<StartLink>> {
    let mut places = vec![usize::MAX; workload.containers.len()];
    for (place, container) in order.init_containers().enumerate() {
        places[container] = place;
    }
    let mut all = links(workload, |container| places[container]);
    let mut gate: Option<StartLink> = None;
    let starts = order.init_containers().chain(order.apps.iter().copied());
    let each = starts.map(|container| {
        let explicit = std::mem::take(&mut all[container]);
        let own = explicit.iter().filter_map(|because| link(workload, because)).chain(gate.clone()).collect();
        gate = gate_of(workload, container).or_else(|| gate.take());
        own
    });
    each.collect()
}

fn link(workload: &Workload, because: &Because) -> Option<StartLink> {
    let (kind, other, span) = match *because {
        Because::AsWritten => return None,
        Because::After { container, span } => (LinkKind::After, container, span),
        Because::Files { volume, other, span, .. } => {
            (LinkKind::Files(workload.volumes[volume].name.text.clone()), other, span)
        }
    };
    let container = workload.containers[other].name.text.clone();
    Some(StartLink { kind, container, because: because.text(workload), span })
}

/// What holds back everything after a container.
fn gate_of(workload: &Workload, container: usize) -> Option<StartLink> {
    let container = &workload.containers[container];
    let span = Gate::place(container).filter(|_| container.role == Role::Sidecar)?;
    let gate = Gate::of(container);
    let name = container.name.text.clone();
    let because = match gate {
        Gate::StartupProbe => format!("the startup probe of `{name}` has to pass"),
        Gate::PostStart => format!("the `postStart` hook of `{name}` has to return"),
        Gate::Process => return None,
    };
    Some(StartLink { kind: LinkKind::Gate(gate), container: name, because, span })
}
