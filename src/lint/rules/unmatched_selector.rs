#![doc = include_str!("../../diagnostic/explain/unmatched-selector.md")]

use crate::check::{Miss, miss};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{NAME_LABEL, WORKLOAD_NAME};
use crate::object::{MapEntry, Node};
use crate::source::Span;

/// The labels that controllers add to their pods.
const ADDED: [&str; 10] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// The terms of affinity among pods.
const AFFINITIES: [(&str, &str); 2] = [("podAffinity", "near"), ("podAntiAffinity", "apart from")];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let spec = &pod.workload.pod.spec;
    let items = |node: &Node, field: &str| node.get(field).map_or(Vec::new(), |list| list.items().to_vec());
    if spec.get("topologySpreadConstraints").is_none() && spec.get("affinity").is_none() {
        return;
    }
    let labels = pod.metadata().get("labels").map_or(&[][..], Node::entries);
    if labels.iter().any(|label| label.node.as_text().is_none()) {
        return;
    }
    for constraint in items(spec, "topologySpreadConstraints") {
        let Some(selector) = constraint.get("labelSelector") else { continue };
        if let Some(miss) = missed(selector, labels) {
            let headline = format!(
                "the pods are not spread, since `labelSelector` does not select them by `{}`",
                miss.key
            );
            found.push(report(pod, selector, &miss, labels, headline));
        }
    }
    for (field, relation) in AFFINITIES {
        let Some(affinity) = spec.at("affinity").and_then(|affinity| affinity.get(field)) else { continue };
        let required = items(affinity, "requiredDuringSchedulingIgnoredDuringExecution");
        let preferred = items(affinity, "preferredDuringSchedulingIgnoredDuringExecution");
        let preferred = preferred.iter().filter_map(|term| term.get("podAffinityTerm"));
        for term in required.iter().chain(preferred) {
            let other_namespace =
                ["namespaces", "namespaceSelector"].iter().any(|field| term.get(field).is_some());
            let Some(selector) = term.get("labelSelector").filter(|_| !other_namespace) else { continue };
            if let Some(miss) = missed(selector, labels)
                && means_itself(pod, selector)
            {
                let headline = format!(
                    "the pods do not run {relation} each other, since `labelSelector` does not select them by `{}`",
                    miss.key
                );
                found.push(report(pod, selector, &miss, labels, headline));
            }
        }
    }
}

/// The part of a selector that the pods' own labels do not meet.
fn missed(selector: &Node, labels: &[MapEntry]) -> Option<Miss> {
    miss(selector, labels).filter(|miss| !ADDED.contains(&miss.key.as_str()))
}

/// Whether a selector names the workload by the value of a label, so that its own pods must be meant.
fn means_itself(pod: &Pod<'_>, selector: &Node) -> bool {
    let Some(name) = &pod.workload.name else { return false };
    let labels = selector.get("matchLabels").map_or(&[][..], Node::entries).iter().map(|entry| &entry.node);
    let expressions = selector.get("matchExpressions").map_or(&[][..], Node::items).iter();
    let listed = expressions
        .filter(|expression| expression.get("operator").and_then(Node::as_text) == Some("In"))
        .flat_map(|expression| expression.get("values").map_or(&[][..], Node::items));
    labels.chain(listed).any(|value| value.as_text() == Some(name.text.as_str()))
}

fn report(pod: &Pod<'_>, selector: &Node, miss: &Miss, labels: &[MapEntry], headline: String) -> Diagnostic {
    let diagnostic = Diagnostic::warning(Code::UnmatchedSelector, miss.span, headline);
    let diagnostic = match miss.label {
        Some(label) => diagnostic.here("the pods have another value").label(label, "the label of the pods"),
        None => diagnostic.here("the pods have no such label"),
    };
    let only =
        selector.get("matchLabels").map_or(&[][..], Node::entries).iter().find(|entry| entry.key == miss.key);
    let same = labels.iter().find(|label| label.key == miss.key);
    let named = labels.iter().find(|label| label.key == NAME_LABEL);
    let Some(meant) = same.or(named) else {
        return diagnostic
            .help(format!("give the pods the label: `pod {{ labels {{ \"{}\" \"…\" }} }}`", miss.key));
    };
    let value = meant.node.as_text().unwrap_or_default();
    let is_name = pod.workload.name.as_ref().is_some_and(|name| name.text == value);
    let is_word = meant.key.bytes().all(|byte| byte.is_ascii_alphabetic());
    let key = if is_word { meant.key.to_string() } else { format!("\"{}\"", meant.key) };
    let text = if is_name { format!("{key} {WORKLOAD_NAME}") } else { format!("{key} \"{value}\"") };
    let title = format!("select the pods by their own label: `{text}`");
    let diagnostic = diagnostic.help(title.clone());
    match only {
        Some(entry)
            if entry.key_span.file == entry.node.span.file && entry.key_span.end <= entry.node.span.start =>
        {
            let span = Span { end: entry.node.span.end, ..entry.key_span };
            diagnostic.fix(title, span, text, Applicability::Unsafe)
        }
        _ => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::UnmatchedSelector;

    fn apart(selector: &str) -> String {
        format!(
            "deployment shop {{\n  affinity {{ podAntiAffinity {{ requiredDuringSchedulingIgnoredDuringExecution {{\n    topologyKey \"kubernetes.io/hostname\"\n    labelSelector {{ {selector} }}\n  }} }} }}\n  app web {{ image \"a:1\" }}\n}}"
        )
    }

    fn spread(labels: &str, selector: &str) -> String {
        format!(
            "deployment shop {{\n  labels {{ {labels} }}\n  topologySpreadConstraints {{ maxSkew 1; topologyKey \"topology.kubernetes.io/zone\"; whenUnsatisfiable ScheduleAnyway\n    labelSelector {{ {selector} }}\n  }}\n  app web {{ image \"a:1\" }}\n}}"
        )
    }

    #[test]
    fn pods_that_mean_themselves_are_selected() {
        let shown = found(
            CODE,
            [
                apart(r#"matchLabels { app "shop" }"#),
                apart(r#"matchExpressions { key "app"; operator In; values ["shop"] }"#),
                spread(r#"tier "front""#, r#"matchLabels { tier "back" }"#),
                spread("", r#"matchLabels { app "other" }"#),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …Selector { matchLabels { «app» "shop" } }
          the pods do not run apart from each other, since `labelSelector` does not select them by `app`
          fix (unsafe): select the pods by their own label: `"app.kubernetes.io/name" workload.name`
          - …Selector { matchLabels { app "shop" } }
          + …Selector { matchLabels { "app.kubernetes.io/name" workload.name } }
        labelSelector { «matchExpressions { key "app"; operator In; values ["shop"] }» }
          the pods do not run apart from each other, since `labelSelector` does not select them by `app`
        …Selector { matchLabels { «tier» "back" } }
          the pods are not spread, since `labelSelector` does not select them by `tier`
          fix (unsafe): select the pods by their own label: `tier "front"`
          - …or { matchLabels { tier "back" } }
          + …or { matchLabels { tier "front" } }
        …Selector { matchLabels { «app» "other" } }
          the pods are not spread, since `labelSelector` does not select them by `app`
          fix (unsafe): select the pods by their own label: `"app.kubernetes.io/name" workload.name`
          - …Selector { matchLabels { app "other" } }
          + …Selector { matchLabels { "app.kubernetes.io/name" workload.name } }
        "#);
        passes(CODE, &apart(r#"matchLabels { app "redis" }"#));
        passes(CODE, &apart(r#"matchLabels { "app.kubernetes.io/name" workload.name }"#));
        passes(CODE, &spread("", r#"matchLabels { "app.kubernetes.io/name" "shop" }"#));
        passes(CODE, &spread("", r#"matchExpressions { key "app.kubernetes.io/name"; operator Exists }"#));
    }
}
