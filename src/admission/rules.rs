//! Compares amounts with the bounds of a `LimitRange`, as its plugin does.

use super::bound::Bound;
use super::violation::{Amount, Fault};
use crate::kubernetes::quantity::Quantity;

/// What is wrong with a request and a limit, if something is.
pub(super) type Rule = fn(Option<&Quantity>, Option<&Quantity>, &Bound) -> Option<Fault>;

/// Holds amounts to a minimum, which needs a request.
pub(super) fn below(request: Option<&Quantity>, limit: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(given) = request else { return Some(Fault::Missing(Amount::Request)) };
    let [request, most, bound] = comparable([given, limit.unwrap_or(&Quantity::ZERO), &bound.quantity]);
    if request < bound {
        return Some(Fault::Below(Amount::Request, *given));
    }
    let limit = limit.filter(|_| most < bound)?;
    Some(Fault::Below(Amount::Limit, *limit))
}

/// Holds amounts to a maximum, which needs a limit.
pub(super) fn above(request: Option<&Quantity>, limit: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(given) = limit else { return Some(Fault::Missing(Amount::Limit)) };
    let [least, limit, bound] = comparable([request.unwrap_or(&Quantity::ZERO), given, &bound.quantity]);
    if limit > bound {
        return Some(Fault::Above(Amount::Limit, *given));
    }
    let request = request.filter(|_| least > bound)?;
    Some(Fault::Above(Amount::Request, *request))
}

/// Holds a claim to the maximum, which it has no limit for.
pub(super) fn above_claim(request: Option<&Quantity>, _: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(given) = request else { return Some(Fault::Missing(Amount::Request)) };
    let [request, bound] = comparable([given, &bound.quantity]);
    (request > bound).then_some(Fault::Above(Amount::Request, *given))
}

/// Holds the limit to a number of times the request, both of which it needs. Compares as the plugin does: with numbers of floating point, so a limit that is exactly the ratio may be over it.
#[allow(clippy::cast_precision_loss)]
pub(super) fn ratio(request: Option<&Quantity>, limit: Option<&Quantity>, bound: &Bound) -> Option<Fault> {
    let Some(request) = request.filter(|request| !request.is_zero()) else {
        return Some(Fault::Missing(Amount::Request));
    };
    let Some(limit) = limit.filter(|limit| !limit.is_zero()) else {
        return Some(Fault::Missing(Amount::Limit));
    };
    let [divisor, dividend, _] = comparable([request, limit, &bound.quantity]);
    let found = dividend as f64 / divisor as f64;
    let is_over = if bound.quantity.value() <= MOST_UNITS {
        found * 1000.0 > bound.quantity.milli_value() as f64
    } else {
        found > bound.quantity.value() as f64
    };
    is_over.then_some(Fault::Ratio { request: *request, limit: *limit })
}

/// The largest number of units whose thousandths Kubernetes counts.
const MOST_UNITS: i128 = (i64::MAX / 1000) as i128;

/// The amounts in thousandths, or in whole units if the thousandths of one of them are too many.
fn comparable<const N: usize>(amounts: [&Quantity; N]) -> [i128; N] {
    if amounts.iter().all(|amount| amount.value() <= MOST_UNITS) {
        amounts.map(Quantity::milli_value)
    } else {
        amounts.map(Quantity::value)
    }
}
