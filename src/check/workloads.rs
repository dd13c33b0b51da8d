//! Checks the fields of Deployments, `ReplicaSets`, `DaemonSets` and `StatefulSets`.
//!
//! Invariant: a field that is absent counts with the default that the API server gives it.

use super::metadata::kind_word;
use super::report::{Report, filled_entry, shown, text};
use super::selectors;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::{names, schema};
use crate::model::{Workload, WorkloadKind};
use crate::object::{MapEntry, Node, Value};
use crate::source::Span;

const COUNTS: &[&str] = &["replicas", "minReadySeconds", "progressDeadlineSeconds"];
const DEFAULT_PROGRESS_DEADLINE: i64 = 600;
const SURGE_AND_UNAVAILABLE: &str = "cannot be combined with a `maxUnavailable` above 0";

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    use WorkloadKind::{CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, StatefulSet};
    let spec = &workload.object.spec;
    match workload.kind {
        Pod | Job | CronJob => return,
        Deployment => deployment(spec, report),
        DaemonSet => daemon_set(spec, report),
        StatefulSet => stateful_set(spec, report),
        ReplicaSet => {}
    }
    // The API server accepts a negative limit for a StatefulSet, which then keeps all of its history.
    report.leniently(workload.kind == StatefulSet, |report| {
        report.not_negative(spec, &["revisionHistoryLimit"]);
    });
    report.not_negative(spec, COUNTS);
    always_restarted(workload, report);
    selector(workload, report);
}

fn always_restarted(workload: &Workload, report: &mut Report<'_>) {
    let kind = kind_word(workload.kind);
    let pod = &workload.pod.spec;
    if let Some(policy) = pod.get("restartPolicy")
        && let Some(written) = policy.as_text()
        && written != "Always"
    {
        report.add(
            Diagnostic::error(
                Code::WrongRestartPolicy,
                policy.span,
                format!("the pods of a {kind} cannot have the restart policy `{written}`"),
            )
            .here("only `Always` is possible")
            .label(workload.span, format!("a {kind} keeps its pods running"))
            .help("remove it, or make this a `job`"),
        );
    }
    if let Some(deadline) = filled_entry(pod, "activeDeadlineSeconds") {
        let help = "remove it; to limit the startup, set `timeout` on a step";
        report.unmet(deadline.key_span, &deadline.key, &format!("cannot be set in a {kind}"), help);
    }
}

fn selector(workload: &Workload, report: &mut Report<'_>) {
    let kind = kind_word(workload.kind);
    let Some(selector) = workload.object.spec.get("selector") else {
        report.required(&workload.object.spec, "selector", &format!("a {kind}"), workload.span);
        return;
    };
    if matches!(selector.value, Value::Unresolved) {
        return;
    }
    let labels = selector.get("matchLabels");
    let expressions = selector.get("matchExpressions");
    let nothing = |node: Option<&Node>| {
        node.is_none_or(|node| {
            node.entries().is_empty() && node.items().is_empty() && !matches!(node.value, Value::Unresolved)
        })
    };
    if nothing(labels) && nothing(expressions) {
        report.add(
            Diagnostic::error(
                Code::InvalidSelector,
                selector.span,
                format!("the selector of the {kind} is empty"),
            )
            .here("selects no label")
            .help("remove it to select by the name, or add `matchLabels { … }`"),
        );
        return;
    }
    selectors::check(selector, report);
    let labels = workload.pod.metadata.get("labels").map_or(&[][..], Node::entries);
    if let Some(miss) = selectors::miss(selector, labels) {
        report.add(selectors::mismatch(&miss, kind));
    }
}

fn deployment(spec: &Node, report: &mut Report<'_>) {
    if let Some(strategy) = spec.get("strategy") {
        if text(strategy, "type") == Some("Recreate")
            && let Some(rolling) = filled_entry(strategy, "rollingUpdate")
        {
            let help = "remove it, or use `type RollingUpdate`";
            report.unmet(rolling.key_span, "rollingUpdate", "cannot be combined with `type Recreate`", help);
        }
        if let Some(rolling) = strategy.get("rollingUpdate") {
            let unavailable = Share::of(rolling, "maxUnavailable", report);
            let surge = Share::of(rolling, "maxSurge", report);
            if let (Some(Share { amount: 0, .. }), Some(Share { amount: 0, span, .. })) =
                (&unavailable, &surge)
            {
                let help = "set one of the two to more than 0";
                report.unmet(*span, "maxSurge", "cannot be 0 if `maxUnavailable` is 0", help);
            }
            at_most_all(unavailable.as_ref(), "maxUnavailable", report);
        }
    }
    let ready = spec.get("minReadySeconds").map_or(Some(0), Node::as_int);
    let deadline = filled_entry(spec, "progressDeadlineSeconds");
    let seconds = deadline.map_or(Some(DEFAULT_PROGRESS_DEADLINE), |entry| entry.node.as_int());
    if let (Some(ready), Some(seconds)) = (ready, seconds)
        && seconds <= ready
        && seconds >= 0
    {
        let at = deadline.map(|entry| entry.node.span).or(spec.get("minReadySeconds").map(|node| node.span));
        let why = format!("must be greater than `minReadySeconds` ({ready}), but is {seconds}");
        let at = at.unwrap_or(spec.span);
        report.unmet(
            at,
            "progressDeadlineSeconds",
            &why,
            format!("set it to {} or more", ready.saturating_add(1)),
        );
    }
}

fn daemon_set(spec: &Node, report: &mut Report<'_>) {
    let Some(strategy) = spec.get("updateStrategy") else { return };
    let Some(rolling) = strategy.get("rollingUpdate") else { return };
    if let Some(kind) = text(strategy, "type").filter(|kind| *kind != "RollingUpdate") {
        let why = format!("has no effect with `type {kind}`");
        let help = "remove it, or use `type RollingUpdate`";
        report.leniently(true, |report| report.unmet(rolling.span, "rollingUpdate", &why, help));
        return;
    }
    let given = |field| rolling.get(field).is_some();
    let surge = Share::of(rolling, "maxSurge", report);
    let unavailable = Share::of(rolling, "maxUnavailable", report);
    at_most_all(surge.as_ref(), "maxSurge", report);
    at_most_all(unavailable.as_ref(), "maxUnavailable", report);
    let surges = surge.as_ref().is_some_and(|share| share.amount > 0);
    let at = surge.as_ref().or(unavailable.as_ref()).map_or(rolling.span, |share| share.span);
    match &unavailable {
        Some(Share { amount: 0, .. }) if !surges && (surge.is_some() || !given("maxSurge")) => {
            let help = "set `maxSurge` or `maxUnavailable` to more than 0";
            report.unmet(at, "maxUnavailable", "cannot be 0 if `maxSurge` is 0", help);
        }
        Some(Share { amount, .. }) if *amount > 0 && surges => {
            let help = "set `maxUnavailable 0`, or remove `maxSurge`";
            report.unmet(at, "maxSurge", SURGE_AND_UNAVAILABLE, help);
        }
        None if surges && !given("maxUnavailable") => {
            let help = "add `maxUnavailable 0`; its default is 1";
            report.unmet(at, "maxSurge", SURGE_AND_UNAVAILABLE, help);
        }
        _ => {}
    }
}

fn stateful_set(spec: &Node, report: &mut Report<'_>) {
    if let Some(name) = filled_entry(spec, "serviceName") {
        report.form(Some(&name.node), "a Service's name", names::label);
    }
    if let Some(ordinals) = spec.get("ordinals") {
        report.not_negative(ordinals, &["start"]);
    }
    let Some(strategy) = spec.get("updateStrategy") else { return };
    let Some(rolling) = filled_entry(strategy, "rollingUpdate") else { return };
    if text(strategy, "type").is_some_and(|kind| kind != "RollingUpdate") {
        let help = "remove it, or use `type RollingUpdate`";
        report.unmet(rolling.key_span, "rollingUpdate", "needs `type RollingUpdate`", help);
        return;
    }
    report.not_negative(&rolling.node, &["partition"]);
    let dropped = report.drops(&schema::ROLLING_UPDATE_STATEFUL_SET_STRATEGY, "maxUnavailable");
    report.leniently(dropped, |report| {
        let unavailable = Share::of(&rolling.node, "maxUnavailable", report);
        at_most_all(unavailable.as_ref(), "maxUnavailable", report);
        if let Some(Share { amount: 0, span, .. }) = unavailable {
            report.unmet(span, "maxUnavailable", "cannot be 0", "set it to 1 or more, or remove it");
        }
    });
}

/// A number of pods, or a percentage of them.
struct Share {
    amount: i64,
    percent: bool,
    span: Span,
}

impl Share {
    fn of(object: &Node, field: &str, report: &mut Report<'_>) -> Option<Self> {
        let MapEntry { node, .. } = object.as_map()?.entry(field)?;
        if let Some(amount) = node.as_int() {
            report.number(node.span, field, amount, &(0..=i64::MAX));
            return (amount >= 0).then_some(Self { amount, percent: false, span: node.span });
        }
        let written = node.as_text()?;
        let digits =
            written.strip_suffix('%').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let amount = digits.and_then(|digits| digits.parse().ok());
        if amount.is_none() {
            report.add(
                Diagnostic::error(
                    Code::OutOfRange,
                    node.span,
                    format!(
                        "expected a number or a percentage of pods for `{field}`, found `{}`",
                        shown(written)
                    ),
                )
                .here("neither a number nor a percentage")
                .help("use a number such as `1`, or a percentage such as `25%`"),
            );
        }
        Some(Self { amount: amount?, percent: true, span: node.span })
    }
}

fn at_most_all(share: Option<&Share>, field: &str, report: &mut Report<'_>) {
    if let Some(share) = share.filter(|share| share.percent && share.amount > 100) {
        report.number(share.span, field, share.amount, &(0..=100));
    }
}
