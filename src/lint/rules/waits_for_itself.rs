#![doc = include_str!("../../diagnostic/explain/waits-for-itself.md")]

use super::waited;
use crate::diagnostic::{Code, Diagnostic};
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
        let Some((host, span)) = waited(pod, at, &name.text).into_iter().find(|(host, _)| own(host)) else {
            continue;
        };
        found.push(
            Diagnostic::warning(
                Code::WaitsForItself,
                span,
                format!("the step `{}` waits for `{host}`, which only these pods serve", step.name.text),
            )
            .here("no pod is ready before this ends")
            .label(name.span, "the workload itself")
            .help("wait for other services, not for the workload itself"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn waiting(host: &str) -> String {
        format!(
            "deployment a {{ namespace \"n\"; wait w {{ tcp \"{host}:80\" }}; app b {{ image \"b:1\"; port 80 }} }}"
        )
    }

    #[test]
    fn the_namespace_matters() {
        let shown =
            found(Code::WaitsForItself, [waiting("a"), waiting("a.n"), waiting("a.n.svc.cluster.local")]);
        insta::assert_snapshot!(shown, @r#"
        …yment a { namespace "n"; «wait w» { tcp "a:80" }; app b {…
          the step `w` waits for `a`, which only these pods serve
        …yment a { namespace "n"; «wait w» { tcp "a.n:80" }; app b…
          the step `w` waits for `a.n`, which only these pods serve
        …yment a { namespace "n"; «wait w» { tcp "a.n.svc.cluster.…
          the step `w` waits for `a.n.svc.cluster.local`, which only these pods serve
        "#);
        passes(Code::WaitsForItself, &waiting("a.m"));
        passes(Code::WaitsForItself, &waiting("a-0.a"));
        passes(Code::WaitsForItself, &waiting("a-db"));
        let script = "deployment a { step s { image \"b:1\"; script \"until curl -f http://a:80/; do sleep 1; done\" }; app b { image \"b:1\" } }";
        let shown = found(Code::WaitsForItself, [script]);
        insta::assert_snapshot!(shown, @r#"
        …age "b:1"; script "until «curl -f http://a:80/;» do sleep 1; done" }; ap…
          the step `s` waits for `a`, which only these pods serve
        "#);
    }
}
