//! Finds the order of steps and sidecars that reserves the least.
//!
//! Invariant: the order keeps every constraint, reserves no more of any resource than the present one, and less of at
//! least one.

/// Up to this many entries, all orders are considered.
const EXACT: usize = 12;

/// The most moves that are tried if not all orders are considered.
const MAX_MOVES: usize = 8;

/// The most orders with different costs that are kept per set of entries.
const MAX_COSTS: usize = 64;

/// A step or a sidecar; entries are identified by their places in the present order.
#[derive(Clone, Debug)]
pub(super) struct ReorderEntry {
    /// What it requests of each resource.
    pub(super) requests: Vec<i128>,
    /// Whether it keeps running.
    pub(super) sidecar: bool,
    /// The entries that it must come after.
    pub(super) after: Vec<usize>,
}

/// An order that reserves less.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cheaper {
    /// The entries in that order.
    pub(super) order: Vec<usize>,
    /// The steps to move before a sidecar that now comes before them, which results in that order.
    pub(super) moves: Vec<(usize, usize)>,
    /// Whether all orders were considered, so that none reserves less.
    pub(super) proven: bool,
}

/// An order that reserves less than the present order of the entries; `floor` is what is reserved of each resource in
/// any order.
pub(super) fn cheaper(entries: &[ReorderEntry], floor: &[i128]) -> Option<Cheaper> {
    let problem = Problem { entries, floor };
    let now: Vec<usize> = (0..entries.len()).collect();
    let present = problem.cost(&now);
    let (best, proven) =
        if entries.len() <= EXACT { problem.exact(&present)? } else { (problem.improved(&present)?, false) };
    let moves = problem.moves(&best, &problem.cost(&best));
    let order = problem.order(&moves)?;
    Some(Cheaper { order, moves, proven })
}

struct Problem<'a> {
    entries: &'a [ReorderEntry],
    floor: &'a [i128],
}

/// What is reserved of each resource.
type Cost = Vec<i128>;

impl Problem<'_> {
    /// What an order reserves.
    fn cost(&self, order: &[usize]) -> Cost {
        let mut beside = vec![0; self.floor.len()];
        let mut cost = self.floor.to_vec();
        for entry in order {
            self.add(*entry, &mut beside, &mut cost);
        }
        cost
    }

    /// Adds the cost of an entry that runs next to what runs already.
    fn add(&self, entry: usize, beside: &mut [i128], cost: &mut [i128]) {
        let ReorderEntry { requests, sidecar, .. } = &self.entries[entry];
        for (at, request) in requests.iter().enumerate() {
            let running = beside[at] + request;
            cost[at] = cost[at].max(running);
            if *sidecar {
                beside[at] = running;
            }
        }
    }

    /// The saving of one cost against another: the sum over all resources, each relative to the present cost.
    fn saving(present: &Cost, cost: &Cost) -> f64 {
        let part = |(old, new): (&i128, &i128)| {
            // The results are only compared with each other.
            #[allow(clippy::cast_precision_loss)]
            if *old == 0 { 0.0 } else { (old - new) as f64 / *old as f64 }
        };
        present.iter().zip(cost).map(part).sum()
    }

    /// The best of all orders, by dynamic programming over sets of entries, and whether all were considered; `None` if the
    /// present one is the best.
    fn exact(&self, present: &Cost) -> Option<(Vec<usize>, bool)> {
        let count = self.entries.len();
        let mut proven = true;
        let after: Vec<usize> = self
            .entries
            .iter()
            .map(|entry| entry.after.iter().fold(0, |set, other| set | 1 << other))
            .collect();
        let mut beside = vec![vec![0; self.floor.len()]; 1 << count];
        // For each set, the costs that no other cost beats, each with its last entry and the index of the cost before it.
        let mut states: Vec<Vec<(Cost, usize, usize)>> = vec![Vec::new(); 1 << count];
        states[0].push((self.floor.to_vec(), 0, 0));
        for set in 0..1_usize << count {
            if states[set].is_empty() {
                continue;
            }
            for (entry, needed) in after.iter().enumerate() {
                if set & 1 << entry != 0 || needed & !set != 0 {
                    continue;
                }
                let next = set | 1 << entry;
                for at in 0..states[set].len() {
                    let mut cost = states[set][at].0.clone();
                    let mut running = beside[set].clone();
                    self.add(entry, &mut running, &mut cost);
                    beside[next] = running;
                    let kept = &mut states[next];
                    let beaten = |by: &Cost, cost: &Cost| by.iter().zip(cost).all(|(by, cost)| by <= cost);
                    if cost.iter().zip(present).any(|(cost, present)| cost > present)
                        || kept.iter().any(|(other, ..)| beaten(other, &cost))
                    {
                        continue;
                    }
                    if kept.len() == MAX_COSTS {
                        proven = false;
                        continue;
                    }
                    // Later states refer to kept ones by index, so none is removed.
                    kept.push((cost, entry, at));
                }
            }
        }
        let all = states.last()?;
        let better =
            |(at, (cost, ..)): (usize, &(Cost, usize, usize))| Some((Self::saving(present, cost), at));
        let (saving, mut at) =
            all.iter().enumerate().filter_map(better).max_by(|(one, _), (other, _)| one.total_cmp(other))?;
        if saving <= 0.0 {
            return None;
        }
        let mut set = (1 << count) - 1;
        let mut order = Vec::with_capacity(count);
        while set != 0 {
            let (_, entry, before) = &states[set][at];
            order.push(*entry);
            (set, at) = (set & !(1 << entry), *before);
        }
        order.reverse();
        Some((order, proven))
    }

    /// A better order, found greedily move by move; `None` if no move helps.
    fn improved(&self, present: &Cost) -> Option<Vec<usize>> {
        let mut moves: Vec<(usize, usize)> = Vec::new();
        let mut best: Option<(f64, Vec<usize>)> = None;
        for _ in 0..MAX_MOVES {
            let mut next: Option<(f64, Vec<usize>, (usize, usize))> = None;
            for sidecar in (0..self.entries.len()).filter(|entry| self.entries[*entry].sidecar) {
                for step in sidecar + 1..self.entries.len() {
                    if self.entries[step].sidecar || moves.contains(&(step, sidecar)) {
                        continue;
                    }
                    moves.push((step, sidecar));
                    let order = self.order(&moves);
                    moves.pop();
                    let Some(order) = order else { continue };
                    let cost = self.cost(&order);
                    let saving = Self::saving(present, &cost);
                    let costs_more = cost.iter().zip(present).any(|(cost, present)| cost > present);
                    let so_far = next.as_ref().map_or(0.0, |(saving, ..)| *saving);
                    let so_far = best.as_ref().map_or(so_far, |(saving, _)| so_far.max(*saving));
                    if !costs_more && saving > so_far {
                        next = Some((saving, order, (step, sidecar)));
                    }
                }
            }
            let Some((saving, order, taken)) = next else { break };
            moves.push(taken);
            best = Some((saving, order));
        }
        best.map(|(_, order)| order)
    }

    /// The fewest moves found that result in an order with this cost.
    fn moves(&self, order: &[usize], cost: &Cost) -> Vec<(usize, usize)> {
        let mut place = vec![0; order.len()];
        for (at, entry) in order.iter().enumerate() {
            place[*entry] = at;
        }
        let sidecars = (0..order.len()).filter(|entry| self.entries[*entry].sidecar);
        let mut moves: Vec<(usize, usize)> = sidecars
            .flat_map(|sidecar| (0..order.len()).map(move |step| (step, sidecar)))
            .filter(|(step, sidecar)| !self.entries[*step].sidecar && place[*step] < place[*sidecar])
            .collect();
        let mut at = moves.len();
        while at > 0 {
            at -= 1;
            let taken = moves.remove(at);
            if self.order(&moves).is_none_or(|order| self.cost(&order) != *cost) {
                moves.insert(at, taken);
            }
        }
        moves
    }

    /// The order after some moves: each place goes to the earliest entry whose constraints are all met; `None` if the moves
    /// contradict the constraints.
    fn order(&self, moves: &[(usize, usize)]) -> Option<Vec<usize>> {
        let count = self.entries.len();
        let mut placed = vec![false; count];
        let mut order = Vec::with_capacity(count);
        while order.len() < count {
            let ready = |entry: &usize| {
                !placed[*entry]
                    && self.entries[*entry].after.iter().all(|other| placed[*other])
                    && moves.iter().all(|(step, sidecar)| sidecar != entry || placed[*step])
            };
            let next = (0..count).find(ready)?;
            placed[next] = true;
            order.push(next);
        }
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    /// Every order that keeps the constraints.
    fn all_orders(entries: &[ReorderEntry], order: &mut Vec<usize>, orders: &mut Vec<Vec<usize>>) {
        if order.len() == entries.len() {
            orders.push(order.clone());
            return;
        }
        for entry in 0..entries.len() {
            if !order.contains(&entry) && entries[entry].after.iter().all(|other| order.contains(other)) {
                order.push(entry);
                all_orders(entries, order, orders);
                order.pop();
            }
        }
    }

    fn random(rng: &mut Rng, count: usize) -> Vec<ReorderEntry> {
        let entry = |at: usize, rng: &mut Rng| ReorderEntry {
            requests: vec![rng.i128(0..5), rng.i128(0..5)],
            sidecar: rng.bool(),
            after: (0..at).filter(|_| rng.u8(0..5) == 0).collect(),
        };
        (0..count).map(|at| entry(at, rng)).collect()
    }

    #[test]
    fn all_orders_of_a_few_are_tried() {
        let mut rng = Rng::with_seed(7);
        let mut found = 0;
        for _ in 0..2_000 {
            let count = rng.usize(1..7);
            let entries = random(&mut rng, count);
            let floor = vec![rng.i128(0..6), rng.i128(0..6)];
            let problem = Problem { entries: &entries, floor: &floor };
            let now: Vec<usize> = (0..count).collect();
            let present = problem.cost(&now);
            let mut orders = Vec::new();
            all_orders(&entries, &mut Vec::new(), &mut orders);
            let allowed = orders.iter().map(|order| problem.cost(order));
            let allowed =
                allowed.filter(|cost| cost.iter().zip(&present).all(|(cost, present)| cost <= present));
            let best = allowed.map(|cost| Problem::saving(&present, &cost)).fold(0.0, f64::max);
            let saving = cheaper(&entries, &floor).map_or(0.0, |cheaper| {
                found += 1;
                assert!(orders.contains(&cheaper.order), "{entries:?}");
                assert!(cheaper.proven && !cheaper.moves.is_empty());
                let cost = problem.cost(&cheaper.order);
                assert!(cost.iter().zip(&present).all(|(cost, present)| cost <= present));
                Problem::saving(&present, &cost)
            });
            assert!((saving - best).abs() < 1e-9, "{entries:?} {floor:?}: {saving} instead of {best}");
        }
        assert!(found > 200, "{found}");
    }

    #[test]
    fn a_good_order_of_many_is_found() {
        let mut rng = Rng::with_seed(11);
        for _ in 0..50 {
            let count = rng.usize(13..30);
            let entries = random(&mut rng, count);
            let floor = vec![0, 0];
            let problem = Problem { entries: &entries, floor: &floor };
            let Some(cheaper) = cheaper(&entries, &floor) else { continue };
            let present = problem.cost(&(0..count).collect::<Vec<_>>());
            let cost = problem.cost(&cheaper.order);
            assert!(!cheaper.proven && Problem::saving(&present, &cost) > 0.0);
            assert!(cost.iter().zip(&present).all(|(cost, present)| cost <= present));
        }
    }
}
