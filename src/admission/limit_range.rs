//! Applies the `LimitRange`s of a namespace to a pod: first what they add, then what they refuse.

use super::{Bound, Bounds, bounds};
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
            // A request that was added, too, is no larger, or the API server would have refused the LimitRange.
            if let Some(request) = demand.requests().get(resource) {
                let fault = if !can_overcommit(resource) {
                    (*request != bound.quantity).then_some(Fault::RequestNotDefault(*request))
                } else {
                    (*request > bound.quantity).then_some(Fault::RequestOverDefault(*request))
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

/// What is wrong with a request and a limit, if something is.
type Rule = fn(Option<&Quantity>, Option<&Quantity>, &Bound) -> Option<Fault>;

fn below(request: Option<&Quantity>, limit: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(given) = request else { return Some(Fault::Missing(Amount::Request)) };
    let [request, most, bound] = comparable([given, limit.unwrap_or(&Quantity::ZERO), &bound.quantity]);
    if request < bound {
        return Some(Fault::Below(Amount::Request, *given));
    }
    let limit = limit.filter(|_| most < bound)?;
    Some(Fault::Below(Amount::Limit, *limit))
}

fn above(request: Option<&Quantity>, limit: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(given) = limit else { return Some(Fault::Missing(Amount::Limit)) };
    let [least, limit, bound] = comparable([request.unwrap_or(&Quantity::ZERO), given, &bound.quantity]);
    if limit > bound {
        return Some(Fault::Above(Amount::Limit, *given));
    }
    let request = request.filter(|_| least > bound)?;
    Some(Fault::Above(Amount::Request, *request))
}

/// Holds a claim to the maximum, which it has no limit for.
fn above_claim(request: Option<&Quantity>, _: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(given) = request else { return Some(Fault::Missing(Amount::Request)) };
    let [request, bound] = comparable([given, &bound.quantity]);
    (request > bound).then_some(Fault::Above(Amount::Request, *given))
}

/// Compares as the plugin does: with numbers of floating point, so a limit that is exactly the ratio may be over it.
#[allow(clippy::cast_precision_loss)]
fn ratio(request: Option<&Quantity>, limit: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(request) = request.filter(|request| !request.is_zero()) else {
        return Some(Fault::Missing(Amount::Request));
    };
    let Some(limit) = limit.filter(|limit| !limit.is_zero()) else {
        return Some(Fault::Missing(Amount::Limit));
    };
    let [divisor, dividend, _] = comparable([request, limit, &bound.quantity]);
    let found = dividend as f64 / divisor as f64;
    let is_over = if bound.quantity.value() <= MOST_UNITS {
        found * 1000.0 > bound.quantity.milli_value() as f64
    } else {
        found > bound.quantity.value() as f64
    };
    is_over.then_some(Fault::Ratio { request: *request, limit: *limit })
}

/// The largest number of units whose thousandths Kubernetes counts.
const MOST_UNITS: i128 = (i64::MAX / 1000) as i128;

/// The amounts in thousandths, or in whole units if the thousandths of one of them are too many.
fn comparable<const N: usize>(amounts: [&Quantity; N]) -> [i128; N] {
    if amounts.iter().all(|amount| amount.value() <= MOST_UNITS) {
        amounts.map(Quantity::milli_value)
    } else {
        amounts.map(Quantity::value)
    }
}
