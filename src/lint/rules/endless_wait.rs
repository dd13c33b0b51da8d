#![doc = include_str!("../../diagnostic/explain/endless-wait.md")]

use super::ineffective_wait::always_succeeds;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::steps::StepKind;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["sleep"]) {
        let mut reported = 0..0;
        for repeated in script.waits().filter(|repeated| !repeated.bounded) {
            // It does not wait at all.
            if always_succeeds(script, repeated).is_some() {
                continue;
            }
            let commands = &script.commands[repeated.commands.clone()];
            let sleeps = commands.iter().any(|command| command.program() == "sleep");
            // A loop inside a reported one is part of the same wait.
            if !sleeps || reported.contains(&repeated.range.start) {
                continue;
            }
            reported = repeated.range.clone();
            let diagnostic = Diagnostic::warning(
                Code::EndlessWait,
                pod.place_of(script, &repeated.range),
                format!("the step `{}` waits without a time limit", step.name.text),
            )
            .here("never ends if the condition never holds");
            let otherwise = "use the built-in `wait`, which gives up after its `timeout` and reports what is missing, or count the tries";
            found.push(pod.offering(StepKind::Wait, step, diagnostic, otherwise));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn loops_that_end_are_allowed() {
        for script in [
            "for i in 1 2 3; do nc -z db 1 && exit 0; sleep 1; done; exit 1",
            "i=0; until nc -z db 1; do i=$((i+1)); [ $i -lt 30 ] || exit 1; sleep 1; done",
            "timeout 60 sh -c 'until nc -z db 1; do sleep 1; done'",
            "while read -r line; do sleep 1; done < list",
            "while ! nc -z db 1; do sleep 1; [ -f /stop ] && exit 1; done",
        ] {
            passes(Code::EndlessWait, &step(script));
        }
        let shown = found(
            Code::EndlessWait,
            [
                step("until timeout 2 curl -f http://a/; do sleep 1; done"),
                step("until [ $(curl -s http://a/) -eq 200 ]; do sleep 1; done"),
                step("while true; do if nc -z db 1; then break; fi; sleep 1; done"),
                step("while ! nc -z db 1; do echo waiting; sleep 1; done"),
                step("su-exec app sh -c 'until nc -z db 1; do sleep 1; done'"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        «until timeout 2 curl -f http://a/; do sleep 1; done»
          the step `s` waits without a time limit
          fix (unsafe): use `wait s { http "http://a/"; every 1s }`
          - step s {
          -     image "a:1"
          -     script '''
          -       until timeout 2 curl -f http://a/; do sleep 1; done
          -     '''
          -     mounts v at /v
          + wait s {
          +     http "http://a/"
          +     every 1s
        «until [ $(curl -s http://a/) -eq 200 ]; do sleep 1; done»
          the step `s` waits without a time limit
        «while true; do if nc -z db 1; then break; fi; sleep 1; done»
          the step `s` waits without a time limit
          fix (unsafe): use `wait s { tcp "db:1"; every 1s }`
          - step s {
          -     image "a:1"
          -     script '''
          -       while true; do if nc -z db 1; then break; fi; sleep 1; done
          -     '''
          -     mounts v at /v
          + wait s {
          +     tcp "db:1"
          +     every 1s
        «while ! nc -z db 1; do echo waiting; sleep 1; done»
          the step `s` waits without a time limit
          fix (unsafe): use `wait s { tcp "db:1"; every 1s }`
          - step s {
          -     image "a:1"
          -     script '''
          -       while ! nc -z db 1; do echo waiting; sleep 1; done
          -     '''
          -     mounts v at /v
          + wait s {
          +     tcp "db:1"
          +     every 1s
        su-exec app sh -c '«until nc -z db 1; do sleep 1; done»'
          the step `s` waits without a time limit
        "#);
    }

    #[test]
    fn a_sidecar_may_loop_forever() {
        let text = "pod p { sidecar s { image \"a:1\"; script \"while true; do date; sleep 9; done\" }; app b { image \"b:1\" } }";
        passes(Code::EndlessWait, text);
    }
}
