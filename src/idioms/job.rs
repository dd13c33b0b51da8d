//! Recognizes `kubectl wait` for a Job: `wait` with `job`.

use super::idiom::{Idiom, statement};
use super::options::OptionSpec;
use super::reader::seconds;
use super::step::Step;
use crate::literal;
use crate::steps::StepKind;

const FAILS: &str = "a Job that fails ends the wait with an error; the command kept waiting";

const OPTIONS: OptionSpec = OptionSpec { flags: "", valued: "", long: &[], long_valued: &["for", "timeout"] };

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let [kubectl, wait, rest @ ..] = step.once()? else { return None };
    if kubectl.rsplit('/').next() != Some("kubectl") || wait != "wait" {
        return None;
    }
    let given = OPTIONS.read(rest)?;
    let name = match given.operands.as_slice() {
        ["job" | "jobs" | "job.batch", name] => *name,
        [job] => job.split_once('/').filter(|(kind, _)| matches!(*kind, "job" | "jobs" | "job.batch"))?.1,
        _ => return None,
    };
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let completes = given.value(&["for"])?.eq_ignore_ascii_case("condition=complete");
    (is_plain && completes && step.candidate.has_namespace).then_some(())?;
    let mut idiom = Idiom::new(StepKind::Wait, vec![statement("job", [name])]);
    // Without a limit, the command gives up after 30 seconds.
    let limit = seconds(given.value(&["timeout"]).unwrap_or("30s"))?;
    if limit > 0 {
        idiom.statements.push(vec!["timeout".into(), literal::seconds(i64::try_from(limit).ok()?)]);
    }
    idiom.changes.push(FAILS);
    Some(idiom)
}
