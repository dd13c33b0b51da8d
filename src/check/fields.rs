//! Checks references to the pod's own fields and resources.
//!
//! Invariant: which fields can be referenced depends on the place, the value of a variable or a file.

use super::report::{Report, shown, text};
use crate::diagnostic::phrase::{either, listed};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::object::Node;

/// The fields that a variable can reference.
pub(crate) const IN_VARIABLE: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// The fields that a file can show.
pub(super) const IN_VOLUME: &[&str] =
    &["metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"];

/// The resources of a container that can be referenced.
pub(crate) const RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
];
const CPU_DIVISORS: &[&str] = &["0", "1m", "1"];
const BYTE_DIVISORS: &[&str] =
    &["0", "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/// Checks a `fieldRef`.
pub(super) fn field(reference: &Node, known: &[&str], report: &mut Report<'_>) {
    if let Some(version) = reference.get("apiVersion")
        && version.as_text().is_some_and(|version| !version.is_empty() && version != "v1")
    {
        report.unmet(version.span, "apiVersion", "must be `v1` here", "remove it");
    }
    let Some(node) = report.required(reference, "fieldPath", "a reference to a field", reference.span) else {
        return;
    };
    let Some(path) = node.as_text() else { return };
    let keyed = |start: &str, form: names::NameForm| {
        let key = path.strip_prefix(start).and_then(|rest| rest.strip_suffix("']"));
        key.is_some_and(|key| form(key).is_none())
    };
    if known.contains(&path)
        || keyed("metadata.labels['", names::qualified)
        || keyed("metadata.annotations['", names::annotation_key)
        // The former name of `spec.nodeName`.
        || (path == "spec.host" && known.contains(&"spec.nodeName"))
    {
        return;
    }
    let diagnostic = Diagnostic::error(
        Code::UnknownFieldPath,
        node.span,
        format!("the field `{}` cannot be referenced here", shown(path)),
    )
    .here("not one of the pod's fields that can be referenced");
    let labels = "`metadata.labels['KEY']` or `metadata.annotations['KEY']`";
    let diagnostic = match crate::diagnostic::nearest(path, known.iter().copied()) {
        Some(near) => super::report::renamed(diagnostic, node.span, path, near),
        None => diagnostic,
    };
    report.add(diagnostic.help(format!("use one of {}, {labels}", listed(known.iter().copied()))));
}

/// Checks a `resourceFieldRef`.
pub(super) fn resource(reference: &Node, report: &mut Report<'_>) {
    let Some(node) = report.required(reference, "resource", "a reference to a resource", reference.span)
    else {
        return;
    };
    let Some(resource) = node.as_text() else { return };
    let huge = ["limits.hugepages-", "requests.hugepages-"].iter().any(|prefix| resource.starts_with(prefix));
    if !huge && !RESOURCES.contains(&resource) {
        let headline = format!("the resource `{}` cannot be referenced here", shown(resource));
        let diagnostic = Diagnostic::error(Code::UnknownResource, node.span, headline)
            .here("not one of the container's resources that can be referenced");
        let diagnostic = match crate::diagnostic::nearest(resource, RESOURCES.iter().copied()) {
            Some(near) => super::report::renamed(diagnostic, node.span, resource, near),
            None => diagnostic,
        };
        report.add(
            diagnostic.help(format!("use {}, or a size of huge pages", either(RESOURCES.iter().copied()))),
        );
        return;
    }
    let Some(divisor) = reference.get("divisor") else { return };
    let written = divisor.as_quantity().map(ToString::to_string);
    let allowed = if resource.split('.').nth(1) == Some("cpu") { CPU_DIVISORS } else { BYTE_DIVISORS };
    if let Some(written) = written.or_else(|| text(reference, "divisor").map(Into::into))
        && !allowed.contains(&written.as_str())
    {
        report.add(
            Diagnostic::error(
                Code::InvalidDivisor,
                divisor.span,
                format!("`{resource}` cannot have the divisor `{written}`"),
            )
            .here("not a unit of this resource")
            .help(format!("use {}", either(allowed[1..].iter().copied()))),
        );
    }
}
