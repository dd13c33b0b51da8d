//! Works out which files the commands of a container make, change and remove: the one reading of paths for all rules.
//!
//! Invariant: a path is absolute, and known from the text of the command, from `cd` and from `workingDir`.

mod programs;

use super::shell::{PlainCommand, ShellScript};
use crate::model::Container;
use crate::object::Node;

/// What is in every command that changes a file.
pub(super) const WRITERS: [&str; 39] = [
    ">",
    "add",
    "apk",
    "apt",
    "aws",
    "ch",
    "cp",
    "crudini",
    "curl",
    "dd",
    "dnf",
    "gcloud",
    "git",
    "gsutil",
    "install",
    "key",
    "ln",
    "mc",
    "mk",
    "mv",
    "openssl",
    "perl",
    "pip",
    "rclone",
    "rm",
    "rsync",
    "s5cmd",
    "sed",
    "shred",
    "tar",
    "tee",
    "touch",
    "truncate",
    "un",
    "update-ca",
    "useradd",
    "wget",
    "yq",
    "yum",
];

/// What a command does to the file or folder at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileEffect {
    /// Writes a file anew, into the old one if there is one.
    Write,
    /// Puts a new file in the place of the old one.
    Replace,
    /// Writes at the end of a file.
    Append,
    /// Changes a text in place.
    Edit,
    /// Makes a folder, which must not exist.
    NewFolder,
    /// Makes a folder, unless it exists.
    Folder,
    /// Puts files into a folder.
    Fill,
    /// Makes a link.
    Link,
    /// Changes the owner or the mode.
    Attributes,
    /// Removes it, if it is there.
    Remove,
    /// Moves it away.
    MoveAway,
}

/// A change of a file or folder.
#[derive(Debug)]
pub(super) struct FileChange<'s> {
    /// The command that makes it, by its index in the script.
    pub(super) at: usize,
    pub(super) command: &'s PlainCommand,
    pub(super) path: String,
    pub(super) effect: FileEffect,
}

/// What the commands of a script change, in their order.
pub(super) fn changes<'s>(container: &Container, script: &'s ShellScript<'_>) -> Vec<FileChange<'s>> {
    let mut folder = container.fields.get("workingDir").and_then(Node::as_text).map(str::to_owned);
    let mut changes = Vec::new();
    for (at, command) in script.commands.iter().enumerate() {
        if command.program() == "cd" {
            // In a subshell, `cd` means only its own commands.
            let before = script.text.and_then(|text| text.get(..command.range.start)).unwrap_or_default();
            let in_subshell = before.trim_end().ends_with('(');
            folder = command.word(1).filter(|_| !in_subshell).and_then(|to| absolute(to, folder.as_deref()));
            continue;
        }
        for (path, effect) in programs::effects(command) {
            let Some(path) = absolute(&path, folder.as_deref()) else { continue };
            changes.push(FileChange { at, command, path, effect });
        }
    }
    changes
}

/// A path from the root, without `.` and `..` in it.
fn absolute(path: &str, folder: Option<&str>) -> Option<String> {
    let from = if path.starts_with('/') { "" } else { folder.filter(|folder| folder.starts_with('/'))? };
    if path.starts_with('~') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// The rest of a path in a folder; empty if it is the folder itself.
pub(super) fn inside<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
}

/// The mount that has a path: the longest of those around it.
pub(super) fn mount_at<'c>(container: &'c Container, path: &str) -> Option<&'c Node> {
    let mounts = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let around = mounts.iter().filter_map(|mount| {
        let folder = mount.get("mountPath")?.as_text()?;
        inside(path, folder).map(|_| (folder.trim_end_matches('/').len(), mount))
    });
    around.max_by_key(|(length, _)| *length).map(|(_, mount)| mount)
}

/// Whether a mount is in the folder at a path: what goes into the folder may go into the mount.
pub(super) fn has_mount_below(container: &Container, path: &str) -> bool {
    let mounts = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    mounts.iter().any(|mount| {
        mount.get("mountPath").and_then(Node::as_text).is_some_and(|mount| inside(mount, path).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn paths_are_followed() {
        assert_eq!(absolute("a/./b/../c", Some("/w")).as_deref(), Some("/w/a/c"));
        assert_eq!(absolute("/a//b/", None).as_deref(), Some("/a/b"));
        assert_eq!(absolute("a", None), None);
        assert_eq!(absolute("~/a", Some("/w")), None);
    }
}
