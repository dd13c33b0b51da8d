#![doc = include_str!("../../diagnostic/explain/impatient-liveness.md")]

use super::ineffective_wait::always_succeeds;
use super::migrations::{self, migration};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::{Loop, PlainCommand};
use crate::model::{Container, Role};
use crate::object::Node;
use crate::source::Span;

/// What is in every command that takes long before a server starts, besides migrations.
const INSTALLERS: [&str; 13] =
    ["npm", "yarn", "pnpm", "pip", "bundle", "composer", "apt", "apk", "dnf", "yum", "go", "cargo", "mvn"];

/// A container that has this much time to start is patient enough, in seconds.
const PATIENT: i64 = 300;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, container) in pod.containers().filter(|(_, container)| container.role != Role::Step) {
        let Some((seconds, probe)) = patience(container) else { continue };
        let words: Vec<&str> =
            migrations::WORDS.iter().chain(&INSTALLERS).chain(&["sleep"]).copied().collect();
        let Some(script) = pod.script(at, &words) else { continue };
        // The last command is the server.
        let before = script.commands.len().saturating_sub(1);
        let slow = script.commands.iter().take(before).find_map(|command| {
            let what = if migration(command).is_some() { "migration" } else { installs(command)? };
            (!command.guarded).then(|| (pod.place(script, command), what))
        });
        let endless = || {
            let waits = script.waits().filter(|wait| !wait.bounded && wait.commands.end <= before);
            let mut waits = waits.filter(|wait| always_succeeds(script, wait).is_none());
            let sleeps = |wait: &&Loop| {
                script.commands[wait.commands.clone()].iter().any(|command| command.program() == "sleep")
            };
            waits.find(sleeps).map(|wait| (pod.place_of(script, &wait.range), "wait"))
        };
        let Some((place, what)) = slow.or_else(endless) else { continue };
        let name = &container.name.text;
        found.push(
            Diagnostic::warning(
                Code::ImpatientLiveness,
                probe,
                format!("the liveness probe of `{name}` gives up after {seconds} s, although the {what} may take longer"),
            )
            .here("counts from the start of the container")
            .label(place, "runs before anything listens")
            .help(format!("add a `started` probe, which holds back the liveness probe, or do this in a step before `{name}`")),
        );
    }
}

/// How long a container may take until its liveness probe has it killed, if nothing else holds that probe back.
fn patience(container: &Container) -> Option<(i64, Span)> {
    let probe = container.fields.entry("livenessProbe")?;
    let asks_port = ["httpGet", "tcpSocket", "grpc"].iter().any(|kind| probe.node.get(kind).is_some());
    if container.fields.get("startupProbe").is_some() || !asks_port {
        return None;
    }
    let number = |field, default| probe.node.get(field).map_or(Some(default), Node::as_int);
    let tries = number("periodSeconds", 10)?.saturating_mul(number("failureThreshold", 3)?);
    let seconds = number("initialDelaySeconds", 0)?.saturating_add(tries);
    (seconds < PATIENT).then_some((seconds, probe.key_span))
}

/// What a command installs or builds.
fn installs(command: &PlainCommand) -> Option<&'static str> {
    let has = |words: &[&str]| command.operands().any(|word| words.contains(&word));
    match command.program() {
        "npm" | "yarn" | "pnpm" if has(&["install", "ci", "i"]) => Some("installation"),
        "apk" if has(&["add"]) => Some("installation"),
        "pip" | "pip3" | "bundle" | "composer" | "apt" | "apt-get" | "dnf" | "yum" => {
            has(&["install"]).then_some("installation")
        }
        "npm" | "yarn" | "pnpm" | "go" | "cargo" if has(&["build"]) => Some("build"),
        "mvn" if has(&["package", "install"]) => Some("build"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::ImpatientLiveness;

    fn app(script: &str, probes: &str) -> String {
        format!("pod p {{ app b {{ image \"b:1\"; port 90; script \"{script}\"; {probes} }} }}")
    }

    const MIGRATE: &str = "python manage.py migrate --noinput && exec gunicorn a.wsgi -b :90";

    #[test]
    fn a_probe_counts_from_the_start() {
        let shown = found(
            CODE,
            [
                app(MIGRATE, "alive http 90 / { initialDelaySeconds 10 }"),
                app("npm install; node server.js", "alive tcp 90"),
                app("until nc -z db 1; do sleep 1; done; exec server", "alive tcp 90"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …gunicorn a.wsgi -b :90"; «alive» http 90 / { initialDela…
          the liveness probe of `b` gives up after 40 s, although the migration may take longer
        …nstall; node server.js"; «alive» tcp 90 } }
          the liveness probe of `b` gives up after 30 s, although the installation may take longer
        …p 1; done; exec server"; «alive» tcp 90 } }
          the liveness probe of `b` gives up after 30 s, although the wait may take longer
        "#);
        for text in [
            app(MIGRATE, "alive tcp 90; started tcp 90"),
            app(MIGRATE, "alive tcp 90 { initialDelaySeconds 600 }"),
            app(MIGRATE, "ready tcp 90"),
            app("exec gunicorn a.wsgi", "alive tcp 90"),
            app("for i in 1 2 3; do nc -z db 1 && break; sleep 1; done; exec server", "alive tcp 90"),
            app("until nc -z db 1; do sleep 1; done", "alive tcp 90"),
            app("python manage.py migrate", "alive tcp 90"),
            app("[ -d node_modules ] || npm install; node server.js", "alive tcp 90"),
        ] {
            passes(CODE, &text);
        }
    }
}
