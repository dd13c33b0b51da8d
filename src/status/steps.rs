//! Says in which state each container of a pod is, since when, and how long that may still take.

use super::creating;
use super::ends;
use super::objects::{ContainerState, Ended, Moment};
use super::trouble::Trouble;
use super::view::{ContainerView, PodView};
use crate::plan::{Plan, Role};
use crate::source::Span;
use smol_str::SmolStr;

/// The state of one container.
#[derive(Clone, Debug)]
pub(crate) struct StepReport {
    pub(crate) name: SmolStr,
    pub(crate) role: Role,
    /// Its place in the source, if the source has it.
    pub(crate) span: Option<Span>,
    pub(crate) state: StepState,
    pub(crate) since: Option<Moment>,
    /// When this state ends at the latest.
    pub(crate) until: Option<Moment>,
    /// How long it ran, in seconds, if it is done.
    pub(crate) took: Option<i64>,
    pub(crate) restarts: u64,
    /// The container that it waits for.
    pub(crate) waits_for: Option<SmolStr>,
    /// What else is worth knowing.
    pub(crate) note: Option<String>,
}

/// What a container does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepState {
    /// It has ended as it should.
    Done,
    /// It runs and is ready, or has started what the others wait for.
    Up,
    /// It runs, and is not done or not ready yet.
    Running,
    /// It is being created.
    Creating,
    /// It is not its turn yet.
    Waiting,
    /// It has failed.
    Failed,
    /// It was stopped with the pod.
    Stopped,
}

impl StepState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Up => "up",
            Self::Running => "running",
            Self::Creating => "creating",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Whether nothing more is expected of it.
    pub(crate) fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Up | Self::Stopped)
    }
}

/// The states of the containers, in the order in which they start, and what is wrong with them.
pub(super) fn steps(view: &PodView<'_>, plan: Option<&Plan>) -> (Vec<StepReport>, Vec<Trouble>) {
    let mut blocker: Option<SmolStr> = None;
    let mut passed_at =
        view.condition("PodReadyToStartContainers").and_then(|condition| condition.last_transition_time);
    let (mut reports, mut troubles) = (Vec::new(), Vec::new());
    for container in view.containers() {
        let mut step = Step { view, container, blocker: blocker.as_ref(), passed_at }.report(&mut troubles);
        let planned = plan.and_then(|plan| plan.order.iter().find(|start| start.name == step.name));
        step.span = planned.map(|start| start.span);
        if step.state == StepState::Running && step.until.is_none() {
            let most = planned.and_then(|start| start.time.takes.worst());
            let most = most.and_then(|seconds| i64::try_from(seconds).ok());
            step.until = most.zip(step.since).map(|(most, since)| since.saturating_add(most));
        }
        if step.state == StepState::Running && step.note.is_none() {
            let awaited = planned.map(|start| start.awaited.join(", ")).unwrap_or_default();
            step.note =
                Some(awaited).filter(|awaited| !awaited.is_empty()).map(|it| format!("waits for {it}"));
        }
        if container.role != Role::App {
            if !container.is_passed() && blocker.is_none() {
                blocker = Some(step.name.clone());
            }
            let ended = container.state.and_then(|state| state.state.terminated.as_ref());
            passed_at = ended.and_then(|ended| ended.finished_at).or(step.since).or(passed_at);
        }
        reports.push(step);
    }
    (reports, troubles)
}

/// A container with what the ones before it have come to.
struct Step<'a> {
    view: &'a PodView<'a>,
    container: ContainerView<'a>,
    /// The first container before it that it waits for.
    blocker: Option<&'a SmolStr>,
    /// When the container before it was passed.
    passed_at: Option<Moment>,
}

impl Step<'_> {
    fn report(&self, troubles: &mut Vec<Trouble>) -> StepReport {
        let Some(state) = self.container.state else { return self.not_started() };
        let run = &state.state;
        let mut report = match (&run.terminated, &run.running, &run.waiting) {
            (Some(ended), _, _) => self.ended(ended, troubles),
            (_, Some(running), _) => self.running(state, running.started_at, troubles),
            (_, _, Some(waiting)) => {
                let crashed = state.last_state.terminated.as_ref().filter(|ended| !ended.is_of_pod());
                let crashed = crashed
                    .filter(|_| waiting.reason == "CrashLoopBackOff" || waiting.reason == "PodInitializing");
                match (crashed, creating::trouble(&self.container, waiting)) {
                    (Some(ended), _) => self.ended(ended, troubles),
                    (None, Some(trouble)) => {
                        troubles.push(trouble.since(self.passed_at));
                        StepReport { since: self.passed_at, ..self.plain(StepState::Failed) }
                    }
                    (None, None) => self.not_started(),
                }
            }
            _ => self.not_started(),
        };
        report.restarts = state.restart_count;
        report
    }

    fn plain(&self, state: StepState) -> StepReport {
        StepReport {
            name: self.container.spec.name.clone(),
            role: self.container.role,
            span: None,
            state,
            since: None,
            until: None,
            took: None,
            restarts: 0,
            waits_for: None,
            note: None,
        }
    }

    fn not_started(&self) -> StepReport {
        if self.view.is_over() || self.view.is_stopping() {
            return StepReport { note: Some("never started".to_owned()), ..self.plain(StepState::Stopped) };
        }
        if let Some(blocker) = self.blocker {
            return StepReport { waits_for: Some(blocker.clone()), ..self.plain(StepState::Waiting) };
        }
        if self.view.pod.spec.node_name.is_empty() {
            return self.plain(StepState::Waiting);
        }
        let pulling = self.view.latest_of(self.container.name(), &["Pulling", "Pulled"]);
        let is_pulling = pulling.is_some_and(|event| event.reason == "Pulling");
        let note = is_pulling.then(|| format!("pulls the image `{}`", self.container.spec.image));
        StepReport { since: self.passed_at, note, ..self.plain(StepState::Creating) }
    }

    fn ended(&self, ended: &Ended, troubles: &mut Vec<Trouble>) -> StepReport {
        let is_again = self.view.starts_again(&self.container, ended);
        let is_done = ended.exit_code == 0 && !is_again;
        if is_done {
            let took = ended.duration();
            return StepReport { since: ended.finished_at, took, ..self.plain(StepState::Done) };
        }
        // A sidecar that ignores SIGTERM is killed at the end, which decides nothing.
        let is_stopped = self.view.is_stopping()
            || &*self.view.pod.status.phase == "Succeeded"
            || self.view.is_over() && self.container.role == Role::Sidecar;
        if is_stopped {
            return StepReport { since: ended.finished_at, ..self.plain(StepState::Stopped) };
        }
        troubles.push(ends::trouble(self.view, &self.container, ended));
        StepReport { since: ended.finished_at, ..self.plain(StepState::Failed) }
    }

    fn running(
        &self,
        state: &ContainerState,
        since: Option<Moment>,
        troubles: &mut Vec<Trouble>,
    ) -> StepReport {
        let is_ready = state.started && (state.ready || self.container.role == Role::Sidecar);
        let is_up = is_ready && self.container.role != Role::Step;
        let ran = since.map(|since| self.view.now.saturating_sub(since)).unwrap_or_default();
        let last = state.last_state.terminated.as_ref().filter(|ended| !ended.is_of_pod());
        let failed = last.filter(|_| !self.view.is_stopping());
        if let Some(ended) = failed.filter(|ended| !is_up || ran < ends::proven_after(ended)) {
            troubles.push(ends::trouble(self.view, &self.container, ended));
            let note = Some("runs again".to_owned());
            return StepReport {
                since,
                note,
                until: self.gives_up(state, since),
                ..self.plain(StepState::Failed)
            };
        }
        if is_up {
            let note = (!state.ready).then(|| "its readiness probe does not succeed".to_owned());
            return StepReport { since, note, ..self.plain(StepState::Up) };
        }
        let note = match self.container.role {
            Role::Step => None,
            Role::Sidecar | Role::App => Some(self.awaits(state)),
        };
        StepReport { since, note, until: self.gives_up(state, since), ..self.plain(StepState::Running) }
    }

    /// When the start-up probe of a container gives up that runs.
    fn gives_up(&self, state: &ContainerState, since: Option<Moment>) -> Option<Moment> {
        let probe = self.container.spec.startup_probe.as_ref().filter(|_| !state.started)?;
        Some(since?.saturating_add(probe.gives_up_after()))
    }

    /// What is still missing for a sidecar or an app that runs.
    fn awaits(&self, state: &ContainerState) -> String {
        let spec = self.container.spec;
        if !state.started && spec.startup_probe.is_some() {
            return self.probe("startup", "Startup");
        }
        if !state.started && spec.lifecycle.post_start.is_some() {
            return "its `postStart` hook has not returned".to_owned();
        }
        if spec.readiness_probe.is_some() {
            self.probe("readiness", "Readiness")
        } else {
            "it is not ready".to_owned()
        }
    }

    fn probe(&self, name: &str, prefix: &str) -> String {
        let event = self.view.latest_of(self.container.name(), &["Unhealthy"]);
        let said = event.filter(|event| event.message.starts_with(prefix));
        let said = said.and_then(|event| event.message.split_once(": "));
        let said = said.map(|(_, said)| format!(": {}", said.trim())).unwrap_or_default();
        format!("its {name} probe has not succeeded{said}")
    }
}
