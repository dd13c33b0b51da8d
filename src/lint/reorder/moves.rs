//! Finds few moves that lead to an order with a certain cost.

use super::{EntryKind, Problem, Requests, is_within};

/// The most moves that are considered.
const MAX_MOVES: usize = 64;

/// How much work it may be to try moves; the unit is that of [`Problem::size`].
const MAX_WORK: usize = 1 << 16;

/// A step, and the sidecar that it is moved before.
pub(super) type Move = (usize, usize);

/// Which sidecars a step moves before, of those that come after it in the order that is sought.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// All of them; moves that turn out to be unnecessary are left out in the end.
    All,
    /// The one whose requests matter most, then the next one, until the step is cheap enough.
    Strongest,
}

/// The moves towards the best order, of which none can be left out, and what the order after them reserves: more than the
/// best order if so many moves are needed that only some are taken.
pub(super) fn find(
    problem: &Problem<'_>,
    best: &[usize],
    present: &Requests,
    cost: &Requests,
    choice: Choice,
) -> Option<(Vec<Move>, Requests)> {
    let mut place = vec![0; problem.entries.len()];
    best.iter().enumerate().for_each(|(at, entry)| place[*entry] = at);
    let mut moves: Vec<Move> = Vec::new();
    let mut found: Option<(f64, usize, Requests)> = None;
    let most = MAX_MOVES.min(MAX_WORK / problem.size());
    while moves.len() <= most {
        let order = problem.order(&moves)?;
        let reached = problem.cost(&order);
        let saving = Problem::saving(present, &reached);
        if is_within(&reached, present) && saving > found.as_ref().map_or(0.0, |(saving, ..)| *saving) {
            found = Some((saving, moves.len(), reached));
        }
        // Whatever can come before the last step that needs too much comes before it, too.
        let mut last = None;
        problem.run(&order, |entry, running| {
            if !is_within(running, cost) {
                last = Some((entry, running.clone()));
            }
        });
        let Some((step, running)) = last else { break };
        let before = order.iter().copied().take_while(|entry| *entry != step);
        let is_late =
            |entry: &usize| problem.entries[*entry].kind == EntryKind::Sidecar && place[*entry] > place[step];
        let late: Vec<usize> = before.filter(is_late).collect();
        let known = moves.len();
        match choice {
            Choice::All => moves.extend(late.into_iter().map(|sidecar| (step, sidecar))),
            Choice::Strongest => {
                let relief = |sidecar: usize| relief(&problem.entries[sidecar].requests, &running, cost);
                // Of equals, the first one is chosen: more steps come after it.
                let strongest =
                    late.into_iter().rev().max_by(|one, other| relief(*one).total_cmp(&relief(*other)));
                moves.extend(strongest.map(|sidecar| (step, sidecar)));
            }
        }
        if moves.len() == known {
            break;
        }
    }
    let (_, count, reached) = found?;
    moves.truncate(count);
    moves.sort_unstable_by_key(|(step, sidecar)| (*sidecar, *step));
    for at in (0..moves.len()).rev() {
        let taken = moves.remove(at);
        if problem.order(&moves).is_none_or(|order| !is_within(&problem.cost(&order), &reached)) {
            moves.insert(at, taken);
        }
    }
    Some((moves, reached))
}

/// How much of what exceeds the cost a sidecar requests: the sum over all resources, each relative to the excess.
fn relief(requests: &Requests, running: &Requests, cost: &Requests) -> f64 {
    let part = |(request, (running, cost)): (&i128, (&i128, &i128))| {
        let excess = running - cost;
        // The results are only compared with each other.
        #[allow(clippy::cast_precision_loss)]
        if excess > 0 { *request.min(&excess) as f64 / excess as f64 } else { 0.0 }
    };
    requests.iter().zip(running.iter().zip(cost)).map(part).sum()
}
