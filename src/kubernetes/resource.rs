//! Tells apart the resources that a container can request.

/// The beginning of the names of huge pages, such as `hugepages-2Mi`.
pub(crate) const HUGE: &str = "hugepages-";

/// Whether a resource belongs to Kubernetes itself, and is not one that a device plugin adds.
pub(crate) fn is_native(name: &str) -> bool {
    name.split_once('/').is_none_or(|(domain, _)| domain.ends_with("kubernetes.io"))
}

/// Whether a request can be lower than the limit, which is not possible for huge pages and devices.
pub(crate) fn can_overcommit(name: &str) -> bool {
    is_native(name) && !name.starts_with(HUGE)
}
