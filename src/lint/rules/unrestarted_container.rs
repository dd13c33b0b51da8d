#![doc = include_str!("../../diagnostic/explain/unrestarted-container.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Role;
use crate::restarts::{OwnRestarts, RestartPolicy, keeps_pods_running};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !keeps_pods_running(pod.workload.kind) {
        return;
    }
    for (_, container) in pod.containers() {
        let Some(own) = OwnRestarts::of(container) else { continue };
        let (name, kind) = (&container.name.text, pod.workload.kind.name());
        let headline = match (container.role, own.policy) {
            (Role::Step, RestartPolicy::Never) => {
                format!("a failure of the step `{name}` replaces the whole pod")
            }
            (Role::App, RestartPolicy::Never | RestartPolicy::OnFailure) => {
                format!("the app `{name}` is not restarted when it exits")
            }
            _ => continue,
        };
        // With rules, the author chose what happens after which exit.
        if !own.rules.is_empty() {
            continue;
        }
        found.push(
            Diagnostic::warning(Code::UnrestartedContainer, own.span, headline)
                .here(own.text(pod.workload, container))
                .label(pod.workload.span, format!("a {kind} keeps its pods running"))
                .help("remove `restartPolicy`, so that the container is restarted in its pod"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn pod(kind: &str, step: &str, app: &str) -> String {
        format!(
            "{kind} p {{ step s {{ image \"a:1\"; run \"true\"; {step} }}; app b {{ image \"b:1\"; {app} }} }}"
        )
    }

    #[test]
    fn only_pods_that_keep_running_lack_a_container() {
        let shown = found(
            Code::UnrestartedContainer,
            [
                pod("deployment", "restartPolicy Never", ""),
                pod("daemonset", "", "restartPolicy Never"),
                pod("deployment", "", "restartPolicy OnFailure"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …un "true"; restartPolicy «Never» }; app b { image "b:1";…
          a failure of the step `s` replaces the whole pod
        …age "b:1"; restartPolicy «Never» } }
          the app `b` is not restarted when it exits
        …age "b:1"; restartPolicy «OnFailure» } }
          the app `b` is not restarted when it exits
        "#);
        let rules = "restartPolicyRules { action Restart; exitCodes { operator In; values [1] } }";
        for program in [
            pod("deployment", "restartPolicy OnFailure", "restartPolicy Always"),
            pod("deployment", "", &format!("restartPolicy Never; {rules}")),
            pod("pod", "restartPolicy Never", "restartPolicy Never"),
        ] {
            passes(Code::UnrestartedContainer, &program);
        }
    }
}
