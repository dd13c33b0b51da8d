//! Generates mutants, which are admitted objects with one thing changed. A number always gives the same mutant.

mod bases;
mod change;
mod harvest;
mod sites;
mod values;

use crate::size;
pub(crate) use bases::{Base, bases};
use change::{CHANGES, Scene};
use harvest::Harvest;
use initflow::kubernetes::version::Version;
use serde_json::Value;
use sites::{Site, sites};
pub(crate) use sites::{below, support, type_at};
use std::collections::BTreeMap;

/// How often a change is tried before another object is used.
const TRIES: usize = 40;

/// An object with one thing changed.
pub(crate) struct Mutant {
    /// The origin of the object.
    pub(crate) base: String,
    /// The version that it is for.
    pub(crate) version: Version,
    /// The changed object.
    pub(crate) object: Value,
    /// The name of the kind of change.
    pub(crate) change: &'static str,
    /// The object of the schema and the field that was changed.
    pub(crate) field: (&'static str, &'static str),
    /// The place of the change, as a JSON pointer.
    pub(crate) pointer: String,
}

/// The objects and values that mutants are made from.
pub(crate) struct Stock {
    bases: Vec<Stocked>,
    pub(crate) harvest: Harvest,
}

/// An object, and the places in it by their fields.
struct Stocked {
    base: Base,
    sites: BTreeMap<(&'static str, &'static str), Vec<Site>>,
}

impl Stock {
    /// Adds admitted objects.
    pub(crate) fn new(bases: Vec<Base>) -> Self {
        let mut harvest = Harvest::default();
        let mut stocked = Vec::with_capacity(bases.len());
        for base in bases {
            harvest.add(&base.object);
            let mut by_field: BTreeMap<_, Vec<Site>> = BTreeMap::new();
            for site in sites(&base.object) {
                by_field.entry(site.field).or_default().push(site);
            }
            stocked.push(Stocked { base, sites: by_field });
        }
        Self { bases: stocked, harvest }
    }

    /// The mutant of a number.
    pub(crate) fn mutant(&self, case: u64) -> Mutant {
        let mut rng = size::rng(case);
        loop {
            let Stocked { base, sites } = &self.bases[rng.usize(..self.bases.len())];
            let newest = base.versions.last().filter(|_| rng.bool());
            let version = newest.copied().unwrap_or_else(|| base.versions[rng.usize(..base.versions.len())]);
            for _ in 0..TRIES {
                // The field is chosen first: fields that occur in a hundred places are not more interesting than others.
                let Some(sites) = rng.choice(sites.values()) else { break };
                let site = &sites[rng.usize(..sites.len())];
                let (name, change) = CHANGES[rng.usize(..CHANGES.len())];
                let mut object = base.object.clone();
                let mut scene = Scene { rng: &mut rng, harvest: &self.harvest, object: &mut object, site };
                if change(&mut scene).is_some() && object != base.object {
                    let (field, pointer) = (site.field, site.pointer.clone());
                    return Mutant { base: base.name.clone(), version, object, change: name, field, pointer };
                }
            }
        }
    }
}
