#![doc = include_str!("../../diagnostic/explain/open-port-not-ready.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Role;
use crate::source::Span;
use crate::steps::BuiltIn;
use crate::steps::wait::ConditionKind;

/// Databases by their usual port, with the condition of `wait` that sends a query.
const DATABASES: [(&str, &str, &str); 3] =
    [("5432", "postgres", "PostgreSQL"), ("3306", "mysql", "MySQL"), ("6379", "redis", "Redis")];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, step) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        let mut asked: Vec<(String, Span)> = Vec::new();
        if let Some(BuiltIn::Wait(Some(wait))) = &step.built_in {
            let ports = wait.targets(ConditionKind::Tcp).filter_map(|address| address.rsplit_once(':'));
            asked.extend(ports.map(|(_, port)| (port.to_owned(), step.span)));
        } else if let Some(script) = pod.script(at, &DATABASES.map(|(port, ..)| port)) {
            let queries = ["psql", "pg_isready", "mysqladmin", "mysql", "redis-cli"];
            if !script.commands.iter().any(|command| queries.contains(&command.program())) {
                let looped =
                    script.loops.iter().flat_map(|repeated| &script.commands[repeated.commands.clone()]);
                let ncs = looped.filter(|command| ["nc", "ncat", "netcat"].contains(&command.program()));
                asked.extend(ncs.filter_map(|command| {
                    let port = command.operands().last()?.to_owned();
                    Some((port, pod.place(script, command)))
                }));
            }
        }
        for (port, span) in asked {
            let Some((_, condition, database)) = DATABASES.iter().find(|(known, ..)| *known == port) else {
                continue;
            };
            found.push(
                Diagnostic::warning(
                    Code::OpenPortNotReady,
                    span,
                    format!("the step `{}` only checks that the port of {database} is open", step.name.text),
                )
                .here("opens before the database answers queries")
                .help(format!("use `wait` with `{condition} \"{condition}://…\"`, which sends a query")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn scripts_are_checked_too() {
        let shown = found(Code::OpenPortNotReady, [step("until nc -z db 5432; do sleep 1; done")]);
        insta::assert_snapshot!(shown, @r"
        until «nc -z db 5432;» do sleep 1; done
          the step `s` only checks that the port of PostgreSQL is open
        ");
        passes(Code::OpenPortNotReady, &step("until nc -z api 8080; do sleep 1; done"));
        passes(
            Code::OpenPortNotReady,
            &step("until nc -z db 5432; do sleep 1; done; psql -h db -c 'select 1'"),
        );
    }
}
