//! Computes what a namespace does to the pods in it: what a `LimitRange` adds and refuses, and what a `ResourceQuota`
//! counts and refuses.
//!
//! Invariant: a pod is refused here if and only if the API server's own plugins refuse it; `tests/kubernetes/namespaces.py`
//! compares both.

mod bound;
mod hold;
pub(crate) mod limit_range;
mod namespace;
mod pod_count;
pub(crate) mod quota;
mod rules;
mod usage;
mod violation;

pub(crate) use hold::hold_to_namespace;
pub(crate) use namespace::{DisruptionBudget, NamespaceOf, Namespaces, Scaler, ScalingMetric};
pub(crate) use pod_count::scaled;
pub(crate) use usage::{QuotaUse, over_quotas};
pub(crate) use violation::{Addition, Amount};

#[cfg(test)]
mod tests;
