//! Reads the amounts that the objects of a namespace set.

use crate::kubernetes::quantity::Quantity;
use crate::object::Node;
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// An amount that a namespace sets, with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// The amount.
    pub quantity: Quantity,
    /// Its place.
    pub span: Span,
}

/// Bounds by the name of the resource.
pub(super) type Bounds = BTreeMap<SmolStr, Bound>;

/// The quantities of a map as the API server stores them, in which each is rounded up to a thousandth.
pub(super) fn bounds(object: &Node, field: &str) -> Bounds {
    let entries = object.get(field).map_or(&[][..], Node::entries).iter();
    let read = entries.filter_map(|entry| {
        let quantity = entry.node.as_quantity()?.as_printed().round_up_milli();
        Some((entry.key.clone(), Bound { quantity, span: entry.node.span }))
    });
    read.collect()
}
