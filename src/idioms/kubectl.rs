//! Recognizes `kubectl wait` and `kubectl rollout status`: `wait` for objects of the API.

use super::idiom::{Idiom, statement};
use super::options::OptionSpec;
use super::reader::seconds;
use super::step::Step;
use crate::literal;
use crate::steps::StepKind;
use crate::steps::wait::{ConditionKind, known_resource};

const FAILS: &str = "a Job that fails ends the wait with an error; the command kept waiting";
const MISSING: &str = "an object that does not exist yet is waited for; the command failed at once";
const LATE: &str = "a rollout that exceeds its progress deadline is waited for; the command failed";

const OPTIONS: OptionSpec = OptionSpec { flags: "", valued: "", long: &[], long_valued: &["for", "timeout"] };
const STATUS: OptionSpec =
    OptionSpec { flags: "w", valued: "", long: &["watch"], long_valued: &["timeout", "watch"] };

/// The types of conditions, as their controllers write them; kubectl ignores the case.
const TYPES: [&str; 6] =
    ["Available", "Established", "Ready", "Progressing", "Initialized", "ContainersReady"];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let [kubectl, rest @ ..] = step.once()? else { return None };
    if kubectl.rsplit('/').next() != Some("kubectl") || !step.candidate.has_namespace {
        return None;
    }
    let (mut idiom, limit) = match rest {
        [wait, rest @ ..] if wait == "wait" => waited(rest)?,
        [rollout, status, rest @ ..] if rollout == "rollout" && status == "status" => rolled_out(rest)?,
        _ => return None,
    };
    idiom.limit = limit.filter(|limit| *limit > 0);
    match limit {
        Some(0) | None => idiom.hints.push(super::wait::NO_LIMIT),
        Some(limit) => {
            idiom.statements.push(vec!["timeout".into(), literal::seconds(i64::try_from(limit).ok()?)]);
        }
    }
    Some(idiom)
}

/// The statements for `kubectl wait`, and its limit in seconds.
fn waited(words: &[String]) -> Option<(Idiom, Option<u64>)> {
    let given = OPTIONS.read(words)?;
    let objects = objects(&given.operands)?;
    let condition = given.value(&["for"])?;
    let (word, condition) = condition.split_once('=').filter(|(word, _)| *word == "condition")?;
    let mut idiom = Idiom::new(StepKind::Wait, Vec::new());
    for (kind, name) in objects {
        let (kind, resource) = known_resource(kind)?;
        let is_job = resource == "jobs" && condition.eq_ignore_ascii_case("complete");
        idiom.statements.push(if is_job {
            statement("job", [name])
        } else {
            statement(word, [&format!("{kind}/{name}"), &typed(condition)?])
        });
        idiom.changes.push(if is_job { FAILS } else { MISSING });
    }
    idiom.changes.dedup();
    // Without a limit, the command gives up after 30 seconds.
    let limit = seconds(given.value(&["timeout"]).unwrap_or("30s"))?;
    Some((idiom, Some(limit)))
}

/// The same for `kubectl rollout status`.
fn rolled_out(words: &[String]) -> Option<(Idiom, Option<u64>)> {
    let given = STATUS.read(words)?;
    (given.value(&["watch", "w"]).is_none_or(|watches| watches.is_empty() || watches == "true"))
        .then_some(())?;
    let [(kind, name)] = objects(&given.operands)?.try_into().ok()?;
    let (word, change) = match known_resource(kind)?.1 {
        "deployments" => (ConditionKind::Deployment, LATE),
        "statefulsets" => (ConditionKind::StatefulSet, MISSING),
        _ => return None,
    };
    let mut idiom = Idiom::new(StepKind::Wait, vec![statement(word.name()?, [name])]);
    idiom.changes.push(MISSING);
    if change != MISSING {
        idiom.changes.push(change);
    }
    let limit = match given.value(&["timeout"]) {
        Some(limit) => Some(seconds(limit)?),
        None => None,
    };
    Some((idiom, limit))
}

/// The objects of `job/a job/b` or of `job a b`, each as its resource and its name.
fn objects<'w>(words: &[&'w str]) -> Option<Vec<(&'w str, &'w str)>> {
    let is_plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    let objects: Vec<(&str, &str)> = match words {
        [] => return None,
        [kind, names @ ..] if !kind.contains('/') => names.iter().map(|name| (*kind, *name)).collect(),
        _ => words.iter().map(|word| word.split_once('/')).collect::<Option<_>>()?,
    };
    (!objects.is_empty() && objects.iter().all(|(_, name)| is_plain(name))).then_some(objects)
}

/// A condition as its controller writes it; none if it has something else than a type and a status.
fn typed(condition: &str) -> Option<String> {
    let (name, status) = condition.split_once('=').unwrap_or((condition, "true"));
    let name = TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(name);
    let status = ["True", "False", "Unknown"].into_iter().find(|known| known.eq_ignore_ascii_case(status))?;
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain.then(|| if status == "True" { name.to_owned() } else { format!("{name}={status}") })
}
