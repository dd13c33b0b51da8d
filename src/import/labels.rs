//! Writes the labels of a workload and of its pods and its selector once, if the language implies the rest.

use super::source::{DraftToken, StatementDraft};
use crate::diagnostic::{Code, Diagnostic};
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode};
use crate::model::{NAME_LABEL, WorkloadKind};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// The labels, by where they are written.
pub(super) struct Labels {
    both: Vec<YamlEntry>,
    object: Vec<YamlEntry>,
    pods: Vec<YamlEntry>,
    /// The places of the object's labels and of the pods'.
    places: [Option<Span>; 2],
    implied: bool,
}

/// Divides the labels. A selector that does not match them is reported here, because the language would add its labels
/// to the pods.
pub(super) fn labels(
    root: &YamlNode,
    kind: WorkloadKind,
    spec: &[YamlEntry],
    pod: &[YamlEntry],
    diagnostics: &mut Vec<Diagnostic>,
) -> Labels {
    let of_object = root.get("metadata").and_then(|metadata| metadata.entry("labels"));
    let of_pods = pod.iter().find(|entry| entry.key == "labels").filter(|_| kind != WorkloadKind::Pod);
    let places = [of_object, of_pods].map(|entry| entry.map(|entry| entry.key_span.to(entry.node.span)));
    let entries =
        |entry: Option<&'_ YamlEntry>| entry.map(|entry| entry.node.entries().to_vec()).unwrap_or_default();
    let (object, pods) = (entries(of_object), entries(of_pods));
    let pair = |entry: &YamlEntry| (entry.key.clone(), entry.node.as_text().map(SmolStr::new));
    let pairs = |entries: &[YamlEntry]| entries.iter().map(pair).collect::<HashSet<_>>();
    if kind == WorkloadKind::Pod {
        return Labels { both: object, object: Vec::new(), pods, places, implied: false };
    }
    let selector = spec.iter().find(|entry| entry.key == "selector").filter(|_| kind.has_selector());
    let wanted =
        selector.and_then(|entry| entry.node.get("matchLabels")).map(YamlNode::entries).unwrap_or_default();
    if kind.has_selector() {
        match selector {
            None => {
                let owner = root.get("spec").filter(|spec| !spec.entries().is_empty()).unwrap_or(root);
                diagnostics.push(super::missing::lacks(owner, "selector", &format!("a {}", kind.name())));
            }
            Some(selector) => check(selector, wanted, &pods, kind, diagnostics),
        }
    }
    let name = root.get("metadata").and_then(|metadata| metadata.get("name"));
    // Without a name, as with `generateName`, nothing is implied.
    let implied = name.is_some()
        && selector.is_some_and(|selector| selector.node.entries().len() == 1)
        && matches!(wanted, [only] if only.key == NAME_LABEL);
    let of_pods = pairs(&pods);
    let (both, own): (Vec<YamlEntry>, Vec<YamlEntry>) =
        object.into_iter().partition(|entry| of_pods.contains(&pair(entry)));
    // The pods get the selector's labels in any case.
    let (of_both, of_selector) = (pairs(&both), pairs(wanted));
    let is_implied = |entry: &YamlEntry| {
        of_both.contains(&pair(entry)) || (!implied && of_selector.contains(&pair(entry)))
    };
    let is_name = |entry: &YamlEntry| {
        implied && entry.key == NAME_LABEL && name.and_then(YamlNode::as_text) == entry.node.as_text()
    };
    let pods = pods.into_iter().filter(|entry| !is_implied(entry) && !is_name(entry)).collect();
    Labels { both, object: own, pods, places, implied }
}

fn check(
    selector: &YamlEntry,
    wanted: &[YamlEntry],
    pods: &[YamlEntry],
    kind: WorkloadKind,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let labels: HashMap<&str, &YamlEntry> = pods.iter().map(|label| (label.key.as_str(), label)).collect();
    for entry in wanted {
        let value = |entry: &YamlEntry| entry.node.as_text().unwrap_or_default().to_owned();
        let found = labels.get(entry.key.as_str());
        if found.is_some_and(|label| value(label) == value(entry)) {
            continue;
        }
        let headline = format!("the {} does not select its own pods", kind.name());
        let mut diagnostic =
            Diagnostic::error(Code::SelectorMismatch, entry.key_span.to(entry.node.span), headline)
                .here("selects pods with this label")
                .help(format!("add the label `{}: {}` to the pod's template", entry.key, value(entry)));
        if let Some(label) = found {
            diagnostic = diagnostic.label(label.key_span.to(label.node.span), "the pods have this label");
        }
        return diagnostics.push(diagnostic);
    }
    if selector.node.entries().is_empty() {
        let headline = format!("empty selector of a {}", kind.name());
        diagnostics.push(
            Diagnostic::error(Code::InvalidSelector, selector.key_span, headline)
                .here("expected `matchLabels` or `matchExpressions`"),
        );
    }
}

impl Labels {
    /// Whether the labels imply the selector.
    pub(super) fn imply_selector(&self) -> bool {
        self.implied
    }

    /// `labels` for the object and its pods.
    pub(super) fn of_both(&self) -> Option<StatementDraft> {
        statement(&self.both, self.places[0])
    }

    /// `labels` for the object alone.
    pub(super) fn of_object(&self) -> Option<StatementDraft> {
        statement(&self.object, self.places[0])
    }

    /// `labels` for the pods alone.
    pub(super) fn of_pods(&self) -> Option<StatementDraft> {
        statement(&self.pods, self.places[1])
    }
}

fn statement(labels: &[YamlEntry], place: Option<Span>) -> Option<StatementDraft> {
    let place = place.filter(|_| !labels.is_empty())?;
    let label = |entry: &YamlEntry| {
        let name = DraftToken::new(entry.key_span, literal::name(&entry.key));
        let value = literal::plain(entry.node.as_text().unwrap_or_default());
        StatementDraft::new(
            entry.key_span.to(entry.node.span),
            vec![name, DraftToken::new(entry.node.span, value)],
        )
    };
    let head = vec![DraftToken::new(Span { end: place.start + 6, ..place }, "labels")];
    Some(StatementDraft::new(place, head).with_block(labels.iter().map(label).collect()))
}
