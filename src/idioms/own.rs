//! Recognizes `chown -R` of a whole volume: `own`.

use super::idiom::Idiom;
use super::options::OptionSpec;
use super::step::Step;
use crate::literal;
use crate::steps::StepKind;

const RIGHTS: &str = "allow the step to run as root with the few capabilities that it needs";

const OPTIONS: OptionSpec = OptionSpec {
    flags: "Rvcfh",
    valued: "",
    long: &["recursive", "verbose", "changes", "silent", "quiet", "no-dereference"],
    long_valued: &[],
};

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let (program, rest) = step.once()?.split_first()?;
    let given = OPTIONS.read(rest)?;
    let [owner, path] = given.operands.as_slice() else { return None };
    let (mount, folder) = step.within(path)?;
    // Other settings of the container's rights were meant for another program.
    if !folder.is_empty() || !given.has(&["R", "recursive"]) || !step.candidate.is_plain_root {
        return None;
    }
    let mut statements = vec![vec!["volume".into(), literal::name(mount.volume)]];
    let owner = step.resolved(owner)?;
    match program.rsplit('/').next()? {
        "chown" => {
            let (user, group) =
                owner.split_once(':').map_or((owner.as_str(), None), |(user, group)| (user, Some(group)));
            if !user.is_empty() {
                statements.push(vec!["user".into(), number(user)?]);
            }
            if let Some(group) = group {
                statements.push(vec!["group".into(), number(group)?]);
            }
        }
        "chgrp" => statements.push(vec!["group".into(), number(&owner)?]),
        _ => return None,
    }
    let mut idiom = Idiom::new(StepKind::Own, statements);
    idiom.hints.push(RIGHTS);
    idiom.volume = Some(mount.volume.to_owned());
    Some(idiom)
}

/// A user or a group by number. Only root has the same number in every image.
fn number(text: &str) -> Option<String> {
    if text == "root" { Some("0".into()) } else { text.parse::<u32>().ok().map(|number| number.to_string()) }
}
