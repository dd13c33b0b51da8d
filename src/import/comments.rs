//! Attaches the comments of a manifest to the statements that they are about.
//!
//! Invariant: no comment is lost; a comment above a field ends up above the statement for that field.

use super::source::{Comments, StatementDraft};
use crate::manifest::yaml::{Comment, YamlNode, YamlValue};
use crate::source::Span;
use smol_str::SmolStr;

/// The places in a document where a node or a key begins, in the order of the text.
pub(super) fn beginnings(root: &YamlNode) -> Vec<u32> {
    let mut places = Vec::new();
    gather(root, &mut places);
    places.sort_unstable();
    places.dedup();
    places
}

fn gather(node: &YamlNode, places: &mut Vec<u32>) {
    places.push(node.span.start);
    match &node.value {
        YamlValue::List(items) => items.iter().for_each(|item| gather(item, places)),
        YamlValue::Map(entries) => {
            for entry in entries {
                places.push(entry.key_span.start);
                gather(&entry.node, places);
            }
        }
        _ => {}
    }
}

/// The most comments that are attached, and the most statements to attach them to: each comment is compared with many
/// statements, and no real source has more.
const MAX: usize = 10_000;

/// Attaches the comments of a document; returns those after its end, or all of them if there are too many.
pub(super) fn place(
    comments: &[Comment],
    text: &str,
    beginnings: &[u32],
    workload: &mut StatementDraft,
) -> Vec<SmolStr> {
    if comments.len() > MAX || (!comments.is_empty() && workload.count() > MAX) {
        return comments.iter().map(|comment| comment.text.clone()).collect();
    }
    let mut left = Vec::new();
    for comment in comments {
        let start = comment.span.start;
        let next = beginnings.partition_point(|place| *place <= start);
        if comment.alone {
            match beginnings.get(next) {
                Some(place) => above(comment, *place, workload),
                None => left.push(comment.text.clone()),
            }
            continue;
        }
        let line = text[..start as usize].rfind('\n').map_or(0, |newline| newline + 1);
        let first = beginnings.partition_point(|place| (*place as usize) < line);
        let place = beginnings.get(first).filter(|_| first < next).or(beginnings.get(next.wrapping_sub(1)));
        match place {
            Some(place) => beside(comment, *place, workload),
            None => above(comment, beginnings.first().copied().unwrap_or_default(), workload),
        }
    }
    left
}

fn above(comment: &Comment, place: u32, workload: &mut StatementDraft) {
    let begins = |statement: &StatementDraft| statement.extents.iter().any(|extent| extent.start == place);
    let path = find(workload, place, &begins);
    of_place(walk(workload, &path), place).above.push(comment.text.clone());
}

fn beside(comment: &Comment, place: u32, workload: &mut StatementDraft) {
    let path = find(workload, place, &|_| false);
    let comments = of_place(walk(workload, &path), place);
    match &comments.beside {
        None => comments.beside = Some(comment.text.clone()),
        Some(_) => comments.above.push(comment.text.clone()),
    }
}

/// The comments of the list item that begins at a place, or else of the statement.
fn of_place(statement: &mut StatementDraft, place: u32) -> &mut Comments {
    let at = statement.head.iter_mut().position(|token| token.item_at(place).is_some());
    match at.and_then(|at| statement.head.get_mut(at)).and_then(|token| token.item_at(place)) {
        Some(comments) => comments,
        None => &mut statement.comments,
    }
}

/// The path to the statement for a place: the innermost one that contains it, or the first one after it. The path ends
/// early at a statement for which `stop` holds.
fn find(outermost: &StatementDraft, place: u32, stop: &dyn Fn(&StatementDraft) -> bool) -> Vec<usize> {
    let (mut path, mut statement) = (Vec::new(), outermost);
    let holds = |extent: &Span| extent.start <= place && place < extent.end.max(extent.start + 1);
    let start = |inner: &StatementDraft| {
        inner.extents.iter().map(|extent| extent.start).filter(|start| *start > place).min()
    };
    while let Some(block) = statement.block.as_ref().filter(|_| !stop(statement)) {
        let inner = block.iter().position(|inner| inner.extents.iter().any(holds));
        let starts = || block.iter().enumerate().filter_map(|(at, inner)| Some((start(inner)?, at)));
        match (inner, inner.or_else(|| starts().min().map(|(_, at)| at))) {
            (Some(at), _) => {
                path.push(at);
                statement = &block[at];
            }
            (None, Some(after)) => {
                path.push(after);
                break;
            }
            (None, None) => break,
        }
    }
    path
}

fn walk<'s>(mut statement: &'s mut StatementDraft, path: &[usize]) -> &'s mut StatementDraft {
    for at in path {
        statement = &mut statement.block.get_or_insert_default()[*at];
    }
    statement
}
