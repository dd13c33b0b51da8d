#![doc = include_str!("../../diagnostic/explain/unstarted-server.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::{Pod, first_in_block};
use crate::model::Role;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let ports = pod.ports();
    if ports.servers.is_empty() {
        return;
    }
    for (at, step) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        for (port, span) in ports.asked(pod, at) {
            let others = ports.servers.get(port).into_iter().flatten().filter(|other| **other != at);
            let servers: Vec<usize> = others.copied().collect();
            let up = servers
                .iter()
                .any(|server| pod.places[*server].is_some_and(|server| Some(server) < pod.places[at]));
            let Some(server) = servers.first().filter(|_| !up) else { continue };
            let server = &pod.workload.containers[*server];
            let (name, step_name) = (&server.name.text, &step.name.text);
            let diagnostic = Diagnostic::warning(
                Code::UnstartedServer,
                *span,
                format!("the step `{step_name}` uses port {port} before `{name}` serves it"),
            );
            found.push(if server.role == Role::App {
                diagnostic
                    .here("no container listens yet")
                    .label(server.name.span, "apps start after all steps have ended")
                    .help(format!("make `{name}` a sidecar, or do the work of `{step_name}` in another pod"))
            } else {
                let diagnostic =
                    diagnostic.here("no container listens yet").label(server.name.span, "starts later");
                let title = format!("add `after {name}` to `{step_name}`");
                match first_in_block(pod.sources, step, &format!("after {name}")) {
                    Some((span, text)) => {
                        diagnostic.help(title.clone()).fix(title, span, text, Applicability::Unsafe)
                    }
                    None => diagnostic.help(title),
                }
            });
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn pod(step: &str, server: &str) -> String {
        format!(
            "pod p {{ step s {{ image \"a:1\"; {step} }}; {server}; app b {{ image \"b:1\"; port 80 }} }}"
        )
    }

    const PROXY: &str = "sidecar db { image \"c:1\"; port 5432; started tcp 5432 }";

    #[test]
    fn servers_are_recognized_by_their_ports() {
        let shown = found(
            Code::UnstartedServer,
            [
                pod("run \"curl http://localhost/ready\"", PROXY),
                pod("env { URL \"postgres://u@localhost:5432/x\" }", PROXY),
                pod("script \"until nc -z localhost 5432; do sleep 1; done\"", PROXY),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …tep s { image "a:1"; run «"curl http://localhost/ready"» }; sidecar db { image "…
          the step `s` uses port 80 before `b` serves it
        …{ image "a:1"; env { URL «"postgres://u@localhost:5432/x"» } }; sidecar db { image…
          the step `s` uses port 5432 before `db` serves it
          fix (unsafe): add `after db` to `s`
          - pod p { step s { image "a:1"; env { URL "…
          + pod p { step s { after db; image "a:1"; env { URL "…
        …age "a:1"; script "until «nc -z localhost 5432;» do sleep 1; done" }; si…
          the step `s` uses port 5432 before `db` serves it
          fix (unsafe): add `after db` to `s`
          - pod p { step s { image "a:1"; script "unt…
          + pod p { step s { after db; image "a:1"; script "unt…
        "#);
        passes(Code::UnstartedServer, &pod("run \"curl http://localhost:9000/\"", PROXY));
        passes(Code::UnstartedServer, &pod("run \"nc -z localhost 5432\"; after db", PROXY));
        passes(Code::UnstartedServer, &pod("run \"nc -z db.acme.dev 5432\"", PROXY));
    }
}
