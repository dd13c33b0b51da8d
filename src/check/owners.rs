//! `own` steps, to those whose work the kubelet does where the pod says `fsGroup`.
//!
//! Invariant: a pod that says `fsGroup` is left in peace: its author knows what that does, and what it does not.

use super::report::{Report, items, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Storage, Volume, Workload};
use smol_str::SmolStr;

/// The group in the statement that a message shows, where the step names none.
const GROUP: &str = "10001";

/// What an `own` step is asked for.
pub(super) struct Asked {
    /// Where it mounts the volume.
    path: Option<SmolStr>,
    /// The owner.
    user: Option<SmolStr>,
    /// The group.
    pub(super) group: Option<SmolStr>,
}

impl Asked {
    /// What a step is asked for, as its script reads it.
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
    // Under `restricted` the step is refused already.
    if workload.restricted.is_some() || context.is_some_and(|context| context.get("fsGroup").is_some()) {
        return;
    }
    for step in workload.containers.iter().filter(|container| container.keyword == "own") {
        let asked = Asked::of(step);
        let Some(volume) = volume_of(step, &asked, workload) else { continue };
        let own_storage = matches!(volume.storage, Storage::Scratch | Storage::Memory);
        let claimed = volume.storage == Storage::ClaimTemplate
            || ["persistentVolumeClaim", "ephemeral"].iter().any(|kind| volume.fields.get(kind).is_some());
        if own_storage || (claimed && asked.user.is_none() && asked.group.is_some()) {
            report.add(advice(step, volume, &asked, claimed));
        }
    }
}

/// The volume that a step gives away.
fn volume_of<'w>(step: &Container, asked: &Asked, workload: &'w Workload) -> Option<&'w Volume> {
    let at = items(&step.fields, "volumeMounts")
        .iter()
        .position(|mount| text(mount, "mountPath") == asked.path.as_deref())?;
    workload.volumes.get(step.mounts.get(at)?.index?)
}

fn advice(step: &Container, volume: &Volume, asked: &Asked, claimed: bool) -> Diagnostic {
    let diagnostic = Diagnostic::warning(
        Code::UseFsgroup,
        step.span,
        format!("`{}` is root for what `fsGroup` does without", step.name.text),
    )
    .here("needs root, and cannot pass `restricted`")
    .label(volume.span, "the kubelet gives its files to a group, and the group access to them")
    .help(format!("remove the step, and write {} in the workload", statement(asked.group.as_deref())));
    match &asked.user {
        _ if claimed => diagnostic
            .help("where the claim is a share that knows no `fsGroup`, as of NFS, keep the step beside it"),
        Some(user) => diagnostic.help(format!(
            "for an owner, let what writes the files be that user: `securityContext {{ runAsUser {user} }}`"
        )),
        None => diagnostic,
    }
}

/// The statement that lets the kubelet do it.
pub(super) fn statement(group: Option<&str>) -> String {
    let group = group.unwrap_or(GROUP);
    format!("`securityContext {{ fsGroup {group}; fsGroupChangePolicy OnRootMismatch }}`")
}
