#![doc = include_str!("../../diagnostic/explain/skipped-pre-stop.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::restarts::OwnRestarts;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let rules = pod.containers().find_map(|(at, container)| {
        let rule = OwnRestarts::of(container)?.rules.into_iter().find(|rule| rule.all)?;
        Some((at, container, rule))
    });
    let Some((source, trigger, rule)) = rules else { return };
    for (_, container) in pod.containers().filter(|(at, _)| *at != source) {
        let hook = container.fields.get("lifecycle").and_then(|hooks| hooks.entry("preStop"));
        let Some(hook) = hook else { continue };
        let (name, trigger) = (&container.name.text, &trigger.name.text);
        found.push(
            Diagnostic::warning(
                Code::SkippedPreStop,
                hook.key_span,
                format!("`preStop` of `{name}` does not run when `{trigger}` restarts all containers"),
            )
            .here("skipped, like the grace period")
            .label(rule.span, format!("kills every container when `{trigger}` ends with {}", rule.exits()))
            .help(format!("have `{name}` tidy up when it starts, or use `action Restart`")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn pod(action: &str, hook: &str) -> String {
        format!(
            "deployment p {{ app b {{ image \"b:1\"; restartPolicy Always; restartPolicyRules {{ action {action}; exitCodes {{ operator In; values [42, 43] }} }} }}; app c {{ image \"c:1\"; lifecycle {{ {hook} {{ exec {{ command [\"true\"] }} }} }} }} }}"
        )
    }

    #[test]
    fn only_a_restart_of_all_containers_skips_it() {
        let shown = found(Code::SkippedPreStop, [pod("RestartAllContainers", "preStop")]);
        insta::assert_snapshot!(shown, @r#"
        …image "c:1"; lifecycle { «preStop» { exec { command ["true…
          `preStop` of `c` does not run when `b` restarts all containers
        "#);
        passes(Code::SkippedPreStop, &pod("Restart", "preStop"));
        passes(Code::SkippedPreStop, &pod("RestartAllContainers", "postStart"));
    }
}
