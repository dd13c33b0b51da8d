//! Describes what changed between two revisions of workloads: order, totals and images, in words and numbers.
//!
//! Invariant: a reported change is a change of the compiled objects; equal objects have no changes.

use super::{Plan, Resources};
use crate::kubernetes::quantity::Quantity;
use crate::model::{Role, Workload, WorkloadKind};
use crate::object::Node;
use smol_str::SmolStr;

/// One workload in one revision.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    /// Its plan.
    pub plan: Plan,
    /// The image of each container, by name.
    pub images: Vec<(SmolStr, SmolStr)>,
    /// The number of its pods, if the source sets it.
    pub replicas: Option<i64>,
    /// The YAML that it compiles to.
    pub yaml: String,
}

impl Revision {
    /// The revision of a workload with its plan and its YAML.
    pub(crate) fn of(workload: &Workload, plan: Plan, yaml: String) -> Self {
        let image = |container: &crate::model::Container| {
            Some((container.name.text.clone(), SmolStr::new(container.fields.get("image")?.as_text()?)))
        };
        Self {
            plan,
            images: workload.containers.iter().filter_map(image).collect(),
            replicas: workload.object.spec.get("replicas").and_then(Node::as_int),
            yaml,
        }
    }
}

/// The changes of one workload.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Its kind.
    pub kind: WorkloadKind,
    /// Its name.
    pub name: SmolStr,
    /// What changed.
    pub facts: Vec<Fact>,
    /// The effective requests that changed.
    pub totals: Vec<Total>,
    /// The YAML before and after; empty if the workload does not exist.
    pub yaml: (String, String),
}

/// One thing that changed.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// What became of it.
    pub fate: Fate,
    /// A sentence without a full stop.
    pub text: String,
}

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another one.
    Changed,
}

impl Fate {
    fn fact(self, text: impl Into<String>) -> Fact {
        Fact { fate: self, text: text.into() }
    }
}

/// An effective request before and after.
#[derive(Clone, Debug)]
pub(crate) struct Total {
    /// The resource.
    pub resource: SmolStr,
    /// The request before; `None` if there was none.
    pub old: Option<Quantity>,
    /// The request after; `None` if there is none.
    pub new: Option<Quantity>,
    /// What sets it now.
    pub because: String,
    /// The number of pods before and after, if the source sets it.
    pub replicas: (Option<i64>, Option<i64>),
}

impl Total {
    /// Whether a pod requests more than before.
    pub(crate) fn is_more(&self) -> bool {
        let (old, new) = (self.old.unwrap_or_default(), self.new.unwrap_or_default());
        old != new && new.minus(&old).is_some()
    }

    /// The difference for one pod, with its sign.
    pub(crate) fn difference(&self) -> String {
        signed(self.old.unwrap_or_default(), self.new.unwrap_or_default())
    }

    /// The difference for all replicas, with its sign, if there are several.
    pub(crate) fn of_all(&self) -> Option<String> {
        let (before, now) = (self.replicas.0.unwrap_or(1), self.replicas.1.unwrap_or(1));
        let all = |quantity: Option<Quantity>, pods| quantity.unwrap_or_default().times(pods);
        (before > 1 || now > 1).then_some(())?;
        Some(signed(all(self.old, before)?, all(self.new, now)?))
    }
}

fn signed(old: Quantity, new: Quantity) -> String {
    match (new.minus(&old), old.minus(&new)) {
        (Some(more), _) => format!("+{more}"),
        (None, less) => format!("-{}", less.unwrap_or_default()),
    }
}

/// The changes from one revision to the next, in the order of the new one; removed workloads come last.
pub(crate) fn compare(old: &[Revision], new: &[Revision]) -> Vec<Change> {
    let same = |one: &Plan, other: &Plan| one.kind == other.kind && one.name == other.name;
    let mut changes = Vec::new();
    for revision in new {
        let before = old.iter().find(|before| same(&before.plan, &revision.plan));
        changes.extend(change(before, Some(revision)));
    }
    for before in old.iter().filter(|before| !new.iter().any(|after| same(&before.plan, &after.plan))) {
        changes.extend(change(Some(before), None));
    }
    changes
}

fn change(old: Option<&Revision>, new: Option<&Revision>) -> Option<Change> {
    let plan = &new.or(old)?.plan;
    let yaml =
        |revision: Option<&Revision>| revision.map(|revision| revision.yaml.clone()).unwrap_or_default();
    let yaml = (yaml(old), yaml(new));
    if yaml.0 == yaml.1 {
        return None;
    }
    let facts = match (old, new) {
        (None, _) => vec![Fate::Added.fact("the workload is new")],
        (_, None) => vec![Fate::Removed.fact("the workload was removed")],
        (Some(old), Some(new)) => facts(old, new),
    };
    Some(Change { kind: plan.kind, name: plan.name.clone(), facts, totals: totals(old, new), yaml })
}

fn totals(old: Option<&Revision>, new: Option<&Revision>) -> Vec<Total> {
    let replicas = |revision: Option<&Revision>| revision.and_then(|revision| revision.replicas);
    let replicas = (replicas(old), replicas(new));
    let requests =
        |revision: Option<&Revision>| revision.map_or(Vec::new(), |revision| revision.plan.requests.clone());
    let (old, after) = (requests(old), requests(new));
    let mut names: Vec<SmolStr> = after.iter().map(|request| request.resource.clone()).collect();
    names.extend(
        old.iter()
            .map(|request| request.resource.clone())
            .filter(|name| !after.iter().any(|request| request.resource == *name)),
    );
    let total = |resource: SmolStr| {
        let find = |requests: &[super::PlannedRequest]| {
            requests.iter().find(|request| request.resource == resource).cloned()
        };
        let (old, new_request) = (find(&old), find(&after));
        let quantity =
            |request: &Option<super::PlannedRequest>| request.as_ref().map(|request| request.quantity);
        let total = Total {
            old: quantity(&old),
            new: quantity(&new_request),
            because: new_request.map(|request| request.because).unwrap_or_default(),
            replicas,
            resource,
        };
        (total.old != total.new || replicas.0 != replicas.1).then_some(total)
    };
    names.into_iter().filter_map(total).collect()
}

/// What changed, as sentences.
fn facts(old: &Revision, new: &Revision) -> Vec<Fact> {
    let mut facts = Vec::new();
    if old.replicas != new.replicas {
        let shown =
            |replicas: Option<i64>| replicas.map_or("unset".to_owned(), |replicas| replicas.to_string());
        facts.push(Fate::Changed.fact(format!("replicas {} → {}", shown(old.replicas), shown(new.replicas))));
    }
    let find =
        |revision: &Revision, name: &str| revision.plan.order.iter().position(|start| start.name == name);
    for start in &new.plan.order {
        let role = start.role.name();
        let Some(before) = find(old, &start.name).map(|at| &old.plan.order[at]) else {
            facts.push(Fate::Added.fact(format!("{role} `{}` is new: {}", start.name, start.because)));
            continue;
        };
        if before.role != start.role {
            facts.push(Fate::Changed.fact(format!(
                "`{}` changed from {} to {role}",
                start.name,
                before.role.name()
            )));
        }
        amounts(&mut facts, &start.name, "requests", &before.requests, &start.requests);
        amounts(&mut facts, &start.name, "limits", &before.limits, &start.limits);
        if before.restarts != start.restarts {
            let now = start.restarts.as_deref().unwrap_or("as the pod's restart policy says");
            facts.push(Fate::Changed.fact(format!("`{}` on exit: {now}", start.name)));
        }
    }
    for start in old.plan.order.iter().filter(|start| find(new, &start.name).is_none()) {
        facts.push(Fate::Removed.fact(format!("{} `{}` was removed", start.role.name(), start.name)));
    }
    for (name, image) in &new.images {
        let before = old.images.iter().find(|(known, _)| known == name);
        if let Some((_, before)) = before.filter(|(_, before)| before != image) {
            facts.push(Fate::Changed.fact(format!("`{name}` image `{before}` → `{image}`")));
        }
    }
    facts.extend(moves(old, new));
    if old.plan.qos != new.plan.qos {
        facts.push(Fate::Changed.fact(format!("QoS class {} → {}", old.plan.qos, new.plan.qos)));
    }
    facts
}

fn amounts(facts: &mut Vec<Fact>, name: &str, what: &str, old: &Resources, new: &Resources) {
    let find = |amounts: &Resources, resource: &str| {
        amounts.iter().find(|(known, _)| known == resource).map(|(_, quantity)| *quantity)
    };
    let shown =
        |quantity: Option<Quantity>| quantity.map_or("none".to_owned(), |quantity| quantity.to_string());
    let mut names: Vec<&SmolStr> = new.iter().chain(old).map(|(name, _)| name).collect();
    names.dedup();
    let mut reported: Vec<&SmolStr> = Vec::new();
    for resource in names {
        let (before, after) = (find(old, resource), find(new, resource));
        if before != after && !reported.contains(&resource) {
            reported.push(resource);
            facts.push(Fate::Changed.fact(format!(
                "`{name}` {what} {resource} {} → {}",
                shown(before),
                shown(after)
            )));
        }
    }
}

/// The steps and sidecars of both revisions that moved among the others: the fewest that explain the new order.
fn moves(old: &Revision, new: &Revision) -> Vec<Fact> {
    let init = |revision: &Revision| -> Vec<SmolStr> {
        let starts = revision.plan.order.iter().filter(|start| start.role != Role::App);
        starts.map(|start| start.name.clone()).collect()
    };
    let (before, after) = (init(old), init(new));
    let kept: Vec<(usize, &SmolStr)> = after
        .iter()
        .filter_map(|name| Some((before.iter().position(|known| known == name)?, name)))
        .collect();
    let stays = longest_increasing(&kept.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    let moved = kept.iter().enumerate().filter(|(at, _)| !stays.contains(at));
    moved
        .map(|(at, (_, name))| match kept.get(at + 1) {
            Some((_, next)) => format!("`{name}` now starts before `{next}`"),
            None => format!("`{name}` is now the last of the steps and sidecars to start"),
        })
        .map(|text| Fate::Changed.fact(text))
        .collect()
}

/// The places of a longest increasing subsequence.
fn longest_increasing(numbers: &[usize]) -> Vec<usize> {
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let before = (0..at).filter(|before| numbers[*before] < *number).max_by_key(|before| best[*before].0);
        best.push((before.map_or(0, |before| best[before].0) + 1, before));
    }
    let mut at = (0..numbers.len()).max_by_key(|at| best[*at].0);
    let mut places = Vec::new();
    while let Some(place) = at {
        places.push(place);
        at = best[place].1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::longest_increasing;

    #[test]
    fn as_few_as_possible_have_moved() {
        let stays = |numbers: &[usize]| {
            let mut places = longest_increasing(numbers);
            places.sort_unstable();
            places
        };
        assert_eq!(stays(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(stays(&[2, 0, 1]), [1, 2]);
        assert!(stays(&[]).is_empty());
    }
}
