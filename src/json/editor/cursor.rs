//! Finds the place in the edited file that a question is about.

use super::project::Project;
use super::texts::Texts;
use crate::ide::Parsed;
use crate::json::request::Request;

/// The edited file.
pub(super) fn file<'r>(project: &'r Project, request: &'r Request) -> Result<(&'r str, &'r Parsed), String> {
    let path = request.needed("path")?;
    let file = project.workspace.get(path).ok_or_else(|| format!("the request has no source `{path}`"))?;
    Ok((path, file))
}

/// A place in the edited file.
pub(super) struct Cursor<'r> {
    /// The file's path.
    pub(super) path: &'r str,
    /// The file.
    pub(super) file: &'r Parsed,
    /// The byte.
    pub(super) at: usize,
    /// The end of a range; the place itself if there is none.
    pub(super) to: usize,
}

impl<'r> Cursor<'r> {
    pub(super) fn of(project: &'r Project, texts: &Texts, request: &'r Request) -> Result<Self, String> {
        let (path, file) = file(project, request)?;
        let units = texts.units(path, file.text());
        let byte =
            |key| request.number(key).map(|number| number.map(|number| units.byte(file.text(), number)));
        let at = byte("at")?.ok_or("the request has no `at`")?;
        Ok(Self { path, file, at, to: byte("to")?.unwrap_or(at).max(at) })
    }
}
