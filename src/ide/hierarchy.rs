//! Says what has to happen before a container starts, and what waits for it.
//!
//! Invariant: the order is that of the plan, so nothing is said of a file that does not compile.

use super::names::{NameKind, definition};
use super::places::{Places, StatementPlace};
use super::{Analysis, Location, Workspace};
use crate::model::Role;
use crate::plan::{Plan, Start};

/// A container of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The workload's kind and name.
    pub workload: String,
    /// The container's name.
    pub name: String,
    /// `step`, `sidecar` or `app`.
    pub role: &'static str,
    /// The statement that declares it.
    pub place: StatementPlace,
}

/// A container that runs before or after another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Neighbor {
    /// The container.
    pub member: Member,
    /// The places in the source that say so; none if it is as written.
    pub places: Vec<Location>,
}

/// The side of a container in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What the container waits for.
    Before,
    /// What waits for the container.
    After,
}

/// The containers that the text at an offset declares or names: several if it is a template's.
pub(crate) fn members(analysis: &Analysis, workspace: &Workspace, path: &str, offset: usize) -> Vec<Member> {
    let found = definition(workspace, path, offset).map(|(_, found)| found);
    let named = found.filter(|found| found.kind == NameKind::Container).map(|found| found.location);
    let (path, offset) =
        named.as_ref().map_or((path, offset), |place| (place.path.as_str(), place.range.range().start));
    let mut places = Places::new(analysis, workspace);
    let mut members = Vec::new();
    for plan in plans(analysis) {
        for start in &plan.order {
            let member = member(plan, start, &mut places);
            if member.place.head.path == path && member.place.head.range.touches(offset) {
                members.push(member);
            }
        }
    }
    members
}

/// The containers on one side of a container, in the order of the plan. Among them is the nearest one of the init
/// containers; for an app, all that start before it.
pub(crate) fn neighbors(
    analysis: &Analysis,
    workspace: &Workspace,
    (workload, name): (&str, &str),
    side: Side,
) -> Vec<Neighbor> {
    let mut places = Places::new(analysis, workspace);
    let Some(plan) = plans(analysis).find(|plan| plan.title() == workload) else { return Vec::new() };
    let Some(at) = plan.order.iter().position(|start| start.name == name) else { return Vec::new() };
    let order = &plan.order;
    let mut found = Vec::new();
    for (other, start) in order.iter().enumerate() {
        let (earlier, later) = match side {
            Side::Before => (other, at),
            Side::After => (at, other),
        };
        let links = order[later].links.iter().filter(|link| link.container == order[earlier].name);
        let places_of_links: Vec<Location> = links.map(|link| analysis.location(link.span)).collect();
        if !places_of_links.is_empty() || follows(order, earlier, later) {
            found.push(Neighbor { member: member(plan, start, &mut places), places: places_of_links });
        }
    }
    found
}

/// Whether a container is what the other one waits for whatever the source says of the two.
fn follows(order: &[Start], earlier: usize, later: usize) -> bool {
    match (order[earlier].role, order[later].role) {
        (Role::App, _) => false,
        (_, Role::App) => true,
        _ => earlier + 1 == later,
    }
}

fn plans(analysis: &Analysis) -> impl Iterator<Item = &Plan> {
    analysis.compilation.workloads.iter().map(|workload| workload.plan())
}

fn member(plan: &Plan, start: &Start, places: &mut Places<'_>) -> Member {
    Member {
        workload: plan.title(),
        name: start.name.to_string(),
        role: start.role.name(),
        place: places.of(start.span),
    }
}
