//! `git clone` as `clone`.

use super::step::{Idiom, Step, into, operands, says};

const CHANGES: &[&str] = &[
    "one commit comes along where the command asked for all of the history; say `depth` for more",
    "a second run replaces the folder as a whole, where the command would have failed",
];

const OPTIONS: [(&str, bool); 12] = [
    ("--depth", true),
    ("-b", true),
    ("--branch", true),
    ("--single-branch", false),
    ("--no-tags", false),
    ("--recursive", false),
    ("--recurse-submodules", false),
    ("-q", false),
    ("--quiet", false),
    ("-v", false),
    ("--verbose", false),
    ("--", false),
];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let [git, clone, rest @ ..] = step.once()? else { return None };
    if git.rsplit('/').next() != Some("git") || clone != "clone" {
        return None;
    }
    let (found, given) = operands(rest, &OPTIONS)?;
    let [repo, path] = found.as_slice() else { return None };
    let (volume, folder) = step.within(path)?;
    // A volume as a whole cannot be replaced by a folder.
    if !repo.starts_with("https://") || folder.is_empty() {
        return None;
    }
    let mut statements = vec![says("repo", [repo])];
    for (name, value) in given {
        match name {
            "-b" | "--branch" => statements.push(says("ref", [value])),
            "--depth" if value != "1" => {
                statements.push(vec!["depth".into(), value.parse::<u32>().ok()?.to_string()]);
            }
            "--recursive" | "--recurse-submodules" => statements.push(vec!["submodules".into()]),
            _ => {}
        }
    }
    statements.push(into(&volume, &folder));
    Some(Idiom { volume: Some(volume), ..Idiom::new("clone", statements, CHANGES) })
}
