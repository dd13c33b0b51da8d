//! The names of a file: where each stands, and where what it names is declared.
//!
//! Invariant: a name that the compiler resolves is resolved here to the same declaration; of one that it does not resolve,
//! nothing is claimed.

mod find;
mod occurrences;

pub(crate) use occurrences::{NameKind, Occurrence, occurrences};

use super::{Location, Parsed, Range32, Workspace};
use std::sync::Arc;

/// What a name names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Definition {
    /// Where it is declared.
    pub location: Location,
    /// What is declared.
    pub kind: NameKind,
}

/// The name at an offset, and what it names.
pub(crate) fn definition(workspace: &Workspace, path: &str, offset: usize) -> Option<(Range32, Definition)> {
    let file = workspace.get(path)?;
    let touching = occurrences(file).into_iter().filter(|occurrence| occurrence.range.touches(offset));
    let found = touching.filter_map(|occurrence| {
        Some((occurrence.range, find::definition(workspace, path, file, &occurrence)?))
    });
    // Of two names side by side the later; of what one word may be, what comes first.
    found.reduce(|best, found| if found.0.start > best.0.start { found } else { best })
}

/// Every place of a file in which something is named, its declaration among them.
pub(crate) fn references_in(workspace: &Workspace, path: &str, definition: &Definition) -> Vec<Range32> {
    let Some(file) = workspace.get(path) else { return Vec::new() };
    let name = text_of(workspace, &definition.location);
    let mut ranges: Vec<Range32> = Vec::new();
    let mut settled: Option<Range32> = None;
    for occurrence in
        occurrences(file).into_iter().filter(|occurrence| Some(occurrence.name) == name.as_deref())
    {
        if settled == Some(occurrence.range) {
            continue;
        }
        if let Some(found) = find::definition(workspace, path, file, &occurrence) {
            settled = Some(occurrence.range);
            ranges.extend((found.location == definition.location).then_some(occurrence.range));
        }
    }
    ranges.sort();
    ranges.dedup();
    ranges
}

/// Every place in which something is named, in all files.
pub(crate) fn references(workspace: &Workspace, definition: &Definition) -> Vec<Location> {
    let paths = workspace.paths().map(str::to_owned);
    let in_file = |path: String| {
        let ranges = references_in(workspace, &path, definition);
        ranges.into_iter().map(move |range| Location { path: path.clone(), range })
    };
    paths.flat_map(in_file).collect()
}

/// The text of a place.
pub(super) fn text_of(workspace: &Workspace, location: &Location) -> Option<String> {
    let file: &Arc<Parsed> = workspace.get(&location.path)?;
    file.text().get(location.range.range()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
