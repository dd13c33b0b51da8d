#![doc = include_str!("../../diagnostic/explain/memory-volume-over-limit.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Storage;
use crate::object::Node;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, container) in pod.containers() {
        let Some(limit) = container.fields.at("resources.limits").and_then(|limits| limits.entry("memory"))
        else {
            continue;
        };
        let Some(most) = limit.node.as_quantity() else { continue };
        let nodes = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
        let is_writable = |node: &Node| node.get("readOnly").and_then(Node::as_bool) != Some(true);
        let mounts = container.mounts.iter().zip(nodes).filter(|(_, node)| is_writable(node));
        for (mount, _) in mounts {
            let Some(volume) = mount.index.and_then(|index| pod.workload.volumes.get(index)) else {
                continue;
            };
            let size = volume.fields.at("emptyDir.sizeLimit").and_then(Node::as_quantity);
            let Some(size) = size.filter(|size| volume.storage == Storage::Memory && *size >= most) else {
                continue;
            };
            found.push(
                Diagnostic::warning(
                    Code::MemoryVolumeOverLimit,
                    mount.span,
                    format!(
                        "`{}` can write {size} into memory, but is killed at {most}",
                        container.name.text
                    ),
                )
                .here("files in this volume count as the container's memory")
                .label(volume.span, format!("holds up to {size}"))
                .label(limit.node.span, "the container's memory limit")
                .help("raise the limit above the size of the volume, or lower the size"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::passes;

    #[test]
    fn readers_and_disks_are_not_reported() {
        let pod = |volume: &str, mount: &str| {
            format!(
                "pod p {{ volume v {volume}; step s {{ image \"a:1\"; run \"a\"; writes v at /v }}; app b {{ image \"b:1\"; memory ..1Gi; {mount} v at /v }} }}"
            )
        };
        passes(Code::MemoryVolumeOverLimit, &pod("memory 2Gi", "reads"));
        passes(Code::MemoryVolumeOverLimit, &pod("", "reads"));
    }
}
