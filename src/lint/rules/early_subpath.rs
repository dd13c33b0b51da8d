#![doc = include_str!("../../diagnostic/explain/early-subpath.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Direction, Role, Storage};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let containers = &pod.workload.containers;
    for (at, reader) in pod.containers() {
        for mount in reader.mounts.iter().filter(|mount| mount.direction == Direction::Reads) {
            let (Some(sub), Some(index)) = (mount.sub.as_deref(), mount.index) else { continue };
            let Some(volume) = pod.workload.volumes.get(index) else { continue };
            if !matches!(volume.storage, Storage::Scratch | Storage::Memory) {
                continue;
            }
            let writers = || {
                containers.iter().enumerate().filter(|(other, _)| *other != at).filter(|(_, container)| {
                    container
                        .mounts
                        .iter()
                        .any(|mount| mount.index == Some(index) && mount.direction != Direction::Reads)
                })
            };
            // With a part of its own, the sidecar's mount makes that folder before it starts.
            let folder = writers().any(|(_, writer)| {
                writer
                    .mounts
                    .iter()
                    .any(|mount| mount.index == Some(index) && mount.sub.as_deref() == Some(sub))
            });
            if folder || writers().any(|(_, writer)| writer.role != Role::Sidecar) {
                continue;
            }
            let Some((_, sidecar)) = writers().next() else { continue };
            found.push(
                Diagnostic::warning(
                    Code::EarlySubpath,
                    mount.span,
                    format!(
                        "`{}` mounts `{sub}`, which `{}` may not have made yet",
                        reader.name.text, sidecar.name.text
                    ),
                )
                .here("an empty folder is mounted where it is missing")
                .label(sidecar.name.span, "a sidecar writes when it comes to it")
                .help(format!("mount all of `{}`, or let a step make `{sub}`", volume.name.text)),
            );
        }
    }
}
