//! Recognizes `git clone`: `clone`.

use super::idiom::{Idiom, existing, into, statement};
use super::options::OptionSpec;
use super::step::Step;
use crate::steps::StepKind;

const ONE_COMMIT: &str = "set `depth` for more history: the step fetches only one commit";
const REPLACES: &str = "a second run replaces the folder; the command failed if the folder had files";
const KEEPS: &str = "a folder that has files stays as it is; the command failed";
const MOVES: &str =
    "the repository is in a folder of the volume, which the other containers mount; it was the volume's root";

const OPTIONS: OptionSpec = OptionSpec {
    flags: "qvn",
    valued: "bj",
    long: &[
        "single-branch",
        "no-single-branch",
        "no-tags",
        "recursive",
        "recurse-submodules",
        "shallow-submodules",
        "quiet",
        "verbose",
        "progress",
    ],
    long_valued: &["depth", "branch", "jobs"],
};

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let [git, clone, rest @ ..] = step.making()? else { return None };
    if git.rsplit('/').next() != Some("git") || clone != "clone" {
        return None;
    }
    let given = OPTIONS.read(rest)?;
    let (repo, path) = match given.operands.as_slice() {
        [repo, path] => (*repo, (*path).to_owned()),
        [repo] => (*repo, name(repo)?.to_owned()),
        _ => return None,
    };
    let (mount, folder) = step.within(&path)?;
    let repo = step.resolved(repo)?;
    if !(repo.starts_with("https://") || repo.starts_with("http://")) || !step.may_make(&path) {
        return None;
    }
    // The step replaces a folder, and cannot replace a whole volume.
    let is_root = folder.is_empty();
    let made =
        if is_root { name(&repo).filter(|_| mount.is_fresh && mount.is_first)?.to_owned() } else { folder };
    let mut idiom = Idiom::new(StepKind::Clone, vec![statement("repo", [&repo])]);
    if let Some(branch) = given.value(&["b", "branch"]) {
        idiom.statements.push(statement("ref", [&step.resolved(branch)?]));
    }
    if let Some(depth) = given.value(&["depth"]).filter(|depth| *depth != "1") {
        idiom.statements.push(vec!["depth".into(), depth.parse::<u32>().ok()?.to_string()]);
    }
    if given.has(&["recursive", "recurse-submodules"]) {
        idiom.statements.push(vec!["submodules".into()]);
    }
    idiom.statements.push(into(mount.volume, &made));
    let kept = step.existing(mount, "keep");
    idiom.statements.extend(kept.map(existing));
    if given.value(&["depth"]).is_none() {
        idiom.hints.push(ONE_COMMIT);
    }
    if is_root {
        idiom.changes.push(MOVES);
        idiom.folder = Some(made);
    } else if kept.is_some() {
        idiom.changes.push(KEEPS);
    } else if !step.replaces() {
        idiom.changes.push(REPLACES);
    }
    idiom.volume = Some(mount.volume.to_owned());
    Some(idiom)
}

/// The folder that `git clone` makes if it is given none.
fn name(repo: &str) -> Option<&str> {
    let name = repo.trim_end_matches('/').trim_end_matches(".git").rsplit('/').next()?;
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_name.then_some(name)
}
