//! Moves a step that waits for one written below it to the place where it runs.
//!
//! Invariant: what moves is whole lines, within one block.

use super::layout;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::ide::shape::{Inside, at};
use crate::ide::{Analysis, Parsed};
use crate::source::{FileId, Span};
use crate::syntax::tree::Statement;
use std::ops::Range;

/// The step or sidecar around an offset, moved after the last one that runs before it.
pub(super) fn step(file: &Parsed, analysis: &Analysis, offset: usize) -> Option<Fix> {
    let cursor = at(file, offset);
    let depth = cursor.chain.iter().rposition(|shaped| matches!(shaped.inside, Inside::Workload(_)))?;
    let moving = cursor.chain.get(depth)?.statement;
    let before = before(analysis, moving)?;
    let siblings: &[Statement] = match depth.checked_sub(1).and_then(|at| cursor.chain.get(at)) {
        Some(parent) => &parent.statement.block.as_ref()?.statements,
        None => return None,
    };
    let holds = |statement: &Statement| {
        before.iter().any(|span| statement.span.start <= span.start && span.end <= statement.span.end)
    };
    let target = siblings.iter().rfind(|sibling| sibling.span.start > moving.span.end && holds(sibling))?;
    let lines = layout::lines(file, moving)?;
    let insert_at = layout::end(file, target)?;
    let text = file.text();
    let own = text.get(lines.clone())?;
    // The old place keeps one empty line in between; at the new place the step is set off as before.
    let set_off = text.get(lines.end..)?.starts_with('\n');
    let gone = lines.start..lines.end + usize::from(set_off);
    let new = if set_off { format!("\n{own}") } else { own.to_owned() };
    let edit =
        |range: Range<usize>, text: String| Edit { span: Span::new(FileId(0), range.start, range.end), text };
    let edits = vec![edit(gone, String::new()), edit(insert_at..insert_at, new)];
    let name = file.source.slice(moving.values.first()?.span).trim_matches(['"', '\'']);
    let title = format!("move `{name}` to where it runs");
    Some(Fix { title, edits, applicability: Applicability::Unsafe })
}

/// The places of what runs before a step or sidecar, if it waits for something written below it.
fn before(analysis: &Analysis, statement: &Statement) -> Option<Vec<Span>> {
    let head = statement.head();
    analysis.compilation.workloads.iter().find_map(|workload| {
        let containers = &workload.compiled.workload.containers;
        let places = &workload.compiled.order.places;
        let span = |container: usize| analysis.place(containers[container].span);
        let at = places.iter().position(|place| span(place.container) == head)?;
        let spans = places[..at].iter().map(|place| span(place.container));
        places[at].moved.then(|| spans.filter(|span| span.file == FileId(0)).collect())
    })
}
