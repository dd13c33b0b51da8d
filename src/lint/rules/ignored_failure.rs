#![doc = include_str!("../../diagnostic/explain/ignored-failure.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::LazyScript;
use crate::model::Role;

/// Commands that do the actual work of a step: they provide its files or its state.
const WORK: [&str; 23] = [
    "curl",
    "wget",
    "git",
    "cp",
    "mv",
    "tar",
    "unzip",
    "gunzip",
    "aws",
    "gsutil",
    "gcloud",
    "az",
    "rclone",
    "rsync",
    "psql",
    "mysql",
    "pg_restore",
    "alembic",
    "flyway",
    "liquibase",
    "npm",
    "pip",
    "install",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, step) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        let may_continue =
            |script: &&LazyScript<'_>| !script.starts_with_errexit() && script.may_mention(&WORK);
        let Some(script) = pod.scripts[at].as_ref().filter(may_continue).and_then(LazyScript::get) else {
            continue;
        };
        if script.text.is_none() || script.errexit {
            continue;
        }
        let Some((_, earlier)) = script.commands.split_last() else { continue };
        let ignored = earlier.iter().find(|command| {
            WORK.contains(&command.program())
                && !command.may_fail
                && command.pipes_to.is_none()
                && !script.waits().any(|repeated| repeated.range.contains(&command.range.start))
        });
        let Some(command) = ignored else { continue };
        // A script that checks `$?` or sets a trap handles the failure itself.
        let text = script.text.unwrap_or_default();
        if text.contains("$?") || text.contains("trap ") {
            continue;
        }
        found.push(
            Diagnostic::warning(
                Code::IgnoredFailure,
                pod.place(script, command),
                format!("the step `{}` continues if `{}` fails", step.name.text, command.program()),
            )
            .here("the script ignores its exit status")
            .help("use `script`, which stops at the first failure, or begin the script with `set -e`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn shell(script: &str) -> String {
        format!(
            "pod p {{ step s {{ image \"a:1\"; command [\"sh\", \"-c\", \"{script}\"] }}; app b {{ image \"b:1\" }} }}"
        )
    }

    #[test]
    fn a_failure_is_ignored_unless_it_is_the_last() {
        let shown = found(
            Code::IgnoredFailure,
            [shell("cp /a /b; echo done"), shell("if [ -f /a ]; then cp /a /b; fi; echo done")],
        );
        insta::assert_snapshot!(shown, @r#"
        …"; command ["sh", "-c", "«cp /a /b;» echo done"] }; app b { …
          the step `s` continues if `cp` fails
        …-c", "if [ -f /a ]; then «cp /a /b;» fi; echo done"] }; app …
          the step `s` continues if `cp` fails
        "#);
        for script in [
            "set -e; cp /a /b; echo done",
            "cp /a /b && echo done",
            "cp /a /b || exit 1; echo done",
            "echo begin; cp /a /b",
            "if cp /a /b; then echo done; fi; echo end",
            "cp /a /b; [ $? = 0 ] || exit 1",
        ] {
            passes(Code::IgnoredFailure, &shell(script));
        }
    }
}
