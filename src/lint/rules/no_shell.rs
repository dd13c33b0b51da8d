#![doc = include_str!("../../diagnostic/explain/no-shell.md")]

use super::image;
use super::image_shell::lacks_bash;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::CommandWords;
use crate::lint::shell::{LazyScript, started_program};
use crate::object::Node;

/// Beginnings of the names of images without a shell.
const WITHOUT: [&str; 6] = [
    "distroless/",
    "kube-state-metrics/kube-state-metrics",
    "metrics-server/metrics-server",
    "external-dns/external-dns",
    "coredns/coredns",
    "traefik/whoami",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for command in pod.commands() {
        found.extend(missing_bash(&command));
    }
    for (at, container) in pod.containers() {
        let Some((name, _, span)) = image(container) else { continue };
        let tag = container.fields.get("image").and_then(Node::as_text).unwrap_or_default();
        if !WITHOUT.iter().any(|known| name.starts_with(known)) || tag.contains("debug") {
            continue;
        }
        let script = pod.scripts[at].as_ref().and_then(LazyScript::get);
        let Some(script) = script.filter(|script| script.text.is_some()) else { continue };
        found.push(
            Diagnostic::warning(
                Code::NoShell,
                span,
                format!("`{}` runs a script, but its image has no shell", container.name.text),
            )
            .here("this image has no `sh`")
            .label(script.span, "needs a shell")
            .help("use an image with a shell, or start the program directly: `run \"…\"`"),
        );
    }
}

/// A command that starts bash in an image that has only another shell.
fn missing_bash(command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    let at = started_program(&texts);
    let is_bash = command.has_program && texts[at].rsplit('/').next() == Some("bash");
    let (_, _, span) = image(command.container).filter(|_| is_bash && lacks_bash(command.container))?;
    let owner = command.place.of(command.container);
    Some(
        Diagnostic::warning(
            Code::NoShell,
            span,
            format!("{owner} starts `bash`, but its image has only `sh`"),
        )
        .here("this image has no `bash`")
        .label(command.place_of(at), "needs bash")
        .help("run the script with `sh`, or use an image with bash"),
    )
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn images_on_alpine_linux_have_no_bash() {
        let app =
            |image: &str, statement: &str| format!("pod p {{ app a {{ image \"{image}\"; {statement} }} }}");
        let shown = found(
            Code::NoShell,
            [
                app("node:22-alpine", r#"script "bash -ec" "serve""#),
                app("busybox:1.37", r#"run "/bin/bash /scripts/a.sh""#),
                app("alpine:3.20", r#"alive exec ["bash", "-c", "true"]"#),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        pod p { app a { image «"node:22-alpine"»; script "bash -ec" "ser…
          the app `a` starts `bash`, but its image has only `sh`
        pod p { app a { image «"busybox:1.37"»; run "/bin/bash /script…
          the app `a` starts `bash`, but its image has only `sh`
        pod p { app a { image «"alpine:3.20"»; alive exec ["bash", "-…
          the liveness probe of `a` starts `bash`, but its image has only `sh`
        "#);
        passes(Code::NoShell, &app("postgres:16-alpine", r#"script "bash -ec" "psql""#));
        passes(Code::NoShell, &app("node:22", r#"script "bash -ec" "serve""#));
        passes(Code::NoShell, &app("registry.acme.dev/alpine:1", r#"script "bash -ec" "serve""#));
    }
}
