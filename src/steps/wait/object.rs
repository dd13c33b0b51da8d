//! Lists the objects of the API that a `wait` can look at, and the right that each needs.

use super::condition::ConditionKind;
use super::job::LATER;
use crate::kubernetes::names;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

/// An object that a step waits for, and the right to see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AwaitedObject {
    /// Its kind, such as `Job`; for a custom resource, as the source names it.
    pub kind: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// What the step asks the API server for.
    pub right: ReadRight,
}

/// The right to read objects of one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadRight {
    /// Whether the resource is not in a namespace.
    pub cluster_scoped: bool,
    /// The group of the API; empty for the core.
    pub group: SmolStr,
    /// The plural name of the resource.
    pub resource: SmolStr,
    /// `get`, which a Role can restrict to a name, or `list`, which it cannot.
    pub verb: &'static str,
}

/// A resource whose objects have conditions.
#[derive(Debug)]
struct KnownResource {
    kind: &'static str,
    /// Its names as kubectl knows them, the plural first.
    names: &'static [&'static str],
    group: &'static str,
    version: &'static str,
    cluster_scoped: bool,
}

const fn resource(
    kind: &'static str,
    names: &'static [&'static str],
    group: &'static str,
    version: &'static str,
    cluster_scoped: bool,
) -> KnownResource {
    KnownResource { kind, names, group, version, cluster_scoped }
}

static KNOWN: &[KnownResource] = &[
    resource(
        "CustomResourceDefinition",
        &["customresourcedefinitions", "customresourcedefinition", "crd", "crds"],
        "apiextensions.k8s.io",
        "v1",
        true,
    ),
    resource("APIService", &["apiservices", "apiservice"], "apiregistration.k8s.io", "v1", true),
    resource("Deployment", &["deployments", "deployment", "deploy"], "apps", "v1", false),
    resource("StatefulSet", &["statefulsets", "statefulset", "sts"], "apps", "v1", false),
    resource("DaemonSet", &["daemonsets", "daemonset", "ds"], "apps", "v1", false),
    resource("ReplicaSet", &["replicasets", "replicaset", "rs"], "apps", "v1", false),
    resource("Job", &["jobs", "job"], "batch", "v1", false),
    resource("Pod", &["pods", "pod", "po"], "", "v1", false),
    resource("Service", &["services", "service", "svc"], "", "v1", false),
    resource(
        "PersistentVolumeClaim",
        &["persistentvolumeclaims", "persistentvolumeclaim", "pvc"],
        "",
        "v1",
        false,
    ),
    resource("Node", &["nodes", "node", "no"], "", "v1", true),
    resource("Namespace", &["namespaces", "namespace", "ns"], "", "v1", true),
    resource(
        "HorizontalPodAutoscaler",
        &["horizontalpodautoscalers", "horizontalpodautoscaler", "hpa"],
        "autoscaling",
        "v2",
        false,
    ),
    resource(
        "PodDisruptionBudget",
        &["poddisruptionbudgets", "poddisruptionbudget", "pdb"],
        "policy",
        "v1",
        false,
    ),
    resource(
        "CertificateSigningRequest",
        &["certificatesigningrequests", "certificatesigningrequest", "csr"],
        "certificates.k8s.io",
        "v1",
        true,
    ),
];

/// A resource as the target of a `condition` names it.
#[derive(Debug)]
pub(super) struct NamedResource<'a> {
    known: Option<&'static KnownResource>,
    /// All before the slash.
    written: &'a str,
    resource: &'a str,
    group: &'a str,
    /// The version, unless the API server has to say which one it prefers.
    version: Option<&'a str>,
    /// The name of the object.
    pub(super) name: &'a str,
}

impl<'a> NamedResource<'a> {
    /// Reads `RESOURCE/NAME`, `RESOURCE.GROUP/NAME` or `RESOURCE.VERSION.GROUP/NAME`, as kubectl does.
    pub(super) fn of(target: &'a str) -> Result<Self, &'static str> {
        const NAMES: &str =
            "expected the name of an object after `/`: lowercase letters, digits, `-` and `.`";
        if target.contains("$(") {
            return Err(
                "the object must be known at compile time: the pod gets the right to see it by its name",
            );
        }
        let (written, name) = target.split_once('/').ok_or("expected `RESOURCE/NAME`, such as `crd/NAME`")?;
        if names::subdomain(name).is_some() {
            return Err(NAMES);
        }
        let (resource, rest) = written.split_once('.').unwrap_or((written, ""));
        let (version, group) = match rest.split_once('.') {
            Some((first, group)) if is_version(first) => (Some(first), group),
            None if is_version(rest) => (Some(rest), ""),
            _ => (None, rest),
        };
        let is_named = |of: &KnownResource| {
            of.names.contains(&resource) && (rest.is_empty() || (of.group == group && !group.is_empty()))
        };
        let known = KNOWN.iter().find(|of| is_named(of));
        if let Some(known) = known {
            let version = version.or(Some(known.version));
            return Ok(Self {
                known: Some(known),
                written,
                resource: known.names[0],
                group: known.group,
                version,
                name,
            });
        }
        if group.is_empty() {
            return Err(
                "unknown resource: expected `RESOURCE.GROUP/NAME` with the plural name of the resource, such as `certificates.cert-manager.io/NAME`",
            );
        }
        if names::label(resource).is_some() || names::subdomain(group).is_some() {
            return Err("expected `RESOURCE.GROUP/NAME`, such as `certificates.cert-manager.io/NAME`");
        }
        Ok(Self { known: None, written, resource, group, version, name })
    }

    /// The right to see it. `cluster_scoped` is what the author says of a custom resource.
    pub(super) fn object(&self, cluster_scoped: bool) -> AwaitedObject {
        AwaitedObject {
            kind: self.known.map_or(self.written, |known| known.kind).to_smolstr(),
            name: self.name.into(),
            right: ReadRight {
                cluster_scoped: self.known.map_or(cluster_scoped, |known| known.cluster_scoped),
                group: self.group.into(),
                resource: self.resource.into(),
                verb: "get",
            },
        }
    }

    /// Whether it is a resource that is known to be in a namespace.
    pub(super) fn is_namespaced(&self) -> bool {
        self.known.is_some_and(|known| !known.cluster_scoped)
    }

    /// The path of the group, and the version unless the API server has to say which one it prefers.
    pub(super) fn path(&self) -> (SmolStr, Option<SmolStr>) {
        let path =
            if self.group.is_empty() { "/api".into() } else { format_smolstr!("/apis/{}", self.group) };
        (path, self.version.map(SmolStr::new))
    }
}

/// The name by which a `condition` names a resource that kubectl knows by this name, and its plural. What is in a group of its
/// own may be in no namespace.
pub(crate) fn known_resource(name: &str) -> Option<(&'static str, &'static str)> {
    let (resource, group) = name.split_once('.').unwrap_or((name, ""));
    let known = KNOWN.iter().find(|known| known.names.contains(&resource))?;
    // A resource is shown by the shortest name that people know: its singular, or `crd`.
    let shown = if known.cluster_scoped && known.names.len() > 3 { known.names[2] } else { known.names[1] };
    (group.is_empty() || group == known.group).then_some((shown, known.names[0]))
}

/// Whether a part of a name is a version of an API: `v1`, `v2beta1`.
fn is_version(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = text.strip_prefix('v') else { return false };
    let (major, minor) = ["alpha", "beta"]
        .into_iter()
        .find_map(|stage| rest.split_once(stage))
        .map_or((rest, None), |(major, minor)| (major, Some(minor)));
    is_number(major) && minor.is_none_or(is_number)
}

/// What a condition of a kind waits for in the API, if it does.
pub(super) fn of(kind: ConditionKind, target: &SmolStr, cluster_scoped: bool) -> Option<AwaitedObject> {
    let object = |kind: &str, group: &str, resource: &str, verb| AwaitedObject {
        kind: kind.into(),
        name: target.clone(),
        right: ReadRight { cluster_scoped: false, group: group.into(), resource: resource.into(), verb },
    };
    Some(match kind {
        ConditionKind::Job => job(target),
        ConditionKind::Deployment => object("Deployment", "apps", "deployments", "get"),
        ConditionKind::StatefulSet => object("StatefulSet", "apps", "statefulsets", "get"),
        // The names of a Service's slices are not known, and a Role cannot restrict `list` to a label.
        ConditionKind::Service => object("Service", "discovery.k8s.io", "endpointslices", "list"),
        ConditionKind::Condition => NamedResource::of(target).ok()?.object(cluster_scoped),
        _ => return None,
    })
}

/// A Job, which may be one of the compiler's.
pub(crate) fn job(name: &SmolStr) -> AwaitedObject {
    AwaitedObject {
        kind: "Job".into(),
        name: name.clone(),
        right: ReadRight {
            cluster_scoped: false,
            group: "batch".into(),
            resource: "jobs".into(),
            verb: "get",
        },
    }
}

/// What is wrong with the name of an object, of a kind that the texts name.
pub(super) fn name_fault(name: &str, expected: &'static str, form: names::NameForm) -> Option<&'static str> {
    if name == LATER {
        None
    } else if name.contains("$(") {
        Some("the name must be known at compile time: the pod gets the right to see this object by its name")
    } else {
        form(name).map(|_| expected)
    }
}

/// The type of a condition and the status that it must have: `Ready`, `Ready=False`.
pub(super) fn condition(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, "True"))
}

/// What is wrong with the type of a condition.
pub(super) fn condition_fault(text: &str) -> Option<&'static str> {
    let (name, status) = condition(text);
    if text.contains("$(") {
        return Some("the condition must be known at compile time");
    }
    if !["True", "False", "Unknown"].contains(&status) {
        return Some("expected the status `True`, `False` or `Unknown` after `=`");
    }
    names::qualified(name)
        .map(|_| "expected the type of a condition, such as `Established`, `Available` or `Ready`")
}

#[cfg(test)]
mod tests {
    use super::{NamedResource, condition_fault, is_version};

    fn read(target: &str) -> String {
        match NamedResource::of(target) {
            Ok(named) => {
                let object = named.object(false);
                let (path, version) = named.path();
                let right = object.right;
                format!(
                    "{} {} {path} {} {}{}",
                    object.kind,
                    object.name,
                    version.as_deref().unwrap_or("?"),
                    right.resource,
                    if right.cluster_scoped { ", of the cluster" } else { "" }
                )
            }
            Err(fault) => fault.to_owned(),
        }
    }

    #[test]
    fn resources_are_named_as_for_kubectl() {
        for (target, expected) in [
            (
                "crd/a.b.io",
                "CustomResourceDefinition a.b.io /apis/apiextensions.k8s.io v1 customresourcedefinitions, of the cluster",
            ),
            ("deployments.apps/a", "Deployment a /apis/apps v1 deployments"),
            ("deploy.v1.apps/a", "Deployment a /apis/apps v1 deployments"),
            ("pod/db-0", "Pod db-0 /api v1 pods"),
            (
                "certificates.cert-manager.io/web",
                "certificates.cert-manager.io web /apis/cert-manager.io ? certificates",
            ),
            (
                "jobs.v1alpha1.batch.volcano.sh/a",
                "jobs.v1alpha1.batch.volcano.sh a /apis/batch.volcano.sh v1alpha1 jobs",
            ),
            ("nodes.metrics.acme.dev/a", "nodes.metrics.acme.dev a /apis/metrics.acme.dev ? nodes"),
        ] {
            assert_eq!(read(target), expected);
        }
        for target in [
            "",
            "crd",
            "crd/",
            "/a",
            "widget/a",
            "a.b/../c",
            "Widgets.acme.dev/a",
            "a b.acme.dev/a",
            "crd/A",
            "crd/a/b",
            "crd/$(A)",
        ] {
            assert!(NamedResource::of(target).is_err(), "{target}");
        }
        assert!(is_version("v1") && is_version("v2beta1") && !is_version("vault") && !is_version("v1x"));
    }

    #[test]
    fn a_condition_has_a_type_and_a_status() {
        for text in ["Established", "Ready=False", "example.com/Ready", "PodScheduled=Unknown"] {
            assert_eq!(condition_fault(text), None, "{text}");
        }
        for text in ["", "Ready=yes", "=True", "Ready True", "a'b", "$(A)"] {
            assert!(condition_fault(text).is_some(), "{text}");
        }
    }
}
