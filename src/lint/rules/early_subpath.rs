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
            // If the sidecar itself mounts this part, the kubelet creates the folder before the sidecar starts.
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
                        "`{}` mounts `{sub}`, which `{}` may not have created yet",
                        reader.name.text, sidecar.name.text
                    ),
                )
                .here("if it is missing, an empty folder is mounted")
                .label(sidecar.name.span, "may write after the others have started")
                .help(format!("mount the whole volume `{}`, or create `{sub}` in a step", volume.name.text)),
            );
        }
    }
}
