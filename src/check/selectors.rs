//! Checks label selectors, and whether they select given labels.
//!
//! Invariant: an operator is checked only if it and its values are resolved.

use super::report::{Report, items, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::object::{MapEntry, Node};
use crate::source::Span;

/// Checks the labels and expressions of a selector.
pub(super) fn check(selector: &Node, report: &mut Report<'_>) {
    report.labels(selector.get("matchLabels"));
    for expression in items(selector, "matchExpressions") {
        if let Some(key) = report.required(expression, "key", "an expression", expression.span) {
            report.form(Some(key), "a label's key", names::qualified);
        }
        operator(expression, report);
        for value in items(expression, "values") {
            report.label_value(value);
        }
    }
}

/// Checks that the values of an expression fit its operator.
pub(super) fn operator(expression: &Node, report: &mut Report<'_>) {
    let Some(operator) = report.required(expression, "operator", "an expression", expression.span) else {
        return;
    };
    let Some(written) = operator.as_text() else { return };
    let values = expression.as_map().and_then(|map| map.entry("values"));
    let count = values.map_or(0, |values| values.node.items().len());
    let resolved = values.is_none_or(|values| matches!(values.node.value, crate::object::Value::List(_)));
    if !resolved {
        return;
    }
    match written {
        "In" | "NotIn" if count == 0 => {
            report.unmet(operator.span, written, "needs `values`", "add `values [\"…\"]`, or use `Exists`");
        }
        "Exists" | "DoesNotExist" if count > 0 => {
            let at = values.map_or(operator.span, |values| values.key_span);
            report.unmet(
                at,
                "values",
                &format!("cannot be combined with `{written}`"),
                "remove the values, or use `In`",
            );
        }
        "Gt" | "Lt" if count != 1 => {
            report.unmet(
                operator.span,
                written,
                "needs exactly one value",
                "set one number, as in `values [\"4\"]`",
            );
        }
        _ => {}
    }
}

/// A part of a selector that some labels do not meet.
pub(crate) struct Miss {
    pub(crate) span: Span,
    /// The key of the label that the part requires.
    pub(crate) key: String,
    /// The label with that key, if there is one.
    pub(crate) label: Option<Span>,
}

/// The first part of a selector that does not select these labels.
pub(crate) fn miss(selector: &Node, labels: &[MapEntry]) -> Option<Miss> {
    let label = |key: &str| labels.iter().find(|label| label.key == key);
    let wanted = selector.get("matchLabels").map_or(&[][..], Node::entries).iter().find_map(|entry| {
        let found = label(&entry.key);
        let value = entry.node.as_text()?;
        let fits = found.is_some_and(|found| found.node.as_text().is_none_or(|label| label == value));
        (!fits).then(|| Miss {
            span: entry.key_span,
            key: entry.key.to_string(),
            label: found.map(|found| found.node.span),
        })
    });
    wanted.or_else(|| {
        items(selector, "matchExpressions").iter().find_map(|expression| {
            let key = text(expression, "key")?;
            let found = label(key);
            let value = found.map(|found| found.node.as_text());
            let has = |value: Option<&str>| {
                let values = items(expression, "values");
                values.iter().any(|node| {
                    node.as_text().is_none() || value.is_none_or(|value| node.as_text() == Some(value))
                })
            };
            let fits = match text(expression, "operator")? {
                "In" => value.is_some_and(has),
                "NotIn" => !value.is_some_and(|value| value.is_some() && has(value)),
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => true,
            };
            let label = found.map(|found| found.node.span);
            (!fits).then(|| Miss { span: expression.span, key: key.to_string(), label })
        })
    })
}

/// The error about a selector that does not select the workload's own pods.
pub(super) fn mismatch(miss: &Miss, kind: &str) -> Diagnostic {
    let headline = format!("the selector does not select the {kind}'s own pods by `{}`", miss.key);
    let diagnostic =
        Diagnostic::error(Code::SelectorMismatch, miss.span, headline).here("the pods do not match this");
    let diagnostic = match miss.label {
        Some(span) => diagnostic.label(span, "the label of the pods"),
        None => diagnostic,
    };
    diagnostic.help("add that label to the pods, or remove this from the selector")
}
