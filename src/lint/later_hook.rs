//! Finds steps that wait for a Job that is a hook of a later phase; this needs all workloads of a program.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{PlacedName, Workload, WorkloadKind};
use crate::source::Span;
use fnv::FnvHashMap;
use smol_str::SmolStr;

/// The annotations that make an object a hook, with the phases that come after all other objects.
const HOOKS: [(&str, &[&str]); 2] = [
    (
        "helm.sh/hook",
        &["post-install", "post-upgrade", "post-rollback", "post-delete", "test", "test-success"],
    ),
    ("argocd.argoproj.io/hook", &["PostSync", "PostDelete", "SyncFail"]),
];

/// A Job in its namespace.
type Job = (Option<SmolStr>, SmolStr);

/// The Jobs that are hooks of a later phase, and the steps that wait for Jobs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    /// The Jobs, with the places of their phases.
    late: FnvHashMap<Job, Span>,
    waits: Vec<(Job, PlacedName)>,
}

impl Hooks {
    /// The hooks and waits of one workload.
    pub(crate) fn of(workload: &Workload) -> Self {
        let annotations = workload.object.metadata.get("annotations");
        let hook = HOOKS.iter().find_map(|(key, later)| Some((annotations?.get(key)?, later)));
        let namespace = workload.namespace().map(SmolStr::new);
        let mut hooks = Self::default();
        match (hook, &workload.name) {
            (Some((phases, later)), Some(name)) if workload.kind == WorkloadKind::Job => {
                let mut words = phases.as_text().unwrap_or_default().split(',').map(str::trim);
                if words.all(|phase| later.contains(&phase)) {
                    hooks.late.insert((namespace, name.text.clone()), phases.span);
                }
            }
            (Some(_), _) => {}
            (None, _) => {
                for step in &workload.containers {
                    let jobs = step.jobs.iter().map(|job| (namespace.clone(), job.clone()));
                    hooks.waits.extend(jobs.map(|job| (job, step.name.clone())));
                }
            }
        }
        hooks
    }

    /// Adds those of another workload.
    pub(crate) fn extend(&mut self, other: Self) {
        self.late.extend(other.late);
        self.waits.extend(other.waits);
    }

    /// Warns about steps that wait for such Jobs.
    pub(crate) fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        for (job, step) in &self.waits {
            let Some(phases) = self.late.get(job) else { continue };
            let headline =
                format!("the step `{}` waits for the Job `{}`, a hook of a later phase", step.text, job.1);
            diagnostics.push(
                Diagnostic::warning(Code::WaitsForLaterHook, step.span, headline)
                    .here("the pod is not ready before this ends")
                    .label(*phases, "the Job is created after all other objects")
                    .help("make the Job a hook of an earlier phase (`pre-install,pre-upgrade`, `PreSync`), or not a hook"),
            );
        }
    }
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
    fn a_wait_in_another_hook_is_fine() {
        let source = program(r#""helm.sh/hook" "post-install""#, "n");
        let hook = source.replace(
            "deployment shop {",
            "job shop { restartPolicy Never; annotations { \"helm.sh/hook\" \"post-install\" };",
        );
        passes(CODE, &hook.replace("app web { image \"b:1\" }", "app web { image \"b:1\"; run \"b\" }"));
    }
}
