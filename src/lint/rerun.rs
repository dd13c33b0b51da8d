//! Says when a container runs again and finds what its earlier run left.

use super::Pod;
use crate::model::{Container, Role, Storage, Volume};
use crate::restarts::{OwnRestarts, RestartPolicy};

/// Where the traces of a container are.
#[derive(Clone, Copy)]
pub(super) enum Leftover<'a> {
    /// In a volume.
    Volume(&'a Volume),
    /// In the network of the pod, which a restart of the node ends.
    Network,
    /// Outside the pod.
    Elsewhere,
}

impl Pod<'_> {
    /// When a container runs again and finds what it left: a clause to follow its name. None if it never does.
    pub(super) fn runs_again(&self, step: &Container, leftover: Leftover<'_>) -> Option<String> {
        if outlives_pod(leftover) {
            return Some("runs again in every new pod".to_owned());
        }
        if let Some(trigger) = self.restarts_all().next() {
            return Some(format!("runs again each time {trigger}"));
        }
        let policy = RestartPolicy::of_pod(self.workload);
        let never = policy == RestartPolicy::Never;
        let own = OwnRestarts::of(step).map(|own| own.policy);
        if step.role != Role::Step && own.unwrap_or(policy) == RestartPolicy::Always {
            return Some("runs again after every exit".to_owned());
        }
        let retried = own.map_or(!never, |own| own != RestartPolicy::Never);
        let survives_node = !never && !matches!(leftover, Leftover::Network);
        let when = match (retried, survives_node) {
            (true, true) => "runs again if it fails or the node restarts",
            (true, false) => "runs again if it fails",
            (false, true) => "runs again if the node restarts",
            (false, false) => return None,
        };
        Some(when.to_owned())
    }

    /// The events that restart all containers, as in `` `web` ends with exit code 42 ``.
    fn restarts_all(&self) -> impl Iterator<Item = String> {
        self.containers().flat_map(|(_, container)| {
            let rules = OwnRestarts::of(container).map(|own| own.rules).unwrap_or_default();
            let all = rules.into_iter().filter(|rule| rule.all);
            all.map(|rule| format!("`{}` ends with {}", container.name.text, rule.exits()))
        })
    }
}

/// Whether the traces are there in the next pod, too.
pub(super) fn outlives_pod(leftover: Leftover<'_>) -> bool {
    let volume = match leftover {
        Leftover::Volume(volume) => volume,
        Leftover::Network => return false,
        Leftover::Elsewhere => return true,
    };
    let own = ["emptyDir", "ephemeral", "csi"];
    match volume.storage {
        Storage::ClaimTemplate => true,
        Storage::Scratch | Storage::Memory => false,
        Storage::Filled => own.iter().all(|source| volume.fields.get(source).is_none()),
    }
}
