//! Reads what a script waits for: hosts, and objects of the API.

mod hosts;

pub(super) use hosts::{built_in, built_in_host, client_host, devices, hosts, insists};

use super::shell::{PlainCommand, ShellScript};
use smol_str::SmolStr;

/// What is in every such command.
pub(super) const WORDS: [&str; 4] = ["kubectl", "oc", "k8s-wait-for", "wait_for"];

/// The kinds that can be named, with their short names.
const KINDS: [(&str, &[&str]); 5] = [
    ("Job", &["job", "jobs", "job.batch", "jobs.batch", "job-we", "job-wr"]),
    ("Deployment", &["deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"]),
    ("StatefulSet", &["statefulset", "statefulsets", "sts", "statefulset.apps", "statefulsets.apps"]),
    ("DaemonSet", &["daemonset", "daemonsets", "ds", "daemonset.apps", "daemonsets.apps"]),
    ("Pod", &["pod", "pods", "po", "pod-we", "pod-wr"]),
];

/// The options whose value is a word of its own.
const VALUED: [&str; 10] = [
    "-n",
    "--namespace",
    "--for",
    "--timeout",
    "-o",
    "--output",
    "--context",
    "--kubeconfig",
    "-f",
    "--filename",
];

/// An object that a command waits for, or all pods with some labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Awaited {
    pub(super) kind: &'static str,
    /// The name, or a selector such as `app=shop`.
    pub(super) name: SmolStr,
    pub(super) by_label: bool,
    /// The namespace, if the command names one.
    pub(super) namespace: Option<SmolStr>,
    /// Whether it must be ready: a `get` ends once it exists, whatever state it has.
    pub(super) until_ready: bool,
}

/// The objects that a command of a script waits for.
pub(super) fn awaited(script: &ShellScript<'_>, command: &PlainCommand) -> Vec<Awaited> {
    let by_image = ["k8s-wait-for", "wait_for.sh"].contains(&command.program());
    if !by_image && !["kubectl", "oc"].contains(&command.program()) {
        return Vec::new();
    }
    let mut words = Vec::new();
    let mut namespace = None;
    let mut selector = None;
    let mut until_ready = true;
    let mut arguments = command.words.iter().skip(1).map(|word| word.as_deref().unwrap_or_default());
    while let Some(word) = arguments.next() {
        let (option, joined) =
            word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        if option == "--for" {
            let wanted = joined.or_else(|| arguments.next()).unwrap_or_default();
            until_ready = wanted.starts_with("condition=");
        } else if ["-n", "--namespace"].contains(&option) {
            namespace = joined.or_else(|| arguments.next()).map(SmolStr::new);
        } else if ["-l", "--selector"].contains(&word) {
            selector = arguments.next();
        } else if let Some(value) = word.strip_prefix("--selector=").or_else(|| word.strip_prefix("-l")) {
            selector = Some(value.trim_start_matches('='));
        } else if VALUED.contains(&word) {
            arguments.next();
        } else if !word.starts_with('-') {
            words.push(word);
        }
    }
    let is_repeated = || {
        let mut waits = script.waits();
        waits.any(|repeated| repeated.range.contains(&command.range.start))
    };
    let named = match words.as_slice() {
        ["wait", named @ ..] | ["rollout", "status", named @ ..] => named,
        ["get" | "describe", named @ ..] if is_repeated() => {
            until_ready = false;
            named
        }
        named if by_image => named,
        _ => return Vec::new(),
    };
    let object = |(kind, name): (&'static str, &str), by_label| Awaited {
        kind,
        name: name.into(),
        by_label,
        namespace: namespace.clone(),
        until_ready,
    };
    let is_pod = || named.first().is_some_and(|word| kind(word) == Some("Pod"));
    // A `get` succeeds whatever state the pods have.
    let selected = selector.filter(|_| words.first() != Some(&"get") && is_pod());
    objects(named)
        .map(|named| object(named, false))
        .chain(selected.map(|selector| object(("Pod", selector), true)))
        .collect()
}

/// The kind of a workload that a built-in step waits for by its name.
pub(super) fn workload_kind(kind: &str) -> Option<&'static str> {
    KINDS.iter().map(|(known, _)| *known).find(|known| *known == kind)
}

fn kind(word: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, names)| names.contains(&word)).map(|(kind, _)| *kind)
}

/// The objects of `job/a deployment/b` or of `job a b`.
fn objects<'w>(words: &[&'w str]) -> impl Iterator<Item = (&'static str, &'w str)> {
    let first = words.first().copied().and_then(kind);
    words
        .iter()
        .filter_map(move |word| match word.split_once('/') {
            Some((of, name)) => Some((kind(of)?, name)),
            None => first.map(|first| (first, *word)),
        })
        .filter(move |(_, name)| kind(name).is_none() && !name.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}
