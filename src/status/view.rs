//! Shows a pod as its containers, each with what the cluster says of it, and with the events about it.

use super::logs::Logs;
use super::objects::{ClusterObject, ContainerSpec, ContainerState, Ended, Moment};
use crate::plan::Role;
use std::collections::HashMap;

/// A pod with what is known about it.
pub(super) struct PodView<'a> {
    pub(super) pod: &'a ClusterObject,
    /// The events about it, from the oldest to the newest.
    pub(super) events: Vec<&'a ClusterObject>,
    pub(super) logs: &'a Logs,
    pub(super) now: Moment,
}

/// A container of a pod.
#[derive(Clone, Copy)]
pub(super) struct ContainerView<'a> {
    pub(super) role: Role,
    pub(super) spec: &'a ContainerSpec,
    /// What the kubelet says of it, if it has said something.
    pub(super) state: Option<&'a ContainerState>,
}

impl<'a> PodView<'a> {
    /// The containers in the order in which they start; apps come last.
    pub(super) fn containers(&self) -> Vec<ContainerView<'a>> {
        let (spec, status) = (&self.pod.spec, &self.pod.status);
        let role =
            |spec: &ContainerSpec| if spec.restart_policy == "Always" { Role::Sidecar } else { Role::Step };
        let init = in_order(&spec.init_containers, &status.init_container_statuses, role);
        let apps = in_order(&spec.containers, &status.container_statuses, |_| Role::App);
        init.chain(apps).collect()
    }

    /// Whether it is being deleted.
    pub(super) fn is_stopping(&self) -> bool {
        self.pod.metadata.deletion_timestamp.is_some()
    }

    /// Whether no container of it starts any more.
    pub(super) fn is_over(&self) -> bool {
        matches!(&*self.pod.status.phase, "Succeeded" | "Failed")
    }

    /// The condition with a name, if the pod has it.
    pub(super) fn condition(&self, name: &str) -> Option<&'a super::objects::Condition> {
        self.pod.status.conditions.iter().find(|condition| condition.name == name)
    }

    /// The newest event with one of these reasons.
    pub(super) fn latest(&self, reasons: &[&str]) -> Option<&'a ClusterObject> {
        self.events.iter().rev().find(|event| reasons.contains(&&*event.reason)).copied()
    }

    /// The newest event about a container with one of these reasons.
    pub(super) fn latest_of(&self, container: &str, reasons: &[&str]) -> Option<&'a ClusterObject> {
        let mut events = self.events.iter().rev().copied();
        events.find(|event| reasons.contains(&&*event.reason) && is_about(event, container))
    }

    /// Whether the kubelet starts a container again that has ended like this.
    pub(super) fn starts_again(&self, container: &ContainerView<'_>, ended: &Ended) -> bool {
        if self.is_over() || self.is_stopping() {
            return false;
        }
        let own = &container.spec.restart_policy;
        let policy = if own.is_empty() { &self.pod.spec.restart_policy } else { own };
        match (container.role, &**policy) {
            (Role::Step | Role::App, "Never") => false,
            (Role::App, "OnFailure") | (Role::Step, _) => ended.exit_code != 0,
            (Role::Sidecar | Role::App, _) => true,
        }
    }
}

fn in_order<'a>(
    specs: &'a [ContainerSpec],
    states: &'a [ContainerState],
    role: impl Fn(&ContainerSpec) -> Role,
) -> impl Iterator<Item = ContainerView<'a>> {
    let states: HashMap<&str, &ContainerState> = states.iter().map(|state| (&*state.name, state)).collect();
    specs.iter().map(move |spec| ContainerView {
        role: role(spec),
        spec,
        state: states.get(&*spec.name).copied(),
    })
}

/// Whether an event is about a container: its path is such as `spec.initContainers{proxy}`.
fn is_about(event: &ClusterObject, container: &str) -> bool {
    let path = &event.involved_object.field_path;
    path.split_once('{').and_then(|(_, rest)| rest.strip_suffix('}')) == Some(container)
}

impl<'a> ContainerView<'a> {
    pub(super) fn name(&self) -> &'a str {
        &self.spec.name
    }

    /// The container as a sentence names it.
    pub(super) fn title(&self) -> String {
        format!("{} `{}`", self.role.name(), self.spec.name)
    }

    /// Whether it has done what the containers after it wait for.
    pub(super) fn is_passed(&self) -> bool {
        let Some(state) = self.state else { return false };
        match self.role {
            Role::Step => {
                state.ready || state.state.terminated.as_ref().is_some_and(|ended| ended.exit_code == 0)
            }
            Role::Sidecar => state.started,
            Role::App => true,
        }
    }
}
