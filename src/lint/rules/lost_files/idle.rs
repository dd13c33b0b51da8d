//! Finds steps that do nothing but make files that are gone when they end.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::files::FileChange;
use crate::lint::shell::{PlainCommand, ShellScript};
use crate::model::{Container, Direction, Role};

/// Programs that only make and change files, or print something.
const LOCAL: [&str; 60] = [
    ":",
    "[",
    "[[",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "awk",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "cut",
    "date",
    "dnf",
    "echo",
    "envsubst",
    "find",
    "grep",
    "groupadd",
    "gunzip",
    "gzip",
    "head",
    "id",
    "install",
    "ln",
    "ls",
    "microdnf",
    "mkdir",
    "mv",
    "openssl",
    "printf",
    "pwd",
    "rm",
    "sed",
    "set",
    "sleep",
    "sort",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "truncate",
    "ulimit",
    "umask",
    "unzip",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "wc",
    "whoami",
    "which",
    "yum",
    "exit",
];

/// Programs that install something, with the words for it.
const INSTALLERS: [(&str, &[&str]); 11] = [
    ("apk", &["add"]),
    ("apt", &["install"]),
    ("apt-get", &["install"]),
    ("dnf", &["install"]),
    ("gem", &["install"]),
    ("microdnf", &["install"]),
    ("npm", &["install", "ci", "i"]),
    ("pip", &["install"]),
    ("pip3", &["install"]),
    ("yarn", &["install", "add"]),
    ("yum", &["install"]),
];

pub(super) fn warning(
    pod: &Pod<'_>,
    step: &Container,
    script: &ShellScript<'_>,
    changes: &[FileChange<'_>],
    lost: &[&FileChange<'_>],
) -> Option<Diagnostic> {
    if step.role != Role::Step || script.waits().next().is_some() || !script.commands.iter().all(is_local) {
        return None;
    }
    // A step that ends with a test is there for its result.
    let is_test = |command: &PlainCommand| ["test", "[", "[[", "grep"].contains(&command.program());
    if script.commands.last().is_some_and(is_test) {
        return None;
    }
    let name = &step.name.text;
    let installs = script.commands.iter().find(|command| installs(command));
    let writes = step.mounts.iter().any(|mount| mount.direction != Direction::Reads);
    let limits = script.runs("ulimit").find(|command| command.operands().next().is_some());
    let kept = changes.iter().filter(|change| !lost.iter().any(|lost| std::ptr::eq(*lost, *change)));
    if kept.count() > 0 {
        return None;
    }
    let (command, headline, help) = if let Some(command) = installs.filter(|_| !writes) {
        let headline = format!("what the step `{name}` installs is gone when it ends");
        (
            command,
            headline,
            "build an image that has it: each container starts from its image alone".to_owned(),
        )
    } else if let Some(change) = lost.last().filter(|_| !has_unknown(script, changes)) {
        let path = change.path.trim_end_matches(['*', '/']);
        let headline = format!("what the step `{name}` makes in `{path}` is gone when it ends");
        let help =
            format!("mount a volume there, `writes … at {path}`, and mount it where the files are needed");
        (change.command, headline, help)
    } else if let Some(command) = limits {
        let headline = format!("the limit that the step `{name}` sets is gone when it ends");
        (command, headline, "set it in the command that needs it: `ulimit … && exec …`".to_owned())
    } else {
        return None;
    };
    Some(
        Diagnostic::warning(Code::LostFiles, pod.place(script, command), headline)
            .here("in no volume, and the step does nothing else")
            .help(help),
    )
}

fn installs(command: &PlainCommand) -> bool {
    let words = INSTALLERS.iter().find(|(program, _)| *program == command.program());
    let target = ["-t", "--target", "--prefix", "--root", "-C", "--cwd", "--download", "--user"];
    words.is_some_and(|(_, words)| {
        command.operands().next().is_some_and(|verb| words.contains(&verb))
            && !command.arguments().any(|word| target.contains(&word.split('=').next().unwrap_or(word)))
    })
}

/// Whether a command acts on nothing but files of its own container.
fn is_local(command: &PlainCommand) -> bool {
    match command.program() {
        "curl" | "wget" => {
            let sends = ["X", "d", "F", "T"]
                .iter()
                .any(|option| command.arguments().any(|word| word.starts_with(&format!("-{option}"))))
                || command.arguments().any(|word| {
                    ["--request", "--data", "--form", "--upload", "--post", "--method"]
                        .iter()
                        .any(|option| word.starts_with(option))
                });
            !sends
        }
        "git" => command.operands().any(|word| ["clone", "init", "config"].contains(&word)),
        "find" => !command.arguments().any(|word| word.starts_with("-exec") || word == "-delete"),
        "npm" | "pnpm" | "yarn" if command.operands().any(|word| word == "build") => true,
        program => LOCAL.contains(&program) || installs(command),
    }
}

/// Whether a command makes files at a place that is not known.
fn has_unknown(script: &ShellScript<'_>, changes: &[FileChange<'_>]) -> bool {
    const MAKERS: [&str; 14] = [
        "chmod", "chown", "cp", "curl", "git", "gunzip", "install", "ln", "mkdir", "mv", "sed", "tar",
        "unzip", "wget",
    ];
    script.commands.iter().enumerate().any(|(at, command)| {
        let makes = MAKERS.contains(&command.program())
            && (command.program() != "sed" || command.has('i', "in-place"));
        let unknown = command.outputs.iter().any(|(file, _)| file.is_none());
        unknown || (makes && !changes.iter().any(|change| change.at == at))
    })
}
