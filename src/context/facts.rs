//! Gathers what other objects can contradict in a workload: the labels and ports of its pods.

use crate::model::{Role, Workload, WorkloadKind};
use crate::object::{Node, Value};
use crate::source::{HasPlaces, Sources, Span};
use fnv::FnvHashSet;
use smol_str::SmolStr;

/// What a workload says that concerns other objects.
#[derive(Clone, Debug)]
pub(crate) struct WorkloadFacts {
    pub(crate) kind: WorkloadKind,
    pub(crate) namespace: Option<SmolStr>,
    pub(crate) name: SmolStr,
    /// The place of its name.
    pub(crate) place: Span,
    /// The name of its file.
    pub(crate) file: SmolStr,
    /// How many pods it has, if it says so.
    pub(crate) replicas: Option<i64>,
    /// The labels of its pods.
    pub(crate) labels: Vec<LabelFact>,
    /// The ports that containers declare.
    pub(crate) ports: Vec<PortFact>,
    /// Whether an app declares no port, so that it may serve any.
    pub(crate) has_silent_app: bool,
    /// The other numbers that the running containers mention: one of them may be a port that is not declared.
    pub(crate) mentions: FnvHashSet<u16>,
    /// What its steps wait for; empty if it is not compiled.
    pub(crate) waits: Vec<WaitFact>,
}

/// A host that a step waits for.
#[derive(Clone, Debug)]
pub(crate) struct WaitFact {
    pub(crate) step: SmolStr,
    /// The host, without its port.
    pub(crate) host: SmolStr,
    pub(crate) place: Span,
}

/// A label of the pods.
#[derive(Clone, Debug)]
pub(crate) struct LabelFact {
    pub(crate) key: SmolStr,
    /// Its value, if that is known.
    pub(crate) value: Option<SmolStr>,
    pub(crate) place: Span,
}

/// A port of a container that runs while the pod does.
#[derive(Clone, Debug)]
pub(crate) struct PortFact {
    pub(crate) name: Option<SmolStr>,
    /// Its number, if that is known.
    pub(crate) number: Option<i64>,
    pub(crate) protocol: SmolStr,
    pub(crate) place: Span,
}

/// The pods of a workload, wherever it comes from.
struct Pods<'a> {
    /// The spec of the workload.
    spec: Option<&'a Node>,
    metadata: Option<&'a Node>,
    /// The containers that run while the pod does, and whether each is an app.
    running: Vec<(&'a Node, bool)>,
}

impl WorkloadFacts {
    /// Those of a workload that is compiled.
    pub(crate) fn of(workload: &Workload, waits: Vec<WaitFact>, sources: &Sources) -> Option<Self> {
        let name = workload.name.as_ref()?;
        let file = &sources.get(sources.in_file(workload.span).file).name;
        let metadata = match workload.kind {
            WorkloadKind::Pod => &workload.object.metadata,
            _ => &workload.pod.metadata,
        };
        let running = workload.containers.iter().filter(|container| container.role != Role::Step);
        let pods = Pods {
            spec: Some(&workload.object.spec),
            metadata: Some(metadata),
            running: running.map(|container| (&container.fields, container.role == Role::App)).collect(),
        };
        let namespace = workload.namespace().map(SmolStr::new);
        let facts = pods.facts(workload.kind, namespace, name.text.clone(), name.span, file);
        Some(WorkloadFacts { waits, ..facts })
    }

    /// Those of a workload that is an object already.
    pub(super) fn of_object(kind: WorkloadKind, object: &Node, file: &str) -> Option<Self> {
        let name = object.at("metadata.name")?;
        let pod = match kind {
            WorkloadKind::Pod => Some(object),
            WorkloadKind::CronJob => object.at("spec.jobTemplate.spec.template"),
            _ => object.at("spec.template"),
        };
        let containers = |list| {
            let list = pod.and_then(|pod| pod.get("spec")).and_then(|spec| spec.get(list));
            list.map_or(&[][..], Node::items).iter()
        };
        let sidecars =
            containers("initContainers").filter(|container| container.get("restartPolicy").is_some());
        let running =
            containers("containers").map(|app| (app, true)).chain(sidecars.map(|each| (each, false)));
        let pods = Pods {
            spec: object.get("spec"),
            metadata: pod.and_then(|pod| pod.get("metadata")),
            running: running.collect(),
        };
        let namespace = object.at("metadata.namespace").and_then(Node::as_text).map(SmolStr::new);
        Some(pods.facts(kind, namespace, name.as_text()?.into(), name.span, file))
    }
}

impl Pods<'_> {
    fn facts(
        self,
        kind: WorkloadKind,
        namespace: Option<SmolStr>,
        name: SmolStr,
        place: Span,
        file: &str,
    ) -> WorkloadFacts {
        let labels = self.metadata.and_then(|metadata| metadata.get("labels")).map_or(&[][..], Node::entries);
        let labels = labels.iter().map(|label| LabelFact {
            key: label.key.clone(),
            value: label.node.as_text().map(SmolStr::new),
            place: label.node.span,
        });
        let declared = |container: &Node| container.get("ports").map_or(0, |ports| ports.items().len());
        let ports = self.running.iter().filter_map(|(container, _)| container.get("ports"));
        let ports = ports.flat_map(Node::items).map(|port| PortFact {
            name: port.get("name").and_then(Node::as_text).map(SmolStr::new),
            number: port.get("containerPort").and_then(Node::as_int),
            protocol: port.get("protocol").and_then(Node::as_text).unwrap_or("TCP").into(),
            place: port.span,
        });
        let mut mentions = FnvHashSet::default();
        for field in MENTIONING {
            let fields = self.running.iter().filter_map(|(container, _)| container.get(field));
            fields.for_each(|field| mention(field, &mut mentions));
        }
        WorkloadFacts {
            kind,
            namespace,
            name,
            place,
            file: file.into(),
            replicas: replicas(kind, self.spec),
            labels: labels.collect(),
            ports: ports.collect(),
            has_silent_app: self
                .running
                .iter()
                .any(|(container, is_app)| *is_app && declared(container) == 0),
            mentions,
            waits: Vec::new(),
        }
    }
}

/// The fields of a container that may mention a port.
const MENTIONING: [&str; 7] =
    ["args", "command", "env", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];

/// Adds the numbers in a value that can be ports.
pub(crate) fn mention(node: &Node, numbers: &mut FnvHashSet<u16>) {
    match &node.value {
        Value::Int(number) => numbers.extend(u16::try_from(*number)),
        Value::Text(text) => {
            let digits = text.split(|letter: char| !letter.is_ascii_digit());
            numbers.extend(digits.filter_map(|digits| digits.parse::<u16>().ok()));
        }
        Value::List(items) => items.iter().for_each(|item| mention(item, numbers)),
        Value::Map(map) => map.entries.iter().for_each(|entry| mention(&entry.node, numbers)),
        Value::Bool(_) | Value::Quantity(_) | Value::Unresolved => {}
    }
}

fn replicas(kind: WorkloadKind, spec: Option<&Node>) -> Option<i64> {
    let scales =
        matches!(kind, WorkloadKind::Deployment | WorkloadKind::ReplicaSet | WorkloadKind::StatefulSet);
    let written = spec.and_then(|spec| spec.get("replicas"));
    written.filter(|_| scales)?.as_int()
}

impl HasPlaces for WorkloadFacts {
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.place);
        self.labels.iter_mut().for_each(|label| change(&mut label.place));
        self.waits.iter_mut().for_each(|wait| change(&mut wait.place));
        self.ports.iter_mut().for_each(|port| change(&mut port.place));
    }
}
