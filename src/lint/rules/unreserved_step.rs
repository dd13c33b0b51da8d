//! # unreserved-step
//! A step requests nothing, in a pod whose apps do.
//!
//! A namespace with a quota refuses the pod for this one container; in others the step runs with what is left over, and is the first to be killed when memory is short. A pod with one container that has no requests and limits is never `Guaranteed`. Requests of a step cost nothing as long as they stay below what the apps and sidecars reserve together. There is no fix to apply: what the step needs, its author knows.
//!
//! ```initflow fails
//! deployment shop {
//!   step warm {
//!     image "registry.acme.dev/shop:4.2"
//!     run "bin/warm-cache"
//!   }
//!   app web {
//!     image "registry.acme.dev/shop:4.2"
//!     cpu 500m
//!     memory 512Mi..512Mi
//!   }
//! }
//! ```
//!
//! ```initflow
//! deployment shop {
//!   step warm {
//!     image "registry.acme.dev/shop:4.2"
//!     run "bin/warm-cache"
//!     cpu 500m
//!     memory 256Mi..256Mi
//!   }
//!   app web {
//!     image "registry.acme.dev/shop:4.2"
//!     cpu 500m
//!     memory 512Mi..512Mi
//!   }
//! }
//! ```

use crate::diagnostic::Diagnostic;
use crate::lint::{Pod, written};
use crate::model::{Container, Role};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let asks = |container: &Container| {
        ["resources.requests", "resources.limits"]
            .into_iter()
            .any(|path| container.fields.at(path).is_some_and(|amounts| !amounts.entries().is_empty()))
    };
    // What the whole pod reserves is there for the step, too.
    let by_pod =
        pod.workload.pod.spec.get("resources").is_some_and(|resources| !resources.entries().is_empty());
    let apps = pod.workload.containers.iter().filter(|container| container.role == Role::App);
    if by_pod || !apps.into_iter().all(asks) {
        return;
    }
    for step in
        pod.workload.containers.iter().filter(|container| container.role == Role::Step && written(container))
    {
        let unknown = step.fields.get("resources").is_some_and(|resources| resources.as_map().is_none());
        if asks(step) || step.unclear || unknown {
            continue;
        }
        found.push(
            Diagnostic::warning(
                "unreserved-step",
                step.name.span,
                format!("the step `{}` requests nothing, though the apps do", step.name.text),
            )
            .here("refused by a quota, and keeps the pod from being Guaranteed")
            .help("add `cpu` and `memory`: up to what the apps and sidecars reserve, that costs nothing"),
        );
    }
}
