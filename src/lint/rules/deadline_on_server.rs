#![doc = include_str!("../../diagnostic/explain/deadline-on-server.md")]

use super::ports::declared;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Role, WorkloadKind};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let spec = &pod.workload.pod.spec;
    let always = spec.get("restartPolicy").is_none_or(|policy| policy.as_text() == Some("Always"));
    let Some(deadline) = spec.entry("activeDeadlineSeconds") else { return };
    let server = pod.workload.containers.iter().find(|container| {
        container.role == Role::App
            && (declared(container).next().is_some() || container.fields.get("readinessProbe").is_some())
    });
    let Some(server) = server.filter(|_| always && pod.workload.kind == WorkloadKind::Pod) else { return };
    let after = deadline.node.as_int().map_or_else(String::new, |seconds| format!(" after {seconds} s"));
    found.push(
        Diagnostic::warning(
            Code::DeadlineOnServer,
            deadline.key_span,
            format!("the pod is killed{after}, but `{}` is a server", server.name.text),
        )
        .here("limits the pod's whole life")
        .label(server.name.span, "is meant to run without an end")
        .help("remove it; limit the startup with the `timeout` of a `wait` or a startup probe")
        .fix("remove it", deadline.key_span.to(deadline.node.span), "", Applicability::Unsafe),
    );
}
