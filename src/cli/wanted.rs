//! Tells sources from manifests, by their names and texts, and declares `--input`, which decides where neither does.

use crate::diagnostic::phrase::joined;
pub(super) use crate::files::{MANIFESTS, SOURCES, has_ending};
use clap::{Args, ValueEnum};
use std::path::Path;

/// What files have.
#[derive(Args)]
pub(super) struct Reading {
    /// What a file has whose name and text do not tell, and what to read in folders [default: sources, or else manifests]
    #[arg(long, value_enum, value_name = "FORM")]
    input: Option<InputForm>,
}

impl Reading {
    /// The files that the command reads.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted::Programs(self.input)
    }
}

/// The files that a command reads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    /// Those with one of these endings.
    Only(&'static [&'static str]),
    /// Sources, or, in a folder without sources, manifests; the call may decide.
    Programs(Option<InputForm>),
}

/// What a file has, where neither its name nor its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InputForm {
    /// initflow sources
    Sources,
    /// Kubernetes manifests, in YAML or JSON
    Manifests,
}

impl Wanted {
    /// The endings to look for in a folder: if there is no file with the first ones, the next ones.
    pub(super) fn in_folders(self) -> Vec<&'static [&'static str]> {
        match self {
            Self::Only(endings) => vec![endings],
            Self::Programs(None) => vec![SOURCES, MANIFESTS],
            Self::Programs(Some(InputForm::Sources)) => vec![SOURCES],
            Self::Programs(Some(InputForm::Manifests)) => vec![MANIFESTS],
        }
    }

    /// The endings as a sentence has them: `.yaml, .yml or .json`.
    pub(super) fn endings(self) -> String {
        let endings: Vec<String> =
            self.in_folders().concat().iter().map(|ending| format!(".{ending}")).collect();
        joined(&endings)
    }

    /// The endings of the files of the same form as a file that the call names; nothing if only its text tells.
    pub(super) fn of_named(self, path: &Path) -> Option<&'static [&'static str]> {
        match self {
            Self::Only(endings) => Some(endings),
            Self::Programs(_) if has_ending(path, SOURCES) => Some(SOURCES),
            Self::Programs(_) if has_ending(path, MANIFESTS) => Some(MANIFESTS),
            Self::Programs(None) => None,
            told @ Self::Programs(Some(_)) => told.in_folders().first().copied(),
        }
    }
}

/// Whether a text looks like YAML or JSON rather than a source: no statement begins with a bracket or a `key:`.
pub(super) fn looks_like_manifests(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let key = |line: &str| {
        let name = line.split([':', ' ']).next().unwrap_or_default();
        let rest = line[name.len()..].trim_start();
        !name.is_empty() && (rest == ":" || rest.starts_with(": "))
    };
    first.starts_with(['{', '[', '%', '-']) || key(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_told_from_sources_by_their_first_line() {
        let manifests = [
            "---\n# Source: a\nkind: Pod",
            "{\"kind\": 1}",
            "# a\n\nkind: Pod",
            "\"kind\": Pod",
            "- a",
            "kind:",
        ];
        assert!(manifests.into_iter().all(looks_like_manifests));
        let sources =
            ["", "# a", "pod web { }", "use \"std\"", "param tag: string", "let a = 1", "pod:web {"];
        assert!(!sources.into_iter().any(looks_like_manifests));
    }
}
