//! Computes how long a pod takes to start and to stop: from time limits, probes and hooks, and from what the author states.
//!
//! Invariant: what is unknown stays unknown. The times are those of a start in which no container has to be restarted;
//! scheduling, pulling images, mounting volumes, and the second or so that the kubelet needs for each container, come on top.

mod deadline;
mod duration;
mod limits;
mod probe;
mod range;
mod start;
mod stop;
mod then;

pub(crate) use deadline::{Deadline, DeadlineKind};
pub(crate) use duration::duration;
pub(crate) use limits::OwnLimit;
pub(crate) use probe::{ProbeTimes, startup_or_liveness};
pub use range::TimeRange;
pub use start::TimedBy;
pub(crate) use start::{EntryTime, StartTimes, ends as is_one_shot};
pub(crate) use stop::{StopTime, StopTimes};
pub(crate) use then::{after_deadline, after_limit};

#[cfg(test)]
mod tests;
