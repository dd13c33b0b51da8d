//! Makes a failing case as small as possible while it fails in the same way.

use serde_json::Value;
use std::ops::Range;

/// How many parts all tried cases may have together.
const MAX_PARTS: usize = 500_000;

/// A case with parts that can be removed, numbered from 0, each part before its own parts.
pub(crate) trait Shrink: Clone {
    /// Removes the parts with some numbers; returns how many parts there were.
    fn cut(&mut self, parts: &Range<usize>) -> usize;
}

/// Removes parts while the rest still fails: halves first, then always smaller runs of them.
pub(crate) fn shrink<T: Shrink>(mut case: T, mut fails: impl FnMut(&T) -> bool) -> T {
    let mut run = case.clone().cut(&(0..0));
    let mut tried = 0;
    while run > 0 {
        let mut at = 0;
        let mut is_smaller = false;
        loop {
            let mut smaller = case.clone();
            let parts = smaller.cut(&(at..at + run));
            if at >= parts {
                break;
            }
            tried += parts;
            if tried > MAX_PARTS {
                return case;
            }
            if fails(&smaller) {
                case = smaller;
                is_smaller = true;
            } else {
                at += run;
            }
        }
        if run > 1 || !is_smaller {
            run /= 2;
        }
    }
    case
}

/// The parts are the entries of objects and the items of lists.
impl Shrink for Value {
    fn cut(&mut self, parts: &Range<usize>) -> usize {
        cut_value(self, 0, parts)
    }
}

/// Removes the parts with some numbers, of which the value's first part has `next`; returns the number after its last.
fn cut_value(value: &mut Value, mut next: usize, parts: &Range<usize>) -> usize {
    let mut stays = |part: &mut Value| {
        let number = next;
        next = cut_value(part, number + 1, parts);
        !parts.contains(&number)
    };
    match value {
        Value::Object(entries) => entries.retain(|_, part| stays(part)),
        Value::Array(items) => items.retain_mut(stays),
        _ => {}
    }
    next
}

#[test]
fn irrelevant_parts_are_removed() {
    let case = serde_json::json!({"a": [1, {"b": 2, "c": [3, 4]}], "d": {"e": 5}});
    let small = shrink(case, |case| {
        case["a"].as_array().is_some_and(|items| items.iter().any(|item| item["c"][0] == 4))
    });
    assert_eq!(small, serde_json::json!({"a": [{"c": [4]}]}));
}

#[test]
fn many_parts_take_few_tries() {
    let mut tries = 0;
    let small = shrink(Value::from((0..5_000).collect::<Vec<_>>()), |case| {
        tries += 1;
        case.as_array().is_some_and(|items| items.contains(&Value::from(4_321)))
    });
    assert_eq!(small, serde_json::json!([4_321]));
    assert!(tries < 50, "{tries} tries");
}
