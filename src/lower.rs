//! A checked [`Workload`] to the typed Kubernetes object that it means.
//!
//! Invariant: every node of a checked workload has the type of its field, so that lowering cannot fail;
//! [`Mistyped`] would be a fault of the compiler.

mod access;
mod read;

use crate::model::{Role, Storage, Workload, WorkloadKind};
use crate::object::Node;
pub use access::grant;
use k8s_openapi::api::apps::v1::{
    DaemonSet, DaemonSetSpec, Deployment, DeploymentSpec, ReplicaSet, ReplicaSetSpec, StatefulSet,
    StatefulSetSpec,
};
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec};
use k8s_openapi::api::core::v1::{
    Container, PersistentVolumeClaim, Pod, PodSpec, PodTemplateSpec, ServiceAccount, Volume,
};
use k8s_openapi::api::rbac::v1::{Role as RbacRole, RoleBinding};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
pub use read::Mistyped;
use read::read;
use serde::{Serialize, Serializer};

/// A Kubernetes object: a workload of one of the seven kinds, or what gives its pods a right.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Object {
    Pod(Box<Pod>),
    Deployment(Box<Deployment>),
    StatefulSet(Box<StatefulSet>),
    DaemonSet(Box<DaemonSet>),
    ReplicaSet(Box<ReplicaSet>),
    Job(Box<Job>),
    CronJob(Box<CronJob>),
    ServiceAccount(Box<ServiceAccount>),
    Role(Box<RbacRole>),
    RoleBinding(Box<RoleBinding>),
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
            Self::ServiceAccount(object) => object.serialize(serializer),
            Self::Role(object) => object.serialize(serializer),
            Self::RoleBinding(object) => object.serialize(serializer),
        }
    }
}

/// Lowers a workload whose steps and sidecars start in the order of `start`, indices into its containers.
///
/// # Errors
/// [`Mistyped`] where a node has not the type of its field, which no checked workload has.
pub fn lower(workload: &Workload, start: impl IntoIterator<Item = usize>) -> Result<Object, Mistyped> {
    let metadata: ObjectMeta = read(&workload.object.metadata)?;
    let pod = pod_spec(workload, start)?;
    if workload.kind == WorkloadKind::Pod {
        return Ok(Object::Pod(Box::new(Pod { metadata, spec: Some(pod), status: None })));
    }
    let template_metadata: ObjectMeta = read(&workload.pod.metadata)?;
    let template = PodTemplateSpec {
        metadata: (template_metadata != ObjectMeta::default()).then_some(template_metadata),
        spec: Some(pod),
    };
    let spec = &workload.object.spec;
    Ok(match workload.kind {
        WorkloadKind::Pod | WorkloadKind::Deployment => {
            let spec = DeploymentSpec { template, ..read(spec)? };
            Object::Deployment(Box::new(Deployment { metadata, spec, status: None }))
        }
        WorkloadKind::StatefulSet => {
            let claims = claim_templates(workload)?;
            let spec = StatefulSetSpec { template, volume_claim_templates: some(claims), ..read(spec)? };
            Object::StatefulSet(Box::new(StatefulSet { metadata, spec, status: None }))
        }
        WorkloadKind::DaemonSet => {
            let spec = DaemonSetSpec { template, ..read(spec)? };
            Object::DaemonSet(Box::new(DaemonSet { metadata, spec, status: None }))
        }
        WorkloadKind::ReplicaSet => {
            let spec = ReplicaSetSpec { template: Some(template), ..read(spec)? };
            Object::ReplicaSet(Box::new(ReplicaSet { metadata, spec, status: None }))
        }
        WorkloadKind::Job => {
            let spec = JobSpec { template, ..read(spec)? };
            Object::Job(Box::new(Job { metadata, spec: Some(spec), status: None }))
        }
        WorkloadKind::CronJob => {
            let job_template = job_template(workload, template)?;
            let spec = CronJobSpec { job_template, ..read(spec)? };
            Object::CronJob(Box::new(CronJob { metadata, spec, status: None }))
        }
    })
}

fn job_template(workload: &Workload, template: PodTemplateSpec) -> Result<JobTemplateSpec, Mistyped> {
    let (metadata, spec) = match &workload.job {
        Some(level) => (read(&level.metadata)?, read(&level.spec)?),
        None => (ObjectMeta::default(), JobSpec::default()),
    };
    Ok(JobTemplateSpec {
        metadata: (metadata != ObjectMeta::default()).then_some(metadata),
        spec: Some(JobSpec { template, ..spec }),
    })
}

fn pod_spec(workload: &Workload, start: impl IntoIterator<Item = usize>) -> Result<PodSpec, Mistyped> {
    let container = |at: usize| read::<Container>(&workload.containers[at].fields);
    let init = start.into_iter().map(container).collect::<Result<Vec<_>, _>>()?;
    let apps = (0..workload.containers.len()).filter(|at| workload.containers[*at].role == Role::App);
    let volumes = of_storage(workload, false).map(read::<Volume>).collect::<Result<Vec<_>, _>>()?;
    Ok(PodSpec {
        containers: apps.map(container).collect::<Result<_, _>>()?,
        init_containers: some(init),
        volumes: some(volumes),
        ..read(&workload.pod.spec)?
    })
}

fn claim_templates(workload: &Workload) -> Result<Vec<PersistentVolumeClaim>, Mistyped> {
    of_storage(workload, true).map(read).collect()
}

/// The volumes that are claim templates, or those that are not.
fn of_storage(workload: &Workload, templates: bool) -> impl Iterator<Item = &Node> {
    let volumes = workload.volumes.iter();
    volumes
        .filter(move |volume| (volume.storage == Storage::ClaimTemplate) == templates)
        .map(|volume| &volume.fields)
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}
