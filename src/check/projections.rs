//! Checks the paths and keys of files that a volume shows of Secrets, `ConfigMap`s, the pod itself and other objects.
//!
//! Invariant: every path is relative and stays inside its volume, and no two files of a volume have the same path.

use super::fields;
use super::report::{IDS, Report, SOURCE, filled_entry, items, shown, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::{names, schema};
use crate::object::Node;
use crate::source::Span;

/// The sources that a projected volume can have.
const PROJECTIONS: &[&str] =
    &["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];
const CERTIFICATE_PATHS: &[&str] = &["credentialBundlePath", "keyPath", "certificateChainPath"];

/// Checks the modes and items of a volume from a Secret or a `ConfigMap`.
pub(super) fn files(source: &Node, report: &mut Report<'_>) {
    mode(source, "defaultMode", report);
    for item in items(source, "items") {
        if let Some(key) = report.required(item, "key", "an item", item.span) {
            report.leniently(true, |report| report.form(Some(key), "a key", names::data_key));
        }
        mode(item, "mode", report);
        report.leniently(report.drops(&schema::KEY_TO_PATH, "user"), |report| {
            report.in_range(item, "user", &IDS);
        });
        local_path(item, "path", "an item", report);
    }
}

/// Checks the mode of files.
fn mode(owner: &Node, field: &str, report: &mut Report<'_>) {
    const ALL: i64 = 0o777;
    let Some(node) = owner.get(field) else { return };
    let Some(mode) = node.as_int().filter(|mode| !(0..=ALL).contains(mode)) else { return };
    let headline = format!("`{field}` must be from 0000 to 0777 in octal, but is {mode} in decimal");
    let error = Diagnostic::error(Code::OutOfRange, node.span, headline);
    // YAML and JSON have modes in decimal, too: `644` instead of `0644`.
    let is_octal = i64::from_str_radix(&mode.to_string(), 8).is_ok_and(|meant| (0..=ALL).contains(&meant));
    report.add(if is_octal {
        error.here("is decimal without a leading zero").help(format!("use `0{mode}`"))
    } else {
        error.here("out of range").help("use a mode such as `0644`")
    });
}

/// Warns of files of one volume that have the same path, or of which one would be inside another.
pub(super) fn overlaps<'n>(paths: impl IntoIterator<Item = (&'n str, Span)>, report: &mut Report<'_>) {
    let mut earlier: Vec<(&str, Span)> = Vec::new();
    for (path, span) in paths {
        let path = path.trim_end_matches('/');
        let inside = |one: &str, other: &str| {
            let rest = one.strip_prefix(other);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let clash = earlier.iter().find(|(other, _)| inside(path, other) || inside(other, path));
        if let Some((other, first)) = clash {
            let headline = if *other == path {
                format!("the path `{}` is given twice", shown(path))
            } else {
                format!("`{}` and `{}` cannot both be files", shown(other), shown(path))
            };
            report.add(
                Diagnostic::warning(Code::DuplicateItem, span, headline)
                    .here("again")
                    .label(*first, "first given here")
                    .help("give one of the two another path"),
            );
        }
        earlier.push((path, span));
    }
}

/// The paths of the files that items create.
pub(super) fn paths(source: &Node) -> impl Iterator<Item = (&str, Span)> {
    items(source, "items").iter().filter_map(|item| path_of(item, "path"))
}

/// Checks the files that show the pod's own fields.
pub(super) fn downward(source: &Node, report: &mut Report<'_>) {
    mode(source, "defaultMode", report);
    for item in items(source, "items") {
        local_path(item, "path", "an item", report);
        mode(item, "mode", report);
        report.leniently(report.drops(&schema::DOWNWARD_API_VOLUME_FILE, "user"), |report| {
            report.in_range(item, "user", &IDS);
        });
        let Some(entry) =
            report.exactly_one(item, &["fieldRef", "resourceFieldRef"], "an item", item.span, SOURCE)
        else {
            continue;
        };
        if entry.key == "fieldRef" {
            fields::field(&entry.node, fields::IN_VOLUME, report);
        } else {
            fields::resource(&entry.node, report);
            report.required(
                &entry.node,
                "containerName",
                "a reference to a resource in a volume",
                entry.node.span,
            );
        }
    }
}

/// Checks the sources of a projected volume.
pub(super) fn projected(source: &Node, report: &mut Report<'_>) {
    mode(source, "defaultMode", report);
    let mut all: Vec<(&str, Span)> = Vec::new();
    let mut unique: Vec<(&str, Span)> = Vec::new();
    for source in items(source, "sources") {
        let owner = "a projected source";
        let empty = !source.entries().iter().any(|entry| PROJECTIONS.contains(&entry.key.as_str()));
        let mut kind = None;
        report.leniently(empty, |report| {
            kind = report.exactly_one(source, PROJECTIONS, owner, source.span, SOURCE);
        });
        let Some(kind) = kind else { continue };
        let (fields, name) = (&kind.node, kind.key.as_str());
        let from = all.len();
        match name {
            "secret" | "configMap" | "downwardAPI" => all.extend(paths(fields)),
            "podCertificate" => {
                all.extend(CERTIFICATE_PATHS.iter().filter_map(|field| path_of(fields, field)));
            }
            _ => all.extend(path_of(fields, "path")),
        }
        let dropped = report.drops(&schema::VOLUME_PROJECTION, name);
        if name != "serviceAccountToken" && !dropped {
            unique.extend(&all[from..]);
        }
        report.leniently(dropped, |report| projection(name, fields, owner, report));
    }
    report.distinct("path", unique);
    overlaps(all, report);
}

fn projection(name: &str, fields: &Node, owner: &str, report: &mut Report<'_>) {
    match name {
        "secret" | "configMap" => {
            report.required(fields, "name", owner, fields.span);
            files(fields, report);
        }
        "downwardAPI" => downward(fields, report),
        "serviceAccountToken" => {
            local_path(fields, "path", "a service account's token", report);
            report.in_range(fields, "expirationSeconds", &(600..=1 << 32));
        }
        "clusterTrustBundle" => trust_bundle(fields, report),
        _ => certificate(fields, report),
    }
    if let Some(object) = schema::object(match name {
        "serviceAccountToken" => "ServiceAccountTokenProjection",
        "clusterTrustBundle" => "ClusterTrustBundleProjection",
        _ => "PodCertificateProjection",
    }) {
        report.leniently(report.drops(object, "user"), |report| report.in_range(fields, "user", &IDS));
    }
}

fn trust_bundle(fields: &Node, report: &mut Report<'_>) {
    local_path(fields, "path", "a trust bundle", report);
    let by = ["name", "signerName"];
    let Some(by) = report.exactly_one(fields, &by, "a trust bundle", fields.span, SOURCE) else { return };
    if by.key == "name" {
        report.not_both(fields, "name", "labelSelector");
        report.form(Some(&by.node), "a trust bundle's name", bundle_name);
    } else {
        report.form(Some(&by.node), "a signer's name", names::signer);
        if let Some(selector) = fields.get("labelSelector") {
            super::selectors::check(selector, report);
        }
    }
}

/// Checks the name of a trust bundle, which follows that of its signer, if it has one, after a `:`.
fn bundle_name(text: &str) -> Option<names::NameFault> {
    names::subdomain(text.rsplit_once(':').map_or(text, |(_, name)| name))
}

fn certificate(fields: &Node, report: &mut Report<'_>) {
    let owner = "a pod's certificate";
    if let Some(signer) = report.required(fields, "signerName", owner, fields.span) {
        report.form(Some(signer), "a signer's name", names::signer);
    }
    report.required(fields, "keyType", owner, fields.span);
    let domain = text(fields, "signerName").and_then(|signer| signer.split('/').next()).unwrap_or_default();
    let of_kubernetes = domain == "kubernetes.io" || domain.ends_with(".kubernetes.io");
    let longest = if of_kubernetes { 86_400 } else { 7_862_400 };
    report.in_range(fields, "maxExpirationSeconds", &(3600..=longest));
    if let Some(annotations) = fields.get("userAnnotations") {
        for annotation in annotations.entries() {
            report.label_key(annotation, "an annotation's key", names::prefixed_key);
        }
        super::metadata::annotations_size(annotations, report);
    }
    let given: Vec<_> =
        CERTIFICATE_PATHS.iter().filter(|field| filled_entry(fields, field).is_some()).collect();
    if given.is_empty() {
        report.required(fields, "credentialBundlePath", owner, fields.span);
    }
    for field in given {
        local_path(fields, field, owner, report);
    }
}

/// Checks that a path is set, is relative, and stays inside the volume.
fn local_path(object: &Node, field: &str, owner: &str, report: &mut Report<'_>) {
    let Some(path) = report.required(object, field, owner, object.span) else { return };
    let written = path.as_text().unwrap_or_default();
    let up = written.starts_with("..") && written.split('/').next() != Some("..");
    if up {
        report.add(invalid_path(
            path,
            written,
            "starts with `..`",
            "use another name; Kubernetes reserves names that start with `..`",
        ));
    } else {
        relative(path, report);
    }
}

/// Checks that a path is relative and has no `..`.
pub(super) fn relative(path: &Node, report: &mut Report<'_>) {
    let Some(written) = path.as_text() else { return };
    if written.starts_with('/') {
        report.add(invalid_path(
            path,
            written,
            "is absolute",
            "use a path relative to the volume, without a leading `/`",
        ));
    } else {
        no_backsteps(path, report);
    }
}

/// Checks that a path has no `..`.
pub(super) fn no_backsteps(path: &Node, report: &mut Report<'_>) {
    let Some(written) = path.as_text() else { return };
    if written.split('/').any(|part| part == "..") {
        report.add(invalid_path(path, written, "contains `..`", "use a path without `..`"));
    }
}

/// The error about a path.
pub(super) fn invalid_path(node: &Node, written: &str, fault: &str, help: &str) -> Diagnostic {
    let headline = format!("the path `{}` {fault}", super::report::shown(written));
    Diagnostic::error(Code::InvalidPath, node.span, headline).here("not allowed here").help(help)
}

fn path_of<'n>(object: &'n Node, field: &str) -> Option<(&'n str, Span)> {
    let entry = filled_entry(object, field)?;
    Some((text(object, field)?, entry.node.span))
}
