#![doc = include_str!("../../diagnostic/explain/sidecar-as-app.md")]

use super::servers::endless;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::injection::{injections, mentions};
use crate::model::{Role, WorkloadKind};
use crate::object::Node;
use crate::restarts::{RestartPolicy, runs_to_completion};

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

/// Finds apps that never end.
fn own(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let spec = &pod.workload.pod.spec;
    let sees_processes = spec.get("shareProcessNamespace").and_then(Node::as_bool) == Some(true);
    let job = &pod.workload.job.as_ref().unwrap_or(&pod.workload.object).spec;
    // The pods may be stopped on purpose.
    let is_stopped = [spec, job].iter().any(|spec| spec.get("activeDeadlineSeconds").is_some())
        || ["successPolicy", "managedBy"].iter().any(|field| job.get(field).is_some());
    let apps = || pod.containers().filter(|(_, container)| container.role == Role::App);
    let is_alone = apps().count() < 2;
    if is_stopped || (sees_processes && apps().any(|(_, app)| mentions(&app.fields, "kill"))) {
        return;
    }
    for (at, app) in apps() {
        let Some((what, span)) = endless(pod, at).filter(|_| app.fields.get("lifecycle").is_none()) else {
            continue;
        };
        let name = &app.name.text;
        found.push(if is_alone {
            Diagnostic::warning(
                Code::SidecarAsApp,
                app.name.span,
                format!("the Job never ends: {what} runs until it is stopped"),
            )
            .here("the Job is complete when this ends")
            .label(span, "runs until it is stopped")
            .help("run it in a Deployment, or set `activeDeadlineSeconds`")
        } else {
            Diagnostic::warning(
                Code::SidecarAsApp,
                app.name.span,
                format!("the Job never ends: `{name}` keeps running after the work is done"),
            )
            .here("all apps of a Job have to end")
            .label(span, "runs until it is stopped")
            .other_keyword(app.span, "app", "sidecar")
            .help("give the sidecar a `started` probe, so that the work begins when it is up")
        });
    }
}

/// Finds containers that are added as further apps.
fn injected(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for injection in injections(pod) {
        let Some(help) = injection.keeps_running(pod) else { continue };
        let whole = if pod.workload.kind == WorkloadKind::Pod { "pod" } else { "Job" };
        let container = injection.injector.container;
        let headline =
            format!("the {whole} never ends: the {container} keeps running after the work is done");
        let warning = |place| Diagnostic::warning(Code::SidecarAsApp, place, headline);
        found.push(match injection.place.filter(|_| injection.is_own) {
            Some(place) => warning(place).here("adds a container that runs until it is stopped").help(help),
            None => {
                let warning =
                    warning(pod.workload.span).here("its pods get a container that runs until it is stopped");
                injection.labeled(warning, format!("adds the {container} to all pods")).help(help)
            }
        });
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
    fn apps_that_never_end_are_found() {
        let work = "app b { image \"b:1\" }";
        let job = |apps: &str| format!("job j {{ pod {{ restartPolicy Never }}; {apps} }}");
        let shown = found(
            CODE,
            [
                job(&format!(
                    "app a {{ image \"envoyproxy/envoy:v1.35.0\"; args [\"-c\", \"/e.yaml\"] }}; {work}"
                )),
                job(&format!("app a {{ image \"a:1\"; run \"tail -F /log\" }}; {work}")),
                job("app a { image \"a:1\"; run \"sleep infinity\" }"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …startPolicy Never }; app «a» { image "envoyproxy/env…
          the Job never ends: `a` keeps running after the work is done
          fix (unsafe): use `sidecar` instead of `app`
          - …{ restartPolicy Never }; app a { image "envoyproxy/e…
          + …{ restartPolicy Never }; sidecar a { image "envoyproxy/e…
        …startPolicy Never }; app «a» { image "a:1"; run "tai…
          the Job never ends: `a` keeps running after the work is done
          fix (unsafe): use `sidecar` instead of `app`
          - …{ restartPolicy Never }; app a { image "a:1"; run "t…
          + …{ restartPolicy Never }; sidecar a { image "a:1"; run "t…
        …startPolicy Never }; app «a» { image "a:1"; run "sle…
          the Job never ends: `sleep infinity` runs until it is stopped
        "#);
        passes(CODE, &job(&format!("app a {{ image \"a:1\"; run \"tail -f /log --pid=1\" }}; {work}")));
        passes(CODE, &job("activeDeadlineSeconds 60; app a { image \"a:1\"; run \"sleep infinity\" }"));
        passes(CODE, &job("app a { image \"busybox:1\"; run \"sleep 60\" }"));
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
