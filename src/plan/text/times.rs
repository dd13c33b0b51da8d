//! Writes how long a start and a stop take, as tables for a person.

use super::super::{Plan, TimeRange, TimedBy};
use super::role_style;
use crate::diagnostic::phrase::listed;
use crate::diagnostic::screen::{Column, Page, Styled, Table};
use crate::timing::duration;
use smol_str::SmolStr;

/// What the times cannot know.
pub(in super::super) const CAVEAT: &str =
    "before scheduling, image pulls, mounts, and the second or so that the kubelet needs for each container";

const START: [Column; 4] =
    [Column::text("start"), Column::text("takes"), Column::text("over after"), Column::text("by")];
const STOP: [Column; 4] =
    [Column::text("stop"), Column::text("hook"), Column::text("signal after"), Column::text("stopped after")];

/// The table of the start, if something is known about it.
pub(super) fn start(page: &mut Page, plan: &Plan) {
    let start = &plan.start;
    let is_known = |by| !matches!(by, TimedBy::Process | TimedBy::Unknown);
    if !plan.order.iter().any(|it| is_known(it.time.by)) {
        if !start.unknown.is_empty() {
            let names = listed(start.unknown.iter().map(SmolStr::as_str));
            page.blank();
            page.message(
                2,
                &format!("how long the start takes is unknown, since nothing states it of {names}"),
            );
        }
        return;
    }
    page.blank();
    let mut table = Table::new(&START);
    for it in &plan.order {
        table.row([
            Styled::new(role_style(it.role), &it.name),
            it.time.takes.to_string().into(),
            it.time.over().to_string().into(),
            Styled::default().message(it.time.by.text()),
        ]);
    }
    table.row(["in all".into(), start.whole.to_string().into(), Styled::default(), Styled::default()]);
    page.table(&table);
    page.blank();
    if let Some(longest) = &start.longest {
        page.message(2, &format!("`{longest}` takes longest, as far as that is known"));
    }
    if !start.unknown.is_empty() {
        let names = listed(start.unknown.iter().map(SmolStr::as_str));
        page.message(2, &format!("unknown at worst: {names}"));
    }
    for it in &plan.order {
        if let Some(then) = &it.time.then {
            page.message(2, &format!("`{}`: {then}", it.name));
        }
    }
    for deadline in &start.deadlines {
        let default = if deadline.is_default { ", by default" } else { "" };
        let is_exceeded = deadline.needs.most > deadline.seconds;
        let needs = is_exceeded.then(|| format!("; up to {} may be needed", duration(deadline.needs.most)));
        let needs = needs.unwrap_or_default();
        page.message(
            2,
            &format!(
                "after {} (`{}`{default}): {}{needs}",
                duration(deadline.seconds),
                deadline.field,
                deadline.then
            ),
        );
    }
    page.line(2, CAVEAT);
}

/// The table of the stop, if its order matters.
pub(super) fn stop(page: &mut Page, plan: &Plan) {
    let stop = &plan.stop;
    if !stop.has_order() {
        return;
    }
    page.blank();
    let mut table = Table::new(&STOP);
    for it in &stop.order {
        let role = plan.order.iter().find(|start| start.name == it.name).map(|start| start.role);
        let hook = it.hook.as_ref().map_or("-".to_owned(), TimeRange::to_string);
        table.row([
            Styled::new(role.map(role_style).unwrap_or_default(), &it.name),
            hook.into(),
            it.signal.to_string().into(),
            it.stopped.to_string().into(),
        ]);
    }
    page.table(&table);
    if let Some(grace) = stop.grace {
        let default = if stop.is_default { ", by default" } else { "" };
        page.blank();
        page.message(
            2,
            &format!(
                "what still runs after {} (`terminationGracePeriodSeconds`{default}) is killed",
                duration(grace)
            ),
        );
    }
}
