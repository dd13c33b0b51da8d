#![doc = include_str!("../../diagnostic/explain/fragile-job-wait.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::steps::StepKind;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["kubectl"]) {
        let waits = script.runs("kubectl").find(|command| {
            command.arguments().any(|word| word == "wait")
                && command.arguments().any(|word| {
                    matches!(word, "job" | "jobs") || word.starts_with("job/") || word.starts_with("jobs/")
                })
        });
        let Some(command) = waits else { continue };
        let diagnostic = Diagnostic::warning(
            Code::FragileJobWait,
            pod.place(script, command),
            format!("the step `{}` waits for a Job that may have failed or be gone", step.name.text),
        )
        .here("keeps waiting in both cases");
        let otherwise = "use the built-in `wait` with `job \"NAME\"`";
        found.push(pod.offering(StepKind::Wait, step, diagnostic, otherwise));
    }
}
