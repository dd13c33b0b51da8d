//! Files that a volume shows of other objects (Secrets and the like, the pod itself), to what is refused in their paths and keys.
//!
//! Invariant: every path is relative and stays inside of its volume, and no two files of a volume have the same one.

use super::fields;
use super::report::{Report, SOURCE, entry, items, text};
use crate::diagnostic::Diagnostic;
use crate::kubernetes::names;
use crate::object::Node;
use crate::source::Span;

/// The sources that a projected volume may be put together from.
const PROJECTIONS: &[&str] =
    &["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];
const CERTIFICATE_PATHS: &[&str] = &["credentialBundlePath", "keyPath", "certificateChainPath"];

/// Checks the modes and items of a Secret's or a `ConfigMap`'s volume.
pub(super) fn files(source: &Node, report: &mut Report<'_>) {
    report.in_range(source, "defaultMode", &(0..=0o777));
    for item in items(source, "items") {
        if let Some(key) = report.required(item, "key", "an item", item.span) {
            report.form(Some(key), "a key", names::data_key);
        }
        report.in_range(item, "mode", &(0..=0o777));
        local_path(item, "path", "an item", report);
    }
    let paths = items(source, "items").iter().filter_map(|item| path_of(item, "path"));
    report.distinct("path", paths);
}

/// Checks the files that show the pod's own fields.
pub(super) fn downward(source: &Node, report: &mut Report<'_>) {
    report.in_range(source, "defaultMode", &(0..=0o777));
    for item in items(source, "items") {
        local_path(item, "path", "an item", report);
        report.in_range(item, "mode", &(0..=0o777));
        let Some(entry) =
            report.exactly_one(item, &["fieldRef", "resourceFieldRef"], "an item", item.span, SOURCE)
        else {
            continue;
        };
        if entry.key == "fieldRef" {
            fields::field(&entry.node, fields::IN_VOLUME, report);
        } else {
            fields::resource(&entry.node, report);
            report.required(&entry.node, "containerName", "a resource in a volume", entry.node.span);
        }
    }
    let paths = items(source, "items").iter().filter_map(|item| path_of(item, "path"));
    report.distinct("path", paths);
}

/// Checks the sources of a projected volume.
pub(super) fn projected(source: &Node, report: &mut Report<'_>) {
    report.in_range(source, "defaultMode", &(0..=0o777));
    let mut paths: Vec<(&str, Span)> = Vec::new();
    for source in items(source, "sources") {
        let owner = "a projected source";
        let Some(kind) = report.exactly_one(source, PROJECTIONS, owner, source.span, SOURCE) else {
            continue;
        };
        let fields = &kind.node;
        match kind.key.as_str() {
            "secret" | "configMap" => {
                report.required(fields, "name", owner, fields.span);
                paths.extend(items(fields, "items").iter().filter_map(|item| path_of(item, "path")));
                files(fields, report);
            }
            "downwardAPI" => {
                paths.extend(items(fields, "items").iter().filter_map(|item| path_of(item, "path")));
                downward(fields, report);
            }
            "serviceAccountToken" => {
                local_path(fields, "path", "a service account's token", report);
                report.in_range(fields, "expirationSeconds", &(600..=1 << 32));
                paths.extend(path_of(fields, "path"));
            }
            "clusterTrustBundle" => {
                trust_bundle(fields, report);
                paths.extend(path_of(fields, "path"));
            }
            _ => {
                certificate(fields, report);
                paths.extend(CERTIFICATE_PATHS.iter().filter_map(|field| path_of(fields, field)));
            }
        }
    }
    report.distinct("path", paths);
}

fn trust_bundle(fields: &Node, report: &mut Report<'_>) {
    local_path(fields, "path", "a trust bundle", report);
    report.exactly_one(fields, &["name", "signerName"], "a trust bundle", fields.span, SOURCE);
    report.not_both(fields, "name", "labelSelector");
    if let Some(selector) = fields.get("labelSelector") {
        super::selectors::check(selector, report);
    }
}

fn certificate(fields: &Node, report: &mut Report<'_>) {
    let owner = "a pod's certificate";
    if let Some(signer) = report.required(fields, "signerName", owner, fields.span) {
        report.form(Some(signer), "a signer's name", names::domain_path);
    }
    report.required(fields, "keyType", owner, fields.span);
    report.in_range(fields, "maxExpirationSeconds", &(3600..=7_862_400));
    let given: Vec<_> = CERTIFICATE_PATHS.iter().filter(|field| fields.get(field).is_some()).collect();
    if given.is_empty() {
        report.required(fields, "credentialBundlePath", owner, fields.span);
    }
    for field in given {
        local_path(fields, field, owner, report);
    }
}

/// Asks for a path that is there, relative, and stays inside of the volume.
fn local_path(object: &Node, field: &str, owner: &str, report: &mut Report<'_>) {
    let Some(path) = report.required(object, field, owner, object.span) else { return };
    let written = path.as_text().unwrap_or_default();
    let up = written.starts_with("..") && written.split('/').next() != Some("..");
    if up {
        report.add(invalid_path(
            path,
            written,
            "starts with `..`",
            "Kubernetes keeps names in `..` for itself; use another",
        ));
    } else {
        relative(path, report);
    }
}

/// Asks for a path that is relative and has no `..`.
pub(super) fn relative(path: &Node, report: &mut Report<'_>) {
    let Some(written) = path.as_text() else { return };
    if written.starts_with('/') {
        report.add(invalid_path(
            path,
            written,
            "is absolute",
            "write it from inside of the volume, without `/` in front",
        ));
    } else {
        no_backsteps(path, report);
    }
}

/// Asks for a path without `..`.
pub(super) fn no_backsteps(path: &Node, report: &mut Report<'_>) {
    let Some(written) = path.as_text() else { return };
    if written.split('/').any(|part| part == "..") {
        report.add(invalid_path(
            path,
            written,
            "has `..` in it",
            "write the path that is meant, without `..`",
        ));
    }
}

/// The error about a path.
pub(super) fn invalid_path(node: &Node, written: &str, fault: &str, help: &str) -> Diagnostic {
    let headline = format!("the path `{}` {fault}", super::report::shown(written));
    Diagnostic::error("invalid-path", node.span, headline).here("not possible here").help(help)
}

fn path_of<'n>(object: &'n Node, field: &str) -> Option<(&'n str, Span)> {
    let entry = entry(object, field)?;
    Some((text(object, field)?, entry.node.span))
}
