//! # deadline-on-server
//! A pod that serves is ended by a deadline, which counts from its start.
//!
//! `activeDeadlineSeconds` is for pods that end by themselves: it does not stop when the start-up is done, so a pod that serves is killed in the midst of its work, and marked as failed. A deadline for the start-up is that of the steps (`timeout`) and of startup probes. There is no fix to apply.
//!
//! ```initflow fails
//! pod shop {
//!   activeDeadlineSeconds 600
//!   wait search { tcp "search:9200" }
//!   app web {
//!     image "nginx:1.29"
//!     port 8080
//!   }
//! }
//! ```
//!
//! ```initflow
//! pod shop {
//!   wait search {
//!     tcp "search:9200"
//!     timeout 10m
//!   }
//!   app web {
//!     image "nginx:1.29"
//!     port 8080
//!   }
//! }
//! ```

use super::entry;
use super::ports::declared;
use crate::diagnostic::Diagnostic;
use crate::lint::Pod;
use crate::model::{Role, WorkloadKind};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let spec = &pod.workload.pod.spec;
    let always = spec.get("restartPolicy").is_none_or(|policy| policy.as_text() == Some("Always"));
    let Some(deadline) = entry(spec, "activeDeadlineSeconds") else { return };
    let server = pod.workload.containers.iter().find(|container| {
        container.role == Role::App
            && (declared(container).next().is_some() || container.fields.get("readinessProbe").is_some())
    });
    let Some(server) = server.filter(|_| always && pod.workload.kind == WorkloadKind::Pod) else { return };
    let after = deadline.node.as_int().map_or_else(String::new, |seconds| format!(" after {seconds} s"));
    found.push(
        Diagnostic::warning(
            "deadline-on-server",
            deadline.key_span,
            format!("the pod is killed{after}, though `{}` serves", server.name.text),
        )
        .here("counts from the pod's start to its end")
        .label(server.name.span, "serves as long as it runs")
        .help("take it out; a deadline for the start-up is the `timeout` of a `wait`, or a startup probe"),
    );
}
