//! Collects the entries of a map, including those that `<<` merges, by unique keys.
//!
//! Invariant: the keys are unique. As in kubectl, a later entry replaces a merged one, and a later merge replaces a
//! written entry.

use super::node::{YamlEntry, YamlNode, YamlValue};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::HashMap;
use std::collections::hash_map;

/// A map that is being read.
#[derive(Default)]
pub(super) struct MapBuilder {
    pub(super) entries: Vec<YamlEntry>,
    /// The key of the next entry and its place; `None` as the key means `<<`.
    pub(super) key: Option<(Option<SmolStr>, Span)>,
    /// The index of each key's entry, and whether it was merged.
    places: HashMap<SmolStr, (usize, bool)>,
}

impl MapBuilder {
    /// Adds an entry; if its key was written before, the error is that place.
    pub(super) fn insert(&mut self, entry: YamlEntry) -> Result<(), Span> {
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

    /// Merges a map, or the maps of a list, of which the first takes precedence; refuses anything else.
    pub(super) fn merge(&mut self, node: YamlNode) -> Result<(), ()> {
        match node.value {
            YamlValue::Map(entries) => self.set(entries),
            YamlValue::List(nodes) => {
                for node in nodes.into_iter().rev() {
                    let YamlValue::Map(entries) = node.value else { return Err(()) };
                    self.set(entries);
                }
            }
            _ => return Err(()),
        }
        Ok(())
    }

    fn set(&mut self, entries: Vec<YamlEntry>) {
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
