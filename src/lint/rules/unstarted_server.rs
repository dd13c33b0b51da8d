#![doc = include_str!("../../diagnostic/explain/unstarted-server.md")]

use super::ports::{ASKED, Ports, of_command};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::scripts::ScriptPlace;
use crate::lint::{Pod, first_in_block};
use crate::model::{Container, Role};
use crate::source::Span;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let ports = pod.ports();
    if ports.servers.is_empty() {
        return;
    }
    hooks(pod, ports, found);
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

/// Finds `postStart` hooks that use what starts only when they have ended.
fn hooks(pod: &Pod<'_>, ports: &Ports, found: &mut Vec<Diagnostic>) {
    let asked_by_scripts = pod.all_scripts(&ASKED).filter(|(_, place, _)| *place == ScriptPlace::PostStart);
    let asked_by_scripts = asked_by_scripts.flat_map(|(container, _, script)| {
        let needed = script.commands.iter().filter(|command| !script.handles_failure(command));
        needed.flat_map(move |command| {
            let span = pod.place(script, command);
            of_command(command).into_iter().map(move |port| (container, port, span))
        })
    });
    let asked_by_request = pod.containers().filter_map(|(_, container)| {
        let port = container.fields.at("lifecycle.postStart.httpGet.port")?;
        Some((container, port.as_int()?, port.span))
    });
    let mut judged: Vec<Span> = Vec::new();
    for (container, port, span) in asked_by_scripts.chain(asked_by_request) {
        let is_own = |(_, other): &(usize, &Container)| other.name.span == container.name.span;
        let Some((at, _)) = pod.containers().find(is_own) else { continue };
        let servers = ports.servers.get(&port).map_or(&[][..], Vec::as_slice);
        let waits = |server: &usize| match (pod.places[*server], pod.places[at]) {
            (None, None) => *server > at,
            (server, at) => server.is_none() || (at.is_some() && server > at),
        };
        let Some(server) = servers.first().filter(|_| servers.iter().all(waits)) else { continue };
        if judged.contains(&container.name.span) {
            continue;
        }
        judged.push(container.name.span);
        let (name, server) = (&container.name.text, &pod.workload.containers[*server]);
        found.push(
            Diagnostic::warning(
                Code::UnstartedServer,
                span,
                format!(
                    "the `postStart` hook of `{name}` uses port {port} before `{}` serves it",
                    server.name.text
                ),
            )
            .here("no container listens yet")
            .label(server.name.span, "starts when the hook has ended")
            .help(format!("make `{}` a sidecar, or declare it before `{name}`", server.name.text)),
        );
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
        let waits = |condition: &str| {
            pod("", PROXY).replace("step s { image \"a:1\";", &format!("wait s {{ {condition};"))
        };
        for address in [
            "tcp \"127.0.0.1:5432\"",
            "postgres \"postgres://u@localhost/x\"",
            "postgres \"postgres://[::1]:5432/x\"",
        ] {
            found(Code::UnstartedServer, [waits(address)]);
        }
        passes(Code::UnstartedServer, &waits("redis \"redis://localhost\""));
        passes(Code::UnstartedServer, &pod("run \"curl http://localhost:9000/\"", PROXY));
        passes(Code::UnstartedServer, &pod("run \"nc -z localhost 5432\"; after db", PROXY));
        passes(Code::UnstartedServer, &pod("run \"nc -z db.acme.dev 5432\"", PROXY));
    }

    #[test]
    fn a_hook_holds_back_later_containers() {
        let pod = |hook: &str| {
            format!(
                "pod p {{ app a {{ image \"a:1\"; lifecycle {{ postStart {{ {hook} }} }} }}; app b {{ image \"b:1\"; port 80 }} }}"
            )
        };
        let wait = "exec { command [\"sh\", \"-c\", \"until nc -z localhost 80; do sleep 1; done\"] }";
        let shown = found(Code::UnstartedServer, [pod(wait), pod("httpGet { port 80 }")]);
        insta::assert_snapshot!(shown, @r#"
        …mand ["sh", "-c", "until «nc -z localhost 80;» do sleep 1; done"] } } …
          the `postStart` hook of `a` uses port 80 before `b` serves it
        …stStart { httpGet { port «80» } } } }; app b { image …
          the `postStart` hook of `a` uses port 80 before `b` serves it
        "#);
        passes(Code::UnstartedServer, &pod(&wait.replace("80", "81")));
        passes(
            Code::UnstartedServer,
            &pod("exec { command [\"sh\", \"-c\", \"curl http://localhost/ || true\"] }"),
        );
    }
}
