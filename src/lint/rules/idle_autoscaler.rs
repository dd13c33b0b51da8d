#![doc = include_str!("../../diagnostic/explain/idle-autoscaler.md")]

use crate::admission::{Scaler, ScalingMetric, limit_range};
use crate::diagnostic::phrase::either;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Container, Role};
use crate::object::Node;
use crate::resources::{Demand, PodDemand};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let Some(scaler) = pod.scaler() else { return };
    if let Some(replicas) = pod.workload.object.spec.get("replicas")
        && replicas.as_int() == Some(0)
    {
        let headline = format!(
            "`replicas 0` turns HorizontalPodAutoscaler `{}` off: it scales nothing up from zero",
            scaler.name
        );
        found.push(
            Diagnostic::warning(Code::IdleAutoscaler, replicas.span, headline)
                .here("turns the autoscaler off")
                .label(scaler.place, "the autoscaler")
                .help("remove `replicas`"),
        );
        return;
    }
    let demand = with_defaults(pod);
    for metric in &scaler.metrics {
        match &metric.container {
            Some((name, _)) => of_container(pod, scaler, metric, name, &demand, found),
            None => of_pod(pod, scaler, metric, &demand, found),
        }
    }
}

/// What the pod requests in its namespace.
fn with_defaults(pod: &Pod<'_>) -> PodDemand {
    let demand = &pod.demand().0;
    let ranges = pod.namespace.map_or(&[][..], |of| &of.namespace.ranges);
    limit_range::apply(demand, ranges, pod.version).pod
}

fn of_pod(
    pod: &Pod<'_>,
    scaler: &Scaler,
    metric: &ScalingMetric,
    demand: &PodDemand,
    found: &mut Vec<Diagnostic>,
) {
    let own = demand.own_resources(pod.version);
    if own.is_some_and(|own| !own.requests().is_empty()) {
        return;
    }
    for (at, container) in pod.containers().filter(|(_, container)| container.role != Role::Step) {
        if !requests(demand, at, metric) && !is_unclear(container) {
            found.push(without_request(scaler, metric, container, "of each app and sidecar"));
        }
    }
}

fn of_container(
    pod: &Pod<'_>,
    scaler: &Scaler,
    metric: &ScalingMetric,
    name: &str,
    demand: &PodDemand,
    found: &mut Vec<Diagnostic>,
) {
    let named = pod.containers().find(|(_, container)| container.name.text == name);
    match named {
        Some((at, container)) if container.role != Role::Step => {
            if !requests(demand, at, metric) && !is_unclear(container) {
                found.push(without_request(scaler, metric, container, "of this container"));
            }
        }
        other => {
            let (place, here) = match other {
                Some((_, step)) => (step.span, "a step ends before there is anything to scale"),
                None => (pod.workload.span, "has no such container"),
            };
            let headline = format!(
                "HorizontalPodAutoscaler `{}` scales by the container `{name}`, which does not run in the pod",
                scaler.name
            );
            let running = pod.containers().filter(|(_, container)| container.role != Role::Step);
            let names = either(running.map(|(_, container)| container.name.text.as_str()));
            let metric_place = metric.container.as_ref().map_or(metric.place, |(_, place)| *place);
            found.push(
                Diagnostic::warning(Code::IdleAutoscaler, place, headline)
                    .here(here)
                    .label(metric_place, "scales by this container")
                    .help(format!("name {names} in the autoscaler")),
            );
        }
    }
}

fn without_request(
    scaler: &Scaler,
    metric: &ScalingMetric,
    container: &Container,
    needs: &str,
) -> Diagnostic {
    let ScalingMetric { resource, place, .. } = metric;
    let headline = format!(
        "HorizontalPodAutoscaler `{}` scales by a share of the {resource} request, and `{}` has none",
        scaler.name, container.name.text
    );
    Diagnostic::warning(Code::IdleAutoscaler, container.span, headline)
        .here(format!("no {resource} request"))
        .label(*place, format!("needs the request {needs}"))
        .help(format!("set a request for `{resource}`"))
}

fn requests(demand: &PodDemand, container: usize, metric: &ScalingMetric) -> bool {
    let is_it = |demand: &&Demand| demand.container() == container;
    demand.containers().find(is_it).is_some_and(|demand| demand.requests().contains_key(&metric.resource))
}

/// Whether its requests could not be understood.
fn is_unclear(container: &Container) -> bool {
    container.fields.get("resources").is_some_and(|resources| resources.as_map().is_none())
        || container
            .fields
            .at("resources.requests")
            .is_some_and(|requests: &Node| requests.as_map().is_none())
}
