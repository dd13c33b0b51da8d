//! Adds the common labels to objects and pods, and the implied selector.

use super::workload::Making;
use super::{PlacedName, WorkloadKind};
use crate::object::{Map, MapEntry, Node, Value};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::HashSet;

/// The label by which a workload without a `selector` finds its pods.
pub(crate) const NAME_LABEL: &str = "app.kubernetes.io/name";

/// Adds the common labels to the object and its pods, and the implied selector.
pub(super) fn labels_of(making: &mut Making, name: Option<&PlacedName>, span: Span) {
    let common = making.labels.remove("labels");
    let on_pods = making.kind != WorkloadKind::Pod;
    let common = common.as_ref().map_or(&[][..], Node::entries);
    add_labels(&mut making.metadata, common);
    if on_pods {
        add_labels(&mut making.pod_metadata, common);
    }
    if !making.kind.has_selector() {
        return;
    }
    if making.spec.get("selector").is_none()
        && name.is_none()
        && making.metadata.get("generateName").is_none()
    {
        // The selector would need the name, which is reported as missing.
        making.spec.set("selector", span, Node::new(span, Value::Unresolved));
    } else if making.spec.get("selector").is_none()
        && let Some(name) = name
    {
        let given =
            making.pod_metadata.get("labels").and_then(|labels| labels.as_map()?.get(NAME_LABEL)).cloned();
        let value = given.unwrap_or_else(|| Node::text(name.span, name.text.clone()));
        let mut labels = Map::default();
        labels.set(NAME_LABEL, name.span, value);
        let mut selector = Map::default();
        selector.set("matchLabels", span, Node::new(span, Value::Map(labels)));
        making.spec.set("selector", span, Node::new(span, Value::Map(selector)));
    }
    let selector = making.spec.get("selector").and_then(|selector| selector.get("matchLabels")).cloned();
    add_labels(&mut making.pod_metadata, selector.as_ref().map_or(&[][..], Node::entries));
}

/// Adds the labels that the metadata does not have.
fn add_labels(metadata: &mut Map, added: &[MapEntry]) {
    let Some(first) = added.first() else { return };
    if metadata.get("labels").is_none() {
        metadata.set("labels", first.key_span, Node::map(first.key_span));
    }
    if let Some(labels) = metadata.get_mut("labels").map(Node::map_mut) {
        let known: HashSet<SmolStr> = labels.entries.iter().map(|label| label.key.clone()).collect();
        let missing = added.iter().filter(|label| !known.contains(&label.key));
        labels.entries.extend(missing.map(|label| MapEntry { layer: 0, ..label.clone() }));
    }
}
