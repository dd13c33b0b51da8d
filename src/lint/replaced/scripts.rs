//! Finds commands of scripts that replace or delete the files in a mount.

use super::ReplacedBy;
use crate::lint::files::{FileChange, FileEffect, changes, inside, mount_at};
use crate::lint::shell::{LazyScript, PlainCommand};
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::{Sources, Span};

/// What is in every such command.
const WORDS: [&str; 7] = ["cp", "rsync", "tar", "unzip", "rm", "find", "mv"];

/// A command that replaces what is in a mount.
pub(super) struct ReplacedMount {
    /// The mount, by its index.
    pub(super) mount: usize,
    /// The path in the mount.
    pub(super) inside: String,
    pub(super) span: Span,
    pub(super) by: ReplacedBy,
}

/// What the commands of a container replace at every start.
pub(super) fn replacements(
    workload: &Workload,
    container: &Container,
    sources: &Sources,
) -> Vec<ReplacedMount> {
    let is_step = container.role == Role::Step;
    let runs_once = matches!(workload.kind, WorkloadKind::Job | WorkloadKind::CronJob | WorkloadKind::Pod);
    if (!is_step && runs_once) || container.built_in.is_some() || container.mounts.is_empty() {
        return Vec::new();
    }
    let Some(script) = LazyScript::of(container).filter(|script| script.may_mention(&WORDS)) else {
        return Vec::new();
    };
    let Some(script) = script.get() else { return Vec::new() };
    let mounts = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let replaced = changes(container, script).into_iter().filter(|change| !change.command.tested);
    // An app that only copies is there for that.
    let serves = |change: &FileChange<'_>| change.at + 1 < script.commands.len();
    replaced
        .filter(|change| is_step || serves(change))
        .filter_map(|change| {
            let by = replaces(container, &change)?;
            let path = change.path.trim_end_matches(['*', '/']);
            let mount = mount_at(container, path)?;
            let folder = mount.get("mountPath").and_then(Node::as_text)?;
            Some(ReplacedMount {
                mount: mounts.iter().position(|other| std::ptr::eq(other, mount))?,
                inside: inside(path, folder)?.to_owned(),
                span: script.place_of(sources, &change.command.range),
                by,
            })
        })
        .collect()
}

/// How a change replaces what is there.
fn replaces(container: &Container, change: &FileChange<'_>) -> Option<ReplacedBy> {
    let command = change.command;
    let by = |help: &str| Some(ReplacedBy::Command(help.to_owned()));
    let has = |short, long| command.has(short, long);
    match (change.effect, command.program()) {
        (FileEffect::Fill | FileEffect::Write | FileEffect::Replace, "cp") => {
            let keeps = has('n', "no-clobber") || has('u', "update");
            (!keeps && of_image(container, command))
                .then(|| ReplacedBy::Command("use `cp -n`, which keeps the files that are there".into()))
        }
        (FileEffect::Fill, "rsync") if !has('u', "update") && !has('_', "ignore-existing") => {
            of_image(container, command).then(|| {
                ReplacedBy::Command("add `--ignore-existing`, which keeps the files that are there".into())
            })
        }
        (FileEffect::Fill, "tar") if !has('k', "keep-old-files") && !has('_', "skip-old-files") => {
            by("add `--skip-old-files`, which keeps the files that are there")
        }
        (FileEffect::Fill, "unzip") if !has('n', "") && !has('u', "") => {
            by("use `unzip -n`, which keeps the files that are there")
        }
        (FileEffect::Remove, "rm") if has('r', "recursive") || has('R', "") => {
            change.path.ends_with("/*").then_some(ReplacedBy::Deletion)
        }
        _ => None,
    }
}

/// Whether `cp` takes its files from the image: others may be meant to replace what is there.
fn of_image(container: &Container, command: &PlainCommand) -> bool {
    let mut sources = command.operands().filter(|path| path.starts_with('/')).peekable();
    let Some(first) = sources.peek().copied() else { return false };
    mount_at(container, first).is_none()
}
