//! Draws the start of a pod: a row for each container, a slot for each moment, and arrows between containers.

use super::{
    Anchor, BODY, Columns, Edge, Mark, PAD, Picture, SMALL, Shape, count, edges, fit_name, unquoted, width,
};
use crate::model::Role;
use crate::plan::{Plan, Resources, Start};
use std::collections::BTreeMap;

pub(super) const ROW: i32 = 32;
pub(super) const BAR: i32 = 18;
/// The length of the tip of a bar that runs on.
pub(super) const TIP: i32 = 9;

/// Where the arrows of one kind run, so that those of the two kinds never cover each other.
struct Way {
    class: &'static str,
    head: &'static str,
    /// The distance from the beginning of a slot at which they leave it.
    inset: i32,
    /// The distance from the middle of a row at which they enter it.
    enters: i32,
}

impl Way {
    const AFTER: Self = Self { class: "after", head: "after head", inset: 10, enters: -6 };
    const FILES: Self = Self { class: "files", head: "files head", inset: 18, enters: 1 };
}

impl Picture {
    /// Draws the containers, whose entries begin at the given one.
    pub(super) fn start_up(&mut self, plan: &Plan, entries: usize, columns: &Columns) {
        if columns.seconds.is_some() {
            return self.seconds(plan, entries, columns);
        }
        self.axis(plan, columns);
        let top = self.height + 8;
        let row = |at: usize| top + ROW * count(at) + ROW / 2;
        for (at, start) in plan.order.iter().enumerate() {
            let begin = self.marks.len();
            self.row(at, start, row(at), columns);
            self.assign(begin, entries + at);
        }
        self.height = top + ROW * count(plan.order.len());
        let arrows = edges(plan);
        let (ahead, beside): (Vec<Edge>, Vec<Edge>) =
            arrows.into_iter().partition(|edge| edge.from < edge.to && is_init(plan, edge.from));
        self.ahead(&ahead, plan, columns, row);
        self.beside(&beside, columns, row);
    }

    /// Draws the numbers of the slots, and what they count.
    fn axis(&mut self, plan: &Plan, columns: &Columns) {
        self.height += 22;
        let room = columns.left - PAD - 8;
        self.text("muted", PAD, SMALL, Anchor::Start, "order of starts, not seconds", room);
        let init = plan.order.iter().filter(|start| start.role != Role::App).count();
        let bottom = self.height + 8 + ROW * count(plan.order.len()) + 8;
        for at in 0..=init {
            let (x, end) = (columns.slot(at), columns.slot_end(at));
            let label = if at < init { (at + 1).to_string() } else { "all apps at once".to_owned() };
            self.text("muted", x + (end - x) / 2, SMALL, Anchor::Middle, &label, end - x - 4);
            self.mark("grid", Shape::Path(format!("M{x} {}V{bottom}", self.height + 8)));
        }
    }

    /// Draws the row of a container with its number, its name and its role.
    pub(super) fn row_head(&mut self, at: usize, start: &Start, y: i32, columns: &Columns) {
        let base = y + BODY / 3;
        let area = Shape::Rect { x: PAD, y: y - ROW / 2, width: columns.right - PAD, height: ROW };
        self.mark("hit", area);
        self.mark("row", Shape::Path(format!("M{PAD} {}H{}", y + ROW / 2, columns.right)));
        self.text_at("number", (PAD + 20, base), SMALL, Anchor::End, &(at + 1).to_string(), 20);
        let name = fit_name(&start.name, BODY, columns.name);
        self.fitted("name", (PAD + 30, base), BODY, Anchor::Start, &start.name, name);
        let role = PAD + 30 + columns.name + 14;
        self.text_at("muted", (role, base), SMALL, Anchor::Start, start.role.name(), 56);
    }

    fn row(&mut self, at: usize, start: &Start, y: i32, columns: &Columns) {
        self.row_head(at, start, y, columns);
        let (left, top) = (columns.slot(at) + 3, y - BAR / 2);
        let right = columns.right;
        let on = format!("M{left} {top}H{}L{right} {y}L{} {}H{left}Z", right - TIP, right - TIP, top + BAR);
        let (class, shape) = match start.role {
            Role::Step => {
                ("step", Shape::Rect { x: left, y: top, width: columns.slot_end(at) - left - 3, height: BAR })
            }
            Role::Sidecar => ("sidecar", Shape::Path(on)),
            Role::App => ("app", Shape::Path(on)),
        };
        let moved = if start.moved { "; moved down" } else { "" };
        let because = unquoted(&start.because);
        let title = format!("{} {}: {because}{moved}{}", start.role.name(), start.name, amounts(start));
        self.shapes.add(class);
        self.marks.push(Mark { class, shape, entry: None, title: Some(title) });
    }

    /// Draws arrows to containers that start later: down from the bar, then along the row, which is empty there. Arrows
    /// from one bar share their way down, and arrows to one bar share their way in.
    fn ahead(&mut self, edges: &[Edge], plan: &Plan, columns: &Columns, row: impl Fn(usize) -> i32) {
        let mut down: BTreeMap<(bool, usize), i32> = BTreeMap::new();
        let mut along: BTreeMap<(bool, usize), Vec<&Edge>> = BTreeMap::new();
        for edge in edges {
            let is_file = edge.volume.is_some();
            let way = if is_file { Way::FILES } else { Way::AFTER };
            self.shapes.add(way.class);
            let lowest = down.entry((is_file, edge.from)).or_default();
            *lowest = row(edge.to).max(*lowest);
            along.entry((is_file, edge.to)).or_default().push(edge);
            let (x, y) = (columns.slot(edge.from) + way.inset, row(edge.to) + way.enters);
            self.mark(way.class, Shape::Path(format!("M{x} {}q0 5 5 5", y - 5)));
        }
        for ((is_file, from), lowest) in down {
            let way = if is_file { Way::FILES } else { Way::AFTER };
            let x = columns.slot(from) + way.inset;
            let (top, end) = (row(from) + BAR / 2, lowest + way.enters - 5);
            self.mark(way.class, Shape::Path(format!("M{x} {top}V{end}")));
        }
        for ((is_file, to), edges) in along {
            let way = if is_file { Way::FILES } else { Way::AFTER };
            let (y, end) = (row(to) + way.enters, columns.slot(to) + 2);
            let from = |edge: &&Edge| columns.slot(edge.from) + way.inset + 5;
            let first = edges.iter().map(from).min().unwrap_or(end);
            let mut volumes: Vec<&str> = edges.iter().filter_map(|edge| edge.volume.as_deref()).collect();
            volumes.sort_unstable();
            volumes.dedup();
            let text = volumes.join(", ");
            let room = (end - columns.left - 10).clamp(8, 320);
            let (right, base) = (end - 2, y + SMALL + 2);
            if !text.is_empty() {
                // What leads down to other rows makes room for the name; the arrow itself is drawn over it.
                let wide = width(&text, SMALL).min(room) + 4;
                self.clear(right + 2 - wide, base, wide);
            }
            let title: Vec<String> = edges.iter().map(|edge| description(plan, edge)).collect();
            self.marks.push(Mark {
                class: way.class,
                shape: Shape::Path(format!("M{first} {y}H{}", end - 5)),
                entry: None,
                title: Some(title.join("; ")),
            });
            self.mark(way.head, Shape::Path(format!("M{end} {y}l-7 -3.5v7z")));
            for x in edges.iter().map(from).filter(|x| *x > first) {
                self.mark(way.head, Shape::Dot { x, y });
            }
            if !text.is_empty() {
                self.text_at("flow", (right, base), SMALL, Anchor::End, &text, room);
            }
        }
    }

    /// Draws arrows between containers that run at the same time, across the slot of the apps, from the right.
    fn beside(&mut self, edges: &[Edge], columns: &Columns, row: impl Fn(usize) -> i32) {
        let mut labels: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        let last = columns.slot(usize::MAX);
        for (nth, edge) in edges.iter().enumerate() {
            let Some(volume) = &edge.volume else { continue };
            self.shapes.add("files");
            let x = (columns.right - 24 - 9 * count(nth % 8)).max(last + 12);
            let up = edge.from > edge.to;
            let side = if up { -1 } else { 1 };
            let (from, to) = (row(edge.from) + side * BAR / 2, row(edge.to) - side * BAR / 2);
            self.mark("files", Shape::Path(format!("M{x} {from}V{}", to - side * 5)));
            let head = if up { format!("M{x} {to}l-3.5 7h7z") } else { format!("M{x} {to}l-3.5 -7h7z") };
            self.mark("files head", Shape::Path(head));
            let label = labels.entry(edge.to).or_default();
            if !label.contains(&volume.as_str()) {
                label.push(volume);
            }
        }
        for (to, label) in labels {
            let end = columns.right - 24 - 9 * count(edges.len().min(8));
            let room = end - last - 8;
            self.text_at(
                "flow inside",
                (end, row(to) + SMALL / 3),
                SMALL,
                Anchor::End,
                &label.join(", "),
                room,
            );
        }
    }
}

/// What a container requests and at most gets, for its title.
pub(super) fn amounts(start: &Start) -> String {
    let listed = |word: &str, amounts: &Resources| {
        let each: Vec<String> = amounts.iter().map(|(name, quantity)| format!("{name} {quantity}")).collect();
        if each.is_empty() { String::new() } else { format!("; {word} {}", each.join(", ")) }
    };
    listed("requests", &start.requests) + &listed("limits", &start.limits)
}

fn description(plan: &Plan, edge: &Edge) -> String {
    let (from, to) = (&plan.order[edge.from].name, &plan.order[edge.to].name);
    match &edge.volume {
        None => format!("{to} starts after {from}"),
        Some(volume) => format!("{volume}: {from} to {to}"),
    }
}

fn is_init(plan: &Plan, at: usize) -> bool {
    plan.order[at].role != Role::App
}
