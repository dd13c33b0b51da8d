//! Stores what the names of a file are bound to.
//!
//! Invariant: an index is valid for the texts that it was made from, and can check whether a workspace still has them.

use super::Definition;
use crate::compile::Images;
use crate::ide::{Location, Parsed, Range32, Workspace};
use crate::kubernetes::version::Version;
use crate::model::{Bindings, Bound, Program, bindings};
use crate::program::{FileReader, FileText, Loaded, load};
use crate::source::{FileId, Span};
use std::cell::RefCell;
use std::sync::Arc;

/// The names of a file.
#[derive(Debug)]
pub(in crate::ide) struct Index {
    /// The files of the program at that time; `None` for a missing one.
    read: Vec<(String, Option<Arc<Parsed>>)>,
    /// The paths of the files that have declarations.
    paths: Vec<String>,
    /// The names with what each is bound to, in the order of their places.
    bound: Vec<Bound>,
    /// The values of constants, in the order of the places of their declarations.
    values: Vec<(Span, String)>,
}

impl Index {
    /// Indexes the names of a file as a separate program.
    pub(in crate::ide) fn of(path: &str, file: &Arc<Parsed>, workspace: &Workspace) -> Self {
        let reading =
            Reading { workspace, read: RefCell::new(vec![(path.to_owned(), Some(Arc::clone(file)))]) };
        let Loaded { sources, files, .. } = load(path, file.as_text(), &reading);
        let Bindings { names: bound, values } = bindings(Program {
            sources: &sources,
            files: &files,
            version: Version::default(),
            images: &Images::default(),
            settings: &[],
            require_params: false,
        });
        let paths = sources.files().iter().map(|file| file.name.clone()).collect();
        Self { read: reading.read.into_inner(), paths, bound, values }
    }

    /// Whether a workspace still has the files that it was made from.
    pub(in crate::ide) fn is_of(&self, workspace: &Workspace) -> bool {
        self.read.iter().all(|(path, read)| match (workspace.get(path), read) {
            (Some(file), Some(read)) => Arc::ptr_eq(file, read),
            (file, read) => file.is_none() && read.is_none(),
        })
    }

    /// The names, each with what it is bound to.
    pub(super) fn names(&self) -> impl Iterator<Item = (Range32, &Bound)> {
        self.bound.iter().map(|bound| (Range32::from(bound.place), bound))
    }

    /// What a name is bound to.
    pub(super) fn definition(&self, bound: &Bound) -> Definition {
        let range = Range32::from(bound.declared);
        let path = self.path(bound.declared.file).to_owned();
        Definition { location: Location { path, range }, kind: bound.kind }
    }

    /// The places that name what is declared at a place.
    pub(super) fn places_of(&self, declared: &Location) -> Vec<Range32> {
        let is_meant = |bound: &&Bound| {
            Range32::from(bound.declared) == declared.range && self.path(bound.declared.file) == declared.path
        };
        let mut places: Vec<Range32> =
            self.bound.iter().filter(is_meant).map(|bound| bound.place.into()).collect();
        places.dedup();
        places
    }

    /// The value of the constant that is declared at a place.
    pub(in crate::ide) fn value(&self, declared: &Location) -> Option<&str> {
        let is_it =
            |place: Span| Range32::from(place) == declared.range && self.path(place.file) == declared.path;
        self.values.iter().find(|(place, _)| is_it(*place)).map(|(_, value)| value.as_str())
    }

    fn path(&self, file: FileId) -> &str {
        self.paths.get(file.0 as usize).map_or("std", String::as_str)
    }
}

/// A workspace that notes which of its files are read.
struct Reading<'w> {
    workspace: &'w Workspace,
    read: RefCell<Vec<(String, Option<Arc<Parsed>>)>>,
}

impl FileReader for Reading<'_> {
    fn read(&self, path: &str) -> Result<FileText, String> {
        self.read.borrow_mut().push((path.to_owned(), self.workspace.get(path).cloned()));
        self.workspace.read(path)
    }
}
