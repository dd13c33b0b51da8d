//! # unprobed-server
//! A step talks to a sidecar that does not say when it serves.
//!
//! A sidecar without a startup probe holds back what comes after it only until its process runs, not until it listens; and readiness, which the step cannot see, holds back nobody. The step then wins or loses a race. A `started` probe makes the kubelet wait. There is no fix to apply: what shows that the sidecar is up, its author knows; often it is the port.
//!
//! ```initflow fails
//! deployment shop {
//!   sidecar database-proxy {
//!     image "registry.acme.dev/proxy:2"
//!     port 5432
//!   }
//!   step migrate {
//!     image "registry.acme.dev/shop:4.2"
//!     run "bin/migrate --database 127.0.0.1:5432"
//!   }
//!   app web { image "registry.acme.dev/shop:4.2" }
//! }
//! ```
//!
//! ```initflow
//! deployment shop {
//!   sidecar database-proxy {
//!     image "registry.acme.dev/proxy:2"
//!     port 5432
//!     started tcp 5432
//!   }
//!   step migrate {
//!     image "registry.acme.dev/shop:4.2"
//!     run "bin/migrate --database 127.0.0.1:5432"
//!   }
//!   app web { image "registry.acme.dev/shop:4.2" }
//! }
//! ```

use super::ports::{asked, served};
use crate::diagnostic::Diagnostic;
use crate::lint::Pod;
use crate::model::Role;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, place) in pod.order.places.iter().enumerate() {
        let sidecar = &pod.workload.containers[place.container];
        if sidecar.role != Role::Sidecar || sidecar.fields.get("startupProbe").is_some() {
            continue;
        }
        // Who waits for it in so many words has been told.
        let told = |diagnostic: &Diagnostic| {
            diagnostic.name == "sidecar-without-startup-probe" && diagnostic.primary.span == sidecar.name.span
        };
        if found.iter().any(told) {
            continue;
        }
        let asking = pod.order.places[at + 1..].iter().find_map(|later| {
            let step = &pod.workload.containers[later.container];
            let asked = asked(pod, later.container).into_iter();
            let mut hits = asked.filter(|(port, _)| served(sidecar).any(|served| served == *port));
            // A step that tries again waits by itself.
            let waits = step.role != Role::Step
                || step.keyword == "wait"
                || pod.scripts[later.container].as_ref().is_some_and(|script| !script.loops.is_empty());
            hits.next().filter(|_| !waits).map(|(port, span)| (step, port, span))
        });
        let Some((step, port, span)) = asking else { continue };
        found.push(
            Diagnostic::warning(
                "unprobed-server",
                sidecar.name.span,
                format!(
                    "the step `{}` talks to port {port} as soon as `{}` runs, whether it listens or not",
                    step.name.text, sidecar.name.text
                ),
            )
            .here("has no startup probe")
            .label(span, "asks here")
            .help(format!("add to `{}` what shows that it is up: `started tcp {port}`", sidecar.name.text)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::tests::{finds, passes};

    fn pod(sidecar: &str, step: &str) -> String {
        format!(
            "pod p {{ sidecar d {{ image \"c:1\"; port 5432{sidecar} }}; step s {{ image \"a:1\"; {step} }}; app b {{ image \"b:1\" }} }}"
        )
    }

    #[test]
    fn a_race_is_one_only_without_a_probe_and_a_wait() {
        finds("unprobed-server", &pod("", "run \"psql -h localhost\""));
        passes("unprobed-server", &pod("; started tcp 5432", "run \"psql -h localhost\""));
        passes("unprobed-server", &pod("", "run \"psql -h db\""));
        passes(
            "unprobed-server",
            &pod("", "script \"for i in 1 2; do :; done; until nc -z localhost 5432; do sleep 1; done\""),
        );
        // Said by the order already.
        passes("unprobed-server", &pod("", "run \"psql -h localhost\"; after d"));
    }
}
