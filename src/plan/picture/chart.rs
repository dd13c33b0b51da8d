//! Draws how much of one resource a pod's containers request at each moment, how much the scheduler reserves, and the limit.

use super::usage::{Peak, ResourceUse};
use super::{Anchor, BODY, Columns, PAD, Picture, SMALL, Shape, bold_width, unquoted, width};
use crate::kubernetes::quantity::Quantity;
use crate::plan::Plan;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The height of the highest step: of CPU and memory, and of the other resources.
const HEIGHT: i32 = 76;
const LOW: i32 = 48;
/// How far above its amount a line of reference runs, so that it does not cover the steps.
const ABOVE: i32 = 4;
/// The distance of the baseline of an amount from its step.
const RAISED: i32 = 9;

/// An amount that holds for the whole pod.
struct Reference {
    class: &'static str,
    text: String,
    /// Where its line is; `None` if there is no amount or if it is far above everything else.
    quantity: Option<Quantity>,
}

/// Slots in a row with the same amount.
struct Run {
    first: usize,
    last: usize,
    quantity: Quantity,
}

impl Picture {
    pub(super) fn chart(&mut self, plan: &Plan, resource: &ResourceUse, columns: &Columns) {
        let title = resource.title();
        self.height += 34;
        self.text("title", PAD, BODY, Anchor::Start, title, columns.right - PAD);
        let beside = columns.left.max(PAD + bold_width(title, BODY) + 16);
        let room = columns.right - beside;
        let requested = resource.request.map(|request| request.quantity);
        let peak = resource.peak(plan);
        let Some(most) =
            peak.as_ref().map(|peak| peak.quantity).or(requested.filter(|quantity| !quantity.is_zero()))
        else {
            let limit = resource.limit.map(|limit| unquoted(&format!("; limit {limit}"))).unwrap_or_default();
            let text = format!("no container requests any{limit}");
            self.text("muted", beside, SMALL, Anchor::Start, &text, room);
            return;
        };
        let caption = match &peak {
            Some(peak) => format!("peak {}: {}", peak.quantity, peak.because),
            None => "no container requests any; the pod itself does".to_owned(),
        };
        self.text("peak-text", beside, SMALL, Anchor::Start, &caption, room);

        let highest = requested.into_iter().chain([resource.alone, most]).max().unwrap_or(most);
        let references = references(resource, highest);
        let highest =
            references.iter().filter_map(|line| line.quantity).chain([highest]).max().unwrap_or(most);
        let height = if matches!(resource.name, "cpu" | "memory") { HEIGHT } else { LOW };
        let bottom = self.height + 30 + height;
        let y = |quantity: &Quantity| bottom - scaled(quantity, highest, height);
        self.area(&resource.moments, peak.as_ref(), columns, bottom, y);
        self.references(&references, columns, y);
        self.values(&resource.moments, peak.as_ref(), columns, y);
        self.height = bottom;
    }

    /// Draws the steps as one area, and highlights the highest of them.
    fn area(
        &mut self,
        moments: &[Quantity],
        peak: Option<&Peak>,
        columns: &Columns,
        bottom: i32,
        y: impl Fn(&Quantity) -> i32,
    ) {
        let mut outline = format!("M{} {bottom}", columns.left);
        for (at, moment) in moments.iter().enumerate() {
            let _ = write!(outline, "V{}H{}", y(moment), columns.slot_end(at));
        }
        self.mark("area", Shape::Path(format!("{outline}V{bottom}Z")));
        if let Some(peak) = peak {
            let (x, top) = (columns.slot(peak.slot), y(&peak.quantity));
            let width = columns.slot_end(peak.slot) - x;
            self.mark("peak", Shape::Rect { x, y: top, width, height: bottom - top });
        }
        self.mark("outline", Shape::Path(outline));
        self.mark("base", Shape::Path(format!("M{} {bottom}H{}", columns.left, columns.right)));
        if let Some(peak) = peak {
            let (x, end) = (columns.slot(peak.slot), columns.slot_end(peak.slot));
            self.mark("peak-dot", Shape::Dot { x: x + (end - x) / 2, y: y(&peak.quantity) });
        }
    }

    /// Draws the lines of reference and explains them on the left. Amounts that are nearly the same share one line.
    fn references(&mut self, references: &[Reference], columns: &Columns, y: impl Fn(&Quantity) -> i32) {
        let mut drawn: Vec<(i32, &'static str)> = Vec::new();
        let mut key = self.height + 24;
        for Reference { class, text, quantity } in references {
            if let Some(quantity) = quantity {
                let at = y(quantity) - ABOVE;
                let near = drawn.iter().find(|(other, _)| (other - at).abs() < ABOVE);
                let class = near.map_or(*class, |(_, class)| class);
                if near.is_none() {
                    self.mark(class, Shape::Path(format!("M{} {at}H{}", columns.left, columns.right)));
                    drawn.push((at, class));
                }
                self.mark(class, Shape::Path(format!("M{PAD} {}h18", key - 4)));
            }
            self.text_at("key", (PAD + 24, key), SMALL, Anchor::Start, text, columns.left - PAD - 34);
            key += 18;
        }
    }

    /// Writes each amount above its steps: that of the peak, then those of the other heights, then the others that have room.
    fn values(
        &mut self,
        moments: &[Quantity],
        peak: Option<&Peak>,
        columns: &Columns,
        y: impl Fn(&Quantity) -> i32,
    ) {
        let runs = runs(moments);
        let is_peak = |run: &Run| peak.is_some_and(|peak| (run.first..=run.last).contains(&peak.slot));
        let is_height = |at: usize| {
            let lower = |other: Option<&Run>| other.is_none_or(|other| other.quantity < runs[at].quantity);
            lower(at.checked_sub(1).and_then(|before| runs.get(before))) && lower(runs.get(at + 1))
        };
        let mut wanted: Vec<usize> = (0..runs.len()).collect();
        wanted.sort_by_key(|at| (!is_peak(&runs[*at]), !is_height(*at), Reverse(runs[*at].quantity)));
        let mut placed = Labels::default();
        for at in wanted {
            let run = &runs[at];
            let (first, last) =
                peak.filter(|_| is_peak(run)).map_or((run.first, run.last), |peak| (peak.slot, peak.slot));
            let text = run.quantity.to_string();
            let wide = width(&text, SMALL) + 2;
            let middle = columns.slot(first) + (columns.slot_end(last) - columns.slot(first)) / 2;
            let left = (middle - wide / 2).min(columns.right - wide).max(columns.left);
            let level = y(&run.quantity);
            let label = Label { left, right: left + wide, base: level - RAISED };
            // A higher step beside it would run through it.
            let crosses = |other: &Run| y(&other.quantity) < label.base + 2;
            let near_left = runs[..at].iter().rev().take(NEAR);
            let near_left = near_left.take_while(|other| columns.slot_end(other.last) > label.left);
            let near_right = runs[at + 1..].iter().take(NEAR);
            let near_right = near_right.take_while(|other| columns.slot(other.first) < label.right);
            if near_left.chain(near_right).any(crosses) || !placed.has_room(&label) {
                continue;
            }
            self.clear(label.left, label.base, wide);
            let at = (left + wide / 2, label.base);
            self.text_at("value", at, SMALL, Anchor::Middle, &text, wide);
            placed.add(label);
        }
    }
}

/// How many steps on each side are looked at for one that runs through an amount: many more than have room beside it, unless
/// they take no time.
const NEAR: usize = 64;

/// The place of an amount.
struct Label {
    left: i32,
    right: i32,
    base: i32,
}

/// Amounts that do not overlap.
#[derive(Default)]
struct Labels {
    /// By their left edges.
    labels: BTreeMap<(i32, i32), Label>,
    widest: i32,
}

impl Labels {
    fn has_room(&self, label: &Label) -> bool {
        let near = self.labels.range((label.left - self.widest, i32::MIN)..(label.right, i32::MIN));
        let meets = |other: &Label| other.right > label.left && (other.base - label.base).abs() < SMALL + 1;
        !near.map(|(_, other)| other).any(meets)
    }

    fn add(&mut self, label: Label) {
        self.widest = self.widest.max(label.right - label.left);
        self.labels.insert((label.left, label.base), label);
    }
}

fn runs(moments: &[Quantity]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, quantity) in moments.iter().enumerate() {
        match runs.last_mut().filter(|run| run.quantity == *quantity) {
            Some(run) => run.last = at,
            None => runs.push(Run { first: at, last: at, quantity: *quantity }),
        }
    }
    runs
}

/// The amounts that hold for the whole pod; `highest` is the highest of its requests.
fn references(resource: &ResourceUse, highest: Quantity) -> Vec<Reference> {
    let request = resource.request.map(|request| Reference {
        class: "effective",
        text: format!("effective request {}", request.quantity),
        quantity: Some(request.quantity),
    });
    let alone = Reference {
        class: "alone",
        text: format!("apps alone {}", resource.alone),
        quantity: Some(resource.alone),
    };
    let limit = resource.limit.map(|limit| {
        let quantity = limit.quantity.filter(|_| limit.unbounded_by.is_none());
        // A limit far above the requests would press their steps to the ground.
        let shown = quantity.filter(|quantity| quantity.milli_value() <= 2 * highest.milli_value());
        let far = if shown == quantity { "" } else { ", off the scale" };
        Reference { class: "limit", text: unquoted(&format!("limit {limit}{far}")), quantity: shown }
    });
    request.into_iter().chain([alone]).chain(limit).collect()
}

fn scaled(quantity: &Quantity, highest: Quantity, height: i32) -> i32 {
    let highest = highest.milli_value().max(1);
    let scaled = quantity.milli_value().saturating_mul(i128::from(height)).div_euclid(highest);
    i32::try_from(scaled).unwrap_or(0).clamp(0, height)
}
