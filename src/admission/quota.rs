//! Counts what a pod or a claim uses of a `ResourceQuota`, and finds what a quota needs a pod to set.

use super::bound::{Bounds, bounds};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::resource::{HUGE, is_native};
use crate::kubernetes::version::Version;
use crate::object::Node;
use crate::resources::{Amounts, PodDemand, Qos};
use smol_str::{SmolStr, format_smolstr};

/// A `ResourceQuota`.
#[derive(Clone, Debug)]
pub(crate) struct Quota {
    /// What it allows, by its own names: `requests.cpu`, `pods`.
    pub hard: Bounds,
    /// What its status says is in use.
    pub used: Bounds,
    scopes: Vec<Scope>,
}

/// One condition for the pods that a quota counts.
#[derive(Clone, Debug)]
struct Scope {
    name: SmolStr,
    operator: SmolStr,
    values: Vec<SmolStr>,
}

/// What the scopes of quotas ask of a pod.
#[derive(Clone, Debug)]
pub(crate) struct ScopedPod<'a> {
    /// Whether it has a deadline.
    pub terminating: bool,
    /// Its class.
    pub qos: Qos,
    /// The name of its priority class.
    pub priority_class: Option<&'a str>,
    /// Whether its affinity is about pods of other namespaces.
    pub crosses_namespaces: bool,
}

impl<'a> ScopedPod<'a> {
    /// Reads the spec of a pod that has this class.
    pub(crate) fn of(spec: &'a Node, qos: Qos) -> Self {
        let term_crosses = |term: &Node| {
            term.get("namespaces").is_some_and(|names| !names.items().is_empty())
                || term.get("namespaceSelector").is_some()
        };
        let crosses = |kind: &str| {
            let terms =
                |when: &str| spec.at(kind).and_then(|kind| kind.get(when)).map_or(&[][..], Node::items);
            terms("requiredDuringSchedulingIgnoredDuringExecution").iter().any(term_crosses)
                || terms("preferredDuringSchedulingIgnoredDuringExecution")
                    .iter()
                    .any(|term| term.get("podAffinityTerm").is_some_and(term_crosses))
        };
        Self {
            terminating: spec.get("activeDeadlineSeconds").is_some(),
            qos,
            priority_class: spec
                .get("priorityClassName")
                .and_then(Node::as_text)
                .filter(|name| !name.is_empty()),
            crosses_namespaces: crosses("affinity.podAffinity") || crosses("affinity.podAntiAffinity"),
        }
    }
}

/// Something that a quota needs every container to set, and the containers that do not.
#[derive(Clone, Debug)]
pub(crate) struct MissingAmount {
    /// The quota's name for it: `limits.cpu`.
    pub name: SmolStr,
    /// The containers, by their indices.
    pub containers: Vec<usize>,
}

impl Quota {
    /// Reads a `ResourceQuota`.
    pub(crate) fn of(object: &Node) -> Self {
        let spec = object.get("spec");
        let text = |node: &Node, field: &str| node.get(field).and_then(Node::as_text).map(SmolStr::new);
        let scopes = spec.and_then(|spec| spec.get("scopes")).map_or(&[][..], Node::items).iter();
        let scopes = scopes.filter_map(Node::as_text).map(|name| Scope {
            name: name.into(),
            operator: EXISTS.into(),
            values: Vec::new(),
        });
        let selected = object.at("spec.scopeSelector.matchExpressions").map_or(&[][..], Node::items);
        let selected = selected.iter().filter_map(|selector| {
            let values = selector.get("values").map_or(&[][..], Node::items);
            Some(Scope {
                name: text(selector, "scopeName")?,
                operator: text(selector, "operator")?,
                values: values.iter().filter_map(Node::as_text).map(SmolStr::new).collect(),
            })
        });
        let map =
            |path: &str, field: &str| object.get(path).map(|node| bounds(node, field)).unwrap_or_default();
        Self {
            hard: map("spec", "hard"),
            used: map("status", "used"),
            scopes: scopes.chain(selected).collect(),
        }
    }

    /// Whether it counts a pod.
    pub(crate) fn counts(&self, pod: &ScopedPod<'_>) -> bool {
        self.hard.keys().any(|name| is_of_pods(name)) && self.scopes.iter().all(|scope| scope.includes(pod))
    }

    /// Whether it counts claims and other objects, which no scope of pods includes.
    pub(crate) fn has_no_scope(&self) -> bool {
        self.scopes.is_empty()
    }

    /// What it needs every container to set, and the pod does not; the pod must be one that it counts.
    pub(crate) fn missing(&self, pod: &PodDemand, version: Version) -> Vec<MissingAmount> {
        // Since a pod can have resources of its own, those are enough.
        let own = pod.own_resources(version);
        if own.is_some_and(|own| {
            own.requests().keys().chain(own.limits().keys()).any(|name| is_of_pod_level(name))
        }) {
            return Vec::new();
        }
        let needed = self.hard.keys().filter_map(|name| Some((name, needed(name)?)));
        let missing = needed.map(|(name, (resource, is_limit))| MissingAmount {
            name: name.clone(),
            containers: pod
                .containers()
                .filter(|container| {
                    let amounts = if is_limit { container.limits() } else { container.requests() };
                    !amounts.contains_key(resource)
                })
                .map(crate::resources::Demand::container)
                .collect(),
        });
        missing.filter(|missing| !missing.containers.is_empty()).collect()
    }
}

const EXISTS: &str = "Exists";

impl Scope {
    fn includes(&self, pod: &ScopedPod<'_>) -> bool {
        match &*self.name {
            "Terminating" => pod.terminating,
            "NotTerminating" => !pod.terminating,
            "BestEffort" => pod.qos == Qos::BestEffort,
            "NotBestEffort" => pod.qos != Qos::BestEffort,
            "CrossNamespacePodAffinity" => pod.crosses_namespaces,
            "PriorityClass" => {
                let listed = |class: &str| self.values.iter().any(|value| value == class);
                match &*self.operator {
                    EXISTS => pod.priority_class.is_some(),
                    "DoesNotExist" => pod.priority_class.is_none(),
                    "In" => pod.priority_class.is_some_and(listed),
                    "NotIn" => !pod.priority_class.is_some_and(listed),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

/// Whether a name of a quota is about pods.
fn is_of_pods(name: &str) -> bool {
    let (requests, resource) = match name.strip_prefix("requests.") {
        Some(resource) => (true, resource),
        None => (false, name),
    };
    let plain = name.strip_prefix("limits.").unwrap_or(resource);
    ["cpu", "memory", "ephemeral-storage"].contains(&plain)
        || ["pods", "count/pods"].contains(&name)
        || resource.starts_with(HUGE)
        || requests && !is_native(resource)
}

fn is_of_pod_level(name: &str) -> bool {
    ["cpu", "memory"].contains(&name) || name.starts_with(HUGE)
}

/// The resource, and whether its limit is meant, of a name that a quota needs every container to set.
fn needed(name: &str) -> Option<(&str, bool)> {
    let (resource, is_limit) = match name.strip_prefix("limits.") {
        Some(resource) => (resource, true),
        None => (name.strip_prefix("requests.").unwrap_or(name), false),
    };
    ["cpu", "memory"].contains(&resource).then_some((resource, is_limit))
}

/// What one pod uses, by the names of quotas.
pub(crate) fn used_by_pod(pod: &PodDemand, version: Version) -> Amounts {
    let totals = pod.totals(version);
    let one = Quantity::from_count(1);
    let mut used: Amounts = [("pods".into(), one), ("count/pods".into(), one)].into();
    for request in &totals.requests {
        let is_plain = ["cpu", "memory", "ephemeral-storage"].contains(&&*request.name);
        if is_plain || request.name.starts_with(HUGE) {
            used.insert(request.name.clone(), request.quantity);
        }
        if is_plain || request.name.starts_with(HUGE) || !is_native(&request.name) {
            used.insert(format_smolstr!("requests.{}", request.name), request.quantity);
        }
    }
    for limit in &totals.limits {
        if ["cpu", "memory", "ephemeral-storage"].contains(&&*limit.name)
            && let Some(quantity) = limit.quantity
        {
            used.insert(format_smolstr!("limits.{}", limit.name), quantity);
        }
    }
    used
}

/// What one claim uses, by the names of quotas; `claim` has the claim's spec.
pub(crate) fn used_by_claim(spec: &Node) -> Amounts {
    let one = Quantity::from_count(1);
    let mut used: Amounts =
        [("persistentvolumeclaims".into(), one), ("count/persistentvolumeclaims".into(), one)].into();
    let storage = spec.at("resources.requests.storage").and_then(Node::as_quantity);
    let storage = storage.map(Quantity::round_up);
    used.extend(storage.map(|storage| ("requests.storage".into(), storage)));
    if let Some(class) =
        spec.get("storageClassName").and_then(Node::as_text).filter(|class| !class.is_empty())
    {
        let of_class = |name: &str| format_smolstr!("{class}.storageclass.storage.k8s.io/{name}");
        used.insert(of_class("persistentvolumeclaims"), one);
        used.extend(storage.map(|storage| (of_class("requests.storage"), storage)));
    }
    used
}
