//! Says what a sidecar holds the next container back for.

use crate::model::Container;
use crate::object::Node;
use crate::source::Span;

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
        Self::of_fields(&sidecar.fields)
    }

    /// The gate of a sidecar with these fields.
    pub(crate) fn of_fields(sidecar: &Node) -> Self {
        let hook = || sidecar.at("lifecycle.postStart");
        if sidecar.get("startupProbe").is_some() {
            Self::StartupProbe
        } else if hook().is_some_and(|hook| ["exec", "httpGet"].iter().any(|kind| hook.get(kind).is_some())) {
            Self::PostStart
        } else {
            Self::Process
        }
    }

    /// The place of what makes the gate, if it is more than the process.
    pub(crate) fn place(sidecar: &Container) -> Option<Span> {
        let field = |of: &Node, key| of.entry(key).map(|entry| entry.key_span);
        match Self::of(sidecar) {
            Self::StartupProbe => field(&sidecar.fields, "startupProbe"),
            Self::PostStart => field(sidecar.fields.get("lifecycle")?, "postStart"),
            Self::Process => None,
        }
    }
}
