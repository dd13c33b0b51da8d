//! # probe-in-one-shot-pod
//! A sidecar with a startup probe stands in a pod that is never restarted.
//!
//! With `restartPolicy: Never` a sidecar is restarted all the same, but if its startup probe fails before it is up, kubelets have left the pod hanging in `Init`, neither failed nor started. With `OnFailure`, which Jobs take as well, the kubelet goes on as it should. The fix writes that; it is for a look, since a Job then tries again in the same pod.
//!
//! ```initflow fails
//! job report {
//!   pod { restartPolicy Never }
//!   sidecar database-proxy {
//!     image "registry.acme.dev/proxy:2"
//!     port 5432
//!     started tcp 5432
//!   }
//!   app report { image "registry.acme.dev/report:4.2" }
//! }
//! ```
//!
//! ```initflow
//! job report {
//!   pod { restartPolicy OnFailure }
//!   sidecar database-proxy {
//!     image "registry.acme.dev/proxy:2"
//!     port 5432
//!     started tcp 5432
//!   }
//!   app report { image "registry.acme.dev/report:4.2" }
//! }
//! ```

use super::entry;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::lint::Pod;
use crate::model::Role;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let Some(policy) = pod.workload.pod.spec.get("restartPolicy") else { return };
    if policy.as_text() != Some("Never") {
        return;
    }
    for (_, sidecar) in pod.containers().filter(|(_, container)| container.role == Role::Sidecar) {
        let Some(probe) = entry(&sidecar.fields, "startupProbe") else { continue };
        let diagnostic = Diagnostic::warning(
            "probe-in-one-shot-pod",
            sidecar.name.span,
            format!("the pod can hang if the startup probe of `{}` fails", sidecar.name.text),
        )
        .here("not started again as it should be")
        .label(probe.key_span, "if this fails before the sidecar is up")
        .label(policy.span, "never restarted")
        .help("use `restartPolicy OnFailure`");
        let written = pod.sources.slice(policy.span) == "Never";
        found.push(if written {
            diagnostic.fix("write `OnFailure`", policy.span, "OnFailure", Applicability::Unsafe)
        } else {
            diagnostic
        });
    }
}
