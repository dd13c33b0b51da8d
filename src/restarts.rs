//! Works out what Kubernetes does when a container exits: it starts again, stays down, or takes the pod with it.
//!
//! The rules are those of the kubelet and the controllers of Kubernetes 1.37. A container's own `restartPolicyRules` come
//! first, then its own `restartPolicy`, then the pod's.

use crate::diagnostic::phrase::joined;
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;

/// When a container starts again after it has exited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RestartPolicy {
    /// After every exit.
    Always,
    /// After every exit with another code than 0.
    OnFailure,
    /// After no exit.
    Never,
}

impl RestartPolicy {
    /// The policy of a workload's pods; it holds for each container without one of its own.
    pub(crate) fn of_pod(workload: &Workload) -> Self {
        workload.pod.spec.get("restartPolicy").and_then(Self::read).unwrap_or(Self::Always)
    }

    /// The policy as Kubernetes writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::OnFailure => "OnFailure",
            Self::Never => "Never",
        }
    }

    fn read(node: &Node) -> Option<Self> {
        Some(match node.as_text()? {
            "Always" => Self::Always,
            "OnFailure" => Self::OnFailure,
            "Never" => Self::Never,
            _ => return None,
        })
    }
}

/// What a container itself says about its restarts.
#[derive(Clone, Debug)]
pub(crate) struct OwnRestarts {
    /// Its `restartPolicy`.
    pub policy: RestartPolicy,
    /// The place of the policy's value.
    pub span: Span,
    /// Its `restartPolicyRules`; the first one that matches decides.
    pub rules: Vec<RestartRule>,
}

/// A rule about exit codes.
#[derive(Clone, Debug)]
pub(crate) struct RestartRule {
    /// Whether it restarts all containers of the pod, steps included, or only this one.
    pub all: bool,
    /// Whether it matches the codes that are not in the list.
    pub inverted: bool,
    /// The list of exit codes.
    pub codes: Vec<i64>,
    /// The place of the action.
    pub span: Span,
}

impl OwnRestarts {
    /// What a container says; none if the pod's policy holds, or if it is a sidecar without rules, which always restarts.
    pub(crate) fn of(container: &Container) -> Option<Self> {
        let policy = container.fields.get("restartPolicy")?;
        let rules = container.fields.get("restartPolicyRules").map_or(&[][..], Node::items);
        if container.role == Role::Sidecar && rules.is_empty() {
            return None;
        }
        Some(Self {
            policy: RestartPolicy::read(policy)?,
            span: policy.span,
            rules: rules.iter().filter_map(RestartRule::read).collect(),
        })
    }

    /// The first rule that matches an exit code.
    pub(crate) fn rule(&self, code: i64) -> Option<&RestartRule> {
        self.rules.iter().find(|rule| rule.matches(code))
    }

    /// Describes what follows when a container of a workload exits.
    pub(crate) fn text(&self, workload: &Workload, container: &Container) -> String {
        let mut parts: Vec<String> = self.rules.iter().map(RestartRule::text).collect();
        let otherwise = if parts.is_empty() { "" } else { "otherwise " };
        parts.push(format!("{otherwise}{}", self.by_policy(workload, container)));
        parts.join("; ")
    }

    fn by_policy(&self, workload: &Workload, container: &Container) -> String {
        let lasting = keeps_pods_running(workload.kind);
        let uncounted =
            runs_to_completion(workload.kind) && RestartPolicy::of_pod(workload) == RestartPolicy::Never;
        let retried = if uncounted {
            "restarts after a failure, with back-off, which `backoffLimit` does not count"
        } else {
            "restarts after a failure, with back-off"
        };
        let alone = workload.containers.iter().filter(|other| other.role == Role::App).count() == 1;
        match (container.role, self.policy) {
            (Role::Step, RestartPolicy::Never) => format!("a failure {}", ends(workload.kind)),
            (Role::Step, _) => retried.to_owned(),
            (Role::App, RestartPolicy::Always) if runs_to_completion(workload.kind) => {
                "restarts after every exit, so the Job never completes".to_owned()
            }
            (Role::Sidecar, _) | (Role::App, RestartPolicy::Always) => {
                "restarts after every exit, with back-off".to_owned()
            }
            (Role::App, RestartPolicy::OnFailure) if alone && lasting => {
                format!("{retried}; a success {}", ends(workload.kind))
            }
            (Role::App, RestartPolicy::OnFailure) => format!("{retried}; stays down after a success"),
            (Role::App, RestartPolicy::Never) if alone => format!("an exit {}", ends(workload.kind)),
            (Role::App, RestartPolicy::Never) if lasting => {
                "stays down after an exit, and the pod is not ready from then on".to_owned()
            }
            (Role::App, RestartPolicy::Never) => "stays down after an exit".to_owned(),
        }
    }
}

impl RestartRule {
    fn read(rule: &Node) -> Option<Self> {
        let action = rule.get("action")?;
        let codes = rule.get("exitCodes")?;
        Some(Self {
            all: action.as_text()? == "RestartAllContainers",
            inverted: codes.get("operator")?.as_text()? == "NotIn",
            codes: codes.get("values").map_or(&[][..], Node::items).iter().filter_map(Node::as_int).collect(),
            span: action.span,
        })
    }

    /// Whether the rule is about an exit code.
    pub(crate) fn matches(&self, code: i64) -> bool {
        self.codes.contains(&code) != self.inverted
    }

    /// Its exit codes in words, as in `exit code 42` and `any exit code but 0 or 1`.
    pub(crate) fn exits(&self) -> String {
        let codes: Vec<String> = self.codes.iter().map(ToString::to_string).collect();
        match (self.inverted, codes.is_empty()) {
            (true, true) => "any exit code".to_owned(),
            (true, false) => format!("any exit code but {}", joined(&codes)),
            (false, _) => format!("exit code {}", joined(&codes)),
        }
    }

    fn text(&self) -> String {
        let exits = self.exits();
        if self.all {
            format!(
                "{exits} restarts the whole pod in place: the steps run again, volumes stay, no `preStop`, and two seconds to end"
            )
        } else {
            format!("{exits} restarts it, with back-off")
        }
    }
}

/// Whether a controller keeps pods of this kind running.
pub(crate) fn keeps_pods_running(kind: WorkloadKind) -> bool {
    kind != WorkloadKind::Pod && !runs_to_completion(kind)
}

/// Whether pods of this kind end when their work is done.
pub(crate) fn runs_to_completion(kind: WorkloadKind) -> bool {
    matches!(kind, WorkloadKind::Job | WorkloadKind::CronJob)
}

/// What follows for the pod when nothing in it starts again.
fn ends(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Pod => "ends the pod, and nothing starts it again",
        WorkloadKind::Job | WorkloadKind::CronJob => "ends the pod",
        // A DaemonSet waits longer and longer before it replaces a pod.
        WorkloadKind::DaemonSet => "ends the pod, and a new one replaces it",
        _ => "ends the pod, and a new one replaces it at once",
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::{CompileOptions, NoFiles, compile};
    use crate::kubernetes::version::Version;

    fn rule(action: &str, operator: &str, codes: &str) -> String {
        format!(
            "restartPolicyRules {{ action {action}; exitCodes {{ operator {operator}; values [{codes}] }} }}"
        )
    }

    /// What a plan says about the containers of a workload.
    fn planned(kind: &str, statements: &str) -> String {
        let source = format!("{kind} p {{ {statements} }}");
        let options = CompileOptions { version: Version::NEWEST, ..CompileOptions::default() };
        let compilation = compile("p.initflow", source, &NoFiles, &options);
        assert!(!compilation.failed(), "{:?}", compilation.diagnostics);
        let plan = compilation.workloads[0].plan();
        let notes = plan
            .order
            .iter()
            .filter_map(|start| Some(format!("{kind}: {} {}\n", start.name, start.restarts.as_ref()?)));
        notes.collect()
    }

    #[test]
    fn a_plan_says_what_follows_an_exit() {
        let step = |policy: &str| {
            format!("step s {{ image \"a:1\"; run \"true\"; {policy} }}; app b {{ image \"b:1\" }}")
        };
        let app = |policy: &str| format!("app b {{ image \"b:1\"; {policy} }}");
        let apps = |policy: &str| format!("{}; app c {{ image \"c:1\" }}", app(policy));
        let job = |statements: String| format!("restartPolicy Never; {statements}");
        let never = "restartPolicy Never";
        let failure = "restartPolicy OnFailure";
        let shown = [
            planned("deployment", &step(never)),
            planned("daemonset", &step(never)),
            planned("job", &job(step(never))),
            planned("pod", &step(never)),
            planned("job", &job(step(failure))),
            planned("deployment", &app(never)),
            planned("deployment", &apps(never)),
            planned("deployment", &app(failure)),
            planned("deployment", &apps(failure)),
            planned("job", &job(app("restartPolicy Always"))),
            planned("job", &job(app(&format!("{never}; {}", rule("Restart", "In", "3, 42"))))),
            planned(
                "deployment",
                &app(&format!("restartPolicy Always; {}", rule("RestartAllContainers", "NotIn", "0"))),
            ),
            planned("deployment", &app("")),
        ]
        .concat();
        insta::assert_snapshot!(shown, @r"
        deployment: s a failure ends the pod, and a new one replaces it at once
        daemonset: s a failure ends the pod, and a new one replaces it
        job: s a failure ends the pod
        pod: s a failure ends the pod, and nothing starts it again
        job: s restarts after a failure, with back-off, which `backoffLimit` does not count
        deployment: b an exit ends the pod, and a new one replaces it at once
        deployment: b stays down after an exit, and the pod is not ready from then on
        deployment: b restarts after a failure, with back-off; a success ends the pod, and a new one replaces it at once
        deployment: b restarts after a failure, with back-off; stays down after a success
        job: b restarts after every exit, so the Job never completes
        job: b exit code 3 or 42 restarts it, with back-off; otherwise an exit ends the pod
        deployment: b any exit code but 0 restarts the whole pod in place: the steps run again, volumes stay, no `preStop`, and two seconds to end; otherwise restarts after every exit, with back-off
        ");
    }
}
