//! Makes the Job of a step that runs once: the workload's pod, reduced to the step and what it needs.

use super::piece::Split;
use crate::check::Checked;
use crate::kubernetes::names::{
    APPARMOR_OF_CONTAINER, DIGEST_LENGTH, LABEL_LIMIT, NAME_A_CONTAINER, SECCOMP_OF_CONTAINER, digest,
    shortened,
};
use crate::lower::{Object, lower};
use crate::model::{Container, ObjectLevel, PlacedName, Workload, WorkloadKind};
use crate::object::{Map, Node, Value};
use crate::order::order;
use crate::total::sure;
use smol_str::{SmolStr, format_smolstr};

/// The fields of a pod's spec that are for the workload's own pods: their names and addresses, their traffic, how they
/// are spread, and how long they live.
const NOT_FOR_JOBS: [&str; 7] = [
    "activeDeadlineSeconds",
    "hostname",
    "readinessGates",
    "restartPolicy",
    "setHostnameAsFQDN",
    "subdomain",
    "topologySpreadConstraints",
];

/// The label by which people find the pods of an application.
const NAME_LABEL: &str = "app.kubernetes.io/name";

/// Makes the Job of a step; `names` has the Jobs of the steps before it.
pub(super) fn of(split: &Split, step: usize, names: &[Option<SmolStr>]) -> Checked {
    let workload = split.workload;
    let mut kept = split.precedence.before(step);
    kept[step] = true;
    let (containers, volumes) = split.cut(&kept, names, Some(step));
    let span = workload.containers[step].span;
    let text = |text: &str| Node::text(span, text);
    let base = base(workload, step);
    let mut pod = cut_spec(workload);
    // A pod that failed stays, and with it its log.
    pod.set("restartPolicy", span, text("Never"));
    let mut metadata = Map::default();
    if let Some(namespace) = workload.object.metadata.get("namespace") {
        metadata.set("namespace", span, namespace.clone());
    }
    if let Some(labels) = workload.object.metadata.get("labels") {
        metadata.set("labels", span, labels.clone());
    }
    let mut job = workload.part(|workload| Workload {
        kind: WorkloadKind::Job,
        name: None,
        span,
        object: ObjectLevel { metadata: Node::new(span, Value::Map(metadata)), spec: Node::map(span) },
        job: None,
        pod: ObjectLevel {
            metadata: pod_metadata(workload, &base, step, &containers),
            spec: Node::new(span, Value::Map(pod)),
        },
        volumes,
        containers,
        unclear: false,
        budgets: Vec::new(),
        restricted: workload.restricted,
    });
    let name = format_smolstr!("{base}-{}", content(&job));
    job.change(|job| {
        job.object.metadata.map_mut().set("name", span, text(&name));
        job.name = Some(PlacedName { text: name, span });
    });
    job
}

/// The name of a Job, without the digest at its end.
fn base(workload: &Workload, step: usize) -> String {
    let metadata = |key| workload.object.metadata.get(key).and_then(Node::as_text);
    let name = metadata("name").or_else(|| metadata("generateName")).unwrap_or_default();
    let name = format!("{}-{}", name.trim_end_matches('-'), workload.containers[step].name.text);
    shortened(&name, LABEL_LIMIT - DIGEST_LENGTH - 1)
}

/// The digest of a Job's spec, which includes everything that the API server does not allow to change.
fn content(job: &Checked) -> String {
    let start = order(job, &mut Vec::new());
    match lower(job, start.init_containers()) {
        Object::Job(job) => digest(&sure(serde_json::to_vec(&job.spec))),
        object => digest(&sure(serde_json::to_vec(&object))),
    }
}

/// The fields of the pod, without those that are only for the workload's own pods.
fn cut_spec(workload: &Workload) -> Map {
    let mut spec = workload.pod.spec.as_map().cloned().unwrap_or_default();
    spec.entries.retain(|entry| !NOT_FOR_JOBS.contains(&entry.key.as_str()));
    if let Some(affinity) = spec.get_mut("affinity") {
        // With a rule that keeps it away from the workload's pods, the Job might not find a node.
        affinity.map_mut().remove("podAntiAffinity");
    }
    spec
}

/// The labels and annotations of the pods, except the labels by which a selector or a Service finds them, and annotations about
/// containers that the Job does not have. `kubectl logs` shows the log of the step.
fn pod_metadata(workload: &Workload, base: &str, step: usize, containers: &[Container]) -> Node {
    let level = if workload.kind == WorkloadKind::Pod { &workload.object } else { &workload.pod };
    let span = level.metadata.span;
    let mut metadata = Map::default();
    let mut labels = level.metadata.get("labels").and_then(Node::as_map).cloned().unwrap_or_default();
    let selector = workload.object.spec.at("selector.matchLabels").map(Node::entries).unwrap_or_default();
    labels.entries.retain(|label| selector.iter().all(|selected| selected.key != label.key));
    labels.set(NAME_LABEL, span, Node::text(span, base));
    metadata.set("labels", span, Node::new(span, Value::Map(labels)));
    let mut annotations =
        level.metadata.get("annotations").and_then(Node::as_map).cloned().unwrap_or_default();
    annotations.entries.retain(|annotation| {
        let about = [APPARMOR_OF_CONTAINER, SECCOMP_OF_CONTAINER]
            .iter()
            .find_map(|prefix| annotation.key.strip_prefix(prefix));
        about.is_none_or(|about| containers.iter().any(|container| container.name.text == about))
    });
    for key in NAME_A_CONTAINER {
        annotations.remove(key);
    }
    let name = Node::text(span, workload.containers[step].name.text.clone());
    annotations.set(NAME_A_CONTAINER[0], span, name);
    metadata.set("annotations", span, Node::new(span, Value::Map(annotations)));
    Node::new(span, Value::Map(metadata))
}
