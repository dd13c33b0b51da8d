//! Reads the JSON schemas of the workload kinds, and of all objects that their fields refer to.

use k8s_openapi::api::{apps::v1 as apps, batch::v1 as batch, core::v1 as core};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;
use std::collections::BTreeMap;

/// The JSON schemas of objects, by their short names, which are unique.
pub(crate) type Definitions = BTreeMap<String, Value>;

/// Objects of the schema that are written as text, as a number or as free JSON.
const PLAIN: [&str; 5] = ["Quantity", "IntOrString", "Time", "MicroTime", "FieldsV1"];

pub(crate) fn of_workloads() -> Definitions {
    let mut generator = SchemaSettings::draft07().into_generator();
    add::<core::Pod>(&mut generator);
    add::<apps::Deployment>(&mut generator);
    add::<apps::StatefulSet>(&mut generator);
    add::<apps::DaemonSet>(&mut generator);
    add::<apps::ReplicaSet>(&mut generator);
    add::<batch::Job>(&mut generator);
    add::<batch::CronJob>(&mut generator);
    let mut all = Definitions::new();
    for (name, schema) in generator.take_definitions(true) {
        assert!(all.insert(short(&name).to_owned(), schema).is_none(), "two objects have the name {name}");
    }
    let mut reached = Definitions::new();
    for root in ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"] {
        reach(root, &all, &mut reached);
    }
    reached
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

/// Adds an object and all objects that its fields refer to.
fn reach(name: &str, all: &Definitions, reached: &mut Definitions) {
    if PLAIN.contains(&name) || reached.contains_key(name) {
        return;
    }
    let mut object = all[name].clone();
    if let Some(fields) = object["properties"].as_object_mut() {
        // Only the cluster writes it; the `status` of a pattern is plain text.
        fields.retain(|field, schema| field != "status" || reference(schema).is_none());
    }
    reached.insert(name.to_owned(), object.clone());
    for (_, field) in object["properties"].as_object().into_iter().flatten() {
        for schema in [field, &field["items"], &field["additionalProperties"]] {
            if let Some(object) = reference(schema) {
                reach(object, all, reached);
            }
        }
    }
}

/// The short name of the object that a schema refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str()).map(short)
}

fn short(name: &str) -> &str {
    name.rsplit(['.', '/']).next().unwrap_or(name)
}
