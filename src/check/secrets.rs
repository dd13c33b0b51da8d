//! Secrets in files, to the volumes that would bring them onto a disk.
//!
//! Invariant: what a `secrets` step makes is in RAM alone, and goes with the pod.

use super::report::Report;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::model::{Container, Direction, Storage, Volume, Workload};
use crate::source::Span;
use crate::steps::BuiltIn;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let is_secrets = |container: &&Container| matches!(container.built_in, Some(BuiltIn::Secrets(_)));
    for container in workload.containers.iter().filter(is_secrets) {
        let written = container
            .mounts
            .iter()
            .filter(|mount| matches!(mount.direction, Direction::Writes | Direction::Updates));
        for mount in written {
            let Some(volume) = mount.index.and_then(|index| workload.volumes.get(index)) else { continue };
            if volume.storage != Storage::Memory {
                report.add(disk_backed(&container.name.text, volume, mount.span));
            }
        }
    }
}

fn disk_backed(step: &str, volume: &Volume, span: Span) -> Diagnostic {
    let name = &volume.name.text;
    let memory = format!("volume {name} memory 1Mi");
    let diagnostic = Diagnostic::error(
        Code::DiskBackedSecret,
        span,
        format!("`{step}` puts a secret into `{name}`, which is not in RAM"),
    )
    .here("reaches a disk")
    .label(volume.span, "not a memory volume")
    .help(format!("write `{memory}`: it is never on a disk, and gone with the pod"));
    if volume.storage == Storage::Scratch {
        diagnostic.fix(format!("write `{memory}`"), volume.span, memory, Applicability::Unsafe)
    } else {
        diagnostic
    }
}
