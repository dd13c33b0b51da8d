#![doc = include_str!("../../diagnostic/explain/truncated-pre-stop.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::ShellScript;
use crate::model::Container;
use crate::object::Node;
use crate::source::Span;

/// The time that a pod has to stop if it does not say otherwise, in seconds.
const DEFAULT_GRACE: i64 = 30;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let written = pod.workload.pod.spec.entry("terminationGracePeriodSeconds");
    let Some(grace) = written.map_or(Some(DEFAULT_GRACE), |entry| entry.node.as_int()) else { return };
    let mut truncated = |container: &Container, seconds: i64, span: Span| {
        if seconds < grace || grace == 0 {
            return;
        }
        let diagnostic = Diagnostic::warning(
            Code::TruncatedPreStop,
            span,
            format!(
                "the `preStop` hook of `{}` sleeps {seconds} s, and the pod has {grace} s to stop",
                container.name.text
            ),
        )
        .here("leaves no time to stop: the container is killed");
        let diagnostic = match written {
            Some(entry) => diagnostic.label(entry.key_span, "includes the time of the hook"),
            None => diagnostic,
        };
        found.push(diagnostic.help(format!(
            "set `terminationGracePeriodSeconds {}`, or sleep less",
            seconds.saturating_add(DEFAULT_GRACE)
        )));
    };
    for (container, place, script) in pod.all_scripts(&["sleep"]) {
        if place == ScriptPlace::PreStop {
            truncated(container, slept(script), script.span);
        }
    }
    for (_, container) in pod.containers() {
        let seconds = container.fields.at("lifecycle.preStop.sleep.seconds");
        if let Some((seconds, span)) = seconds.and_then(|node| Some((Node::as_int(node)?, node.span))) {
            truncated(container, seconds, span);
        }
    }
}

/// How long a script certainly sleeps, in seconds.
fn slept(script: &ShellScript<'_>) -> i64 {
    let looped = |at: usize| script.loops.iter().any(|repeated| repeated.commands.contains(&at));
    let background = |end: usize| {
        let rest = script.text.and_then(|text| text.get(end..)).unwrap_or_default().trim_start();
        rest.starts_with('&') && !rest.starts_with("&&")
    };
    let sleeps = script.commands.iter().enumerate().filter(|(at, command)| {
        command.program() == "sleep" && !command.guarded && !looped(*at) && !background(command.range.end)
    });
    sleeps.filter_map(|(_, command)| command.word(1)?.trim_end_matches('s').parse::<i64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::TruncatedPreStop;

    fn pod(grace: &str, hook: &str) -> String {
        format!("pod p {{ {grace} app b {{ image \"b:1\"; lifecycle {{ preStop {{ {hook} }} }} }} }}")
    }

    #[test]
    fn a_hook_has_less_time_than_the_pod() {
        let shown = found(
            CODE,
            [
                pod("", "exec { command [\"sleep\", \"60\"] }"),
                pod(
                    "terminationGracePeriodSeconds 10;",
                    "exec { command [\"sh\", \"-c\", \"sleep 10; nginx -s quit\"] }",
                ),
                pod("", "sleep { seconds 30 }"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …reStop { exec { command [«"sleep", "60"»] } } } } }
          the `preStop` hook of `b` sleeps 60 s, and the pod has 30 s to stop
        …c { command ["sh", "-c", «"sleep 10; nginx -s quit"»] } } } } }
          the `preStop` hook of `b` sleeps 10 s, and the pod has 10 s to stop
        …reStop { sleep { seconds «30» } } } } }
          the `preStop` hook of `b` sleeps 30 s, and the pod has 30 s to stop
        "#);
        passes(CODE, &pod("", "exec { command [\"sleep\", \"15\"] }"));
        passes(CODE, &pod("terminationGracePeriodSeconds 90;", "exec { command [\"sleep\", \"60\"] }"));
        passes(CODE, &pod("", "exec { command [\"sh\", \"-c\", \"while busy; do sleep 60; done\"] }"));
    }
}
