//! A case that fails, made as small as it goes while it fails in the same way.

use serde_json::Value;

/// What has parts that can be left out, numbered from 0 with each part before its own parts.
pub(crate) trait Shrink: Sized {
    /// The same without one part; nothing where there is no such part.
    fn without(&self, part: usize) -> Option<Self>;
}

/// Leaves out part after part for as long as the rest still fails.
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

/// Entries of objects and items of lists are its parts.
impl Shrink for Value {
    fn without(&self, part: usize) -> Option<Self> {
        let mut smaller = self.clone();
        remove(&mut smaller, &mut { part }).then_some(smaller)
    }
}

/// Removes the part of a number, which counts down; says whether there was one.
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
fn what_does_not_matter_is_left_out() {
    let case = serde_json::json!({"a": [1, {"b": 2, "c": [3, 4]}], "d": {"e": 5}});
    let small = shrink(case, |case| {
        case["a"].as_array().is_some_and(|items| items.iter().any(|item| item["c"][0] == 4))
    });
    assert_eq!(small, serde_json::json!({"a": [{"c": [4]}]}));
}
