//! Converts `chown -R` of a whole volume to `own`.

use super::step::{Idiom, Step};
use crate::import::text;
use crate::steps::StepKind;

const CHANGES: &[&str] = &["allow the step to run as root with the few capabilities that it needs"];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let [program, flag, owner, path] = step.once()? else { return None };
    let is_chown =
        program.rsplit('/').next() == Some("chown") && matches!(flag.as_str(), "-R" | "--recursive");
    let (volume, folder) = step.within(path)?;
    // The container's security context was meant for another program.
    if !is_chown || !folder.is_empty() || step.node.get("securityContext").is_some() {
        return None;
    }
    let (user, group) =
        owner.split_once(':').map_or((owner.as_str(), None), |(user, group)| (user, Some(group)));
    let number = |text: &str| text.parse::<u32>().ok().map(|number| number.to_string());
    let mut statements = vec![vec!["volume".into(), text::name(&volume)]];
    statements.push(vec!["user".into(), number(user)?]);
    if let Some(group) = group {
        statements.push(vec!["group".into(), number(group)?]);
    }
    Some(Idiom { volume: Some(volume), ..Idiom::new(StepKind::Own, statements, CHANGES) })
}
