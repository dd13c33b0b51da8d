//! Finds `own` steps whose work the kubelet can do with `fsGroup`.
//!
//! Invariant: a pod that sets `fsGroup` gets no such warning; its author knows what the field does, and what it does
//! not.

use super::report::{Report, items, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Storage, Volume, Workload};
use smol_str::SmolStr;

/// The group in the statement that a message shows if the step names none.
const GROUP: &str = "10001";

/// What an `own` step is to do.
pub(super) struct OwnTask {
    /// Where it mounts the volume.
    path: Option<SmolStr>,
    /// The owner.
    user: Option<SmolStr>,
    /// The group.
    pub(super) group: Option<SmolStr>,
}

impl OwnTask {
    /// Reads the variables of a step, as its script does.
    pub(super) fn of(step: &Container) -> Self {
        let value = |name| {
            let mut variables = items(&step.fields, "env").iter();
            let variable = variables.find(|variable| text(variable, "name") == Some(name))?;
            text(variable, "value").map(SmolStr::new)
        };
        Self { path: value("INITFLOW_VOLUME"), user: value("INITFLOW_USER"), group: value("INITFLOW_GROUP") }
    }
}

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let context = workload.pod.spec.get("securityContext");
    // The rules of `restricted` refuse the step already.
    if workload.restricted.is_some() || context.is_some_and(|context| context.get("fsGroup").is_some()) {
        return;
    }
    for step in workload.containers.iter().filter(|container| container.keyword == "own") {
        let task = OwnTask::of(step);
        let Some(volume) = volume_of(step, &task, workload) else { continue };
        let own_storage = matches!(volume.storage, Storage::Scratch | Storage::Memory);
        let claimed = volume.storage == Storage::ClaimTemplate
            || ["persistentVolumeClaim", "ephemeral"].iter().any(|kind| volume.fields.get(kind).is_some());
        if own_storage || (claimed && task.user.is_none() && task.group.is_some()) {
            report.add(advice(step, volume, &task, claimed));
        }
    }
}

/// The volume whose owner a step changes.
fn volume_of<'w>(step: &Container, task: &OwnTask, workload: &'w Workload) -> Option<&'w Volume> {
    let at = items(&step.fields, "volumeMounts")
        .iter()
        .position(|mount| text(mount, "mountPath") == task.path.as_deref())?;
    workload.volumes.get(step.mounts.get(at)?.index?)
}

fn advice(step: &Container, volume: &Volume, task: &OwnTask, claimed: bool) -> Diagnostic {
    let diagnostic = Diagnostic::warning(
        Code::UseFsgroup,
        step.span,
        format!("`{}` runs as root for what `fsGroup` does without root", step.name.text),
    )
    .here("needs root, which `restricted` forbids")
    .label(volume.span, "the kubelet can change the group of its files, and give that group access")
    .help(format!("remove the step, and add {} to the workload", statement(task.group.as_deref())));
    match &task.user {
        _ if claimed => diagnostic
            .help("if the claim is a share that ignores `fsGroup`, such as NFS, keep the step as well"),
        Some(user) => diagnostic.help(format!(
            "to set the owner too, run what writes the files as that user: `securityContext {{ runAsUser {user} }}`"
        )),
        None => diagnostic,
    }
}

/// The statement that makes the kubelet change the group.
pub(super) fn statement(group: Option<&str>) -> String {
    let group = group.unwrap_or(GROUP);
    format!("`securityContext {{ fsGroup {group}; fsGroupChangePolicy OnRootMismatch }}`")
}
