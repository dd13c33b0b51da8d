//! Makes what the pods of workloads need to wait for Jobs: the permission to read the state of these Jobs, and the ConfigMap that
//! records which of the compiler's Jobs have ever been complete.

use super::object::Object;
use crate::check::Checked;
use crate::kubernetes::names::{SUBDOMAIN_LIMIT, digest, shortened};
use crate::model::Workload;
use crate::object::Node;
use k8s_openapi::api::core::v1::{ConfigMap, ServiceAccount};
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::{BTreeMap, BTreeSet};

/// The end of the name of a ConfigMap with records.
const RECORD: &str = "-once";

/// The name of the ConfigMap in which the Jobs of a workload record that they are complete. It stays the same, so pods of an
/// earlier rollout find the records when what that rollout applied is gone.
pub(crate) fn record_name(workload: &Workload) -> String {
    shortened(&base_name(workload), SUBDOMAIN_LIMIT - RECORD.len()) + RECORD
}

/// The name of a workload, or what its pods' names begin with.
fn base_name(workload: &Workload) -> String {
    let text = |key| workload.object.metadata.get(key).and_then(Node::as_text);
    let generated = || text("generateName").map(|name| name.trim_end_matches('-'));
    text("name").or_else(generated).unwrap_or_default().to_owned()
}

/// Lets the pods of some workloads get the Jobs that their containers wait for, by name and no others, and lets the Jobs among
/// these workloads, which are all but the last, record that they are complete.
///
/// The workloads have a namespace, because the binding has to name it. The last workload is the one that the author
/// wrote; if its pods do not have their own service account, they get one. Gives the objects that must be applied before
/// the workloads: nothing if no container waits for a Job.
pub(crate) fn grant(workloads: &mut [Checked]) -> Vec<Object> {
    let waits = |workload: &Checked| workload.containers.iter().any(|container| !container.jobs.is_empty());
    let containers = workloads.iter().flat_map(|workload| workload.containers.iter());
    let jobs: BTreeSet<String> =
        containers.flat_map(|container| &container.jobs).map(ToString::to_string).collect();
    let Some(author) = workloads.last().filter(|_| !jobs.is_empty()) else { return Vec::new() };
    let text = |node: Option<&Node>| node.and_then(Node::as_text).map(str::to_owned);
    let metadata = &author.object.metadata;
    let name = base_name(author);
    let namespace = text(metadata.get("namespace"));
    let labels: BTreeMap<String, String> = metadata
        .get("labels")
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter_map(|label| Some((label.key.to_string(), label.node.as_text()?.to_owned())))
        .collect();
    let named = |name: &str| ObjectMeta {
        name: Some(name.to_owned()),
        namespace: namespace.clone(),
        labels: (!labels.is_empty()).then(|| labels.clone()),
        ..ObjectMeta::default()
    };
    let spec = &author.pod.spec;
    let account = text(spec.get("serviceAccountName")).or_else(|| text(spec.get("serviceAccount")));
    let record = (workloads.len() > 1).then(|| record_name(author));
    let mut objects = Vec::with_capacity(4);
    // Whoever applies it again keeps the keys of others, since it has none itself.
    objects.extend(record.as_deref().map(|name| {
        Object::ConfigMap(Box::new(ConfigMap { metadata: named(name), ..ConfigMap::default() }))
    }));
    let account = account.unwrap_or_else(|| {
        // The waiting steps mount the token themselves.
        objects.push(Object::ServiceAccount(Box::new(ServiceAccount {
            metadata: named(&name),
            automount_service_account_token: Some(false),
            ..ServiceAccount::default()
        })));
        name.clone()
    });
    // The name depends on the Jobs, so pods of an earlier rollout, which wait for earlier Jobs, keep their own.
    let allowed: Vec<&str> = jobs.iter().map(String::as_str).chain([account.as_str()]).collect();
    let role = format!("{name}-jobs-{}", digest(allowed.join(" ").as_bytes()));
    let rule = |verb: &str, group: &str, resource: &str, names| PolicyRule {
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(vec![resource.to_owned()]),
        resource_names: Some(names),
        verbs: vec![verb.to_owned()],
        ..PolicyRule::default()
    };
    let reads = rule("get", "batch", "jobs", jobs.into_iter().collect());
    let writes = record.map(|name| rule("patch", "", "configmaps", vec![name]));
    let rules = Some([reads].into_iter().chain(writes).collect());
    objects.push(Object::Role(Box::new(Role { metadata: named(&role), rules })));
    objects.push(Object::RoleBinding(Box::new(RoleBinding {
        metadata: named(&role),
        role_ref: RoleRef {
            api_group: Some("rbac.authorization.k8s.io".to_owned()),
            kind: "Role".to_owned(),
            name: role,
        },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".to_owned(),
            name: account.clone(),
            namespace: namespace.clone(),
            api_group: None,
        }]),
    })));
    let last = workloads.len() - 1;
    let users = workloads.iter_mut().enumerate().filter(|(at, workload)| *at < last || waits(workload));
    for (_, workload) in users {
        workload.change(|workload| {
            let spec = workload.pod.spec.map_mut();
            if spec.get("serviceAccountName").is_none() && spec.get("serviceAccount").is_none() {
                spec.set("serviceAccountName", workload.span, Node::text(workload.span, account.clone()));
            }
        });
    }
    objects
}
