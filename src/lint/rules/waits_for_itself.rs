#![doc = include_str!("../../diagnostic/explain/waits-for-itself.md")]

use super::waited;
use crate::context::ObjectKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::awaited::{self, Awaited, awaited};
use crate::model::{Role, WorkloadKind};
use crate::object::Node;
use crate::source::Span;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if matches!(pod.workload.kind, WorkloadKind::Job | WorkloadKind::CronJob | WorkloadKind::Pod) {
        return;
    }
    let Some(name) = &pod.workload.name else { return };
    let namespace = pod.workload.namespace();
    for (at, step) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        let hosts = waited(pod, at, &name.text);
        // What a known Service selects is compared with all workloads.
        let is_known = || !pod.candidates(ObjectKind::Service, &name.text).is_empty();
        let is_own = |host: &str| {
            let (first, rest) = host.split_once('.').unwrap_or((host, ""));
            first == name.text && is_here(rest, namespace) && !is_known()
        };
        let is_peer = |host: &str| {
            pod.workload.kind == WorkloadKind::StatefulSet && is_pod(host.split('.').next(), &name.text)
        };
        let warning = |span, headline| {
            Diagnostic::warning(Code::WaitsForItself, span, headline)
                .here("no pod is ready before this ends")
                .label(name.span, "the workload itself")
        };
        if let Some((host, span)) = hosts.iter().find(|(host, _)| is_own(host)) {
            let headline =
                format!("the step `{}` waits for `{host}`, which only these pods serve", step.name.text);
            found.push(warning(*span, headline).help("wait for other services, not for the workload itself"));
        } else if let Some((host, span)) = hosts.iter().find(|(host, _)| is_peer(host)) {
            let headline = format!(
                "the step `{}` waits for `{host}`, which is a pod of its own workload",
                step.name.text
            );
            found.push(
                warning(*span, headline)
                    .help("let the app find its peers after it has started: that pod runs this step, too"),
            );
        } else if let Some((object, span)) = own_object(pod, at, &name.text) {
            let what = if object.by_label {
                format!("the pods with `{}`, which include its own", object.name)
            } else {
                format!("the {} `{}`, its own workload", object.kind, name.text)
            };
            let headline = format!("the step `{}` waits for {what}", step.name.text);
            found.push(warning(span, headline).help("wait for other workloads, not for this one"));
        }
    }
}

/// Whether the rest of a host's name means the namespace of the workload.
fn is_here(rest: &str, namespace: Option<&str>) -> bool {
    match rest.split('.').collect::<Vec<&str>>().as_slice() {
        [""] => true,
        [place] | [place, "svc", ..] => Some(*place) == namespace,
        _ => false,
    }
}

/// Whether a name is that of a pod of a StatefulSet: `NAME-0`.
fn is_pod(host: Option<&str>, name: &str) -> bool {
    let number = host.and_then(|host| host.strip_prefix(name)?.strip_prefix('-'));
    number.is_some_and(|number| !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()))
}

/// The pod itself or its workload, if a step waits for it by the API, and the place of that.
fn own_object(pod: &Pod<'_>, at: usize, name: &str) -> Option<(Awaited, Span)> {
    let step = &pod.workload.containers[at];
    let kind = pod.workload.kind.name();
    if let Some(own) = step.awaited.iter().find(|object| object.kind == kind && object.name == name) {
        let object =
            Awaited { kind, name: own.name.clone(), by_label: false, namespace: None, until_ready: true };
        return Some((object, step.span));
    }
    let script = pod.script(at, &awaited::WORDS)?;
    let labels = pod.metadata().get("labels").map_or(&[][..], Node::entries);
    let has = |term: &str| {
        let pair =
            term.split_once("==").or_else(|| term.split_once('=')).filter(|(key, _)| !key.ends_with('!'));
        pair.is_some_and(|(key, value)| {
            labels.iter().any(|own| own.key == key && own.node.as_text() == Some(value))
        })
    };
    let own = |object: &Awaited| {
        let here = object.namespace.as_deref().is_none_or(|other| Some(other) == pod.workload.namespace());
        let is_own = if object.by_label {
            object.name.split(',').all(has)
        } else {
            object.kind == pod.workload.kind.name() && object.name == name
        };
        is_own && here
    };
    let mut certain = script.commands.iter().filter(|command| !command.tested);
    certain.find_map(|command| {
        let object = awaited(script, command).into_iter().find(own)?;
        Some((object, pod.place(script, command)))
    })
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
        let object = |statement: &str| waiting("b").replace("tcp \"b:80\"", statement);
        let shown = found(Code::WaitsForItself, [object("deployment \"a\""), object("service \"a\"")]);
        insta::assert_snapshot!(shown, @r#"
        …yment a { namespace "n"; «wait w» { deployment "a" }; app…
          the step `w` waits for the Deployment `a`, its own workload
        …yment a { namespace "n"; «wait w» { service "a" }; app b …
          the step `w` waits for `a`, which only these pods serve
        "#);
        passes(Code::WaitsForItself, &object("statefulset \"a\""));
        passes(Code::WaitsForItself, &object("job \"a\""));
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

    #[test]
    fn pods_of_a_statefulset_are_its_own() {
        let set = |script: &str| {
            format!(
                "statefulset etcd {{ namespace \"n\"; serviceName \"etcd\"; replicas 3; serviceAccountName \"s\"; step s {{ image \"b:1\"; script '{script}' }}; app b {{ image \"b:1\" }} }}"
            )
        };
        let shown = found(
            Code::WaitsForItself,
            [
                set("until nc -z etcd-1.etcd 2380; do sleep 1; done"),
                set("wait-for-it.sh etcd-2.etcd.n.svc.cluster.local:2380"),
                set("until (echo > /dev/tcp/etcd-0.etcd/2380); do sleep 1; done"),
                set("kubectl rollout status statefulset/etcd"),
                set("kubectl wait pod --for=condition=Ready -l app.kubernetes.io/name=etcd"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …age "b:1"; script 'until «nc -z etcd-1.etcd 2380;» do sleep 1; done' }; ap…
          the step `s` waits for `etcd-1.etcd`, which is a pod of its own workload
        …s { image "b:1"; script '«wait-for-it.sh etcd-2.etcd.n.svc.cluster.local:2380»' }; app b { image "b:1"…
          the step `s` waits for `etcd-2.etcd.n.svc.cluster.local`, which is a pod of its own workload
        …s { image "b:1"; script '«until (echo > /dev/tcp/etcd-0.etcd/2380); do sleep 1; done»' }; app b { image "b:1"…
          the step `s` waits for `etcd-0.etcd`, which is a pod of its own workload
        …s { image "b:1"; script '«kubectl rollout status statefulset/etcd»' }; app b { image "b:1"…
          the step `s` waits for the StatefulSet `etcd`, its own workload
        …s { image "b:1"; script '«kubectl wait pod --for=condition=Ready -l app.kubernetes.io/name=etcd»' }; app b { image "b:1"…
          the step `s` waits for the pods with `app.kubernetes.io/name=etcd`, which include its own
        "#);
        for script in [
            "[ \"$HOSTNAME\" = etcd-0 ] && exit 0; until nc -z etcd-0.etcd 2380; do sleep 1; done",
            "until nc -z etcd-backup.etcd 2380; do sleep 1; done",
            "kubectl rollout status statefulset/other",
        ] {
            passes(Code::WaitsForItself, &set(script));
        }
    }
}
