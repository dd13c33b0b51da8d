//! Lists the objects that a workload names: where it takes variables, files and images from.

use crate::context::{Context, ContextObject, ObjectKind};
use crate::model::Workload;
use crate::object::{Node, Value};
use crate::source::Span;

/// An object that a workload names, or a key of it.
pub(super) struct ObjectReference<'a> {
    pub(super) kind: ObjectKind,
    pub(super) name: &'a str,
    /// Where it is named.
    pub(super) place: Span,
    /// The key, and where it is named; none if all of the object is meant.
    pub(super) key: Option<(&'a str, Span)>,
    /// Whether the pod starts without it.
    pub(super) is_optional: bool,
}

/// The kinds whose objects have keys, with the fields of a variable, of all variables and of a projection.
const KEYED: [(ObjectKind, &str, &str, &str); 2] = [
    (ObjectKind::ConfigMap, "configMapKeyRef", "configMapRef", "configMap"),
    (ObjectKind::Secret, "secretKeyRef", "secretRef", "secret"),
];

/// The objects that a workload names, in the order of its fields.
pub(super) fn references(workload: &Workload) -> Vec<ObjectReference<'_>> {
    let mut found = Vec::new();
    for container in &workload.containers {
        for variable in items(&container.fields, "env") {
            let Some(source) = variable.get("valueFrom") else { continue };
            for (kind, field, _, _) in KEYED {
                let Some(of) = source.get(field) else { continue };
                if let Some(reference) = named(kind, of, "name") {
                    found.push(ObjectReference { key: key(of), ..reference });
                }
            }
        }
        for all in items(&container.fields, "envFrom") {
            let sources =
                KEYED.iter().filter_map(|(kind, _, field, _)| named(*kind, all.get(field)?, "name"));
            found.extend(sources);
        }
        for mount in &container.mounts {
            let volume = mount.index.and_then(|index| workload.volumes.get(index));
            let whole = volume.and_then(|volume| whole_volume(&volume.fields));
            if let (Some(reference), Some(sub)) = (whole, mount.sub.as_deref())
                && !sub.contains(['/', '$'])
                && sub != "."
            {
                found.push(ObjectReference { key: Some((sub, mount.span)), ..reference });
            }
        }
    }
    for volume in &workload.volumes {
        let fields = &volume.fields;
        files(ObjectKind::ConfigMap, fields.get("configMap"), "name", &mut found);
        files(ObjectKind::Secret, fields.get("secret"), "secretName", &mut found);
        for source in fields.get("projected").map_or(&[][..], |projected| items(projected, "sources")) {
            for (kind, _, _, field) in KEYED {
                files(kind, source.get(field), "name", &mut found);
            }
        }
        if let Some(claim) = fields.get("persistentVolumeClaim") {
            found.extend(named(ObjectKind::PersistentVolumeClaim, claim, "claimName"));
        }
    }
    let spec = &workload.pod.spec;
    let pulls = items(spec, "imagePullSecrets").iter();
    // The kubelet pulls without it.
    found.extend(pulls.filter_map(|secret| {
        Some(ObjectReference { is_optional: true, ..named(ObjectKind::Secret, secret, "name")? })
    }));
    found
}

/// The files that a volume takes from an object: those of some keys, or all.
fn files<'a>(kind: ObjectKind, of: Option<&'a Node>, field: &str, found: &mut Vec<ObjectReference<'a>>) {
    let Some(of) = of else { return };
    let keys = items(of, "items");
    if keys.is_empty() {
        return found.extend(named(kind, of, field));
    }
    for item in keys {
        if let Some(reference) = named(kind, of, field) {
            found.push(ObjectReference { key: key(item), ..reference });
        }
    }
}

/// The object whose every key is a file of a volume.
fn whole_volume(fields: &Node) -> Option<ObjectReference<'_>> {
    let (kind, of, field) = match (fields.get("configMap"), fields.get("secret")) {
        (Some(of), None) => (ObjectKind::ConfigMap, of, "name"),
        (None, Some(of)) => (ObjectKind::Secret, of, "secretName"),
        _ => return None,
    };
    if of.get("items").is_some() { None } else { named(kind, of, field) }
}

/// Whether a claim may be bound to a volume of a kind that does not hold to its access modes: the pods go to
/// the one node that has it, or reach it from all nodes.
pub(super) fn is_on_plain_disk(context: &Context, claim: &ContextObject) -> bool {
    let class = |object: &ContextObject| {
        object.at("spec.storageClassName").and_then(Node::as_text).map(str::to_owned)
    };
    let named = claim.at("spec.volumeName").and_then(Node::as_text);
    context.all(ObjectKind::PersistentVolume).into_iter().any(|volume| {
        let may_be = named == Some(volume.name.as_str()) || named.is_none() && class(volume) == class(claim);
        let fields = ["spec.hostPath", "spec.local", "spec.nfs"];
        may_be && fields.iter().any(|field| volume.at(field).is_some())
    })
}

fn named<'a>(kind: ObjectKind, of: &'a Node, field: &str) -> Option<ObjectReference<'a>> {
    let name = of.get(field)?;
    let optional = of.get("optional");
    let is_optional = optional.is_some_and(|optional| optional.as_bool() != Some(false));
    Some(ObjectReference { kind, name: name.as_text()?, place: name.span, key: None, is_optional })
}

fn key(of: &Node) -> Option<(&str, Span)> {
    let key = of.get("key")?;
    Some((key.as_text()?, key.span))
}

fn items<'a>(node: &'a Node, field: &str) -> &'a [Node] {
    match node.get(field).map(|node| &node.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}
