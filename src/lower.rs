//! Lowers a checked workload to the typed Kubernetes object that it describes.
//!
//! Invariant: every node of a [`Checked`] workload has the type of its field, or is unresolved and read as the empty value
//! of that type, so lowering cannot fail.

mod access;
mod object;
mod read;

use crate::check::Checked;
use crate::model::{Role, Storage, Workload, WorkloadKind};
use crate::object::Node;
use crate::total::sure;
pub(crate) use access::{grant, record_name};
use k8s_openapi::api::apps::v1::{
    DaemonSet, DaemonSetSpec, Deployment, DeploymentSpec, ReplicaSet, ReplicaSetSpec, StatefulSet,
    StatefulSetSpec,
};
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec};
use k8s_openapi::api::core::v1::{Container, PersistentVolumeClaim, Pod, PodSpec, PodTemplateSpec, Volume};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
pub(crate) use object::Object;
pub(crate) use read::Mistyped;
use read::read;

/// Lowers a workload whose steps and sidecars start in the order of `start`, indices into its containers.
///
pub(crate) fn lower(workload: &Checked, start: impl IntoIterator<Item = usize>) -> Object {
    // The only error is a node without the type of its field, and a checked workload has no such node.
    sure(lower_unchecked(workload, start))
}

/// Lowers a workload that was not checked.
///
/// # Errors
/// [`Mistyped`] if a node does not have the type of its field.
pub(crate) fn lower_unchecked(
    workload: &Workload,
    start: impl IntoIterator<Item = usize>,
) -> Result<Object, Mistyped> {
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
