//! Finds commands that do not expect the files of an earlier run.

mod modes;

use super::{RepeatFault, Repeated};
use crate::lint::files::{FileChange, FileEffect, inside};
use crate::lint::rerun::Leftover;
use crate::lint::rules::volume_at;

/// What is in every such command.
pub(super) const WORDS: &[&str] =
    &["mkdir", "ln", ">>", "tee", "sed", "cp", "mkfifo", "mknod", "key", "init"];

pub(super) fn fault<'p>(context: &Repeated<'p, '_>) -> Option<RepeatFault<'p>> {
    let here = context.changes.iter().filter(|change| change.at == context.at);
    here.filter(|change| !context.is_removed(&change.path)).find_map(|change| of_change(context, change))
}

fn of_change<'p>(context: &Repeated<'p, '_>, change: &FileChange<'_>) -> Option<RepeatFault<'p>> {
    let path = &change.path;
    let volume = volume_at(context.pod.workload, context.container, path)?;
    let fault = |fails, why: String, help: String, replaced| {
        Some(RepeatFault { why, leftover: Leftover::Volume(volume), fails, help, replaced })
    };
    let command = context.command;
    match (change.effect, command.program()) {
        (FileEffect::NewFolder, "mkdir") => fault(
            true,
            format!("`mkdir` fails if `{path}` exists"),
            "use `mkdir -p`".into(),
            Some(("mkdir", "mkdir -p")),
        ),
        (FileEffect::Link, _) if !command.has('f', "force") => {
            let replaced = command.written.iter().any(|word| word == "-s").then_some(("ln -s", "ln -sfn"));
            fault(true, format!("`ln` fails if `{path}` exists"), "use `ln -sfn`".into(), replaced)
        }
        (FileEffect::NewFolder, program) => fault(
            true,
            format!("`{program}` fails if `{path}` exists"),
            format!("test it first: `[ -e {path} ] || {program} …`"),
            None,
        ),
        (FileEffect::Append, program) if program != "touch" => {
            // Whoever appends to a log wants what is there.
            if context.is_begun(path) || path.contains("log") {
                return None;
            }
            let how = if program == "tee" { "tee -a" } else { ">>" };
            let help = "create the file anew: use `>` for the first line, or write all lines at once";
            fault(false, format!("`{how}` appends to `{path}` again"), help.into(), None)
        }
        (FileEffect::Edit, "sed") if inserts(&command.written) && !context.is_begun(path) => fault(
            false,
            format!("`sed` adds the line to `{path}` again"),
            format!("look for the line first with `grep -q`, or create `{path}` anew before"),
            None,
        ),
        (FileEffect::Edit, "keytool") if !context.is_begun(path) => fault(
            true,
            format!("`keytool` fails if the alias exists in `{path}`"),
            format!("begin with `rm -f {path}`, or test it first: `[ -f {path} ] || keytool …`"),
            None,
        ),
        (FileEffect::Replace, "ssh-keygen") => fault(
            true,
            format!("`ssh-keygen` asks before it overwrites `{path}`"),
            format!("test it first: `[ -f {path} ] || ssh-keygen …`"),
            None,
        ),
        (FileEffect::Write | FileEffect::Fill, program) => {
            let why = modes::refusal(context, change)?;
            let help = if program == "cp" {
                "use `cp -f`, which removes the old file first".into()
            } else {
                format!("remove the old file first: `rm -f {path}`")
            };
            fault(true, why, help, (program == "cp").then_some(("cp", "cp -f")))
        }
        _ => None,
    }
}

impl Repeated<'_, '_> {
    fn earlier(&self) -> impl Iterator<Item = &FileChange<'_>> {
        self.changes.iter().filter(|change| change.at < self.at)
    }

    /// Whether an earlier command removes what is at a path.
    fn is_removed(&self, path: &str) -> bool {
        let removed = self.earlier().filter(|change| change.effect == FileEffect::Remove);
        let found = self.script.commands[..self.at].iter().filter(|command| command.program() == "find");
        let by_find = found.flat_map(|command| command.arguments().filter(|word| word.starts_with('/')));
        removed
            .map(|change| change.path.as_str())
            .chain(by_find)
            .any(|removed| inside(path, removed.trim_end_matches(['*', '/'])).is_some())
    }

    /// Whether an earlier command makes a file anew, or may.
    fn is_begun(&self, path: &str) -> bool {
        let anew = self.earlier().any(|change| {
            use FileEffect::{Fill, Remove, Replace, Write};
            matches!(change.effect, Fill | Remove | Replace | Write) && inside(path, &change.path).is_some()
        });
        let before = &self.script.commands[..self.at];
        anew || before.iter().any(|before| before.arguments().any(|word| word == path))
    }
}

/// Whether a script of `sed` inserts lines: `$a x`, `1i x`, `/x/a y`.
fn inserts(words: &[String]) -> bool {
    words.iter().skip(1).any(|word| {
        let script = word.trim_matches(['\'', '"']).trim_start();
        let rest = match script.strip_prefix('/') {
            Some(pattern) => pattern.split_once('/').map_or("", |(_, rest)| rest),
            None => script.trim_start_matches(|first: char| first == '$' || first.is_ascii_digit()),
        };
        let has_address = rest.len() < script.len();
        let command = rest.trim_start();
        has_address && command.starts_with(['a', 'i']) && command[1..].starts_with([' ', '\\'])
    })
}
