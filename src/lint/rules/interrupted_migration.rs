#![doc = include_str!("../../diagnostic/explain/interrupted-migration.md")]

use super::image;
use super::migrations::{Migration, WORDS, add_once, migration};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::LazyScript;
use crate::model::{Role, WorkloadKind};
use crate::steps::BuiltIn;
use crate::steps::migrate::MigrateOptions;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if matches!(pod.workload.kind, WorkloadKind::Pod | WorkloadKind::Job | WorkloadKind::CronJob) {
        return;
    }
    for (at, step) in pod.containers() {
        if step.role != Role::Step || step.once.is_some() {
            continue;
        }
        let (built_in, is_helped) = match &step.built_in {
            None => (false, false),
            Some(BuiltIn::Migrate(options)) => (true, options.as_deref().is_some_and(is_helped)),
            Some(_) => continue,
        };
        let own = if built_in { LazyScript::of(step) } else { None };
        let Some(command) = own.as_ref().or(pod.scripts[at].as_ref()) else { continue };
        // The scripts that help a tool pass on its arguments, which say what it does.
        let by_command = || {
            let script = command.get().filter(|_| !is_helped && command.may_mention(&WORDS))?;
            script.commands.iter().find_map(|command| match migration(command) {
                Some(Migration { tool, sticky: true, .. }) => Some((tool, pod.place(script, command))),
                _ => None,
            })
        };
        let by_image = image(step).filter(|(name, ..)| built_in && *name == "migrate/migrate");
        let Some((tool, place)) = by_image.map(|_| ("golang-migrate", step.name.span)).or_else(by_command)
        else {
            continue;
        };
        let place = if built_in { step.name.span } else { place };
        let diagnostic = Diagnostic::warning(
            Code::InterruptedMigration,
            place,
            format!("a pod that is killed during the migration does not release the lock of {tool}"),
        )
        .here("runs in every pod, and pods can be killed at any time");
        found.push(add_once(pod, step, diagnostic));
    }
}

/// Whether a script helps the tool of a built-in step.
fn is_helped(options: &MigrateOptions) -> bool {
    matches!(options, MigrateOptions::Tool { tool, .. } if tool.script.is_some())
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
        passes(Code::InterruptedMigration, &deployment("flyway migrate"));
        passes(Code::InterruptedMigration, &deployment("liquibase status"));
    }
}
