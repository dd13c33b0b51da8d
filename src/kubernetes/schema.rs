//! Describes every object of Kubernetes' workload kinds, and of the kinds around them, as `k8s-openapi` has them.
//!
//! Invariant: an object has exactly the fields of the typed object that the compiler lowers to, without `status`.

use super::version::{Availability, Version};

/// A kind of object, such as `Container` or `PodSpec`.
#[derive(Debug)]
pub struct ObjectSchema {
    /// Its name in the API, without the group.
    pub name: &'static str,
    /// The API's own description.
    pub doc: &'static str,
    /// Its fields, in the order in which people write them.
    pub fields: &'static [Field],
}

impl ObjectSchema {
    /// The field with a name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name in the API.
    pub name: &'static str,
    /// The type of its value.
    pub ty: FieldType,
    /// Whether the schema requires it.
    pub required: bool,
    /// Which versions have it.
    pub since: Availability,
    /// The API's own description.
    pub doc: &'static str,
}

/// The type of a field's value.
#[derive(Debug)]
pub enum FieldType {
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Text.
    Text,
    /// One of several words.
    Enum(&'static [EnumValue]),
    /// An amount of a resource.
    Quantity,
    /// A whole number, or text (a percentage or the name of a port).
    IntOrString,
    /// A time, as text in RFC 3339.
    Time,
    /// An object.
    Object(&'static ObjectSchema),
    /// A list.
    List(&'static FieldType),
    /// A map with arbitrary keys.
    Map(&'static FieldType),
    /// Arbitrary JSON.
    Any,
}

/// A word of an enumeration.
#[derive(Debug)]
pub struct EnumValue {
    /// The word.
    pub name: &'static str,
    /// Which versions have it.
    pub since: Availability,
}

/// The object with a name.
pub fn object(name: &str) -> Option<&'static ObjectSchema> {
    objects::ALL.binary_search_by(|object| object.name.cmp(name)).ok().map(|at| objects::ALL[at])
}

/// The object with a name, also one around workloads, such as `Service`.
pub fn any_object(name: &str) -> Option<&'static ObjectSchema> {
    let around = || around::ALL.binary_search_by(|object| object.name.cmp(name)).ok();
    object(name).or_else(|| around().map(|at| around::ALL[at]))
}

/// All objects of workloads, by name.
pub fn objects() -> &'static [&'static ObjectSchema] {
    objects::ALL
}

/// The objects around workloads, without those of the workloads themselves, by name.
pub fn objects_around() -> &'static [&'static ObjectSchema] {
    around::ALL
}

// Generated, and written by their generator as they are easiest to compare.
#[rustfmt::skip]
mod around;
#[rustfmt::skip]
mod objects;
pub use objects::*;

/// Fields of metadata that only the API server sets.
pub const SET_BY_SERVER: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

#[cfg(test)]
mod tests;
