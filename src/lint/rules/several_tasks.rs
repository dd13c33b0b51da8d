#![doc = include_str!("../../diagnostic/explain/several-tasks.md")]

use super::migrations::{self, migration};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::{LazyScript, PlainCommand, ShellScript};
use crate::model::Role;

/// For each task, what is in every command that has it.
const TASKS: [&[&str]; 4] = [
    &migrations::WORDS,
    &["nc", "pg_isready", "nslookup", "mysqladmin"],
    &["clone"],
    &["aws", "curl", "wget"],
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, step) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        let is_long =
            |script: &&LazyScript<'_>| TASKS.iter().filter(|words| script.may_mention(words)).count() > 1;
        let Some(script) = pod.scripts[at].as_ref().filter(is_long).and_then(LazyScript::get) else {
            continue;
        };
        let mut tasks: Vec<(&str, &PlainCommand)> = Vec::new();
        for command in script.commands.iter().filter(|command| !command.guarded) {
            if let Some(task) = task(script, command)
                && tasks.iter().all(|(known, _)| *known != task)
            {
                tasks.push((task, command));
            }
        }
        let [(first, _), (second, at), rest @ ..] = tasks.as_slice() else { continue };
        let others = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
        found.push(
            Diagnostic::warning(
                Code::SeveralTasks,
                pod.place(script, at),
                format!("the step `{}` has several tasks: {first}, {second}{others}", step.name.text),
            )
            .here("can be a step of its own")
            .help("make each task a step: each then has its own image, its own retries and its own place in the pod's status"),
        );
    }
}

/// The task that a command certainly has.
fn task(script: &ShellScript<'_>, command: &PlainCommand) -> Option<&'static str> {
    if migration(command).is_some() {
        return Some("a migration");
    }
    let looped = script.loops.iter().any(|repeated| repeated.condition.contains(&command.range.start));
    match command.program() {
        "nc" | "ncat" | "pg_isready" | "nslookup" | "mysqladmin" if looped => Some("a wait"),
        "git" if command.arguments().any(|word| word == "clone") => Some("a clone"),
        "aws" if command.arguments().any(|word| word == "s3") => Some("a download"),
        "curl" | "wget" if !looped && command.has('o', "output") | command.has('O', "output-document") => {
            Some("a download")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn parts_of_one_task_stay_together() {
        let shown =
            found(Code::SeveralTasks, [step("until nc -z db 1; do sleep 1; done; alembic upgrade head")]);
        insta::assert_snapshot!(shown, @r"
        … db 1; do sleep 1; done; «alembic upgrade head»
          the step `s` has several tasks: a wait, a migration
        ");
        passes(Code::SeveralTasks, &step("git clone https://a/b /tmp/b; cp -r /tmp/b /v"));
        passes(
            Code::SeveralTasks,
            &step("curl -fo /v/a https://a/a; curl -fo /v/b https://a/b; tar -xf /v/a"),
        );
        passes(Code::SeveralTasks, &step("alembic current; alembic upgrade head"));
    }
}
