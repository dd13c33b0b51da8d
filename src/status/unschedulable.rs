//! Says why no node takes a pod: by which total, and what sets that total.

use super::help::describe_command;
use super::objects::Condition;
use super::trouble::{Trouble, TroubleKind};
use super::view::PodView;
use crate::plan::{By, Plan};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Why the scheduler has found no node.
pub(super) fn trouble(view: &PodView<'_>, scheduled: &Condition, plan: Option<&Plan>) -> Trouble {
    let message = scheduled.message.as_str();
    let mut short: BTreeSet<&str> = message.split("Insufficient ").skip(1).filter_map(first_word).collect();
    if message.contains("Too many pods") {
        short.insert("pods");
    }
    let since = scheduled.last_transition_time;
    if short.is_empty() {
        let (why, help) = other_fault(message);
        let mut trouble = Trouble::new(TroubleKind::Unschedulable, format!("no node takes the pod{why}"));
        trouble.help.extend(help.map(str::to_owned));
        trouble.help.extend(describe_command("pod", view.pod));
        return trouble.said(message).since(since);
    }
    let names: Vec<&str> = short.iter().copied().collect();
    let mut trouble = Trouble::new(
        TroubleKind::Unschedulable,
        format!("no node has enough {} for the pod", names.join(" and ")),
    );
    for request in
        plan.into_iter().flat_map(|plan| &plan.requests).filter(|request| short.contains(&*request.resource))
    {
        let quantity = request.quantity;
        let resource = &request.resource;
        let _ = write!(trouble.headline, "; it needs {resource} {quantity}, set by {}", request.because);
        trouble.help.push(match (request.by, request.containers.first()) {
            (By::Step, Some(step)) => {
                format!("lower the {resource} of step `{step}`: it sets what the whole pod reserves")
            }
            _ => {
                format!("lower the {resource} that the pod requests, or add a node that has {quantity} free")
            }
        });
    }
    if trouble.help.is_empty() {
        trouble.help.extend(describe_command("pod", view.pod));
    }
    trouble.said(message).since(since)
}

fn first_word(text: &str) -> Option<&str> {
    let word = text.split([' ', ',', ';']).next()?.trim_end_matches('.');
    (!word.is_empty()).then_some(word)
}

/// Why no node takes a pod apart from amounts, and what to do.
fn other_fault(message: &str) -> (&'static str, Option<&'static str>) {
    let has = |word: &str| message.contains(word);
    if has("unbound immediate PersistentVolumeClaims") || has("persistentvolumeclaim \"") {
        return (": a claim of it has no volume", Some("create the claim, or a volume that it can have"));
    }
    if has("volume node affinity conflict") {
        return (": its volume is on nodes that do not take it", Some("let the pod run where its volume is"));
    }
    if has("untolerated taint") {
        return (": it does not tolerate their taints", Some("set `tolerations`, or remove the taint"));
    }
    if has("node affinity/selector") || has("node selector") {
        return (
            ": none matches its `nodeSelector` or its affinity",
            Some("label a node, or correct `nodeSelector` and the affinity"),
        );
    }
    if has("topology spread") || has("anti-affinity") {
        return (
            ": its spread over the nodes does not allow it",
            Some("add a node, or loosen the spread or the anti-affinity"),
        );
    }
    if has("free ports") {
        return (": its host port is in use on all of them", Some("leave `hostPort` out, or add a node"));
    }
    ("", None)
}
