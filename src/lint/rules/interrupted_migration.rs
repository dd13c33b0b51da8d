#![doc = include_str!("../../diagnostic/explain/interrupted-migration.md")]

use super::image;
use super::migrations::{KilledTrace, WORDS, killed_trace, migration, run_once, runs_at_start};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::{LazyScript, ShellScript};
use crate::model::{Container, WorkloadKind};
use crate::source::Span;
use crate::steps::BuiltIn;
use crate::steps::migrate::MigrateOptions;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if matches!(pod.workload.kind, WorkloadKind::Pod | WorkloadKind::Job | WorkloadKind::CronJob) {
        return;
    }
    let mut scripts: Vec<(&Container, ScriptPlace, &ShellScript<'_>)> =
        pod.all_scripts(&WORDS).filter(|(_, place, _)| runs_at_start(*place)).collect();
    let own: Vec<(&Container, LazyScript<'_>)> = pod
        .containers()
        .filter(|(_, step)| matches!(&step.built_in, Some(BuiltIn::Migrate(_))) && tool(step).is_none())
        .filter_map(|(_, step)| Some((step, LazyScript::of(step)?)))
        .collect();
    let read = own.iter().filter_map(|(step, script)| Some((*step, ScriptPlace::Command, script.get()?)));
    scripts.extend(read);
    for (container, place, script) in scripts {
        let mut certain = script.commands.iter().filter(|command| !command.tested);
        let stuck = certain.find_map(|command| {
            let migration = migration(command)?;
            Some((migration.tool, migration.leaves?, pod.place(script, command)))
        });
        let Some((tool, leaves, span)) = stuck else { continue };
        found.extend(warning(pod, container, place, tool, leaves, span));
    }
    for (_, step) in pod.containers() {
        if let Some((tool, leaves)) = tool(step).and_then(killed_trace) {
            found.extend(warning(pod, step, ScriptPlace::Command, tool, leaves, step.name.span));
        }
    }
}

/// The name of the tool that a built-in step names, or whose image it runs.
fn tool(step: &Container) -> Option<&'static str> {
    let Some(BuiltIn::Migrate(options)) = &step.built_in else { return None };
    match options.as_deref() {
        Some(MigrateOptions::Tool { tool, .. }) => Some(tool.name),
        _ => image(step).filter(|(name, ..)| *name == "migrate/migrate").map(|_| "golang-migrate"),
    }
}

fn warning(
    pod: &Pod<'_>,
    container: &Container,
    place: ScriptPlace,
    tool: &str,
    leaves: KilledTrace,
    span: Span,
) -> Option<Diagnostic> {
    if container.once.is_some() {
        return None;
    }
    let built_in = container.built_in.is_some();
    let span = if built_in { container.name.span } else { span };
    let headline = match leaves {
        KilledTrace::Lock => {
            format!("a pod that is killed during the migration does not release the lock of {tool}")
        }
        KilledTrace::Failure => {
            format!("a pod that is killed during the migration leaves one that {tool} counts as failed")
        }
    };
    let diagnostic = Diagnostic::warning(Code::InterruptedMigration, span, headline)
        .here("runs in every pod, and pods can be killed at any time");
    Some(run_once(pod, container, place, diagnostic))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn scripts_are_checked_too() {
        let deployment = |run: &str| {
            format!(
                "deployment d {{ namespace \"n\"; step s {{ image \"a:1\"; run \"{run}\" }}; app b {{ image \"b:1\" }} }}"
            )
        };
        let shown = found(Code::InterruptedMigration, [deployment("migrate -path /m -database $(URL) up")]);
        insta::assert_snapshot!(shown, @r#"
        …tep s { image "a:1"; run «"migrate -path /m -database $(URL) up"» }; app b { image "b:1" …
          a pod that is killed during the migration does not release the lock of golang-migrate
        "#);
        for run in ["npx knex migrate:latest", "npx -y prisma migrate deploy", "bundle exec yoyo apply"] {
            found(Code::InterruptedMigration, [deployment(run)]);
        }
        for tool in ["golang-migrate", "prisma", "liquibase"] {
            let step = format!(
                "migrate s {{ {tool}; from \"/m\"; image \"a:1\"; env {{ DATABASE_URL secret(\"a\", \"b\") }} }}"
            );
            let program = format!("deployment d {{ namespace \"n\"; {step}; app b {{ image \"b:1\" }} }}");
            found(Code::InterruptedMigration, [program]);
        }
        passes(Code::InterruptedMigration, &deployment("flyway migrate"));
        passes(Code::InterruptedMigration, &deployment("liquibase status"));
    }
}
