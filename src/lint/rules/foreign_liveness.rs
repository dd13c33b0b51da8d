#![doc = include_str!("../../diagnostic/explain/foreign-liveness.md")]

use super::ports::{declared, probed};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Container;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, container) in pod.containers() {
        let Some((port, span)) = probed(container, "livenessProbe") else { continue };
        let has = |other: &&Container| declared(other).any(|declared| declared == port);
        if has(&container) {
            continue;
        }
        let others = pod.containers().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let Some(server) = others.into_iter().find(has) else { continue };
        let (name, server_name) = (&container.name.text, &server.name.text);
        found.push(
            Diagnostic::warning(
                Code::ForeignLiveness,
                span,
                format!("the liveness probe of `{name}` checks port {port}, which `{server_name}` serves"),
            )
            .here(format!("restarts `{name}` when `{server_name}` fails"))
            .label(server.name.span, format!("declares port {port}"))
            .help(format!("probe a port that `{name}` itself serves, or move the probe to `{server_name}`")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::ForeignLiveness;

    #[test]
    fn a_port_belongs_to_a_container() {
        let pod = |ports: &str| {
            format!(
                "pod p {{ app a {{ image \"a:1\"; port 80 }}; app b {{ image \"b:1\"; {ports} alive tcp 80 }} }}"
            )
        };
        insta::assert_snapshot!(found(CODE, [pod("")]), @"");
        passes(CODE, "pod p { app a { image \"a:1\"; port 81 }; app b { image \"b:1\"; alive tcp 80 } }");
        passes(CODE, "pod p { app a { image \"a:1\"; port 80; alive tcp 80 } }");
    }
}
