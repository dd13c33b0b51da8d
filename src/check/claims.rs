//! Checks the templates of claims for storage.
//!
//! Invariant: what the API server refuses only when the claim is created is a warning.

use super::report::{Report, filled_entry, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::model::{Volume, Workload, WorkloadKind};
use crate::object::{Node, Value};
use std::collections::HashMap;

const OWNER: &str = "a claim template";

/// Checks a template of a StatefulSet.
pub(super) fn of_stateful_set(template: &Node, report: &mut Report<'_>) {
    report.leniently(true, |report| {
        if let Some(metadata) = template.get("metadata") {
            super::metadata::object(metadata, report);
        }
    });
    kind(template, report);
    spec(template, report);
}

/// Checks the kind of a template, which can only be that of a claim.
fn kind(template: &Node, report: &mut Report<'_>) {
    for (field, known) in [("apiVersion", "v1"), ("kind", "PersistentVolumeClaim")] {
        let wrong = template.get(field).filter(|node| node.as_text().is_some_and(|text| text != known));
        if let Some(node) = wrong {
            report.unmet(node.span, field, &format!("must be `{known}` here"), "remove it");
        }
    }
}

/// Checks the template of an ephemeral volume, which lives as long as its pod.
pub(super) fn of_volume(template: &Node, report: &mut Report<'_>) {
    if let Some(metadata) = template.get("metadata") {
        super::metadata::described(metadata, report);
        for entry in metadata.entries() {
            if !["labels", "annotations"].contains(&entry.key.as_str()) {
                let why = "cannot be set for the claim of an ephemeral volume";
                report.unmet(entry.key_span, &entry.key, why, "keep only `labels` and `annotations`");
            }
        }
    }
    spec(template, report);
}

fn spec(template: &Node, report: &mut Report<'_>) {
    let Some(spec) = template.get("spec") else {
        report.required(template, "spec", OWNER, template.span);
        return;
    };
    access_modes(spec, report);
    storage(spec, report);
    if let Some(selector) = spec.get("selector") {
        super::selectors::check(selector, report);
    }
    for field in ["storageClassName", "volumeAttributesClassName"] {
        if let Some(class) = filled_entry(spec, field) {
            report.form(Some(&class.node), "a class's name", names::subdomain);
        }
    }
    data_sources(spec, report);
}

fn access_modes(spec: &Node, report: &mut Report<'_>) {
    let Some(modes) = report.required(spec, "accessModes", OWNER, spec.span) else { return };
    let once = modes.items().iter().find(|mode| mode.as_text() == Some("ReadWriteOncePod"));
    let other = |mode: &Node| mode.as_text().is_some_and(|mode| mode != "ReadWriteOncePod");
    if let Some(once) = once
        && modes.items().iter().any(other)
    {
        let help = "keep only `ReadWriteOncePod`, or remove it";
        report.unmet(once.span, "ReadWriteOncePod", "cannot be combined with another access mode", help);
    }
}

fn storage(spec: &Node, report: &mut Report<'_>) {
    let resources = spec.get("resources");
    let unresolved = |node: Option<&Node>| matches!(node.map(|node| &node.value), Some(Value::Unresolved));
    let requests = resources.and_then(|resources| resources.get("requests"));
    if unresolved(resources) || unresolved(requests) {
        return;
    }
    let Some(storage) = requests.and_then(|requests| requests.get("storage")) else {
        let at = requests.or(resources).map_or(spec.span, |node| node.span);
        report.add(
            Diagnostic::error(Code::MissingField, at, format!("{OWNER} has no request for `storage`"))
                .here("expected `storage` here")
                .help("set the amount, as in `resources { requests { storage 10Gi } }`"),
        );
        return;
    };
    if let Some(quantity) = storage.as_quantity()
        && (quantity.is_negative() || quantity.is_zero())
    {
        report.add(
            Diagnostic::error(
                Code::OutOfRange,
                storage.span,
                format!("`storage` must be more than 0, but is {quantity}"),
            )
            .here("out of range")
            .help("request the amount that the claim needs, as in `storage 10Gi`"),
        );
    }
    for list in [requests, resources.and_then(|resources| resources.get("limits"))].into_iter().flatten() {
        for entry in list.entries().iter().filter(|entry| entry.key == "storage") {
            super::resources::whole_bytes_only(entry, report);
        }
    }
}

fn data_sources(spec: &Node, report: &mut Report<'_>) {
    let source = spec.get("dataSource");
    let reference = spec.get("dataSourceRef");
    for data in [source, reference].into_iter().flatten() {
        report.required(data, "name", "a source of data", data.span);
        let kind = report.required(data, "kind", "a source of data", data.span);
        if let Some(group) = filled_entry(data, "apiGroup") {
            report.form(Some(&group.node), "a group of the API", names::subdomain);
        }
        if let Some(kind) = kind
            && filled_entry(data, "apiGroup").is_none()
            && kind.as_text().is_some_and(|kind| kind != "PersistentVolumeClaim")
        {
            let help = "add its `apiGroup`, or use `kind \"PersistentVolumeClaim\"`";
            report.unmet(kind.span, "kind", "needs an `apiGroup`", help);
        }
    }
    let Some(reference) = reference else { return };
    if let Some(namespace) = filled_entry(reference, "namespace") {
        report.form(Some(&namespace.node), "a namespace", names::label);
        report.not_both(spec, "dataSourceRef", "dataSource");
    } else if let Some(source) = source
        && ["apiGroup", "kind", "name"].iter().any(|field| text(source, field) != text(reference, field))
    {
        report.not_both(spec, "dataSourceRef", "dataSource");
    }
}

/// Checks the claims that a Pod's `ephemeral` volumes create: their names, and that no other volume of the Pod uses
/// them.
pub(super) fn generated(workload: &Workload, report: &mut Report<'_>) {
    let Some(pod) = workload.name.as_ref().filter(|_| workload.kind == WorkloadKind::Pod) else { return };
    let mut made: HashMap<String, &Volume> = HashMap::new();
    for volume in workload.volumes.iter().filter(|volume| volume.fields.get("ephemeral").is_some()) {
        let name = format!("{}-{}", pod.text, volume.name.text);
        if names::subdomain(&name).is_some()
            && names::subdomain(&pod.text).is_none()
            && names::label(&volume.name.text).is_none()
        {
            let span = volume.name.span;
            report.text_form(&name, span, "the name of the volume's claim", names::subdomain);
        }
        made.insert(name, volume);
    }
    for volume in &workload.volumes {
        let Some(claim) = volume.fields.at("persistentVolumeClaim.claimName") else { continue };
        if let Some(maker) = claim.as_text().and_then(|name| made.get(name)) {
            report.add(
                Diagnostic::error(
                    Code::ConflictingFields,
                    claim.span,
                    format!("the claim is the one that the volume `{}` creates", maker.name.text),
                )
                .here("must be a claim that exists")
                .label(maker.span, "creates a claim of this name")
                .help(format!("mount `{}` itself, or name another claim", maker.name.text)),
            );
        }
    }
}
