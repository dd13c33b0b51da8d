#![doc = include_str!("../../diagnostic/explain/scratch-over-limit.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Storage;
use crate::object::Node;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let scratch = pod.workload.volumes.iter().filter(|volume| volume.storage == Storage::Scratch);
    let mut sized = scratch
        .filter_map(|volume| Some((volume, volume.fields.at("emptyDir.sizeLimit")?.as_quantity()?)))
        .peekable();
    if sized.peek().is_none() {
        return;
    }
    // The kubelet adds up the limits of the containers that have one, and evicts the pod when all together use more.
    let totals = &pod.demand().1;
    let Some(limit) = totals.limit("ephemeral-storage").and_then(|limit| limit.quantity.as_ref()) else {
        return;
    };
    let limits = pod
        .workload
        .containers
        .iter()
        .filter_map(|container| container.fields.at("resources.limits")?.get("ephemeral-storage"));
    let highest = limits.max_by(|a, b| a.as_quantity().cmp(&b.as_quantity()));
    for (volume, size) in sized.filter(|(_, size)| *size > limit) {
        let name = &volume.name.text;
        let at = volume.fields.at("emptyDir.sizeLimit").map_or(volume.span, |node: &Node| node.span);
        let headline = format!("`{name}` can hold {size}, but the pod is evicted at {limit} of storage");
        let mut diagnostic = Diagnostic::warning(Code::ScratchOverLimit, at, headline)
            .here("counts towards the storage limit of the pod");
        if let Some(highest) = highest {
            diagnostic = diagnostic.label(highest.span, "the limits of the containers add up");
        }
        found.push(
            diagnostic.help(format!("raise the storage limits above {size}, or lower the size of `{name}`")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::passes;

    #[test]
    fn limits_add_up() {
        let pod = |size: &str, more: &str| {
            format!(
                "pod p {{ volume v scratch {size}; app a {{ image \"a:1\"; storage ..1Gi; mounts v at /v }}; app b {{ image \"b:1\"; {more} }} }}"
            )
        };
        passes(Code::ScratchOverLimit, &pod("2Gi", "storage ..1Gi"));
        passes(Code::ScratchOverLimit, &pod("1Gi", ""));
    }
}
