#![doc = include_str!("../../diagnostic/explain/read-only-claim.md")]

use crate::context::{ContextObject, ObjectKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::objects::is_on_plain_disk;
use crate::model::Direction;
use crate::object::Node;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !pod.context.has(ObjectKind::PersistentVolumeClaim) {
        return;
    }
    for (_, container) in pod.containers() {
        let nodes = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
        for (mount, node) in container.mounts.iter().zip(nodes) {
            let is_read_only = node.get("readOnly").is_some_and(|node| node.as_bool() != Some(false));
            if is_read_only || mount.direction == Direction::Reads {
                continue;
            }
            let volume = mount.index.and_then(|index| pod.workload.volumes.get(index));
            let Some(claim) = volume.and_then(|volume| volume.fields.get("persistentVolumeClaim")) else {
                continue;
            };
            if claim.get("readOnly").is_some_and(|node| node.as_bool() != Some(false)) {
                continue;
            }
            let Some(name) = claim.get("claimName").and_then(Node::as_text) else { continue };
            let candidates = pod.candidates(ObjectKind::PersistentVolumeClaim, name);
            let places: Option<Vec<&Node>> =
                candidates.iter().map(|claim| only_readable(pod, claim)).collect();
            let Some(place) = places.and_then(|places| places.first().map(|place| place.span)) else {
                continue;
            };
            let headline = format!(
                "`{}` mounts the claim `{name}` for writing, which can only be read",
                container.name.text
            );
            found.push(
                Diagnostic::warning(Code::ReadOnlyClaim, mount.span, headline)
                    .here("the volume is not attached, or writing to it fails")
                    .label(place, "`ReadOnlyMany`: its files cannot be changed")
                    .help("mount it with `reads`, or add another access mode to the claim"),
            );
        }
    }
}

/// The access modes of a claim if they only allow reading.
fn only_readable<'a>(pod: &Pod<'_>, claim: &'a ContextObject) -> Option<&'a Node> {
    let modes = claim.at("spec.accessModes")?;
    let only_reads = matches!(modes.items(), [only] if only.as_text() == Some("ReadOnlyMany"));
    (only_reads && !is_on_plain_disk(pod.context, claim)).then_some(modes)
}
