//! Says whether selectors select labels.

use super::facts::LabelFact;
use crate::object::MapEntry;

/// Whether pods with some labels have all labels of a selector. A value that is not known is the wanted one.
pub(crate) fn selects(selector: &[MapEntry], labels: &[LabelFact]) -> bool {
    selector.iter().all(|wanted| labels.iter().any(|label| label.meets(wanted)))
}

impl LabelFact {
    /// Whether it is the label that an entry of a selector asks for.
    pub(crate) fn meets(&self, wanted: &MapEntry) -> bool {
        let is_same = || match (&self.value, wanted.node.as_text()) {
            (Some(value), Some(wanted)) => value == wanted,
            _ => true,
        };
        self.key == wanted.key && is_same()
    }
}
