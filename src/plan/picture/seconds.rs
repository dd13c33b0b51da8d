//! Draws the start of a pod in seconds: how long each container takes at worst, as far as that is known.

use super::start::{BAR, ROW, TIP, amounts};
use super::{Anchor, BODY, Columns, Mark, PAD, Picture, SMALL, Shape, count};
use crate::model::Role;
use crate::plan::{Plan, Start};
use crate::timing::duration;

/// The least number of pixels between two marks of the axis.
const APART: i32 = 72;

/// The distances of the marks, in seconds.
const DISTANCES: [u64; 14] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

impl Picture {
    pub(super) fn seconds(&mut self, plan: &Plan, entries: usize, columns: &Columns) {
        self.second_axis(plan, columns);
        let top = self.height + 8;
        for (at, start) in plan.order.iter().enumerate() {
            let begin = self.marks.len();
            self.timed_row(at, start, top + ROW * count(at) + ROW / 2, columns);
            self.assign(begin, entries + at);
        }
        self.height = top + ROW * count(plan.order.len());
        self.height += BODY + 9;
        let whole = format!("in all {}", plan.start.whole);
        self.text("muted", PAD, SMALL, Anchor::Start, &whole, 400);
    }

    /// Draws the marks of the axis, as many as have room.
    fn second_axis(&mut self, plan: &Plan, columns: &Columns) {
        self.height += 22;
        self.text("muted", PAD, SMALL, Anchor::Start, "seconds, at worst", columns.left - PAD - 40);
        let bottom = self.height + 8 + ROW * count(plan.order.len()) + 8;
        let Some((whole, room)) = columns.seconds else { return };
        let apart =
            |distance: u64| columns.at(distance.min(whole)) - columns.left >= APART || distance >= whole;
        let distance = DISTANCES.into_iter().find(|it| apart(*it)).unwrap_or_else(|| {
            let marks = u64::try_from(room / APART).unwrap_or(1).max(1);
            whole.div_ceil(marks).div_ceil(3600).saturating_mul(3600)
        });
        let marks = (0..=whole / distance.max(1)).map(|nth| nth.saturating_mul(distance));
        for seconds in marks {
            let x = columns.at(seconds);
            self.text("muted", x, SMALL, Anchor::Middle, &duration(seconds), APART - 4);
            self.mark("grid", Shape::Path(format!("M{x} {}V{bottom}", self.height + 8)));
        }
    }

    fn timed_row(&mut self, at: usize, start: &Start, y: i32, columns: &Columns) {
        self.row_head(at, start, y, columns);
        let time = &start.time;
        let (left, up) = (columns.at(time.begins.most), columns.at(time.over().most));
        // Something that takes no time is seen, too.
        let (wide, top, right) = ((up - left).max(3), y - BAR / 2, columns.right);
        let taking = Shape::Rect { x: left, y: top, width: wide, height: BAR };
        let title = format!(
            "{} {}: takes {} ({}){}",
            start.role.name(),
            start.name,
            time.takes,
            time.by.text(),
            amounts(start)
        );
        let on = format!("M{left} {top}H{}L{right} {y}L{} {}H{left}Z", right - TIP, right - TIP, top + BAR);
        let mut bar = |class, shape| {
            self.shapes.add(class);
            self.marks.push(Mark { class, shape, entry: None, title: Some(title.clone()) });
        };
        match start.role {
            Role::Step => bar("step", taking),
            Role::Sidecar | Role::App => {
                bar(if start.role == Role::App { "app" } else { "sidecar" }, Shape::Path(on));
                if up > left {
                    bar("starting", taking);
                }
            }
        }
        if time.takes.open {
            let x = left + wide + 5;
            self.text_at("value", (x, y + SMALL / 3), SMALL, Anchor::Start, "or more", right - TIP - x);
        }
    }
}
