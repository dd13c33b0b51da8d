//! Tests what a namespace adds and refuses, on the cases that people get wrong.

use super::limit_range::{LimitRange, Ranged, apply};
use super::quota::{Quota, ScopedPod, used_by_pod};
use super::violation::Subject;
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::version::Version;
use crate::object::{MapEntry, Node, Value};
use crate::resources::{Demand, InitDemand, PodDemand, PodLevel, Qos};
use crate::source::{FileId, Span};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

const PLACE: Span = Span { file: FileId(0), start: 0, end: 0 };

/// JSON as a typed object: a text is a quantity where it can be one.
fn node(json: &Json) -> Node {
    let value = match json {
        Json::Object(fields) => {
            let mut map = Node::map(PLACE);
            map.map_mut().entries = fields
                .iter()
                .map(|(key, value)| MapEntry {
                    key: key.into(),
                    key_span: PLACE,
                    layer: 0,
                    node: node(value),
                })
                .collect();
            return map;
        }
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::String(text) => {
            Quantity::parse(text).map_or_else(|_| Value::Text(text.into()), Value::Quantity)
        }
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => Value::Int(number.as_i64().unwrap()),
        Json::Null => Value::Unresolved,
    };
    Node::new(PLACE, value)
}

fn range(items: &Json) -> LimitRange {
    LimitRange::of(&node(&json!({"spec": {"limits": items}})))
}

fn demand(container: usize, json: &Json) -> Demand {
    let amounts = |key: &str| crate::resources::amounts(&node(&json[key]));
    Demand::new(container, amounts("requests"), amounts("limits"))
}

/// A pod with an app for each item.
fn pod(apps: &Json) -> PodDemand {
    let apps = apps.as_array().unwrap().iter().enumerate();
    PodDemand { apps: apps.map(|(at, app)| demand(at, app)).collect(), ..PodDemand::default() }
}

fn text(ranged: &Ranged) -> String {
    let mut text = String::new();
    for added in &ranged.additions {
        let (resource, amount) = (&added.resource, added.amount.name());
        let _ = writeln!(text, "{}: {resource} {amount} {}", added.container, added.bound.quantity);
    }
    for violation in &ranged.violations {
        let subject = match violation.subject {
            Subject::Container(container) => container.to_string(),
            Subject::Pod => "pod".to_owned(),
        };
        let (resource, bound) = (&violation.resource, violation.bound.quantity);
        let _ = writeln!(text, "{subject}: {resource} {:?} of {bound}", violation.fault);
    }
    text
}

fn applied(apps: &Json, items: &Json) -> String {
    text(&apply(&pod(apps), &[range(items)], Version(37)))
}

#[test]
fn a_maximum_becomes_the_default_of_limit_and_request() {
    let shown = applied(
        &json!([{}, {"requests": {"memory": "64Mi"}}, {"limits": {"memory": "32Mi"}}]),
        &json!([{"type": "Container", "max": {"memory": "1Gi"}}]),
    );
    insta::assert_snapshot!(shown, @r"
    0: memory limit 1Gi
    0: memory request 1Gi
    1: memory limit 1Gi
    ");
}

#[test]
fn a_minimum_alone_becomes_the_default_of_the_request() {
    let shown = applied(
        &json!([{}, {"limits": {"cpu": "50m"}}]),
        &json!([{"type": "Container", "min": {"cpu": "100m"}}]),
    );
    insta::assert_snapshot!(shown, @r"
    0: cpu request 100m
    1: cpu Below(Request, Quantity(50m)) of 100m
    ");
}

#[test]
fn a_request_over_the_default_limit_is_refused() {
    let shown = applied(
        &json!([{"requests": {"memory": "1Gi"}}]),
        &json!([{"type": "Container", "default": {"memory": "512Mi"}, "defaultRequest": {"memory": "256Mi"}}]),
    );
    insta::assert_snapshot!(shown, @r"
    0: memory limit 512Mi
    0: memory RequestOverDefault(Quantity(1Gi)) of 512Mi
    ");
}

#[test]
fn a_ratio_needs_both_amounts() {
    let shown = applied(
        &json!([{}, {"requests": {"cpu": "100m"}, "limits": {"cpu": "201m"}}, {"requests": {"cpu": "100m"}, "limits": {"cpu": "200m"}}]),
        &json!([{"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}]),
    );
    insta::assert_snapshot!(shown, @r"
    0: cpu Missing(Request) of 2
    1: cpu Ratio { request: Quantity(100m), limit: Quantity(201m) } of 2
    ");
}

#[test]
fn a_pod_is_bounded_with_its_sidecars_and_without_overhead() {
    let mut pod = pod(&json!([{"limits": {"cpu": "1"}}]));
    let init = |container, sidecar, cpu: &str| InitDemand {
        demand: demand(container, &json!({"limits": {"cpu": cpu}})),
        sidecar,
    };
    pod.init = vec![init(1, true, "500m"), init(2, false, "1500m"), init(3, true, "100m")];
    pod.overhead = [("cpu".into(), Quantity::parse("1").unwrap())].into();
    let at_most = |cpu: &str| range(&json!([{"type": "Pod", "max": {"cpu": cpu}}]));
    assert_eq!(text(&apply(&pod, &[at_most("2")], Version(37))), "");
    insta::assert_snapshot!(text(&apply(&pod, &[at_most("1999m")], Version(37))), @"pod: cpu Above(Limit, Quantity(2)) of 1999m");
}

#[test]
fn a_pod_with_resources_of_its_own_is_completed_before_admission_until_1_36() {
    let amounts = |cpu: &str| [("cpu".into(), Quantity::parse(cpu).unwrap())].into();
    let mut pod = pod(&json!([{"requests": {"cpu": "100m"}}, {}]));
    pod.pod = Some(PodLevel::new([].into(), amounts("1")));
    let ranges = [range(
        &json!([{"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"cpu": "200m"}}]),
    )];
    insta::assert_snapshot!(text(&apply(&pod, &ranges, Version(36))), @r"
    0: cpu limit 500m
    1: cpu limit 500m
    1: cpu request 200m
    pod: cpu PodBelowContainers { total: Quantity(300m), pod: Quantity(100m) } of 200m
    ");
    let ranged = apply(&pod, &ranges, Version(37));
    assert!(ranged.violations.is_empty());
    assert_eq!(ranged.pod.totals(Version(37)).request("cpu").unwrap().quantity.to_string(), "300m");
}

#[test]
fn whether_a_pod_is_refused_may_depend_on_the_order_of_the_ranges() {
    let pod = pod(&json!([{"requests": {"cpu": "300m"}}]));
    let small = range(&json!([{"type": "Container", "default": {"cpu": "200m"}}]));
    let large = range(&json!([{"type": "Container", "default": {"cpu": "400m"}}]));
    let refused = |ranges: &[LimitRange]| {
        let ranged = apply(&pod, ranges, Version(37));
        (!ranged.violations.is_empty(), ranged.by_chance)
    };
    assert_eq!(refused(std::slice::from_ref(&small)), (true, false));
    assert_eq!(refused(&[small.clone(), large.clone()]), (true, true));
    assert_eq!(refused(&[large.clone(), small.clone()]), (true, true));
    assert_eq!(refused(&[small.clone(), small]), (true, false));
    assert_eq!(refused(&[large.clone(), large]), (false, false));
}

fn quota(spec: &Json) -> Quota {
    Quota::of(&node(&json!({"spec": spec})))
}

#[test]
fn a_quota_needs_what_it_counts_of_cpu_and_memory() {
    let pod = pod(&json!([{"requests": {"cpu": "1"}}, {"limits": {"cpu": "1", "memory": "1Gi"}}]));
    let hard = json!({"requests.cpu": "1", "limits.cpu": "1", "memory": "1Gi", "limits.ephemeral-storage": "1Gi", "pods": "9"});
    let missing = quota(&json!({"hard": hard})).missing(&pod, Version(37));
    let missing: Vec<_> = missing.iter().map(|missing| (&*missing.name, &missing.containers[..])).collect();
    assert_eq!(missing, [("limits.cpu", &[0][..]), ("memory", &[0][..])]);
}

#[test]
fn a_quota_counts_the_pods_of_its_scopes() {
    let spec = node(&json!({"activeDeadlineSeconds": 60, "priorityClassName": "high"}));
    let pod = ScopedPod::of(&spec, Qos::Burstable);
    let hard = json!({"pods": "1"});
    let counts = |scopes: &[&str]| quota(&json!({"hard": hard, "scopes": scopes})).counts(&pod);
    assert!(counts(&["Terminating", "NotBestEffort", "PriorityClass"]));
    assert!(!counts(&["NotTerminating"]));
    assert!(!counts(&["Terminating", "BestEffort"]));
    let selects = |operator: &str, values: &[&str]| {
        let selector = json!({"scopeName": "PriorityClass", "operator": operator, "values": values});
        quota(&json!({"hard": hard, "scopeSelector": {"matchExpressions": [selector]}})).counts(&pod)
    };
    assert!(selects("In", &["low", "high"]) && selects("Exists", &[]) && selects("NotIn", &["low"]));
    assert!(!selects("NotIn", &["high"]) && !selects("DoesNotExist", &[]) && !selects("In", &["low"]));
    assert!(!quota(&json!({"hard": {"services": "1"}})).counts(&pod));
}

#[test]
fn a_pod_uses_its_effective_totals() {
    let pod = pod(
        &json!([{"requests": {"cpu": "1500m"}, "limits": {"example.com/gpu": "1", "hugepages-2Mi": "4Mi"}}]),
    );
    let used = used_by_pod(&pod, Version(37));
    let used: Vec<String> = used.iter().map(|(name, quantity)| format!("{name}={quantity}")).collect();
    insta::assert_snapshot!(used.join(" "), @"count/pods=1 cpu=1500m hugepages-2Mi=4Mi pods=1 requests.cpu=1500m requests.example.com/gpu=1 requests.hugepages-2Mi=4Mi");
}
