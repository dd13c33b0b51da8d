//! Finds the order of steps and sidecars that reserves the least.
//!
//! Invariant: the order keeps every constraint, reserves no more of any resource than the present one, and less of at
//! least one.

mod moves;
mod search;

use moves::{Choice, Move};
use search::{Least, least, order_within};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The largest problem for which an order is sought: 1,600 entries that request two resources.
const MAX_SIZE: usize = 10_000;

/// Amounts, one of each resource.
type Requests = Vec<i128>;

/// A step, a sidecar, or a barrier between them. Steps and sidecars are identified by their places in the present order,
/// barriers come after them.
#[derive(Clone, Debug)]
pub(super) struct ReorderEntry {
    pub(super) kind: EntryKind,
    /// What it requests of each resource.
    pub(super) requests: Requests,
    /// The entries that it must come after.
    pub(super) after: Vec<usize>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A step, which ends before the next entry starts.
    Step,
    /// A sidecar, which keeps running.
    Sidecar,
    /// A barrier, which represents the entries that it must come after.
    Barrier,
}

/// An order that reserves less.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cheaper {
    /// The steps and sidecars in that order.
    pub(super) order: Vec<usize>,
    /// The steps to move before a sidecar that now comes before them, which results in that order.
    pub(super) moves: Vec<Move>,
    /// Whether no order reserves less.
    pub(super) proven: bool,
}

/// An order that reserves less than the present order of the entries; `floor` is what is reserved of each resource in
/// any order.
pub(super) fn cheaper(entries: &[ReorderEntry], floor: &[i128]) -> Option<Cheaper> {
    let problem = Problem::new(entries, floor);
    if problem.size() > MAX_SIZE {
        return None;
    }
    let present = problem.cost(&problem.order(&[])?);
    let Least { cost, proven } = least(&problem, &present)?;
    let few = |choice: Choice| {
        let best = order_within(&problem, &cost, choice == Choice::Strongest)?;
        moves::find(&problem, &best, &present, &cost, choice)
    };
    // Neither choice always leads to fewer moves; the first one leaves more where it is.
    let found = [few(Choice::All), few(Choice::Strongest)];
    let (moves, reached) = found.into_iter().flatten().min_by_key(|(moves, _)| moves.len())?;
    let order = problem.order(&moves)?;
    Some(Cheaper { order, moves, proven: proven && reached == cost })
}

struct Problem<'a> {
    entries: &'a [ReorderEntry],
    floor: &'a [i128],
    /// For each entry, those that must come after it.
    followers: Vec<Vec<usize>>,
}

impl<'a> Problem<'a> {
    fn new(entries: &'a [ReorderEntry], floor: &'a [i128]) -> Self {
        let mut followers = vec![Vec::new(); entries.len()];
        for (at, entry) in entries.iter().enumerate() {
            entry.after.iter().for_each(|before| followers[*before].push(at));
        }
        Self { entries, floor, followers }
    }

    /// How much work it is to order the entries once.
    fn size(&self) -> usize {
        1 + self.entries.len() * (4 + self.floor.len())
    }

    /// Visits what runs with each entry of an order: its own requests and those of the sidecars before it.
    fn run(&self, order: &[usize], mut visit: impl FnMut(usize, &Requests)) {
        let mut beside = vec![0; self.floor.len()];
        let mut running = beside.clone();
        for entry in order {
            let ReorderEntry { requests, kind, .. } = &self.entries[*entry];
            for (sum, (beside, request)) in running.iter_mut().zip(beside.iter().zip(requests)) {
                *sum = beside + request;
            }
            if *kind == EntryKind::Sidecar {
                beside.clone_from(&running);
            }
            visit(*entry, &running);
        }
    }

    /// What an order reserves.
    fn cost(&self, order: &[usize]) -> Requests {
        let mut cost = self.floor.to_vec();
        self.run(order, |_, running| {
            cost.iter_mut().zip(running).for_each(|(cost, running)| *cost = *running.max(cost));
        });
        cost
    }

    /// The saving of one cost against another: the sum over all resources, each relative to the present cost.
    fn saving(present: &Requests, cost: &Requests) -> f64 {
        let part = |(old, new): (&i128, &i128)| {
            // The results are only compared with each other.
            #[allow(clippy::cast_precision_loss)]
            if *old == 0 { 0.0 } else { (old - new) as f64 / *old as f64 }
        };
        present.iter().zip(cost).map(part).sum()
    }

    /// The order after some moves: each place goes to the earliest entry whose constraints are all met; `None` if the moves
    /// contradict the constraints.
    fn order(&self, moves: &[Move]) -> Option<Vec<usize>> {
        let mut waits: Vec<usize> = self.entries.iter().map(|entry| entry.after.len()).collect();
        let mut moved = vec![Vec::new(); waits.len()];
        for (step, sidecar) in moves {
            waits[*sidecar] += 1;
            moved[*step].push(*sidecar);
        }
        let ranked = |entry: usize| Reverse((self.entries[entry].kind != EntryKind::Barrier, entry));
        let free = (0..waits.len()).filter(|entry| waits[*entry] == 0);
        let mut free: BinaryHeap<_> = free.map(ranked).collect();
        let (mut order, mut passed) = (Vec::with_capacity(waits.len()), 0);
        while let Some(Reverse((has_place, entry))) = free.pop() {
            passed += 1;
            if has_place {
                order.push(entry);
            }
            for next in self.followers[entry].iter().chain(&moved[entry]) {
                waits[*next] -= 1;
                if waits[*next] == 0 {
                    free.push(ranked(*next));
                }
            }
        }
        (passed == waits.len()).then_some(order)
    }
}

/// Whether no amount exceeds the ceiling of its resource.
fn is_within(requests: &Requests, ceiling: &Requests) -> bool {
    requests.iter().zip(ceiling).all(|(request, ceiling)| request <= ceiling)
}

#[cfg(test)]
mod tests;
