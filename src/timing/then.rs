//! Describes what Kubernetes does when a time is over.

use super::deadline::DeadlineKind;
use super::duration::duration;
use super::start::{EntryTime, TimedBy};
use crate::model::{Role, Workload, WorkloadKind};
use crate::restarts::{OwnRestarts, RestartPolicy, runs_to_completion};

/// How long the kubelet waits before it starts a container again, by default.
const BACK_OFF: &str = "after 10s, doubling up to 5m";

/// What follows when a container is given up.
pub(crate) fn after_limit(workload: &Workload, entry: &EntryTime) -> Option<String> {
    let container = &workload.containers[entry.container];
    let after = duration(entry.gives_up?);
    let policy = OwnRestarts::of(container).map_or_else(|| RestartPolicy::of_pod(workload), |own| own.policy);
    let what = if container.role == Role::Step || container.built_in.is_some() {
        format!("gives up after {after}")
    } else {
        format!("the startup probe gives up after {after}, up to a period later, and the kubelet kills it")
    };
    let then = match (container.role, policy) {
        (Role::Sidecar, _) | (_, RestartPolicy::Always | RestartPolicy::OnFailure) => {
            format!("it runs again {BACK_OFF}")
        }
        (Role::App, RestartPolicy::Never) => "it stays down".to_owned(),
        (Role::Step, RestartPolicy::Never) => match workload.kind {
            WorkloadKind::Pod => "the pod fails for good".to_owned(),
            kind if runs_to_completion(kind) => {
                "the pod fails, and the Job starts another one until its `backoffLimit`".to_owned()
            }
            _ => "the pod fails, and a new one replaces it".to_owned(),
        },
    };
    Some(format!("{what}; {then}"))
}

/// What follows when a deadline is over.
pub(crate) fn after_deadline(workload: &Workload, kind: DeadlineKind) -> &'static str {
    match kind {
        DeadlineKind::Progress => {
            "the rollout counts as failed (`ProgressDeadlineExceeded`), and its pods go on starting"
        }
        DeadlineKind::Job => "the Job fails (`DeadlineExceeded`), and its pods are deleted",
        DeadlineKind::Pod if runs_to_completion(workload.kind) => {
            "the kubelet ends the pod (`DeadlineExceeded`), and the Job counts a failure"
        }
        DeadlineKind::Pod => "the kubelet ends the pod (`DeadlineExceeded`), and nothing starts it again",
    }
}

impl TimedBy {
    /// What the time comes from, in a few words.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Process => "its process runs",
            Self::Stated => "as stated",
            Self::Limit => "its own time limit",
            Self::StartupProbe => "its startup probe",
            Self::ReadinessProbe => "its readiness probe never gives up",
            Self::PostStart => "its `postStart` hook",
            Self::Endless => "it waits without a limit",
            Self::Unknown => "not stated",
        }
    }
}
