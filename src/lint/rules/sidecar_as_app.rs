#![doc = include_str!("../../diagnostic/explain/sidecar-as-app.md")]

use super::image;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Role, WorkloadKind};

/// Images that serve other containers, by the end of their names.
const HELPERS: [&str; 16] = [
    "cloud-sql-proxy",
    "gce-proxy",
    "alloydb-auth-proxy",
    "proxyv2",
    "envoy",
    "linkerd2-proxy",
    "fluent-bit",
    "fluentd",
    "filebeat",
    "promtail",
    "vault-agent",
    "oauth2-proxy",
    "pgbouncer",
    "opentelemetry-collector",
    "opentelemetry-collector-contrib",
    "datadog-agent",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !matches!(pod.workload.kind, WorkloadKind::Job | WorkloadKind::CronJob) {
        return;
    }
    let apps = || pod.workload.containers.iter().filter(|container| container.role == Role::App);
    if apps().count() < 2 {
        return;
    }
    for app in apps() {
        let Some((name, _, span)) = image(app) else { continue };
        // With its own command it may end.
        let ends = ["command", "lifecycle"].into_iter().any(|field| app.fields.get(field).is_some());
        if ends || !HELPERS.contains(&name.rsplit('/').next().unwrap_or(name)) {
            continue;
        }
        found.push(
            Diagnostic::warning(
                Code::SidecarAsApp,
                app.name.span,
                format!("the Job never ends: `{}` keeps running after the work is done", app.name.text),
            )
            .here("all apps of a Job have to end")
            .label(span, "runs until it is stopped")
            .help(format!("make it a sidecar: `sidecar {}`, with a `started` probe", app.name.text))
            .other_keyword(app.span, "app", "sidecar"),
        );
    }
}
