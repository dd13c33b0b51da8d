//! Names what a `LimitRange` adds to a pod, and what it refuses.

use super::bound::Bound;
use crate::kubernetes::quantity::Quantity;
use smol_str::SmolStr;

/// One of the two amounts of a resource that a container has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Amount {
    /// The request.
    Request,
    /// The limit.
    Limit,
}

impl Amount {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Limit => "limit",
        }
    }
}

/// A value that a `LimitRange` adds to a container.
#[derive(Clone, Debug)]
pub(crate) struct Addition {
    /// The container, an index.
    pub container: usize,
    /// The resource.
    pub resource: SmolStr,
    /// Which of its amounts.
    pub amount: Amount,
    /// The value, and where the `LimitRange` has it.
    pub bound: Bound,
    /// The `LimitRange`, an index.
    pub range: usize,
}

/// Why a pod is refused.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    /// What is refused.
    pub subject: Subject,
    /// The resource.
    pub resource: SmolStr,
    /// What is wrong with it.
    pub fault: Fault,
    /// The amount that the `LimitRange` sets.
    pub bound: Bound,
    /// The `LimitRange`, an index.
    pub range: usize,
}

/// What a `LimitRange` refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A container, by its index.
    Container(usize),
    /// The pod as a whole.
    Pod,
}

/// What is wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is below the minimum.
    Below(Amount, Quantity),
    /// It is above the maximum.
    Above(Amount, Quantity),
    /// There is none, and the bound needs one.
    Missing(Amount),
    /// The limit is too many times the request.
    Ratio {
        /// The request.
        request: Quantity,
        /// The limit.
        limit: Quantity,
    },
    /// The request that the source sets is over the limit that the `LimitRange` adds.
    RequestOverDefault(Quantity),
    /// The request that the source sets is not the limit that the `LimitRange` adds, which devices and huge pages need.
    RequestNotDefault(Quantity),
    /// The limit that the `LimitRange` adds to a container is over the one of its pod.
    DefaultOverPod(Quantity),
    /// The requests of the containers, with what the `LimitRange` adds, are over those of the pod.
    PodBelowContainers {
        /// The total of the containers.
        total: Quantity,
        /// What the pod requests.
        pod: Quantity,
    },
}
