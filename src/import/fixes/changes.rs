//! Compares two objects: the few changes that turn one into the other.

use serde_json::{Map, Value};
use std::collections::HashSet;

/// A step from an object or a list to what is inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathStep {
    Key(String),
    Item(usize),
}

/// A change of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ObjectChange {
    /// The value of a field is another, or the field is new.
    Set(Vec<PathStep>, Value),
    /// A field or an item is gone.
    Remove(Vec<PathStep>),
    /// A list has one more item, at this place.
    Insert(Vec<PathStep>, usize, Value),
    /// An item of a list is at another place.
    Move(Vec<PathStep>, usize, usize),
}

/// The changes from one object to another.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<ObjectChange> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), before, after, &mut found);
    found
}

fn compare(path: &mut Vec<PathStep>, before: &Value, after: &Value, found: &mut Vec<ObjectChange>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => maps(path, before, after, found),
        (Value::Array(before), Value::Array(after)) => lists(path, before, after, found),
        _ => found.push(ObjectChange::Set(path.clone(), after.clone())),
    }
}

fn maps(
    path: &mut Vec<PathStep>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<ObjectChange>,
) {
    let mut inside = |key: &String, change: &mut dyn FnMut(&mut Vec<PathStep>, &mut Vec<ObjectChange>)| {
        path.push(PathStep::Key(key.clone()));
        change(path, found);
        path.pop();
    };
    for (key, old) in before {
        inside(key, &mut |path, found| match after.get(key) {
            Some(new) => compare(path, old, new, found),
            None => found.push(ObjectChange::Remove(path.clone())),
        });
    }
    for (key, new) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        inside(key, &mut |path, found| found.push(ObjectChange::Set(path.clone(), new.clone())));
    }
}

fn lists(path: &mut Vec<PathStep>, before: &[Value], after: &[Value], found: &mut Vec<ObjectChange>) {
    let (old, new) = (names(before), names(after));
    let changes = match (&old, &new) {
        (Some(old), Some(new)) => named(path, old, new, after),
        _ => plain(path, before, after),
    };
    let Some(changes) = changes else {
        return found.push(ObjectChange::Set(path.clone(), Value::Array(after.to_vec())));
    };
    found.extend(changes);
    // What is inside of items that stay where they are.
    for (at, item) in before.iter().enumerate() {
        let same = match (&old, &new) {
            (Some(old), Some(new)) => new.iter().position(|name| *name == old[at]),
            _ => (before.len() == after.len()).then_some(at),
        };
        if let Some(same) = same {
            path.push(PathStep::Item(at));
            compare(path, item, &after[same], found);
            path.pop();
        }
    }
}

/// The names of the items, if each has one that no other has.
fn names(items: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> = items.iter().map(|item| item.get("name")?.as_str()).collect::<Option<_>>()?;
    let unique: HashSet<&&str> = names.iter().collect();
    (unique.len() == names.len()).then_some(names)
}

/// The changes of a list whose items have names, without those inside of items; nothing if there are too many.
fn named(path: &[PathStep], old: &[&str], new: &[&str], after: &[Value]) -> Option<Vec<ObjectChange>> {
    let gone: Vec<usize> = (0..old.len()).filter(|at| !new.contains(&old[*at])).collect();
    let come: Vec<usize> = (0..new.len()).filter(|at| !old.contains(&new[*at])).collect();
    let kept: Vec<&str> = old.iter().copied().filter(|name| new.contains(name)).collect();
    let wanted: Vec<&str> = new.iter().copied().filter(|name| old.contains(name)).collect();
    match (gone.as_slice(), come.as_slice()) {
        ([], []) if kept == wanted => Some(Vec::new()),
        ([], []) => {
            let (from, to) = moved(&kept, &wanted)?;
            Some(vec![ObjectChange::Move(path.to_vec(), from, to)])
        }
        ([], [at]) if kept == wanted => {
            Some(vec![ObjectChange::Insert(path.to_vec(), *at, after[*at].clone())])
        }
        ([at], []) if kept == wanted => {
            let item = path.iter().cloned().chain([PathStep::Item(*at)]).collect();
            Some(vec![ObjectChange::Remove(item)])
        }
        _ => None,
    }
}

/// The item that is at another place, if all others stay in their order.
fn moved(old: &[&str], new: &[&str]) -> Option<(usize, usize)> {
    let first = old.iter().zip(new).position(|(old, new)| old != new)?;
    let candidates = [old.iter().position(|name| *name == new[first])?, first];
    candidates.into_iter().find_map(|from| {
        let to = new.iter().position(|name| *name == old[from])?;
        let mut list = old.to_vec();
        let item = list.remove(from);
        list.insert(to, item);
        (list == new).then_some((from, to))
    })
}

/// The changes of a list of other items, without those inside of items.
fn plain(path: &[PathStep], before: &[Value], after: &[Value]) -> Option<Vec<ObjectChange>> {
    if before.len() == after.len() {
        return Some(Vec::new());
    }
    let same = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    if after.len() == before.len() + 1 && before[same..] == after[same + 1..] {
        return Some(vec![ObjectChange::Insert(path.to_vec(), same, after[same].clone())]);
    }
    if before.len() == after.len() + 1 && before[same + 1..] == after[same..] {
        let item = path.iter().cloned().chain([PathStep::Item(same)]).collect();
        return Some(vec![ObjectChange::Remove(item)]);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_few() {
        let before = json!({ "a": 1, "list": [{ "name": "x" }, { "name": "y" }, { "name": "z" }] });
        let after = json!({ "b": 2, "list": [{ "name": "z" }, { "name": "x" }, { "name": "y", "k": 1 }] });
        let key = |key: &str| PathStep::Key(key.to_owned());
        assert_eq!(
            changes(&before, &after),
            [
                ObjectChange::Remove(vec![key("a")]),
                ObjectChange::Move(vec![key("list")], 2, 0),
                ObjectChange::Set(vec![key("list"), PathStep::Item(1), key("k")], json!(1)),
                ObjectChange::Set(vec![key("b")], json!(2)),
            ]
        );
    }

    #[test]
    fn words_of_a_command_come_and_go() {
        let words = |words: &[&str]| json!({ "c": words });
        let path = vec![PathStep::Key("c".to_owned())];
        let inserted = changes(&words(&["a", "c"]), &words(&["a", "b", "c"]));
        assert_eq!(inserted, [ObjectChange::Insert(path.clone(), 1, json!("b"))]);
        let item = path.iter().cloned().chain([PathStep::Item(1)]).collect();
        assert_eq!(changes(&words(&["a", "b", "c"]), &words(&["a", "c"])), [ObjectChange::Remove(item)]);
    }
}
