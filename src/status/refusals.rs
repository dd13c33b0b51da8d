//! Says why a workload has no pods: quotas, Pod Security and webhooks that refuse them, deadlines, and Jobs that gave up.

use super::help::describe_command;
use super::objects::{ClusterObject, Moment};
use super::observed::Observed;
use super::trouble::{Trouble, TroubleKind};

/// What is wrong with a workload itself, as its object and the events about it say.
pub(super) fn troubles(maker: &ClusterObject, observed: &Observed) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let status = &maker.status;
    for condition in status.conditions.iter().filter(|condition| condition.status != "Unknown") {
        let is_true = condition.status == "True";
        let trouble = match (&*condition.name, &*condition.reason) {
            ("ReplicaFailure", _) if is_true => refused(&condition.message),
            ("Progressing", "ProgressDeadlineExceeded") if !is_true => Trouble::new(
                TroubleKind::ProgressDeadline,
                "the rollout did not go on within its `progressDeadlineSeconds`",
            )
            .said(&condition.message),
            ("Failed", reason) if is_true && maker.kind == "Job" => job(reason).said(&condition.message),
            _ => continue,
        };
        troubles.push(with_help(trouble.since(condition.last_transition_time), maker));
    }
    if troubles.is_empty()
        && let Some((message, seen)) = refused_create(maker, observed)
    {
        troubles.push(with_help(refused(message).since(seen), maker));
    }
    troubles
}

/// The newest refusal of a pod, if no pod has been created since.
fn refused_create<'o>(maker: &ClusterObject, observed: &'o Observed) -> Option<(&'o str, Option<Moment>)> {
    let sets = observed.replica_sets(maker).map(|set| ("ReplicaSet", set));
    let mut events: Vec<_> = sets
        .chain([(&*maker.kind, maker)])
        .flat_map(|(kind, object)| observed.events(kind, object))
        .filter(|event| matches!(&*event.reason, "FailedCreate" | "SuccessfulCreate"))
        .collect();
    events.sort_by_key(|event| event.seen());
    let last = events.last().filter(|event| event.reason == "FailedCreate")?;
    Some((&last.message, last.seen()))
}

/// Why the API server refuses a pod.
fn refused(message: &str) -> Trouble {
    let has = |word: &str| message.contains(word);
    let trouble = if has("exceeded quota") || has("failed quota") {
        let quota = message.split("quota: ").nth(1).and_then(|rest| rest.split([',', ':']).next());
        let name = quota.map(|name| format!(" `{name}`")).unwrap_or_default();
        let headline = if has("failed quota") {
            format!("the quota{name} wants amounts that the pods do not set")
        } else {
            format!("the quota{name} of the namespace has no room for the pods")
        };
        Trouble::new(TroubleKind::Quota, headline)
            .help("lower what the pods request, or have the quota raised; `initflow check --with` finds this before you apply")
    } else if has("violates PodSecurity") {
        Trouble::new(TroubleKind::PodSecurity, "the Pod Security level of the namespace refuses the pods")
            .help("write `security restricted` in the workload, or change what the message names")
    } else if has("serviceaccount \"") && has("not found") {
        Trouble::new(TroubleKind::Refused, "the service account of the pods does not exist")
            .help("create the service account, or correct its name")
    } else if has("denied the request") {
        Trouble::new(TroubleKind::Refused, "a webhook of the cluster refuses the pods")
    } else {
        Trouble::new(TroubleKind::Refused, "the API server refuses the pods")
    };
    trouble.said(message)
}

/// Why a Job has given up.
fn job(reason: &str) -> Trouble {
    match reason {
        "BackoffLimitExceeded" => Trouble::new(
            TroubleKind::Job,
            "the Job gave up: its pods failed more often than its `backoffLimit`",
        )
        .help("find why its pods fail, then delete the Job and apply it again"),
        "DeadlineExceeded" => {
            Trouble::new(TroubleKind::Deadline, "the Job ran longer than its `activeDeadlineSeconds`")
                .help("raise `activeDeadlineSeconds`, then delete the Job and apply it again")
        }
        _ => Trouble::new(TroubleKind::Job, format!("the Job gave up: {reason}")),
    }
}

fn with_help(mut trouble: Trouble, maker: &ClusterObject) -> Trouble {
    trouble.help.extend(describe_command(&maker.kind.to_ascii_lowercase(), maker));
    trouble
}
