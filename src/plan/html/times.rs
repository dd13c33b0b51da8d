//! Writes how long a start and a stop take, as tables of the page.

use super::super::text::TIMES_CAVEAT;
use super::super::{Plan, TimeRange};
use super::{NONE, code, escaped, head, names};
use crate::timing::duration;
use std::fmt::Write as _;

pub(super) fn start(page: &mut String, plan: &Plan, name: &str) {
    head(page, "times", &format!("Start of {name}"), &["Container", "Takes", "Over after", "By", "Then"]);
    for it in &plan.order {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&it.name),
            it.time.takes,
            it.time.over(),
            code(it.time.by.text()),
            it.time.then.as_deref().map_or(NONE.to_owned(), code),
        );
    }
    page.push_str("</tbody></table></div>\n");
    let _ = writeln!(page, "<p class=\"note\">In all {}; {TIMES_CAVEAT}.</p>", plan.start.whole);
    if !plan.start.unknown.is_empty() {
        let _ = writeln!(page, "<p class=\"note\">Unknown at worst: {}.</p>", names(&plan.start.unknown));
    }
    for deadline in &plan.start.deadlines {
        let default = if deadline.is_default { ", by default" } else { "" };
        let _ = writeln!(
            page,
            "<p class=\"note\">After {} (<code>{}</code>{default}): {}.</p>",
            duration(deadline.seconds),
            deadline.field,
            code(deadline.then)
        );
    }
}

pub(super) fn stop(page: &mut String, plan: &Plan, name: &str) {
    let stop = &plan.stop;
    if !stop.has_order() {
        return;
    }
    head(page, "times", &format!("Stop of {name}"), &["Container", "Hook", "Signal after", "Stopped after"]);
    for it in &stop.order {
        let hook = it.hook.as_ref().map_or(NONE.to_owned(), TimeRange::to_string);
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{hook}</td><td>{}</td><td>{}</td></tr>",
            escaped(&it.name),
            it.signal,
            it.stopped
        );
    }
    page.push_str("</tbody></table></div>\n");
    if let Some(grace) = stop.grace {
        let _ = writeln!(page, "<p class=\"note\">What still runs after {} is killed.</p>", duration(grace));
    }
}
