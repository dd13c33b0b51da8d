//! Volumes and their sources, to what the API server refuses in them.
//!
//! Invariant: exactly one source a volume; a source's own fields are checked where Kubernetes cannot do without them.

use super::containers::{duplicate, invalid_image};
use super::projections;
use super::report::{Report, SOURCE, entry, is_true, text};
use crate::diagnostic::Diagnostic;
use crate::kubernetes::{image, names};
use crate::model::{Storage, Volume, Workload};
use crate::object::{Node, Value};
use std::collections::HashMap;

/// The fields of a volume that are no source.
const NOT_SOURCES: &[&str] = &["name"];

/// The fields without which a source is refused.
const REQUIRED: &[(&str, &[&str])] = &[
    ("hostPath", &["path"]),
    ("secret", &["secretName"]),
    ("configMap", &["name"]),
    ("persistentVolumeClaim", &["claimName"]),
    ("csi", &["driver"]),
    ("ephemeral", &["volumeClaimTemplate"]),
    ("image", &["reference"]),
    ("nfs", &["server", "path"]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("awsElasticBlockStore", &["volumeID"]),
    ("gcePersistentDisk", &["pdName"]),
    ("gitRepo", &["repository"]),
    ("glusterfs", &["endpoints", "path"]),
    ("rbd", &["monitors", "image"]),
    ("flexVolume", &["driver"]),
    ("cinder", &["volumeID"]),
    ("cephfs", &["monitors"]),
    ("azureFile", &["secretName", "shareName"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("vsphereVolume", &["volumePath"]),
    ("quobyte", &["registry", "volume"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("storageos", &["volumeName"]),
];

/// What may be put into a volume, or the reason why nothing may.
pub(super) fn read_only(volume: &Volume) -> Option<&'static str> {
    volume.fields.entries().iter().find_map(|entry| match entry.key.as_str() {
        "secret" => Some("a Secret is mounted read-only"),
        "configMap" => Some("a ConfigMap is mounted read-only"),
        "downwardAPI" => Some("the downward API is mounted read-only"),
        "projected" => Some("projected sources are mounted read-only"),
        "image" => Some("an image is mounted read-only"),
        "name" => None,
        _ => is_true(&entry.node, "readOnly").then_some("the volume itself says `readOnly true`"),
    })
}

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let mut seen: HashMap<&str, &Volume> = HashMap::new();
    for volume in &workload.volumes {
        if volume.storage == Storage::ClaimTemplate && volume.name.text.is_empty() {
            let metadata = volume.fields.get("metadata").unwrap_or(&volume.fields);
            report.required(metadata, "name", "a claim's template", volume.span);
            continue;
        }
        report.text_form(&volume.name.text, volume.name.span, "a volume's name", names::label);
        match seen.get(volume.name.text.as_str()) {
            Some(first) => report.add(duplicate("volume", &volume.name, first.name.span)),
            None => drop(seen.insert(&volume.name.text, volume)),
        }
        if volume.storage == Storage::ClaimTemplate {
            if let Some(metadata) = volume.fields.get("metadata") {
                super::metadata::object(metadata, report);
            }
            if let Some(spec) = volume.fields.get("spec") {
                claim(spec, report);
            }
        } else {
            source(volume, report);
        }
    }
    generated_claims(workload, report);
}

fn source(volume: &Volume, report: &mut Report<'_>) {
    if matches!(volume.fields.value, Value::Unresolved) {
        return;
    }
    let mut sources =
        volume.fields.entries().iter().filter(|entry| !NOT_SOURCES.contains(&entry.key.as_str()));
    let Some(entry) = sources.next() else { return };
    if let Some(second) = sources.next() {
        report.add(
            Diagnostic::error(
                SOURCE.several,
                second.key_span,
                format!("the volume `{}` has both `{}` and `{}`", volume.name.text, entry.key, second.key),
            )
            .here("one too many")
            .label(entry.key_span, "the first")
            .help("make it two volumes"),
        );
    }
    let (kind, fields) = (entry.key.as_str(), &entry.node);
    let owner = format!("a volume from `{kind}`");
    let required = REQUIRED.iter().find(|(source, _)| *source == kind);
    for field in required.map_or(&[][..], |(_, fields)| fields) {
        report.required(fields, field, &owner, fields.span);
    }
    match kind {
        "emptyDir" => empty_dir(fields, report),
        "hostPath" => {
            if let Some(path) = fields.get("path") {
                projections::no_backsteps(path, report);
            }
        }
        "secret" | "configMap" => {
            let field = if kind == "secret" { "secretName" } else { "name" };
            if text(fields, field).is_some_and(|name| !name.is_empty()) {
                let what = if kind == "secret" { "a Secret's name" } else { "a ConfigMap's name" };
                report.form(fields.get(field), what, names::subdomain);
            }
            projections::files(fields, report);
        }
        "downwardAPI" => projections::downward(fields, report),
        "projected" => projections::projected(fields, report),
        "ephemeral" => {
            if let Some(spec) = fields.at("volumeClaimTemplate.spec") {
                claim(spec, report);
            }
            ephemeral_metadata(fields, report);
        }
        "csi" => csi(fields, report),
        "image" => {
            if let Some(node) = fields.get("reference")
                && let Some(reference) = node.as_text().filter(|reference| !reference.is_empty())
                && let Some(fault) = image::fault(reference)
            {
                report.add(invalid_image(reference, node, &fault));
            }
        }
        "nfs" => absolute(fields.get("path"), report),
        "iscsi" => iscsi(fields, report),
        "fc" => fibre_channel(fields, report),
        _ => {}
    }
}

fn empty_dir(fields: &Node, report: &mut Report<'_>) {
    if let Some(limit) = fields.get("sizeLimit")
        && let Some(quantity) = limit.as_quantity()
        && quantity.is_negative()
    {
        report.add(super::resources::negative(limit, "sizeLimit"));
    }
    report.in_range(fields, "mode", &(0..=0o1777));
}

/// The claim that is made from a template.
fn claim(spec: &Node, report: &mut Report<'_>) {
    let owner = "a claim's template";
    if let Some(modes) = report.required(spec, "accessModes", owner, spec.span) {
        let once = modes.items().iter().find(|mode| mode.as_text() == Some("ReadWriteOncePod"));
        if let Some(once) = once
            && modes.items().len() > 1
        {
            let help = "leave `ReadWriteOncePod` alone, or take it out";
            report.unmet(once.span, "ReadWriteOncePod", "cannot stand beside another access mode", help);
        }
    }
    let resources = spec.get("resources");
    if matches!(resources.map(|node| &node.value), Some(Value::Unresolved)) {
        return;
    }
    let requests = resources.and_then(|resources| resources.get("requests"));
    match requests.and_then(|requests| requests.get("storage")) {
        Some(storage) => {
            if let Some(quantity) = storage.as_quantity()
                && (quantity.is_negative() || quantity.is_zero())
            {
                report.add(
                    Diagnostic::error("out-of-range", storage.span, "a claim for no storage")
                        .here("not above zero")
                        .help("ask for as much as is needed: `storage 10Gi`"),
                );
            }
        }
        None if matches!(requests.map(|node| &node.value), Some(Value::Unresolved)) => {}
        None => {
            let at = requests.or(resources).map_or(spec.span, |node| node.span);
            report.add(
                Diagnostic::error("missing-field", at, format!("{owner} has no request for `storage`"))
                    .here("`storage` is missing")
                    .help("say how much: `resources { requests { storage 10Gi } }`"),
            );
        }
    }
}

fn ephemeral_metadata(fields: &Node, report: &mut Report<'_>) {
    let Some(metadata) = fields.at("volumeClaimTemplate.metadata") else { return };
    super::metadata::object(metadata, report);
    for entry in metadata.entries() {
        if !["labels", "annotations"].contains(&entry.key.as_str()) {
            let help = "leave only `labels` and `annotations`";
            report.unmet(
                entry.key_span,
                &entry.key,
                "cannot be set for a claim that comes and goes with its pod",
                help,
            );
        }
    }
}

fn csi(fields: &Node, report: &mut Report<'_>) {
    let driver = |text: &str| match names::subdomain(&text.to_lowercase()) {
        None if text.len() > 63 => Some(names::Fault::TooLong(63)),
        other => other,
    };
    if text(fields, "driver").is_some_and(|driver| !driver.is_empty()) {
        report.form(fields.get("driver"), "a CSI driver's name", driver);
    }
    if let Some(secret) = fields.get("nodePublishSecretRef") {
        report.required(secret, "name", "a reference to a Secret", secret.span);
    }
}

fn iscsi(fields: &Node, report: &mut Report<'_>) {
    report.in_range(fields, "lun", &(0..=255));
    let known = |iqn: &str| ["iqn.", "eui.", "naa."].iter().any(|prefix| iqn.starts_with(prefix));
    if let Some(iqn) = fields.get("iqn")
        && iqn.as_text().is_some_and(|text| !text.is_empty() && !known(text))
    {
        report.add(
            Diagnostic::error("invalid-name", iqn.span, "an iSCSI name starts with `iqn.`, `eui.` or `naa.`")
                .here("not a name of iSCSI")
                .help("write a name such as `iqn.2025-01.dev.acme:disk1`"),
        );
    }
}

fn fibre_channel(fields: &Node, report: &mut Report<'_>) {
    report.exactly_one(fields, &["targetWWNs", "wwids"], "a volume from `fc`", fields.span, SOURCE);
    report.in_range(fields, "lun", &(0..=255));
    if let Some(targets) = entry(fields, "targetWWNs")
        && fields.get("lun").is_none()
    {
        report.required(fields, "lun", "a volume from `targetWWNs`", targets.key_span);
    }
}

fn absolute(path: Option<&Node>, report: &mut Report<'_>) {
    if let Some(path) = path
        && let Some(written) = path.as_text()
        && !written.is_empty()
        && !written.starts_with('/')
    {
        report.add(projections::invalid_path(path, written, "is not absolute", "start it with `/`"));
    }
}

/// A Pod's `ephemeral` volumes make claims, and no other volume of the Pod may take one of those.
fn generated_claims(workload: &Workload, report: &mut Report<'_>) {
    let Some(pod) = workload.name.as_ref().filter(|_| workload.kind == crate::model::WorkloadKind::Pod)
    else {
        return;
    };
    let made: HashMap<String, &Volume> = workload
        .volumes
        .iter()
        .filter(|volume| volume.fields.get("ephemeral").is_some())
        .map(|volume| (format!("{}-{}", pod.text, volume.name.text), volume))
        .collect();
    if made.is_empty() {
        return;
    }
    for volume in &workload.volumes {
        let Some(claim) = volume.fields.at("persistentVolumeClaim.claimName") else { continue };
        if let Some(maker) = claim.as_text().and_then(|name| made.get(name)) {
            report.add(
                Diagnostic::error(
                    "conflicting-fields",
                    claim.span,
                    format!("the claim is the one that `{}` makes", maker.name.text),
                )
                .here("an existing claim is meant here")
                .label(maker.span, "makes a claim of this name")
                .help(format!("mount `{}` itself, or name another claim", maker.name.text)),
            );
        }
    }
}
