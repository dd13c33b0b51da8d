#![doc = include_str!("../../diagnostic/explain/stuck-sidecar.md")]

use super::ports::{declared, probed};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Role;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, sidecar) in pod.containers().filter(|(_, container)| container.role == Role::Sidecar) {
        let Some((port, span)) = probed(sidecar, "startupProbe") else { continue };
        if declared(sidecar).any(|own| own == port) {
            continue;
        }
        let others = pod.ports().servers.get(&port).into_iter().flatten().filter(|other| **other != at);
        let servers: Vec<usize> = others
            .copied()
            .filter(|other| declared(&pod.workload.containers[*other]).any(|declared| declared == port))
            .collect();
        let late =
            servers.iter().all(|other| pod.places[*other].is_none_or(|other| pod.places[at] < Some(other)));
        let server = servers.first().map(|server| &pod.workload.containers[*server]);
        let Some(server) = server.filter(|_| late) else { continue };
        found.push(
            Diagnostic::warning(
                Code::StuckSidecar,
                span,
                format!(
                    "`{}` counts as started only once `{}` serves port {port}, which starts after it",
                    sidecar.name.text, server.name.text
                ),
            )
            .here("never succeeds")
            .label(server.name.span, format!("waits for `{}`", sidecar.name.text))
            .help(format!("probe a port that `{}` itself serves", sidecar.name.text)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::passes;

    #[test]
    fn a_port_may_belong_to_this_or_an_earlier_container() {
        let app = "app b { image \"b:1\"; port 80 }";
        passes(
            Code::StuckSidecar,
            &format!("pod p {{ sidecar s {{ image \"a:1\"; started tcp 81 }}; {app} }}"),
        );
        passes(
            Code::StuckSidecar,
            &format!("pod p {{ sidecar s {{ image \"a:1\"; port 90; started tcp 90 }}; {app} }}"),
        );
        passes(
            Code::StuckSidecar,
            "pod p { sidecar s { image \"a:1\"; port 70 }; sidecar t { image \"a:1\"; started tcp 70 }; app b { image \"b:1\" } }",
        );
    }
}
