//! Defines the kinds of objects that the compiler makes.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{ConfigMap, Pod, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use serde::{Serialize, Serializer};

/// A Kubernetes object: a workload of one of the seven kinds, or an object that its pods need to wait for others.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub(crate) enum Object {
    Pod(Box<Pod>),
    Deployment(Box<Deployment>),
    StatefulSet(Box<StatefulSet>),
    DaemonSet(Box<DaemonSet>),
    ReplicaSet(Box<ReplicaSet>),
    Job(Box<Job>),
    CronJob(Box<CronJob>),
    ConfigMap(Box<ConfigMap>),
    ServiceAccount(Box<ServiceAccount>),
    Role(Box<Role>),
    RoleBinding(Box<RoleBinding>),
    ClusterRole(Box<ClusterRole>),
    ClusterRoleBinding(Box<ClusterRoleBinding>),
}

impl Default for Object {
    /// An object that no cluster accepts: a Pod without a name and without containers.
    fn default() -> Self {
        Self::Pod(Box::default())
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Pod(object) => object.serialize(serializer),
            Self::Deployment(object) => object.serialize(serializer),
            Self::StatefulSet(object) => object.serialize(serializer),
            Self::DaemonSet(object) => object.serialize(serializer),
            Self::ReplicaSet(object) => object.serialize(serializer),
            Self::Job(object) => object.serialize(serializer),
            Self::CronJob(object) => object.serialize(serializer),
            Self::ConfigMap(object) => object.serialize(serializer),
            Self::ServiceAccount(object) => object.serialize(serializer),
            Self::Role(object) => object.serialize(serializer),
            Self::RoleBinding(object) => object.serialize(serializer),
            Self::ClusterRole(object) => object.serialize(serializer),
            Self::ClusterRoleBinding(object) => object.serialize(serializer),
        }
    }
}
