//! `chown -R` of a whole volume as `own`.

use super::step::{Idiom, Step};
use crate::import::text;

const CHANGES: &[&str] = &["it runs as root with the few capabilities that this takes"];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let [program, flag, owner, path] = step.once()? else { return None };
    let is_chown =
        program.rsplit('/').next() == Some("chown") && matches!(flag.as_str(), "-R" | "--recursive");
    let (volume, folder) = step.within(path)?;
    // What the container says about its user would be about another program.
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
    Some(Idiom { volume: Some(volume), ..Idiom::new("own", statements, CHANGES) })
}
