//! Compares the totals with Kubernetes' own and with a simulation.

use super::*;
use crate::model::{Container, ObjectLevel, PlacedName, QualifiedName, WorkloadKind};
use crate::object::Value;
use crate::source::{FileId, Span};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn amounts_of(json: &Json) -> Amounts {
    let entries = json.as_object().into_iter().flatten();
    entries.map(|(name, text)| (name.into(), quantity(text.as_str().unwrap()))).collect()
}

fn pod_of(json: &Json) -> PodDemand {
    let mut pod = PodDemand::default();
    let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    for app in list("containers") {
        let container = pod.apps.len();
        pod.apps.push(Demand::new(container, amounts_of(&app["requests"]), amounts_of(&app["limits"])));
    }
    for init in list("init") {
        let container = pod.apps.len() + pod.init.len();
        let demand = Demand::new(container, amounts_of(&init["requests"]), amounts_of(&init["limits"]));
        pod.init.push(InitDemand { demand, sidecar: init["always"] == true });
    }
    pod.pod = json
        .get("pod")
        .map(|level| PodLevel::new(amounts_of(&level["requests"]), amounts_of(&level["limits"])));
    pod.overhead = json.get("overhead").map(amounts_of).unwrap_or_default();
    round_up(&mut pod.overhead);
    pod
}

fn pod(json: &str) -> PodDemand {
    pod_of(&serde_json::from_str(json).unwrap())
}

/// The resources by name, in the two notations of the figures: in the scheduler's units, and as quantities.
fn columns<'a>(totals: impl Iterator<Item = (&'a SmolStr, Quantity)>) -> [String; 2] {
    let totals: BTreeMap<_, _> = totals.collect();
    let units = |name: &str, quantity: &Quantity| match name {
        "cpu" => quantity.milli_value(),
        _ => quantity.value(),
    };
    let counted = totals.iter().map(|(name, quantity)| format!("{name}={}", units(name, quantity)));
    let printed = totals.iter().map(|(name, quantity)| format!("{name}={quantity}"));
    [counted.collect::<Vec<_>>().join(" "), printed.collect::<Vec<_>>().join(" ")]
}

#[test]
fn agrees_with_kubernetes() {
    let mut compared = 0;
    for line in include_str!("../../tests/data/totals.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [name, requests, limits, requests_text, limits_text, json] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        for minor in [34, 35, 36] {
            let totals = pod(json).totals(Version(minor));
            let ours = columns(totals.requests.iter().map(|request| (&request.name, request.quantity)));
            assert_eq!(ours, [requests, requests_text], "requests of {name}");
            let ours = columns(totals.limits.iter().filter_map(|limit| Some((&limit.name, limit.quantity?))));
            assert_eq!(ours, [limits, limits_text], "limits of {name}");
        }
        compared += 1;
    }
    assert_eq!(compared, 165);
}

fn text(pod: &PodDemand, version: u8) -> String {
    let totals = pod.totals(Version(version));
    let requests = totals
        .requests
        .iter()
        .map(|request| format!("{} {} {:?}", request.name, request.quantity, request.set_by));
    let limits = totals.limits.iter().map(|limit| {
        match limit.quantity.as_ref().filter(|_| limit.unbounded_by.is_none()) {
            Some(bound) => format!("{} limit {bound}", limit.name),
            None => format!("{} unbounded by {:?}", limit.name, limit.unbounded_by),
        }
    });
    let lines: Vec<String> = requests.chain(limits).chain([totals.qos.to_string()]).collect();
    lines.join("\n")
}

#[test]
fn says_what_sets_each_total() {
    let pod = pod(r#"{
        "containers": [{"requests": {"cpu": "100m", "memory": "1Gi", "example.com/a": "1"}, "limits": {"memory": "2Gi"}}],
        "init": [
            {"requests": {"cpu": "50m"}, "always": true},
            {"requests": {"cpu": "1"}},
            {"requests": {"cpu": "1", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
            {"requests": {"memory": "64Mi"}, "always": true}
        ],
        "overhead": {"cpu": "10m", "example.com/b": "1"}
    }"#);
    insta::assert_snapshot!(text(&pod, 37), @r"
    cpu 1060m Step { step: 2, beside: [1] }
    memory 1088Mi Together([0, 4])
    example.com/a 1 Together([0])
    example.com/b 1 Overhead
    cpu unbounded by Some(0)
    memory unbounded by Some(1)
    Burstable
    ");
}

#[test]
fn a_tie_is_set_by_what_runs_in_the_end() {
    let pod = pod(r#"{"containers": [{"requests": {"cpu": "1"}}], "init": [{"requests": {"cpu": "1"}}]}"#);
    assert_eq!(pod.totals(Version(37)).request("cpu").unwrap().set_by, SetBy::Together(vec![0]));
}

#[test]
fn the_pods_own_resources_depend_on_the_version() {
    let full = pod(r#"{
        "containers": [{"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "1Gi"}}],
        "pod": {"requests": {"cpu": "2"}}
    }"#);
    insta::assert_snapshot!(text(&full, 33), @r"
    cpu 1 Together([0])
    memory 1Gi Together([0])
    cpu limit 2
    memory limit 1Gi
    Burstable
    ");
    insta::assert_snapshot!(text(&full, 36), @r"
    cpu 2 Pod
    memory 1Gi Together([0])
    cpu limit 2
    memory limit 1Gi
    Burstable
    ");
    insta::assert_snapshot!(text(&full, 37), @r"
    cpu 2 Pod
    memory 1Gi Together([0])
    cpu limit 2
    memory limit 1Gi
    Guaranteed
    ");
}

#[test]
fn empty_resources_of_the_pod_hide_the_containers_before_1_37() {
    let empty = pod(r#"{"containers": [{"limits": {"cpu": "1", "memory": "1Gi"}}], "pod": {}}"#);
    let qos = |version| empty.totals(Version(version)).qos;
    assert_eq!([qos(33), qos(36), qos(37)], [Qos::Guaranteed, Qos::BestEffort, Qos::Guaranteed]);
}

#[test]
fn nothing_asks_for_nothing() {
    assert_eq!(text(&PodDemand::default(), 37), "BestEffort");
}

#[test]
fn running_adds_the_sidecars_before() {
    let pod = pod(r#"{"init": [
        {"requests": {"cpu": "1"}, "always": true},
        {"requests": {"memory": "1Gi"}},
        {"requests": {"cpu": "2"}, "always": true},
        {"requests": {"cpu": "4"}}
    ]}"#);
    let running: Vec<_> =
        pod.running().map(|amounts| columns(amounts.iter().map(|(k, v)| (k, *v)))[1].clone()).collect();
    assert_eq!(running, ["cpu=1", "cpu=1 memory=1Gi", "cpu=3", "cpu=7"]);
    assert_eq!(pod.steady()["cpu"], quantity("3"));
}

fn node(json: &Json) -> Node {
    let span = Span::new(FileId(0), 0, 0);
    let Json::Object(fields) = json else {
        return Node::new(span, Value::Quantity(quantity(json.as_str().unwrap())));
    };
    let mut node = Node::map(span);
    for (key, value) in fields {
        node.map_mut().set(key, span, self::node(value));
    }
    node
}

#[test]
fn reads_a_workload() {
    let span = Span::new(FileId(0), 0, 0);
    let container = |name: &str, role, fields: Json| Container {
        references: Vec::new(),
        completed: Vec::new(),
        awaited: Vec::new(),
        unlocked: None,
        once: None,
        name: PlacedName { text: name.into(), span },
        qualified: QualifiedName::plain(name),
        role,
        built_in: None,
        span,
        fields: node(&fields),
        run: None,
        mounts: Vec::new(),
        after: Vec::new(),
        takes: None,
        stops: None,
        unclear: false,
    };
    let level = |spec: Json| ObjectLevel { metadata: Node::map(span), spec: node(&spec) };
    let workload = Workload {
        kind: WorkloadKind::Pod,
        name: None,
        span,
        object: level(json!({})),
        job: None,
        pod: level(json!({"overhead": {"cpu": "0.1m"}, "resources": {"requests": {"memory": "8Gi"}}})),
        volumes: Vec::new(),
        containers: vec![
            container("web", Role::App, json!({"resources": {"limits": {"cpu": "100m"}}})),
            container("migrate", Role::Step, json!({"resources": {"requests": {"cpu": "200m"}}})),
            container("proxy", Role::Sidecar, json!({"resources": {"requests": {"cpu": "50m"}}})),
            container("cache", Role::Sidecar, json!({})),
        ],
        budgets: Vec::new(),
        restricted: None,
        unclear: false,
    };
    let texts = |init: [usize; 3]| {
        let totals = PodDemand::of(&workload, init).totals(Version(37));
        let texts = totals.requests.iter().map(|request| {
            format!("{} {} set by {}", request.name, request.quantity, request.set_by.text(&workload))
        });
        texts.collect::<Vec<_>>()
    };
    let memory = "memory 8Gi set by the pod's `resources`";
    assert_eq!(texts([1, 2, 3]), ["cpu 201m set by step `migrate`", memory]);
    assert_eq!(texts([2, 3, 1]), ["cpu 251m set by step `migrate` beside `proxy`", memory]);
}

/// Starts the containers one by one, and looks at what runs at each moment.
fn simulate(pod: &PodDemand, name: &str) -> Quantity {
    let ask = |demand: &Demand| demand.requests.get(name).copied().unwrap_or(Quantity::ZERO);
    let sum = |running: &[&Demand]| running.iter().fold(Quantity::ZERO, |sum, demand| sum.add(&ask(demand)));
    let mut running: Vec<&Demand> = Vec::new();
    let mut highest = Quantity::ZERO;
    for init in &pod.init {
        running.push(&init.demand);
        highest = highest.max(sum(&running));
        if !init.sidecar {
            running.pop();
        }
    }
    running.extend(&pod.apps);
    highest.max(sum(&running))
}

fn any_demand() -> impl Strategy<Value = (Amounts, Amounts)> {
    let amount = (0usize..4, 0u32..4000).prop_map(|(resource, millis)| {
        let name = ["cpu", "memory", "ephemeral-storage", "example.com/gpu"][resource];
        (SmolStr::new(name), quantity(&format!("{}u", millis * 500)))
    });
    let amounts = proptest::collection::btree_map(
        amount.clone().prop_map(|(name, _)| name),
        amount.prop_map(|(_, amount)| amount),
        0..4,
    );
    (amounts.clone(), amounts)
}

proptest! {
    #[test]
    fn equals_a_simulation(
        apps in proptest::collection::vec(any_demand(), 0..4),
        init in proptest::collection::vec((any_demand(), any::<bool>()), 0..6),
    ) {
        let demand = |(requests, limits)| Demand::new(0, requests, limits);
        let pod = PodDemand {
            apps: apps.into_iter().map(demand).collect(),
            init: init.into_iter().map(|(amounts, sidecar)| InitDemand { demand: demand(amounts), sidecar }).collect(),
            ..PodDemand::default()
        };
        let totals = pod.totals(Version(37));
        for request in &totals.requests {
            prop_assert_eq!(request.quantity, simulate(&pod, &request.name));
        }
        for name in ["cpu", "memory", "ephemeral-storage", "example.com/gpu"] {
            if totals.request(name).is_none() {
                prop_assert!(simulate(&pod, name).is_zero());
            }
            let highest = pod.running().chain([pod.steady()]).filter_map(|amounts| amounts.get(name).copied()).max();
            prop_assert_eq!(highest, totals.request(name).map(|request| request.quantity));
        }
    }
}
