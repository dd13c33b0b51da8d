//! Writes plans as JSON for other tools, in a versioned format.
//!
//! Invariant: fields can be added without a new version, but no field is removed or changes its meaning.

mod times;

use super::{By, Gate, LinkKind, Plan, Resources, Start, StartLink};
use crate::diagnostic::visible;
use crate::kubernetes::quantity::Quantity;
use crate::source::{Sources, Span};
use serde::{Serialize, Serializer};
use smol_str::SmolStr;
use std::fmt::Display;

/// The plans of any number of sources as one JSON document.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::plan::json;
///
/// let source = r#"pod hello { step a { image "busybox:1.37"; run "true" } app web { image "nginx:1.29" } }"#;
/// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let plan = hello.workloads[0].plan();
/// let json = json([(&plan, &hello.sources)]);
/// assert!(json.contains("\"name\": \"hello\""));
/// ```
pub fn json<'a>(plans: impl IntoIterator<Item = (&'a Plan, &'a Sources)>) -> String {
    let workloads = plans.into_iter().map(|(plan, sources)| workload(plan, sources)).collect();
    visible::document(&PlanJson { version: 1, workloads })
}

#[derive(Serialize)]
struct PlanJson<'a> {
    version: u32,
    workloads: Vec<WorkloadJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkloadJson<'a> {
    kind: &'static str,
    name: &'a str,
    /// The profile, if the plans of several are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    /// The version of Kubernetes that the objects and the totals are for.
    kube: String,
    /// The `LimitRange`s that add something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limit_ranges: Vec<&'a str>,
    span: PlaceJson<'a>,
    order: Vec<ContainerJson<'a>>,
    effective: Effective<'a>,
    start: times::StartJson<'a>,
    stop: times::StopJson<'a>,
}

/// Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlaceJson<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct ContainerJson<'a> {
    name: &'a str,
    role: &'static str,
    span: PlaceJson<'a>,
    because: &'a str,
    moved: bool,
    after: Vec<LinkJson<'a>>,
    requests: OrderedObject<'a, Printed<'a, Quantity>>,
    /// The resources whose request is the compiler's, since the source says nothing of them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    completed: &'a [&'static str],
    limits: OrderedObject<'a, Printed<'a, Quantity>>,
    /// What a `LimitRange` of the namespace adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<AddedJson<'a>>,
    reserved: OrderedObject<'a, Printed<'a, Quantity>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restarts: Option<&'a str>,
    time: times::TimeJson<'a>,
}

/// What has to happen before a container starts.
#[derive(Serialize)]
struct LinkJson<'a> {
    kind: &'static str,
    container: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<&'static str>,
    because: &'a str,
    span: PlaceJson<'a>,
}

/// The resources of which something is added.
#[derive(Serialize)]
struct AddedJson<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requests: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Effective<'a> {
    requests: OrderedObject<'a, Printed<'a, Quantity>>,
    /// The sums of the limits, as Kubernetes' own tools print them.
    limits: OrderedObject<'a, Printed<'a, Quantity>>,
    /// For each resource that the pod can use without limit, a container that has none.
    unbounded: OrderedObject<'a, &'a str>,
    qos: String,
    set_by: OrderedObject<'a, SetByJson<'a>>,
}

#[derive(Serialize)]
struct SetByJson<'a> {
    by: &'static str,
    containers: Vec<&'a str>,
    because: &'a str,
}

fn workload<'a>(plan: &'a Plan, sources: &'a Sources) -> WorkloadJson<'a> {
    let requests = plan.requests.iter();
    let limits = plan.limits.iter();
    WorkloadJson {
        kind: plan.kind.name(),
        name: &plan.name,
        profile: plan.profile.as_deref(),
        kube: plan.version.to_string(),
        limit_ranges: names(&plan.limit_ranges),
        span: place(plan.span, sources),
        order: plan.order.iter().map(|start| container(start, sources)).collect(),
        effective: Effective {
            requests: OrderedObject(
                requests.clone().map(|request| (&*request.resource, Printed(&request.quantity))).collect(),
            ),
            limits: OrderedObject(
                limits
                    .clone()
                    .filter_map(|limit| Some((&*limit.resource, Printed(limit.quantity.as_ref()?))))
                    .collect(),
            ),
            unbounded: OrderedObject(
                limits.filter_map(|limit| Some((&*limit.resource, limit.unbounded_by.as_deref()?))).collect(),
            ),
            qos: plan.qos.to_string(),
            set_by: OrderedObject(
                requests
                    .map(|request| {
                        let containers = request.containers.iter().map(|name| &**name).collect();
                        let set_by = SetByJson { by: by(request.by), containers, because: &request.because };
                        (&*request.resource, set_by)
                    })
                    .collect(),
            ),
        },
        start: times::start(&plan.start),
        stop: times::stop(&plan.stop),
    }
}

fn container<'a>(start: &'a Start, sources: &'a Sources) -> ContainerJson<'a> {
    ContainerJson {
        name: &start.name,
        role: start.role.name(),
        span: place(start.span, sources),
        because: &start.because,
        moved: start.moved,
        after: start.links.iter().map(|each| link(each, sources)).collect(),
        requests: quantities(&start.requests),
        completed: &start.completed,
        limits: quantities(&start.limits),
        added: (!start.added_requests.is_empty() || !start.added_limits.is_empty()).then_some(AddedJson {
            requests: names(&start.added_requests),
            limits: names(&start.added_limits),
        }),
        reserved: quantities(&start.reserved),
        gate: start.gate.map(gate),
        restarts: start.restarts.as_deref(),
        time: times::time(&start.time),
    }
}

fn link<'a>(link: &'a StartLink, sources: &'a Sources) -> LinkJson<'a> {
    let (kind, volume, gate) = match &link.kind {
        LinkKind::After => ("after", None, None),
        LinkKind::Files(volume) => ("files", Some(volume.as_str()), None),
        LinkKind::Gate(gate) => ("gate", None, Some(self::gate(*gate))),
    };
    let StartLink { container, because, span, .. } = link;
    LinkJson { kind, container, volume, gate, because, span: place(*span, sources) }
}

fn names(names: &[SmolStr]) -> Vec<&str> {
    names.iter().map(SmolStr::as_str).collect()
}

fn gate(gate: Gate) -> &'static str {
    match gate {
        Gate::StartupProbe => "startupProbe",
        Gate::PostStart => "postStart",
        Gate::Process => "process",
    }
}

fn by(by: By) -> &'static str {
    match by {
        By::Together => "together",
        By::Step => "step",
        By::Pod => "pod",
        By::Overhead => "overhead",
    }
}

pub(crate) fn place(span: Span, sources: &Sources) -> PlaceJson<'_> {
    let span = sources.in_file(span);
    let file = sources.get(span.file);
    let (line, column) = file.line_column(span.start);
    let (end_line, end_column) = file.line_column(span.end);
    PlaceJson { file: &file.name, line, column, end_line, end_column }
}

fn quantities(resources: &Resources) -> OrderedObject<'_, Printed<'_, Quantity>> {
    OrderedObject(resources.iter().map(|(name, quantity)| (&**name, Printed(quantity))).collect())
}

/// An object that keeps the order of its keys.
struct OrderedObject<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for OrderedObject<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// A value that is serialized as its text.
struct Printed<'a, T>(&'a T);

impl<T: Display> Serialize for Printed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}
