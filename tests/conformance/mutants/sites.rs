//! Lists the places in an object that can be changed, each with its type in the schema.

use initflow::kubernetes::schema::{self, FieldType, ObjectSchema};
use initflow::kubernetes::version::{Support, Version};
use serde_json::Value;

/// A place in an object.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Its JSON pointer.
    pub(crate) pointer: String,
    /// The object and the field that it belongs to.
    pub(crate) field: (&'static str, &'static str),
    /// Its type; nothing for the whole object.
    pub(crate) ty: Option<&'static FieldType>,
    /// The fields that it can have, if it is an object.
    pub(crate) object: Option<&'static ObjectSchema>,
}

impl Site {
    /// The pointer of its parent, and its name or index there.
    pub(crate) fn split(&self) -> (&str, String) {
        let (parent, name) = self.pointer.rsplit_once('/').unwrap_or(("", &self.pointer));
        (parent, name.replace("~1", "/").replace("~0", "~"))
    }
}

/// Every place in an object of one of the workload kinds, outer ones first.
pub(crate) fn sites(value: &Value) -> Vec<Site> {
    let object = value["kind"].as_str().and_then(schema::object);
    let mut sites = Vec::new();
    if let Some(object) = object {
        sites.push(Site { pointer: String::new(), field: (object.name, ""), ty: None, object: Some(object) });
        fields(value, object, "", &mut sites);
    }
    sites
}

/// The type of the value at a place.
pub(crate) fn type_at(object: &Value, pointer: &str) -> Option<&'static FieldType> {
    sites(object).into_iter().find(|site| site.pointer == pointer)?.ty
}

/// Whether the API server of a version reads the innermost field of a path that it may ignore.
pub(crate) fn support(kind: &str, path: &[String], version: Version) -> Support {
    let mut object = schema::object(kind);
    for part in path {
        let Some(field) = object.and_then(|object| object.field(part)) else { continue };
        match field.since.in_version(version) {
            Support::Supported => object = inner(&field.ty),
            other => return other,
        }
    }
    Support::Supported
}

/// The object of a type, also of a list of objects.
fn inner(ty: &FieldType) -> Option<&'static ObjectSchema> {
    match ty {
        FieldType::Object(object) => Some(object),
        FieldType::List(item) | FieldType::Map(item) => inner(item),
        _ => None,
    }
}

fn fields(value: &Value, object: &'static ObjectSchema, pointer: &str, sites: &mut Vec<Site>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        if let Some(field) = object.field(key) {
            walk(value, &field.ty, (object.name, field.name), &below(pointer, key), sites);
        }
    }
}

fn walk(
    value: &Value,
    ty: &'static FieldType,
    field: (&'static str, &'static str),
    pointer: &str,
    sites: &mut Vec<Site>,
) {
    let object = match ty {
        FieldType::Object(object) => Some(*object),
        _ => None,
    };
    sites.push(Site { pointer: pointer.to_owned(), field, ty: Some(ty), object });
    match (ty, value) {
        (FieldType::Object(object), _) => fields(value, object, pointer, sites),
        (FieldType::List(item), Value::Array(items)) => {
            for (at, value) in items.iter().enumerate() {
                walk(value, item, field, &below(pointer, &at.to_string()), sites);
            }
        }
        (FieldType::Map(item), Value::Object(entries)) => {
            for (key, value) in entries {
                walk(value, item, field, &below(pointer, key), sites);
            }
        }
        _ => {}
    }
}

/// The pointer of a place inside of another.
pub(crate) fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
