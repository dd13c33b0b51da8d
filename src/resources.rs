//! Computes a pod's effective requests and limits from those of its containers, and what sets each.
//!
//! Invariant: the totals are exactly those of the scheduler, before what a `LimitRange`, a webhook or a `RuntimeClass`
//! adds in the cluster.

mod aggregate;
mod budget;
mod qos;

pub(crate) use budget::hold_to_budget;
pub use qos::Qos;

use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::version::Version;
use crate::model::{Role, Workload};
use crate::object::Node;
use aggregate::{Sum, aggregate};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Quantities by the name of the resource.
pub(crate) type Amounts = BTreeMap<SmolStr, Quantity>;

/// The requests and limits of one container as the API server completes them: every value is rounded up to a
/// thousandth, and a missing request is set to the limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
    container: usize,
    requests: Amounts,
    limits: Amounts,
    /// The requests before rounding, if it changes them.
    exact: Option<Amounts>,
}

impl Demand {
    /// Completes the written values; `container` is the index that the totals use for the container.
    pub(crate) fn new(container: usize, mut requests: Amounts, mut limits: Amounts) -> Self {
        for (name, limit) in &limits {
            requests.entry(name.clone()).or_insert(*limit);
        }
        let is_exact = requests.values().all(|request| request.round_up_milli() == *request);
        let exact = (!is_exact).then(|| requests.clone());
        round_up(&mut requests);
        round_up(&mut limits);
        Self { container, requests, limits, exact }
    }

    /// The requests.
    pub(crate) fn requests(&self) -> &Amounts {
        &self.requests
    }

    /// The limits.
    pub(crate) fn limits(&self) -> &Amounts {
        &self.limits
    }

    /// The index that the totals use for the container.
    pub(crate) fn container(&self) -> usize {
        self.container
    }

    /// Sets a limit that is missing; returns whether it was.
    pub(crate) fn default_limit(&mut self, name: &SmolStr, limit: Quantity) -> bool {
        set_missing(&mut self.limits, name, limit)
    }

    /// Sets a request that is missing; returns whether it was.
    pub(crate) fn default_request(&mut self, name: &SmolStr, request: Quantity) -> bool {
        if let Some(exact) = &mut self.exact {
            set_missing(exact, name, request);
        }
        set_missing(&mut self.requests, name, request)
    }

    /// The requests before rounding.
    fn exact(&self) -> &Amounts {
        self.exact.as_ref().unwrap_or(&self.requests)
    }

    fn of(workload: &Workload, container: usize) -> Self {
        let written = &workload.containers[container];
        // In the pods, a step that waits takes the place of a step that runs once.
        let in_pod = written.once.as_ref().map_or(written, |once| &once.waiting.container);
        let resources = in_pod.fields.get("resources");
        let amounts =
            |key| resources.and_then(|resources| resources.get(key)).map(amounts).unwrap_or_default();
        Self::new(container, amounts("requests"), amounts("limits"))
    }
}

/// The requests and limits of an entry of the init list.
#[derive(Clone, Debug)]
pub(crate) struct InitDemand {
    /// The requests and limits.
    pub demand: Demand,
    /// Whether it keeps running alongside everything that comes after it.
    pub sidecar: bool,
}

/// The pod's own `resources`.
#[derive(Clone, Debug, Default)]
pub(crate) struct PodLevel {
    requests: Amounts,
    limits: Amounts,
    /// What the API server has made of them, if it did so before admission.
    completed: Option<Box<PodLevel>>,
}

impl PodLevel {
    /// Rounds the values up to a thousandth.
    pub(crate) fn new(mut requests: Amounts, mut limits: Amounts) -> Self {
        round_up(&mut requests);
        round_up(&mut limits);
        Self { requests, limits, completed: None }
    }

    /// The requests.
    pub(crate) fn requests(&self) -> &Amounts {
        &self.requests
    }

    /// The limits.
    pub(crate) fn limits(&self) -> &Amounts {
        &self.limits
    }
}

/// All requests and limits of a pod.
#[derive(Clone, Debug, Default)]
pub(crate) struct PodDemand {
    /// The apps.
    pub apps: Vec<Demand>,
    /// The init list, in the order in which it runs.
    pub init: Vec<InitDemand>,
    /// The pod's own `resources`, if it has any.
    pub pod: Option<PodLevel>,
    /// The pod's `overhead`.
    pub overhead: Amounts,
}

impl PodDemand {
    /// The requests and limits of a workload's pods, whose steps and sidecars run in the order of `init` (indices into
    /// its containers).
    pub(crate) fn of(workload: &Workload, init: impl IntoIterator<Item = usize>) -> Self {
        let role = |container: usize| workload.containers[container].role;
        let apps = (0..workload.containers.len()).filter(|container| role(*container) == Role::App);
        let init = init.into_iter().map(|container| InitDemand {
            demand: Demand::of(workload, container),
            sidecar: role(container) == Role::Sidecar,
        });
        let spec = &workload.pod.spec;
        let level = |resources: &Node| {
            let amounts = |key| resources.get(key).map(amounts).unwrap_or_default();
            PodLevel::new(amounts("requests"), amounts("limits"))
        };
        let mut overhead = spec.get("overhead").map(amounts).unwrap_or_default();
        round_up(&mut overhead);
        Self {
            apps: apps.map(|container| Demand::of(workload, container)).collect(),
            init: init.collect(),
            pod: spec.get("resources").filter(|node| node.as_map().is_some()).map(level),
            overhead,
        }
    }

    /// The containers in the order in which admission sees them: the apps first.
    pub(crate) fn containers(&self) -> impl Iterator<Item = &Demand> {
        self.apps.iter().chain(self.init.iter().map(|init| &init.demand))
    }

    /// The containers, to change them, in the order in which admission sees them.
    pub(crate) fn containers_mut(&mut self) -> impl Iterator<Item = &mut Demand> {
        self.apps.iter_mut().chain(self.init.iter_mut().map(|init| &mut init.demand))
    }

    /// Completes the pod's own resources if the API server of a version does so before admission, which may then
    /// change the containers. Later versions complete them afterwards.
    pub(crate) fn complete_before_admission(&mut self, version: Version) {
        if version < POD_LEVEL_LIMITS_DEFAULT {
            let completed = self.own_resources(version).map(Box::new);
            if let Some(pod) = &mut self.pod {
                pod.completed = completed;
            }
        }
    }

    /// The pod's own resources as the API server completes them; `None` if it has none, or the version does not count
    /// them.
    pub(crate) fn own_resources(&self, version: Version) -> Option<PodLevel> {
        let requests = aggregate(self, |demand| &demand.requests);
        let limits = aggregate(self, |demand| &demand.limits);
        self.pod_level(version, &requests, &limits)
    }

    /// The total requests of the containers, without the pod's own resources and its overhead.
    pub(crate) fn total_requests(&self) -> Amounts {
        totals_of(&aggregate(self, |demand| &demand.requests))
    }

    /// The total limits of the containers, without the pod's own resources and its overhead.
    pub(crate) fn total_limits(&self) -> Amounts {
        totals_of(&aggregate(self, |demand| &demand.limits))
    }

    /// The effective totals on a version of Kubernetes.
    pub(crate) fn totals(&self, version: Version) -> Totals {
        let requests = aggregate(self, |demand| &demand.requests);
        let limits = aggregate(self, |demand| &demand.limits);
        let pod = self.pod_level(version, &requests, &limits);
        let qos = qos::class(self, pod.as_ref(), version);
        let pod = pod.unwrap_or_default();
        Totals {
            requests: self.requests(&requests, &pod),
            limits: self.limits(&requests, &limits, &pod),
            qos,
        }
    }

    /// The total requests while each entry of the init list runs: its own and those of the sidecars before it.
    pub(crate) fn running(&self) -> impl Iterator<Item = Amounts> + '_ {
        let mut sidecars = Amounts::new();
        self.init.iter().map(move |InitDemand { demand, sidecar }| {
            let mut running = demand.requests.clone();
            add_all(&mut running, &sidecars);
            if *sidecar {
                sidecars.clone_from(&running);
            }
            running
        })
    }

    /// The total requests while the apps run: their own and those of all sidecars.
    pub(crate) fn steady(&self) -> Amounts {
        let sums = aggregate(self, |demand| &demand.requests);
        sums.into_iter().filter_map(|(name, sum)| Some((name.clone(), sum.steady?))).collect()
    }

    /// The total requests of the apps, without those of the sidecars.
    pub(crate) fn apps_alone(&self) -> Amounts {
        let mut apps = Amounts::new();
        for app in &self.apps {
            add_all(&mut apps, &app.requests);
        }
        apps
    }

    /// The pod's own resources as the API server completes them; `None` if that version does not have or count them.
    fn pod_level(&self, version: Version, requests: &Sums, limits: &Sums) -> Option<PodLevel> {
        let mut pod = self.pod.clone().filter(|_| version >= POD_LEVEL)?;
        if let Some(completed) = pod.completed {
            return Some(*completed);
        }
        if pod.requests.is_empty() && pod.limits.is_empty() {
            return Some(pod);
        }
        for (name, sum) in limits.iter().filter(|(name, _)| name.starts_with(HUGE_PAGES)) {
            if !pod.requests.contains_key(*name) && !pod.limits.contains_key(*name) {
                pod.limits.insert((*name).clone(), sum.total());
            }
        }
        let limits_default = version >= POD_LEVEL_LIMITS_DEFAULT;
        if limits_default || !pod.limits.is_empty() {
            // Earlier versions add up the written values, and round the sum.
            let exact = (!limits_default).then(|| aggregate(self, Demand::exact));
            let sums = exact.as_ref().unwrap_or(requests);
            for (name, sum) in sums.iter().filter(|(name, _)| ["cpu", "memory"].contains(&name.as_str())) {
                pod.requests.entry((*name).clone()).or_insert_with(|| sum.total().round_up_milli());
            }
            for (name, limit) in pod.limits.iter().filter(|(name, _)| at_pod_level(name)) {
                pod.requests.entry(name.clone()).or_insert(*limit);
            }
        }
        if limits_default {
            let containers = self.apps.len() + self.init.len();
            for (name, request) in pod.requests.iter().filter(|(name, _)| at_pod_level(name)) {
                if let Some(sum) = limits.get(name).filter(|sum| sum.containers == containers) {
                    pod.limits.entry(name.clone()).or_insert_with(|| sum.total().max(*request));
                }
            }
        }
        Some(pod)
    }

    fn requests(&self, sums: &Sums, pod: &PodLevel) -> Vec<EffectiveRequest> {
        let mut totals: BTreeMap<&SmolStr, (Quantity, SetBy)> = BTreeMap::new();
        for (name, sum) in sums {
            totals.insert(name, (sum.total(), sum.set_by()));
        }
        for (name, own) in pod.requests.iter().filter(|(name, _)| at_pod_level(name)) {
            // The containers still set a request that the API server derived from theirs.
            let written = self.pod.as_ref().is_some_and(|pod| pod.requests.contains_key(name));
            let derived = sums.get(name).filter(|sum| !written && sum.total() == *own);
            let set_by = derived.map_or(SetBy::Pod, Sum::set_by);
            totals.insert(name, (*own, set_by));
        }
        for (name, overhead) in &self.overhead {
            let total = totals.entry(name).or_insert((Quantity::ZERO, SetBy::Overhead));
            total.0 = total.0.add(overhead);
        }
        let requests = totals.into_iter().map(|(name, (quantity, set_by))| EffectiveRequest {
            name: name.clone(),
            quantity,
            set_by,
        });
        sorted(requests, |request| &request.name)
    }

    fn limits(&self, requests: &Sums, sums: &Sums, pod: &PodLevel) -> Vec<EffectiveLimit> {
        let mut totals: BTreeMap<&SmolStr, EffectiveLimit> = BTreeMap::new();
        for name in requests.keys().copied().filter(|name| grows_without_limit(name)) {
            totals.insert(name, EffectiveLimit { name: name.clone(), quantity: None, unbounded_by: None });
        }
        for (name, sum) in sums {
            totals.insert(
                name,
                EffectiveLimit { name: (*name).clone(), quantity: Some(sum.total()), unbounded_by: None },
            );
        }
        for limit in totals.values_mut().filter(|limit| grows_without_limit(&limit.name)) {
            limit.unbounded_by = self.first_without_limit(&limit.name, sums.get(&limit.name));
        }
        for (name, own) in pod.limits.iter().filter(|(name, _)| at_pod_level(name)) {
            totals.insert(
                name,
                EffectiveLimit { name: name.clone(), quantity: Some(*own), unbounded_by: None },
            );
        }
        for (name, overhead) in &self.overhead {
            if let Some(quantity) = totals.get_mut(name).and_then(|limit| limit.quantity.as_mut()) {
                // Kubernetes adds overhead only to limits that exist.
                if !quantity.is_zero() {
                    *quantity = quantity.add(overhead);
                }
            }
        }
        sorted(totals.into_values(), |limit| &limit.name)
    }

    /// The first container that can use as much as it likes.
    fn first_without_limit(&self, name: &str, sum: Option<&Sum>) -> Option<usize> {
        // Most resources are limited in all containers or in none, so this search is short.
        if sum.is_some_and(|sum| sum.non_zero == self.apps.len() + self.init.len()) {
            return None;
        }
        let init = self.init.iter().map(|init| &init.demand);
        let unlimited = |demand: &&Demand| demand.limits.get(name).is_none_or(Quantity::is_zero);
        self.apps.iter().chain(init).find(unlimited).map(|demand| demand.container)
    }
}

/// The pod's effective requests and limits, sorted: cpu, memory, ephemeral-storage, then the others by name.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    /// The requests: what the scheduler reserves.
    pub requests: Vec<EffectiveRequest>,
    /// The limits.
    pub limits: Vec<EffectiveLimit>,
    /// The class by which the node chooses which pods to evict first.
    pub qos: Qos,
}

impl Totals {
    /// The effective request of a resource.
    pub(crate) fn request(&self, name: &str) -> Option<&EffectiveRequest> {
        self.requests.iter().find(|request| request.name == name)
    }

    /// The effective limit of a resource.
    pub(crate) fn limit(&self, name: &str) -> Option<&EffectiveLimit> {
        self.limits.iter().find(|limit| limit.name == name)
    }
}

/// An effective request.
#[derive(Clone, Debug)]
pub(crate) struct EffectiveRequest {
    /// The resource.
    pub name: SmolStr,
    /// How much the scheduler reserves, overhead included.
    pub quantity: Quantity,
    /// What sets it.
    pub set_by: SetBy,
}

/// An effective limit.
#[derive(Clone, Debug)]
pub(crate) struct EffectiveLimit {
    /// The resource.
    pub name: SmolStr,
    /// The sum that Kubernetes' tools print, in which a container without a limit counts as zero; `None` if no
    /// container has a limit.
    pub quantity: Option<Quantity>,
    /// A container without a limit, if the pod as a whole has none either.
    pub unbounded_by: Option<usize>,
}

/// What sets an effective request. Containers are indices, and only those that request the resource are included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SetBy {
    /// The apps and sidecars, which run together after the pod has started.
    Together(Vec<usize>),
    /// A step, with the sidecars that run alongside it.
    Step {
        /// The step.
        step: usize,
        /// The sidecars.
        beside: Vec<usize>,
    },
    /// The pod's own `resources`.
    Pod,
    /// The pod's `overhead` alone.
    Overhead,
}

impl SetBy {
    /// The containers that set it.
    pub(crate) fn containers(&self) -> Vec<usize> {
        match self {
            Self::Together(containers) => containers.clone(),
            Self::Step { step, beside } => [&[*step], &beside[..]].concat(),
            Self::Pod | Self::Overhead => Vec::new(),
        }
    }

    /// Describes it in a few words.
    pub(crate) fn text(&self, workload: &Workload) -> String {
        self.text_with(|container| {
            workload.containers.get(container).map_or("", |container| &container.name.text)
        })
    }

    /// The same, with the names that the containers have elsewhere.
    pub(crate) fn text_with<'n>(&self, name_of: impl Fn(usize) -> &'n str) -> String {
        let name = |container: &usize| format!("`{}`", name_of(*container));
        let list = |containers: &[usize]| match containers {
            [] => String::new(),
            [only] => name(only),
            [first, second] => format!("{} and {}", name(first), name(second)),
            [first, others @ ..] => format!("{} and {} more", name(first), others.len()),
        };
        match self {
            Self::Together(containers) if containers.len() < 2 => list(containers),
            Self::Together(containers) => format!("{} together", list(containers)),
            Self::Step { step, beside } if beside.is_empty() => format!("step {}", name(step)),
            Self::Step { step, beside } => format!("step {} beside {}", name(step), list(beside)),
            Self::Pod => "the pod's `resources`".to_owned(),
            Self::Overhead => "the pod's `overhead`".to_owned(),
        }
    }
}

type Sums<'a> = BTreeMap<&'a SmolStr, Sum>;

/// The first version in which the pod's own `resources` count.
const POD_LEVEL: Version = Version(34);
/// The first version in which the pod's own limits default to those of its containers if all have one, but to no less
/// than the pod's request.
const POD_LEVEL_LIMITS_DEFAULT: Version = Version(37);
const HUGE_PAGES: &str = "hugepages-";

/// Whether the pod's own `resources` can name this resource.
fn at_pod_level(name: &str) -> bool {
    ["cpu", "memory"].contains(&name) || name.starts_with(HUGE_PAGES)
}

/// Whether a container without a limit can use more than it requests, which it cannot for huge pages and extended
/// resources.
fn grows_without_limit(name: &str) -> bool {
    ["cpu", "memory", "ephemeral-storage"].contains(&name)
}

/// The place of a resource in every list: the common ones come first, then the others by name.
pub(crate) fn rank(name: &str) -> (usize, &str) {
    let common = ["cpu", "memory", "ephemeral-storage"];
    (common.iter().position(|known| *known == name).unwrap_or(common.len()), name)
}

fn sorted<T>(items: impl Iterator<Item = T>, name: impl Fn(&T) -> &SmolStr) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_by(|a, b| rank(name(a)).cmp(&rank(name(b))));
    items
}

/// The quantities of a map, without other values, which have been reported elsewhere.
pub(crate) fn amounts(node: &Node) -> Amounts {
    let entries = node.entries().iter();
    entries.filter_map(|entry| Some((entry.key.clone(), entry.node.as_quantity()?.as_printed()))).collect()
}

fn round_up(amounts: &mut Amounts) {
    for quantity in amounts.values_mut() {
        *quantity = quantity.round_up_milli();
    }
}

fn set_missing(amounts: &mut Amounts, name: &SmolStr, quantity: Quantity) -> bool {
    let is_missing = !amounts.contains_key(name);
    amounts.entry(name.clone()).or_insert(quantity);
    is_missing
}

fn totals_of(sums: &Sums<'_>) -> Amounts {
    sums.iter().map(|(name, sum)| ((*name).clone(), sum.total())).collect()
}

fn add_all(sums: &mut Amounts, others: &Amounts) {
    for (name, other) in others {
        let sum = sums.entry(name.clone()).or_insert(Quantity::ZERO);
        *sum = sum.add(other);
    }
}

#[cfg(test)]
mod tests;
