//! Shows the plan in the text: the start order at each container and part, and the effective totals at each workload.
//!
//! Invariant: nothing is shown at a place where two workloads differ.

#[cfg(feature = "cli")]
mod kept;

#[cfg(feature = "cli")]
pub(crate) use kept::KeptHints;

use super::hover::amounts;
use super::shape::word;
use super::{Analysis, Parsed, PlannedWorkload, Range32};
use crate::model::Role;
use crate::plan::{Plan, Start};
use crate::source::{FileId, Span};
use crate::syntax::tree::Statement;
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};

/// A text shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The byte offset after which it is shown.
    pub offset: usize,
    /// The text.
    pub label: String,
    /// An explanation of it.
    pub tooltip: String,
    /// The workload that it is about, or one of them.
    workload: SmolStr,
}

/// The hints of a file.
pub(crate) fn hints(file: &Parsed, analysis: &Analysis) -> Vec<Hint> {
    if analysis.unset() {
        return Vec::new();
    }
    let mut at: BTreeMap<usize, Vec<Hint>> = BTreeMap::new();
    for workload in &analysis.compilation.workloads {
        let plan = workload.plan();
        let mut add = |offset: usize, label: String, tooltip: String| {
            let hint = Hint { offset, label, tooltip, workload: plan.name.clone() };
            at.entry(offset).or_default().push(hint);
        };
        let own = |span: Span| Some(analysis.place(span)).filter(|span| span.file == FileId(0));
        if let Some(span) = own(plan.span) {
            let total: Vec<_> =
                plan.requests.iter().map(|request| (request.resource.clone(), request.quantity)).collect();
            if !total.is_empty() {
                add(after_brace(file, span.end as usize), amounts(&total), tooltip(plan));
            }
            for (part, starts) in parts(file, workload, span) {
                add(part.end as usize, numbers(&starts), reasons(&starts));
            }
        }
        for (number, start) in numbered(plan) {
            if let Some(span) = own(start.span) {
                add(span.end as usize, numbers(&[(number, start)]), start.because.clone());
            }
        }
    }
    let one = |(_, mut hints): (usize, Vec<Hint>)| {
        hints.dedup_by(|one, other| one.label == other.label && one.tooltip == other.tooltip);
        hints.pop().filter(|_| hints.is_empty())
    };
    at.into_iter().filter_map(one).collect()
}

/// The containers with their numbers; the apps, which start together, have one number.
fn numbered(plan: &Plan) -> impl Iterator<Item = (usize, &Start)> {
    let apps = plan.order.iter().position(|start| start.role == Role::App).unwrap_or(plan.order.len());
    plan.order.iter().enumerate().map(move |(at, start)| (at.min(apps) + 1, start))
}

/// The parts in the statement of a workload, each with its containers.
fn parts<'p>(
    file: &Parsed,
    workload: &'p PlannedWorkload,
    place: Span,
) -> Vec<(Span, Vec<(usize, &'p Start)>)> {
    let containers = &workload.compiled.workload.containers;
    let part_of: HashMap<&SmolStr, &SmolStr> = containers
        .iter()
        .filter_map(|container| Some((&container.name.text, container.qualified.part.as_ref()?)))
        .collect();
    if part_of.is_empty() {
        return Vec::new();
    }
    let mut heads = Vec::new();
    for placed in file.pieces_in(Range32::from(place)) {
        heads_of_parts(&placed.piece.parse.document.statements, false, placed.start, place, &mut heads);
    }
    let starts = |part: &SmolStr| -> Vec<_> {
        numbered(workload.plan()).filter(|(_, start)| part_of.get(&start.name) == Some(&part)).collect()
    };
    heads
        .into_iter()
        .map(|(head, part)| (head, starts(&part)))
        .filter(|(_, starts)| !starts.is_empty())
        .collect()
}

/// Finds the heads of the parts in the statement at a place, with their names.
fn heads_of_parts(
    statements: &[Statement],
    inside: bool,
    piece: u32,
    place: Span,
    found: &mut Vec<(Span, SmolStr)>,
) {
    for statement in statements {
        let is_it = statement.span.start + piece == place.start;
        if inside && statement.name.text == "part" {
            if let Some(name) = statement.values.first().and_then(word) {
                let head = statement.head();
                let head = Span { file: FileId(0), start: head.start + piece, end: head.end + piece };
                found.push((head, name.into()));
            }
        } else if let Some(block) = &statement.block {
            let is_branch = matches!(statement.name.text.as_str(), "when" | "else");
            if is_it || is_branch {
                heads_of_parts(&block.statements, inside || is_it, piece, place, found);
            }
        }
    }
}

/// `#2`, or `#2, #4–#6` of several.
fn numbers(starts: &[(usize, &Start)]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (number, _) in starts {
        match runs.last_mut() {
            Some((_, last)) if *number <= *last + 1 => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let run = |(first, last): (usize, usize)| {
        if first == last { format!("#{first}") } else { format!("#{first}–#{last}") }
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(", ")
}

fn reasons(starts: &[(usize, &Start)]) -> String {
    let one = |(number, start): &(usize, &Start)| format!("#{number} {}: {}", start.name, start.because);
    starts.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

/// The offset after the brace that follows a head, or the end of the head.
fn after_brace(file: &Parsed, head: usize) -> usize {
    let rest = file.text().get(head..).unwrap_or_default();
    let brace = rest.trim_start_matches([' ', '\t']);
    if brace.starts_with('{') { head + rest.len() - brace.len() + 1 } else { head }
}

fn tooltip(plan: &Plan) -> String {
    let set = plan.requests.iter().map(|request| format!("{}: {}", request.resource, request.because));
    format!("effective requests of the pod\n\n{}", set.collect::<Vec<_>>().join("\n\n"))
}

#[cfg(test)]
mod tests;
