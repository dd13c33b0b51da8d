//! Splits a workload into pieces: its Jobs, and the rest for its own pods.

use crate::check::Checked;
use crate::lower::record_name;
use crate::model::{Added, Container, Direction, Reference, Role, Volume};
use crate::object::{Node, Value};
use crate::order::Precedence;
use crate::source::Span;
use crate::steps::wait::{JOB, RECORDED, RECORDS};
use smol_str::{SmolStr, format_smolstr};
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

    /// The containers that stay, each as it is or replaced by one that waits, and the volumes that they use. At the end of the
    /// Job of the step `recorded`, there is one more, which records that the step is complete.
    pub(super) fn cut(
        &self,
        kept: &[bool],
        names: &[Option<SmolStr>],
        recorded: Option<usize>,
    ) -> (Vec<Container>, Vec<Volume>) {
        let kept: Vec<usize> = (0..kept.len()).filter(|index| kept[*index]).collect();
        let (mut containers, mut brought) = (Vec::with_capacity(kept.len()), Vec::new());
        for index in &kept {
            let whole = &self.workload.containers[*index];
            let mut container = match (&names[*index], &whole.once) {
                (Some(job), Some(once)) => {
                    let added = self.added(&once.waiting, &mut brought);
                    let after = self.before(*index, once.span);
                    Container { after, ..self.waiting(added, job) }
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
        if recorded.is_some() {
            // The pods of a Job have the restart policy `Never`, with which a resize cannot restart anything.
            for container in &mut containers {
                container.fields.map_mut().remove("resizePolicy");
            }
        }
        if let Some(once) = recorded.and_then(|step| self.workload.containers[step].once.as_ref()) {
            containers.push(self.recording(self.added(&once.recording, &mut brought), &containers));
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

    /// A container that the compiler adds; its volumes, which get names that no other volume has, are brought along.
    fn added(&self, added: &Added, brought: &mut Vec<Volume>) -> Container {
        let mut container = added.container.clone();
        for volume in &added.volumes {
            let named = |volume: &Volume, name: &str| volume.name.text == name;
            let others = || self.workload.volumes.iter().chain(brought.iter());
            let name = unused(&volume.name.text, |name| others().any(|other| named(other, name)));
            let span = volume.span;
            let mut volume = volume.clone();
            let mounted = container.fields.map_mut().get_mut("volumeMounts");
            if let Some(Node { value: Value::List(mounted), .. }) = mounted {
                let mounts = container.mounts.iter_mut().zip(mounted);
                for (mount, node) in mounts.filter(|(mount, _)| mount.volume.text == volume.name.text) {
                    mount.volume.text = name.clone();
                    node.map_mut().set("name", span, Node::text(span, name.clone()));
                }
            }
            volume.fields.map_mut().set("name", span, Node::text(span, name.clone()));
            volume.name.text = name;
            brought.push(volume);
        }
        container
    }

    /// The waiting step, with the name of its Job, and a variable that is only set if that Job has ever been complete.
    fn waiting(&self, mut step: Container, job: &SmolStr) -> Container {
        let span = step.span;
        let text = |text: &str| Node::text(span, text);
        let key = Node::object(
            span,
            [
                ("name", text(&record_name(self.workload))),
                ("key", text(job)),
                ("optional", Node::new(span, Value::Bool(true))),
            ],
        );
        let recorded = ("valueFrom", Node::object(span, [("configMapKeyRef", key)]));
        set_first(&mut step, [(JOB, ("value", text(job))), (RECORDED, recorded)]);
        step.awaited = vec![crate::steps::wait::job(job)];
        step
    }

    /// The container that records, with the name of the ConfigMap, and a name that no other container has.
    fn recording(&self, mut container: Container, others: &[Container]) -> Container {
        let span = container.span;
        let name = unused(&container.name.text, |name| others.iter().any(|other| other.name.text == name));
        container.fields.map_mut().set("name", span, Node::text(span, name.clone()));
        container.name.text = name;
        let record = Node::text(span, record_name(self.workload));
        set_first(&mut container, [(RECORDS, ("value", record))]);
        container
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

/// Sets variables of a container, before those that it has.
fn set_first<const N: usize>(container: &mut Container, variables: [(&str, (&'static str, Node)); N]) {
    let span = container.span;
    let variables =
        variables.map(|(name, value)| Node::object(span, [("name", Node::text(span, name)), value]));
    let fields = container.fields.map_mut();
    match fields.get_mut("env") {
        Some(Node { value: Value::List(own), .. }) => {
            own.splice(..0, variables);
        }
        _ => fields.set("env", span, Node::list(span, variables.into())),
    }
}

/// A name that is not taken: the given one, or that with a number.
fn unused(name: &SmolStr, is_taken: impl Fn(&str) -> bool) -> SmolStr {
    let numbered = (2_usize..).map(|number| format_smolstr!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
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
