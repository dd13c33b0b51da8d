//! Checks that files still flow: every mount with a direction is there, and what is written can be written.

use super::order::span_of;
use super::pair::Pair;
use super::rendered::RenderedContainer;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Direction, Mount, Storage};
use crate::object::Node;
use crate::source::Span;
use std::collections::HashMap;

/// The sources of volumes that no container can write.
const READ_ONLY: [&str; 5] = ["configMap", "downwardAPI", "image", "projected", "secret"];

/// Reports mounts by which files flow in the source, but not in the object.
pub(super) fn check(pair: &Pair<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let volumes = pair.rendered.spec.get("volumes").map_or(&[][..], Node::items).iter();
    let volumes: HashMap<&str, &Node> = volumes.map(|volume| (text(volume, "name"), volume)).collect();
    for (at, container, there) in pair.containers() {
        let Some(there) = there else { continue };
        let fields = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
        for (mount, fields) in container.mounts.iter().zip(fields) {
            if mount.direction == Direction::Mounts {
                continue;
            }
            let lost = lost(fields, there)
                .or_else(|| locked(pair, mount, fields, there, volumes.get(mount.volume.text.as_str())));
            if let Some((place, why)) = lost {
                let error = report(container, mount, fields, (place, why));
                let link = mount.index.and_then(|volume| pair.flow_of(at, volume));
                let other_end = link.and_then(|(after, because)| {
                    Some((
                        span_of(because).filter(|span| *span != mount.span)?,
                        pair.sentence(after, because),
                    ))
                });
                diagnostics.push(match other_end {
                    Some((span, sentence)) => error.label(span, sentence),
                    None => error,
                });
            }
        }
    }
}

/// Why a container of the object does not have a mount, if it does not.
fn lost(mount: &Node, there: &RenderedContainer) -> Option<(Span, String)> {
    let mounts = there.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let (name, path) = (text(mount, "name"), path(mount));
    let same = |other: &&Node| text(other, "name") == name;
    if mounts.iter().filter(same).any(|other| self::path(other) == path && sub(other) == sub(mount)) {
        return None;
    }
    Some(if let Some(other) = mounts.iter().find(|other| self::path(other) == path) {
        let volume = text(other, "name");
        if volume == name {
            (other.span, format!("another part of `{name}` is at {path} here"))
        } else {
            (other.span, format!("`{volume}` is at {path} here"))
        }
    } else if let Some(other) = mounts.iter().find(same) {
        (other.span, format!("`{name}` is at {} here", self::path(other)))
    } else {
        (there.place, format!("`{}` does not mount `{name}` here", there.name))
    })
}

/// Why a container of the object cannot write where it has to.
fn locked(
    pair: &Pair<'_>,
    mount: &Mount,
    fields: &Node,
    there: &RenderedContainer,
    volume: Option<&&Node>,
) -> Option<(Span, String)> {
    if mount.direction == Direction::Reads {
        return None;
    }
    let mounts = there.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let is_locked = |mount: &&Node| mount.get("readOnly").and_then(Node::as_bool) == Some(true);
    let same = mounts
        .iter()
        .find(|other| text(other, "name") == text(fields, "name") && path(other) == path(fields));
    if let Some(other) = same.filter(is_locked).filter(|_| !is_locked(&fields)) {
        let place = other.entry("readOnly").map_or(other.span, |entry| entry.key_span);
        return Some((place, format!("`{}` cannot write to it here", there.name)));
    }
    let storage = mount.index.map(|index| pair.workload().volumes[index].storage);
    if !matches!(storage, Some(Storage::Scratch | Storage::Memory)) {
        return None;
    }
    let (kind, volume) = READ_ONLY.into_iter().find_map(|kind| Some((kind, volume?.entry(kind)?)))?;
    Some((volume.key_span, format!("`{}` is a `{kind}` here, which nothing can write to", mount.volume.text)))
}

fn report(container: &Container, mount: &Mount, fields: &Node, (place, why): (Span, String)) -> Diagnostic {
    let (name, volume) = (&container.name.text, &mount.volume.text);
    let does = match mount.direction {
        Direction::Reads | Direction::Mounts => "read",
        Direction::Updates => "update",
        Direction::Writes => "write",
    };
    Diagnostic::error(
        Code::LostMount,
        mount.span,
        format!("`{name}` cannot {does} `{volume}` in what was rendered"),
    )
    .here(format!("files flow through `{volume}` at {}", path(fields)))
    .label(place, why)
    .help(format!("keep the mount of `{volume}` at {} in `{name}`", path(fields)))
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_text).unwrap_or_default()
}

fn path(mount: &Node) -> &str {
    let path = text(mount, "mountPath");
    match path.trim_end_matches('/') {
        "" => path,
        trimmed => trimmed,
    }
}

fn sub(mount: &Node) -> (&str, &str) {
    (text(mount, "subPath").trim_end_matches('/'), text(mount, "subPathExpr"))
}
