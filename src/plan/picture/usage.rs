//! Collects what a plan says of each resource: how much is requested at each moment, in all, and at most.

use super::super::{By, Plan, PlannedLimit, PlannedRequest, Resources};
use super::unquoted;
use crate::kubernetes::quantity::Quantity;
use crate::model::Role;
use std::collections::HashMap;

/// What a plan says of one resource.
pub(in super::super) struct ResourceUse<'a> {
    pub(in super::super) name: &'a str,
    /// The amount that is requested in each slot: for every entry of the init list, and then for all apps together.
    pub(in super::super) moments: Vec<Quantity>,
    /// The total requests of the apps, without sidecars.
    pub(in super::super) alone: Quantity,
    pub(in super::super) request: Option<&'a PlannedRequest>,
    pub(in super::super) limit: Option<&'a PlannedLimit>,
}

/// The highest moment of one resource.
pub(in super::super) struct Peak {
    /// The slot: a place in the init list, or the slot of the apps after it.
    pub(in super::super) slot: usize,
    pub(in super::super) quantity: Quantity,
    /// What runs at that moment, in words.
    pub(in super::super) because: String,
}

/// The uses of all resources: CPU and memory, then all others that a container or the pod requests or limits.
pub(in super::super) fn resource_uses(plan: &Plan) -> Vec<ResourceUse<'_>> {
    let init = plan.order.iter().filter(|start| start.role != Role::App);
    let apps = plan.order.iter().find(|start| start.role == Role::App);
    let slots: Vec<&Resources> = init.chain(apps).map(|start| &start.reserved).collect();
    let mut uses = ResourceUses { slots: slots.len(), uses: Vec::new(), places: HashMap::new() };
    uses.of("cpu");
    uses.of("memory");
    for request in &plan.requests {
        uses.of(&request.resource).request = Some(request);
    }
    for limit in &plan.limits {
        uses.of(&limit.resource).limit = Some(limit);
    }
    for (resource, quantity) in &plan.apps {
        uses.of(resource).alone = *quantity;
    }
    for (slot, reserved) in slots.into_iter().enumerate() {
        for (resource, quantity) in reserved {
            uses.of(resource).moments[slot] = *quantity;
        }
    }
    uses.uses
}

struct ResourceUses<'a> {
    slots: usize,
    uses: Vec<ResourceUse<'a>>,
    places: HashMap<&'a str, usize>,
}

impl<'a> ResourceUses<'a> {
    fn of(&mut self, name: &'a str) -> &mut ResourceUse<'a> {
        let place = *self.places.entry(name).or_insert_with(|| {
            self.uses.push(ResourceUse {
                name,
                moments: vec![Quantity::ZERO; self.slots],
                alone: Quantity::ZERO,
                request: None,
                limit: None,
            });
            self.uses.len() - 1
        });
        &mut self.uses[place]
    }
}

impl ResourceUse<'_> {
    /// The resource, as a heading names it.
    pub(in super::super) fn title(&self) -> &str {
        match self.name {
            "cpu" => "CPU",
            "memory" => "Memory",
            other => other,
        }
    }

    /// The highest of the moments that are above zero, described as in the effective request if that moment sets it.
    pub(in super::super) fn peak(&self, plan: &Plan) -> Option<Peak> {
        let highest = self.moments.iter().max()?;
        let named = self.request.filter(|request| matches!(request.by, By::Step | By::Together));
        let slot = match named {
            Some(request) if request.by == By::Step => {
                plan.order.iter().position(|start| Some(&start.name) == request.containers.first())?
            }
            Some(_) => self.moments.len() - 1,
            None => self.moments.iter().position(|moment| moment == highest)?,
        };
        let because = match named {
            Some(request) => unquoted(&request.because),
            None => {
                let start = plan.order.get(slot)?;
                match start.role {
                    Role::App => "all apps and sidecars together".to_owned(),
                    role => format!("{} {}, with the sidecars before it", role.name(), start.name),
                }
            }
        };
        let quantity = *self.moments.get(slot).filter(|quantity| !quantity.is_zero())?;
        Some(Peak { slot, quantity, because })
    }
}
