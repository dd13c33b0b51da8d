//! Applies the `LimitRange`s of a namespace to a pod: first what they add, then what they refuse.

use super::bound::{Bound, Bounds, bounds};
use super::rules::{Rule, above, above_claim, below, ratio};
use super::violation::{Addition, Amount, Fault, Subject, Violation};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::resource::can_overcommit;
use crate::kubernetes::version::Version;
use crate::object::Node;
use crate::resources::{Amounts, Demand, PodDemand};
use smol_str::SmolStr;

/// A `LimitRange`, completed as the API server completes it.
#[derive(Clone, Debug)]
pub(crate) struct LimitRange {
    items: Vec<LimitItem>,
}

#[derive(Clone, Debug)]
struct LimitItem {
    bounded: Bounded,
    default: Bounds,
    default_request: Bounds,
    min: Bounds,
    max: Bounds,
    ratio: Bounds,
}

/// What an item of a `LimitRange` bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bounded {
    Container,
    Pod,
    Claim,
}

/// A pod after the `LimitRange`s of its namespace.
#[derive(Clone, Debug)]
pub(crate) struct Ranged {
    /// The pod, with what they add.
    pub pod: PodDemand,
    /// What they add.
    pub additions: Vec<Addition>,
    /// Why they refuse it; empty if they do not.
    pub violations: Vec<Violation>,
    /// Whether they refuse it only if they are taken in a certain order.
    pub by_chance: bool,
}

impl LimitRange {
    /// Reads a `LimitRange`.
    pub(crate) fn of(object: &Node) -> Self {
        let items = object.at("spec.limits").map_or(&[][..], Node::items);
        Self { items: items.iter().filter_map(LimitItem::of).collect() }
    }

    /// What is wrong with a claim that requests this much storage.
    pub(crate) fn claim_faults(&self, storage: Option<&Quantity>) -> Vec<(Fault, Bound)> {
        let mut faults = Vec::new();
        for item in self.items.iter().filter(|item| item.bounded == Bounded::Claim) {
            let rules: [(&Bounds, Rule); 2] = [(&item.min, below), (&item.max, above_claim)];
            for (name, bound, rule) in rules
                .iter()
                .flat_map(|(bounds, rule)| bounds.iter().map(move |(name, bound)| (name, bound, rule)))
            {
                let request = storage.filter(|_| name == "storage");
                faults.extend(rule(request, None, bound).map(|fault| (fault, *bound)));
            }
        }
        faults
    }
}

impl LimitItem {
    fn of(item: &Node) -> Option<Self> {
        let bounded = match item.get("type")?.as_text()? {
            "Container" => Bounded::Container,
            "Pod" => Bounded::Pod,
            "PersistentVolumeClaim" => Bounded::Claim,
            _ => return None,
        };
        let mut item = Self {
            bounded,
            default: bounds(item, "default"),
            default_request: bounds(item, "defaultRequest"),
            min: bounds(item, "min"),
            max: bounds(item, "max"),
            ratio: bounds(item, "maxLimitRequestRatio"),
        };
        if bounded == Bounded::Container {
            complete(&mut item.default, &item.max);
            complete(&mut item.default_request, &item.default);
            complete(&mut item.default_request, &item.min);
        }
        Some(item)
    }
}

fn complete(bounds: &mut Bounds, from: &Bounds) {
    for (name, bound) in from {
        bounds.entry(name.clone()).or_insert(*bound);
    }
}

/// How many `LimitRange`s are tried in each order; what more of them refuse may be by chance.
const MOST_IN_EACH_ORDER: usize = 4;

/// Applies `LimitRange`s to a pod.
///
/// The API server takes several of them in no fixed order, in which the first that sets a default wins. What is added is
/// that of the given order.
pub(crate) fn apply(pod: &PodDemand, ranges: &[LimitRange], version: Version) -> Ranged {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    let mut ranged = in_order(pod, ranges, &order, version);
    if ranges.len() > MOST_IN_EACH_ORDER {
        ranged.by_chance = true;
    } else if !ranged.additions.is_empty() {
        while next_order(&mut order) {
            let other = in_order(pod, ranges, &order, version);
            if other.violations.is_empty() != ranged.violations.is_empty() {
                ranged.by_chance = true;
                ranged.violations.extend(other.violations);
                break;
            }
        }
    }
    ranged
}

/// Changes an order to the one that follows it alphabetically; returns whether there is one.
fn next_order(order: &mut [usize]) -> bool {
    let Some(at) = order.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let Some(other) = order.iter().rposition(|item| *item > order[at]) else { return false };
    order.swap(at, other);
    order[at + 1..].reverse();
    true
}

fn in_order(pod: &PodDemand, ranges: &[LimitRange], order: &[usize], version: Version) -> Ranged {
    let mut pod = pod.clone();
    pod.complete_before_admission(version);
    let mut additions = Vec::new();
    for range in order {
        for item in ranges[*range].items.iter().filter(|item| item.bounded == Bounded::Container) {
            for container in pod.containers_mut() {
                add(container, item, *range, &mut additions);
            }
        }
    }
    let mut violations = Vec::new();
    conflicts(&pod, &additions, version, &mut violations);
    let (requests, limits) = totals(&pod, version);
    for range in order {
        let items = ranges[*range].items.iter();
        for item in items {
            let mut check = |subject, requests: &Amounts, limits: &Amounts| {
                let faults = item.faults(requests, limits).into_iter();
                violations.extend(faults.map(|(resource, fault, bound)| Violation {
                    subject,
                    resource,
                    fault,
                    bound,
                    range: *range,
                }));
            };
            match item.bounded {
                Bounded::Container => {
                    for container in pod.containers() {
                        let subject = Subject::Container(container.container());
                        check(subject, container.requests(), container.limits());
                    }
                }
                Bounded::Pod => check(Subject::Pod, &requests, &limits),
                Bounded::Claim => {}
            }
        }
    }
    Ranged { pod, additions, violations, by_chance: false }
}

/// Adds to a container what it does not set.
fn add(container: &mut Demand, item: &LimitItem, range: usize, additions: &mut Vec<Addition>) {
    let mut added = |container: usize, resource: &SmolStr, amount, bound: &Bound| {
        additions.push(Addition { container, resource: resource.clone(), amount, bound: *bound, range });
    };
    for (name, bound) in &item.default {
        if container.default_limit(name, bound.quantity) {
            added(container.container(), name, Amount::Limit, bound);
        }
    }
    for (name, bound) in &item.default_request {
        if container.default_request(name, bound.quantity) {
            added(container.container(), name, Amount::Request, bound);
        }
    }
}

/// What a `LimitRange` of the type Pod counts: the containers, and in their place what the pod itself sets for `cpu` and
/// `memory`; no overhead.
fn totals(pod: &PodDemand, version: Version) -> (Amounts, Amounts) {
    let (mut requests, mut limits) = (pod.total_requests(), pod.total_limits());
    if let Some(own) = pod.own_resources(version) {
        for (totals, own) in [(&mut requests, own.requests()), (&mut limits, own.limits())] {
            for (name, quantity) in own.iter().filter(|(name, _)| ["cpu", "memory"].contains(&name.as_str()))
            {
                totals.insert(name.clone(), *quantity);
            }
        }
    }
    (requests, limits)
}

/// Finds what the API server refuses because of the additions.
fn conflicts(pod: &PodDemand, additions: &[Addition], version: Version, violations: &mut Vec<Violation>) {
    let own = pod.own_resources(version);
    for addition in additions {
        let Addition { container, resource, amount, bound, range } = addition;
        let mut refuse = |subject, fault| {
            let resource = resource.clone();
            violations.push(Violation { subject, resource, fault, bound: *bound, range: *range });
        };
        let is_app = |demand: &&Demand| demand.container() == *container;
        if *amount == Amount::Limit {
            let Some(demand) = pod.containers().find(is_app) else { continue };
            // A request that was added, too, is not larger, or the API server would have refused the LimitRange.
            if let Some(request) = demand.requests().get(resource) {
                let fault = if can_overcommit(resource) {
                    (*request > bound.quantity).then_some(Fault::RequestOverDefault(*request))
                } else {
                    (*request != bound.quantity).then_some(Fault::RequestNotDefault(*request))
                };
                if let Some(fault) = fault {
                    refuse(Subject::Container(*container), fault);
                }
            }
            if let Some(most) = own.as_ref().and_then(|own| own.limits().get(resource))
                && pod.apps.iter().any(|app| app.container() == *container)
                && bound.quantity > *most
            {
                refuse(Subject::Container(*container), Fault::DefaultOverPod(*most));
            }
        }
    }
    if let Some(own) = own {
        let totals = pod.total_requests();
        for (name, total) in totals {
            let Some(least) = own.requests().get(&name).filter(|least| **least < total) else { continue };
            let Some(addition) = additions
                .iter()
                .find(|addition| addition.amount == Amount::Request && addition.resource == name)
            else {
                continue;
            };
            violations.push(Violation {
                subject: Subject::Pod,
                resource: name,
                fault: Fault::PodBelowContainers { total, pod: *least },
                bound: addition.bound,
                range: addition.range,
            });
        }
    }
}

impl LimitItem {
    fn faults(&self, requests: &Amounts, limits: &Amounts) -> Vec<(SmolStr, Fault, Bound)> {
        let mut faults = Vec::new();
        let mut check = |bounds: &Bounds, rule: Rule| {
            for (name, bound) in bounds {
                let fault = rule(requests.get(name), limits.get(name), bound);
                faults.extend(fault.map(|fault| (name.clone(), fault, *bound)));
            }
        };
        check(&self.min, below);
        check(&self.max, above);
        check(&self.ratio, ratio);
        faults
    }
}
