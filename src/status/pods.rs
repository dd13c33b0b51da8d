//! Says of a pod whether it is up, starting, failed or stopping, in which step it is, and why.

use super::creating;
use super::duration::duration;
use super::help::describe_command;
use super::objects::Moment;
use super::redact::Redactor;
use super::steps::{StepReport, StepState, steps};
use super::trouble::{Trouble, TroubleKind};
use super::unschedulable;
use super::view::PodView;
use crate::plan::Plan;
use smol_str::SmolStr;

/// How far a pod, or a workload, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Progress {
    /// It is being deleted.
    Stopping,
    /// All its work is done.
    Done,
    /// All its containers run and are ready.
    Up,
    /// It is on its way.
    Starting,
    /// Something is wrong.
    Failed,
}

impl Progress {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stopping => "stopping",
            Self::Done => "done",
            Self::Up => "up",
            Self::Starting => "starting",
            Self::Failed => "failed",
        }
    }
}

/// What is known about a pod.
#[derive(Clone, Debug)]
pub(crate) struct PodReport {
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    pub(crate) progress: Progress,
    pub(crate) since: Option<Moment>,
    /// When the cluster ends it, whatever it does.
    pub(crate) until: Option<Moment>,
    /// Why it is not up, if nothing has failed.
    pub(crate) note: Option<String>,
    pub(crate) steps: Vec<StepReport>,
    pub(crate) troubles: Vec<Trouble>,
    /// Whether nothing happens to it any more by itself.
    pub(crate) is_final: bool,
}

/// How long a deletion may take after its time before that is said.
const OVERDUE: i64 = 60;

/// Reports on a pod, with its plan if there is one.
pub(super) fn report(view: &PodView<'_>, plan: Option<&Plan>) -> PodReport {
    let pod = view.pod;
    let (steps, mut troubles) = steps(view, plan);
    let mut note = None;
    if !view.is_stopping() {
        match of_pod(view, plan, &steps) {
            Ok(Some(trouble)) => {
                // The end of the pod is why its containers were killed.
                troubles
                    .retain(|trouble| pod.status.phase != "Failed" || trouble.kind != TroubleKind::Signal);
                troubles.insert(0, trouble);
            }
            Ok(None) => {}
            Err(text) => note = Some(text),
        }
    }
    let progress = if view.is_stopping() {
        Progress::Stopping
    } else if !troubles.is_empty() {
        Progress::Failed
    } else if pod.status.phase == "Succeeded" {
        Progress::Done
    } else if note.is_none() && !steps.is_empty() && steps.iter().all(|step| step.state.is_settled()) {
        Progress::Up
    } else {
        Progress::Starting
    };
    let ready = view.condition("Ready").and_then(|condition| condition.last_transition_time);
    let since = match progress {
        Progress::Stopping => pod.metadata.deletion_timestamp,
        Progress::Done | Progress::Up => ready,
        Progress::Starting => pod.metadata.creation_timestamp,
        Progress::Failed => troubles.first().and_then(|trouble| trouble.since),
    };
    if let (Progress::Stopping, Some(end)) = (progress, since) {
        let overdue = view.now.saturating_sub(end);
        note = (overdue > OVERDUE).then(|| {
            format!(
                "it should have ended {} ago: its node may not answer, or a finalizer keeps it",
                duration(overdue)
            )
        });
    }
    let deadline = pod.spec.active_deadline_seconds.filter(|_| !view.is_over());
    let until = deadline.and_then(|seconds| Some(pod.status.start_time?.saturating_add(seconds)));
    let redactor = Redactor::of(pod);
    for trouble in &mut troubles {
        trouble.map_texts(|text| redactor.redact(text));
    }
    let redacted =
        |step: StepReport| StepReport { note: step.note.map(|note| redactor.redact(&note)), ..step };
    PodReport {
        name: pod.metadata.name.clone(),
        namespace: pod.metadata.namespace.clone(),
        progress,
        since,
        until,
        note,
        steps: steps.into_iter().map(redacted).collect(),
        troubles,
        is_final: view.is_over(),
    }
}

/// What is wrong with the pod as a whole, or what it waits for.
fn of_pod(view: &PodView<'_>, plan: Option<&Plan>, steps: &[StepReport]) -> Result<Option<Trouble>, String> {
    let status = &view.pod.status;
    if status.phase == "Failed" {
        return Ok(failed(view));
    }
    if status.phase == "Unknown" || status.reason == "NodeLost" {
        let trouble = Trouble::new(TroubleKind::NodeLost, "the node of the pod does not answer");
        return Ok(Some(with_help(trouble.said(&status.message), view)));
    }
    if let Some(scheduled) = view.condition("PodScheduled").filter(|scheduled| scheduled.status != "True") {
        if scheduled.reason == "SchedulingGated" {
            return Err("a scheduling gate holds it back until a controller removes the gate".to_owned());
        }
        return Ok(Some(unschedulable::trouble(view, scheduled, plan)));
    }
    if status.phase == "Succeeded" || steps.iter().any(|step| has_run(step.state)) {
        return Ok(None);
    }
    if view.pod.spec.node_name.is_empty() {
        return Err("waits for the scheduler".to_owned());
    }
    let sandbox = view.condition("PodReadyToStartContainers");
    let is_ready = sandbox.is_some_and(|sandbox| sandbox.status == "True");
    let since = sandbox.and_then(|sandbox| sandbox.last_transition_time);
    if is_ready {
        return Ok(None);
    }
    if let Some(event) = view.latest(&[
        "FailedMount",
        "FailedAttachVolume",
        "FailedCreatePodSandBox",
        "FailedCreatePodContainer",
        "NetworkNotReady",
    ]) {
        let trouble = match &*event.reason {
            "FailedMount" => creating::volume(event),
            "FailedAttachVolume" => {
                Trouble::new(TroubleKind::Volume, "a volume cannot be attached to the node")
                    .help("check whether a pod on another node still uses the volume")
            }
            _ => Trouble::new(TroubleKind::Sandbox, "the network or the sandbox of the pod cannot be made"),
        };
        return Ok(Some(with_help(trouble.said(&event.message).since(since), view)));
    }
    // Of many pods, the field is not set; then the containers tell.
    let waits = sandbox.map(|_| "its volumes and its network are not ready yet".to_owned());
    waits.map_or(Ok(None), Err)
}

/// Whether a container has been started, so that volumes and network are there.
fn has_run(state: StepState) -> bool {
    matches!(state, StepState::Done | StepState::Up | StepState::Running | StepState::Failed)
}

/// Why a pod as a whole has failed.
fn failed(view: &PodView<'_>) -> Option<Trouble> {
    let status = &view.pod.status;
    let reason = &*status.reason;
    let trouble = match reason {
        "" => return None,
        "Evicted" => Trouble::new(TroubleKind::Evicted, "the pod was evicted from its node")
            .help("request what the pod uses: a node evicts first what uses more than it requests"),
        "DeadlineExceeded" => {
            let deadline = view.pod.spec.active_deadline_seconds.unwrap_or_default();
            let headline = format!("the pod ran longer than its `activeDeadlineSeconds` of {deadline}");
            Trouble::new(TroubleKind::Deadline, headline).help(
                "raise `activeDeadlineSeconds`: the time of the steps and of the pulls of images counts",
            )
        }
        "NodeLost" | "NodeShutdown" | "Terminated" | "Shutdown" => {
            Trouble::new(TroubleKind::NodeLost, "the node of the pod was shut down or lost")
        }
        _ => Trouble::new(TroubleKind::Node, format!("the node refused or ended the pod: {reason}")),
    };
    let ended = view.condition("Ready").and_then(|condition| condition.last_transition_time);
    Some(with_help(trouble.said(&status.message).since(ended), view))
}

fn with_help(mut trouble: Trouble, view: &PodView<'_>) -> Trouble {
    trouble.help.extend(describe_command("pod", view.pod));
    trouble
}
