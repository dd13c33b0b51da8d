//! Requests and limits of containers and pods, to what the API server refuses in them.
//!
//! Invariant: quantities are compared as Kubernetes does, exactly, after each was rounded up to a thousandth.

use super::report::{Report, items, shown, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names::{self, Fault};
use crate::kubernetes::quantity::Quantity;
use crate::model::Workload;
use crate::object::{Entry, Node};
use std::collections::HashSet;

/// How the names of huge pages start.
pub(super) const HUGE: &str = "hugepages-";

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let declared: HashSet<&str> =
        items(&workload.pod.spec, "resourceClaims").iter().filter_map(|claim| text(claim, "name")).collect();
    let never = text(&workload.pod.spec, "restartPolicy") == Some("Never");
    for container in &workload.containers {
        if let Some(resources) = container.fields.get("resources") {
            requests_and_limits(resources, container_name, report);
            claims(resources, &declared, report);
        }
        resize(container.fields.get("resizePolicy"), never, report);
    }
    if let Some(overhead) = workload.pod.spec.get("overhead") {
        amounts(overhead, container_name, report);
        huge_alone(overhead.entries().iter(), report);
        // Admission takes an overhead only from the class that it knows it by.
        if !overhead.entries().is_empty() && workload.pod.spec.get("runtimeClassName").is_none() {
            let help = "name the class, which brings the overhead along, and remove this";
            report.leniently(true, |report| {
                report.unmet(overhead.span, "overhead", "is refused without a `runtimeClassName`", help);
            });
        }
    }
}

/// Says what is wrong with the name of a resource.
pub(super) type NameRule = fn(&str) -> Option<String>;

fn container_name(name: &str) -> Option<String> {
    let Some((domain, _)) = name.split_once('/') else {
        let huge = name.starts_with(HUGE) && names::qualified(name).is_none();
        let standard = ["cpu", "memory", "ephemeral-storage"].contains(&name) || huge;
        return (!standard).then(|| {
            "use `cpu`, `memory`, `ephemeral-storage`, `hugepages-2Mi`, or a device plugin's name such as `nvidia.com/gpu`".into()
        });
    };
    let fault = match names::qualified(name) {
        None if is_native(name) => None,
        None if domain.starts_with("requests.") => {
            return Some("use another domain; `requests.` in front is kept for quotas".into());
        }
        None => names::qualified(&format!("requests.{name}")),
        fault => fault,
    };
    fault.map(|fault| match fault {
        Fault::TooLong(limit) => format!("shorten it; a part has at most {limit} characters"),
        Fault::Form(form) => format!("use {form}"),
        Fault::Empty => "use a device plugin's name such as `nvidia.com/gpu`".into(),
    })
}

/// Says what is wrong with the name of a resource of a pod.
pub(super) fn pod_name(name: &str) -> Option<String> {
    let huge = name.starts_with(HUGE) && names::qualified(name).is_none();
    let known = ["cpu", "memory"].contains(&name) || huge;
    (!known).then(|| "give it to the containers; a pod takes `cpu`, `memory` and huge pages alone".into())
}

/// Whether a resource is Kubernetes' own.
fn is_native(name: &str) -> bool {
    name.split_once('/').is_none_or(|(domain, _)| domain.ends_with("kubernetes.io"))
}

/// Whether a container may get less than it may use: not so for huge pages and devices.
fn can_overcommit(name: &str) -> bool {
    is_native(name) && !name.starts_with(HUGE)
}

pub(super) fn requests_and_limits(resources: &Node, rule: NameRule, report: &mut Report<'_>) {
    let (requests, limits) = (resources.get("requests"), resources.get("limits"));
    for list in [requests, limits].into_iter().flatten() {
        amounts(list, rule, report);
    }
    let empty: &[Entry] = &[];
    let (wanted, allowed) = (requests.map_or(empty, Node::entries), limits.map_or(empty, Node::entries));
    for request in wanted {
        match allowed.iter().find(|limit| limit.key == request.key) {
            Some(limit) => compare(request, limit, report),
            None if !can_overcommit(&request.key) && rule(&request.key).is_none() => report.add(
                Diagnostic::error(
                    Code::MissingLimit,
                    request.key_span,
                    format!("`{}` is requested without a limit", request.key),
                )
                .here("needs a limit of the same amount")
                .help("huge pages and devices are never shared: give the limit, and the request follows"),
            ),
            None => {}
        }
    }
    huge_alone(wanted.iter().chain(allowed), report);
}

/// Huge pages are refused where there is no `cpu` and no `memory` beside them.
fn huge_alone<'n>(mut names: impl Iterator<Item = &'n Entry> + Clone, report: &mut Report<'_>) {
    let huge = names.clone().find(|entry| entry.key.starts_with(HUGE));
    if let Some(huge) = huge
        && !names.any(|entry| ["cpu", "memory"].contains(&entry.key.as_str()))
    {
        let help = "add `cpu` or `memory`";
        report.unmet(huge.key_span, &huge.key, "needs `cpu` or `memory` beside it", help);
    }
}

fn compare(request: &Entry, limit: &Entry, report: &mut Report<'_>) {
    let quantities = (request.node.as_quantity(), limit.node.as_quantity());
    let (Some(wanted), Some(allowed)) = quantities else { return };
    let (wanted, allowed) = (wanted.round_up_milli(), allowed.round_up_milli());
    if wanted.is_negative() || allowed.is_negative() {
        return;
    }
    let name = &request.key;
    if can_overcommit(name) {
        if wanted > allowed {
            report.add(
                Diagnostic::error(
                    Code::RequestOverLimit,
                    request.node.span,
                    format!("the request for `{name}` is above its limit, {wanted} over {allowed}"),
                )
                .here(format!("requests {wanted}"))
                .label(limit.node.span, format!("allows {allowed}"))
                .help(format!("raise the limit to {wanted} or more, or lower the request")),
            );
        }
    } else if wanted != allowed {
        report.add(
            Diagnostic::error(
                Code::RequestNotLimit,
                request.node.span,
                format!("the request for `{name}` is not its limit, {wanted} and {allowed}"),
            )
            .here(format!("requests {wanted}"))
            .label(limit.node.span, format!("allows {allowed}"))
            .help("huge pages and devices are never shared: make the two the same, or give one value alone"),
        );
    }
}

fn amounts(list: &Node, rule: NameRule, report: &mut Report<'_>) {
    for entry in list.entries() {
        if let Some(help) = rule(&entry.key) {
            report.add(
                Diagnostic::error(
                    Code::InvalidResourceName,
                    entry.key_span,
                    format!("`{}` is no resource that can be asked for here", shown(&entry.key)),
                )
                .here("not a resource")
                .help(help),
            );
            continue;
        }
        let Some(quantity) = entry.node.as_quantity() else { continue };
        if quantity.is_negative() {
            report.add(negative(&entry.node, &entry.key));
        } else if entry.key.starts_with(HUGE) {
            huge_pages(entry, quantity, report);
        } else {
            whole(entry, &quantity.round_up_milli(), report);
        }
    }
}

/// The error about an amount below zero.
pub(super) fn negative(node: &Node, what: &str) -> Diagnostic {
    Diagnostic::error(Code::OutOfRange, node.span, format!("`{what}` is below zero"))
        .here("below zero")
        .help("give a value that is 0 or more")
}

fn whole(entry: &Entry, quantity: &Quantity, report: &mut Report<'_>) {
    if ["memory", "ephemeral-storage"].contains(&entry.key.as_str()) {
        whole_bytes_only(entry, report);
    } else if !quantity.is_integer() && !is_native(&entry.key) {
        let headline = format!("`{}` is {quantity}, which is not whole", entry.key);
        report.add(
            Diagnostic::error(Code::FractionalQuantity, entry.node.span, headline)
                .here("not a whole number")
                .help("give a whole number; a device is not divided"),
        );
    }
}

/// Warns of an amount that has a part of a byte.
pub(super) fn whole_bytes_only(entry: &Entry, report: &mut Report<'_>) {
    let Some(quantity) = entry.node.as_quantity().map(Quantity::round_up_milli) else { return };
    if !quantity.is_integer() {
        let headline = format!("`{}` is {quantity}, which is not whole", entry.key);
        report.add(
            Diagnostic::warning(Code::FractionalQuantity, entry.node.span, headline)
                .here("a part of a byte")
                .help(format!("write whole bytes, such as `{}`", whole_bytes(&quantity))),
        );
    }
}

/// The next amount that is whole: in mebibytes where there is at least one.
fn whole_bytes(quantity: &Quantity) -> String {
    const MEBI: i128 = 1 << 20;
    let bytes = quantity.value();
    if bytes < MEBI { bytes.to_string() } else { format!("{}Mi", (bytes + MEBI - 1) / MEBI) }
}

fn huge_pages(entry: &Entry, quantity: &Quantity, report: &mut Report<'_>) {
    let size = entry.key.strip_prefix(HUGE).and_then(|size| Quantity::parse(size).ok());
    let Some(size) = size.filter(|size| !size.is_zero() && !size.is_negative() && size.is_integer()) else {
        report.add(
            Diagnostic::error(
                Code::InvalidResourceName,
                entry.key_span,
                format!("`{}` names no size of huge pages", shown(&entry.key)),
            )
            .here("not a size")
            .help("use a size that the nodes have, such as `hugepages-2Mi` or `hugepages-1Gi`"),
        );
        return;
    };
    if !quantity.is_multiple_of(&size) {
        report.add(
            Diagnostic::error(
                Code::FractionalQuantity,
                entry.node.span,
                format!("{quantity} is no whole number of pages of {size}"),
            )
            .here("would cut a page")
            .help(format!("give a multiple of {size}")),
        );
    }
}

fn claims(resources: &Node, declared: &HashSet<&str>, report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    for claim in items(resources, "claims") {
        if let Some(request) = claim.get("request")
            && request.as_text().is_some_and(|text| !text.is_empty())
        {
            report.form(Some(request), "a request's name", names::label);
        }
        let Some(name) = report.required(claim, "name", "a use of a claim", claim.span) else { continue };
        let Some(written) = name.as_text() else { continue };
        if !declared.contains(written) {
            report.add(
                Diagnostic::error(
                    Code::UnknownClaim,
                    name.span,
                    format!("there is no resource claim `{}`", shown(written)),
                )
                .here("not among the workload's `resourceClaims`")
                .did_you_mean(name.span, written, declared.iter().copied())
                .help(format!("add `resourceClaims {{ name \"{}\"; … }}` to the workload", shown(written))),
            );
        } else if !free(written, text(claim, "request").unwrap_or_default(), &mut seen) {
            report.add(
                Diagnostic::error(
                    Code::DuplicateItem,
                    name.span,
                    format!("the claim `{written}` is used twice"),
                )
                .here("again")
                .help("remove one of the two"),
            );
        }
    }
}

/// Whether a claim, or one of its requests, is not in use yet: the whole of a claim is all of its requests.
fn free<'n>(name: &'n str, request: &'n str, seen: &mut HashSet<(&'n str, &'n str)>) -> bool {
    let clash = |(other, part): &(&str, &str)| {
        *other == name && (part.is_empty() || request.is_empty() || *part == request)
    };
    !seen.iter().any(clash) && seen.insert((name, request))
}

fn resize(policies: Option<&Node>, never: bool, report: &mut Report<'_>) {
    let Some(policies) = policies else { return };
    let named = policies.items().iter().filter_map(|policy| {
        let name = policy.get("resourceName")?;
        Some((name.as_text()?, name.span))
    });
    report.distinct("resource", named);
    for policy in policies.items() {
        report.required(policy, "resourceName", "a resize policy", policy.span);
        report.required(policy, "restartPolicy", "a resize policy", policy.span);
        if let Some(restart) = policy.get("restartPolicy")
            && never
            && restart.as_text() == Some("RestartContainer")
        {
            let help = "use `NotRequired`, or another `restartPolicy` for the pod";
            report.unmet(
                restart.span,
                "RestartContainer",
                "cannot stand where the pod is never restarted",
                help,
            );
        }
    }
}
