//! Checks the values of annotations that Kubernetes itself reads on a pod.
//!
//! Invariant: an annotation that a field has replaced must have the same value as that field.

use super::metadata;
use super::report::{Report, shown, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names::{self, APPARMOR_OF_CONTAINER, SECCOMP_OF_CONTAINER};
use crate::model::{Workload, WorkloadKind};
use crate::object::{MapEntry, Node};
use serde::Deserialize;

const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const MIRROR: &str = "kubernetes.io/config.mirror";
const SECCOMP_OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// Annotations that no longer have an effect, and what replaces each.
const IDLE: &[(&str, &str)] = &[
    ("scheduler.alpha.kubernetes.io/critical-pod", "`priorityClassName`"),
    ("security.alpha.kubernetes.io/sysctls", "`securityContext { sysctls { … } }`"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "`securityContext { sysctls { … } }`"),
];

const GENERATION: &str = "deprecated.daemonset.template.generation";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    if workload.kind == WorkloadKind::DaemonSet {
        generation(workload, report);
    }
    let Some(annotations) = metadata::of_pods(workload).get("annotations") else { return };
    for annotation in annotations.entries() {
        let Some(value) = annotation.node.as_text() else { continue };
        let key = annotation.key.as_str();
        if let Some((_, instead)) = IDLE.iter().find(|(idle, _)| *idle == key) {
            report.add(deprecated(annotation, instead));
        } else if key == DELETION_COST {
            deletion_cost(annotation, value, report);
        } else if key == TOLERATIONS {
            tolerations(annotation, value, report);
        } else if key == MIRROR {
            mirror(workload, annotation, report);
        } else if key == SECCOMP_OF_POD {
            seccomp(annotation, value, Some(&workload.pod.spec), report);
        } else if let Some(container) = key.strip_prefix(SECCOMP_OF_CONTAINER) {
            seccomp(annotation, value, fields_of(workload, container), report);
        } else if let Some(container) = key.strip_prefix(APPARMOR_OF_CONTAINER) {
            apparmor(workload, annotation, value, container, report);
        }
    }
}

fn fields_of<'w>(workload: &'w Workload, name: &str) -> Option<&'w Node> {
    let container = workload.containers.iter().find(|container| container.name.text == name)?;
    Some(&container.fields)
}

/// The warning about an annotation that has lost its effect, or will.
pub(super) fn deprecated(annotation: &MapEntry, instead: &str) -> Diagnostic {
    let headline = format!("a field has replaced the annotation `{}`", annotation.key);
    Diagnostic::warning(Code::Deprecated, annotation.key_span, headline)
        .here("Kubernetes ignores this, or will soon")
        .help(format!("use {instead}"))
}

fn invalid(annotation: &MapEntry, value: &str, help: &str) -> Diagnostic {
    let headline = format!("the annotation `{}` cannot be `{}`", annotation.key, shown(value));
    Diagnostic::error(Code::InvalidAnnotation, annotation.node.span, headline)
        .here("not a value that Kubernetes accepts")
        .help(help)
}

fn deletion_cost(annotation: &MapEntry, value: &str, report: &mut Report<'_>) {
    let starts = value == "0" || value.starts_with(|char| matches!(char, '-' | '1'..='9'));
    if !starts || value.parse::<i32>().is_err() {
        let headline = format!("expected a 32-bit integer as deletion cost, found `{}`", shown(value));
        report.add(
            Diagnostic::error(Code::OutOfRange, annotation.node.span, headline)
                .here("the deletion cost")
                .help("use a whole number such as `100` or `-5`"),
        );
    }
}

/// Checks the annotation in which older versions counted the templates of a DaemonSet.
fn generation(workload: &Workload, report: &mut Report<'_>) {
    let annotations = workload.object.metadata.get("annotations").map_or(&[][..], Node::entries);
    for annotation in annotations.iter().filter(|annotation| annotation.key == GENERATION) {
        let Some(value) = annotation.node.as_text().filter(|value| value.parse::<i64>().is_err()) else {
            continue;
        };
        report.add(invalid(annotation, value, "remove it; Kubernetes sets it"));
    }
}

/// The fields of a toleration in an annotation that are checked.
#[derive(Deserialize)]
struct Toleration {
    key: Option<String>,
    operator: Option<String>,
}

/// Checks the annotation that older versions read in place of `tolerations`, as JSON.
fn tolerations(annotation: &MapEntry, value: &str, report: &mut Report<'_>) {
    let read = serde_json::from_str::<Vec<Toleration>>(value);
    let is_valid = |toleration: &Toleration| {
        let is_known = [None, Some("Equal"), Some("Exists")].contains(&toleration.operator.as_deref());
        let key = toleration.key.as_deref().unwrap_or_default();
        is_known
            && (key.is_empty() || names::qualified(key).is_none())
            && (!key.is_empty() || toleration.operator.as_deref() == Some("Exists"))
    };
    if !value.is_empty() && !read.is_ok_and(|tolerations| tolerations.iter().all(is_valid)) {
        report.add(invalid(annotation, value, "use `tolerations { … }` in its place"));
    }
}

/// Checks the annotation that the kubelet sets on the pods that it reads from files.
fn mirror(workload: &Workload, annotation: &MapEntry, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    if pod.get("nodeName").is_none() {
        let help = "remove the annotation; the kubelet sets it";
        report.unmet(annotation.key_span, MIRROR, "needs a `nodeName`", help);
    } else if pod.get("resourceClaims").is_some() && workload.kind == WorkloadKind::Pod {
        let help = "remove the annotation; the kubelet sets it";
        report.unmet(annotation.key_span, MIRROR, "cannot be combined with `resourceClaims`", help);
    }
}

/// The profile of a pod or a container, as an annotation spells it, and the node of its type.
fn profile<'n>(owner: &'n Node, field: &str) -> Option<(String, &'n Node)> {
    let profile = owner.at("securityContext")?.get(field)?;
    let kind = profile.get("type")?;
    let written = match kind.as_text()? {
        "Unconfined" => "unconfined".into(),
        "RuntimeDefault" => "runtime/default".into(),
        _ => format!("localhost/{}", text(profile, "localhostProfile").unwrap_or_default()),
    };
    Some((written, kind))
}

fn differs(annotation: &MapEntry, field: &Node) -> Diagnostic {
    let headline = format!("the annotation `{}` and the field set different profiles", annotation.key);
    Diagnostic::error(Code::ConflictingFields, annotation.node.span, headline)
        .here("one profile")
        .label(field.span, "the other profile")
        .help("remove the annotation")
}

fn seccomp(annotation: &MapEntry, value: &str, owner: Option<&Node>, report: &mut Report<'_>) {
    let path_fits = |path: &str| !path.starts_with('/') && path.split('/').all(|part| part != "..");
    let known = ["runtime/default", "docker/default", "unconfined"].contains(&value)
        || value.strip_prefix("localhost/").is_some_and(path_fits);
    if !known {
        let help = "use `runtime/default`, `unconfined` or `localhost/PATH`";
        report.add(invalid(annotation, value, help));
        return;
    }
    let value = if value == "docker/default" { "runtime/default" } else { value };
    match owner.map(|owner| profile(owner, "seccompProfile")) {
        Some(Some((field, kind))) if field != value => report.add(differs(annotation, kind)),
        Some(None) => {
            report.add(deprecated(annotation, "`securityContext { seccompProfile { … } }`"));
        }
        _ => {}
    }
}

fn apparmor(
    workload: &Workload,
    annotation: &MapEntry,
    value: &str,
    container: &str,
    report: &mut Report<'_>,
) {
    let Some(owner) = fields_of(workload, container) else {
        let known = workload.containers.iter().map(|container| container.name.text.as_str());
        let headline = format!("there is no container `{}`", shown(container));
        report.add(
            Diagnostic::error(Code::UnknownContainer, annotation.key_span, headline)
                .here("the container's name follows the `/`")
                .help(format!("use {}", crate::diagnostic::phrase::either(known))),
        );
        return;
    };
    let known = ["", "runtime/default", "unconfined"].contains(&value) || value.starts_with("localhost/");
    if !known {
        let help = "use `runtime/default`, `unconfined` or `localhost/PROFILE`";
        report.add(invalid(annotation, value, help));
        return;
    }
    let on_windows = workload.pod.spec.at("os.name").and_then(Node::as_text) == Some("windows");
    let of_pod = profile(&workload.pod.spec, "appArmorProfile");
    // In a Pod, the annotation becomes the field of its container before anything is compared.
    let compared_with_pod = workload.kind != WorkloadKind::Pod;
    match profile(owner, "appArmorProfile") {
        Some((field, kind)) if field != value && !on_windows => report.add(differs(annotation, kind)),
        Some(_) => {}
        None => match of_pod {
            Some((field, kind)) if field != value && compared_with_pod && !on_windows => {
                report.add(differs(annotation, kind));
            }
            Some((field, _)) if field == value => {}
            // The rules of `restricted` refuse it already.
            _ if workload.restricted.is_some() && value == "unconfined" => {}
            _ => report.add(deprecated(annotation, "`securityContext { appArmorProfile { … } }`")),
        },
    }
}
