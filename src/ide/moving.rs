//! Finds the changes that let sources use each other after files or folders have got other paths.
//!
//! Invariant: under the new paths, every `use` leads to the same file, under the same name.

use super::{Range32, Workspace};
use crate::model::{read_use, stem};
use crate::program::path_of;

/// The change of a path, of a file or of a folder with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathChange {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// A changed `use`: the file, the place, and the new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UseChange {
    pub(crate) path: String,
    pub(crate) range: Range32,
    pub(crate) text: String,
}

/// The changes in all files that are known, at places before the move.
pub(crate) fn uses_after(workspace: &Workspace, changes: &[PathChange]) -> Vec<UseChange> {
    let mut found = Vec::new();
    for user in workspace.paths().filter(|path| *path != "std") {
        let Some(file) = workspace.get(user) else { continue };
        let now = moved(user, changes);
        for placed in file.pieces() {
            let uses = placed.piece.parse.document.statements.iter().filter_map(read_use);
            for used in uses.filter(|used| used.path != "std" && !used.path.starts_with('/')) {
                let target = path_of(user, used.path);
                let target_now = moved(&target, changes);
                if now == user && target_now == target || path_of(&now, used.path) == target_now {
                    continue;
                }
                let written = relative(&now, &target_now);
                let has_name = used.named.start >= used.span.end;
                let alias = if has_name || stem(&written) == used.alias {
                    String::new()
                } else {
                    format!(" as {}", used.alias)
                };
                let quoted = written.replace('\\', "\\\\").replace('"', "\\\"").replace("#{", "\\#{");
                found.push(UseChange {
                    path: user.to_owned(),
                    range: Range32::from(used.span).shifted(placed.start),
                    text: format!("\"{quoted}\"{alias}"),
                });
            }
        }
    }
    found
}

/// A path after the changes; the longest one that concerns it counts.
fn moved(path: &str, changes: &[PathChange]) -> String {
    let below = |change: &PathChange| {
        let rest = path.strip_prefix(change.from.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest.len())
    };
    let nearest =
        changes.iter().filter_map(|change| Some((below(change)?, change))).min_by_key(|(rest, _)| *rest);
    nearest.map_or_else(
        || path.to_owned(),
        |(rest, change)| format!("{}{}", change.to.trim_end_matches('/'), &path[path.len() - rest..]),
    )
}

/// The path of a file as another file writes it.
fn relative(user: &str, target: &str) -> String {
    let folder: Vec<&str> = user.rsplit_once('/').map_or("", |(folder, _)| folder).split('/').collect();
    let parts: Vec<&str> = target.split('/').collect();
    let inside = parts.len().saturating_sub(1);
    let shared = folder.iter().zip(&parts[..inside]).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", folder.len() - shared);
    up.chain(parts[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::Parsed;
    use std::sync::Arc;

    /// The texts of the uses after a change of one path, as `file: text`.
    fn after(files: &[(&str, &str)], from: &str, to: &str) -> Vec<String> {
        let mut workspace = Workspace::default();
        for (path, text) in files {
            workspace.set(path, Arc::new(Parsed::new(*path, *text)));
        }
        let change = PathChange { from: from.to_owned(), to: to.to_owned() };
        let changes = uses_after(&workspace, &[change]);
        changes.into_iter().map(|change| format!("{}: {}", change.path, change.text)).collect()
    }

    #[test]
    fn a_renamed_file_keeps_its_users_and_its_name_in_them() {
        let files = [
            ("/a/main.initflow", "use \"std\"\nuse \"lib.initflow\"\nuse \"./lib.initflow\" as other\n"),
            ("/a/deep/x.initflow", "pod a { }\n\nuse \"../lib.initflow\"\n"),
            ("/a/lib.initflow", "use \"deep/x.initflow\"\n"),
        ];
        assert_eq!(
            after(&files, "/a/lib.initflow", "/a/parts/base.initflow"),
            [
                "/a/deep/x.initflow: \"../parts/base.initflow\" as lib",
                "/a/lib.initflow: \"../deep/x.initflow\"",
                "/a/main.initflow: \"parts/base.initflow\" as lib",
                "/a/main.initflow: \"parts/base.initflow\"",
            ]
        );
    }

    #[test]
    fn what_moves_together_stays_as_it_is() {
        let files = [
            ("/a/b/main.initflow", "use \"lib.initflow\"\n"),
            ("/a/b/lib.initflow", ""),
            ("/a/bc/main.initflow", "use \"../b/lib.initflow\"\nuse \"broken\n"),
        ];
        assert_eq!(after(&files, "/a/b", "/a/c/d"), ["/a/bc/main.initflow: \"../c/d/lib.initflow\""]);
        assert_eq!(after(&files, "/a/b", "/a/b"), Vec::<String>::new());
    }
}
