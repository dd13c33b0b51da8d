//! Finds steps that wait for an object that is made only after them: a hook of a later phase, or a later wave; this needs all
//! workloads of a program.

mod turn;

use super::awaited::{self, Awaited, awaited};
use super::shell::LazyScript;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, PlacedName, Role, Workload, WorkloadKind};
use crate::source::{Sources, Span};
use fnv::FnvHashMap;
use smol_str::SmolStr;
use turn::{Later, Turn};

/// An object: its namespace, its kind and its name.
type Target = (Option<SmolStr>, &'static str, SmolStr);

/// When the workloads of a program are made, and which of them wait for others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    made: FnvHashMap<Target, Turn>,
    waits: Vec<Wait>,
}

/// A container that waits for an object.
#[derive(Clone, Debug)]
struct Wait {
    target: Target,
    /// When its own workload is made.
    turn: Turn,
    waiting: PlacedName,
    role: Role,
    place: Span,
}

impl Hooks {
    /// The turn and the waits of one workload.
    pub(crate) fn of(workload: &Workload, sources: &Sources) -> Self {
        let mut hooks = Self::default();
        let Some(turn) = Turn::of(workload) else { return hooks };
        let namespace = workload.namespace().map(SmolStr::new);
        if let Some(name) = &workload.name {
            hooks.made.insert((namespace.clone(), workload.kind.name(), name.text.clone()), turn.clone());
        }
        // Nothing waits for the Jobs of a CronJob.
        if workload.kind == WorkloadKind::CronJob {
            return hooks;
        }
        let is_run = matches!(workload.kind, WorkloadKind::Job | WorkloadKind::Pod);
        for container in workload.containers.iter().filter(|container| is_run || container.role == Role::Step)
        {
            let wait = |target, place| Wait {
                target,
                turn: turn.clone(),
                waiting: container.name.clone(),
                role: container.role,
                place,
            };
            let jobs = container.jobs.iter();
            hooks
                .waits
                .extend(jobs.map(|job| wait((namespace.clone(), "Job", job.clone()), container.name.span)));
            for (Awaited { kind, name, namespace: other }, place) in by_script(container, sources) {
                hooks.waits.push(wait((other.or_else(|| namespace.clone()), kind, name), place));
            }
        }
        hooks
    }

    /// Adds those of another workload.
    pub(crate) fn extend(&mut self, other: Self) {
        self.made.extend(other.made);
        self.waits.extend(other.waits);
    }

    /// Warns about waits for what is made later.
    pub(crate) fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        for wait in &self.waits {
            let made = self.made.get(&wait.target);
            let Some(later) = made.and_then(|made| made.later_than(&wait.turn)) else { continue };
            diagnostics.push(wait.warning(&later));
        }
    }
}

impl Wait {
    fn warning(&self, later: &Later) -> Diagnostic {
        let (_, kind, name) = &self.target;
        let (what, reason, help) = match later {
            Later::Phase(_) => (
                "a hook of a later phase".to_owned(),
                format!("the {kind} is created after all other objects"),
                format!(
                    "make the {kind} a hook of an earlier phase (`pre-install,pre-upgrade`, `PreSync`), or not a hook"
                ),
            ),
            Later::Wave { own, other, annotation, .. } => (
                format!("which comes in the later wave {other}"),
                "is created when all that comes before it is healthy".to_owned(),
                format!(
                    "give the {kind} the wave of the workload that waits, or an earlier one: `\"{annotation}\" \"{own}\"`"
                ),
            ),
            Later::Main => (
                "which is created after this hook".to_owned(),
                "nothing else is created before this hook has ended".to_owned(),
                format!("make it a hook of a later phase, or let it not wait for the {kind}"),
            ),
        };
        let headline =
            format!("the {} `{}` waits for the {kind} `{name}`, {what}", self.role.name(), self.waiting.text);
        let diagnostic = Diagnostic::warning(Code::WaitsForLaterHook, self.place, headline)
            .here("the pod is not ready before this ends");
        let labeled = match later.place().or(self.turn.place()) {
            Some(place) => diagnostic.label(place, reason),
            None => diagnostic,
        };
        labeled.help(help)
    }
}

/// What the script of a container waits for.
fn by_script(container: &Container, sources: &Sources) -> Vec<(Awaited, Span)> {
    if container.built_in.is_some() {
        return Vec::new();
    }
    let Some(lazy) = LazyScript::of(container) else { return Vec::new() };
    let Some(script) = lazy.mentioning(&awaited::WORDS) else { return Vec::new() };
    let certain = script.commands.iter().filter(|command| !command.tested);
    certain
        .flat_map(|command| {
            let place = script.place_of(sources, &command.range);
            awaited(script, command).into_iter().map(move |awaited| (awaited, place))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::WaitsForLaterHook;

    fn program(hook: &str, namespace: &str) -> String {
        format!(
            r#"
job seed {{ restartPolicy Never; namespace "n"; annotations {{ {hook} }}; app a {{ image "a:1"; run "seed" }} }}
deployment shop {{ namespace "{namespace}"; wait seeded {{ job "seed" }}; app web {{ image "b:1" }} }}
"#
        )
    }

    #[test]
    fn phases_and_namespaces_matter() {
        let shown = found(
            CODE,
            [
                program(r#""helm.sh/hook" "post-install,post-upgrade""#, "n"),
                program(r#""argocd.argoproj.io/hook" "PostSync""#, "n"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …op { namespace "n"; wait «seeded» { job "seed" }; app web…
          the step `seeded` waits for the Job `seed`, a hook of a later phase
        …op { namespace "n"; wait «seeded» { job "seed" }; app web…
          the step `seeded` waits for the Job `seed`, a hook of a later phase
        "#);
        passes(CODE, &program(r#""helm.sh/hook" "post-install""#, "m"));
        passes(CODE, &program(r#""helm.sh/hook" "pre-install,post-upgrade""#, "n"));
        passes(CODE, &program(r#""argocd.argoproj.io/hook" "Sync""#, "n"));
        passes(CODE, &program(r#""note" "post-install""#, "n"));
    }

    #[test]
    fn kubectl_waits_too() {
        let pair = |made: &str, waiting: &str, run: &str| {
            format!(
                "job seed {{ restartPolicy Never; namespace \"n\"; {made}; app a {{ image \"a:1\"; run \"seed\" }} }}\ndeployment shop {{ namespace \"n\"; serviceAccountName \"s\"; {waiting}; step w {{ image \"k:1\"; run \"{run}\" }}; app web {{ image \"b:1\" }} }}"
            )
        };
        let wave = |wave: &str| format!("annotations {{ \"argocd.argoproj.io/sync-wave\" \"{wave}\" }}");
        let complete = "kubectl wait --for=condition=complete job/seed --timeout=300s";
        let shown = found(
            CODE,
            [
                pair("annotations { \"argocd.argoproj.io/hook\" \"PostSync\" }", "replicas 1", complete),
                pair(&wave("5"), "replicas 1", complete),
                pair(&wave("5"), &wave("2"), "kubectl -n n wait --for condition=complete job seed"),
                pair("backoffLimit 1", &wave("-1"), complete),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …tep w { image "k:1"; run «"kubectl wait --for=condition=complete job/seed --timeout=300s"» }; app web { image "b:1…
          the step `w` waits for the Job `seed`, a hook of a later phase
        …tep w { image "k:1"; run «"kubectl wait --for=condition=complete job/seed --timeout=300s"» }; app web { image "b:1…
          the step `w` waits for the Job `seed`, which comes in the later wave 5
        …tep w { image "k:1"; run «"kubectl -n n wait --for condition=complete job seed"» }; app web { image "b:1…
          the step `w` waits for the Job `seed`, which comes in the later wave 5
        …tep w { image "k:1"; run «"kubectl wait --for=condition=complete job/seed --timeout=300s"» }; app web { image "b:1…
          the step `w` waits for the Job `seed`, which comes in the later wave 0
        "#);
        passes(CODE, &pair(&wave("-1"), "replicas 1", complete));
        passes(CODE, &pair(&wave("2"), &wave("2"), complete));
        passes(CODE, &pair(&wave("5"), "replicas 1", "kubectl -n m wait --for=condition=complete job/seed"));
        passes(CODE, &pair(&wave("5"), "replicas 1", "kubectl get job seed"));
    }

    #[test]
    fn a_hook_cannot_wait_for_what_comes_after_it() {
        let source = "deployment shop { namespace \"n\"; app web { image \"b:1\" } }\njob check { restartPolicy Never; namespace \"n\"; serviceAccountName \"s\"; annotations { \"helm.sh/hook\" \"pre-install\" }; app a { image \"a:1\"; run \"kubectl rollout status deployment/shop\" } }";
        insta::assert_snapshot!(found(CODE, [source]), @r#"
        …app a { image "a:1"; run «"kubectl rollout status deployment/shop"» } }
          the app `a` waits for the Deployment `shop`, which is created after this hook
        "#);
        passes(CODE, &source.replace("pre-install", "post-install"));
    }

    #[test]
    fn a_wait_in_another_hook_is_fine() {
        let source = program(r#""helm.sh/hook" "post-install""#, "n");
        let hook = source.replace(
            "deployment shop {",
            "job shop { restartPolicy Never; annotations { \"helm.sh/hook\" \"post-install\" };",
        );
        passes(CODE, &hook.replace("app web { image \"b:1\" }", "app web { image \"b:1\"; run \"b\" }"));
    }
}
