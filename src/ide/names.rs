//! Finds the declaration of a name and all places where the name is used.
//!
//! Invariant: a name means what the compiler binds it to, and a name that the compiler does not bind has no declaration. Each
//! file is read as a separate program, as it is for its diagnostics.

mod index;

pub(crate) use crate::model::NameKind;
pub(super) use index::Index;

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
    let index = workspace.names(path)?;
    let touching = index.names().filter(|(range, _)| range.touches(offset));
    // Of two adjacent names, the later one.
    let found = touching.reduce(|best, found| if found.0.start > best.0.start { found } else { best })?;
    Some((found.0, index.definition(found.1)))
}

/// Every place in a file that names a definition, its declaration included.
pub(crate) fn references_in(workspace: &Workspace, path: &str, definition: &Definition) -> Vec<Range32> {
    let name = text_of(workspace, &definition.location);
    let has_name = |file: &Arc<Parsed>| name.is_some_and(|name| file.text().contains(name));
    if !workspace.get(path).is_some_and(has_name) {
        return Vec::new();
    }
    workspace.names(path).map_or_else(Vec::new, |index| index.places_of(&definition.location))
}

/// Every place in all files that names a definition.
pub(crate) fn references(workspace: &Workspace, definition: &Definition) -> Vec<Location> {
    let in_file = |path: &str| {
        let ranges = references_in(workspace, path, definition).into_iter();
        let path = path.to_owned();
        ranges.map(move |range| Location { path: path.clone(), range })
    };
    workspace.paths().flat_map(in_file).collect()
}

/// The text of a place.
pub(super) fn text_of<'w>(workspace: &'w Workspace, location: &Location) -> Option<&'w str> {
    workspace.get(&location.path)?.text().get(location.range.range())
}

#[cfg(test)]
mod tests;
