#![doc = include_str!("../../diagnostic/explain/refused-write.md")]

mod images;

use super::variables;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::files::{FileChange, FileEffect, WRITERS, changes, has_mount_below, inside, mount_at};
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::{OnFailure, ShellScript};
use crate::model::{Container, Volume};
use crate::object::Node;
use crate::source::Span;

/// The sources of volumes that nobody can write to.
const READ_ONLY: [&str; 5] = ["configMap", "secret", "projected", "downwardAPI", "image"];

/// The files outside volumes that the kubelet gives to each container.
const OF_KUBELET: [&str; 3] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !pod.containers().any(|(_, container)| refuses(pod, container)) {
        return;
    }
    let mut reported = Vec::new();
    for (container, place, script) in pod.all_scripts(&WRITERS) {
        if reported.contains(&container.span) || !refuses(pod, container) {
            continue;
        }
        let changes = changes(container, script);
        let refused = changes.iter().find_map(|change| of_change(pod, container, place, script, change));
        if let Some(refused) = refused {
            reported.push(container.span);
            found.push(refused);
        }
    }
    for (at, container) in pod.containers().filter(|(_, container)| !reported.contains(&container.span)) {
        let script = pod.scripts[at].as_ref().and_then(|script| script.get());
        found.extend(images::warning(pod, container, script));
    }
}

/// Whether something that a container could write to refuses it.
fn refuses(pod: &Pod<'_>, container: &Container) -> bool {
    read_only_root(container).is_some()
        || (0..container.mounts.len()).any(|mount| refusal(pod, container, mount).is_some())
}

/// The place where a container's root file system is made read-only.
fn read_only_root(container: &Container) -> Option<Span> {
    let set = container.fields.at("securityContext.readOnlyRootFilesystem")?;
    (set.as_bool() == Some(true)).then_some(set.span)
}

/// Why a mount refuses every write, with the place that says so.
fn refusal(pod: &Pod<'_>, container: &Container, at: usize) -> Option<(&'static str, Span)> {
    let mount = &container.mounts[at];
    let node = container.fields.get("volumeMounts")?.items().get(at)?;
    let volume: &Volume = pod.workload.volumes.get(mount.index?)?;
    let is_true = |node: &Node| node.as_bool() == Some(true);
    if let Some(source) = READ_ONLY.iter().find(|source| volume.fields.get(source).is_some()) {
        let why = match *source {
            "configMap" => "the files of a ConfigMap are read-only",
            "secret" => "the files of a Secret are read-only",
            "image" => "the files of an image are read-only",
            _ => "its files are read-only",
        };
        return Some((why, volume.span));
    }
    if node.get("readOnly").is_some_and(is_true) {
        return Some(("mounted read-only", mount.span));
    }
    let mut sources = volume.fields.entries().iter();
    let read_only = sources.find_map(|entry| entry.node.get("readOnly").filter(|node| is_true(node)));
    read_only.map(|node| ("the volume is read-only", node.span))
}

fn of_change(
    pod: &Pod<'_>,
    container: &Container,
    place: ScriptPlace,
    script: &ShellScript<'_>,
    change: &FileChange<'_>,
) -> Option<Diagnostic> {
    let (command, path) = (change.command, change.path.as_str());
    // What an earlier run left cannot be told from what the image has.
    let may_be_idle = matches!(change.effect, FileEffect::Remove | FileEffect::Folder)
        || (change.effect == FileEffect::Attributes && !script.fails_with(command));
    // What is left of `$(mktemp)` is an empty name, which the rest of the script uses.
    let goes_on = command.on_failure == OnFailure::GoOn && command.program() != "mktemp";
    if may_be_idle || command.tested || goes_on || path.contains('*') {
        return None;
    }
    // With `TMPDIR`, `mktemp` writes elsewhere.
    if command.program() == "mktemp" && variables(container).any(|(name, ..)| name == "TMPDIR") {
        return None;
    }
    let span = pod.place(script, command);
    let nodes = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let Some(mounted) = mount_at(container, path) else {
        let is_left_alone = OF_KUBELET.contains(&path)
            || change.effect == FileEffect::MoveAway
            || has_mount_below(container, path);
        let root = read_only_root(container).filter(|_| !is_left_alone)?;
        return Some(of_root(pod, container, place, path, span, root));
    };
    let at = nodes.iter().position(|node| std::ptr::eq(node, mounted))?;
    let (why, because) = refusal(pod, container, at)?;
    let volume = &container.mounts[at].volume.text;
    let does = if change.effect == FileEffect::MoveAway { "moves" } else { "writes" };
    let headline = format!("{} {does} `{path}`, but `{volume}` is read-only there", place.of(container));
    let folder = mounted.get("mountPath").and_then(Node::as_text).unwrap_or(path);
    let help = if why == "mounted read-only" {
        format!("let it write: `updates {volume} at {folder}`")
    } else {
        format!(
            "let a step copy the files into a `volume` of the pod's own, change them there, and mount that one at `{folder}`"
        )
    };
    Some(
        Diagnostic::warning(Code::RefusedWrite, span, headline)
            .here("fails at every start")
            .label(because, why)
            .help(help),
    )
}

/// A warning about a write outside every volume.
fn of_root(
    pod: &Pod<'_>,
    container: &Container,
    place: ScriptPlace,
    path: &str,
    span: Span,
    root: Span,
) -> Diagnostic {
    let name = &container.name.text;
    let headline = format!("{} writes `{path}`, but its root file system is read-only", place.of(container));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let of_image = ["/etc", "/usr", "/bin", "/sbin", "/lib", "/opt", "/var/lib"];
    let hides = folder.is_empty() || of_image.iter().any(|of_image| inside(folder, of_image).is_some());
    let help = if hides {
        "write to a volume, or set `readOnlyRootFilesystem false`".to_owned()
    } else {
        let known = pod.workload.volumes.iter().any(|volume| volume.name.text == "tmp");
        let volume = if known { "work" } else { "tmp" };
        format!("add `volume {volume}` to the workload, and `mounts {volume} at {folder}` to `{name}`")
    };
    Diagnostic::warning(Code::RefusedWrite, span, headline)
        .here("is in no volume, so this fails")
        .label(root, "makes all else read-only")
        .help(help)
}

#[cfg(test)]
mod tests;
