//! Converts `cp` out of the image to `copy`.

use super::step::{Idiom, Step, into, operands};
use crate::import::text;
use crate::steps::StepKind;

const CHANGES: &[&str] =
    &["expect the copy to appear complete or not at all, also in place of an earlier one"];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let (program, rest) = step.once()?.split_first()?;
    let options = ["-r", "-R", "-a", "-rf", "-v", "-f", "-p", "-rp", "-av"].map(|option| (option, false));
    let (found, _) = operands(rest, &options)?;
    let [from, to] = found.as_slice() else { return None };
    let (volume, folder) = step.within(to)?;
    let is_of_image =
        from.starts_with('/') && !from.ends_with('/') && !from.ends_with("/.") && step.within(from).is_none();
    if program.rsplit('/').next() != Some("cp") || !is_of_image {
        return None;
    }
    // In an existing folder, the copy keeps its name.
    let path = match (folder.as_str(), to.ends_with('/')) {
        ("", _) => String::new(),
        (folder, true) => format!("{folder}/"),
        (folder, false) => folder.to_owned(),
    };
    let statements = vec![vec!["from".into(), text::path(from)], into(&volume, &path)];
    Some(Idiom { volume: Some(volume), keeps_image: true, ..Idiom::new(StepKind::Copy, statements, CHANGES) })
}
