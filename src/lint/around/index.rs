//! Finds the workloads that a Service selects.

use crate::context::{ContextObject, WorkloadFacts, selects};
use crate::object::{MapEntry, Node};
use fnv::FnvHashMap;

/// How many workloads of one Service are looked at.
const MAX_SELECTED: usize = 256;

/// The workloads by the labels of their pods.
#[derive(Default)]
pub(super) struct LabelIndex<'a> {
    by_label: FnvHashMap<(&'a str, &'a str), Vec<&'a WorkloadFacts>>,
    /// Those that have a label whose value is not known.
    unclear: Vec<&'a WorkloadFacts>,
}

impl<'a> LabelIndex<'a> {
    pub(super) fn of(workloads: impl Iterator<Item = &'a WorkloadFacts>) -> Self {
        let mut index = Self::default();
        for workload in workloads {
            for label in &workload.labels {
                match &label.value {
                    Some(value) => {
                        index.by_label.entry((&label.key, value)).or_default().push(workload);
                    }
                    None => index.unclear.push(workload),
                }
            }
        }
        index
    }

    /// The workloads whose pods a Service may select; nothing if they are very many.
    pub(super) fn selected(
        &self,
        service: &ContextObject,
        selector: &[MapEntry],
    ) -> Option<Vec<&'a WorkloadFacts>> {
        let labeled = selector.iter().map(|wanted| {
            let value = wanted.node.as_text().unwrap_or_default();
            self.by_label.get(&(wanted.key.as_str(), value)).map_or(&[][..], Vec::as_slice)
        });
        let rarest = labeled.min_by_key(|workloads| workloads.len()).unwrap_or_default();
        let all = rarest.iter().chain(&self.unclear).copied();
        let mut selected = all.filter(|workload| {
            service.is_in(workload.namespace.as_deref()) && selects(selector, &workload.labels)
        });
        let found: Vec<&WorkloadFacts> = selected.by_ref().take(MAX_SELECTED).collect();
        selected.next().is_none().then_some(found)
    }
}

/// A Service with its selector, if it has one.
pub(super) fn selecting(service: &ContextObject) -> Option<(&ContextObject, &[MapEntry])> {
    let selector = service.at("spec.selector").map_or(&[][..], Node::entries);
    let is_external = service.at("spec.type").and_then(Node::as_text) == Some("ExternalName");
    (!selector.is_empty() && !is_external).then_some((service, selector))
}
