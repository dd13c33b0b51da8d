#![doc = include_str!("../../diagnostic/explain/ineffective-wait.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::{Loop, PlainCommand, ShellScript};
use std::ops::Range;

/// Programs that pass on what they read, and succeed if there is nothing.
const FILTERS: [&str; 12] =
    ["cat", "tail", "head", "tee", "sort", "uniq", "wc", "tr", "cut", "sed", "jq", "awk"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (container, place, script) in pod.all_scripts(&["until", "while", "for"]) {
        for repeated in &script.loops {
            let Some(Success { command, why, help }) = always_succeeds(script, repeated) else { continue };
            let owner = place.of(container);
            let headline = format!("{owner} does not wait: `{}` {why}", command.program());
            found.push(
                Diagnostic::warning(Code::IneffectiveWait, pod.place(script, command), headline)
                    .here("the loop ends the first time")
                    .help(help),
            );
        }
    }
}

/// Why a condition always holds.
pub(super) struct Success<'s> {
    command: &'s PlainCommand,
    why: &'static str,
    help: &'static str,
}

/// The command that ends a loop the first time, because it succeeds whatever it finds.
pub(super) fn always_succeeds<'s>(script: &'s ShellScript<'_>, repeated: &Loop) -> Option<Success<'s>> {
    let by_condition = || succeeds(script, repeated.ends_on?, repeated.condition.clone());
    by_condition().or_else(|| always_left(script, repeated))
}

/// The command after which a loop is left the first time: `dig db && break`.
fn always_left<'s>(script: &'s ShellScript<'_>, repeated: &Loop) -> Option<Success<'s>> {
    repeated.left_on.iter().find_map(|at| {
        let command = script.commands.get(*at)?;
        let asks = ["dig", "kubectl"].contains(&command.program());
        if asks { succeeds(script, *at, command.range.clone()) } else { None }
    })
}

/// Why a command in some range of a script always succeeds.
fn succeeds<'s>(script: &'s ShellScript<'_>, at: usize, range: Range<usize>) -> Option<Success<'s>> {
    let command = script.commands.get(at)?;
    let text = script.text?.get(range)?;
    let writes = |file: &Option<String>| file.as_deref().is_some_and(|file| file.starts_with("/dev/"));
    // A redirection can fail.
    if text.contains("/dev/tcp")
        || text.contains('<')
        || !command.outputs.iter().all(|(file, _)| writes(file))
    {
        return None;
    }
    let is_piped = script.commands.iter().any(|other| other.pipes_to == Some(at));
    let (why, help) = match command.program() {
        "dig" => (
            "succeeds whatever the answer is",
            "test the answer, `[ -n \"$(dig +short NAME)\" ]`, or use the built-in `wait` with `dns`",
        ),
        "true" | ":" | "echo" | "printf" | "date" => {
            ("always succeeds", "let the loop end with the command that it waits for")
        }
        "sleep" if !is_piped && command.words.len() == 2 => {
            ("always succeeds", "let the loop end with the command that it waits for")
        }
        "kubectl" if !is_piped && prints(command) => (
            "succeeds whatever the value is",
            "use `kubectl wait`, or compare the output: `[ \"$(kubectl get …)\" = … ]`",
        ),
        "kubectl" if lists(command) => (
            "succeeds even if it finds nothing",
            "use `kubectl wait`, or test the output: `[ -n \"$(kubectl get … -o name)\" ]`",
        ),
        program if is_piped && !script.pipefail && FILTERS.contains(&program) && !can_fail(command) => (
            "succeeds even if the command before it fails",
            "end the pipe with a command that tests the output, such as `grep -q`",
        ),
        _ => return None,
    };
    Some(Success { command, why, help })
}

/// `kubectl get job/a -o jsonpath={.status.succeeded}`, whose output nothing reads
fn prints(kubectl: &PlainCommand) -> bool {
    let is_path = |word: &str| {
        ["jsonpath", "-ojsonpath", "--output=jsonpath", "-o=jsonpath", "go-template", "--template"]
            .iter()
            .any(|option| word.starts_with(option))
    };
    kubectl.operands().next() == Some("get") && kubectl.arguments().any(is_path)
}

/// `kubectl get pods -l app=web` and `kubectl get job/a --ignore-not-found`
fn lists(kubectl: &PlainCommand) -> bool {
    let selects = ["-l", "--selector", "--field-selector"];
    let is_option = |word: &str, names: &[&str]| names.contains(&word.split('=').next().unwrap_or(word));
    kubectl.operands().next() == Some("get")
        && kubectl.arguments().any(|word| {
            is_option(word, &selects) || word == "--ignore-not-found" || word == "--ignore-not-found=true"
        })
        && !kubectl.arguments().any(|word| is_option(word, &["-w", "--watch"]))
}

/// Whether a filter can fail: it reads a file, or its status says what it found.
fn can_fail(filter: &PlainCommand) -> bool {
    let exits =
        |word: &str| ["-e", "--exit-status", "-er", "-re"].contains(&word) && filter.program() == "jq";
    let reads =
        |word: &str| word.starts_with(['/', '.']) && !["tee", "sed", "jq"].contains(&filter.program());
    filter.words.iter().any(Option::is_none) || filter.arguments().any(|word| exits(word) || reads(word))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn a_condition_that_always_holds_is_found() {
        let shown = found(
            Code::IneffectiveWait,
            [
                step("until dig db; do sleep 2; done"),
                step("while ! dig +short db > /dev/null 2>&1; do sleep 2; done"),
                step("until nc -z db 5432 || true; do sleep 2; done"),
                step("until curl -fs http://a/ | tee /dev/stderr; do sleep 2; done"),
                step("until nc -z db 5432; echo waiting; do sleep 2; done"),
                step("until kubectl get pods -l app=db; do sleep 2; done"),
                step("until kubectl get job a -o jsonpath={.status.succeeded}; do sleep 2; done"),
                step("for i in 1 2 3; do dig db && exit 0; sleep 1; done; exit 1"),
                step("while true; do if dig db; then break; fi; sleep 1; done"),
            ],
        );
        insta::assert_snapshot!(shown, @r"
        until «dig db;» do sleep 2; done
          the step `s` does not wait: `dig` succeeds whatever the answer is
        while ! «dig +short db > /dev/null 2>&1;» do sleep 2; done
          the step `s` does not wait: `dig` succeeds whatever the answer is
        until nc -z db 5432 || «true;» do sleep 2; done
          the step `s` does not wait: `true` always succeeds
        …til curl -fs http://a/ | «tee /dev/stderr;» do sleep 2; done
          the step `s` does not wait: `tee` succeeds even if the command before it fails
        until nc -z db 5432; «echo waiting;» do sleep 2; done
          the step `s` does not wait: `echo` always succeeds
        until «kubectl get pods -l app=db;» do sleep 2; done
          the step `s` does not wait: `kubectl` succeeds even if it finds nothing
        until «kubectl get job a -o jsonpath={.status.succeeded};» do sleep 2; done
          the step `s` does not wait: `kubectl` succeeds whatever the value is
        for i in 1 2 3; do «dig db &&» exit 0; sleep 1; done; …
          the step `s` does not wait: `dig` succeeds whatever the answer is
        while true; do if «dig db;» then break; fi; sleep 1…
          the step `s` does not wait: `dig` succeeds whatever the answer is
        ");
        for script in [
            "until nslookup db; do sleep 2; done",
            "until dig +short db | grep -q .; do sleep 2; done",
            "until nc -z db 5432 && echo ready; do sleep 2; done",
            "until echo > /dev/tcp/db/5432; do sleep 2; done",
            "while true; do date; sleep 2; done",
            "until kubectl get job a; do sleep 2; done",
            "until curl -s http://a/ | jq -e .ready; do sleep 2; done",
            "set -o pipefail; until curl -fs http://a/ | tail -1; do sleep 2; done",
            "until tail -1 /v/log; do sleep 2; done",
            "for i in 1 2; do echo $i && break; done",
            "while true; do dig db | grep -q ANSWER && break; sleep 1; done",
        ] {
            passes(Code::IneffectiveWait, &step(script));
        }
        passes(Code::EndlessWait, &step("until dig db; do sleep 2; done"));
    }
}
