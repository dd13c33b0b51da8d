//! Checks that steps which create secrets write them only to volumes in memory.
//!
//! Invariant: what a `secrets` step creates is only in RAM, and is deleted with the pod.

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
        format!("`{step}` writes a secret to `{name}`, which is not in RAM"),
    )
    .here("the secret would reach a disk")
    .label(volume.span, "only a memory volume is never on a disk, and is deleted with the pod");
    let title = format!("declare the volume in memory: `{memory}`");
    let diagnostic = diagnostic.help(title.clone());
    if volume.storage == Storage::Scratch {
        diagnostic.fix(title, volume.span, memory, Applicability::Unsafe)
    } else {
        diagnostic
    }
}
