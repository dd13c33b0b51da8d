//! Finds the least that an order of the entries reserves, without trying all orders.
//!
//! An order is filled from its end. What comes last of the entries that are left runs beside all sidecars that are left, so
//! whatever fits under the ceiling there may take that place: it leaves fewer sidecars for the others, and never more.
//! If nothing fits, some step that is free to come last must exceed the ceiling in any order, and the ceiling rises to
//! what that step needs. For one resource, the step that needs least is always right (Lawler's rule); for several,
//! each step whose need no other undercuts is a branch.

use super::{EntryKind, Problem, Requests, is_within};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::binary_heap::{BinaryHeap, PeekMut};
use std::rc::Rc;

/// How much work a search may be; the unit is a comparison of two amounts.
const MAX_WORK: usize = 1 << 19;

/// How much work it is to compute the saving of one resource.
const SAVING: usize = 12;

/// What was found.
pub(super) struct Least {
    /// What the best order reserves of each resource.
    pub(super) cost: Requests,
    /// Whether no order reserves less.
    pub(super) proven: bool,
}

/// Finds what the best order reserves; `None` if no order is better than the present one.
pub(super) fn least(problem: &Problem<'_>, present: &Requests) -> Option<Least> {
    let start = Tail::new(problem, false);
    let mut search = Search { problem, present, work: 0, reached: HashMap::new() };
    let bounds = (0..problem.floor.len()).map(|resource| search.least_alone(start.clone(), resource));
    let bounds: Requests = bounds.collect::<Option<_>>()?;
    search.run(start.under(bounds))
}

/// An order with this cost, filled from its end with what comes last at present, or with sidecars first if they are to come
/// as late as they can.
pub(super) fn order_within(
    problem: &Problem<'_>,
    cost: &Requests,
    late_sidecars: bool,
) -> Option<Vec<usize>> {
    let mut tail = Tail::new(problem, late_sidecars).under(cost.clone());
    tail.fill(problem);
    tail.is_complete(problem).then(|| tail.placed.into_iter().rev().collect())
}

struct Search<'p> {
    problem: &'p Problem<'p>,
    present: &'p Requests,
    work: usize,
    /// The ceilings under which each set of entries was left.
    reached: HashMap<Vec<u64>, Vec<Requests>>,
}

impl Search<'_> {
    /// The least that any order reserves of one resource, whatever it reserves of the others.
    fn least_alone(&mut self, tail: Tail, resource: usize) -> Option<i128> {
        let mut ceiling = vec![i128::MAX; self.problem.floor.len()];
        ceiling[resource] = tail.ceiling[resource];
        let mut tail = tail.under(ceiling);
        self.work += tail.fill(self.problem);
        while !tail.is_complete(self.problem) {
            let Reverse((request, _)) = tail.stuck[resource].peek()?;
            tail.ceiling[resource] = request + tail.beside[resource];
            tail.release(resource);
            self.work += tail.fill(self.problem);
        }
        Some(tail.ceiling[resource])
    }

    /// Follows the branches, the most promising ones first.
    fn run(&mut self, start: Tail) -> Option<Least> {
        let mut best: Option<(f64, Requests)> = None;
        let mut proven = true;
        let saving = Problem::saving(self.present, &start.ceiling);
        let mut open = vec![(Branch { saving, ceiling: start.ceiling.clone() }, Rc::new(start))];
        while let Some((Branch { saving, ceiling }, tail)) = open.pop() {
            if saving <= best.as_ref().map_or(0.0, |(saving, _)| *saving) {
                continue;
            }
            if self.work > MAX_WORK {
                proven = false;
                break;
            }
            let mut tail = Rc::unwrap_or_clone(tail).under(ceiling);
            self.work += tail.fill(self.problem);
            if tail.is_complete(self.problem) {
                best = Some((saving, tail.ceiling));
            } else if self.is_new(&tail) {
                let branches = self.branches(&tail);
                let tail = Rc::new(tail);
                open.extend(branches.into_iter().map(|branch| (branch, Rc::clone(&tail))));
            }
        }
        best.map(|(_, cost)| Least { cost, proven })
    }

    /// Whether the same entries were not left before under a ceiling that is not higher.
    fn is_new(&mut self, tail: &Tail) -> bool {
        let ceilings = self.reached.entry(tail.left.clone()).or_default();
        self.work += (ceilings.len() + 1) * tail.ceiling.len();
        let is_new = !ceilings.iter().any(|other| is_within(other, &tail.ceiling));
        if is_new {
            ceilings.push(tail.ceiling.clone());
        }
        is_new
    }

    /// The branches in which one more step fits, the most promising one last.
    fn branches(&mut self, tail: &Tail) -> Vec<Branch> {
        let mut branches = Vec::new();
        for Reverse((_, step)) in tail.stuck.iter().flatten() {
            let requests = &self.problem.entries[*step].requests;
            let needs = requests.iter().zip(&tail.beside).map(|(request, beside)| request + beside);
            let ceiling = needs.zip(&tail.ceiling).map(|(need, ceiling)| need.max(*ceiling)).collect();
            self.work += tail.ceiling.len();
            if is_within(&ceiling, self.present) {
                self.work += SAVING * ceiling.len();
                branches.push(Branch { saving: Problem::saving(self.present, &ceiling), ceiling });
            }
        }
        branches.sort_by(|one, other| other.saving.total_cmp(&one.saving));
        let mut kept: Vec<Branch> = Vec::new();
        for branch in branches {
            self.work += (kept.len() + 1) * branch.ceiling.len();
            if !kept.iter().any(|other| is_within(&other.ceiling, &branch.ceiling)) {
                kept.push(branch);
            }
            if self.work > MAX_WORK {
                break;
            }
        }
        kept.reverse();
        kept
    }
}

/// A ceiling under which the order of what is left may be possible.
struct Branch {
    /// The most that it saves.
    saving: f64,
    ceiling: Requests,
}

/// An order that is filled from its end.
#[derive(Clone)]
struct Tail {
    late_sidecars: bool,
    /// What may be reserved of each resource.
    ceiling: Requests,
    /// What the sidecars that are left request.
    beside: Requests,
    /// The entries that are left, as bits.
    left: Vec<u64>,
    /// For each entry, how many that are left wait for it.
    waiting: Vec<usize>,
    /// The entries that nothing left waits for, by whether they are tried first and by their present place.
    free: BinaryHeap<(bool, usize)>,
    /// For each resource, the steps that could come last, but would exceed its ceiling.
    stuck: Vec<BinaryHeap<Reverse<(i128, usize)>>>,
    /// The end of the order, the last entry first.
    placed: Vec<usize>,
}

impl Tail {
    /// The empty end of an order, under what any order reserves.
    fn new(problem: &Problem<'_>, late_sidecars: bool) -> Self {
        let count = problem.entries.len();
        let waiting: Vec<usize> = problem.followers.iter().map(Vec::len).collect();
        let mut beside = vec![0; problem.floor.len()];
        for sidecar in problem.entries.iter().filter(|entry| entry.kind == EntryKind::Sidecar) {
            beside.iter_mut().zip(&sidecar.requests).for_each(|(sum, request)| *sum += request);
        }
        let mut tail = Self {
            late_sidecars,
            ceiling: problem.floor.iter().zip(&beside).map(|(floor, sum)| *floor.max(sum)).collect(),
            left: vec![u64::MAX; count.div_ceil(64)],
            free: BinaryHeap::new(),
            stuck: vec![BinaryHeap::new(); beside.len()],
            placed: Vec::with_capacity(count),
            beside,
            waiting,
        };
        for entry in 0..count {
            if tail.waiting[entry] == 0 {
                tail.offer(problem, entry);
            }
        }
        tail
    }

    /// Adds an entry that nothing left waits for.
    fn offer(&mut self, problem: &Problem<'_>, entry: usize) {
        // A barrier has no place of its own.
        let is_first = match problem.entries[entry].kind {
            EntryKind::Barrier => true,
            EntryKind::Sidecar => self.late_sidecars,
            EntryKind::Step => false,
        };
        self.free.push((is_first, entry));
    }

    /// The same under another ceiling, which is not lower.
    fn under(mut self, ceiling: Requests) -> Self {
        self.ceiling = ceiling;
        (0..self.stuck.len()).for_each(|resource| self.release(resource));
        self
    }

    fn is_complete(&self, problem: &Problem<'_>) -> bool {
        self.placed.len() == problem.entries.len()
    }

    /// Frees the steps that no longer exceed the ceiling of a resource.
    fn release(&mut self, resource: usize) {
        let most = self.ceiling[resource] - self.beside[resource];
        while let Some(top) = self.stuck[resource].peek_mut()
            && top.0.0 <= most
        {
            let Reverse((_, step)) = PeekMut::pop(top);
            self.free.push((false, step));
        }
    }

    /// Places everything that fits under the ceiling; returns how much work that was.
    fn fill(&mut self, problem: &Problem<'_>) -> usize {
        let mut work = self.waiting.len();
        while let Some((_, at)) = self.free.pop() {
            let entry = &problem.entries[at];
            work += entry.requests.len() + entry.after.len() + 1;
            if entry.kind == EntryKind::Step {
                let mut needs = entry.requests.iter().zip(&self.beside).zip(&self.ceiling);
                let exceeded = needs.position(|((request, beside), ceiling)| request + beside > *ceiling);
                if let Some(resource) = exceeded {
                    self.stuck[resource].push(Reverse((entry.requests[resource], at)));
                    continue;
                }
            }
            self.placed.push(at);
            self.left[at / 64] &= !(1 << (at % 64));
            for before in &entry.after {
                self.waiting[*before] -= 1;
                if self.waiting[*before] == 0 {
                    self.offer(problem, *before);
                }
            }
            if entry.kind == EntryKind::Sidecar {
                for (resource, request) in entry.requests.iter().enumerate() {
                    self.beside[resource] -= request;
                    self.release(resource);
                }
            }
        }
        work
    }
}
