#![doc = include_str!("../../diagnostic/explain/endless-command.md")]

use super::servers::endless;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Role;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, step) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        let Some((what, span)) = endless(pod, at) else { continue };
        let name = &step.name.text;
        found.push(
            Diagnostic::warning(
                Code::EndlessCommand,
                span,
                format!("the step `{name}` never ends: {what} runs until it is stopped"),
            )
            .here("nothing after this step starts")
            .other_keyword(step.span, "step", "sidecar")
            .help("give the sidecar a `started` probe: what follows waits for it"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::EndlessCommand;

    fn step(statements: &str) -> String {
        format!("pod p {{ step s {{ {statements} }}; app b {{ image \"b:1\" }} }}")
    }

    fn script(text: &str) -> String {
        step(&format!("image \"a:1\"; script \"{text}\""))
    }

    #[test]
    fn servers_never_end() {
        let shown = found(
            CODE,
            [
                step(
                    "image \"gcr.io/cloud-sql-connectors/cloud-sql-proxy:2\"; args [\"--port=5432\", \"a:b:c\"]",
                ),
                step("image \"nginx:1.29\""),
                step("image \"redis:8\"; args [\"redis-server\", \"--save\"]"),
                script("cp -r /a /b && exec nginx -g 'daemon off;'"),
                script("set -e\\nmigrate up\\ntail -f /dev/null"),
                script("while true; do aws s3 sync s3://a /b; sleep 60; done"),
                step("image \"a:1\"; run \"python -m http.server 80\""),
                step("image \"registry.k8s.io/git-sync/git-sync:v4.2.4\"; args [\"--repo=https://a/b\"]"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …loud-sql-proxy:2"; args [«"--port=5432", "a:b:c"»] }; app b { image "b:1"…
          the step `s` never ends: `cloud-sql-proxy --port=5432 a:b:c` runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "gcr.io/cloud…
          + pod p { sidecar s { image "gcr.io/cloud…
        pod p { step s { image «"nginx:1.29"» }; app b { image "b:1" …
          the step `s` never ends: the image `nginx` runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "nginx:1.29" …
          + pod p { sidecar s { image "nginx:1.29" …
        …{ image "redis:8"; args [«"redis-server", "--save"»] }; app b { image "b:1"…
          the step `s` never ends: `redis-server --save` runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "redis:8"; ar…
          + pod p { sidecar s { image "redis:8"; ar…
        …; script "cp -r /a /b && «exec nginx -g 'daemon off;'»" }; app b { image "b:1"…
          the step `s` never ends: `nginx -g 'daemon off;'` runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "a:1"; script…
          + pod p { sidecar s { image "a:1"; script…
        …ipt "set -e\nmigrate up\n«tail -f /dev/null»" }; app b { image "b:1"…
          the step `s` never ends: `tail -f /dev/null` runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "a:1"; script…
          + pod p { sidecar s { image "a:1"; script…
        …s { image "a:1"; script "«while true; do aws s3 sync s3://a /b; sleep 60; done»" }; app b { image "b:1"…
          the step `s` never ends: the loop runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "a:1"; script…
          + pod p { sidecar s { image "a:1"; script…
        …tep s { image "a:1"; run «"python -m http.server 80"» }; app b { image "b:1" …
          the step `s` never ends: `http.server 80` runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "a:1"; run "p…
          + pod p { sidecar s { image "a:1"; run "p…
        …/git-sync:v4.2.4"; args [«"--repo=https://a/b"»] }; app b { image "b:1"…
          the step `s` never ends: `git-sync --repo=https://a/b` runs until it is stopped
          fix (unsafe): use `sidecar` instead of `step`
          - pod p { step s { image "registry.k8s…
          + pod p { sidecar s { image "registry.k8s…
        "#);
    }

    #[test]
    fn what_may_end_is_allowed() {
        for statements in [
            "image \"gcr.io/cloud-sql-connectors/cloud-sql-proxy:2\"; args [\"wait\"]",
            "image \"registry.acme.dev/nginx:1\"",
            "image \"postgres:18\"; args [\"psql\", \"-c\", \"select 1\"]",
            "image \"nginx:1.29\"; run \"nginx -t\"",
            "image \"registry.k8s.io/git-sync/git-sync:v4.2.4\"; args [\"--one-time\"]",
            "image \"registry.k8s.io/git-sync/git-sync:v4.2.4\"; env { GITSYNC_ONE_TIME \"true\" }",
        ] {
            passes(CODE, &step(statements));
        }
        for text in [
            "redis-server --daemonize yes; redis-cli ping",
            "nginx -g 'daemon off;' & sleep 5",
            "timeout 60 tail -f /a",
            "tail -f /a | grep -q ready",
            "if [ -n x ]; then sleep infinity; fi",
            "[ -n x ] && sleep infinity; true",
            "while true; do nc -z db 1 && break; sleep 1; done",
            "while true; do date; sleep 9; done & work",
            "ping -c 1 db",
            "sleep 30",
        ] {
            passes(CODE, &script(text));
        }
    }
}
