#![doc = include_str!("../../diagnostic/explain/racing-migration.md")]

use super::migrations::{Migration, WORDS, add_once, migration};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let Some((cause, place)) = together(pod.workload) else { return };
    for (at, step) in pod.containers() {
        if step.once.is_some() || step.role != Role::Step {
            continue;
        }
        let in_script = || {
            let script = pod.script(at, &WORDS)?;
            script.commands.iter().find_map(|command| match migration(command) {
                Some(Migration { tool, locks: false, .. }) => Some((tool, pod.place(script, command))),
                _ => None,
            })
        };
        let Some((tool, span)) = step.unlocked.or_else(in_script) else { continue };
        let headline =
            format!("several pods run the migration at the same time, and `{tool}` does not take a lock");
        let diagnostic = Diagnostic::warning(Code::RacingMigration, span, headline)
            .here("two runs can interfere")
            .label(place, cause.clone());
        found.push(add_once(pod, step, diagnostic));
    }
}

/// What starts several pods at the same time, with its place; `None` if they start one by one, or if that is unknown.
fn together(workload: &Workload) -> Option<(String, Span)> {
    let (spec, field) = match workload.kind {
        WorkloadKind::Pod => return None,
        WorkloadKind::DaemonSet => {
            return Some(("a DaemonSet starts a pod on each node".into(), workload.span));
        }
        WorkloadKind::StatefulSet
            if workload.object.spec.get("podManagementPolicy").and_then(Node::as_text)
                != Some("Parallel") =>
        {
            return None;
        }
        WorkloadKind::Deployment | WorkloadKind::ReplicaSet | WorkloadKind::StatefulSet => {
            (&workload.object.spec, "replicas")
        }
        WorkloadKind::Job => (&workload.object.spec, "parallelism"),
        WorkloadKind::CronJob => (&workload.job.as_ref()?.spec, "parallelism"),
    };
    let count = spec.get(field)?;
    let pods = count.as_int().filter(|pods| *pods > 1)?;
    Some((format!("{pods} pods start at the same time"), count.span))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn scripts_are_checked_too() {
        let deployment = |replicas: u8, script: &str| {
            format!(
                "deployment d {{ replicas {replicas}; step s {{ image \"a:1\"; script \"{script}\" }}; app b {{ image \"b:1\" }} }}"
            )
        };
        let shown = found(
            Code::RacingMigration,
            [deployment(2, "python manage.py migrate --noinput"), deployment(2, "exec alembic upgrade head")],
        );
        insta::assert_snapshot!(shown, @r#"
        …s { image "a:1"; script "«python manage.py migrate --noinput»" }; app b { image "b:1"…
          several pods run the migration at the same time, and `Django` does not take a lock
        …s { image "a:1"; script "«exec alembic upgrade head»" }; app b { image "b:1"…
          several pods run the migration at the same time, and `Alembic` does not take a lock
        "#);
        passes(Code::RacingMigration, &deployment(1, "alembic upgrade head"));
        passes(Code::RacingMigration, &deployment(2, "alembic current"));
        passes(Code::RacingMigration, &deployment(2, "flyway migrate"));
    }
}
