//! Computes the plan of an ordered workload: which container starts when and why, and what the pod reserves.
//!
//! Invariant: a plan adds no facts of its own; order and totals are those of `order` and `resources`.
//! A plan outlives the workload that it was made from.

#[cfg(feature = "cli")]
pub(crate) mod compare;
mod dot;
mod graph;
mod header;
mod html;
pub(crate) mod json;
mod links;
mod mermaid;
mod picture;
pub(crate) mod svg;
pub(crate) mod text;
mod times;

pub use dot::dot;
pub(crate) use header::header;
#[cfg(feature = "cli")]
pub(crate) use header::{is_compiled, source_of};
pub use html::html;
pub use json::json;
pub use links::{LinkKind, StartLink};
pub use mermaid::mermaid;
pub use picture::Axis;
pub use svg::svg;
use text::CAVEAT;
pub(crate) use text::role_style;
pub use text::text;
pub use times::{PlannedDeadline, PlannedStop, StartTime, WholeStart, WholeStop};

use crate::admission::limit_range::{self, Ranged};
use crate::admission::{Addition, Amount, NamespaceOf};
use crate::diagnostic::phrase::listed;
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::version::Version;
use crate::model::Workload;
pub use crate::model::{Direction, Role, WorkloadKind};
use crate::object::Node;
pub use crate::order::Gate;
use crate::order::Order;
pub use crate::resources::Qos;
use crate::resources::{Amounts, EffectiveLimit, PodDemand, SetBy, amounts, rank};
use crate::restarts::OwnRestarts;
use crate::source::Span;
pub use crate::timing::{TimeRange, TimedBy};
use smol_str::{SmolStr, format_smolstr};
use std::fmt;

/// How the pods of one workload start, and what they reserve.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The workload's kind.
    pub kind: WorkloadKind,
    /// Its name; `NAME*` if the cluster completes a `generateName`.
    pub name: SmolStr,
    /// The profile that sets its params, if it is shown beside plans with other profiles.
    pub profile: Option<SmolStr>,
    /// The version of Kubernetes that the objects and the totals are for.
    pub version: Version,
    /// The first line of its statement in the source.
    pub span: Span,
    /// The containers in the order in which they start; the apps, which start together, come last.
    pub order: Vec<Start>,
    /// The total requests of the apps, without sidecars.
    pub apps: Resources,
    /// The pod's effective requests.
    pub requests: Vec<PlannedRequest>,
    /// The pod's effective limits.
    pub limits: Vec<PlannedLimit>,
    /// The pod's quality-of-service class.
    pub qos: Qos,
    /// The `LimitRange`s of the namespace that add something to the pod.
    pub limit_ranges: Vec<SmolStr>,
    /// How long the start takes.
    pub start: WholeStart,
    /// How the pod stops.
    pub stop: WholeStop,
}

/// The start of one container.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its name.
    pub name: SmolStr,
    /// Its role.
    pub role: Role,
    /// The first line of its statement in the source.
    pub span: Span,
    /// Why it starts here and not earlier.
    pub because: String,
    /// Whether it starts after a container that is written later.
    pub moved: bool,
    /// Its image, if it has one.
    pub image: Option<SmolStr>,
    /// The containers of its `after`.
    pub after: Vec<SmolStr>,
    /// What has to happen before it starts: in other containers, as its `after` says, for files, and at gates.
    pub links: Vec<StartLink>,
    /// How it uses volumes, as written.
    pub uses: Vec<VolumeUse>,
    /// The objects of the API that it waits for, each as its kind and its name.
    pub awaited: Vec<SmolStr>,
    /// Its requests: as written, the compiler's for a built-in step, or those that a `LimitRange` adds.
    pub requests: Resources,
    /// The resources of which the compiler requests something, since the source says nothing of them.
    pub completed: Vec<&'static str>,
    /// Its limits: as written, or those that a `LimitRange` adds.
    pub limits: Resources,
    /// The resources of which a `LimitRange` adds the request.
    pub added_requests: Vec<SmolStr>,
    /// The resources of which a `LimitRange` adds the limit.
    pub added_limits: Vec<SmolStr>,
    /// What it holds the next container back for, if it is a sidecar.
    pub gate: Option<Gate>,
    /// What follows when it exits, if it has a restart policy of its own.
    pub restarts: Option<String>,
    /// The total requests of the pod's containers while it runs: for a step or sidecar, its own and those of the
    /// sidecars before it; for an app, those of all apps and sidecars.
    pub reserved: Resources,
    /// When it starts and how long that takes.
    pub time: StartTime,
}

/// How a container uses a volume.
#[derive(Clone, Debug)]
pub struct VolumeUse {
    /// The volume.
    pub volume: SmolStr,
    /// In which direction the files flow.
    pub direction: Direction,
    /// The folder or file in the volume, if it is not the whole volume.
    pub sub: Option<SmolStr>,
}

/// Quantities by resource, the common resources first.
pub type Resources = Vec<(SmolStr, Quantity)>;

/// An effective request.
#[derive(Clone, Debug)]
pub struct PlannedRequest {
    /// The resource.
    pub resource: SmolStr,
    /// How much of it the scheduler reserves.
    pub quantity: Quantity,
    /// What sets it.
    pub by: By,
    /// The containers that set it; the step comes before its sidecars.
    pub containers: Vec<SmolStr>,
    /// What sets it, in a few words.
    pub because: String,
}

/// What kind of thing sets an effective request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The apps and sidecars, which run together after the pod has started.
    Together,
    /// A step, with the sidecars that run alongside it.
    Step,
    /// The pod's own `resources`.
    Pod,
    /// The pod's `overhead`.
    Overhead,
}

/// An effective limit.
#[derive(Clone, Debug)]
pub struct PlannedLimit {
    /// The resource.
    pub resource: SmolStr,
    /// The sum of the limits; `None` if there are none.
    pub quantity: Option<Quantity>,
    /// A container without a limit, if the pod as a whole has none either.
    pub unbounded_by: Option<SmolStr>,
}

impl Plan {
    /// The workload, as a heading names it.
    pub(crate) fn title(&self) -> String {
        let profile =
            self.profile.as_ref().map(|profile| format!(" (profile {profile})")).unwrap_or_default();
        format!("{} {}{profile}", self.kind.name(), self.name)
    }

    /// Computes the plan of a workload with an order, on a version of Kubernetes and in a namespace.
    pub(crate) fn of(
        workload: &Workload,
        order: &Order,
        version: Version,
        namespace: Option<&NamespaceOf>,
    ) -> Self {
        let demand = PodDemand::of(workload, order.init_containers());
        let Admitted { pod: demand, additions, limit_ranges } = Admitted::of(demand, version, namespace);
        let totals = demand.totals(version);
        let add = |start: Start, container: usize| start.with_additions(&additions, container);
        let init = order.places.iter().zip(demand.running()).map(|(place, running)| {
            let because = place.because.text(workload);
            let start = Start::of(workload, place.container, because, &running);
            add(Start { moved: place.moved, ..start }, place.container)
        });
        let steady = demand.steady();
        let because = if order.places.is_empty() { AT_ONCE } else { AFTER_INIT };
        let apps =
            order.apps.iter().map(|app| add(Start::of(workload, *app, because.to_owned(), &steady), *app));
        let name = |container: usize| workload.containers[container].name.text.clone();
        let mut starts: Vec<Start> = init.chain(apps).collect();
        for (start, links) in starts.iter_mut().zip(links::of(workload, order)) {
            start.links = links;
        }
        let start = WholeStart::of(workload, order, &mut starts);
        Self {
            kind: workload.kind,
            name: name_of(workload),
            profile: None,
            version,
            span: workload.span,
            order: starts,
            apps: sorted(&demand.apps_alone()),
            requests: totals
                .requests
                .into_iter()
                .map(|request| {
                    let containers = request.set_by.containers();
                    let completed = matches!(&request.set_by, SetBy::Step { step, .. }
                        if workload.containers[*step].completed.contains(&&*request.name));
                    let by_compiler = if completed { ", by the compiler's request" } else { "" };
                    let is_added = |addition: &&Addition| {
                        addition.amount == Amount::Request
                            && addition.resource == request.name
                            && containers.contains(&addition.container)
                    };
                    let by_range = additions.iter().find(is_added).and_then(|addition| {
                        Some(format!(
                            ", by LimitRange `{}`",
                            namespace?.namespace.range_names.get(addition.range)?
                        ))
                    });
                    PlannedRequest {
                        because: request.set_by.text(workload) + by_compiler + &by_range.unwrap_or_default(),
                        by: kind_of(&request.set_by),
                        containers: containers.into_iter().map(name).collect(),
                        resource: request.name,
                        quantity: request.quantity,
                    }
                })
                .collect(),
            limits: totals.limits.into_iter().map(|limit| PlannedLimit::of(workload, limit)).collect(),
            qos: totals.qos,
            limit_ranges,
            start,
            stop: WholeStop::of(workload, order),
        }
    }

    /// What the totals do not know, or what they include.
    pub(crate) fn caveat(&self) -> String {
        if self.limit_ranges.is_empty() {
            return CAVEAT.to_owned();
        }
        format!(
            "with what LimitRange {} adds, before webhooks and RuntimeClass overhead",
            listed(self.limit_ranges.iter().map(SmolStr::as_str))
        )
    }
}

/// A pod after the `LimitRange`s of its namespace.
struct Admitted {
    pod: PodDemand,
    additions: Vec<Addition>,
    /// The names of those that add something.
    limit_ranges: Vec<SmolStr>,
}

impl Admitted {
    fn of(pod: PodDemand, version: Version, namespace: Option<&NamespaceOf>) -> Self {
        let Some(NamespaceOf { namespace, .. }) = namespace.filter(|of| !of.namespace.ranges.is_empty())
        else {
            return Self { pod, additions: Vec::new(), limit_ranges: Vec::new() };
        };
        let Ranged { pod, additions, .. } = limit_range::apply(&pod, &namespace.ranges, version);
        let adds = |at: &usize| additions.iter().any(|addition| addition.range == *at);
        let adding = (0..namespace.ranges.len()).filter(adds);
        let limit_ranges = adding.filter_map(|at| namespace.range_names.get(at).cloned()).collect();
        Self { pod, additions, limit_ranges }
    }
}

impl PlannedLimit {
    fn of(workload: &Workload, limit: EffectiveLimit) -> Self {
        let name = |container: usize| workload.containers[container].name.text.clone();
        Self { resource: limit.name, quantity: limit.quantity, unbounded_by: limit.unbounded_by.map(name) }
    }
}

/// How much of the resource the pod can really use.
impl fmt::Display for PlannedLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.unbounded_by, &self.quantity) {
            (Some(container), _) => write!(f, "unbounded by `{container}`"),
            (None, Some(quantity)) => quantity.fmt(f),
            (None, None) => f.write_str("unbounded"),
        }
    }
}

/// Why an app has its place.
const AFTER_INIT: &str = "after every step and sidecar";
const AT_ONCE: &str = "nothing comes before it";

impl Start {
    fn of(workload: &Workload, container: usize, because: String, reserved: &Amounts) -> Self {
        let container = &workload.containers[container];
        let written = |key| {
            let node = container.fields.get("resources").and_then(|resources| resources.get(key));
            node.map(|node| sorted(&amounts(node))).unwrap_or_default()
        };
        Self {
            name: container.name.text.clone(),
            role: container.role,
            span: container.span,
            because,
            moved: false,
            image: container.fields.get("image").and_then(Node::as_text).map(SmolStr::new),
            after: container
                .after
                .iter()
                .map(|after| workload.containers[after.index].name.text.clone())
                .collect(),
            links: Vec::new(),
            uses: container
                .mounts
                .iter()
                .map(|mount| VolumeUse {
                    volume: mount.volume.text.clone(),
                    direction: mount.direction,
                    sub: mount.sub.clone(),
                })
                .collect(),
            awaited: container
                .awaited
                .iter()
                .map(|object| format_smolstr!("{} {}", object.kind, object.name))
                .collect(),
            requests: written("requests"),
            completed: container.completed.clone(),
            limits: written("limits"),
            added_requests: Vec::new(),
            added_limits: Vec::new(),
            gate: (container.role == Role::Sidecar).then(|| Gate::of(container)),
            restarts: OwnRestarts::of(container).map(|restarts| restarts.text(workload, container)),
            reserved: sorted(reserved),
            time: StartTime::default(),
        }
    }
}

impl Start {
    /// Adds what `LimitRange`s add to the container.
    fn with_additions(mut self, additions: &[Addition], container: usize) -> Self {
        for addition in additions.iter().filter(|addition| addition.container == container) {
            let (amounts, added) = match addition.amount {
                Amount::Request => (&mut self.requests, &mut self.added_requests),
                Amount::Limit => (&mut self.limits, &mut self.added_limits),
            };
            amounts.push((addition.resource.clone(), addition.bound.quantity));
            amounts.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)));
            added.push(addition.resource.clone());
        }
        self
    }
}

fn name_of(workload: &Workload) -> SmolStr {
    let generated = || workload.object.metadata.get("generateName").and_then(|name| name.as_text());
    match (&workload.name, generated()) {
        (Some(name), _) => name.text.clone(),
        (None, Some(prefix)) => format!("{prefix}*").into(),
        (None, None) => SmolStr::default(),
    }
}

fn kind_of(set_by: &SetBy) -> By {
    match set_by {
        SetBy::Together(_) => By::Together,
        SetBy::Step { .. } => By::Step,
        SetBy::Pod => By::Pod,
        SetBy::Overhead => By::Overhead,
    }
}

fn sorted(amounts: &Amounts) -> Resources {
    let mut resources: Resources = amounts.iter().map(|(name, quantity)| (name.clone(), *quantity)).collect();
    resources.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)));
    resources
}

#[cfg(test)]
mod tests;
