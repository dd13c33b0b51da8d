//! Fields of the pod as a whole, to what the API server refuses in them.
//!
//! Invariant: placement and security have files of their own.

use super::report::{Report, entry, is_true, items, shown, text};
use crate::diagnostic::{Diagnostic, Severity};
use crate::kubernetes::names::{self, Form};
use crate::kubernetes::version::Version;
use crate::model::{Workload, WorkloadKind};
use crate::object::Node;
use std::net::IpAddr;

/// Fields that name an object or a host: their form, and what a message calls them.
const NAMES: &[(&str, &str, Form)] = &[
    ("hostname", "a host's name", names::label),
    ("subdomain", "a host's subdomain", names::label),
    ("serviceAccountName", "a service account's name", names::subdomain),
    ("nodeName", "a node's name", names::subdomain),
    ("priorityClassName", "a priority class' name", names::subdomain),
    ("runtimeClassName", "a runtime class' name", names::subdomain),
];
const LARGEST: i64 = 2_147_483_647;
/// The version from which addresses are read strictly.
const STRICT_ADDRESSES: Version = Version(36);

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    for (field, what, form) in NAMES {
        if let Some(name) = entry(pod, field) {
            report.form(Some(&name.node), what, *form);
        }
    }
    if matches!(workload.kind, WorkloadKind::Pod | WorkloadKind::Job | WorkloadKind::CronJob) {
        report.in_range(pod, "activeDeadlineSeconds", &(1..=LARGEST));
    }
    grace(workload, report);
    names_of_others(pod, report);
    dns(pod, report);
    hosts(pod, report);
    gates(pod, report);
    claims(pod, report);
    if is_true(pod, "shareProcessNamespace")
        && is_true(pod, "hostPID")
        && let Some(share) = entry(pod, "shareProcessNamespace")
    {
        let help = "remove one of the two";
        report.unmet(share.key_span, "shareProcessNamespace", "cannot stand with `hostPID true`", help);
    }
    if let Some(os) = pod.get("os") {
        report.required(os, "name", "an operating system", os.span);
    }
}

/// A negative time to stop is refused for a Pod; in a template it counts as one second.
fn grace(workload: &Workload, report: &mut Report<'_>) {
    let Some(grace) = workload.pod.spec.get("terminationGracePeriodSeconds") else { return };
    let Some(seconds) = grace.as_int().filter(|seconds| *seconds < 0) else { return };
    let headline = format!("`terminationGracePeriodSeconds` is {seconds}, and must be 0 or more");
    let mut diagnostic = Diagnostic::error("out-of-range", grace.span, headline)
        .here("not 0 or more")
        .help("give a value that is 0 or more");
    if workload.kind != WorkloadKind::Pod {
        diagnostic.severity = Severity::Warning;
        diagnostic = diagnostic.help("Kubernetes takes it for 1");
    }
    report.add(diagnostic);
}

fn names_of_others(pod: &Node, report: &mut Report<'_>) {
    for secret in items(pod, "imagePullSecrets") {
        if let Some(name) = report.required(secret, "name", "an image pull secret", secret.span) {
            report.form(Some(name), "a Secret's name", names::subdomain);
        }
    }
    if let (Some(old), Some(new)) = (entry(pod, "serviceAccount"), text(pod, "serviceAccountName"))
        && old.node.as_text().is_some_and(|old| old != new)
    {
        report.not_both(pod, "serviceAccountName", "serviceAccount");
    }
}

fn dns(pod: &Node, report: &mut Report<'_>) {
    let config = pod.get("dnsConfig");
    if text(pod, "dnsPolicy") == Some("None")
        && let Some(policy) = pod.get("dnsPolicy")
        && config.is_none_or(|config| config.as_map().is_some() && entry(config, "nameservers").is_none())
    {
        let help = "add `dnsConfig { nameservers [\"10.0.0.10\"] }`";
        report.unmet(policy.span, "dnsPolicy None", "needs a name server of its own", help);
    }
    let Some(config) = config else { return };
    report.at_most(config.get("nameservers"), "nameservers", 3);
    for server in items(config, "nameservers") {
        address(server, report);
    }
    report.at_most(config.get("searches"), "searches", 32);
    let mut length = 0;
    for search in items(config, "searches") {
        let written = search.as_text().unwrap_or_default();
        length += written.len() + 1;
        if written != "." {
            // Underscores and a dot at the end are fine in a search path.
            report.form(Some(search), "a search domain", |text| {
                names::subdomain(&text.strip_suffix('.').unwrap_or(text).replace('_', "x"))
            });
        }
    }
    if length > 2049
        && let Some(searches) = config.get("searches")
    {
        report.number(searches.span, "searches", i64::try_from(length).unwrap_or(i64::MAX) - 1, &(0..=2048));
    }
    for option in items(config, "options") {
        report.required(option, "name", "an option of DNS", option.span);
    }
}

fn address(node: &Node, report: &mut Report<'_>) {
    let Some(written) = node.as_text() else { return };
    let fits = match written.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => report.version < STRICT_ADDRESSES || address.to_ipv4_mapped().is_none(),
        Ok(IpAddr::V4(_)) => true,
        Err(_) => report.version < STRICT_ADDRESSES && has_leading_zeros(written),
    };
    if !fits {
        report.add(
            Diagnostic::error("invalid-ip", node.span, format!("`{}` is no IP address", shown(written)))
                .here("not an address")
                .help("write one such as `10.0.0.10` or `fd00::10`, without zeros in front"),
        );
    }
}

fn has_leading_zeros(text: &str) -> bool {
    let stripped: Vec<&str> = text
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" if !part.is_empty() => "0",
            rest => rest,
        })
        .collect();
    stripped.join(".").parse::<std::net::Ipv4Addr>().is_ok()
}

fn hosts(pod: &Node, report: &mut Report<'_>) {
    for alias in items(pod, "hostAliases") {
        if let Some(ip) = report.required(alias, "ip", "a host's alias", alias.span) {
            address(ip, report);
        }
        for name in items(alias, "hostnames") {
            report.form(Some(name), "a host's name", names::subdomain);
        }
    }
    let Some(own) = pod.as_map().and_then(|map| map.entry("hostnameOverride")) else { return };
    let form = |text: &str| match names::subdomain(text) {
        None if text.len() > 64 => Some(names::Fault::TooLong(64)),
        other => other,
    };
    report.form(Some(&own.node), "a host's name", form);
    for other in ["hostNetwork", "setHostnameAsFQDN"] {
        if is_true(pod, other) {
            let why = format!("cannot stand with `{other} true`");
            report.unmet(own.key_span, "hostnameOverride", &why, "remove one of the two");
        }
    }
}

fn gates(pod: &Node, report: &mut Report<'_>) {
    for gate in items(pod, "readinessGates") {
        if let Some(name) = report.required(gate, "conditionType", "a readiness gate", gate.span) {
            report.form(Some(name), "a condition's type", names::qualified);
        }
    }
    let gates = items(pod, "schedulingGates");
    for gate in gates {
        if let Some(name) = report.required(gate, "name", "a scheduling gate", gate.span) {
            report.form(Some(name), "a scheduling gate's name", names::qualified);
        }
    }
    report.distinct(
        "scheduling gate",
        gates.iter().filter_map(|gate| Some((text(gate, "name")?, gate.get("name")?.span))),
    );
    if let Some(node) = entry(pod, "nodeName")
        && !gates.is_empty()
    {
        let help = "remove one of the two";
        report.unmet(node.key_span, "nodeName", "cannot stand with `schedulingGates`", help);
    }
}

fn claims(pod: &Node, report: &mut Report<'_>) {
    let claims = items(pod, "resourceClaims");
    for claim in claims {
        if let Some(name) = report.required(claim, "name", "a resource claim", claim.span) {
            report.form(Some(name), "a resource claim's name", names::label);
        }
        let sources = ["resourceClaimName", "resourceClaimTemplateName"];
        let owner = "a resource claim";
        if let Some(source) = report.exactly_one(claim, &sources, owner, claim.span, super::report::SOURCE) {
            report.form(Some(&source.node), "a resource claim's source", names::subdomain);
        }
    }
    report.distinct(
        "resource claim",
        claims.iter().filter_map(|claim| Some((text(claim, "name")?, claim.get("name")?.span))),
    );
}

#[cfg(test)]
mod tests {
    use super::has_leading_zeros;

    #[test]
    fn old_addresses_may_have_zeros_in_front() {
        assert!(has_leading_zeros("010.000.0.1"));
        for bad in ["", "1.2.3", "0x1.2.3.4", "1.2.3.256", "...", "1..2.3"] {
            assert!(!has_leading_zeros(bad), "{bad}");
        }
    }
}
