//! Adds up the requests or limits of a pod's containers, for each resource.
//!
//! Invariant: the cost is linear in the number of requests; the totals of the sidecars are carried along, not
//! recomputed.

use super::{Amounts, Demand, PodDemand, SetBy, Sums};
use crate::kubernetes::quantity::Quantity;

/// The totals of a pod's containers for one resource.
#[derive(Debug, Default)]
pub(super) struct Sum {
    /// The total of the apps and all sidecars; `None` if none of them has a value.
    pub(super) steady: Option<Quantity>,
    /// How many containers have a value.
    pub(super) containers: usize,
    /// How many containers have a value above zero.
    pub(super) non_zero: usize,
    apps: Vec<usize>,
    sidecars: Vec<usize>,
    beside: Quantity,
    peak: Option<Peak>,
}

/// The largest total of a step and the sidecars that run alongside it.
#[derive(Debug)]
struct Peak {
    quantity: Quantity,
    step: usize,
    sidecars: usize,
}

/// Adds up the requests, or the limits, of a pod's containers.
pub(super) fn aggregate<'a>(pod: &'a PodDemand, of: impl Fn(&'a Demand) -> &'a Amounts) -> Sums<'a> {
    let mut sums = Sums::new();
    for app in &pod.apps {
        for (name, quantity) in of(app) {
            let sum = sums.entry(name).or_default();
            sum.count(quantity);
            sum.add_steady(quantity);
            sum.apps.push(app.container);
        }
    }
    for init in &pod.init {
        let container = init.demand.container;
        for (name, quantity) in of(&init.demand) {
            let sum = sums.entry(name).or_default();
            sum.count(quantity);
            if init.sidecar {
                sum.add_steady(quantity);
                sum.beside = sum.beside.add(quantity);
                sum.sidecars.push(container);
            } else {
                sum.step(container, quantity);
            }
        }
    }
    sums
}

impl Sum {
    /// The effective total: the larger of the total after the start and the highest total during the init phase.
    pub(super) fn total(&self) -> Quantity {
        match (&self.steady, self.higher_peak()) {
            (_, Some(peak)) => peak.quantity,
            (Some(steady), None) => *steady,
            (None, None) => Quantity::ZERO,
        }
    }

    /// What sets the total: the apps and sidecars if they need at least as much as the init phase.
    pub(super) fn set_by(&self) -> SetBy {
        match self.higher_peak() {
            Some(peak) => SetBy::Step { step: peak.step, beside: self.sidecars[..peak.sidecars].to_vec() },
            None => SetBy::Together(self.apps.iter().chain(&self.sidecars).copied().collect()),
        }
    }

    fn higher_peak(&self) -> Option<&Peak> {
        self.peak.as_ref().filter(|peak| self.steady.is_none_or(|steady| peak.quantity > steady))
    }

    fn count(&mut self, quantity: &Quantity) {
        self.containers += 1;
        self.non_zero += usize::from(!quantity.is_zero());
    }

    fn add_steady(&mut self, quantity: &Quantity) {
        self.steady = Some(self.steady.map_or(*quantity, |steady| steady.add(quantity)));
    }

    fn step(&mut self, step: usize, quantity: &Quantity) {
        // A step without a value cannot exceed the sidecars, which the steady total includes.
        let quantity = quantity.add(&self.beside);
        if self.peak.as_ref().is_none_or(|peak| quantity > peak.quantity) {
            self.peak = Some(Peak { quantity, step, sidecars: self.sidecars.len() });
        }
    }
}
