//! Draws how much of one resource a pod's containers request at each moment, and how much the scheduler reserves.

use super::{Anchor, BODY, Columns, PAD, Picture, SMALL, Shape, unquoted};
use crate::kubernetes::quantity::Quantity;
use crate::model::Role;
use crate::plan::{By, Plan, Resources};
use std::fmt::Write as _;

/// The height of the highest step.
const HEIGHT: i32 = 76;

/// The highest moment of one resource.
pub(in super::super) struct Peak {
    /// The slot: a place in the init list, or the slot of the apps after it.
    pub(in super::super) slot: usize,
    pub(in super::super) quantity: Quantity,
    /// What runs at that moment, in words.
    pub(in super::super) because: String,
}

/// The amount that is requested in each slot: for every entry of the init list, and then for all apps together.
pub(in super::super) fn moments(plan: &Plan, resource: &str) -> Vec<Quantity> {
    let init = plan.order.iter().filter(|start| start.role != Role::App);
    let apps = plan.order.iter().find(|start| start.role == Role::App);
    init.chain(apps).map(|start| amount(&start.reserved, resource)).collect()
}

/// The highest of the moments, described as in the effective request if that moment sets it.
pub(in super::super) fn peak(plan: &Plan, resource: &str, moments: &[Quantity]) -> Option<Peak> {
    let highest = moments.iter().max()?;
    let named = plan.requests.iter().find(|request| request.resource == resource);
    let named = named.filter(|request| matches!(request.by, By::Step | By::Together));
    let slot = match named {
        Some(request) if request.by == By::Step => {
            plan.order.iter().position(|start| Some(&start.name) == request.containers.first())?
        }
        Some(_) => moments.len() - 1,
        None => moments.iter().position(|moment| moment == highest)?,
    };
    let because = match named {
        Some(request) => unquoted(&request.because),
        None => {
            let start = plan.order.get(slot)?;
            match start.role {
                Role::App => "all apps and sidecars together".to_owned(),
                role => format!("{} {}, with the sidecars before it", role.name(), start.name),
            }
        }
    };
    Some(Peak { slot, quantity: *moments.get(slot)?, because })
}

impl Picture {
    pub(super) fn chart(&mut self, plan: &Plan, resource: &str, columns: &Columns) {
        let title = if resource == "cpu" { "CPU" } else { "Memory" };
        let moments = moments(plan, resource);
        let peak = peak(plan, resource, &moments).filter(|peak| !peak.quantity.is_zero());
        let effective = plan.requests.iter().find(|request| request.resource == resource);
        self.height += 34;
        self.text("title", PAD, BODY, Anchor::Start, title, columns.left - PAD - 8);
        let room = columns.right - columns.left;
        let Some(peak) = peak.or_else(|| {
            // Only the pod itself, or its overhead, requests the resource.
            let quantity =
                effective.map(|request| request.quantity).filter(|quantity| !quantity.is_zero())?;
            Some(Peak { slot: moments.len(), quantity, because: String::new() })
        }) else {
            self.text("muted", columns.left, SMALL, Anchor::Start, "no container requests any", room);
            return;
        };
        let caption = if peak.slot < moments.len() {
            format!("peak {}: {}", peak.quantity, peak.because)
        } else {
            "no container requests any; the pod itself does".to_owned()
        };
        self.text("peak-text", columns.left, SMALL, Anchor::Start, &caption, room);

        let alone = plan.apps.iter().find(|(name, _)| name == resource).map(|(_, quantity)| *quantity);
        let lines = [
            ("effective", "effective request", effective.map(|request| request.quantity)),
            ("alone", "apps alone", alone.or(Some(Quantity::ZERO))),
        ];
        let highest = lines.iter().filter_map(|(_, _, quantity)| *quantity).chain([peak.quantity]).max();
        let bottom = self.height + 22 + HEIGHT;
        let y = |quantity: &Quantity| bottom - scaled(quantity, highest.as_ref());
        self.area(&moments, &peak, columns, bottom, y);
        let mut key = self.height + 24;
        for (class, label, quantity) in lines {
            let Some(quantity) = quantity else { continue };
            let at = y(&quantity);
            self.mark(class, Shape::Path(format!("M{} {at}H{}", columns.left, columns.right)));
            self.mark(class, Shape::Path(format!("M{PAD} {}h18", key - 4)));
            let text = format!("{label} {quantity}");
            self.text_at("key", (PAD + 24, key), SMALL, Anchor::Start, &text, columns.left - PAD - 34);
            key += 18;
        }
        self.values(&moments, columns, y);
        self.height = bottom;
    }

    /// Draws the steps as one area, and highlights the highest of them.
    fn area(
        &mut self,
        moments: &[Quantity],
        peak: &Peak,
        columns: &Columns,
        bottom: i32,
        y: impl Fn(&Quantity) -> i32,
    ) {
        let mut outline = format!("M{} {bottom}", columns.left);
        for (at, moment) in moments.iter().enumerate() {
            let _ = write!(outline, "V{}H{}", y(moment), columns.slot_end(at));
        }
        self.mark("area", Shape::Path(format!("{outline}V{bottom}Z")));
        if let Some(moment) = moments.get(peak.slot) {
            let (x, top) = (columns.slot(peak.slot), y(moment));
            let width = columns.slot_end(peak.slot) - x;
            self.mark("peak", Shape::Rect { x, y: top, width, height: bottom - top });
        }
        self.mark("outline", Shape::Path(outline));
        self.mark("base", Shape::Path(format!("M{} {bottom}H{}", columns.left, columns.right)));
        if let Some(moment) = moments.get(peak.slot) {
            let (x, end) = (columns.slot(peak.slot), columns.slot_end(peak.slot));
            self.mark("peak-dot", Shape::Dot { x: x + (end - x) / 2, y: y(moment) });
        }
    }

    /// Writes the amount above each step where it changes and fits.
    fn values(&mut self, moments: &[Quantity], columns: &Columns, y: impl Fn(&Quantity) -> i32) {
        let mut before = None;
        for (at, moment) in moments.iter().enumerate() {
            let (x, end) = (columns.slot(at), columns.slot_end(at));
            let text = moment.to_string();
            if before != Some(moment) && super::width(&text, SMALL) <= end - x - 2 {
                self.text_at("value", (x + 3, y(moment) - 5), SMALL, Anchor::Start, &text, end - x);
            }
            before = Some(moment);
        }
    }
}

fn amount(resources: &Resources, resource: &str) -> Quantity {
    resources.iter().find(|(name, _)| name == resource).map_or(Quantity::ZERO, |(_, quantity)| *quantity)
}

fn scaled(quantity: &Quantity, highest: Option<&Quantity>) -> i32 {
    let highest = highest.map_or(1, Quantity::milli_value).max(1);
    let height = (quantity.milli_value() * i128::from(HEIGHT)).div_euclid(highest);
    i32::try_from(height).unwrap_or(0).clamp(0, HEIGHT)
}
