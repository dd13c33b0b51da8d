#![doc = include_str!("../../diagnostic/explain/joined-lines.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::CommandWords;
use crate::lint::shell::{PlainCommand, script_of, started_program};

/// What is in every script with a command that may have taken in the next one.
const WORDS: [&str; 17] = [
    "set", "cd", "export", "sleep", "mkdir", "cp", "mv", "ch", "rm", "touch", "ln", "curl", "wget", "tar",
    "ap", "yum", "dnf",
];

/// Programs that take names of files, among which another program is hardly meant.
const FILE_TOOLS: [&str; 11] =
    ["mkdir", "cp", "mv", "chown", "chmod", "rm", "touch", "ln", "curl", "wget", "tar"];

/// Programs that often begin the next line.
const STARTERS: [&str; 22] = [
    "mkdir", "cp", "mv", "chown", "chmod", "rm", "touch", "ln", "curl", "wget", "tar", "sleep", "echo",
    "exec", "kubectl", "apt-get", "apk", "sed", "find", "exit", "cat", "cd",
];

/// Words that begin a compound command.
const KEYWORDS: [&str; 5] = ["for", "if", "while", "until", "case"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (container, place, script) in pod.all_scripts(&WORDS).filter(|(_, _, script)| script.text.is_some()) {
        let taken = script.commands.iter().find_map(|command| Some((command, taken_in(command)?)));
        let Some((command, next)) = taken else { continue };
        let owner = place.of(container);
        found.push(warning(
            pod.place(script, command),
            format!("{owner} does not run `{next}`: it is a word of `{}`", command.program()),
        ));
    }
    for (container, place, text, span) in pod.unreadable_scripts(&KEYWORDS) {
        if text.trim().contains('\n') {
            continue;
        }
        let owner = place.of(container);
        let headline = match taken_keyword(text) {
            Some(next) => format!("{owner} does not run `{next}`: it is a word of `set`"),
            None => format!("no shell can read the script of {owner}, which is a single line"),
        };
        let diagnostic = Diagnostic::warning(Code::JoinedLines, span, headline);
        found.push(
            diagnostic
                .here("a `;` is missing, or was lost when lines were joined")
                .help("put each command on a line of its own; in YAML, write `|` instead of `>`"),
        );
    }
    for command in pod.commands() {
        found.extend(comment(&command));
    }
}

fn warning(span: crate::source::Span, headline: String) -> Diagnostic {
    Diagnostic::warning(Code::JoinedLines, span, headline)
        .here("the lines were joined to one")
        .help("put each command on a line of its own; in YAML, write `|` instead of `>`")
}

/// A script that is only a comment, because its first line has taken in the others.
fn comment(command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    let start = started_program(&texts);
    let at = start + script_of(&texts[start..])?.text;
    let text = texts[at].trim();
    let owner = command.place.of(command.container);
    let is_comment = text.starts_with('#') && !text.contains('\n');
    is_comment.then(|| warning(command.place_of(at), format!("the script of {owner} is only a comment")))
}

/// The keyword after the options of a `set` at the start of a script.
fn taken_keyword(text: &str) -> Option<&str> {
    let mut words = text.split_whitespace();
    let next =
        words.next().filter(|word| *word == "set").and_then(|_| words.find(|word| !is_option(word)))?;
    KEYWORDS.contains(&next).then_some(next)
}

/// An option of `set` that nothing separates from the next word.
fn is_option(word: &str) -> bool {
    word == "pipefail" || (word.starts_with('-') && !word.ends_with([';', '&', '|']))
}

/// The program of the next command that a command has among its words.
fn taken_in(command: &PlainCommand) -> Option<&str> {
    match command.program() {
        "set" => after_options(command),
        "cd" => command.operands().nth(1).filter(|word| !word.starts_with(['#', '&'])),
        "sleep" => command
            .operands()
            .nth(1)
            .filter(|word| word.starts_with(|char: char| char.is_ascii_alphabetic()) && *word != "infinity"),
        "export" if command.operands().skip(1).any(|word| word == "export") => Some("export"),
        program if program == "export" || FILE_TOOLS.contains(&program) => {
            let operands: Vec<&str> = command.operands().collect();
            let inner = operands.get(1..operands.len().checked_sub(1)?)?;
            inner.iter().find(|word| STARTERS.contains(word)).copied()
        }
        "apt-get" | "apt" | "apk" | "yum" | "dnf" => {
            command.operands().skip(1).find(|word| *word == command.program())
        }
        _ => None,
    }
}

/// The first word of `set` after its options, which would become `$1`.
fn after_options(set: &PlainCommand) -> Option<&str> {
    let mut words = set.words.iter().skip(1);
    let mut has_options = false;
    while let Some(word) = words.next() {
        let word = word.as_deref()?;
        if ["-", "--"].contains(&word) {
            return None;
        } else if word.starts_with(['-', '+']) {
            has_options = true;
            if word.ends_with('o') {
                words.next();
            }
        } else {
            return has_options.then_some(word);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn a_command_takes_in_the_next_one() {
        let shown = found(
            Code::JoinedLines,
            [
                step("set -e cp -r /defaults/. /v chmod -R g+rX /v"),
                step("set -euo pipefail echo ready"),
                step("cd /v cp a b"),
                step("mkdir -p /v/a chown 1000 /v/a"),
                step("cp /a /v/a chmod 0644 /v/a"),
                step("export A=1 B=2 mv /a /v"),
                step("apk update apk add curl"),
                step("until nc -z db 1; do sleep 2 echo waiting; done"),
                step("until nc -z db 1; do echo waiting; sleep 2 done"),
                step("export A=1 export B=2"),
                "pod p { app a { image \"a:1\"; command [\"sh\", \"-c\", \"set -e for i in 1 2; do echo; done\"] } }".into(),
                "pod p { app a { image \"a:1\"; command [\"sh\", \"-c\", \"#!/bin/sh set -e serve\"] } }".into(),
            ],
        );
        insta::assert_snapshot!(shown, @r##"
        «set -e cp -r /defaults/. /v chmod -R g+rX /v»
          the step `s` does not run `cp`: it is a word of `set`
        «set -euo pipefail echo ready»
          the step `s` does not run `echo`: it is a word of `set`
        «cd /v cp a b»
          the step `s` does not run `cp`: it is a word of `cd`
        «mkdir -p /v/a chown 1000 /v/a»
          the step `s` does not run `chown`: it is a word of `mkdir`
        «cp /a /v/a chmod 0644 /v/a»
          the step `s` does not run `chmod`: it is a word of `cp`
        «export A=1 B=2 mv /a /v»
          the step `s` does not run `mv`: it is a word of `export`
        «apk update apk add curl»
          the step `s` does not run `apk`: it is a word of `apk`
        until nc -z db 1; do «sleep 2 echo waiting;» done
          the step `s` does not run `echo`: it is a word of `sleep`
        script «'''…»
          no shell can read the script of the step `s`, which is a single line
        «export A=1 export B=2»
          the step `s` does not run `export`: it is a word of `export`
        …1"; command ["sh", "-c", «"set -e for i in 1 2; do echo; done"»] } }
          the app `a` does not run `for`: it is a word of `set`
        …1"; command ["sh", "-c", «"#!/bin/sh set -e serve"»] } }
          the script of the app `a` is only a comment
        "##);
        for script in [
            "set -e; cp a b",
            "set -euo pipefail",
            "set -- cp a b; \"$@\"",
            "set -o errexit -o nounset",
            "set $LINE",
            "cd /v && cp a b",
            "mkdir -p /v/bin /v/cp",
            "cp a chmod",
            "apk add --no-cache curl wget git tar",
            "export A=1 B C",
            "rm -rf /v/cache && mkdir /v/cache",
            "sleep infinity",
            "set -ex; while ! nc -z db 1; do sleep 1; done",
            "sleep 1 2",
        ] {
            passes(Code::JoinedLines, &step(script));
        }
    }
}
