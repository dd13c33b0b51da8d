#![doc = include_str!("../../diagnostic/explain/step-before-vault.md")]

use super::variables;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::injection::{injections, mentions, setting};
use crate::lint::shell::{PlainCommand, ShellScript};
use crate::model::{Container, Role};
use crate::source::Span;

const REQUEST: &str = "vault.hashicorp.com/agent-inject";
const FIRST: &str = "vault.hashicorp.com/agent-init-first";
const PRE_POPULATE: &str = "vault.hashicorp.com/agent-pre-populate";
const FOLDER: &str = "vault.hashicorp.com/secret-volume-path";

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let injection = injections(pod).find(|injection| injection.injector.key == REQUEST);
    let Some(request) = injection.and_then(|injection| injection.place) else { return };
    let folder = setting(pod, FOLDER).unwrap_or("/vault/secrets").trim_end_matches('/');
    let has_init = setting(pod, PRE_POPULATE) != Some("false");
    let is_first = setting(pod, FIRST) == Some("true");
    for (at, container) in pod.containers() {
        let is_early = match container.role {
            Role::Step | Role::Sidecar => !(has_init && is_first),
            Role::App => !has_init,
        };
        if !is_early || !mentions(&container.fields, folder) {
            continue;
        }
        let Some(place) = reading(pod, at, container, folder) else { continue };
        let name = &container.name.text;
        let role = container.role.name();
        let diagnostic = Diagnostic::warning(
            Code::StepBeforeVault,
            place,
            format!("the {role} `{name}` reads `{folder}` before the Vault agent has written it"),
        );
        found.push(if has_init {
            diagnostic
                .here("no secret is there yet")
                .label(request, "adds the agent's init container after all steps")
                .help(format!("add the annotation `\"{FIRST}\" \"true\"`"))
        } else {
            let remedy = if container.role == Role::App {
                format!("remove `{PRE_POPULATE}`")
            } else {
                format!("remove `{PRE_POPULATE}`, and add `\"{FIRST}\" \"true\"`")
            };
            diagnostic
                .here("no secret is there yet")
                .label(request, "the agent starts together with the apps")
                .help(format!("{remedy}: an init container writes the secrets first then"))
        });
    }
}

/// Where a container reads a file of the folder, or waits for it in vain.
fn reading(pod: &Pod<'_>, at: usize, container: &Container, folder: &str) -> Option<Span> {
    if container.role != Role::App
        && let Some((_, _, span)) = variables(container).find(|(_, value, _)| value.contains(folder))
    {
        return Some(span);
    }
    let script = pod.script(at, &[folder])?;
    let read = script.commands.iter().find(|command| {
        let names_it = command.written.iter().any(|word| word.contains(folder));
        names_it
            && is_needed(script, command)
            && !(container.role == Role::App && is_repeated(script, command))
    });
    read.map(|command| pod.place(script, command))
}

/// Whether a command that fails is fatal, or repeated until it succeeds.
fn is_needed(script: &ShellScript<'_>, command: &PlainCommand) -> bool {
    if is_repeated(script, command) {
        return true;
    }
    let asks = ["test", "[", "[[", "ls", "echo", "printf", "mkdir", "rm"].contains(&command.program());
    !asks && !command.guarded && !script.handles_failure(command)
}

/// Whether a command is the condition of a loop.
fn is_repeated(script: &ShellScript<'_>, command: &PlainCommand) -> bool {
    script.loops.iter().any(|repeated| repeated.condition.contains(&command.range.start))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::StepBeforeVault;

    fn pod(annotations: &str, containers: &str) -> String {
        format!(
            "deployment d {{\n  pod {{ annotations {{ \"vault.hashicorp.com/agent-inject\" \"true\"; {annotations} }} }}\n  {containers}\n}}"
        )
    }

    fn step(script: &str) -> String {
        pod("", &format!("step s {{ image \"a:1\"; script \"{script}\" }}; app b {{ image \"b:1\" }}"))
    }

    const NO_INIT: &str = "\"vault.hashicorp.com/agent-pre-populate\" \"false\"";

    #[test]
    fn the_agent_comes_after_the_steps() {
        let shown = found(
            CODE,
            [
                step(". /vault/secrets/db && exec pay prepare"),
                step("until [ -f /vault/secrets/db ]; do sleep 1; done"),
                pod(
                    "",
                    "step s { image \"a:1\"; run \"load --file=/vault/secrets/db\" }; app b { image \"b:1\" }",
                ),
                pod(
                    "",
                    "step s { image \"a:1\"; env { CONFIG \"/vault/secrets/db\" } }; app b { image \"b:1\" }",
                ),
                pod(NO_INIT, "app b { image \"b:1\"; script \". /vault/secrets/db; exec pay\" }"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …s { image "a:1"; script "«. /vault/secrets/db &&» exec pay prepare" }; ap…
          the step `s` reads `/vault/secrets` before the Vault agent has written it
        …age "a:1"; script "until «[ -f /vault/secrets/db ];» do sleep 1; done" }; ap…
          the step `s` reads `/vault/secrets` before the Vault agent has written it
        …tep s { image "a:1"; run «"load --file=/vault/secrets/db"» }; app b { image "b:1" …
          the step `s` reads `/vault/secrets` before the Vault agent has written it
        …mage "a:1"; env { CONFIG «"/vault/secrets/db"» } }; app b { image "b:1…
          the step `s` reads `/vault/secrets` before the Vault agent has written it
        …b { image "b:1"; script "«. /vault/secrets/db;» exec pay" }
          the app `b` reads `/vault/secrets` before the Vault agent has written it
        "#);
    }

    #[test]
    fn a_step_may_do_without_the_file() {
        for text in [
            step("if [ -f /vault/secrets/db ]; then . /vault/secrets/db; fi"),
            step("[ -f /vault/secrets/db ] && . /vault/secrets/db; pay"),
            step(". /vault/secrets/db 2>/dev/null || true"),
            pod(
                "\"vault.hashicorp.com/agent-init-first\" \"true\"",
                "step s { image \"a:1\"; script \"cat /vault/secrets/db\" }; app b { image \"b:1\" }",
            ),
            pod("", "app b { image \"b:1\"; script \"cat /vault/secrets/db\" }"),
            pod(
                NO_INIT,
                "app b { image \"b:1\"; script \"until [ -f /vault/secrets/db ]; do sleep 1; done\" }",
            ),
        ] {
            passes(CODE, &text);
        }
    }
}
