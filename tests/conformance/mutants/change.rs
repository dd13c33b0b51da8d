//! Defines the ways to change a place of an object.
//!
//! Invariant: a change that returns true may still leave the object the same, so its caller compares.

use super::harvest::Harvest;
use super::sites::{Site, sites};
use super::values;
use fastrand::Rng;
use initflow::kubernetes::schema::{Field, FieldType, ObjectSchema};
use serde_json::{Map, Value, json};

/// The inputs of a change.
pub(super) struct Scene<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) harvest: &'a Harvest,
    pub(super) object: &'a mut Value,
    pub(super) site: &'a Site,
}

/// A change; it returns whether it can be made at this place.
pub(super) type Change = fn(&mut Scene<'_>) -> Option<()>;

/// All changes, with their names in reports.
pub(super) const CHANGES: &[(&str, Change)] = &[
    ("add a field", add_field),
    ("add a field", add_field),
    ("add a made-up field", add_made_up),
    ("add an odd key", add_key),
    ("annotate", annotate),
    ("another scalar", another_scalar),
    ("another scalar", another_scalar),
    ("another scalar", another_scalar),
    ("another value of this field", another_value),
    ("change the kind", change_kind),
    ("copy to a sibling", copy_to_sibling),
    ("drop", drop),
    ("duplicate an item", duplicate),
    ("empty", empty),
    ("insert an odd item", insert_item),
    ("many items", many),
    ("misspell a key", misspell),
    ("move to a sibling", move_to_sibling),
    ("null", null),
    ("rename a reference", rename),
    ("rename a reference", rename),
    ("reverse a list", reverse),
    ("swap two items", swap),
    ("unknown field", unknown),
    ("wrong type", wrong_type),
];

impl Scene<'_> {
    fn value(&mut self) -> Option<&mut Value> {
        self.object.pointer_mut(&self.site.pointer)
    }

    fn set(&mut self, value: Value) -> Option<()> {
        *self.value()? = value;
        Some(())
    }

    fn entries(&mut self) -> Option<&mut Map<String, Value>> {
        self.value()?.as_object_mut()
    }

    fn items(&mut self) -> Option<&mut Vec<Value>> {
        self.value()?.as_array_mut().filter(|items| !items.is_empty())
    }

    fn some(&mut self, count: usize) -> usize {
        self.rng.usize(..count)
    }
}

fn add_field(scene: &mut Scene<'_>) -> Option<()> {
    let field = absent(scene)?;
    let name = scene.site.object?.name;
    let value = scene.harvest.of(scene.rng, (name, field.name))?.clone();
    scene.entries()?.insert(field.name.into(), value);
    Some(())
}

fn add_made_up(scene: &mut Scene<'_>) -> Option<()> {
    let field = absent(scene)?;
    let name = scene.site.object?.name;
    let value = made_up(scene.rng, &field.ty, (name, field.name), 0);
    scene.entries()?.insert(field.name.into(), value);
    Some(())
}

/// A field that an object does not have.
fn absent(scene: &mut Scene<'_>) -> Option<&'static Field> {
    let object: &'static ObjectSchema = scene.site.object?;
    let entries = scene.entries()?;
    let absent: Vec<_> = object.fields.iter().filter(|field| !entries.contains_key(field.name)).collect();
    scene.rng.choice(absent)
}

/// A value of a type, with the fields that the schema requires and possibly more.
fn made_up(rng: &mut Rng, ty: &FieldType, field: (&'static str, &'static str), depth: usize) -> Value {
    match ty {
        FieldType::Bool => json!(rng.bool()),
        FieldType::Int32 | FieldType::Int64 => values::int(rng, None),
        FieldType::Text => json!(values::text(rng, field)),
        FieldType::Enum(words) => json!(words[rng.usize(..words.len())].name),
        FieldType::Quantity => values::quantity(rng),
        FieldType::IntOrString => values::int_or_string(rng, field),
        FieldType::Time => values::time(rng),
        FieldType::Any => json!({}),
        FieldType::List(item) => (0..rng.usize(..3)).map(|_| made_up(rng, item, field, depth)).collect(),
        FieldType::Map(item) => {
            let entries = 0..rng.usize(..3);
            entries.map(|_| (values::text(rng, field), made_up(rng, item, field, depth))).collect()
        }
        FieldType::Object(object) => {
            let wanted = |rng: &mut Rng, field: &Field| {
                field.required && rng.usize(..20) > 0 || depth < 4 && rng.usize(..4) == 0
            };
            let fields: Vec<_> = object.fields.iter().filter(|field| wanted(rng, field)).collect();
            let entry = |field: &Field| {
                (field.name.to_owned(), made_up(rng, &field.ty, (object.name, field.name), depth + 1))
            };
            fields.into_iter().map(entry).collect()
        }
    }
}

fn add_key(scene: &mut Scene<'_>) -> Option<()> {
    let Some(FieldType::Map(item)) = scene.site.ty else { return None };
    let key = values::text(scene.rng, scene.site.field);
    let old = scene.entries()?.values().next().cloned();
    let value = old.unwrap_or_else(|| made_up(scene.rng, item, scene.site.field, 0));
    scene.entries()?.insert(key, value);
    Some(())
}

fn annotate(scene: &mut Scene<'_>) -> Option<()> {
    scene.site.object.filter(|object| object.name == "ObjectMeta")?;
    let (key, texts) = *scene.rng.choice(values::ANNOTATIONS)?;
    let text = values::pick(scene.rng, texts);
    let annotations = scene.entries()?.entry("annotations").or_insert_with(|| json!({}));
    annotations.as_object_mut()?.insert(key.into(), json!(text));
    Some(())
}

fn another_scalar(scene: &mut Scene<'_>) -> Option<()> {
    let field = scene.site.field;
    let old = scene.value()?.clone();
    let rng = &mut *scene.rng;
    let new = match scene.site.ty? {
        FieldType::Bool => json!(!old.as_bool()?),
        FieldType::Int32 | FieldType::Int64 => values::int(rng, old.as_i64()),
        FieldType::Text => json!(values::text(rng, field)),
        FieldType::Enum(words) => json!(word(rng, words.iter().map(|word| word.name).collect())),
        FieldType::Quantity => values::quantity(rng),
        FieldType::IntOrString => values::int_or_string(rng, field),
        FieldType::Time => values::time(rng),
        _ => return None,
    };
    scene.set(new)
}

/// A word of an enumeration, or one that is close to it.
fn word(rng: &mut Rng, words: Vec<&str>) -> String {
    let word = rng.choice(words).unwrap_or_default();
    match rng.usize(..8) {
        0 => word.to_lowercase(),
        1 => word.to_uppercase(),
        2 => word[..word.len().saturating_sub(1)].to_owned(),
        3 => values::odd(rng),
        _ => word.to_owned(),
    }
}

fn another_value(scene: &mut Scene<'_>) -> Option<()> {
    if scene.site.ty.is_none() || is_item(scene) {
        return None;
    }
    let value = scene.harvest.of(scene.rng, scene.site.field)?.clone();
    scene.set(value)
}

/// Whether the place is an item of a list, or an entry of a map.
fn is_item(scene: &Scene<'_>) -> bool {
    scene.site.split().1 != scene.site.field.1
}

/// Another kind with the same kind of content.
fn change_kind(scene: &mut Scene<'_>) -> Option<()> {
    const KINDS: [(&str, &str); 7] = [
        ("Deployment", "apps/v1"),
        ("StatefulSet", "apps/v1"),
        ("DaemonSet", "apps/v1"),
        ("ReplicaSet", "apps/v1"),
        ("Job", "batch/v1"),
        ("CronJob", "batch/v1"),
        ("Pod", "v1"),
    ];
    if !scene.site.pointer.is_empty() {
        return None;
    }
    let (kind, group) = KINDS[scene.some(KINDS.len())];
    let entries = scene.entries()?;
    entries.insert("kind".into(), json!(kind));
    entries.insert("apiVersion".into(), json!(group));
    Some(())
}

fn copy_to_sibling(scene: &mut Scene<'_>) -> Option<()> {
    let value = scene.value()?.clone();
    let (sibling, name) = sibling(scene)?;
    match scene.object.pointer_mut(&sibling)? {
        Value::Object(entries) => {
            entries.insert(name, value);
        }
        Value::Array(items) => items.push(value),
        _ => return None,
    }
    Some(())
}

fn move_to_sibling(scene: &mut Scene<'_>) -> Option<()> {
    // The entry is added at the end, so this place does not move.
    copy_to_sibling(scene)?;
    drop(scene)
}

/// Another place for the object around this place: the same kind of object elsewhere.
fn sibling(scene: &mut Scene<'_>) -> Option<(String, String)> {
    scene.site.ty?;
    let (parent, name) = scene.site.split();
    let all = sites(scene.object);
    let home = all.iter().find(|site| site.pointer == parent)?;
    let alike = |site: &&Site| {
        let same = match (home.object, site.object) {
            (Some(home), Some(other)) => home.name == other.name,
            (None, None) => {
                home.field.0 == site.field.0 && is_list(home) && is_list(site) && item(home) == item(site)
            }
            _ => false,
        };
        same && site.pointer != home.pointer && !site.pointer.starts_with(&scene.site.pointer)
    };
    let others: Vec<_> = all.iter().filter(alike).collect();
    scene.rng.choice(others).map(|site| (site.pointer.clone(), name))
}

fn is_list(site: &Site) -> bool {
    matches!(site.ty, Some(FieldType::List(_)))
}

/// The object of the items of a list.
fn item(site: &Site) -> Option<&'static str> {
    match site.ty {
        Some(FieldType::List(FieldType::Object(object))) => Some(object.name),
        _ => None,
    }
}

fn drop(scene: &mut Scene<'_>) -> Option<()> {
    let (parent, name) = scene.site.split();
    match scene.object.pointer_mut(parent)? {
        Value::Object(entries) => entries.remove(&name).map(|_| ()),
        Value::Array(items) => {
            items.remove(name.parse().ok()?);
            Some(())
        }
        _ => None,
    }
}

fn duplicate(scene: &mut Scene<'_>) -> Option<()> {
    let count = scene.items()?.len();
    let (from, to) = (scene.some(count), scene.some(count + 1));
    let items = scene.items()?;
    let copy = items[from].clone();
    items.insert(to, copy);
    Some(())
}

fn empty(scene: &mut Scene<'_>) -> Option<()> {
    scene.site.ty?;
    match scene.value()? {
        Value::Object(entries) => entries.clear(),
        Value::Array(items) => items.clear(),
        Value::String(text) => text.clear(),
        _ => return None,
    }
    Some(())
}

fn insert_item(scene: &mut Scene<'_>) -> Option<()> {
    let Some(FieldType::List(item)) = scene.site.ty else { return None };
    let new = match scene.rng.usize(..8) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!(""),
        _ => made_up(scene.rng, item, scene.site.field, 1),
    };
    let count = scene.value()?.as_array()?.len();
    let at = scene.some(count + 1);
    scene.value()?.as_array_mut()?.insert(at, new);
    Some(())
}

/// More items than a list may have, with different names if they have names.
fn many(scene: &mut Scene<'_>) -> Option<()> {
    let count = [4, 5, 11, 17, 21, 33, 65, 256][scene.some(8)];
    let items = scene.items()?;
    let first = items[0].clone();
    for number in items.len()..count {
        let mut item = first.clone();
        for key in ["name", "mountPath", "key", "path", "containerPort", "port"] {
            match item.get_mut(key) {
                Some(Value::String(text)) => *text = format!("{text}{number}"),
                Some(value @ Value::Number(_)) => *value = json!(1000 + number),
                _ => {}
            }
        }
        if let Value::String(text) = &mut item {
            *text = format!("{text}{number}");
        }
        items.push(item);
    }
    Some(())
}

fn misspell(scene: &mut Scene<'_>) -> Option<()> {
    let object = scene.site.object.map(|object| object.fields);
    let keys: Vec<String> = scene.entries()?.keys().cloned().collect();
    let key = scene.rng.choice(keys)?;
    let wrong = match (scene.some(4), object) {
        (0, _) => key.to_uppercase(),
        (1, _) => key[..1].to_uppercase() + &key[1..],
        (2, Some(fields)) => fields[scene.some(fields.len())].name.to_owned(),
        _ => format!("{key}s"),
    };
    let entries = scene.entries()?;
    let value = entries.remove(&key)?;
    entries.insert(wrong, value);
    Some(())
}

fn null(scene: &mut Scene<'_>) -> Option<()> {
    scene.site.ty?;
    scene.set(Value::Null)
}

/// Uses a text of another place in this object or in a similar one, so that references break and names collide.
fn rename(scene: &mut Scene<'_>) -> Option<()> {
    let Some(FieldType::Text | FieldType::IntOrString) = scene.site.ty else { return None };
    let field = scene.site.field.1;
    let all = sites(scene.object);
    let names =
        ["name", "claimName", "containerName", "port", "volumeName", "conditionType", "request", field];
    let known = |site: &&Site| names.contains(&site.field.1) && site.pointer != scene.site.pointer;
    let texts: Vec<_> =
        all.iter().filter(known).filter_map(|site| scene.object.pointer(&site.pointer)?.as_str()).collect();
    let text = scene.rng.choice(texts)?.to_owned();
    scene.set(json!(text))
}

fn reverse(scene: &mut Scene<'_>) -> Option<()> {
    scene.items()?.reverse();
    Some(())
}

fn swap(scene: &mut Scene<'_>) -> Option<()> {
    let count = scene.items()?.len();
    let (one, other) = (scene.some(count), scene.some(count));
    scene.items()?.swap(one, other);
    Some(())
}

fn unknown(scene: &mut Scene<'_>) -> Option<()> {
    scene.site.object?;
    scene.entries()?.insert("color".into(), json!("blue"));
    Some(())
}

fn wrong_type(scene: &mut Scene<'_>) -> Option<()> {
    scene.site.ty?;
    let kinds = [
        json!("text"),
        json!(7),
        json!(true),
        json!([]),
        json!({}),
        json!(1.5),
        json!("7"),
        json!(["a"]),
        json!({"a": "b"}),
        json!("true"),
    ];
    let old = scene.value()?.clone();
    let different =
        |value: &Value| std::mem::discriminant(value) != std::mem::discriminant(&old) || *value == json!(1.5);
    let kinds: Vec<_> = kinds.into_iter().filter(different).collect();
    let new = scene.rng.choice(kinds)?;
    scene.set(new)
}
