#![doc = include_str!("../../diagnostic/explain/unrepeatable-command.md")]

use super::volume_at;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::rerun::Leftover;
use crate::lint::shell::PlainCommand;
use crate::model::Container;

/// What is in every command that cannot be repeated: a program, or the redirection that appends to a file.
const WORDS: [&str; 6] = ["mkdir", "ln", "tables", "createdb", "createuser", ">>"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&WORDS) {
        for (at, command) in script.commands.iter().enumerate() {
            if command.guarded || command.may_fail {
                continue;
            }
            let before = &script.commands[..at];
            let Some(fault) = fault(pod, step, command, before) else { continue };
            let Some(when) = pod.runs_again(step, fault.leftover) else { continue };
            let place = pod.place(script, command);
            let mut diagnostic = Diagnostic::warning(
                Code::UnrepeatableCommand,
                place,
                format!("the step `{}` cannot run twice: {}", step.name.text, fault.why),
            )
            .here(format!("the step {when}"))
            .help(fault.help);
            if let Some((old, new)) = fault.replaced
                && place != script.span
                && let Some(start) = pod.sources.slice(place).find(old)
            {
                let start = place.start + u32::try_from(start).unwrap_or_default();
                let end = start + u32::try_from(old.len()).unwrap_or_default();
                let span = crate::source::Span { start, end, ..place };
                diagnostic = diagnostic.fix(format!("use `{new}`"), span, new, Applicability::Unsafe);
            }
            found.push(diagnostic);
        }
    }
}

struct RepeatFault<'a> {
    why: String,
    /// What makes the second run fail.
    leftover: Leftover<'a>,
    help: &'static str,
    /// The words to replace, if that fixes it.
    replaced: Option<(&'static str, &'static str)>,
}

fn fault<'a>(
    pod: &Pod<'a>,
    step: &Container,
    command: &PlainCommand,
    before: &[PlainCommand],
) -> Option<RepeatFault<'a>> {
    let removed = |path: &str| {
        before.iter().any(|command| {
            ["rm", "rmdir", "find"].contains(&command.program())
                && command.arguments().any(|word| path.starts_with(word.trim_end_matches(['*', '/'])))
        })
    };
    let kept = |path: &str| {
        let volume = volume_at(pod.workload, step, path).filter(|_| !removed(path))?;
        Some(Leftover::Volume(volume))
    };
    let fault = |leftover, why: String, help, replaced| Some(RepeatFault { why, leftover, help, replaced });
    match command.program() {
        "mkdir" if !command.has('p', "parents") => {
            let (path, leftover) = command.operands().find_map(|path| Some((path, kept(path)?)))?;
            fault(
                leftover,
                format!("`mkdir` fails if `{path}` exists"),
                "use `mkdir -p`",
                Some(("mkdir", "mkdir -p")),
            )
        }
        "ln" if !command.has('f', "force") && command.operands().count() == 2 => {
            let path = command.operands().last()?;
            let leftover = kept(path)?;
            let replaced = command.written.iter().any(|word| word == "-s").then_some(("ln -s", "ln -sfn"));
            fault(leftover, format!("`ln` fails if `{path}` exists"), "use `ln -sfn`", replaced)
        }
        "iptables" | "ip6tables" if command.has('N', "new-chain") => {
            let why = "the new chain still exists in the pod's network".to_owned();
            fault(Leftover::Network, why, "use `iptables -N NAME || iptables -F NAME`", None)
        }
        "createdb" | "createuser" => {
            let why = format!("`{}` fails if its object exists", command.program());
            fault(
                Leftover::Elsewhere,
                why,
                "check first whether it exists, or accept the failure: `|| true`",
                None,
            )
        }
        _ => {
            let path = command.outputs.iter().find_map(|(file, adds)| file.as_deref().filter(|_| *adds))?;
            // A file grows from run to run only if no earlier command creates it anew.
            let begun = before.iter().any(|before| {
                before.outputs.iter().any(|(file, adds)| !adds && file.as_deref() == Some(path))
                    || before.arguments().any(|word| word == path)
            });
            let leftover = kept(path).filter(|_| !begun)?;
            let help = "create the file anew: use `>` for the first line, or write all lines at once";
            fault(leftover, format!("`>>` appends to `{path}` again"), help, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::{CompileOptions, NoFiles, compile};
    use crate::diagnostic::Code;
    use crate::kubernetes::version::Version;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn files_in_a_volume_survive() {
        let shown = found(
            Code::UnrepeatableCommand,
            [
                step("mkdir /v/a"),
                step("ln -s /opt/a /v/a"),
                step("echo a >> /v/config"),
                step("iptables -t nat -N REDIRECT"),
                step("createdb shop"),
            ],
        );
        insta::assert_snapshot!(shown, @r"
        «mkdir /v/a»
          the step `s` cannot run twice: `mkdir` fails if `/v/a` exists
          fix (unsafe): use `mkdir -p`
          - mkdir /v/a
          + mkdir -p /v/a
        «ln -s /opt/a /v/a»
          the step `s` cannot run twice: `ln` fails if `/v/a` exists
          fix (unsafe): use `ln -sfn`
          - ln -s /opt/a /v/a
          + ln -sfn /opt/a /v/a
        «echo a >> /v/config»
          the step `s` cannot run twice: `>>` appends to `/v/config` again
        «iptables -t nat -N REDIRECT»
          the step `s` cannot run twice: the new chain still exists in the pod's network
        «createdb shop»
          the step `s` cannot run twice: `createdb` fails if its object exists
        ");
        for script in [
            "mkdir /tmp/a",
            "mkdir -p /v/a",
            "mkdir --parents /v/a",
            "mkdir /v/a || true",
            "[ -d /v/a ] || mkdir /v/a",
            "rm -rf /v/a; mkdir /v/a",
            "rm -rf /v/*; mkdir /v/a",
            "ln -sf /opt/a /v/a",
            "echo a > /v/config; echo b >> /v/config",
            "cp /etc/config /v/config; echo b >> /v/config",
            "echo a >> /tmp/log",
            "if ! createdb shop; then echo there; fi",
        ] {
            passes(Code::UnrepeatableCommand, &step(script));
        }
    }

    /// When the steps of a pod run again, according to the label of a finding.
    fn when(pod: &str, volume: &str, step: &str, script: &str) -> String {
        let source = format!(
            "{pod}; volume v {volume}; step s {{ image \"a:1\"; {step}; script \"{script}\"; mounts v at /v }}; app b {{ image \"b:1\"; mounts v at /v }} }}"
        );
        let options = CompileOptions { version: Version::NEWEST, ..CompileOptions::default() };
        let compilation = compile("p.initflow", source, &NoFiles, &options);
        assert!(!compilation.failed(), "{:?}", compilation.diagnostics);
        let found = compilation.diagnostics.into_iter().find(|found| found.code == Code::UnrepeatableCommand);
        found.map_or("never\n".to_owned(), |found| format!("{}\n", found.primary.text))
    }

    #[test]
    fn a_finding_says_when_it_matters() {
        const JOB: &str = "job p { restartPolicy Never";
        const POD: &str = "deployment p { replicas 1";
        const RULE: &str = "restartPolicy OnFailure; restartPolicyRules { action RestartAllContainers; exitCodes { operator In; values [42] } }";
        let shown = [
            when(POD, "", "", "mkdir /v/a"),
            when(POD, "claim \"data\"", "", "mkdir /v/a"),
            when(POD, "", "restartPolicy Never", "mkdir /v/a"),
            when(POD, "", RULE, "mkdir /v/a"),
            when(POD, "", "", "iptables -N CHAIN"),
            when(JOB, "", "", "mkdir /v/a"),
            when(JOB, "", "restartPolicy OnFailure", "mkdir /v/a"),
            when(JOB, "claim \"data\"", "", "mkdir /v/a"),
            when(JOB, "", "", "createdb shop"),
        ]
        .concat();
        insta::assert_snapshot!(shown, @r"
        the step runs again if it fails or the node restarts
        the step runs again in every new pod
        the step runs again if the node restarts
        the step runs again each time `s` ends with exit code 42
        the step runs again if it fails
        never
        the step runs again if it fails
        the step runs again in every new pod
        the step runs again in every new pod
        ");
    }
}
