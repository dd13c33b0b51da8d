//! Makes what the pods of workloads need to wait for objects of the API: the permission to read the state of these objects, and the
//! ConfigMap that records which of the compiler's Jobs have ever been complete.

use super::object::Object;
use crate::check::Checked;
use crate::kubernetes::names::{SUBDOMAIN_LIMIT, digest, shortened};
use crate::model::Workload;
use crate::object::Node;
use crate::steps::wait::{AwaitedObject, ReadRight};
use k8s_openapi::api::core::v1::{ConfigMap, ServiceAccount};
use k8s_openapi::api::rbac::v1::{
    ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject,
};
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

/// Lets the pods of some workloads see what their containers wait for, and nothing else, and lets the Jobs among these
/// workloads, which are all but the last, record that they are complete.
///
/// The workloads have a namespace, because the binding has to name it. The last workload is the one that the author
/// wrote; if its pods do not have their own service account, they get one. Gives the objects that must be applied before
/// the workloads: nothing if no container waits for an object of the API.
pub(crate) fn grant(workloads: &mut [Checked]) -> Vec<Object> {
    let waits =
        |workload: &Checked| workload.containers.iter().any(|container| !container.awaited.is_empty());
    let containers = workloads.iter().flat_map(|workload| workload.containers.iter());
    let awaited: BTreeSet<AwaitedObject> =
        containers.flat_map(|container| &container.awaited).cloned().collect();
    let Some(author) = workloads.last().filter(|_| !awaited.is_empty()) else { return Vec::new() };
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
    let mut objects = Vec::with_capacity(6);
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
    let (of_cluster, of_namespace): (Vec<_>, Vec<_>) =
        awaited.into_iter().partition(|object| object.right.cluster_scoped);
    let subject = Subject {
        kind: "ServiceAccount".to_owned(),
        name: account.clone(),
        namespace: namespace.clone(),
        api_group: None,
    };
    let refer = |kind: &str, name: &str| RoleRef {
        api_group: Some("rbac.authorization.k8s.io".to_owned()),
        kind: kind.to_owned(),
        name: name.to_owned(),
    };
    // A name depends on what the pods may see, so pods of an earlier rollout, which wait for other objects, keep their own.
    if !of_namespace.is_empty() || record.is_some() {
        let role = format!("{name}-waits-{}", fingerprint(&of_namespace, &[&account]));
        let writes = record
            .map(|name| PolicyRule { resource_names: Some(vec![name]), ..rule("patch", "", "configmaps") });
        let rules = Some(rules(&of_namespace).into_iter().chain(writes).collect());
        objects.push(Object::Role(Box::new(Role { metadata: named(&role), rules })));
        objects.push(Object::RoleBinding(Box::new(RoleBinding {
            metadata: named(&role),
            role_ref: refer("Role", &role),
            subjects: Some(vec![subject.clone()]),
        })));
    }
    if !of_cluster.is_empty() {
        // Workloads of other namespaces have the same name, and their namespace and name may be joined to the same text.
        let place = namespace.as_deref().unwrap_or_default();
        let role = format!("{place}-{name}-waits-{}", fingerprint(&of_cluster, &[&account, place]));
        let metadata = || ObjectMeta { namespace: None, ..named(&role) };
        let rules = Some(rules(&of_cluster));
        objects.push(Object::ClusterRole(Box::new(ClusterRole {
            metadata: metadata(),
            rules,
            ..ClusterRole::default()
        })));
        objects.push(Object::ClusterRoleBinding(Box::new(ClusterRoleBinding {
            metadata: metadata(),
            role_ref: refer("ClusterRole", &role),
            subjects: Some(vec![subject]),
        })));
    }
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

/// The rules that let a pod see objects: one for each resource, with the names of its objects.
fn rules(awaited: &[AwaitedObject]) -> Vec<PolicyRule> {
    let mut names: BTreeMap<&ReadRight, Vec<String>> = BTreeMap::new();
    for object in awaited {
        names.entry(&object.right).or_default().push(object.name.to_string());
    }
    let rules = names.into_iter().map(|(right, mut names)| {
        names.sort_unstable();
        names.dedup();
        // A Role cannot restrict `list` to names that are not known before.
        let names = (right.verb == "get").then_some(names);
        PolicyRule { resource_names: names, ..rule(right.verb, &right.group, &right.resource) }
    });
    rules.collect()
}

fn rule(verb: &str, group: &str, resource: &str) -> PolicyRule {
    PolicyRule {
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(vec![resource.to_owned()]),
        verbs: vec![verb.to_owned()],
        ..PolicyRule::default()
    }
}

/// What a name ends with that depends on objects and on who may see them.
fn fingerprint(awaited: &[AwaitedObject], others: &[&str]) -> String {
    let objects = awaited.iter().flat_map(|object| {
        let ReadRight { group, resource, .. } = &object.right;
        [group.as_str(), resource.as_str(), object.name.as_str()]
    });
    let texts: Vec<&str> = objects.chain(others.iter().copied()).collect();
    digest(texts.join(" ").as_bytes())
}
