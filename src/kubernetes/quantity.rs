//! Exact resource quantities: parsed, compared, added and printed as Kubernetes does.

/// An exact quantity of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {}
