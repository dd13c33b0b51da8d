//! Computes the quality-of-service class of a pod.

use super::{Amounts, Demand, PodDemand, PodLevel, at_pod_level};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::version::Version;
use std::fmt;

/// The quality-of-service class of a pod, by which the node chooses which pods to evict first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qos {
    /// Every container's requests equal its limits; evicted last.
    Guaranteed,
    /// Something is requested or limited.
    Burstable,
    /// Nothing is requested or limited; evicted first.
    BestEffort,
}

impl fmt::Display for Qos {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Guaranteed => "Guaranteed",
            Self::Burstable => "Burstable",
            Self::BestEffort => "BestEffort",
        })
    }
}

/// The first version in which the pod's own `resources` count for the class only if they name a resource.
const EMPTY_POD_LEVEL_IGNORED: Version = Version(37);

/// The class of a pod; `level` is its own `resources` as the API server completes them.
pub(super) fn class(pod: &PodDemand, level: Option<&PodLevel>, version: Version) -> Qos {
    let counts = |level: &&PodLevel| {
        let mut names = level.requests.keys().chain(level.limits.keys());
        version < EMPTY_POD_LEVEL_IGNORED || names.any(|name| at_pod_level(name))
    };
    if let Some(level) = level.filter(counts) {
        return shape(&level.requests, &level.limits);
    }
    let init = pod.init.iter().map(|init| &init.demand);
    let classes = pod.apps.iter().chain(init).map(|Demand { requests, limits, .. }| shape(requests, limits));
    classes.reduce(mix).unwrap_or(Qos::BestEffort)
}

/// The class that one set of requests and limits would have.
fn shape(requests: &Amounts, limits: &Amounts) -> Qos {
    let class = |name: &str| {
        let amount = |amounts: &Amounts| amounts.get(name).copied().unwrap_or(Quantity::ZERO);
        match (amount(requests), amount(limits)) {
            (request, limit) if request != limit => Qos::Burstable,
            (request, _) if request.is_zero() => Qos::BestEffort,
            _ => Qos::Guaranteed,
        }
    };
    mix(class("cpu"), class("memory"))
}

fn mix(a: Qos, b: Qos) -> Qos {
    if a == b { a } else { Qos::Burstable }
}
