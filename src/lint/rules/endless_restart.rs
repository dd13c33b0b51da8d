#![doc = include_str!("../../diagnostic/explain/endless-restart.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Container, Role};
use crate::restarts::{OwnRestarts, RestartPolicy, runs_to_completion};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, container) in pod.containers() {
        let Some(own) = OwnRestarts::of(container) else { continue };
        found.extend(match container.role {
            Role::Step => step(container, &own),
            Role::App if runs_to_completion(pod.workload.kind) => app(pod, container, &own),
            Role::App | Role::Sidecar => None,
        });
    }
}

/// A step that starts everything again when it succeeds.
fn step(container: &Container, own: &OwnRestarts) -> Option<Diagnostic> {
    let rule = own.rule(0).filter(|rule| rule.all)?;
    let name = &container.name.text;
    let headline = format!("the pod never gets past the step `{name}`");
    Some(
        Diagnostic::warning(Code::EndlessRestart, rule.span, headline)
            .here(format!("{} matches success, too, and starts all steps again", rule.exits()))
            .help("list the exit codes of the failures with `operator In`, or add 0 to those of `NotIn`"),
    )
}

/// An app of a Job that starts again when it has succeeded, or as often as it fails.
fn app(pod: &Pod<'_>, container: &Container, own: &OwnRestarts) -> Option<Diagnostic> {
    let (name, kind) = (&container.name.text, pod.workload.kind.name());
    let never_completes = format!("the Job never completes, because the app `{name}` restarts after success");
    if let Some(rule) = own.rule(0) {
        return Some(
            Diagnostic::warning(Code::EndlessRestart, rule.span, never_completes)
                .here(format!("{} matches success, too", rule.exits()))
                .help("list the exit codes of the failures with `operator In`, or add 0 to those of `NotIn`"),
        );
    }
    if own.policy == RestartPolicy::Always {
        let policy = RestartPolicy::of_pod(pod.workload).name();
        let title = format!("use `restartPolicy {policy}`, like the pod");
        let diagnostic = Diagnostic::warning(Code::EndlessRestart, own.span, never_completes)
            .here("restarts after every exit")
            .label(pod.workload.span, format!("a {kind} ends when its apps have ended"))
            .help(title.clone());
        let written = pod.sources.slice(own.span) == "Always";
        return Some(if written {
            diagnostic.fix(title, own.span, policy, Applicability::Unsafe)
        } else {
            diagnostic
        });
    }
    let job = pod.workload.job.as_ref().unwrap_or(&pod.workload.object);
    let bounded =
        [&job.spec, &pod.workload.pod.spec].iter().any(|spec| spec.get("activeDeadlineSeconds").is_some());
    let retries = own.policy == RestartPolicy::OnFailure
        && RestartPolicy::of_pod(pod.workload) == RestartPolicy::Never
        && !bounded;
    retries.then(|| {
        let headline = format!("nothing limits how often the app `{name}` is retried");
        Diagnostic::warning(Code::EndlessRestart, own.span, headline)
            .here("restarts in the same pod, which `backoffLimit` does not count")
            .help("add `activeDeadlineSeconds`, or set `restartPolicy OnFailure` for the pod instead")
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn job(policy: &str, app: &str) -> String {
        format!("job p {{ {policy}; app b {{ image \"b:1\"; {app} }} }}")
    }

    fn rule(action: &str, operator: &str, codes: &str) -> String {
        format!(
            "restartPolicy Never; restartPolicyRules {{ action {action}; exitCodes {{ operator {operator}; values [{codes}] }} }}"
        )
    }

    fn step(rule: &str) -> String {
        format!(
            "deployment p {{ step s {{ image \"a:1\"; run \"true\"; {rule} }}; app b {{ image \"b:1\" }} }}"
        )
    }

    #[test]
    fn success_is_not_repeated() {
        let shown = found(
            Code::EndlessRestart,
            [
                job("restartPolicy Never", "restartPolicy Always"),
                job("restartPolicy Never", &rule("Restart", "NotIn", "42")),
                job("restartPolicy Never", "restartPolicy OnFailure"),
                step(&rule("RestartAllContainers", "NotIn", "1")),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …age "b:1"; restartPolicy «Always» } }
          the Job never completes, because the app `b` restarts after success
          fix (unsafe): use `restartPolicy Never`, like the pod
          - …age "b:1"; restartPolicy Always } }
          + …age "b:1"; restartPolicy Never } }
        …tartPolicyRules { action «Restart»; exitCodes { operator N…
          the Job never completes, because the app `b` restarts after success
        …age "b:1"; restartPolicy «OnFailure» } }
          nothing limits how often the app `b` is retried
        …tartPolicyRules { action «RestartAllContainers»; exitCodes { operator N…
          the pod never gets past the step `s`
        "#);
        for program in [
            job("restartPolicy OnFailure", "restartPolicy OnFailure"),
            job("restartPolicy Never; activeDeadlineSeconds 600", "restartPolicy OnFailure"),
            job("restartPolicy Never", &rule("Restart", "In", "42")),
            job("restartPolicy Never", &rule("RestartAllContainers", "NotIn", "0, 1")),
            step(&rule("Restart", "NotIn", "1")),
            step(&rule("RestartAllContainers", "In", "1")),
        ] {
            passes(Code::EndlessRestart, &program);
        }
    }
}
