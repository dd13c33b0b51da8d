//! Labels where they belong, and the selector that is implied.

use super::workload::Making;
use super::{Name, WorkloadKind};
use crate::object::{Map, Node, Value};
use crate::source::Span;
use smol_str::SmolStr;

/// The label by which a workload without a `selector` finds its pods.
pub const NAME_LABEL: &str = "app.kubernetes.io/name";

/// Puts the labels where they belong, and the selector that is implied.
pub(super) fn labels_of(making: &mut Making, name: Option<&Name>, span: Span) {
    let common = making.labels.remove("labels");
    let on_pods = making.kind != WorkloadKind::Pod;
    for entry in common.iter().flat_map(Node::entries) {
        add_label(&mut making.metadata, &entry.key, entry.key_span, &entry.node);
        if on_pods {
            add_label(&mut making.pod_metadata, &entry.key, entry.key_span, &entry.node);
        }
    }
    if !making.kind.has_selector() {
        return;
    }
    if making.spec.get("selector").is_none()
        && name.is_none()
        && making.metadata.get("generateName").is_none()
    {
        // It would be made of the name, whose lack is reported.
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
    for entry in selector.iter().flat_map(Node::entries) {
        add_label(&mut making.pod_metadata, &entry.key, entry.key_span, &entry.node);
    }
}

/// Adds a label unless the metadata has it.
fn add_label(metadata: &mut Map, key: &SmolStr, span: Span, value: &Node) {
    if metadata.get("labels").is_none() {
        metadata.set("labels", span, Node::map(span));
    }
    if let Some(labels) = metadata.get_mut("labels").map(Node::map_mut)
        && labels.get(key).is_none()
    {
        labels.set(key.clone(), span, value.clone());
    }
}
