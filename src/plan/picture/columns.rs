//! Computes where the columns of a picture are: one for each start, or as wide as the times are long.

use super::measure::width;
use super::{Axis, BODY, PAD, SMALL, TARGET, count};
use crate::model::Role;
use crate::plan::Plan;

/// The width of the column in which everything runs on.
const TAIL: i32 = 220;

/// The positions of the columns of one plan.
pub(super) struct Columns {
    /// Where the names end and the slots begin.
    pub(super) left: i32,
    /// Where each slot of the init list begins, and then that of the apps.
    begins: Vec<i32>,
    pub(super) right: i32,
    pub(super) name: i32,
    /// How many seconds the axis has, and in how many pixels, if it counts them.
    pub(super) seconds: Option<(u64, i32)>,
}

impl Columns {
    pub(super) fn of(plan: &Plan, axis: Axis) -> Self {
        let names = plan.order.iter().map(|start| width(&start.name, BODY)).max().unwrap_or(0);
        let name = names.clamp(110, 340);
        let left = PAD + 30 + name + 14 + 56;
        let init = plan.order.iter().filter(|start| start.role != Role::App);
        let whole = plan.start.whole.most;
        if axis == Axis::Seconds && whole > 0 {
            let room = (TARGET - left - TAIL).max(400);
            let columns = Self {
                left,
                begins: Vec::new(),
                right: left + room + TAIL,
                name,
                seconds: Some((whole, room)),
            };
            let starts = init.map(|start| start.time.begins.most).chain([plan.start.init.most]);
            return Self { begins: starts.map(|seconds| columns.at(seconds)).collect(), ..columns };
        }
        let slots = count(init.count());
        // Two heights of a curve are at least two slots apart: there is room for both of their amounts.
        let reserved = plan.order.iter().flat_map(|start| &start.reserved);
        let amounts = reserved.map(|(_, amount)| width(&amount.to_string(), SMALL) + 2).max().unwrap_or(0);
        let slot = ((TARGET - left - TAIL) / slots.max(1)).clamp(40.max(amounts * 3 / 5 + 4).min(110), 110);
        let right = (left + slot * slots + TAIL).max(760);
        Self { left, begins: (0..=slots).map(|at| left + slot * at).collect(), right, name, seconds: None }
    }

    /// Where a slot begins; the last slot is that of the apps.
    pub(super) fn slot(&self, at: usize) -> i32 {
        self.begins.get(at).or(self.begins.last()).copied().unwrap_or(self.left)
    }

    /// Where a slot ends.
    pub(super) fn slot_end(&self, at: usize) -> i32 {
        self.begins.get(at + 1).copied().unwrap_or(self.right)
    }

    /// Where a moment is, if the axis counts seconds.
    pub(super) fn at(&self, seconds: u64) -> i32 {
        let Some((whole, room)) = self.seconds else { return self.left };
        let pixels =
            u128::from(seconds.min(whole)) * u128::from(room.unsigned_abs()) / u128::from(whole.max(1));
        self.left + i32::try_from(pixels).unwrap_or(room)
    }
}
