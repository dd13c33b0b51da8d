//! Says what a sidecar holds the next container back for.

use crate::model::Container;

/// What must have happened before Kubernetes starts what comes after a sidecar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Its startup probe has passed.
    StartupProbe,
    /// Its `postStart` hook has returned; until then, the kubelet does nothing else for the pod.
    PostStart,
    /// Its process runs.
    Process,
}

impl Gate {
    /// The gate of a sidecar. A hook that only sleeps shows nothing, so it does not count.
    pub(crate) fn of(sidecar: &Container) -> Self {
        let hook = || sidecar.fields.at("lifecycle.postStart");
        if sidecar.fields.get("startupProbe").is_some() {
            Self::StartupProbe
        } else if hook().is_some_and(|hook| ["exec", "httpGet"].iter().any(|kind| hook.get(kind).is_some())) {
            Self::PostStart
        } else {
            Self::Process
        }
    }
}
