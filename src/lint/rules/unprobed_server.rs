#![doc = include_str!("../../diagnostic/explain/unprobed-server.md")]

use super::ports::served;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::shell::LazyScript;
use crate::lint::{Pod, first_in_block};
use crate::model::{Container, Role};
use crate::order::Gate;
use crate::source::Span;
use crate::steps::BuiltIn;
use std::collections::HashMap;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let is_unprobed =
        |container: &Container| container.role == Role::Sidecar && Gate::of(container) == Gate::Process;
    if !pod.workload.containers.iter().any(is_unprobed) {
        return;
    }
    let ports = pod.ports();
    // The steps that use a port without retries, in the order of starts.
    let mut askers: HashMap<i64, Vec<(usize, Span)>> = HashMap::new();
    for (at, place) in pod.order.places.iter().enumerate() {
        let step = &pod.workload.containers[place.container];
        if step.role != Role::Step || matches!(step.built_in, Some(BuiltIn::Wait(_))) {
            continue;
        }
        let asked = ports.asked(pod, place.container);
        let loops = || {
            let script = pod.scripts[place.container].as_ref().and_then(LazyScript::get);
            script.is_some_and(|script| script.waits().next().is_some())
        };
        if asked.is_empty() || loops() {
            continue;
        }
        for (port, span) in asked {
            askers.entry(*port).or_default().push((at, *span));
        }
    }
    for (at, place) in pod.order.places.iter().enumerate() {
        let sidecar = &pod.workload.containers[place.container];
        if !is_unprobed(sidecar) {
            continue;
        }
        let asking = served(sidecar).find_map(|port| {
            let askers = askers.get(&port)?;
            let (step, span) = askers.get(askers.partition_point(|(asker, _)| *asker <= at))?;
            Some((&pod.workload.containers[pod.order.places[*step].container], port, *span))
        });
        let Some((step, port, span)) = asking else { continue };
        let (user, name) = (&step.name.text, &sidecar.name.text);
        let headline = format!("the step `{user}` uses port {port} of `{name}`, which may not listen yet");
        let title = format!("add a startup probe to `{name}`: `started tcp {port}`");
        let warning = Diagnostic::warning(Code::UnprobedServer, sidecar.name.span, headline)
            .here("has no startup probe")
            .label(span, "used here")
            .help(title.clone());
        found.push(match first_in_block(pod.sources, sidecar, &format!("started tcp {port}")) {
            Some((place, text)) => warning.fix(title, place, text, Applicability::Unsafe),
            None => warning,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn pod(sidecar: &str, step: &str) -> String {
        format!(
            "pod p {{ sidecar d {{ image \"c:1\"; port 5432{sidecar} }}; step s {{ image \"a:1\"; {step} }}; app b {{ image \"b:1\" }} }}"
        )
    }

    #[test]
    fn a_race_needs_neither_a_probe_nor_a_wait() {
        let shown = found(Code::UnprobedServer, [pod("", "run \"psql -h localhost\"")]);
        insta::assert_snapshot!(shown, @r#"
        pod p { sidecar «d» { image "c:1"; port 543…
          the step `s` uses port 5432 of `d`, which may not listen yet
          fix (unsafe): add a startup probe to `d`: `started tcp 5432`
          - pod p { sidecar d { image "c:1"; port 5432 }…
          + pod p { sidecar d { started tcp 5432; image "c:1"; port 5432 }…
        "#);
        passes(Code::UnprobedServer, &pod("; started tcp 5432", "run \"psql -h localhost\""));
        let hook = "; lifecycle { postStart { exec { command [\"wait-for-db\"] } } }";
        passes(Code::UnprobedServer, &pod(hook, "run \"psql -h localhost\""));
        passes(Code::UnprobedServer, &pod("", "run \"psql -h db\""));
        passes(
            Code::UnprobedServer,
            &pod("", "script \"for i in 1 2; do :; done; until nc -z localhost 5432; do sleep 1; done\""),
        );
        // `sidecar-without-startup-probe` reports it.
        passes(Code::UnprobedServer, &pod("", "run \"psql -h localhost\"; after d"));
    }
}
