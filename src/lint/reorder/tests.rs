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

/// Random steps and sidecars; the higher `sparsity` is, the fewer come after others.
fn random(rng: &mut Rng, count: usize, resources: usize, sparsity: u8) -> Vec<ReorderEntry> {
    let entry = |at: usize, rng: &mut Rng| ReorderEntry {
        kind: if rng.bool() { EntryKind::Sidecar } else { EntryKind::Step },
        requests: (0..resources).map(|_| rng.i128(0..5)).collect(),
        after: (0..at).filter(|_| rng.u8(0..sparsity) == 0).collect(),
    };
    (0..count).map(|at| entry(at, rng)).collect()
}

/// The same entries with a barrier for those of each that come after others.
fn with_barriers(entries: &[ReorderEntry]) -> Vec<ReorderEntry> {
    let mut result = entries.to_vec();
    for at in 0..entries.len() {
        let barrier = ReorderEntry {
            kind: EntryKind::Barrier,
            requests: Vec::new(),
            after: std::mem::take(&mut result[at].after),
        };
        result[at].after = vec![result.len()];
        result.push(barrier);
    }
    result
}

#[test]
fn no_order_of_a_few_reserves_less() {
    let mut rng = Rng::with_seed(7);
    let mut found = 0;
    for _ in 0..4_000 {
        let (count, resources, sparsity) = (rng.usize(1..8), rng.usize(1..5), rng.u8(2..12));
        let entries = random(&mut rng, count, resources, sparsity);
        let floor: Vec<i128> = (0..resources).map(|_| rng.i128(0..6)).collect();
        let problem = Problem::new(&entries, &floor);
        let now: Vec<usize> = (0..count).collect();
        let present = problem.cost(&now);
        let mut orders = Vec::new();
        all_orders(&entries, &mut Vec::new(), &mut orders);
        let allowed = orders.iter().map(|order| problem.cost(order));
        let allowed = allowed.filter(|cost| is_within(cost, &present));
        let best = allowed.map(|cost| Problem::saving(&present, &cost)).fold(0.0, f64::max);
        let cheapest = cheaper(&entries, &floor);
        assert_eq!(cheaper(&with_barriers(&entries), &floor), cheapest, "{entries:?}");
        let saving = cheapest.map_or(0.0, |cheaper| {
            found += 1;
            assert!(orders.contains(&cheaper.order), "{entries:?}");
            assert!(cheaper.proven && !cheaper.moves.is_empty());
            let cost = problem.cost(&cheaper.order);
            assert!(is_within(&cost, &present));
            Problem::saving(&present, &cost)
        });
        assert!((saving - best).abs() < 1e-9, "{entries:?} {floor:?}: {saving} instead of {best}");
    }
    assert!(found > 1_000, "{found}");
}

#[test]
fn a_better_order_of_many_is_found() {
    let mut rng = Rng::with_seed(11);
    let mut found = 0;
    for _ in 0..50 {
        let count = rng.usize(13..300);
        let entries = random(&mut rng, count, 3, 100);
        let floor = vec![0; 3];
        let problem = Problem::new(&entries, &floor);
        let Some(cheaper) = cheaper(&entries, &floor) else { continue };
        found += 1;
        let present = problem.cost(&(0..count).collect::<Vec<_>>());
        let cost = problem.cost(&cheaper.order);
        assert!(is_within(&cost, &present) && Problem::saving(&present, &cost) > 0.0);
    }
    assert!(found > 10, "{found}");
}
