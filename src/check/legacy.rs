//! Checks volumes of network protocols and vendors, and warns of those that Kubernetes no longer mounts.
//!
//! Invariant: only the values of the sources' fields are checked; required fields are checked with all other volumes.

use super::projections;
use super::report::{Report, SOURCE, filled_entry, shown, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::model::Volume;
use crate::object::{MapEntry, Node};

/// Volumes that nodes no longer mount, and since which version.
const GONE: &[(&str, &str)] = &[
    ("photonPersistentDisk", "since Kubernetes 1.16"),
    ("gitRepo", "since Kubernetes 1.33, unless the gate GitRepoVolumeDriver is on"),
    ("scaleIO", "since Kubernetes 1.22"),
    ("flocker", "since Kubernetes 1.25"),
    ("storageos", "since Kubernetes 1.25"),
    ("quobyte", "since Kubernetes 1.25"),
    ("glusterfs", "since Kubernetes 1.26"),
    ("cephfs", "since Kubernetes 1.31"),
    ("rbd", "since Kubernetes 1.31"),
];

/// The range of the numbers of partitions and of logical units.
const BYTE: std::ops::RangeInclusive<i64> = 0..=255;

pub(super) fn check(volume: &Volume, source: &MapEntry, report: &mut Report<'_>) {
    let fields = &source.node;
    match source.key.as_str() {
        "awsElasticBlockStore" | "gcePersistentDisk" => report.in_range(fields, "partition", &BYTE),
        "azureDisk" => azure_disk(fields, report),
        "cinder" => secret(fields, report),
        "fc" => fibre_channel(fields, report),
        "flexVolume" => flex(fields, report),
        "flocker" => flocker(fields, report),
        "gitRepo" => {
            if let Some(directory) = fields.get("directory") {
                projections::relative(directory, report);
            }
        }
        "iscsi" => iscsi(volume, fields, report),
        "nfs" => absolute(fields.get("path"), report),
        "quobyte" => quobyte(fields, report),
        "storageos" => {
            for field in ["volumeName", "volumeNamespace"] {
                if let Some(name) = filled_entry(fields, field) {
                    report.form(Some(&name.node), "a StorageOS name", names::label);
                }
            }
            secret(fields, report);
        }
        _ => {}
    }
    if let Some((_, since)) = GONE.iter().find(|(gone, _)| *gone == source.key) {
        let headline = format!("Kubernetes no longer mounts a volume from `{}`", source.key);
        report.add(Diagnostic::warning(Code::Deprecated, source.key_span, headline).here(*since).help(
            format!(
                "use a claim whose storage a CSI driver provides: `volume {} claim \"…\"`",
                volume.name.text
            ),
        ));
    }
}

fn secret(fields: &Node, report: &mut Report<'_>) {
    if let Some(secret) = fields.get("secretRef") {
        report.required(secret, "name", "a reference to a Secret", secret.span);
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

fn azure_disk(fields: &Node, report: &mut Report<'_>) {
    let Some(uri) = filled_entry(fields, "diskURI") else { return };
    let kind = text(fields, "kind").unwrap_or("Shared");
    let start = if kind == "Managed" { "/subscriptions/" } else { "https://" };
    if uri.node.as_text().is_some_and(|uri| !uri.starts_with(start)) {
        let why = format!("must start with `{start}` for a disk of the kind `{kind}`");
        report.unmet(uri.node.span, "diskURI", &why, "set the disk's own URI");
    }
}

fn fibre_channel(fields: &Node, report: &mut Report<'_>) {
    let owner = "a volume from `fc`";
    report.exactly_one(fields, &["targetWWNs", "wwids"], owner, fields.span, SOURCE);
    if let Some(targets) = filled_entry(fields, "targetWWNs") {
        report.in_range(fields, "lun", &BYTE);
        report.required(fields, "lun", "a volume from `targetWWNs`", targets.key_span);
    } else if fields.get("targetWWNs").is_some() && filled_entry(fields, "wwids").is_none() {
        report.required(fields, "targetWWNs", owner, fields.span);
    } else if fields.get("wwids").is_some() {
        report.required(fields, "wwids", owner, fields.span);
    }
}

fn flex(fields: &Node, report: &mut Report<'_>) {
    for option in fields.get("options").map_or(&[][..], Node::entries) {
        let domain = format!(".{}", option.key.split('/').next().unwrap_or_default().to_lowercase());
        if domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io") {
            let why = "has a domain that is reserved for Kubernetes";
            report.unmet(option.key_span, &shown(&option.key), why, "use another name");
        }
    }
}

fn flocker(fields: &Node, report: &mut Report<'_>) {
    let given = |field| filled_entry(fields, field).is_some();
    if given("datasetName") == given("datasetUUID") {
        let owner = "a volume from `flocker`";
        report.exactly_one(fields, &["datasetName", "datasetUUID"], owner, fields.span, SOURCE);
        for field in ["datasetName", "datasetUUID"] {
            if !given(field) && fields.get(field).is_some() {
                report.required(fields, field, owner, fields.span);
            }
        }
    }
    if let Some(name) = fields.get("datasetName")
        && let Some(written) = name.as_text()
        && written.contains('/')
    {
        report.add(projections::invalid_path(name, written, "contains a `/`", "set the name alone"));
    }
}

fn iscsi(volume: &Volume, fields: &Node, report: &mut Report<'_>) {
    report.in_range(fields, "lun", &BYTE);
    for field in ["iqn", "initiatorName"] {
        if let Some(name) =
            fields.get(field).filter(|_| field != "iqn" || filled_entry(fields, field).is_some())
        {
            report.form(Some(name), "an iSCSI name", iscsi_name);
        }
    }
    for field in ["chapAuthDiscovery", "chapAuthSession"] {
        if let Some(wanted) = filled_entry(fields, field)
            && wanted.node.as_bool() == Some(true)
            && fields.get("secretRef").is_none()
        {
            report.unmet(wanted.key_span, field, "needs a `secretRef`", "add `secretRef { … }`");
            break;
        }
    }
    let portal = text(fields, "targetPortal").unwrap_or_default();
    if let Some(initiator) = filled_entry(fields, "initiatorName")
        && volume.name.text.len() + 1 + portal.len() > 64
    {
        let why = "allows at most 64 characters for the volume's name, a `:` and `targetPortal` together";
        report.unmet(initiator.key_span, "initiatorName", why, "shorten the volume's name");
    }
}

/// Accepts names such as `iqn.2025-01.dev.acme:disk1`, `eui.` with 16, and `naa.` with 32 letters and digits.
fn iscsi_name(text: &str) -> Option<names::NameFault> {
    let plain =
        |rest: &str, count| rest.len() == count && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Kubernetes accepts any character after the first three.
    let rest = |kind: &str| text.strip_prefix(kind).and_then(|rest| rest.get(1..));
    let fits = match text.get(..3) {
        Some("iqn") => is_iqn(text),
        Some("eui") => rest("eui").is_some_and(|rest| plain(rest, 16)),
        Some("naa") => rest("naa").is_some_and(|rest| plain(rest, 32)),
        _ => false,
    };
    (!fits).then_some(names::NameFault::Form("a name such as `iqn.2025-01.dev.acme:disk1`"))
}

fn is_iqn(text: &str) -> bool {
    let Some((authority, unit)) = text.split_once(':') else { return false };
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = authority.splitn(3, '.');
    let date = parts.nth(1).and_then(|date| date.split_once('-'));
    let name = parts.next().unwrap_or_default();
    date.is_some_and(|(year, month)| digits(year, 4) && digits(month, 2))
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        && !unit.is_empty()
        && !unit.contains(|char: char| char.is_ascii_whitespace() || ",;*&$|".contains(char))
}

fn quobyte(fields: &Node, report: &mut Report<'_>) {
    if let Some(tenant) = fields.get("tenant")
        && tenant.as_text().is_some_and(|tenant| tenant.len() > 64)
    {
        report.add(super::report::too_long(
            tenant.as_text().unwrap_or_default(),
            tenant.span,
            "a tenant's name",
            64,
        ));
        return;
    }
    let Some(registry) = filled_entry(fields, "registry") else { return };
    let pair = |text: &str| {
        text.rsplit_once(':')
            .is_some_and(|(host, _)| !host.contains(':') || (host.starts_with('[') && host.ends_with(']')))
    };
    if let Some(written) = registry.node.as_text()
        && !written.split(',').all(pair)
    {
        let why = "must be a list of `HOST:PORT`, separated by `,`";
        report.unmet(registry.node.span, "registry", why, "use `HOST:PORT`, or `HOST:PORT,HOST:PORT`");
    }
}

#[cfg(test)]
mod tests {
    use super::iscsi_name;

    #[test]
    fn iscsi_names() {
        let long = format!("naa.{}", "0".repeat(32));
        for good in ["iqn.2025-01.dev.acme:disk1", "eui.0123456789ABCDEF", &long] {
            assert_eq!(iscsi_name(good), None, "{good}");
        }
        for bad in
            ["", "iqn", "iqn.2025-01.dev.acme", "iqn.25-01.a:b", "iqn.2025-01.a:b c", "eui.0", "nqn.x:y"]
        {
            assert!(iscsi_name(bad).is_some(), "{bad}");
        }
    }
}
