//! Writes how long a start and a stop take, as tables for a person.

use super::super::{Plan, TimeRange, TimedBy};
use super::table;
use crate::diagnostic::phrase::listed;
use crate::timing::duration;
use smol_str::SmolStr;
use std::fmt::Write as _;

/// What the times cannot know.
pub(in super::super) const CAVEAT: &str =
    "before scheduling, image pulls, mounts, and the second or so that the kubelet needs for each container";

const START: [&str; 4] = ["start", "takes", "over after", "by"];
const STOP: [&str; 4] = ["stop", "hook", "signal after", "stopped after"];

/// The table of the start, if something is known about it.
pub(super) fn start(text: &mut String, plan: &Plan) {
    let start = &plan.start;
    let is_known = |by| !matches!(by, TimedBy::Process | TimedBy::Unknown);
    if !plan.order.iter().any(|it| is_known(it.time.by)) {
        if !start.unknown.is_empty() {
            let names = listed(start.unknown.iter().map(SmolStr::as_str));
            let _ =
                writeln!(text, "\n  how long the start takes is unknown, since nothing states it of {names}");
        }
        return;
    }
    text.push('\n');
    let mut rows = vec![START.map(str::to_owned)];
    rows.extend(plan.order.iter().map(|it| {
        [
            it.name.to_string(),
            it.time.takes.to_string(),
            it.time.over().to_string(),
            it.time.by.text().to_owned(),
        ]
    }));
    rows.push(["in all".to_owned(), start.whole.to_string(), String::new(), String::new()]);
    table(text, &rows);
    text.push('\n');
    if let Some(longest) = &start.longest {
        let _ = writeln!(text, "  `{longest}` takes longest, as far as that is known");
    }
    if !start.unknown.is_empty() {
        let names = listed(start.unknown.iter().map(SmolStr::as_str));
        let _ = writeln!(text, "  unknown at worst: {names}");
    }
    for it in &plan.order {
        if let Some(then) = &it.time.then {
            let _ = writeln!(text, "  `{}`: {then}", it.name);
        }
    }
    for deadline in &start.deadlines {
        let default = if deadline.is_default { ", by default" } else { "" };
        let is_exceeded = deadline.needs.most > deadline.seconds;
        let needs = is_exceeded.then(|| format!("; up to {} may be needed", duration(deadline.needs.most)));
        let needs = needs.unwrap_or_default();
        let _ = writeln!(
            text,
            "  after {} (`{}`{default}): {}{needs}",
            duration(deadline.seconds),
            deadline.field,
            deadline.then
        );
    }
    let _ = writeln!(text, "  {CAVEAT}");
}

/// The table of the stop, if its order matters.
pub(super) fn stop(text: &mut String, plan: &Plan) {
    let stop = &plan.stop;
    if !stop.has_order() {
        return;
    }
    text.push('\n');
    let mut rows = vec![STOP.map(str::to_owned)];
    rows.extend(stop.order.iter().map(|it| {
        let hook = it.hook.as_ref().map_or("-".to_owned(), TimeRange::to_string);
        [it.name.to_string(), hook, it.signal.to_string(), it.stopped.to_string()]
    }));
    table(text, &rows);
    if let Some(grace) = stop.grace {
        let default = if stop.is_default { ", by default" } else { "" };
        let _ = writeln!(
            text,
            "\n  what still runs after {} (`terminationGracePeriodSeconds`{default}) is killed",
            duration(grace)
        );
    }
}
