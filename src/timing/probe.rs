//! Computes when a probe can first succeed, and when it gives up.
//!
//! The kubelet probes at ticks, `periodSeconds` apart, that began with the pod and not with the container. So the first
//! probe comes at the first tick after `initialDelaySeconds`: up to one period later (`pkg/kubelet/prober/worker.go`).

use super::range::TimeRange;
use crate::model::{Container, TimeSpan};
use crate::object::Node;

/// The numbers of a probe, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProbeTimes {
    pub delay: u64,
    pub period: u64,
    pub timeout: u64,
    pub failures: u64,
    pub successes: u64,
}

impl ProbeTimes {
    /// Those of a probe; none if one of them is unclear.
    pub(crate) fn of(probe: &Node) -> Option<Self> {
        probe.as_map()?;
        let number = |field: &str, default: u64| match probe.get(field) {
            None => Some(default),
            // The API server sets the default where a number is 0.
            Some(node) => u64::try_from(node.as_int()?).ok().map(|it| if it == 0 { default } else { it }),
        };
        Some(Self {
            delay: number("initialDelaySeconds", 0)?,
            period: number("periodSeconds", 10)?,
            timeout: number("timeoutSeconds", 1)?,
            failures: number("failureThreshold", 3)?,
            successes: number("successThreshold", 1)?,
        })
    }

    /// Those of a container's probe.
    pub(crate) fn in_container(container: &Container, field: &str) -> Option<Self> {
        Self::of(container.fields.get(field)?)
    }

    /// How long after its start the container can first have passed it.
    pub(crate) fn earliest(self) -> u64 {
        self.delay.saturating_add(self.period.saturating_mul(self.successes.saturating_sub(1)))
    }

    /// How long after its start the container is given up, if it never answers. A tick that comes while a probe runs
    /// waits for it.
    pub(crate) fn gives_up(self) -> u64 {
        let between = self.period.max(self.timeout).saturating_mul(self.failures.saturating_sub(1));
        self.delay.saturating_add(between).saturating_add(self.timeout)
    }

    /// When the last probe can be over: its ticks may come up to one period later.
    pub(crate) fn latest(self) -> u64 {
        self.gives_up().saturating_add(self.period)
    }

    /// How long a container takes to pass it that would be up in `takes`; if that is unknown, until the probe gives up.
    pub(super) fn passes(self, takes: Option<TimeSpan>) -> TimeRange {
        let Some(takes) = takes else { return TimeRange::between(self.earliest(), self.latest()) };
        let most = self.notices(takes.most).min(self.latest());
        TimeRange::between(self.earliest().max(takes.least).min(most), most)
    }

    /// By when a probe has noticed at the latest what has been true from a moment on.
    pub(super) fn notices(self, from: u64) -> u64 {
        let rounds = self.period.max(self.timeout).saturating_mul(self.successes);
        self.delay.max(from).saturating_add(rounds).saturating_add(self.timeout)
    }
}

/// The probe that has a container killed that needs too long to start, by its field, if it has one.
pub(crate) fn startup_or_liveness(container: &Container) -> Option<(&'static str, ProbeTimes)> {
    let field =
        ["startupProbe", "livenessProbe"].into_iter().find(|it| container.fields.get(it).is_some())?;
    Some((field, ProbeTimes::in_container(container, field)?))
}
