//! # waits-for-itself
//! A step waits for the Service of its own workload.
//!
//! The Service has no endpoints until a pod of the workload is ready, and the pod is not ready before its steps are done: at the first install each pod waits for all of them, for ever. A cluster that forms itself out of its own pods needs a headless Service with `publishNotReadyAddresses`, and its peers are found by an app, not by a step. There is no fix to apply.
//!
//! ```initflow fails
//! deployment search {
//!   namespace "shop"
//!   wait peers { tcp "search:9200" }
//!   app node { image "opensearchproject/opensearch:3.1.0" }
//! }
//! ```
//!
//! ```initflow
//! deployment search {
//!   namespace "shop"
//!   wait catalog { tcp "catalog:8080" }
//!   app node { image "opensearchproject/opensearch:3.1.0" }
//! }
//! ```

use super::waited;
use crate::diagnostic::Diagnostic;
use crate::lint::Pod;
use crate::model::{Role, WorkloadKind};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if matches!(pod.workload.kind, WorkloadKind::Job | WorkloadKind::CronJob | WorkloadKind::Pod) {
        return;
    }
    let Some(name) = &pod.workload.name else { return };
    let namespace = pod.workload.namespace();
    for (at, step) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        let own = |host: &str| {
            let mut labels = host.split('.');
            let first = labels.next() == Some(name.text.as_str());
            let rest: Vec<&str> = labels.collect();
            first
                && match rest.as_slice() {
                    [] => true,
                    [place] | [place, "svc", ..] => Some(*place) == namespace,
                    _ => false,
                }
        };
        let Some((host, span)) = waited(pod, at).into_iter().find(|(host, _)| own(host)) else { continue };
        found.push(
            Diagnostic::warning(
                "waits-for-itself",
                span,
                format!("the step `{}` waits for `{host}`, which only these pods can serve", step.name.text),
            )
            .here("nobody is ready before this is done")
            .label(name.span, "the workload")
            .help("wait for what the workload needs from others, not for the workload itself"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::tests::{finds, passes};

    fn waiting(host: &str) -> String {
        format!(
            "deployment a {{ namespace \"n\"; wait w {{ tcp \"{host}:80\" }}; app b {{ image \"b:1\"; port 80 }} }}"
        )
    }

    #[test]
    fn the_namespace_counts() {
        finds("waits-for-itself", &waiting("a"));
        finds("waits-for-itself", &waiting("a.n"));
        finds("waits-for-itself", &waiting("a.n.svc.cluster.local"));
        passes("waits-for-itself", &waiting("a.m"));
        passes("waits-for-itself", &waiting("a-0.a"));
        passes("waits-for-itself", &waiting("a-db"));
        let script = "deployment a { step s { image \"b:1\"; script \"until curl -f http://a:80/; do sleep 1; done\" }; app b { image \"b:1\" } }";
        finds("waits-for-itself", script);
    }
}
