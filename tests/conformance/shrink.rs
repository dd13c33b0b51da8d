//! Makes a failing case as small as possible while it fails in the same way.

use serde_json::Value;

/// A case with parts that can be removed, numbered from 0, each part before its own parts.
pub(crate) trait Shrink: Sized {
    /// The same case without one part; nothing if there is no such part.
    fn without(&self, part: usize) -> Option<Self>;
}

/// Removes part after part while the rest still fails.
pub(crate) fn shrink<T: Shrink>(mut case: T, mut fails: impl FnMut(&T) -> bool) -> T {
    loop {
        let mut part = 0;
        let mut is_smaller = false;
        while let Some(smaller) = case.without(part) {
            if fails(&smaller) {
                case = smaller;
                is_smaller = true;
            } else {
                part += 1;
            }
        }
        if !is_smaller {
            return case;
        }
    }
}

/// The parts are the entries of objects and the items of lists.
impl Shrink for Value {
    fn without(&self, part: usize) -> Option<Self> {
        let mut smaller = self.clone();
        remove(&mut smaller, &mut { part }).then_some(smaller)
    }
}

/// Removes the part with a number, which counts down; returns whether there was one.
fn remove(value: &mut Value, part: &mut usize) -> bool {
    match value {
        Value::Object(entries) => {
            for key in entries.keys().cloned().collect::<Vec<_>>() {
                if *part == 0 {
                    return entries.remove(&key).is_some();
                }
                *part -= 1;
                if remove(&mut entries[&key], part) {
                    return true;
                }
            }
            false
        }
        Value::Array(items) => {
            for at in 0..items.len() {
                if *part == 0 {
                    items.remove(at);
                    return true;
                }
                *part -= 1;
                if remove(&mut items[at], part) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

#[test]
fn irrelevant_parts_are_removed() {
    let case = serde_json::json!({"a": [1, {"b": 2, "c": [3, 4]}], "d": {"e": 5}});
    let small = shrink(case, |case| {
        case["a"].as_array().is_some_and(|items| items.iter().any(|item| item["c"][0] == 4))
    });
    assert_eq!(small, serde_json::json!({"a": [{"c": [4]}]}));
}
