//! Checks the requests and limits of containers and pods.
//!
//! Invariant: quantities are compared exactly, after rounding each up to a thousandth, as Kubernetes does.

use super::report::{Report, items, shown, text};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::names::{self, NameFault};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::resource::{HUGE, can_overcommit, is_native};
use crate::model::Workload;
use crate::object::{MapEntry, Node};
use std::collections::HashSet;

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
        // Admission accepts an overhead only if it is that of the runtime class.
        if !overhead.entries().is_empty() && workload.pod.spec.get("runtimeClassName").is_none() {
            let help = "remove it, and set `runtimeClassName`, which adds the overhead of the class";
            report.leniently(true, |report| {
                report.unmet(overhead.span, "overhead", "needs a `runtimeClassName`", help);
            });
        }
    }
}

/// Returns the help for a name of a resource that is not valid.
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
            return Some("use another domain; the prefix `requests.` is reserved for quotas".into());
        }
        None => names::qualified(&format!("requests.{name}")),
        fault => fault,
    };
    fault.map(|fault| match fault {
        NameFault::TooLong(limit) => format!("shorten it; each part can have at most {limit} characters"),
        NameFault::Form(form) => format!("use {form}"),
        NameFault::Empty => "use a device plugin's name such as `nvidia.com/gpu`".into(),
    })
}

/// Returns the help for a name that is not valid for a resource of a pod.
pub(super) fn pod_name(name: &str) -> Option<String> {
    let huge = name.starts_with(HUGE) && names::qualified(name).is_none();
    let known = ["cpu", "memory"].contains(&name) || huge;
    (!known).then(|| "set it on the containers; a pod can only have `cpu`, `memory` and huge pages".into())
}

pub(super) fn requests_and_limits(resources: &Node, rule: NameRule, report: &mut Report<'_>) {
    let (requests, limits) = (resources.get("requests"), resources.get("limits"));
    for list in [requests, limits].into_iter().flatten() {
        amounts(list, rule, report);
    }
    let empty: &[MapEntry] = &[];
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
                .here("huge pages and devices need a limit")
                .help("set the limit; the request then has the same amount"),
            ),
            None => {}
        }
    }
    huge_alone(wanted.iter().chain(allowed), report);
}

/// Checks that huge pages come with `cpu` or `memory`.
fn huge_alone<'n>(mut names: impl Iterator<Item = &'n MapEntry> + Clone, report: &mut Report<'_>) {
    let huge = names.clone().find(|entry| entry.key.starts_with(HUGE));
    if let Some(huge) = huge
        && !names.any(|entry| ["cpu", "memory"].contains(&entry.key.as_str()))
    {
        let help = "add `cpu` or `memory`";
        report.unmet(huge.key_span, &huge.key, "also needs `cpu` or `memory`", help);
    }
}

fn compare(request: &MapEntry, limit: &MapEntry, report: &mut Report<'_>) {
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
                    format!("the request for `{name}` is {wanted}, but its limit is {allowed}"),
                )
                .here(format!("requests {wanted}"))
                .label(limit.node.span, format!("allows {allowed}"))
                .help(format!("raise the limit to {wanted} or more, or lower the request"))
                .fix(
                    format!("raise the limit to {wanted}"),
                    limit.node.span,
                    wanted.to_string(),
                    Applicability::Unsafe,
                ),
            );
        }
    } else if wanted != allowed {
        report.add(
            Diagnostic::error(
                Code::RequestNotLimit,
                request.node.span,
                format!("the request for `{name}` is {wanted}, but must equal its limit of {allowed}"),
            )
            .here(format!("requests {wanted}"))
            .label(limit.node.span, format!("allows {allowed}"))
            .help("set the same amount for both, or only the limit; huge pages and devices are never shared"),
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
                    format!("`{}` is not a resource that can be set here", shown(&entry.key)),
                )
                .here("unknown resource")
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
    Diagnostic::error(Code::OutOfRange, node.span, format!("`{what}` must not be negative"))
        .here("below zero")
        .help("use a value that is 0 or more")
}

fn whole(entry: &MapEntry, quantity: &Quantity, report: &mut Report<'_>) {
    if ["memory", "ephemeral-storage"].contains(&entry.key.as_str()) {
        whole_bytes_only(entry, report);
    } else if !is_native(&entry.key) {
        devices(entry, quantity, report);
    }
}

/// Checks a number of devices, which Kubernetes counts in thousandths.
fn devices(entry: &MapEntry, quantity: &Quantity, report: &mut Report<'_>) {
    let error = |code, headline| Diagnostic::error(code, entry.node.span, headline);
    if !quantity.is_integer() {
        let headline = format!("expected a whole number for `{}`, found {quantity}", entry.key);
        report.add(
            error(Code::FractionalQuantity, headline)
                .here("a device cannot be divided")
                .help("use a whole number"),
        );
    } else if !quantity.fits_millis() {
        let headline = format!("Kubernetes cannot count {quantity} of `{}`", entry.key);
        report.add(
            error(Code::OutOfRange, headline).here("above 9223372036854775").help("use a smaller amount"),
        );
    }
}

/// Warns of an amount that includes a fraction of a byte.
pub(super) fn whole_bytes_only(entry: &MapEntry, report: &mut Report<'_>) {
    let Some(quantity) = entry.node.as_quantity().map(Quantity::round_up_milli) else { return };
    if !quantity.is_integer() {
        let headline = format!("expected a whole number of bytes for `{}`, found {quantity}", entry.key);
        report.add(
            Diagnostic::warning(Code::FractionalQuantity, entry.node.span, headline)
                .here("includes a fraction of a byte")
                .help(match likely_bytes(&quantity) {
                    Some(help) => help,
                    None => format!("change it to whole bytes, such as `{}`", whole_bytes(&quantity)),
                }),
        );
    }
}

/// How to write the amount that was meant: with `M` or `Mi` instead of `m`, or with a unit after the point.
fn likely_bytes(quantity: &Quantity) -> Option<String> {
    const FEW: i128 = 64 << 20;
    let thousandths = quantity.milli_value();
    // `1.5` is hardly ever written as `1500m`.
    if (1000..64_000).contains(&thousandths) && thousandths % 100 == 0 {
        return Some(format!("add a unit: `{}.{}Gi`", thousandths / 1000, thousandths % 1000 / 100));
    }
    let meant = format!("{thousandths}M");
    (thousandths < FEW)
        .then(|| format!("`m` is a thousandth; use `{meant}i`, or `{meant}` in units of a million"))
}

/// The next whole amount, in mebibytes if there is at least one.
fn whole_bytes(quantity: &Quantity) -> String {
    const MEBI: i128 = 1 << 20;
    let bytes = quantity.value();
    if bytes < MEBI { bytes.to_string() } else { format!("{}Mi", (bytes + MEBI - 1) / MEBI) }
}

fn huge_pages(entry: &MapEntry, quantity: &Quantity, report: &mut Report<'_>) {
    let size = entry.key.strip_prefix(HUGE).and_then(|size| Quantity::parse(size).ok());
    let Some(size) = size.filter(|size| !size.is_zero() && !size.is_negative() && size.is_integer()) else {
        report.add(
            Diagnostic::error(
                Code::InvalidResourceName,
                entry.key_span,
                format!("`{}` does not name a size of huge pages", shown(&entry.key)),
            )
            .here("expected a size after `hugepages-`")
            .help("use a size that the nodes have, such as `hugepages-2Mi` or `hugepages-1Gi`"),
        );
        return;
    };
    if !quantity.is_multiple_of(&size) {
        report.add(
            Diagnostic::error(
                Code::FractionalQuantity,
                entry.node.span,
                format!("expected a multiple of {size} for `{}`, found {quantity}", entry.key),
            )
            .here("not a whole number of pages")
            .help(format!("use a multiple of {size}")),
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
        let Some(name) = report.required(claim, "name", "a container's claim", claim.span) else { continue };
        let Some(written) = name.as_text() else { continue };
        if !declared.contains(written) {
            report.add(
                Diagnostic::error(
                    Code::UnknownClaim,
                    name.span,
                    format!("there is no resource claim `{}`", shown(written)),
                )
                .here("not in the workload's `resourceClaims`")
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

/// Whether a claim, or one of its requests, is not in use yet; a claim without a request means all of its requests.
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
                "cannot be set if the pod is never restarted",
                help,
            );
        }
    }
}
