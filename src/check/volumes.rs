//! Checks volumes and their sources.
//!
//! Invariant: a volume has exactly one source, and a source has the fields that Kubernetes requires of it.

use super::containers::{duplicate, invalid_image};
use super::report::{IDS, Report, SOURCE, is_true, text};
use super::{claims, legacy, projections};
use crate::diagnostic::Diagnostic;
use crate::kubernetes::{image, names, schema};
use crate::model::{Storage, Volume, Workload};
use crate::object::{Node, Value};
use std::collections::HashMap;

/// The fields of a volume that are not sources.
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

/// The reason why a volume cannot be written, if there is one.
pub(super) fn read_only(volume: &Volume) -> Option<&'static str> {
    volume.fields.entries().iter().find_map(|entry| match entry.key.as_str() {
        "secret" => Some("a Secret is mounted read-only"),
        "configMap" => Some("a ConfigMap is mounted read-only"),
        "downwardAPI" => Some("the downward API is mounted read-only"),
        "projected" => Some("projected sources are mounted read-only"),
        "image" => Some("an image is mounted read-only"),
        "name" => None,
        _ => is_true(&entry.node, "readOnly").then_some("the volume itself sets `readOnly true`"),
    })
}

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let mut seen: HashMap<&str, &Volume> = HashMap::new();
    for volume in &workload.volumes {
        if volume.storage == Storage::ClaimTemplate && volume.name.text.is_empty() {
            let metadata = volume.fields.get("metadata").unwrap_or(&volume.fields);
            report.required(metadata, "name", "a claim template", volume.span);
            continue;
        }
        report.text_form(&volume.name.text, volume.name.span, "a volume's name", names::label);
        match seen.get(volume.name.text.as_str()) {
            // A volume with the name of a claim template is replaced by the claim.
            Some(first) => report.leniently(
                [volume, first].iter().any(|volume| volume.storage == Storage::ClaimTemplate),
                |report| {
                    report.add(duplicate(
                        "volume",
                        (&volume.qualified, volume.name.span),
                        (&first.qualified, first.name.span),
                    ));
                },
            ),
            None => drop(seen.insert(&volume.name.text, volume)),
        }
        if volume.storage == Storage::ClaimTemplate {
            claims::of_stateful_set(&volume.fields, report);
        } else {
            source(volume, report);
        }
    }
    claims::generated(workload, report);
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
            .help("split it into two volumes"),
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
                // The API server accepts such a name, but the kubelet finds no object with it.
                report.leniently(true, |report| report.form(fields.get(field), what, names::subdomain));
            }
            projections::files(fields, report);
            projections::overlaps(projections::paths(fields), report);
        }
        "downwardAPI" => {
            projections::downward(fields, report);
            projections::overlaps(projections::paths(fields), report);
        }
        "projected" => projections::projected(fields, report),
        "ephemeral" => {
            if let Some(template) = fields.get("volumeClaimTemplate") {
                claims::of_volume(template, report);
            }
        }
        "csi" => csi(fields, report),
        "image" => {
            if let Some(node) = fields.get("reference")
                && let Some(reference) = node.as_text().filter(|reference| !reference.is_empty())
                && let Some(fault) = image::fault(reference)
            {
                report.leniently(true, |report| report.add(invalid_image(reference, node, &fault)));
            }
        }
        _ => legacy::check(volume, entry, report),
    }
    if let Some(object) = schema::object(match kind {
        "secret" => "SecretVolumeSource",
        "configMap" => "ConfigMapVolumeSource",
        "downwardAPI" => "DownwardAPIVolumeSource",
        _ => "ProjectedVolumeSource",
    }) {
        report.leniently(report.drops(object, "defaultUser"), |report| {
            report.in_range(fields, "defaultUser", &IDS);
        });
    }
}

fn empty_dir(fields: &Node, report: &mut Report<'_>) {
    if let Some(limit) = fields.get("sizeLimit")
        && let Some(quantity) = limit.as_quantity()
        && quantity.is_negative()
    {
        report.add(super::resources::negative(limit, "sizeLimit"));
    }
    report.leniently(report.drops(&schema::EMPTY_DIR_VOLUME_SOURCE, "mode"), |report| {
        report.in_range(fields, "mode", &(0..=0o1777));
    });
}

fn csi(fields: &Node, report: &mut Report<'_>) {
    let driver = |text: &str| match names::subdomain(&text.to_lowercase()) {
        None if text.len() > 63 => Some(names::NameFault::TooLong(63)),
        other => other,
    };
    if text(fields, "driver").is_some_and(|driver| !driver.is_empty()) {
        report.form(fields.get("driver"), "a CSI driver's name", driver);
    }
    if let Some(secret) = fields.get("nodePublishSecretRef")
        && let Some(name) = report.required(secret, "name", "a reference to a Secret", secret.span)
    {
        report.form(Some(name), "a Secret's name", names::subdomain);
    }
}
