//! Reads the JSON schemas of the workload kinds and of those around them, with all objects that their fields refer to.

use k8s_openapi::api::{
    apps::v1 as apps, autoscaling::v1 as scaling_v1, autoscaling::v2 as scaling, batch::v1 as batch,
    core::v1 as core, networking::v1 as networking, node::v1 as node, policy::v1 as policy, rbac::v1 as rbac,
    scheduling::v1 as scheduling, storage::v1 as storage,
};
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
    let roots = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"];
    reached_from(&roots, generator)
}

/// The objects around workloads, without those of the workloads themselves.
pub(crate) fn of_context(workloads: &Definitions) -> Definitions {
    let mut generator = SchemaSettings::draft07().into_generator();
    add::<core::ConfigMap>(&mut generator);
    add::<core::LimitRange>(&mut generator);
    add::<core::Namespace>(&mut generator);
    add::<core::PersistentVolume>(&mut generator);
    add::<core::PersistentVolumeClaim>(&mut generator);
    add::<core::ResourceQuota>(&mut generator);
    add::<core::Secret>(&mut generator);
    add::<core::Service>(&mut generator);
    add::<core::ServiceAccount>(&mut generator);
    add::<networking::Ingress>(&mut generator);
    add::<networking::NetworkPolicy>(&mut generator);
    add::<node::RuntimeClass>(&mut generator);
    add::<policy::PodDisruptionBudget>(&mut generator);
    add::<rbac::ClusterRole>(&mut generator);
    add::<rbac::ClusterRoleBinding>(&mut generator);
    add::<rbac::Role>(&mut generator);
    add::<rbac::RoleBinding>(&mut generator);
    add::<scaling::HorizontalPodAutoscaler>(&mut generator);
    add::<scheduling::PriorityClass>(&mut generator);
    add::<storage::StorageClass>(&mut generator);
    let roots = [
        "ConfigMap",
        "LimitRange",
        "Namespace",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "ResourceQuota",
        "Secret",
        "Service",
        "ServiceAccount",
        "Ingress",
        "NetworkPolicy",
        "RuntimeClass",
        "PodDisruptionBudget",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
        "HorizontalPodAutoscaler",
        "PriorityClass",
        "StorageClass",
    ];
    let mut reached = reached_from(&roots, generator);
    // The one field of the first version that the second one replaced.
    let mut first = SchemaSettings::draft07().into_generator();
    add::<scaling_v1::HorizontalPodAutoscaler>(&mut first);
    let first = reached_from(&["HorizontalPodAutoscaler"], first);
    let of = |definitions: &Definitions| definitions["HorizontalPodAutoscalerSpec"]["properties"].clone();
    let field = "targetCPUUtilizationPercentage";
    let spec = reached.get_mut("HorizontalPodAutoscalerSpec").expect("an autoscaler has a spec");
    spec["properties"][field] = of(&first)[field].clone();
    reached.retain(|name, _| !workloads.contains_key(name));
    reached
}

fn reached_from(roots: &[&str], mut generator: SchemaGenerator) -> Definitions {
    let mut all = Definitions::new();
    for (name, schema) in generator.take_definitions(true) {
        assert!(all.insert(short(&name).to_owned(), schema).is_none(), "two objects have the name {name}");
    }
    let mut reached = Definitions::new();
    for root in roots {
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
        // Only the cluster writes it; the `status` of a pattern is plain text, and that of a quota says what is in use.
        let is_kept = |object: &str| object == "ResourceQuotaStatus";
        fields.retain(|field, schema| field != "status" || reference(schema).is_none_or(is_kept));
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
