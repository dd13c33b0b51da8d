//! Lays out a plan as shapes and texts, for every format that draws.
//!
//! Invariant: the layout does not depend on a format, and all sizes are whole pixels, so that it is the same
//! everywhere.

#[cfg(test)]
mod boxes;
mod chart;
mod columns;
mod entry;
mod flow;
mod legend;
mod measure;
mod seconds;
mod start;
mod usage;

pub(super) use entry::Entry;
pub(super) use flow::{Edge, edges};
pub(super) use legend::Legend;
pub(super) use usage::resource_uses;

use super::{Plan, Start};
use crate::source::Sources;
use crate::timing::TimeRange;
use columns::Columns;
use measure::{bold_width, fit, fit_name, width};

/// A drawing of any number of plans, one below another.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) marks: Vec<Mark>,
    /// What the marks represent.
    pub(super) entries: Vec<Entry>,
    /// The shapes that need an explanation.
    pub(super) shapes: Legend,
    /// How much of the space on the left and on the right is cut off.
    pub(super) inset: i32,
}

/// One thing in a drawing.
#[derive(Debug)]
pub(super) struct Mark {
    /// Its class in the style sheet.
    pub(super) class: &'static str,
    pub(super) shape: Shape,
    /// The workload or container that it represents, by its place in the picture's entries. The marks of one entry follow
    /// each other.
    pub(super) entry: Option<usize>,
    /// The full text that a viewer shows for the mark under the pointer.
    pub(super) title: Option<String>,
}

#[derive(Debug)]
pub(super) enum Shape {
    Rect {
        x: i32,
        y: i32,
        width: i32,
        height: i32,
    },
    /// In SVG's notation.
    Path(String),
    Dot {
        x: i32,
        y: i32,
    },
    Text {
        x: i32,
        y: i32,
        size: i32,
        anchor: Anchor,
        text: String,
    },
}

/// Which part of a text is at its position.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The space around everything.
const PAD: i32 = 24;
/// The total width of the columns, if they are neither few nor many.
const TARGET: i32 = 1080;
const HEADING: i32 = 17;
const BODY: i32 = 13;
const SMALL: i32 = 11;

/// What the horizontal axis of a picture counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Starts: each step or sidecar has a column of its own.
    #[default]
    Order,
    /// Seconds, at worst, as far as they are known.
    Seconds,
}

impl Picture {
    /// Draws plans, each with a heading, and explains the shapes below them.
    pub(super) fn of<'a>(plans: impl IntoIterator<Item = (&'a Plan, &'a Sources)>, axis: Axis) -> Self {
        let mut picture = Self { height: PAD, ..Self::default() };
        for (plan, sources) in plans {
            if picture.width > 0 {
                picture.height += 28;
            }
            picture.section(plan, sources, axis);
        }
        let shapes = picture.shapes.clone();
        picture.legend(&shapes);
        picture.height += PAD;
        picture
    }

    /// Draws one plan for a page, which has margins and explains the shapes itself.
    pub(super) fn for_page(plan: &Plan, sources: &Sources, axis: Axis) -> Self {
        let mut picture = Self { inset: PAD - 1, ..Self::default() };
        picture.section(plan, sources, axis);
        picture.height += 8;
        picture
    }

    fn section(&mut self, plan: &Plan, sources: &Sources, axis: Axis) {
        let columns = Columns::of(plan, axis);
        self.width = self.width.max(columns.right + PAD);
        let room = columns.right - PAD;
        let first = self.entries.len();
        self.entries.extend(Entry::of(plan, sources));
        self.height += 18;
        let begin = self.marks.len();
        self.text("heading", PAD, HEADING, Anchor::Start, &plan.title(), room);
        self.height += 18;
        let place = self.entries[first].place();
        self.text("muted", PAD, SMALL, Anchor::Start, &place, room);
        self.assign(begin, first);
        self.height += 14;
        self.start_up(plan, first + 1, &columns);
        for resource in resource_uses(plan) {
            self.chart(plan, &resource, &columns);
        }
        self.height += 20;
        let qos = format!("QoS class {}; all {}", plan.qos, plan.caveat());
        self.text("muted", PAD, SMALL, Anchor::Start, &qos, room);
    }

    /// Adds a text at the current height, shortened to the given room.
    fn text(&mut self, class: &'static str, x: i32, size: i32, anchor: Anchor, text: &str, room: i32) {
        self.text_at(class, (x, self.height), size, anchor, text, room);
    }

    fn text_at(
        &mut self,
        class: &'static str,
        (x, y): (i32, i32),
        size: i32,
        anchor: Anchor,
        text: &str,
        room: i32,
    ) {
        self.fitted(class, (x, y), size, anchor, text, fit(text, size, room));
    }

    /// Adds a text of which only a part may be shown.
    fn fitted(
        &mut self,
        class: &'static str,
        (x, y): (i32, i32),
        size: i32,
        anchor: Anchor,
        text: &str,
        shown: String,
    ) {
        let title = (shown != text).then(|| text.to_owned());
        self.marks.push(Mark {
            class,
            shape: Shape::Text { x, y, size, anchor, text: shown },
            entry: None,
            title,
        });
    }

    /// Assigns all marks from this one on to an entry.
    fn assign(&mut self, begin: usize, entry: usize) {
        for mark in &mut self.marks[begin..] {
            mark.entry = Some(entry);
        }
    }

    /// Clears the ground of a small text from lines.
    fn clear(&mut self, x: i32, base: i32, width: i32) {
        self.mark("clear", Shape::Rect { x, y: base - SMALL + 1, width, height: SMALL + 3 });
    }

    fn mark(&mut self, class: &'static str, shape: Shape) {
        self.marks.push(Mark { class, shape, entry: None, title: None });
    }
}

/// Converts a number of things for the computation of pixels.
fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX / 1000)
}

/// What the node of a container says: its place and name, what it requests, and how long it takes as far as that is known.
pub(super) fn label(nth: usize, start: &Start) -> Vec<String> {
    let mut label = vec![format!("{}. {} {}", nth + 1, start.role.name(), start.name)];
    label.extend(start.requests.iter().map(|(name, quantity)| format!("{name} {quantity}")));
    let takes = start.time.takes;
    label.extend((takes != TimeRange::NONE && !takes.is_unknown()).then(|| takes.to_string()));
    label
}

/// Removes the backticks around names.
pub(super) fn unquoted(text: &str) -> String {
    text.replace('`', "")
}
