//! Checks the table for consistency, and against the published schemas of the versions that can be targeted.

use super::*;
use crate::kubernetes::version::Support;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const ROOTS: [&str; 7] = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"];

#[test]
fn objects_are_found_by_name() {
    for object in objects() {
        assert_eq!(super::object(object.name).map(|found| found.name), Some(object.name));
    }
    assert!(object("PodStatus").is_none());
    assert!(objects().len() > 100);
}

#[test]
fn fields_have_the_types_of_the_api() {
    let ty = |object: &ObjectSchema, field: &str| format!("{:?}", object.field(field).map(|field| &field.ty));
    assert_eq!(ty(&CONTAINER, "image"), "Some(Text)");
    assert!(ty(&CONTAINER, "ports").starts_with("Some(List(Object(ObjectSchema { name: \"ContainerPort\""));
    assert_eq!(ty(&EMPTY_DIR_VOLUME_SOURCE, "sizeLimit"), "Some(Quantity)");
    assert_eq!(ty(&HTTP_GET_ACTION, "port"), "Some(IntOrString)");
    assert_eq!(ty(&OBJECT_META, "labels"), "Some(Map(Text))");
    assert!(DEPLOYMENT.field("status").is_none());
}

#[test]
fn fields_are_in_the_order_in_which_people_write_them() {
    let names: Vec<&str> = CONTAINER.fields.iter().take(3).map(|field| field.name).collect();
    assert_eq!(names, ["name", "image", "imagePullPolicy"]);
    assert_eq!(POD_SPEC.fields.last().map(|field| field.name), Some("volumes"));
}

#[test]
fn every_object_is_reached_from_a_workload() {
    let reached: BTreeSet<String> = table(Version::NEWEST)
        .into_keys()
        .filter_map(|path| Some(path.split_once('.')?.0.to_owned()))
        .collect();
    for object in objects().iter().filter(|object| !object.fields.is_empty()) {
        assert!(reached.contains(object.name), "{} is in no workload", object.name);
    }
}

#[test]
fn support_follows_the_versions() {
    let support = |object: &ObjectSchema, field: &str, minor| {
        object.field(field).map(|field| field.since.in_version(Version(minor)))
    };
    let env_files = Support::GateOff { gate: "EnvFiles", on_by_default_from: Some(Version(35)) };
    assert_eq!(support(&CONTAINER, "image", 33), Some(Support::Supported));
    assert_eq!(support(&ENV_VAR_SOURCE, "fileKeyRef", 33), Some(Support::Absent));
    assert_eq!(support(&ENV_VAR_SOURCE, "fileKeyRef", 34), Some(env_files));
    assert_eq!(support(&ENV_VAR_SOURCE, "fileKeyRef", 35), Some(Support::Supported));
    let Some(FieldType::Enum(operators)) = TOLERATION.field("operator").map(|field| &field.ty) else {
        panic!("an enumeration");
    };
    let off = Support::GateOff { gate: "TaintTolerationComparisonOperators", on_by_default_from: None };
    let supports: Vec<_> = operators.iter().map(|value| value.since.in_version(Version::NEWEST)).collect();
    assert_eq!(supports, [Support::Supported, Support::Supported, off, off]);
}

/// Fields that one version had and the newest has no more.
const GONE: [&str; 4] = [
    "PodSpec.workloadRef",
    "WorkloadReference.name",
    "WorkloadReference.podGroup",
    "WorkloadReference.podGroupReplicaKey",
];

#[test]
#[ignore = "needs KUBERNETES_FACTS, a folder with the published schemas"]
fn every_version_has_the_fields_of_its_published_schema() {
    let facts = std::env::var("KUBERNETES_FACTS").expect("KUBERNETES_FACTS names a folder");
    for version in Version::ALL {
        let text =
            std::fs::read_to_string(format!("{facts}/schema/workloads-v{version}.0.nodesc.json")).unwrap();
        let mut published = published(&serde_json::from_str(&text).unwrap());
        published.retain(|path, _| !GONE.contains(&path.as_str()));
        let table = table(version);
        for (path, ty) in &published {
            assert_eq!(table.get(path), Some(ty), "{path} in {version}");
        }
        for path in table.keys() {
            assert!(published.contains_key(path), "{path} is not in {version}");
        }
    }
}

/// The fields that a version has, `Object.field`, with their types, as far as the workloads reach.
fn table(version: Version) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<&ObjectSchema> = ROOTS.iter().filter_map(|name| object(name)).collect();
    while let Some(object) = open.pop() {
        if !seen.insert(object.name) {
            continue;
        }
        for field in object.fields {
            if !matches!(field.since.in_version(version), Support::Absent) {
                fields.insert(format!("{}.{}", object.name, field.name), kind(&field.ty, &mut open));
            }
        }
    }
    fields
}

fn kind(ty: &FieldType, open: &mut Vec<&'static ObjectSchema>) -> String {
    match ty {
        FieldType::Bool => "boolean".into(),
        FieldType::Int32 => "int32".into(),
        FieldType::Int64 => "int64".into(),
        FieldType::Text | FieldType::Enum(_) => "string".into(),
        FieldType::Quantity => "Quantity".into(),
        FieldType::IntOrString => "IntOrString".into(),
        FieldType::Time => "Time".into(),
        FieldType::Any => "FieldsV1".into(),
        FieldType::Object(object) => {
            open.push(object);
            object.name.into()
        }
        FieldType::List(item) => format!("[{}]", kind(item, open)),
        FieldType::Map(value) => format!("{{{}}}", kind(value, open)),
    }
}

/// The same out of a published schema.
fn published(schema: &Value) -> BTreeMap<String, String> {
    let objects: BTreeMap<&str, &Value> =
        schema["$defs"].as_object().unwrap().iter().map(|(name, object)| (short(name), object)).collect();
    let mut fields = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = ROOTS.to_vec();
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        for (field, schema) in objects[name]["properties"].as_object().into_iter().flatten() {
            if field != "status" || schema["$ref"].is_null() {
                fields.insert(format!("{name}.{field}"), published_kind(schema, &mut open));
            }
        }
    }
    fields
}

fn published_kind<'schema>(schema: &'schema Value, open: &mut Vec<&'schema str>) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        open.push(short(reference));
        return short(reference).into();
    }
    match schema["type"][0].as_str().or(schema["type"].as_str()) {
        Some("integer") => schema["format"].as_str().unwrap_or("int64").into(),
        Some("array") => format!("[{}]", published_kind(&schema["items"], open)),
        Some("object") => format!("{{{}}}", published_kind(&schema["additionalProperties"], open)),
        other => other.unwrap_or("no type").into(),
    }
}

fn short(name: &str) -> &str {
    name.rsplit(['.', '/']).next().unwrap_or(name)
}
