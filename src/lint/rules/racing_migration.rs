#![doc = include_str!("../../diagnostic/explain/racing-migration.md")]

use super::migrations::{WORDS, migration, run_once, runs_at_start};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::ScriptPlace;
use crate::model::{Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let Some((cause, label)) = together(pod.workload).or_else(|| scaled(pod)) else { return };
    let built_in = pod.containers().filter_map(|(_, step)| {
        let (tool, span) = step.unlocked?;
        Some((step, ScriptPlace::Command, tool, span))
    });
    let scripts = pod.all_scripts(&WORDS).filter(|(_, place, _)| runs_at_start(*place));
    let in_scripts = scripts.filter_map(|(container, place, script)| {
        // A test may choose the pod.
        let mut certain = script.commands.iter().filter(|command| !command.tested);
        let (tool, command) = certain.find_map(|command| {
            let migration = migration(command).filter(|migration| !migration.locks)?;
            Some((migration.tool, command))
        })?;
        Some((container, place, tool, pod.place(script, command)))
    });
    for (container, place, tool, span) in built_in.chain(in_scripts) {
        if container.once.is_some() {
            continue;
        }
        let headline =
            format!("several pods run the migration at the same time, and `{tool}` does not take a lock");
        let diagnostic = Diagnostic::warning(Code::RacingMigration, span, headline)
            .here("two runs can interfere")
            .label(label, cause.clone());
        found.push(run_once(pod, container, place, diagnostic));
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

/// What an autoscaler starts at the same time: at least its minimum, when the workload is updated.
fn scaled(pod: &Pod<'_>) -> Option<(String, Span)> {
    let scaler = pod.scaler().filter(|_| pod.workload.kind != WorkloadKind::StatefulSet)?;
    let (pods, place) = scaler.min;
    let cause = format!("HorizontalPodAutoscaler `{}` runs {pods} pods or more", scaler.name);
    (pods > 1).then_some((cause, place?))
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
        for script in [
            "poetry run alembic upgrade head",
            "php artisan migrate --force",
            "npx sequelize-cli db:migrate",
            "php bin/console doctrine:migrations:migrate -n",
            "cd /app && flask db upgrade",
            "until ./manage.py migrate; do sleep 2; done",
        ] {
            found(Code::RacingMigration, [deployment(2, script)]);
        }
        passes(Code::RacingMigration, &deployment(2, "php artisan migrate --force --isolated"));
        passes(Code::RacingMigration, &deployment(2, "alembic upgrade head --sql"));
        passes(Code::RacingMigration, &deployment(2, "if [ $FIRST = yes ]; then alembic upgrade head; fi"));
    }

    #[test]
    fn apps_and_hooks_migrate_too() {
        let deployment =
            |app: &str| format!("deployment d {{ replicas 2; app b {{ image \"b:1\"; {app} }} }}");
        let shown = found(
            Code::RacingMigration,
            [
                deployment("script \"python manage.py migrate --noinput && exec gunicorn a.wsgi\""),
                deployment(
                    "lifecycle { postStart { exec { command [\"alembic\", \"upgrade\", \"head\"] } } }",
                ),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …b { image "b:1"; script "«python manage.py migrate --noinput &&» exec gunicorn a.wsgi" }…
          several pods run the migration at the same time, and `Django` does not take a lock
        …tStart { exec { command [«"alembic", "upgrade", "head"»] } } } } }
          several pods run the migration at the same time, and `Alembic` does not take a lock
        "#);
    }
}
