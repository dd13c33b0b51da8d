//! The entries of a map to a map of unique keys, with what `<<` merges into it.
//!
//! Invariant: the keys are unique. As in kubectl, what comes later replaces what was merged, and what is merged later
//! replaces what was written.

use super::node::{Entry, Node, Value};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::HashMap;
use std::collections::hash_map;

/// A map that is being read.
#[derive(Default)]
pub(super) struct Map {
    pub(super) entries: Vec<Entry>,
    /// The key of the next entry, and its place; without text for `<<`.
    pub(super) key: Option<(Option<SmolStr>, Span)>,
    /// Where each key's entry is, and whether it was merged.
    places: HashMap<SmolStr, (usize, bool)>,
}

impl Map {
    /// Adds an entry; where its key is written already, that place is the error.
    pub(super) fn insert(&mut self, entry: Entry) -> Result<(), Span> {
        match self.places.entry(entry.key.clone()) {
            hash_map::Entry::Vacant(place) => {
                place.insert((self.entries.len(), false));
                self.entries.push(entry);
            }
            hash_map::Entry::Occupied(mut place) => {
                let (at, is_merged) = *place.get();
                if !is_merged {
                    return Err(self.entries[at].key_span);
                }
                place.insert((at, false));
                self.entries[at] = entry;
            }
        }
        Ok(())
    }

    /// Merges a map, or the maps of a list, of which the first has the last word; anything else is refused.
    pub(super) fn merge(&mut self, node: Node) -> Result<(), ()> {
        match node.value {
            Value::Map(entries) => self.set(entries),
            Value::List(nodes) => {
                for node in nodes.into_iter().rev() {
                    let Value::Map(entries) = node.value else { return Err(()) };
                    self.set(entries);
                }
            }
            _ => return Err(()),
        }
        Ok(())
    }

    fn set(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            match self.places.entry(entry.key.clone()) {
                hash_map::Entry::Vacant(place) => {
                    place.insert((self.entries.len(), true));
                    self.entries.push(entry);
                }
                hash_map::Entry::Occupied(place) => self.entries[place.get().0] = entry,
            }
        }
    }
}
