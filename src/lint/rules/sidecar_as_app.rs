#![doc = include_str!("../../diagnostic/explain/sidecar-as-app.md")]

use super::image;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::injection::injections;
use crate::model::{Role, WorkloadKind};
use crate::restarts::{RestartPolicy, runs_to_completion};

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
    let is_job = runs_to_completion(pod.workload.kind);
    if is_job {
        own(pod, found);
    }
    let ends = is_job || RestartPolicy::of_pod(pod.workload) != RestartPolicy::Always;
    if ends && pod.has(Role::App) {
        injected(pod, found);
    }
}

/// Finds apps that serve the other apps.
fn own(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
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
            .help(format!("make it a sidecar: `sidecar {}`, with a `started` probe", app.name.text)),
        );
    }
}

/// Finds containers that are added as further apps.
fn injected(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for injection in injections(pod) {
        let Some(help) = injection.keeps_running(pod) else { continue };
        let whole = if pod.workload.kind == WorkloadKind::Pod { "pod" } else { "Job" };
        let container = injection.injector.container;
        found.push(
            Diagnostic::warning(
                Code::SidecarAsApp,
                injection.entry.key_span,
                format!("the {whole} never ends: the {container} keeps running after the work is done"),
            )
            .here("adds a container that runs until it is stopped")
            .help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::SidecarAsApp;

    fn job(annotations: &str, app: &str) -> String {
        format!(
            "job j {{ pod {{ restartPolicy Never; annotations {{ {annotations} }} }}; app a {{ image \"a:1\"; {app} }} }}"
        )
    }

    #[test]
    fn injected_containers_are_apps() {
        let shown = found(
            CODE,
            [
                job("\"vault.hashicorp.com/agent-inject\" \"true\"", ""),
                job("\"linkerd.io/inject\" \"enabled\"", "run \"report\""),
                job("\"dapr.io/enabled\" \"true\"", ""),
                "pod p { restartPolicy Never; labels { \"sidecar.istio.io/inject\" \"true\" }; app a { image \"a:1\" } }"
                    .to_owned(),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …icy Never; annotations { «"vault.hashicorp.com/agent-inject"» "true" } }; app a { ima…
          the Job never ends: the Vault agent keeps running after the work is done
        …icy Never; annotations { «"linkerd.io/inject"» "enabled" } }; app a { …
          the Job never ends: the Linkerd proxy keeps running after the work is done
        …icy Never; annotations { «"dapr.io/enabled"» "true" } }; app a { ima…
          the Job never ends: the Dapr sidecar keeps running after the work is done
        …rtPolicy Never; labels { «"sidecar.istio.io/inject"» "true" }; app a { image…
          the pod never ends: the Istio proxy keeps running after the work is done
        "#);
    }

    #[test]
    fn injected_containers_may_end() {
        let vault = "\"vault.hashicorp.com/agent-inject\" \"true\"";
        for (annotations, app) in [
            (&*format!("{vault}; \"vault.hashicorp.com/agent-pre-populate-only\" \"true\""), ""),
            ("\"vault.hashicorp.com/agent-inject\" \"false\"", ""),
            ("\"kuma.io/sidecar-injection\" \"enabled\"", ""),
            ("\"linkerd.io/inject\" \"enabled\"", "run \"linkerd-await --shutdown -- report\""),
            ("\"sidecar.istio.io/inject\" \"true\"; \"sidecar.istio.io/nativeSidecar\" \"true\"", ""),
            (
                "\"sidecar.istio.io/inject\" \"true\"",
                "script \"report; curl -X POST http://localhost:15020/quitquitquit\"",
            ),
        ] {
            passes(CODE, &job(annotations, app));
        }
        passes(
            CODE,
            &format!("deployment d {{ pod {{ annotations {{ {vault} }} }}; app a {{ image \"a:1\" }} }}"),
        );
    }
}
