//! Converts `cp` out of the image to `copy`.

use super::step::{self, Idiom, Step, into, operands};
use crate::import::text;
use crate::steps::StepKind;

const CHANGES: &[&str] =
    &["expect the copy to appear complete or not at all, also in place of an earlier one"];
const ADDS: &[&str] = &["expect each file to appear complete or not at all"];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let (program, rest) = step.making()?.split_first()?;
    let options = OPTIONS.map(|option| (option, false));
    let (found, given) = operands(rest, &options)?;
    let [from, to] = found.as_slice() else { return None };
    let (volume, folder) = step.within(to)?;
    let is_of_image =
        from.starts_with('/') && !from.ends_with('/') && !from.ends_with("/.") && step.within(from).is_none();
    if program.rsplit('/').next() != Some("cp") || !is_of_image {
        return None;
    }
    let short = |letters: &[char]| {
        let mut given = given.iter().filter(|(option, _)| !option.starts_with("--"));
        given.any(|(option, _)| option.contains(letters))
    };
    let adds = short(&['n']) || given.iter().any(|(option, _)| option.starts_with("--"));
    // In an existing folder, the copy keeps its name.
    let name = from.rsplit('/').next()?;
    let path = match (folder.as_str(), to.ends_with('/')) {
        ("", _) => name.to_owned(),
        (folder, true) => format!("{folder}/{name}"),
        (folder, false) => folder.to_owned(),
    };
    let made = if folder.is_empty() || to.ends_with('/') {
        format!("{}/{name}", to.trim_end_matches('/'))
    } else {
        (*to).to_owned()
    };
    if !step.may_make(&made) {
        return None;
    }
    let existing = match step.existing(&volume, "replace") {
        Some("keep") => Some("keep"),
        _ if adds => Some("merge"),
        // `cp` deletes nothing in a folder that is there already, and `copy` would.
        Some(_) if short(&['r', 'R', 'a']) => return None,
        existing => existing,
    };
    let mut statements = vec![vec!["from".into(), text::path(from)], into(&volume, &path)];
    statements.extend(existing.map(step::existing));
    let changes = if existing == Some("merge") { ADDS } else { CHANGES };
    Some(Idiom { volume: Some(volume), keeps_image: true, ..Idiom::new(StepKind::Copy, statements, changes) })
}

const OPTIONS: [&str; 15] = [
    "-r",
    "-R",
    "-a",
    "-rf",
    "-v",
    "-f",
    "-p",
    "-rp",
    "-av",
    "-n",
    "-rn",
    "-Rn",
    "-an",
    "-nr",
    "--no-clobber",
];
