//! Converts `git clone` to `clone`.

use super::step::{Idiom, Step, existing, into, operands, statement};
use crate::steps::StepKind;

const CHANGES: &[&str] = &[
    "set `depth` for more history: the step fetches only one commit",
    "expect a second run to replace the whole folder: the command failed if it existed",
];

const KEEPS: &[&str] = &[
    "set `depth` for more history: the step fetches only one commit",
    "expect a folder that has files to stay as it is, without a failure",
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
    let [git, clone, rest @ ..] = step.making()? else { return None };
    if git.rsplit('/').next() != Some("git") || clone != "clone" {
        return None;
    }
    let (found, given) = operands(rest, &OPTIONS)?;
    let [repo, path] = found.as_slice() else { return None };
    let (volume, folder) = step.within(path)?;
    // The step replaces a folder, and cannot replace a whole volume.
    if !repo.starts_with("https://") || folder.is_empty() || !step.may_make(path) {
        return None;
    }
    let mut statements = vec![statement("repo", [repo])];
    for (name, value) in given {
        match name {
            "-b" | "--branch" => statements.push(statement("ref", [value])),
            "--depth" if value != "1" => {
                statements.push(vec!["depth".into(), value.parse::<u32>().ok()?.to_string()]);
            }
            "--recursive" | "--recurse-submodules" => statements.push(vec!["submodules".into()]),
            _ => {}
        }
    }
    statements.push(into(&volume, &folder));
    let kept = step.existing(&volume, "keep");
    statements.extend(kept.map(existing));
    let changes = if kept.is_some() { KEEPS } else { CHANGES };
    Some(Idiom { volume: Some(volume), ..Idiom::new(StepKind::Clone, statements, changes) })
}
