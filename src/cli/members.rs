//! Finds the files of a whole project: those that the members in `initflow.toml` name.
//!
//! Invariant: linked folders are not entered, so the work is bounded by the files that exist.

use super::config::Project;
use super::console::Console;
use super::input::{self, Found, Input, Trouble};
use super::wanted::{Wanted, has_ending};
use crate::config::{FILE_NAME, Placed};
use crate::diagnostic::{Code, Diagnostic};
use glob::{MatchOptions, Pattern};
use std::path::{Component, Path, PathBuf};

/// `*` does not match a `/`.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

impl Project {
    /// The files of the whole project with these endings.
    pub(super) fn members(&self, wanted: Wanted, console: &mut Console) -> Result<Vec<Input>, Trouble> {
        let Some(folder) = &self.folder else {
            return Err(Trouble {
                message: format!("no PATH is given, and there is no {FILE_NAME} here or above"),
                help: Some("name a file or a folder".to_owned()),
            });
        };
        let mut search = MemberSearch { folder, wanted, found: Found::default() };
        if self.config.members.is_empty() {
            search.found.folder(folder, folder, Path::new(""), wanted);
        }
        for member in &self.config.members {
            self.member(member, &mut search, console);
        }
        let Found { mut inputs, troubles, notes } = search.found;
        for note in &notes {
            console.help(note);
        }
        input::once_each(&mut inputs);
        troubles.into_iter().next().map_or(Ok(inputs), Err)
    }

    fn member(&self, member: &Placed, search: &mut MemberSearch, console: &mut Console) {
        let (start, rest) = split(&member.text);
        let pattern = match Pattern::new(&rest) {
            Ok(pattern) => pattern,
            Err(error) => {
                let headline = format!("the member `{}` is not a valid pattern: {}", member.text, error.msg);
                let diagnostic = Diagnostic::error(Code::UnknownValue, member.span, headline);
                return self.show(diagnostic.here("invalid pattern"), console);
            }
        };
        let refused = self.root.resolve(&search.folder.join(&start)).err();
        if let Some(reason) = refused.as_ref().filter(|refused| !refused.is_missing) {
            let headline = format!("the member `{}` cannot be used", member.text);
            return self.refuse(member, headline, reason, console);
        }
        let before = search.found.inputs.len();
        let pattern = (!rest.is_empty()).then_some(&pattern);
        for endings in search.wanted.in_folders() {
            if refused.is_none() && search.found.inputs.len() == before && search.found.troubles.is_empty() {
                search.below(&start, pattern, endings);
            }
        }
        if search.found.inputs.len() == before && search.found.troubles.is_empty() {
            let endings = search.wanted.endings();
            let headline = format!("the member `{}` has no {endings} files", member.text);
            let diagnostic = Diagnostic::error(Code::UnreadableFile, member.span, headline)
                .here("matches no file")
                .help("name a folder, a file or a pattern such as `apps/*`, relative to this file");
            self.show(diagnostic, console);
        }
    }
}

/// The search for the files of a project.
struct MemberSearch<'a> {
    folder: &'a Path,
    wanted: Wanted,
    found: Found,
}

impl MemberSearch<'_> {
    /// Adds a file, or the files below a folder: all of them, or those that a pattern matches and all below those.
    fn below(&mut self, start: &Path, pattern: Option<&Pattern>, endings: &'static [&'static str]) {
        let path = self.folder.join(start);
        if !path.is_dir() {
            if pattern.is_none() && has_ending(&path, endings) {
                self.found.inputs.push(Input::file(path, self.folder, plain(start), endings));
            }
            return;
        }
        let before = self.found.inputs.len();
        self.found.walk(&path, self.folder, &plain(start), endings);
        let Some(pattern) = pattern else { return };
        let inputs = self.found.inputs.split_off(before);
        self.found.inputs.extend(inputs.into_iter().filter(|input| {
            let below = input.path().and_then(|found| found.strip_prefix(&path).ok());
            below.is_some_and(|below| below.ancestors().any(|part| pattern.matches_path_with(part, OPTIONS)))
        }));
    }
}

/// The folders of a member before the first pattern, and the rest.
fn split(member: &str) -> (PathBuf, String) {
    let parts: Vec<Component> = Path::new(member).components().collect();
    let is_pattern = |part: &Component| part.as_os_str().to_string_lossy().contains(['*', '?', '[', ']']);
    let at = parts.iter().position(is_pattern).unwrap_or(parts.len());
    let rest: PathBuf = parts[at..].iter().collect();
    (parts[..at].iter().collect(), rest.to_string_lossy().into_owned())
}

/// The path of a member in the output folder, which it cannot leave.
fn plain(member: &Path) -> PathBuf {
    member.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_folders_and_a_pattern() {
        let parts = |member| {
            let (start, rest) = split(member);
            (start.to_string_lossy().into_owned(), rest)
        };
        assert_eq!(parts("apps"), ("apps".to_owned(), String::new()));
        assert_eq!(parts("../apps/*/[ab]"), ("../apps".to_owned(), "*/[ab]".to_owned()));
        assert_eq!(plain(Path::new("../apps")), Path::new("apps"));
    }
}
