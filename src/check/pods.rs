//! Checks the fields of the pod as a whole, except for placement and security, which have files of their own.

use super::report::{Report, filled_entry, is_true, items, over_limit, shown, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names::{self, NameForm};
use crate::kubernetes::schema;
use crate::kubernetes::version::Version;
use crate::model::{Workload, WorkloadKind};
use crate::object::Node;
use std::net::IpAddr;

/// Fields that name an object or a host: what a message calls them, and their form.
const NAMES: &[(&str, &str, NameForm)] = &[
    ("hostname", "a host's name", names::label),
    ("subdomain", "a host's subdomain", names::label),
    ("nodeName", "a node's name", names::subdomain),
    ("priorityClassName", "a priority class's name", names::subdomain),
];
/// Names that a StatefulSet gives its pods, whatever its template sets.
const NAMES_OF_ITS_OWN: &[&str] = &["hostname", "subdomain"];
const LARGEST: i64 = 2_147_483_647;
/// The most characters that all search domains may have together, with the spaces between them.
const LONGEST_SEARCHES: usize = 2048;
/// The version from which addresses are read strictly.
const STRICT_ADDRESSES: Version = Version(36);

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    for (field, what, form) in NAMES {
        if let Some(name) = filled_entry(pod, field) {
            let replaced = workload.kind == WorkloadKind::StatefulSet && NAMES_OF_ITS_OWN.contains(field);
            report.leniently(replaced, |report| report.form(Some(&name.node), what, *form));
        }
    }
    report.form(pod.get("runtimeClassName"), "a runtime class's name", names::subdomain);
    if matches!(workload.kind, WorkloadKind::Pod | WorkloadKind::Job | WorkloadKind::CronJob) {
        report.in_range(pod, "activeDeadlineSeconds", &(1..=LARGEST));
    }
    grace(pod, report);
    names_of_others(pod, report);
    dns(pod, report);
    hosts(pod, report);
    priority(pod, report);
    gates(workload.kind, pod, report);
    claims(pod, report);
    eviction(pod, report);
    if is_true(pod, "shareProcessNamespace")
        && is_true(pod, "hostPID")
        && let Some(share) = filled_entry(pod, "shareProcessNamespace")
    {
        let help = "remove one of the two";
        report.unmet(share.key_span, "shareProcessNamespace", "cannot be combined with `hostPID true`", help);
    }
    if let Some(os) = pod.get("os") {
        report.required(os, "name", "an operating system", os.span);
    }
}

/// Admission computes the number from the priority class, and refuses any other number.
fn priority(pod: &Node, report: &mut Report<'_>) {
    if let Some(priority) = filled_entry(pod, "priority")
        && pod.get("priorityClassName").is_none()
        && priority.node.as_int().is_some_and(|number| number != 0)
    {
        let why = "is set by the priority class (0 if the cluster has no default class)";
        let help = "remove it, and name the class: `priorityClassName \"…\"`";
        report.leniently(true, |report| report.unmet(priority.key_span, "priority", why, help));
    }
}

/// Kubernetes treats a negative grace period as one second.
fn grace(pod: &Node, report: &mut Report<'_>) {
    let Some(grace) = pod.get("terminationGracePeriodSeconds") else { return };
    let Some(seconds) = grace.as_int().filter(|seconds| *seconds < 0) else { return };
    let headline = format!("`terminationGracePeriodSeconds` is {seconds}, which Kubernetes treats as 1");
    report.add(
        Diagnostic::warning(Code::OutOfRange, grace.span, headline)
            .here("negative")
            .help("use a value that is 0 or more"),
    );
}

fn names_of_others(pod: &Node, report: &mut Report<'_>) {
    let secrets = items(pod, "imagePullSecrets");
    // The kubelet skips a Secret that does not exist.
    report.leniently(true, |report| {
        for secret in secrets {
            if let Some(name) = report.required(secret, "name", "an image pull secret", secret.span) {
                report.form(Some(name), "a Secret's name", names::subdomain);
            }
        }
        let names =
            secrets.iter().filter_map(|secret| Some((text(secret, "name")?, secret.get("name")?.span)));
        report.distinct("image pull secret", names);
    });
    let (old, new) = (filled_entry(pod, "serviceAccount"), filled_entry(pod, "serviceAccountName"));
    if let Some(name) = new.or(old) {
        report.form(Some(&name.node), "a service account's name", names::subdomain);
    }
    if let (Some(old), Some(new)) = (old, new)
        && old.node.as_text() != new.node.as_text()
    {
        // Kubernetes uses only the new field.
        report.leniently(true, |report| report.not_both(pod, "serviceAccountName", "serviceAccount"));
    }
}

fn dns(pod: &Node, report: &mut Report<'_>) {
    let config = pod.get("dnsConfig");
    if text(pod, "dnsPolicy") == Some("None")
        && let Some(policy) = pod.get("dnsPolicy")
        && config
            .is_none_or(|config| config.as_map().is_some() && filled_entry(config, "nameservers").is_none())
    {
        let help = "add `dnsConfig { nameservers [\"10.0.0.10\"] }`";
        report.unmet(policy.span, "dnsPolicy None", "needs a name server in `dnsConfig`", help);
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
            // A search domain may have underscores, and a dot at its end.
            report.form(Some(search), "a search domain", |text| {
                names::subdomain(&text.strip_suffix('.').unwrap_or(text).replace('_', "x"))
            });
        }
    }
    if length > LONGEST_SEARCHES + 1
        && let Some(searches) = config.get("searches")
    {
        let headline = over_limit("`searches`", length - 1, "characters in total", LONGEST_SEARCHES);
        report.add(
            Diagnostic::error(Code::OutOfRange, searches.span, headline)
                .here("too long in total")
                .help("remove or shorten some of the domains"),
        );
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
            Diagnostic::error(
                Code::InvalidIp,
                node.span,
                format!("`{}` is not an IP address", shown(written)),
            )
            .here("expected an address")
            .help("use an address such as `10.0.0.10` or `fd00::10`, without leading zeros"),
        );
        return;
    }
    let usual = match written.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => address.to_ipv4_mapped().map_or(address.to_string(), |v4| v4.to_string()),
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => without_zeros(written),
    };
    if usual != written {
        let headline = format!("the IP address `{}` is not in its canonical form", shown(written));
        let diagnostic =
            Diagnostic::warning(Code::InvalidIp, node.span, headline).here("valid, but unusual notation");
        report.add(super::report::renamed(diagnostic, node.span, written, &usual));
    }
}

fn has_leading_zeros(text: &str) -> bool {
    without_zeros(text).parse::<std::net::Ipv4Addr>().is_ok()
}

fn without_zeros(text: &str) -> String {
    let stripped: Vec<&str> = text
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" if !part.is_empty() => "0",
            rest => rest,
        })
        .collect();
    stripped.join(".")
}

fn hosts(pod: &Node, report: &mut Report<'_>) {
    let aliases = items(pod, "hostAliases");
    let addresses = aliases.iter().filter_map(|alias| Some((text(alias, "ip")?, alias.get("ip")?.span)));
    report.leniently(true, |report| report.distinct("address", addresses));
    for alias in aliases {
        if let Some(ip) = report.required(alias, "ip", "a host's alias", alias.span) {
            address(ip, report);
        }
        for name in items(alias, "hostnames") {
            report.form(Some(name), "a host's name", names::subdomain);
        }
    }
    let Some(own) = pod.as_map().and_then(|map| map.entry("hostnameOverride")) else { return };
    let form = |text: &str| match names::subdomain(text) {
        None if text.len() > 64 => Some(names::NameFault::TooLong(64)),
        other => other,
    };
    report.leniently(report.drops(&schema::POD_SPEC, "hostnameOverride"), |report| {
        report.form(Some(&own.node), "a host's name", form);
        for other in ["hostNetwork", "setHostnameAsFQDN"] {
            if is_true(pod, other) {
                let why = format!("cannot be combined with `{other} true`");
                report.unmet(own.key_span, "hostnameOverride", &why, "remove one of the two");
            }
        }
    });
}

fn gates(kind: WorkloadKind, pod: &Node, report: &mut Report<'_>) {
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
    if let Some(node) = filled_entry(pod, "nodeName")
        && !gates.is_empty()
    {
        let help = "remove one of the two";
        // The API server accepts such a template, and then refuses every pod of it.
        report.leniently(kind != WorkloadKind::Pod, |report| {
            report.unmet(node.key_span, "nodeName", "cannot be combined with `schedulingGates`", help);
        });
    }
}

/// Checks who is asked before a pod is evicted, and the group that it is scheduled with.
fn eviction(pod: &Node, report: &mut Report<'_>) {
    let responders = filled_entry(pod, "evictionResponders");
    report.leniently(report.drops(&schema::POD_SPEC, "evictionResponders"), |report| {
        let Some(responders) = responders else { return };
        report.at_most(Some(&responders.node), "evictionResponders", 10);
        let owner = "an eviction responder";
        for responder in responders.node.items() {
            if let Some(name) = report.required(responder, "name", owner, responder.span) {
                report.form(Some(name), "an eviction responder's name", responder_name);
            }
            report.required(responder, "priority", owner, responder.span);
            report.in_range(responder, "priority", &(1000..=100_000));
        }
        let named =
            |responder: &'_ Node| Some((text(responder, "name")?.to_owned(), responder.get("name")?.span));
        let names: Vec<_> = responders.node.items().iter().filter_map(named).collect();
        report.distinct("eviction responder", names.iter().map(|(name, span)| (name.as_str(), *span)));
    });
    let Some(group) = filled_entry(pod, "schedulingGroup") else { return };
    report.leniently(report.drops(&schema::POD_SPEC, "schedulingGroup"), |report| {
        match group.node.get("podGroupName") {
            Some(name) => report.form(Some(name), "a pod group's name", names::subdomain),
            None => {
                report.required(&group.node, "podGroupName", "a scheduling group", group.key_span);
            }
        }
        if responders.is_some() && !report.drops(&schema::POD_SPEC, "evictionResponders") {
            let help = "remove one of the two";
            report.unmet(
                group.key_span,
                "schedulingGroup",
                "cannot be combined with `evictionResponders`",
                help,
            );
        }
    });
}

/// Checks a key whose domain must not belong to Kubernetes.
fn responder_name(text: &str) -> Option<names::NameFault> {
    let domain = format!(".{}", text.split('/').next().unwrap_or_default().to_lowercase());
    let own = [".kubernetes.io", ".k8s.io"].iter().any(|own| domain.ends_with(own));
    match names::prefixed_key(text).or_else(|| names::qualified(text)) {
        None if own => Some(names::NameFault::Form("your own domain; those of Kubernetes are reserved")),
        fault => fault,
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
    fn old_addresses_may_have_leading_zeros() {
        assert!(has_leading_zeros("010.000.0.1"));
        for bad in ["", "1.2.3", "0x1.2.3.4", "1.2.3.256", "...", "1..2.3"] {
            assert!(!has_leading_zeros(bad), "{bad}");
        }
    }
}
