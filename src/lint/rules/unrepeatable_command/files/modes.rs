//! Finds files that their own script makes read-only.

use super::super::Repeated;
use crate::lint::files::{FileChange, FileEffect, inside};
use crate::lint::rules::volume_at;
use crate::lint::shell::PlainCommand;
use crate::object::Node;

/// Why a file cannot be written a second time.
pub(super) fn refusal(context: &Repeated<'_, '_>, change: &FileChange<'_>) -> Option<String> {
    let command = context.command;
    let keeps = command.has('n', "no-clobber") || command.has('u', "update");
    if command.has('f', "force") || keeps || !obeys_modes(context) {
        return None;
    }
    let copies = command.program() == "cp";
    if change.effect == FileEffect::Fill && !copies {
        return None;
    }
    let written = |file: &str| {
        let names = command.operands().filter(|_| copies).filter_map(|source| source.rsplit('/').next());
        file == change.path || names.into_iter().any(|name| file == format!("{}/{name}", change.path))
    };
    let by_chmod = context.changes.iter().find(|other| {
        other.effect == FileEffect::Attributes
            && other.command.program() == "chmod"
            && removes_writing(other.command)
            && (written(&other.path) || is_in_pattern(&change.path, &other.path))
    });
    if let Some(chmod) = by_chmod {
        let mode = chmod.command.operands().next().or_else(|| chmod.command.word(1)).unwrap_or_default();
        return Some(format!("`chmod {mode}` has made `{}` read-only by then", chmod.path));
    }
    let sources = command.operands().filter(|_| copies);
    let source = sources.into_iter().find(|source| is_read_only_file(context, source))?;
    Some(format!("`{source}` is read-only, and so is its copy, which `cp` cannot overwrite"))
}

/// Whether the container's user may not write to a read-only file of its own.
fn obeys_modes(context: &Repeated<'_, '_>) -> bool {
    let own = context.container.fields.get("securityContext");
    let of_pod = context.pod.workload.pod.spec.get("securityContext");
    let get = |field| own.and_then(|own| own.get(field)).or_else(|| of_pod?.get(field));
    let non_root = || get("runAsNonRoot").and_then(Node::as_bool) == Some(true);
    let is_other = get("runAsUser").and_then(Node::as_int).map_or_else(non_root, |user| user > 0);
    let list = |field| {
        let list = own.and_then(|own| own.at(field)).map_or(&[][..], Node::items);
        list.iter().filter_map(Node::as_text).collect::<Vec<_>>()
    };
    let dropped = list("capabilities.drop").contains(&"ALL");
    is_other || (dropped && !list("capabilities.add").contains(&"DAC_OVERRIDE"))
}

/// Whether `chmod` takes away its owner's right to write.
fn removes_writing(chmod: &PlainCommand) -> bool {
    let Some(mode) = chmod.arguments().find(|word| !["-R", "-v", "-f", "-c"].contains(word)) else {
        return false;
    };
    if mode.chars().all(|digit| digit.is_digit(8)) {
        return i64::from_str_radix(mode, 8).is_ok_and(|mode| mode & 0o200 == 0);
    }
    mode.split(',').any(|part| {
        let of_owner = |who: &str| who.is_empty() || who.contains(['a', 'u']);
        match (part.split_once('-'), part.split_once('=')) {
            (Some((who, rights)), _) => of_owner(who) && rights.contains('w'),
            (None, Some((who, rights))) => of_owner(who) && !rights.contains('w'),
            (None, None) => false,
        }
    })
}

/// Whether a path matches `folder/*`.
fn is_in_pattern(path: &str, pattern: &str) -> bool {
    pattern.strip_suffix("/*").is_some_and(|folder| inside(path, folder).is_some_and(|rest| !rest.is_empty()))
}

/// Whether a file is one of a volume whose files nobody may write.
fn is_read_only_file(context: &Repeated<'_, '_>, path: &str) -> bool {
    let Some(volume) = volume_at(context.pod.workload, context.container, path) else { return false };
    let mut modes = ["secret", "configMap", "projected"]
        .iter()
        .filter_map(|source| volume.fields.get(source)?.get("defaultMode")?.as_int());
    modes.any(|mode| mode & 0o200 == 0)
}
