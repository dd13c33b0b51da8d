//! Checks where pods may run: node selectors, tolerations, affinity and spread constraints.
//!
//! Invariant: only the form of a request is checked; whether a node fits it, only the cluster knows.

use super::report::{Report, filled_entry, items, text};
use super::selectors;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::kubernetes::version::Version;
use crate::model::{Workload, WorkloadKind};
use crate::object::{MapEntry, Node};
use crate::source::Span;
use std::collections::HashMap;

/// Labels that nodes had once, and those that replace them.
const OLD_LABELS: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("app.kubernetes.io/created-by", ""),
    ("scheduler.alpha.kubernetes.io/preferAvoidPods", ""),
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"),
];
/// The version from which keys are merged into the selector of a spread constraint.
const MERGED_IN_SPREADING: Version = Version(34);
const WEIGHTS: std::ops::RangeInclusive<i64> = 1..=100;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    report.labels(pod.get("nodeSelector"));
    for label in pod.get("nodeSelector").map_or(&[][..], Node::entries) {
        old_label(Some(&label.key), label.key_span, report);
    }
    for toleration in items(pod, "tolerations") {
        self::toleration(toleration, report);
    }
    if let Some(affinity) = pod.at("affinity.nodeAffinity") {
        node_affinity(affinity, report);
    }
    let labels = super::metadata::of_pods(workload).get("labels").map_or(&[][..], Node::entries);
    let merged = Merged { labels, in_pod: workload.kind == WorkloadKind::Pod, at_once: false };
    for kind in ["affinity.podAffinity", "affinity.podAntiAffinity"] {
        let Some(affinity) = pod.at(kind) else { continue };
        for term in items(affinity, "requiredDuringSchedulingIgnoredDuringExecution") {
            pod_term(term, merged, report);
        }
        for preferred in items(affinity, "preferredDuringSchedulingIgnoredDuringExecution") {
            weight(preferred, report);
            if let Some(term) = report.required(preferred, "podAffinityTerm", "a preference", preferred.span)
            {
                pod_term(term, merged, report);
            }
        }
    }
    let at_once = report.version < MERGED_IN_SPREADING;
    spread(pod, Merged { at_once, ..merged }, report);
}

/// Warns of a label that nodes had once.
fn old_label(key: Option<&str>, span: Span, report: &mut Report<'_>) {
    if let Some((old, new)) = OLD_LABELS.iter().find(|(old, _)| Some(*old) == key) {
        let diagnostic =
            Diagnostic::warning(Code::Deprecated, span, format!("the node label `{old}` is deprecated"))
                .here("nodes no longer have this label, or will soon lose it");
        report.add(if new.is_empty() {
            diagnostic.help("use another label, or taints")
        } else {
            super::report::renamed(diagnostic, span, old, new)
        });
    }
}

fn toleration(toleration: &Node, report: &mut Report<'_>) {
    let operator = text(toleration, "operator").unwrap_or("Equal");
    match filled_entry(toleration, "key") {
        Some(key) => report.form(Some(&key.node), "a taint's key", names::qualified),
        None if operator != "Exists"
            && toleration.get("operator").is_none_or(|node| node.as_text().is_some()) =>
        {
            let help = "add a `key`, or use `operator Exists` to tolerate every taint";
            report.unmet(toleration.span, "tolerations", "without a `key` need `operator Exists`", help);
        }
        None => {}
    }
    if let Some(value) = filled_entry(toleration, "value") {
        if operator == "Exists" {
            report.unmet(
                value.key_span,
                "value",
                "cannot be combined with `operator Exists`",
                "remove it, or use `Equal`",
            );
        } else {
            report.label_value(&value.node);
        }
    }
    if let Some(seconds) = filled_entry(toleration, "tolerationSeconds")
        && toleration
            .get("effect")
            .is_none_or(|effect| effect.as_text().is_some_and(|effect| effect != "NoExecute"))
    {
        report.unmet(
            seconds.key_span,
            "tolerationSeconds",
            "needs `effect NoExecute`",
            "add that effect, or remove `tolerationSeconds`",
        );
    }
    if ["Lt", "Gt"].contains(&operator)
        && let Some(value) = toleration.get("value")
        && value.as_text().is_some_and(|text| text.parse::<i64>().is_err())
    {
        let help = "use a whole number such as `\"5\"`";
        report.unmet(
            value.span,
            "value",
            &format!("must be a whole number for the operator `{operator}`"),
            help,
        );
    }
}

fn node_affinity(affinity: &Node, report: &mut Report<'_>) {
    if let Some(required) = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") {
        let terms = report.required(required, "nodeSelectorTerms", "a requirement on nodes", required.span);
        for term in terms.map_or(&[][..], Node::items) {
            node_term(term, false, report);
        }
    }
    for preferred in items(affinity, "preferredDuringSchedulingIgnoredDuringExecution") {
        weight(preferred, report);
        if let Some(term) = preferred.get("preference") {
            node_term(term, true, report);
        }
    }
}

/// Checks a term about nodes; a term that is only preferred may have values that no label can have.
fn node_term(term: &Node, preferred: bool, report: &mut Report<'_>) {
    for expression in items(term, "matchExpressions") {
        if let Some(key) = report.required(expression, "key", "an expression", expression.span) {
            report.form(Some(key), "a label's key", names::qualified);
            old_label(key.as_text(), key.span, report);
        }
        selectors::operator(expression, report);
        report.leniently(preferred, |report| {
            for value in items(expression, "values") {
                report.label_value(value);
            }
        });
    }
    for field in items(term, "matchFields") {
        if let Some(key) = report.required(field, "key", "an expression", field.span)
            && key.as_text().is_some_and(|key| key != "metadata.name")
        {
            let help = "use `metadata.name`, or `matchExpressions` for labels";
            report.unmet(key.span, "matchFields", "can only have the key `metadata.name`", help);
        }
        let operator = report.required(field, "operator", "an expression", field.span);
        let count = items(field, "values").len();
        if let Some(operator) = operator
            && operator.as_text().is_some_and(|text| !["In", "NotIn"].contains(&text) || count != 1)
        {
            let help = "use `operator In` and one name in `values`";
            report.unmet(operator.span, "matchFields", "needs `In` or `NotIn`, and exactly one value", help);
        }
        for value in items(field, "values") {
            report.form(Some(value), "a node's name", names::subdomain);
        }
    }
}

fn weight(preferred: &Node, report: &mut Report<'_>) {
    report.required(preferred, "weight", "a preference", preferred.span);
    report.in_range(preferred, "weight", &WEIGHTS);
}

fn pod_term(term: &Node, merged: Merged<'_>, report: &mut Report<'_>) {
    if let Some(key) = report.required(term, "topologyKey", "a term of affinity", term.span) {
        report.form(Some(key), "a label's key", names::qualified);
    }
    for namespace in items(term, "namespaces") {
        report.form(Some(namespace), "a namespace", names::label);
    }
    if let Some(selector) = term.get("namespaceSelector") {
        selectors::check(selector, report);
    }
    label_keys(term, merged, report);
}

/// How the keys of `matchLabelKeys` are merged into the selector, with the values of the pod's own labels.
#[derive(Clone, Copy)]
struct Merged<'a> {
    labels: &'a [MapEntry],
    /// Whether this happens now, and not only when a pod is created from a template.
    in_pod: bool,
    /// Whether a key must not be in the selector, whatever labels the pod has.
    at_once: bool,
}

/// Checks the selector of other pods, and the keys that are matched with this pod's own labels.
fn label_keys(term: &Node, merged: Merged<'_>, report: &mut Report<'_>) {
    let selector = term.get("labelSelector");
    match selector {
        Some(selector) => selectors::check(selector, report),
        None if ["matchLabelKeys", "mismatchLabelKeys"]
            .iter()
            .any(|field| filled_entry(term, field).is_some()) => {}
        None => report.add(
            Diagnostic::warning(
                Code::MissingSelector,
                term.span,
                "without a `labelSelector`, no pods are selected",
            )
            .here("has no effect")
            .help("add `labelSelector { matchLabels { … } }`; an empty one selects all pods"),
        ),
    }
    let selected = |key: &str| {
        let selector = selector?;
        let label = selector.get("matchLabels").and_then(|labels| labels.as_map()?.entry(key));
        let expressions = items(selector, "matchExpressions");
        let expression = || expressions.iter().find(|expression| text(expression, "key") == Some(key));
        label.map(|label| label.key_span).or_else(|| expression().map(|expression| expression.span))
    };
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
        let Some(keys) = filled_entry(term, field) else { continue };
        if selector.is_none() {
            report.unmet(keys.key_span, field, "needs a `labelSelector`", "add one, or remove it");
        }
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for key in keys.node.items() {
            report.form(Some(key), "a label's key", names::qualified);
            let Some(written) = key.as_text().filter(|_| field == "matchLabelKeys") else { continue };
            let has_label = merged.labels.iter().any(|label| label.key == written);
            // The first one puts the key into the selector, so the second one is refused.
            if let Some(first) = seen.insert(written, key.span) {
                let is_refused = merged.in_pod && has_label && !merged.at_once;
                report.leniently(!is_refused, |report| {
                    report.add(duplicate_key(key, first, "in `matchLabelKeys`"));
                });
            }
            if let Some(first) = selected(written).filter(|_| merged.at_once || has_label) {
                report.leniently(!merged.in_pod && !merged.at_once, |report| {
                    report.add(duplicate_key(key, first, "in `labelSelector`"));
                });
            }
        }
    }
    let matched: HashMap<&str, &Node> =
        items(term, "matchLabelKeys").iter().filter_map(|key| Some((key.as_text()?, key))).collect();
    for key in items(term, "mismatchLabelKeys") {
        if let Some(first) = key.as_text().and_then(|key| matched.get(key)) {
            report.add(duplicate_key(key, first.span, "in `matchLabelKeys`"));
        }
    }
}

fn duplicate_key(key: &Node, first: crate::source::Span, place: &str) -> Diagnostic {
    let headline = format!("the key `{}` also appears {place}", key.as_text().unwrap_or_default());
    Diagnostic::error(Code::DuplicateItem, key.span, headline)
        .here("again")
        .label(first, "first given here")
        .help("remove one of the two")
}

fn spread(pod: &Node, merged: Merged<'_>, report: &mut Report<'_>) {
    let constraints = items(pod, "topologySpreadConstraints");
    let mut seen: HashMap<(&str, &str), &Node> = HashMap::new();
    for constraint in constraints {
        let owner = "a spread constraint";
        report.required(constraint, "maxSkew", owner, constraint.span);
        report.in_range(constraint, "maxSkew", &(1..=i64::MAX));
        if let Some(key) = report.required(constraint, "topologyKey", owner, constraint.span) {
            report.leniently(true, |report| report.form(Some(key), "a label's key", names::qualified));
            old_label(key.as_text(), key.span, report);
        }
        report.required(constraint, "whenUnsatisfiable", owner, constraint.span);
        report.in_range(constraint, "minDomains", &(1..=i64::MAX));
        let otherwise = text(constraint, "whenUnsatisfiable");
        if let Some(domains) = filled_entry(constraint, "minDomains")
            && otherwise == Some("ScheduleAnyway")
        {
            let help = "remove it, or use `DoNotSchedule`";
            report.unmet(domains.key_span, "minDomains", "needs `whenUnsatisfiable DoNotSchedule`", help);
        }
        label_keys(constraint, merged, report);
        if let (Some(key), Some(otherwise)) = (text(constraint, "topologyKey"), otherwise)
            && let Some(first) = seen.insert((key, otherwise), constraint)
        {
            let headline = format!("two spread constraints have `{key}` and `{otherwise}`");
            report.add(
                Diagnostic::error(Code::DuplicateItem, constraint.span, headline)
                    .here("again")
                    .label(first.span, "first given here")
                    .help("remove one of the two"),
            );
        }
    }
}
