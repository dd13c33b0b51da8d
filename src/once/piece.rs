//! Splits a workload into pieces: its Jobs, and the rest for its own pods.

use crate::check::Checked;
use crate::model::{Container, Direction, Reference, Role, Volume};
use crate::object::{Node, Value};
use crate::order::Precedence;
use crate::source::Span;
use crate::steps::wait::JOB;
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// A workload that is being split.
pub(super) struct Split<'a> {
    pub(super) workload: &'a Checked,
    pub(super) precedence: Precedence,
    /// For each container, whether the workload's own pods have it or a step that waits in its place.
    pub(super) in_pods: Vec<bool>,
    /// For each step that runs once, the other containers of its Job.
    pub(super) in_jobs: Vec<(usize, Vec<bool>)>,
    /// For each step that runs once, the containers that wait for it, in the order of the source.
    waiting: Vec<(usize, Vec<bool>)>,
}

impl<'a> Split<'a> {
    pub(super) fn new(workload: &'a Checked, start: &[usize], steps: &[usize]) -> Self {
        let precedence = Precedence::of(workload);
        let in_jobs: Vec<_> = steps.iter().map(|step| (*step, precedence.before(*step))).collect();
        let mut sorted = steps.to_vec();
        sorted.sort_unstable();
        let waiting = sorted.into_iter().map(|step| (step, precedence.after(step))).collect();
        let in_pods = vec![true; workload.containers.len()];
        let mut split = Self { workload, precedence, in_pods, in_jobs, waiting };
        for step in start.iter().rev() {
            split.in_pods[*step] = !split.is_for_jobs_alone(*step);
        }
        split
    }

    /// Whether a step whose files a Job needs is not needed by anything in the pods.
    fn is_for_jobs_alone(&self, step: usize) -> bool {
        let container = &self.workload.containers[step];
        let fills = |direction| matches!(direction, Direction::Writes | Direction::Updates);
        let filled: Vec<&Volume> = container
            .mounts
            .iter()
            .filter(|mount| fills(mount.direction))
            .filter_map(|mount| self.workload.volumes.get(mount.index?))
            .collect();
        let needed = |other: usize| {
            let other = &self.workload.containers[other];
            other.after.iter().any(|reference| reference.index == step)
                || filled.iter().any(|volume| uses(other, volume))
        };
        container.role == Role::Step
            && container.once.is_none()
            && !filled.is_empty()
            && self.in_jobs.iter().any(|(_, before)| before[step])
            && !self.others_in_pods(step).any(needed)
    }

    /// The containers that the pods have themselves, except one.
    pub(super) fn others_in_pods(&self, one: usize) -> impl Iterator<Item = usize> {
        let containers = &self.workload.containers;
        (0..containers.len())
            .filter(move |other| *other != one && self.in_pods[*other] && containers[*other].once.is_none())
    }

    /// The containers that stay, each as it is or replaced by one that waits, and the volumes that they use.
    pub(super) fn cut(&self, kept: &[bool], names: &[Option<SmolStr>]) -> (Vec<Container>, Vec<Volume>) {
        let kept: Vec<usize> = (0..kept.len()).filter(|index| kept[*index]).collect();
        let (mut containers, mut brought) = (Vec::with_capacity(kept.len()), Vec::new());
        for index in &kept {
            let whole = &self.workload.containers[*index];
            let mut container = match (&names[*index], &whole.once) {
                (Some(job), Some(once)) => {
                    brought.extend(once.volumes.iter().cloned());
                    let after = self.before(*index, once.span);
                    Container { after, ..waiting(once.waiting.clone(), job) }
                }
                _ => {
                    let mut container = Container { once: None, ..whole.clone() };
                    container.after.extend(self.awaited(*index, names));
                    container
                }
            };
            container.after.retain_mut(|reference| match kept.binary_search(&reference.index) {
                Ok(new) => {
                    reference.index = new;
                    true
                }
                Err(_) => false,
            });
            containers.push(container);
        }
        let used: HashSet<&str> = containers.iter().flat_map(used_volumes).collect();
        let own = self.workload.volumes.iter().filter(|volume| used.contains(volume.name.text.as_str()));
        let volumes: Vec<Volume> = own.cloned().chain(brought).collect();
        let mut named: HashMap<&str, usize> = HashMap::new();
        for (at, volume) in volumes.iter().enumerate() {
            named.entry(&volume.name.text).or_insert(at);
        }
        for mount in containers.iter_mut().flat_map(|container| &mut container.mounts) {
            mount.index = named.get(mount.volume.text.as_str()).copied();
        }
        (containers, volumes)
    }

    /// Everything that a step waits for, as references with a place.
    fn before(&self, step: usize, span: Span) -> Vec<Reference> {
        let before = self.precedence.before(step);
        (0..before.len()).filter(|index| before[*index]).map(|index| Reference { span, index }).collect()
    }

    /// The steps with a Job that a step or sidecar waits for, also if only for their files.
    fn awaited(&self, container: usize, names: &[Option<SmolStr>]) -> Vec<Reference> {
        let named =
            self.waiting.iter().filter(|(step, waiting)| waiting[container] && names[*step].is_some());
        let span = |step: usize| Some(self.workload.containers[step].once.as_ref()?.span);
        named.filter_map(|(step, _)| Some(Reference { span: span(*step)?, index: *step })).collect()
    }
}

/// The waiting step, with the name of its Job.
fn waiting(mut step: Container, job: &SmolStr) -> Container {
    let span = step.span;
    let variable =
        Node::object(span, [("name", Node::text(span, JOB)), ("value", Node::text(span, job.clone()))]);
    let env = step.fields.map_mut();
    match env.get_mut("env") {
        Some(Node { value: Value::List(variables), .. }) => variables.insert(0, variable),
        _ => env.set("env", span, Node::list(span, vec![variable])),
    }
    step.jobs = vec![job.clone()];
    step
}

/// Whether a container uses a volume.
pub(super) fn uses(container: &Container, volume: &Volume) -> bool {
    used_volumes(container).any(|name| name == volume.name.text)
}

/// The names of the volumes that a container uses: as a folder, as a device, or for a variable from a file in it.
fn used_volumes(container: &Container) -> impl Iterator<Item = &str> {
    let items = |key| container.fields.get(key).map(Node::items).unwrap_or_default();
    let mounted = container.mounts.iter().map(|mount| mount.volume.text.as_str());
    let devices = items("volumeDevices").iter().filter_map(|device| device.get("name")?.as_text());
    let files =
        items("env").iter().filter_map(|variable| variable.at("valueFrom.fileKeyRef.volumeName")?.as_text());
    mounted.chain(devices).chain(files)
}
