//! Says what pods are doing now: which step each is in, what has failed and why, and what to do.
//!
//! Invariant: nothing is asked and nothing is waited for; pods, events, logs and the moment are given. Texts of the cluster
//! are shown, not obeyed: every output makes them visible and hides secret values.

mod creating;
mod duration;
mod ends;
mod help;
mod json;
mod logs;
mod objects;
mod observed;
mod pods;
mod redact;
mod refusals;
mod steps;
mod text;
mod trouble;
mod unschedulable;
mod view;
mod workloads;

pub(crate) use json::json;
pub(crate) use logs::Logs;
pub(crate) use objects::{ClusterObject, Moment};
pub(crate) use observed::Observed;
pub(crate) use pods::{PodReport, Progress};
pub(crate) use text::{lines, text};
pub(crate) use trouble::Next;
pub(crate) use workloads::{Known, StatusReport, report};
