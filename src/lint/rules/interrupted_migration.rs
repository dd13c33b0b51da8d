#![doc = include_str!("../../diagnostic/explain/interrupted-migration.md")]

use super::image;
use super::migrations::{Migration, migration};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::Script;
use crate::model::{Role, WorkloadKind};
use crate::steps::BuiltIn;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if matches!(pod.workload.kind, WorkloadKind::Pod | WorkloadKind::Job | WorkloadKind::CronJob) {
        return;
    }
    for (at, step) in pod.containers() {
        if step.role != Role::Step || step.once.is_some() {
            continue;
        }
        let built_in = match &step.built_in {
            None => false,
            Some(BuiltIn::Migrate(_)) => true,
            Some(_) => continue,
        };
        let own = if built_in { Script::of(step) } else { None };
        let Some(script) = own.as_ref().or(pod.scripts[at].as_ref()) else { continue };
        let by_command = || {
            script.commands.iter().find_map(|command| match migration(command) {
                Some(Migration { tool, sticky: true, .. }) => Some((tool, pod.place(script, command))),
                _ => None,
            })
        };
        // The built-in step hands the tool its arguments through a script of its own.
        let by_image = image(step).filter(|(name, ..)| built_in && *name == "migrate/migrate");
        let Some((tool, place)) = by_image.map(|_| ("golang-migrate", step.name.span)).or_else(by_command)
        else {
            continue;
        };
        let place = if built_in { step.name.span } else { place };
        let diagnostic = Diagnostic::warning(
            Code::InterruptedMigration,
            place,
            format!("a pod that is killed as it starts leaves the lock of {tool} behind"),
        )
        .here("runs in every pod, and pods are killed");
        let title =
            "add `once` to the step: one Job runs it for the whole rollout, and the pods wait for that";
        found.push(match pod.first_in_block(step, "once") {
            Some((span, text)) if built_in => {
                diagnostic.help(title).fix("add `once`", span, text, Applicability::Unsafe)
            }
            _ => diagnostic.help(title),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{finds, passes};

    #[test]
    fn scripts_are_read_too() {
        let deployment = |run: &str| {
            format!(
                "deployment d {{ namespace \"n\"; step s {{ image \"a:1\"; run \"{run}\" }}; app b {{ image \"b:1\" }} }}"
            )
        };
        finds(Code::InterruptedMigration, &deployment("migrate -path /m -database $(URL) up"));
        passes(Code::InterruptedMigration, &deployment("flyway migrate"));
        passes(Code::InterruptedMigration, &deployment("liquibase status"));
    }
}
