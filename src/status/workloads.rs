//! Assigns pods to the workloads that they belong to, and says how far each workload is.

use super::logs::Logs;
use super::objects::{ClusterObject, Moment};
use super::observed::Observed;
use super::pods::{self, PodReport, Progress};
use super::refusals;
use super::trouble::{Trouble, TroubleKind};
use super::view::PodView;
use crate::plan::Plan;
use crate::source::Sources;
use smol_str::SmolStr;
use std::collections::HashMap;

/// A workload of a source.
pub(crate) struct Known<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) sources: &'p Sources,
    /// The namespace that its pods are expected in, if that is known.
    pub(crate) namespace: Option<SmolStr>,
    /// Whether the cluster removes it when it is done.
    pub(crate) may_be_gone: bool,
}

/// What is known about all pods.
pub(crate) struct StatusReport<'p> {
    pub(crate) at: Moment,
    pub(crate) workloads: Vec<WorkloadReport<'p>>,
    /// How many pods belong to no workload of the sources.
    pub(crate) left_out: usize,
}

/// What is known about a workload and its pods.
pub(crate) struct WorkloadReport<'p> {
    pub(crate) kind: SmolStr,
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    /// What the source says.
    pub(crate) known: Option<(&'p Plan, &'p Sources)>,
    pub(crate) progress: Progress,
    /// How many pods are wanted, if the object of the workload says so.
    pub(crate) wanted: Option<i64>,
    /// Whether neither the workload nor a pod of it is there, though it should be.
    pub(crate) is_missing: bool,
    pub(crate) pods: Vec<PodReport>,
    /// What is wrong with the workload itself.
    pub(crate) troubles: Vec<Trouble>,
}

impl StatusReport<'_> {
    /// How far all of it is: what is done or being deleted decides nothing.
    pub(crate) fn progress(&self) -> Progress {
        self.workloads.iter().map(|workload| workload.progress).max().unwrap_or(Progress::Up)
    }

    /// Whether nothing happens any more by itself.
    pub(crate) fn is_final(&self) -> bool {
        self.workloads.iter().all(WorkloadReport::is_final)
    }
}

impl WorkloadReport<'_> {
    fn is_final(&self) -> bool {
        let ends = [TroubleKind::Deadline, TroubleKind::Job, TroubleKind::ProgressDeadline];
        if self.troubles.iter().any(|trouble| ends.contains(&trouble.kind)) {
            return true;
        }
        let is_settled =
            |pod: &PodReport| pod.is_final || matches!(pod.progress, Progress::Up | Progress::Done);
        self.troubles.is_empty() && self.progress != Progress::Starting && self.pods.iter().all(is_settled)
    }
}

/// Reports on the pods of these workloads, or, if there are none, on all pods.
///
/// `own` has plans of pods that were made from the pods themselves.
pub(crate) fn report<'p>(
    known: &'p [Known<'p>],
    own: &'p HashMap<(SmolStr, SmolStr), Plan>,
    observed: &Observed,
    logs: &Logs,
    at: Moment,
) -> StatusReport<'p> {
    let mut groups = Groups::of(known);
    let mut left_out = 0;
    for pod in &observed.pods {
        if groups.add(pod).is_none() {
            left_out += 1;
        }
    }
    let view = |pod| PodView { pod, events: observed.events("Pod", pod), logs, now: at };
    let workloads = groups.all.into_iter().map(|group| {
        let plan_of = |pod: &ClusterObject| {
            let key = (pod.metadata.namespace.clone(), pod.metadata.name.clone());
            group.known.map(|known| known.plan).or_else(|| own.get(&key))
        };
        let pods: Vec<PodReport> =
            group.pods.iter().map(|pod| pods::report(&view(*pod), plan_of(pod))).collect();
        let maker = observed.maker(&group.kind, &group.name, group.namespace.as_deref());
        let namespace = maker
            .map(|maker| &maker.metadata.namespace)
            .or(group.pods.first().map(|pod| &pod.metadata.namespace));
        let troubles = maker.map(|maker| refusals::troubles(maker, observed)).unwrap_or_default();
        let wanted = maker.and_then(wanted);
        let is_gone = maker.is_none() && pods.is_empty();
        let may_be_gone = group.known.is_some_and(|known| known.may_be_gone);
        let progress =
            if is_gone && may_be_gone { Progress::Done } else { progress(&pods, &troubles, wanted, maker) };
        WorkloadReport {
            namespace: namespace.cloned().or_else(|| group.known?.namespace.clone()).unwrap_or_default(),
            kind: group.kind,
            name: group.name,
            known: group.known.map(|known| (known.plan, known.sources)),
            progress,
            wanted,
            is_missing: is_gone && !may_be_gone,
            pods,
            troubles,
        }
    });
    StatusReport { at, workloads: workloads.collect(), left_out }
}

/// How far a workload is.
fn progress(
    pods: &[PodReport],
    troubles: &[Trouble],
    wanted: Option<i64>,
    maker: Option<&ClusterObject>,
) -> Progress {
    let worst = pods.iter().map(|pod| pod.progress).max();
    if !troubles.is_empty() || worst == Some(Progress::Failed) {
        return Progress::Failed;
    }
    let is_complete = maker.is_some_and(|maker| {
        maker
            .status
            .conditions
            .iter()
            .any(|condition| condition.name == "Complete" && condition.status == "True")
    });
    if is_complete {
        return Progress::Done;
    }
    let there = pods.iter().filter(|pod| pod.progress != Progress::Stopping).count();
    let missing =
        wanted.map_or(there == 0, |wanted| usize::try_from(wanted).is_ok_and(|wanted| there < wanted));
    // A CronJob has pods only now and then.
    let is_quiet = maker.is_some_and(|maker| maker.kind == "CronJob" || maker.spec.suspend) && there == 0;
    if (missing && !is_quiet) || maker.is_some_and(rolls_out) {
        return Progress::Starting;
    }
    worst.unwrap_or(Progress::Up).max(Progress::Done)
}

/// Whether an object has not yet replaced its older pods.
fn rolls_out(maker: &ClusterObject) -> bool {
    let status = &maker.status;
    let is_unseen = status.observed_generation.is_some_and(|seen| seen < maker.metadata.generation);
    is_unseen
        || match &*maker.kind {
            "Deployment" => status.updated_replicas < maker.spec.replicas.unwrap_or(1),
            "DaemonSet" => {
                status.updated_number_scheduled < status.desired_number_scheduled.unwrap_or_default()
            }
            _ => false,
        }
}

/// How many pods an object keeps.
fn wanted(maker: &ClusterObject) -> Option<i64> {
    match &*maker.kind {
        "Deployment" | "ReplicaSet" | "StatefulSet" => Some(maker.spec.replicas.unwrap_or(1)),
        "DaemonSet" => maker.status.desired_number_scheduled,
        _ => None,
    }
}

/// The pods by the workloads that they belong to.
struct Groups<'p, 'o> {
    all: Vec<Group<'p, 'o>>,
    /// Those with a kind and a name.
    by_name: HashMap<(SmolStr, SmolStr), Vec<usize>>,
    /// Those whose name the cluster completes, each with its kind and the beginning of its name.
    by_prefix: Vec<(&'static str, SmolStr, usize)>,
    /// Whether only the pods of these workloads are wanted.
    is_closed: bool,
}

struct Group<'p, 'o> {
    kind: SmolStr,
    name: SmolStr,
    namespace: Option<SmolStr>,
    known: Option<&'p Known<'p>>,
    pods: Vec<&'o ClusterObject>,
}

impl<'p, 'o> Groups<'p, 'o> {
    fn of(known: &'p [Known<'p>]) -> Self {
        let mut groups = Self {
            all: Vec::new(),
            by_name: HashMap::new(),
            by_prefix: Vec::new(),
            is_closed: !known.is_empty(),
        };
        for known in known {
            let (kind, name) = (known.plan.kind.name(), &known.plan.name);
            match name.strip_suffix('*') {
                Some(prefix) => groups.by_prefix.push((kind, prefix.into(), groups.all.len())),
                None => groups.by_name.entry((kind.into(), name.clone())).or_default().push(groups.all.len()),
            }
            groups.all.push(Group {
                kind: kind.into(),
                name: name.clone(),
                namespace: known.namespace.clone(),
                known: Some(known),
                pods: Vec::new(),
            });
        }
        groups
    }

    /// Adds a pod to its group; nothing if it is of no workload that is wanted.
    fn add(&mut self, pod: &'o ClusterObject) -> Option<()> {
        let (kind, name) = maker_of(pod);
        let at = self.find(&kind, &name, &pod.metadata.namespace);
        // A Job of a CronJob has the name of that, and a number.
        let at = at.or_else(|| {
            let (cron, number) = name.rsplit_once('-').filter(|_| kind == "Job")?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            self.find("CronJob", cron, &pod.metadata.namespace).filter(|_| is_number)
        });
        let at = match at {
            Some(at) => at,
            None if self.is_closed => return None,
            None => {
                let namespace = Some(pod.metadata.namespace.clone());
                self.by_name.entry((kind.clone(), name.clone())).or_default().push(self.all.len());
                self.all.push(Group { kind, name, namespace, known: None, pods: Vec::new() });
                self.all.len() - 1
            }
        };
        self.all[at].pods.push(pod);
        Some(())
    }

    fn find(&self, kind: &str, name: &str, namespace: &str) -> Option<usize> {
        let fits = |at: &usize| self.all[*at].namespace.as_ref().is_none_or(|wanted| wanted == namespace);
        let named = self.by_name.get(&(kind.into(), name.into())).into_iter().flatten().copied();
        let prefixed =
            self.by_prefix.iter().filter(|(known, prefix, _)| *known == kind && name.starts_with(&**prefix));
        named.chain(prefixed.map(|(_, _, at)| *at)).find(fits)
    }
}

/// The kind and the name of what makes a pod; of a bare pod, its own.
fn maker_of(pod: &ClusterObject) -> (SmolStr, SmolStr) {
    let metadata = &pod.metadata;
    let owners = &metadata.owner_references;
    let owner = owners.iter().find(|owner| owner.controller).or(owners.first());
    // The kubelet is the owner of the pods of its node's own files.
    let Some(owner) = owner.filter(|owner| owner.kind != "Node") else {
        return ("Pod".into(), metadata.name.clone());
    };
    let hash = metadata.labels.get("pod-template-hash").filter(|_| owner.kind == "ReplicaSet");
    let deployment = hash.and_then(|hash| owner.name.strip_suffix(&**hash)?.strip_suffix('-'));
    match deployment {
        Some(name) => ("Deployment".into(), name.into()),
        None => (owner.kind.clone(), owner.name.clone()),
    }
}
