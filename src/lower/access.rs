//! Grants the pods of workloads that wait for Jobs the permission to read the state of these Jobs.

use super::object::Object;
use crate::check::Checked;
use crate::kubernetes::names::digest;
use crate::object::Node;
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::{BTreeMap, BTreeSet};

/// Lets the pods of some workloads get the Jobs that their containers wait for, by name and no others.
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
    let generated = || text(metadata.get("generateName")).map(|name| name.trim_end_matches('-').to_owned());
    let name = text(metadata.get("name")).or_else(generated).unwrap_or_default();
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
    let mut objects = Vec::with_capacity(3);
    let account = account.unwrap_or_else(|| {
        // The waiting steps mount the token themselves.
        objects.push(Object::ServiceAccount(Box::new(ServiceAccount {
            metadata: named(&name),
            automount_service_account_token: Some(false),
            ..ServiceAccount::default()
        })));
        name.clone()
    });
    // The name depends on what it allows, so pods of an earlier rollout, which wait for earlier Jobs, keep their own.
    let allowed: Vec<&str> = jobs.iter().map(String::as_str).chain([account.as_str()]).collect();
    let role = format!("{name}-jobs-{}", digest(allowed.join(" ").as_bytes()));
    objects.push(Object::Role(Box::new(Role {
        metadata: named(&role),
        rules: Some(vec![PolicyRule {
            api_groups: Some(vec!["batch".to_owned()]),
            resources: Some(vec!["jobs".to_owned()]),
            resource_names: Some(jobs.into_iter().collect()),
            verbs: vec!["get".to_owned()],
            ..PolicyRule::default()
        }]),
    })));
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
    for workload in workloads.iter_mut().filter(|workload| waits(workload)) {
        workload.change(|workload| {
            let spec = workload.pod.spec.map_mut();
            if spec.get("serviceAccountName").is_none() && spec.get("serviceAccount").is_none() {
                spec.set("serviceAccountName", workload.span, Node::text(workload.span, account.clone()));
            }
        });
    }
    objects
}
