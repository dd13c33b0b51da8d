#![doc = include_str!("../../diagnostic/explain/foreign-liveness.md")]

use super::ports::{declared, probed};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Container;
use crate::object::Node;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, container) in pod.containers() {
        let Some((port, span)) = probed(container, "livenessProbe") else { continue };
        let has = |other: &&Container| declared(other).any(|declared| declared == port);
        if has(&container) {
            continue;
        }
        let others = pod.containers().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let Some(server) = others.into_iter().find(has).filter(|server| is_about(container, server)) else {
            continue;
        };
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

/// Whether the liveness probe of a container is about another one: a server may answer for its neighbors, at a path for each.
fn is_about(container: &Container, server: &Container) -> bool {
    let Some(probe) = container.fields.get("livenessProbe") else { return false };
    let path = |probe: &Node| probe.at("httpGet.path").and_then(Node::as_text).map(ToOwned::to_owned);
    probe.get("tcpSocket").is_some()
        || ["livenessProbe", "readinessProbe", "startupProbe"]
            .iter()
            .filter_map(|own| server.fields.get(own))
            .any(|own| own.get("httpGet").is_some() && path(own) == path(probe))
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
        insta::assert_snapshot!(found(CODE, [pod("")]), @r#"
        … image "b:1";  alive tcp «80» } }
          the liveness probe of `b` checks port 80, which `a` serves
        "#);
        passes(CODE, "pod p { app a { image \"a:1\"; port 81 }; app b { image \"b:1\"; alive tcp 80 } }");
        let http = |path: &str| {
            format!(
                "pod p {{ app a {{ image \"a:1\"; port 80; ready http 80 /ok }}; app b {{ image \"b:1\"; alive http 80 {path} }} }}"
            )
        };
        found(CODE, [http("/ok")]);
        passes(CODE, &http("/ok-of-b"));
        passes(CODE, "pod p { app a { image \"a:1\"; port 80; alive tcp 80 } }");
    }
}
