//! Reports what a namespace refuses of the pods of a workload.

use super::bound::Bound;
use super::limit_range::{Ranged, apply};
use super::namespace::{Namespace, NamespaceOf};
use super::quota::{Quota, ScopedPod, used_by_pod};
use super::usage::QuotaUse;
use super::violation::{Amount, Fault, Subject, Violation};
use crate::diagnostic::phrase::listed;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::version::Version;
use crate::model::{Storage, Workload};
use crate::resources::PodDemand;
use crate::source::Span;
use smol_str::SmolStr;

/// Reports why the API server refuses the pods of a workload in its namespace; `start` has the containers in the order in
/// which they start. Where the namespace is only assumed, these are warnings. Returns what the pods use of its quotas, if
/// they are admitted.
pub(crate) fn hold_to_namespace(
    workload: &Workload,
    start: impl IntoIterator<Item = usize>,
    version: Version,
    namespace: &NamespaceOf,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<QuotaUse> {
    let demand = PodDemand::of(workload, start);
    let mut holder = Holder { workload, version, namespace: &namespace.namespace, found: Vec::new() };
    let ranged = holder.hold_to_ranges(&demand);
    holder.claims();
    let mut counted_by = Vec::new();
    for (at, (name, quota)) in namespace.namespace.quotas.iter().enumerate() {
        if holder.hold_to_quota(&ranged.pod, name, quota) {
            counted_by.push(at);
        }
    }
    let is_admitted = holder.found.is_empty();
    if namespace.assumed {
        holder.found.iter_mut().for_each(|found| found.severity = Severity::Warning);
    }
    diagnostics.append(&mut holder.found);
    let used = is_admitted.then(|| used_by_pod(&ranged.pod, version))?;
    QuotaUse::of(workload, &namespace.namespace, used, counted_by)
}

struct Holder<'a> {
    workload: &'a Workload,
    version: Version,
    namespace: &'a Namespace,
    found: Vec<Diagnostic>,
}

impl Holder<'_> {
    fn hold_to_ranges(&mut self, demand: &PodDemand) -> Ranged {
        let ranged = apply(demand, &self.namespace.ranges, self.version);
        for violation in &ranged.violations {
            let mut diagnostic = self.violation(violation);
            if ranged.by_chance {
                diagnostic.severity = Severity::Warning;
                diagnostic = diagnostic.help(
                    "this depends on which LimitRange the API server takes first: put their defaults into one",
                );
            }
            self.found.push(diagnostic);
        }
        ranged
    }

    fn violation(&self, violation: &Violation) -> Diagnostic {
        let Violation { subject, resource, fault, bound, range } = violation;
        let by =
            format!("LimitRange `{}`", self.namespace.range_names.get(*range).map_or("", SmolStr::as_str));
        let (whose, each) = match subject {
            Subject::Container(at) => (format!("`{}`", self.name(*at)), "a container"),
            Subject::Pod => ("the pod".to_owned(), "a pod"),
        };
        let place = |amount: Amount| self.place(*subject, amount, resource);
        let refused = |span, headline: String| Diagnostic::error(Code::RefusedByLimitRange, span, headline);
        let most = bound.quantity;
        match *fault {
            Fault::Above(amount, found) => {
                let over = by_how_much(&found, &most);
                let headline = format!(
                    "the {resource} {} of {whose} is {found}, {over} over the maximum of {by}",
                    amount.name()
                );
                refused(place(amount), headline)
                    .here(format!("{over} too much"))
                    .label(bound.span, format!("at most {most} for {each}"))
                    .help(lower(*subject, &most))
            }
            Fault::Below(amount, found) => {
                let under = by_how_much(&most, &found);
                let headline = format!(
                    "the {resource} {} of {whose} is {found}, {under} under the minimum of {by}",
                    amount.name()
                );
                refused(place(amount), headline)
                    .here(format!("{under} too little"))
                    .label(bound.span, format!("at least {most} for {each}"))
                    .help(format!("raise it to {most}"))
            }
            Fault::Missing(amount) => {
                let headline = format!("{whose} has no {resource} {}, which {by} requires", amount.name());
                refused(self.span(*subject), headline)
                    .here(format!("no {resource} {}", amount.name()))
                    .label(bound.span, format!("each {} needs one", each.trim_start_matches("a ")))
                    .help(format!("set a {} for `{resource}`", amount.name()))
            }
            Fault::Ratio { request, limit } => {
                let headline = format!(
                    "the {resource} limit of {whose}, {limit}, is more than {most} times its request, {request}, which {by} forbids"
                );
                refused(place(Amount::Limit), headline)
                    .here("too far above the request")
                    .label(bound.span, format!("at most {most} times the request for {each}"))
                    .help("lower the limit, or raise the request")
            }
            Fault::RequestOverDefault(request) => {
                let over = by_how_much(&request, &most);
                let headline = format!(
                    "{whose} requests {request} of {resource}, {over} over the limit that {by} gives it, {most}"
                );
                refused(place(Amount::Request), headline)
                    .here("no limit is set with it")
                    .label(bound.span, "the limit of a container that sets none")
                    .help(format!("set a limit for `{resource}` of {request} or more"))
            }
            Fault::RequestNotDefault(request) => {
                let headline =
                    format!("{whose} requests {request} of {resource}, but {by} gives it a limit of {most}");
                refused(place(Amount::Request), headline)
                    .here("must be equal to the limit")
                    .label(bound.span, "the limit of a container that sets none")
                    .help(format!("set the limit for `{resource}` to {request}"))
            }
            Fault::DefaultOverPod(pod) => {
                let headline = format!(
                    "{by} gives {whose} a {resource} limit of {most}, {} over that of the pod, {pod}",
                    by_how_much(&most, &pod)
                );
                refused(self.span(*subject), headline)
                    .here(format!("no {resource} limit"))
                    .label(bound.span, "the limit of a container that sets none")
                    .help(format!("set a limit for `{resource}` of {pod} or less"))
            }
            Fault::PodBelowContainers { total, pod } => {
                let headline = format!(
                    "the pod requests {pod} of {resource}, but its containers request {total} with what {by} adds"
                );
                refused(place(Amount::Request), headline)
                    .here(format!("{} too little", by_how_much(&total, &pod)))
                    .label(bound.span, "the request of a container that sets none")
                    .help(format!("raise it to {total}, or set the request of each container"))
            }
        }
    }

    /// Holds the claims that a StatefulSet makes to the `LimitRange`s.
    fn claims(&mut self) {
        let templates =
            self.workload.volumes.iter().filter(|volume| volume.storage == Storage::ClaimTemplate);
        for volume in templates {
            let storage =
                volume.fields.at("spec.resources.requests").and_then(|requests| requests.entry("storage"));
            let amount = storage.and_then(|storage| storage.node.as_quantity());
            let rounded = amount.map(|amount| amount.as_printed().round_up_milli());
            let place = storage.map_or(volume.span, |storage| storage.node.span);
            for (at, range) in self.namespace.ranges.iter().enumerate() {
                let by = format!(
                    "LimitRange `{}`",
                    self.namespace.range_names.get(at).map_or("", SmolStr::as_str)
                );
                for (fault, bound) in range.claim_faults(rounded.as_ref()) {
                    let most = bound.quantity;
                    let (what, here, label, help) = match fault {
                        Fault::Above(_, found) => {
                            let over = by_how_much(&found, &most);
                            let what = format!("{found}, {over} over the maximum of {by}");
                            (what, format!("{over} too much"), format!("at most {most} for a claim"), "lower")
                        }
                        Fault::Below(_, found) => {
                            let under = by_how_much(&most, &found);
                            let what = format!("{found}, {under} under the minimum of {by}");
                            (
                                what,
                                format!("{under} too little"),
                                format!("at least {most} for a claim"),
                                "raise",
                            )
                        }
                        // The API server refuses a claim that requests nothing anyway.
                        _ => continue,
                    };
                    let headline = format!("the claim `{}` requests {what}", volume.name.text);
                    self.found.push(
                        Diagnostic::error(Code::RefusedByLimitRange, place, headline)
                            .here(here)
                            .label(bound.span, label)
                            .help(format!("{help} it to {most}")),
                    );
                }
            }
        }
    }

    /// Holds a pod to a quota; returns whether the quota counts it.
    fn hold_to_quota(&mut self, pod: &PodDemand, name: &str, quota: &Quota) -> bool {
        let totals = pod.totals(self.version);
        if !quota.counts(&ScopedPod::of(&self.workload.pod.spec, totals.qos)) {
            return false;
        }
        let missing = quota.missing(pod, self.version);
        for container in 0..self.workload.containers.len() {
            let names: Vec<&str> = missing
                .iter()
                .filter(|missing| missing.containers.contains(&container))
                .map(|missing| &*missing.name)
                .collect();
            let Some(first) = names.first().and_then(|first| quota.hard.get(*first)) else { continue };
            let headline = format!(
                "`{}` does not set {}, which ResourceQuota `{name}` requires of each container",
                self.name(container),
                listed(names.iter().copied())
            );
            self.found.push(
                Diagnostic::error(Code::RefusedByQuota, self.workload.containers[container].span, headline)
                    .here("its pods are refused")
                    .label(first.span, "counted here")
                    .help(missing_amounts(&names)),
            );
        }
        if !missing.is_empty() {
            return true;
        }
        for (resource, used) in used_by_pod(pod, self.version) {
            let Some(Bound { quantity: most, span }) = quota.hard.get(&resource) else { continue };
            if used <= *most {
                continue;
            }
            let over = by_how_much(&used, most);
            let headline = format!(
                "one pod uses {used} of `{resource}`, {over} more than ResourceQuota `{name}` allows in total"
            );
            let plain = resource.strip_prefix("requests.").unwrap_or(&resource);
            let set_by = totals.request(plain).map(|request| request.set_by.text(self.workload));
            let mut diagnostic = Diagnostic::error(Code::RefusedByQuota, self.workload.span, headline)
                .here("each of its pods is refused")
                .label(*span, format!("at most {most}"));
            if let Some(set_by) = set_by {
                diagnostic = diagnostic.help(format!("lower what sets it: {set_by}"));
            }
            self.found.push(diagnostic);
        }
        true
    }

    fn name(&self, container: usize) -> &str {
        self.workload.containers.get(container).map_or("", |container| &container.name.text)
    }

    fn span(&self, subject: Subject) -> Span {
        match subject {
            Subject::Container(at) => {
                self.workload.containers.get(at).map_or(self.workload.span, |at| at.span)
            }
            Subject::Pod => self.workload.span,
        }
    }

    /// The place of an amount; that of its owner, if it is not written.
    fn place(&self, subject: Subject, amount: Amount, resource: &str) -> Span {
        let owner = match subject {
            Subject::Container(at) => self.workload.containers.get(at).map(|container| &container.fields),
            Subject::Pod => Some(&self.workload.pod.spec),
        };
        let written = |amount: Amount| {
            let field = if amount == Amount::Request { "requests" } else { "limits" };
            Some(owner?.get("resources")?.get(field)?.entry(resource)?.node.span)
        };
        // A request that is not written is the limit.
        let other = || (amount == Amount::Request).then(|| written(Amount::Limit)).flatten();
        written(amount).or_else(other).unwrap_or_else(|| self.span(subject))
    }
}

fn lower(subject: Subject, most: &Quantity) -> String {
    match subject {
        Subject::Container(_) => format!("lower it to {most}"),
        Subject::Pod => format!("lower the amounts of its containers, to {most} in total"),
    }
}

/// What to set of the names of a quota: `requests.cpu`.
fn missing_amounts(names: &[&str]) -> String {
    let words: Vec<String> = names
        .iter()
        .map(|name| match name.strip_prefix("limits.") {
            Some(resource) => format!("a limit for `{resource}`"),
            None => format!("a request for `{}`", name.strip_prefix("requests.").unwrap_or(name)),
        })
        .collect();
    format!("set {}", words.join(", "))
}

/// How much one amount is over another.
fn by_how_much(one: &Quantity, other: &Quantity) -> Quantity {
    one.minus(other).unwrap_or(Quantity::ZERO)
}
