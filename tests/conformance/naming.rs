//! Decides whether a diagnostic names the field that the judge names.
//!
//! A diagnostic names a field if its place in the manifest is
//! - the field, or within it: `exactly`;
//! - if the field is missing, or if several fields of one small object contradict each other, the object that it belongs
//!   to, or another field of that object: `beside` (a container, a volume or a workload is such an object only for missing
//!   fields);
//! - for a duplicate, the other of the two, if the diagnostic points at both: `by the other`;
//! - for a field that a whole level lacks, the place that represents the workload: `by the workload`;
//! - a field elsewhere that contradicts it, by [`AT_ODDS`]: `by its counterpart`.

use crate::judge::FieldError;
use crate::manifest::Manifest;
use initflow::diagnostic::Diagnostic;
use serde_json::Value;

/// Fields that Kubernetes compares with others, and those others, which a diagnostic may name instead.
const AT_ODDS: &[(&str, &str)] = &[
    // The selector and the labels that it does not select.
    ("spec.template.metadata.labels", "spec.selector"),
    // The name of the Job becomes a label.
    ("spec.template.metadata.labels", "metadata.name"),
    // The labels of both must be those of the Job.
    ("spec.template.metadata.labels", "metadata.labels"),
    ("restartPolicy", "restartPolicyRules"),
    // Requirements for the pod of a host process.
    ("hostNetwork", "securityContext.windowsOptions"),
    ("hostNetwork", "containers"),
    ("hostNetwork", "initContainers"),
    ("resources.requests", "resources.limits"),
    ("resources.limits", "resources.requests"),
];

/// Errors that follow from others: the fields of both. One fault gives one diagnostic.
const CONSEQUENCES: &[(&str, &str)] = &[
    // A volume with an error does not exist.
    ("volumeMounts.*.name", "spec.volumes."),
    ("volumeDevices.*.name", "spec.volumes."),
    ("volumeMounts.*.name", "spec.volumeClaimTemplates."),
    ("volumeDevices.*.name", "spec.volumeClaimTemplates."),
    // Claims become volumes.
    ("volumes.*.name", "spec.volumeClaimTemplates."),
    ("volumes.*.persistentVolumeClaim.claimName", "spec.volumeClaimTemplates."),
    // The Job's name becomes labels.
    ("spec.template.metadata.labels.job-name", "metadata.name"),
    ("spec.template.metadata.labels.batch.kubernetes.io/job-name", "metadata.name"),
    // The labels of the pods become labels of the Job.
    ("metadata.labels", "spec.template.metadata.labels"),
    // The name of a claim starts with the name of the pod.
    ("spec.volumes.*.name", "metadata.name"),
    // A field has replaced this annotation.
    ("securityContext.seccompProfile.type", "metadata.annotations.seccomp"),
    ("securityContext.seccompProfile.type", "metadata.annotations.container.seccomp"),
    // A selector that selects nothing does not match.
    ("spec.template.metadata.labels", "spec.selector"),
];

/// Parts of paths in Kubernetes' messages that have other names in the objects; `#` is an item, `*` any item.
const ALIASES: &[(&str, &str)] = &[
    ("cephFS", "cephfs"),
    ("spec.template.labels", "spec.template.metadata.labels"),
    ("spec.template.annotations", "spec.template.metadata.annotations"),
    ("spec.resources.storage", "spec.resources.requests.storage"),
    ("downwardAPI.fieldRef", "downwardAPI.items.*.fieldRef"),
    ("downwardAPI.resourceFieldRef", "downwardAPI.items.*.resourceFieldRef"),
    ("downwardAPI.path", "downwardAPI.items.*.path"),
    ("downwardAPI.mode", "downwardAPI.items.*.mode"),
    ("projected.path", "projected.sources.*"),
    ("csi.name", "csi.nodePublishSecretRef.name"),
    ("podAffinityTerm.namespace", "podAffinityTerm.namespaces"),
    (
        "requiredDuringSchedulingIgnoredDuringExecution.#.namespace",
        "requiredDuringSchedulingIgnoredDuringExecution.#.namespaces",
    ),
    ("topologySpreadConstraints.#.#", "topologySpreadConstraints.#.matchLabelKeys.*"),
    (
        "requiredDuringSchedulingIgnoredDuringExecution.#.#",
        "requiredDuringSchedulingIgnoredDuringExecution.#.matchLabelKeys.*",
    ),
    ("podAffinityTerm.#", "podAffinityTerm.matchLabelKeys.*"),
    ("volumeMounts.recursiveReadOnly", "volumeMounts.*.recursiveReadOnly"),
    ("volumeMounts.mountPropagation", "volumeMounts.*.mountPropagation"),
    ("volumeMounts.subPath", "volumeMounts.*.subPath"),
    ("volumeMounts.subPathExpr", "volumeMounts.*.subPathExpr"),
];

/// Names of Go types, which appear in the paths of decoding errors.
const EMBEDDED: [&str; 6] = [
    "VolumeSource",
    "ProbeHandler",
    "LifecycleHandler",
    "LocalObjectReference",
    "EphemeralContainerCommon",
    "TypeMeta",
];

/// Whether diagnostics name the fields of all errors, except those that follow from others: how, or the first error whose
/// field they do not name.
pub(crate) fn all_named<'e>(
    diagnostics: &[&Diagnostic],
    errors: &'e [FieldError],
    manifest: &Manifest,
    object: &Value,
) -> Result<Vec<&'static str>, &'e FieldError> {
    let way = |error: &FieldError| {
        let field = path(error, object);
        let way =
            diagnostics.iter().find_map(|diagnostic| named(diagnostic, error, &field, manifest, object));
        (way, without_numbers(&field))
    };
    let ways: Vec<_> = errors.iter().map(way).collect();
    let follows = |effect: &str| {
        ways.iter().filter(|(way, _)| way.is_some()).any(|(_, cause)| {
            CONSEQUENCES.iter().any(|(one, other)| effect.ends_with(one) && cause.contains(other))
        })
    };
    let several = |field: &str| {
        diagnostics.iter().filter(|found| found.code.name() == "several-sources").any(|found| {
            let place = manifest.path_at(&found.primary.span.range());
            field.starts_with(&without_numbers(&place[..place.len().saturating_sub(1)]))
        })
    };
    let known = ways.iter().any(|(way, _)| way.is_some());
    let unread = known && diagnostics.iter().any(|found| HIDING.contains(&found.code.name()));
    let ways = ways.iter().zip(errors).map(|((way, field), error)| match way {
        None if several(field) => Ok("as one of several"),
        None if follows(field) => Ok("by the error that it follows from"),
        // A missing field may be in a part that cannot be read, and is reported after that part is fixed.
        None if unread || known && ["Required", "NotFound"].contains(&error.kind.as_str()) => {
            Ok("after the rest is fixed")
        }
        way => way.ok_or(error),
    });
    ways.collect()
}

/// The diagnostics of `import` about a part that it cannot write as a source, and therefore does not check further.
const HIDING: [&str; 8] = [
    "missing-field",
    "missing-handler",
    "missing-source",
    "several-handlers",
    "several-sources",
    "type-mismatch",
    "unknown-statement",
    "use-the-statement",
];

/// How a diagnostic names the field of an error, if it does.
fn named(
    diagnostic: &Diagnostic,
    error: &FieldError,
    field: &[String],
    manifest: &Manifest,
    object: &Value,
) -> Option<&'static str> {
    let found = manifest.path_at(&diagnostic.primary.span.range());
    if error.kind == "decoding" && error.detail.starts_with("json:") {
        // Such a path does not have the indices of items.
        let names: Vec<&String> = found.iter().filter(|part| !is_number(part)).collect();
        let field = field.iter().filter(|part| !EMBEDDED.contains(&part.as_str()));
        return names.into_iter().take(field.clone().count()).eq(field).then_some("exactly");
    }
    // A path without the index of an item means the item that was found.
    let item = |(at, part): (usize, &String)| {
        if part == "*" { found.get(at).unwrap_or(part).clone() } else { part.clone() }
    };
    let whole: Vec<String> = field.iter().enumerate().map(item).collect();
    if found.starts_with(&whole) {
        return Some("exactly");
    }
    let missing = error.kind == "Required" || value(object, &whole).is_none();
    // A missing field is missing in an existing object.
    let last = whole.len().saturating_sub(1);
    let there = (0..=last).rfind(|length| value(object, &whole[..*length]).is_some()).unwrap_or_default();
    let field = if missing { &whole[..whole.len().min(there + 1)] } else { &whole[..] };
    if is_beside(found, field, missing) {
        return Some("beside");
    }
    if diagnostic.code.name() == "unmet-requirement"
        && found.len() > levels(found)
        && field.starts_with(found)
    {
        return Some("as part of a field that is not allowed");
    }
    if missing && is_head(found) && unit(field, missing) <= levels(field) {
        return Some("by the workload");
    }
    let labels = || diagnostic.labels.iter().map(|label| manifest.path_at(&label.span.range()));
    if labels().any(|label| label.starts_with(field) || is_beside(label, field, missing)) {
        return Some("by the other");
    }
    is_at_odds(found, &whole).then_some("by its counterpart")
}

/// The value that an error is about.
pub(crate) fn value_of<'o>(error: &FieldError, object: &'o Value) -> Option<&'o Value> {
    value(object, &path(error, object))
}

/// The value of a field, unless the value means nothing.
fn value<'o>(object: &'o Value, field: &[String]) -> Option<&'o Value> {
    let inner = |value: &'o Value, part: &String| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    };
    field.iter().try_fold(object, inner).filter(|value| !value.is_null() && *value != "")
}

fn is_at_odds(found: &[String], field: &[String]) -> bool {
    AT_ODDS.iter().any(|(one, other)| {
        let one: Vec<&str> = one.split('.').collect();
        let Some(start) = field.windows(one.len()).rposition(|part| part == one) else { return false };
        let other: Vec<&str> = other.split('.').collect();
        let counterpart: Vec<String> =
            field[..start].iter().cloned().chain(other.iter().map(|part| (*part).to_owned())).collect();
        is_beside(found, &counterpart, true)
            || found.starts_with(&field[..start])
                && found[start..].iter().zip(&other).filter(|(a, b)| a == b).count() == other.len()
    })
}

/// Whether a place represents the whole workload.
fn is_head(found: &[String]) -> bool {
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    matches!(found[..], [] | ["apiVersion" | "kind" | "metadata"] | ["metadata", "name" | "generateName"])
}

/// The path of an error's field in the object, also if the error is about the pod that a controller creates.
fn path(error: &FieldError, object: &Value) -> Vec<String> {
    let mut path = segments(&error.field);
    if error.from == "pod" {
        let is_whole = ["template", "jobTemplate"].contains(&path.get(1).map_or("", String::as_str));
        let template: &[&str] = match object["kind"].as_str() {
            Some("Pod") | None => &[],
            Some("CronJob") => &["spec", "jobTemplate", "spec", "template"],
            Some(_) => &["spec", "template"],
        };
        if !is_whole {
            path.splice(..0, template.iter().map(|key| (*key).to_owned()));
        }
    }
    if error.detail.starts_with("json:") {
        return path;
    }
    for (alias, real) in ALIASES {
        let alias: Vec<&str> = alias.split('.').collect();
        let is = |(part, name): (&String, &&str)| part == name || *name == "#" && is_number(part);
        if let Some(at) = path.windows(alias.len()).position(|parts| parts.iter().zip(&alias).all(is)) {
            let item =
                path[at..at + alias.len()].iter().find(|part| is_number(part)).cloned().unwrap_or_default();
            let part = |part: &str| if part == "#" { item.clone() } else { part.to_owned() };
            path.splice(at..at + alias.len(), real.split('.').map(part).collect::<Vec<_>>());
        }
    }
    if error.kind == "decoding" { path } else { claimed(path, object) }
}

/// The path of a claim template that Kubernetes counts as a volume of the pod: these come first.
fn claimed(path: Vec<String>, object: &Value) -> Vec<String> {
    let claims = object["spec"]["volumeClaimTemplates"].as_array().map_or(0, Vec::len);
    let start = ["spec", "template", "spec", "volumes"];
    let Some(at) =
        path.get(4).and_then(|at| at.parse::<usize>().ok()).filter(|_| path[..4] == start && claims > 0)
    else {
        return path;
    };
    let volume = |at: usize| start.map(str::to_owned).into_iter().chain([at.to_string()]);
    match at.checked_sub(claims) {
        Some(at) => volume(at).chain(path[5..].iter().cloned()).collect(),
        None if path[5..] == ["name"] => {
            ["spec", "volumeClaimTemplates", "*", "metadata", "name"].map(str::to_owned).to_vec()
        }
        None => ["spec", "volumeClaimTemplates", "*"].map(str::to_owned).to_vec(),
    }
}

/// The parts of a path such as `spec.containers[0].env`; a key of a map is in brackets like an index.
fn segments(field: &str) -> Vec<String> {
    if let Some((metadata, key)) = field.split_once(".annotations.") {
        let key = key.split('[').next().unwrap_or_default();
        return segments(metadata).into_iter().chain(["annotations".into(), key.into()]).collect();
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut depth = 0;
    for char in field.chars() {
        match char {
            '[' if depth == 0 => {
                parts.extend((!part.is_empty()).then(|| std::mem::take(&mut part)));
                depth = 1;
            }
            ']' if depth == 1 => {
                parts.push(std::mem::take(&mut part));
                depth = 0;
            }
            '.' if depth == 0 => parts.extend((!part.is_empty()).then(|| std::mem::take(&mut part))),
            _ => part.push(char),
        }
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

/// Whether a place is the innermost existing object that a field belongs to, or a field of that object.
fn is_beside(found: &[String], field: &[String], missing: bool) -> bool {
    let common = found.iter().zip(field).take_while(|(one, other)| one == other).count();
    // A place in a list that the field is not in belongs to another object.
    let near = found.len() <= common + 1;
    let unit = unit(field, missing);
    if missing {
        return near && common >= unit.min(field.len().saturating_sub(1));
    }
    near && common >= unit && common + 1 >= field.len()
}

/// The length of the part of a path that leads to the smallest distinct object: an item of a list, or a field of a level.
fn unit(field: &[String], missing: bool) -> usize {
    let item = field.iter().rposition(|part| is_number(part));
    let is_large = |at: usize| at > 0 && ["containers", "initContainers"].contains(&field[at - 1].as_str());
    match item {
        Some(at) if missing || !is_large(at) => at + usize::from(at + 1 < field.len()),
        Some(at) => at + 2,
        None => {
            if missing {
                levels(field)
            } else {
                levels(field) + 1
            }
        }
    }
}

/// The length of the part of a path that leads to the innermost level: the object, its template, or its metadata.
fn levels(field: &[String]) -> usize {
    let level = |part: &&String| ["spec", "template", "jobTemplate", "metadata"].contains(&part.as_str());
    field.iter().take_while(level).count()
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// A path without the indices of items.
pub(crate) fn without_numbers(path: &[String]) -> String {
    let parts = path.iter().map(|part| if is_number(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join(".")
}

#[test]
fn fields_are_read_as_kubernetes_writes_them() {
    assert_eq!(segments("spec.containers[0].env[12].name"), ["spec", "containers", "0", "env", "12", "name"]);
    assert_eq!(segments("metadata.annotations[acme.dev/a.b]"), ["metadata", "annotations", "acme.dev/a.b"]);
    assert_eq!(segments(""), Vec::<String>::new());
}

#[test]
fn missing_fields_are_named_by_their_object_and_wrong_ones_by_themselves() {
    let path = |text| segments(text);
    assert!(is_beside(&path("spec.containers[0].name"), &path("spec.containers[0].image"), true));
    assert!(!is_beside(&path("spec.containers[0].name"), &path("spec.containers[0].image"), false));
    assert!(!is_beside(&path("spec.containers[1].name"), &path("spec.containers[0].image"), true));
    assert!(is_beside(&path("spec.volumes[0].emptyDir"), &path("spec.volumes[0].secret"), false));
    assert!(is_beside(&path("spec.strategy.type"), &path("spec.strategy.rollingUpdate"), false));
    assert!(!is_beside(&path("spec.replicas"), &path("spec.selector"), false));
    assert!(!is_beside(
        &path("spec.containers[0].resources"),
        &path("spec.containers[0].ports[1].name"),
        true
    ));
}
