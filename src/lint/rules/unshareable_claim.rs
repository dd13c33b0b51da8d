#![doc = include_str!("../../diagnostic/explain/unshareable-claim.md")]

use crate::context::{ContextObject, ObjectKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::objects::is_on_plain_disk;
use crate::model::{Volume, WorkloadKind};
use crate::object::{Node, Value};
use crate::source::Span;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !pod.context.has(ObjectKind::PersistentVolumeClaim) {
        return;
    }
    let Some(several) = Several::of(pod) else { return };
    for volume in &pod.workload.volumes {
        let name = volume.fields.at("persistentVolumeClaim.claimName").and_then(Node::as_text);
        let Some(name) = name else { continue };
        let candidates = pod.candidates(ObjectKind::PersistentVolumeClaim, name);
        let limits: Option<Vec<ClaimLimit>> =
            candidates.iter().map(|claim| ClaimLimit::of(pod, claim)).collect();
        // All that may be meant have to allow only one.
        let limit = limits.and_then(|limits| limits.into_iter().min_by_key(|limit| limit.is_pod));
        let Some(limit) = limit.filter(|limit| limit.is_pod || !stays_on_a_node(pod)) else { continue };
        found.push(warning(pod, volume, name, &several, &limit));
    }
}

/// Why several pods of a workload run at the same time.
enum Several {
    /// More than one is wanted.
    Replicas(i64, Span),
    /// Each node has one.
    Nodes,
    /// A rollout starts a new pod before it stops the old one.
    Rollout,
}

impl Several {
    fn of(pod: &Pod<'_>) -> Option<Self> {
        let workload = pod.workload;
        let number = |field: &str| {
            let node = workload.object.spec.get(field)?;
            Some((node.as_int()?, node.span)).filter(|(number, _)| *number > 1)
        };
        let replicas = number("replicas").map(|(count, span)| Self::Replicas(count, span));
        match workload.kind {
            WorkloadKind::Deployment => {
                // Zero pods need no claim.
                let is_off =
                    workload.object.spec.get("replicas").is_some_and(|node| node.as_int() == Some(0));
                replicas.or_else(|| (!is_off && surges(&workload.object.spec)).then_some(Self::Rollout))
            }
            WorkloadKind::ReplicaSet | WorkloadKind::StatefulSet => replicas,
            WorkloadKind::DaemonSet => Some(Self::Nodes),
            WorkloadKind::Job => number("parallelism").map(|(count, span)| Self::Replicas(count, span)),
            WorkloadKind::Pod | WorkloadKind::CronJob => None,
        }
    }
}

/// Whether a rollout of a Deployment starts new pods before it stops old ones.
fn surges(spec: &Node) -> bool {
    let is_rolling = spec.at("strategy.type").is_none_or(|kind| kind.as_text() == Some("RollingUpdate"));
    let surge = spec.at("strategy.rollingUpdate.maxSurge");
    let is_none = surge.is_some_and(|surge| match &surge.value {
        Value::Int(number) => *number == 0,
        Value::Text(text) => text == "0%",
        _ => true,
    });
    is_rolling && !is_none
}

/// Whether something keeps all pods on one node.
fn stays_on_a_node(pod: &Pod<'_>) -> bool {
    let spec = &pod.workload.pod.spec;
    let selected = spec.get("nodeSelector").is_some();
    selected
        || spec.get("nodeName").is_some()
        || ["nodeAffinity", "podAffinity"]
            .iter()
            .any(|field| spec.get("affinity").is_some_and(|affinity| affinity.get(field).is_some()))
}

/// What may use a claim at a time.
struct ClaimLimit {
    /// One pod, and not one node.
    is_pod: bool,
    place: Span,
}

impl ClaimLimit {
    fn of(pod: &Pod<'_>, claim: &ContextObject) -> Option<Self> {
        let modes = claim.at("spec.accessModes")?;
        let is_pod = match modes.items() {
            [only] => match only.as_text()? {
                "ReadWriteOncePod" => true,
                "ReadWriteOnce" => false,
                _ => return None,
            },
            _ => return None,
        };
        // Such a volume is on one node, and its pods go there, or it is reached from all nodes.
        (is_pod || !is_on_plain_disk(pod.context, claim)).then_some(Self { is_pod, place: modes.span })
    }
}

fn warning(pod: &Pod<'_>, volume: &Volume, claim: &str, several: &Several, limit: &ClaimLimit) -> Diagnostic {
    let workload = pod.workload;
    let kind = workload.kind.name();
    let name = workload.name.as_ref().map_or("", |name| name.text.as_str());
    let one = if limit.is_pod { "pod" } else { "node" };
    let why = match several {
        Several::Replicas(count, _) => format!("{count} pods use"),
        Several::Nodes => "a pod on each node uses".to_owned(),
        Several::Rollout => "a rollout needs two pods to use".to_owned(),
    };
    let headline =
        format!("{why} the claim `{claim}` of the {kind} `{name}` at the same time, but only one {one} can");
    let here =
        if limit.is_pod { "the second pod is not scheduled" } else { "a pod on another node does not start" };
    let mode = if limit.is_pod { "ReadWriteOncePod" } else { "ReadWriteOnce" };
    let diagnostic = Diagnostic::warning(Code::UnshareableClaim, volume.span, headline)
        .here(here)
        .label(limit.place, format!("`{mode}`: one {one} at a time"));
    let diagnostic = match several {
        Several::Replicas(count, span) => diagnostic.label(*span, format!("{count} pods")),
        Several::Nodes | Several::Rollout => diagnostic,
    };
    match several {
        Several::Rollout => diagnostic.help("stop the old pod first: `strategy { type Recreate }`"),
        Several::Replicas(..) if workload.kind == WorkloadKind::StatefulSet => {
            diagnostic.help("give each pod a claim of its own: `claim template` in the StatefulSet")
        }
        Several::Replicas(..) | Several::Nodes => diagnostic
            .help("use a claim with `ReadWriteMany`, or a StatefulSet whose pods have a claim of their own"),
    }
}
