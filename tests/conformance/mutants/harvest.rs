//! Collects the values of the fields of admitted objects, which are typical of a field.

use super::sites::sites;
use fastrand::Rng;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many values of a field are stored.
const KEPT: usize = 60;

/// The values of every field.
#[derive(Default)]
pub(crate) struct Harvest {
    values: BTreeMap<(&'static str, &'static str), Vec<Value>>,
    seen: BTreeSet<(&'static str, &'static str, String)>,
}

impl Harvest {
    /// Adds the values of an object.
    pub(super) fn add(&mut self, object: &Value) {
        for site in sites(object).into_iter().filter(|site| site.ty.is_some()) {
            let (owner, field) = site.field;
            // Items of lists and entries of maps are not values of the field.
            if site.split().1 != field {
                continue;
            }
            let Some(value) = object.pointer(&site.pointer) else { continue };
            let values = self.values.entry(site.field).or_default();
            if values.len() < KEPT && self.seen.insert((owner, field, value.to_string())) {
                values.push(value.clone());
            }
        }
    }

    /// A value that a field has in some object.
    pub(super) fn of(&self, rng: &mut Rng, field: (&'static str, &'static str)) -> Option<&Value> {
        rng.choice(self.values.get(&field)?)
    }

    /// The fields that have been seen.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.values.keys().copied()
    }
}
