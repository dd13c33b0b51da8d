//! Finds `own` steps whose work the kubelet can do with `fsGroup`.
//!
//! Invariant: a pod that sets `fsGroup` gets no such warning; its author knows what the field does, and what it does
//! not.

use super::report::{Report, items, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Storage, Volume, Workload};
use crate::steps::BuiltIn;
use crate::steps::own::OwnOptions;

/// The group in the statement that a message shows if the step names none.
const GROUP: i64 = 10_001;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let context = workload.pod.spec.get("securityContext");
    // The rules of `restricted` refuse the step already.
    if workload.restricted.is_some() || context.is_some_and(|context| context.get("fsGroup").is_some()) {
        return;
    }
    for step in &workload.containers {
        let Some(BuiltIn::Own(Some(asked))) = &step.built_in else { continue };
        let Some(volume) = volume_of(step, asked, workload) else { continue };
        let own_storage = matches!(volume.storage, Storage::Scratch | Storage::Memory);
        let claimed = volume.storage == Storage::ClaimTemplate
            || ["persistentVolumeClaim", "ephemeral"].iter().any(|kind| volume.fields.get(kind).is_some());
        if own_storage || (claimed && asked.user.is_none() && asked.group.is_some()) {
            report.add(advice(step, volume, asked, claimed));
        }
    }
}

/// The volume whose owner a step changes.
fn volume_of<'w>(step: &Container, asked: &OwnOptions, workload: &'w Workload) -> Option<&'w Volume> {
    let at = items(&step.fields, "volumeMounts")
        .iter()
        .position(|mount| text(mount, "mountPath") == Some(asked.volume.as_str()))?;
    workload.volumes.get(step.mounts.get(at)?.index?)
}

fn advice(step: &Container, volume: &Volume, asked: &OwnOptions, claimed: bool) -> Diagnostic {
    let diagnostic = Diagnostic::warning(
        Code::UseFsgroup,
        step.span,
        format!("`{}` runs as root for what `fsGroup` does without root", step.name.text),
    )
    .here("needs root, which `restricted` forbids")
    .label(volume.span, "the kubelet can change the group of its files, and give that group access")
    .help(format!("remove the step, and add {} to the workload", statement(asked.group)));
    match asked.user {
        _ if claimed => diagnostic
            .help("if the claim is a share that ignores `fsGroup`, such as NFS, keep the step as well"),
        Some(user) => diagnostic.help(format!(
            "to set the owner too, run what writes the files as that user: `securityContext {{ runAsUser {user} }}`"
        )),
        None => diagnostic,
    }
}

/// The statement that makes the kubelet change the group.
pub(super) fn statement(group: Option<i64>) -> String {
    let group = group.unwrap_or(GROUP);
    format!("`securityContext {{ fsGroup {group}; fsGroupChangePolicy OnRootMismatch }}`")
}
