//! Leaves out what the API server would fill in anyway, as `kubectl get -o yaml` prints it.
//!
//! Invariant: the object is the same once the API server has filled in its defaults. What decides about a default, and
//! what an author may want to see (`replicas 1`), stays.

use crate::kubernetes::image;
use crate::kubernetes::schema::{FieldType, ObjectSchema};
use crate::manifest::yaml::{YamlEntry, YamlNode, YamlValue};
use crate::model::WorkloadKind;

/// The defaults: the object, its field, and the value as a manifest writes it.
const DEFAULTS: [(&str, &str, &str); 41] = [
    ("ConfigMapVolumeSource", "defaultMode", "420"),
    ("Container", "stdin", "false"),
    ("Container", "stdinOnce", "false"),
    ("Container", "terminationMessagePath", "/dev/termination-log"),
    ("Container", "terminationMessagePolicy", "File"),
    ("Container", "tty", "false"),
    ("CronJobSpec", "concurrencyPolicy", "Allow"),
    ("CronJobSpec", "failedJobsHistoryLimit", "1"),
    ("CronJobSpec", "successfulJobsHistoryLimit", "3"),
    ("CronJobSpec", "suspend", "false"),
    ("DaemonSetSpec", "minReadySeconds", "0"),
    ("DaemonSetSpec", "revisionHistoryLimit", "10"),
    ("DaemonSetUpdateStrategy", "type", "RollingUpdate"),
    ("DeploymentSpec", "minReadySeconds", "0"),
    ("DeploymentSpec", "progressDeadlineSeconds", "600"),
    ("DeploymentSpec", "revisionHistoryLimit", "10"),
    ("DeploymentStrategy", "type", "RollingUpdate"),
    ("DownwardAPIVolumeSource", "defaultMode", "420"),
    ("ObjectFieldSelector", "apiVersion", "v1"),
    ("PersistentVolumeClaimSpec", "volumeMode", "Filesystem"),
    ("PersistentVolumeClaimVolumeSource", "readOnly", "false"),
    ("PodSpec", "dnsPolicy", "ClusterFirst"),
    ("PodSpec", "hostIPC", "false"),
    ("PodSpec", "hostNetwork", "false"),
    ("PodSpec", "hostPID", "false"),
    ("PodSpec", "schedulerName", "default-scheduler"),
    ("PodSpec", "terminationGracePeriodSeconds", "30"),
    ("Probe", "failureThreshold", "3"),
    ("Probe", "initialDelaySeconds", "0"),
    ("Probe", "periodSeconds", "10"),
    ("Probe", "successThreshold", "1"),
    ("Probe", "timeoutSeconds", "1"),
    ("ProjectedVolumeSource", "defaultMode", "420"),
    ("RollingUpdateDaemonSet", "maxSurge", "0"),
    ("RollingUpdateDaemonSet", "maxUnavailable", "1"),
    ("RollingUpdateDeployment", "maxSurge", "25%"),
    ("RollingUpdateDeployment", "maxUnavailable", "25%"),
    ("RollingUpdateStatefulSetStrategy", "partition", "0"),
    ("SecretVolumeSource", "defaultMode", "420"),
    ("ServiceAccountTokenProjection", "expirationSeconds", "3600"),
    ("StatefulSetSpec", "podManagementPolicy", "OrderedReady"),
];

/// The fields whose empty object the API server fills in, or takes as if it were absent.
const EMPTY: [(&str, &str); 7] = [
    ("DaemonSetSpec", "updateStrategy"),
    ("DaemonSetUpdateStrategy", "rollingUpdate"),
    ("DeploymentSpec", "strategy"),
    ("DeploymentStrategy", "rollingUpdate"),
    ("PodSpec", "securityContext"),
    ("StatefulSetSpec", "updateStrategy"),
    ("StatefulSetUpdateStrategy", "rollingUpdate"),
];

/// Removes the defaults of a workload.
pub(super) fn forget(kind: WorkloadKind, object: &'static ObjectSchema, entries: &mut Vec<YamlEntry>) {
    in_object(object, entries, kind);
}

fn in_object(object: &'static ObjectSchema, entries: &mut Vec<YamlEntry>, kind: WorkloadKind) {
    // Of a strategy that does not roll, the API server refuses what is said about rolling.
    let text =
        |key: &str| entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.node.as_text());
    if object.name.ends_with("Strategy") && text("type").is_some_and(|kind| kind != "RollingUpdate") {
        return;
    }
    for entry in entries.iter_mut() {
        let Some(field) = object.field(&entry.key) else { continue };
        match (&field.ty, &mut entry.node.value) {
            (FieldType::Object(inner), YamlValue::Map(fields)) => in_object(inner, fields, kind),
            (FieldType::List(FieldType::Object(inner)), YamlValue::List(items)) => {
                for item in items {
                    if let YamlValue::Map(fields) = &mut item.value {
                        in_object(inner, fields, kind);
                    }
                }
            }
            _ => {}
        }
    }
    let implied: Vec<bool> = entries.iter().map(|entry| is_implied(object, entry, entries, kind)).collect();
    let mut implied = implied.into_iter();
    entries.retain(|_| !implied.next().unwrap_or_default());
}

/// Whether the API server would fill in a field with the value that it has.
fn is_implied(object: &ObjectSchema, entry: &YamlEntry, entries: &[YamlEntry], kind: WorkloadKind) -> bool {
    let key = entry.key.as_str();
    let written = match &entry.node.value {
        YamlValue::Text(text) => text.as_str(),
        YamlValue::Number(number) => number.as_str(),
        YamlValue::Bool(true) => "true",
        YamlValue::Bool(false) => "false",
        YamlValue::Map(fields) => return fields.is_empty() && EMPTY.contains(&(object.name, key)),
        _ => return false,
    };
    let sibling = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node);
    let count = |key: &str| sibling(key).and_then(YamlNode::as_int);
    match (object.name, key) {
        // A Job has no default.
        ("PodSpec", "restartPolicy") => {
            written == "Always" && !matches!(kind, WorkloadKind::Job | WorkloadKind::CronJob)
        }
        // Only a Pod gets it; a template leaves it to its pods.
        ("PodSpec", "enableServiceLinks") => written == "true" && kind == WorkloadKind::Pod,
        // Without a type, `rollingUpdate` is filled in, too.
        ("StatefulSetUpdateStrategy", "type") => {
            written == "RollingUpdate" && sibling("rollingUpdate").is_some()
        }
        ("PodSpec", "serviceAccount") => {
            sibling("serviceAccountName").and_then(YamlNode::as_text) == Some(written)
        }
        ("Container", "imagePullPolicy") => {
            sibling("image").and_then(YamlNode::as_text).and_then(pull_policy) == Some(written)
        }
        // A CronJob leaves the defaults to its Jobs.
        ("JobSpec", _) if kind != WorkloadKind::Job => false,
        ("JobSpec", "completionMode") => written == "NonIndexed",
        ("JobSpec", "suspend") => written == "false",
        // With neither, both are 1; with one, the other has a meaning of its own.
        ("JobSpec", "parallelism") => written == "1" && sibling("completions").is_some(),
        ("JobSpec", "completions") => written == "1" && count("parallelism") == Some(1),
        ("JobSpec", "backoffLimit") => written == "6" && sibling("backoffLimitPerIndex").is_none(),
        _ => DEFAULTS.binary_search(&(object.name, key, written)).is_ok(),
    }
}

/// The default policy for an image; `None` if the image is not a valid reference.
fn pull_policy(image: &str) -> Option<&'static str> {
    if image::fault(image).is_some() || image::is_import_path(image) {
        return None;
    }
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let tag = name.rsplit('/').next()?.split_once(':').map(|(_, tag)| tag);
    Some(if tag.or(Some("latest").filter(|_| digest.is_none())) == Some("latest") {
        "Always"
    } else {
        "IfNotPresent"
    })
}

#[cfg(test)]
mod tests {
    use super::{DEFAULTS, pull_policy};

    #[test]
    fn the_defaults_can_be_searched() {
        assert!(DEFAULTS.is_sorted());
    }

    #[test]
    fn the_policy_depends_on_the_tag() {
        let digest = format!("nginx@sha256:{}", "0".repeat(64));
        let policies = ["nginx", "a.dev:5000/nginx", "nginx:latest", "nginx:1", &digest, "$(IMAGE)"];
        let expected = [
            Some("Always"),
            Some("Always"),
            Some("Always"),
            Some("IfNotPresent"),
            Some("IfNotPresent"),
            None,
        ];
        assert_eq!(policies.map(pull_policy), expected);
    }
}
