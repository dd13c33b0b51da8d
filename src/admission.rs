//! Computes what a namespace does to the pods in it: what a `LimitRange` adds and refuses, and what a `ResourceQuota`
//! counts and refuses.
//!
//! Invariant: a pod is refused here if and only if the API server's own plugins refuse it; `tests/kubernetes/namespaces.py`
//! compares both.

mod hold;
pub(crate) mod limit_range;
mod namespace;
pub(crate) mod quota;
mod usage;

pub(crate) use hold::hold_to_namespace;
pub(crate) use namespace::{DisruptionBudget, NamespaceOf, Namespaces, Scaler, ScalingMetric};
pub(crate) use usage::{QuotaUse, over_quotas, scaled};

use crate::kubernetes::quantity::Quantity;
use crate::object::Node;
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// An amount that a namespace sets, with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// The amount.
    pub quantity: Quantity,
    /// Its place.
    pub span: Span,
}

/// Bounds by the name of the resource.
type Bounds = BTreeMap<SmolStr, Bound>;

/// The quantities of a map as the API server stores them, in which each is rounded up to a thousandth.
fn bounds(object: &Node, field: &str) -> Bounds {
    let entries = object.get(field).map_or(&[][..], Node::entries).iter();
    let read = entries.filter_map(|entry| {
        let quantity = entry.node.as_quantity()?.as_printed().round_up_milli();
        Some((entry.key.clone(), Bound { quantity, span: entry.node.span }))
    });
    read.collect()
}

#[cfg(test)]
mod tests;
