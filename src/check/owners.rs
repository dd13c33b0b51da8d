//! `own` steps, to those whose work the kubelet does where the pod says `fsGroup`.
//!
//! Invariant: a pod that says `fsGroup` is left in peace: its author knows what that does, and what it does not.

use super::report::{Report, items, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Storage, Volume, Workload};
use crate::steps::BuiltIn;
use crate::steps::own::Options;

/// The group in the statement that a message shows, where the step names none.
const GROUP: i64 = 10_001;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let context = workload.pod.spec.get("securityContext");
    // Under `restricted` the step is refused already.
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

/// The volume that a step gives away.
fn volume_of<'w>(step: &Container, asked: &Options, workload: &'w Workload) -> Option<&'w Volume> {
    let at = items(&step.fields, "volumeMounts")
        .iter()
        .position(|mount| text(mount, "mountPath") == Some(asked.volume.as_str()))?;
    workload.volumes.get(step.mounts.get(at)?.index?)
}

fn advice(step: &Container, volume: &Volume, asked: &Options, claimed: bool) -> Diagnostic {
    let diagnostic = Diagnostic::warning(
        Code::UseFsgroup,
        step.span,
        format!("`{}` is root for what `fsGroup` does without", step.name.text),
    )
    .here("needs root, and cannot pass `restricted`")
    .label(volume.span, "the kubelet gives its files to a group, and the group access to them")
    .help(format!("remove the step, and write {} in the workload", statement(asked.group)));
    match asked.user {
        _ if claimed => diagnostic
            .help("where the claim is a share that knows no `fsGroup`, as of NFS, keep the step beside it"),
        Some(user) => diagnostic.help(format!(
            "for an owner, let what writes the files be that user: `securityContext {{ runAsUser {user} }}`"
        )),
        None => diagnostic,
    }
}

/// The statement that lets the kubelet do it.
pub(super) fn statement(group: Option<i64>) -> String {
    let group = group.unwrap_or(GROUP);
    format!("`securityContext {{ fsGroup {group}; fsGroupChangePolicy OnRootMismatch }}`")
}
