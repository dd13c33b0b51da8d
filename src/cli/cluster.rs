//! Asks the cluster all that a status needs: workloads, their pods, and the events and logs of those that are not up.

use super::console::Console;
use super::kubectl::{Kubectl, KubectlFault};
use crate::status::{ClusterObject, Logs, Next, Observed, PodReport, Progress, StatusReport};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What to ask about a workload.
pub(super) struct Question {
    /// Its kind and its name, if it has one.
    name: Option<String>,
    /// The labels of its pods, if they are known.
    selector: Option<String>,
    namespace: Option<SmolStr>,
}

/// From this number of workloads of a namespace on, all its pods are asked for at once.
const MANY: usize = 4;

/// How many names one question has at most.
const NAMES: usize = 100;

/// How many logs are asked for.
const LOGS: usize = 5;

impl Question {
    /// The question about the object that a workload compiles to.
    pub(super) fn of(kind: &str, object: &ClusterObject) -> Self {
        let name = &object.metadata.name;
        let labels = &object.spec.selector.match_labels;
        let selector = match kind {
            "Job" if !name.is_empty() => Some(format!("batch.kubernetes.io/job-name={name}")),
            "Job" | "CronJob" | "Pod" => None,
            _ if labels.is_empty() => None,
            _ => {
                Some(labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(","))
            }
        };
        let namespace = Some(object.metadata.namespace.clone()).filter(|namespace| !namespace.is_empty());
        let name = (!name.is_empty()).then(|| format!("{}/{name}", kind.to_ascii_lowercase()));
        Self { name, selector, namespace }
    }

    /// Whether the object itself is all there is to ask for.
    fn is_pod(&self) -> bool {
        self.name.as_ref().is_some_and(|name| name.starts_with("pod/"))
    }
}

/// The workloads and the pods that questions are about.
pub(super) fn pods(
    kubectl: &Kubectl,
    questions: &[&Question],
    console: &mut Console,
) -> Result<Observed, KubectlFault> {
    let mut observed = Observed::default();
    let mut by_namespace: BTreeMap<Option<&str>, Vec<&Question>> = BTreeMap::new();
    for question in questions {
        let namespace = if kubectl.namespace.is_some() { None } else { question.namespace.as_deref() };
        by_namespace.entry(namespace).or_default().push(question);
    }
    for (namespace, questions) in by_namespace {
        let mut unread = Vec::new();
        let names: Vec<String> = questions.iter().filter_map(|question| question.name.clone()).collect();
        for names in names.chunks(NAMES) {
            let asked = kubectl.get(names, &["--ignore-not-found".to_owned()], namespace, &mut observed);
            if let Err(fault) = asked {
                // Who may not read workloads may be allowed to read pods.
                if fault.is_general || questions.iter().all(|question| question.is_pod()) {
                    return Err(fault);
                }
                unread.push(fault.message);
            }
        }
        let pods: Vec<_> = questions
            .iter()
            .filter(|question| !question.is_pod())
            .map(|question| &question.selector)
            .collect();
        let mut selectors: Vec<Vec<String>> = pods
            .iter()
            .filter_map(|selector| Some(vec![format!("--selector={}", selector.as_ref()?)]))
            .collect();
        if pods.len() >= MANY || selectors.len() < pods.len() {
            selectors = vec![Vec::new()];
        }
        selectors.dedup();
        for options in selectors {
            kubectl.get(&["pods".to_owned()], &options, namespace, &mut observed)?;
        }
        for message in unread {
            console.warn(&format!("{message}; only the pods are known"));
        }
    }
    observed.forget_repeated();
    Ok(observed)
}

/// What to ask about the pods that are not up.
pub(super) struct Reasons(Vec<NamespaceReasons>);

struct NamespaceReasons {
    namespace: Option<SmolStr>,
    /// The only pod that is asked for.
    pod: Option<SmolStr>,
    /// The logs, each with the pod, the container, and whether it is that of the run before.
    logs: Vec<(SmolStr, SmolStr, bool)>,
}

/// Finds out which events and logs explain why pods are not up.
pub(super) fn reasons(report: &StatusReport<'_>) -> Reasons {
    let mut namespaces: BTreeMap<&SmolStr, Vec<&PodReport>> = BTreeMap::new();
    for workload in report.workloads.iter().filter(|workload| !workload.is_missing) {
        let is_open = |pod: &&PodReport| matches!(pod.progress, Progress::Starting | Progress::Failed);
        if workload.progress >= Progress::Starting {
            namespaces.entry(&workload.namespace).or_default().extend(workload.pods.iter().filter(is_open));
        }
    }
    let mut left = LOGS;
    let reasons = namespaces.into_iter().map(|(namespace, pods)| {
        let troubles = pods.iter().flat_map(|pod| pod.troubles.iter().map(move |trouble| (pod, trouble)));
        let logs = troubles.filter(|(_, trouble)| trouble.has_log()).filter_map(|(pod, trouble)| {
            Some((pod.name.clone(), trouble.container.clone()?, trouble.next == Next::Running))
        });
        let logs: Vec<_> = logs.take(left).collect();
        left -= logs.len();
        NamespaceReasons {
            namespace: Some(namespace.clone()).filter(|namespace| !namespace.is_empty()),
            pod: Some(&pods).filter(|pods| pods.len() == 1).map(|pods| pods[0].name.clone()),
            logs,
        }
    });
    Reasons(reasons.collect())
}

/// Adds these events and logs. Without them the status says less, and is as true.
pub(super) fn explain(
    kubectl: &Kubectl,
    reasons: &Reasons,
    observed: &mut Observed,
    logs: &mut Logs,
    console: &mut Console,
) {
    for NamespaceReasons { namespace, pod, logs: wanted } in &reasons.0 {
        let namespace = namespace.as_deref();
        let one: Vec<String> =
            pod.iter().map(|pod| format!("--field-selector=involvedObject.name={pod}")).collect();
        if let Err(fault) = kubectl.get(&["events".to_owned()], &one, namespace, observed) {
            console.warn(&format!("{}; without events, the status says less", fault.message));
            if fault.is_general {
                return;
            }
        }
        for (pod, container, is_previous) in wanted {
            match kubectl.log((pod, container), *is_previous, namespace) {
                Ok(log) => logs.add(pod, container, &log),
                Err(fault) if fault.is_general => {
                    return console.warn(&format!("{}; without logs, the status says less", fault.message));
                }
                Err(fault) => console.note(|| fault.message),
            }
        }
    }
}
