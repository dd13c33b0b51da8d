//! Finds steps that wait for a Service that selects only the pods of their own workload.

use super::Surroundings;
use super::index::selecting;
use crate::context::{ContextObject, ObjectKind, WaitFact, WorkloadFacts};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::awaited::{built_in, built_in_host, hosts, insists};
use crate::lint::shell::LazyScript;
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Sources;
use crate::steps::wait::ConditionKind;
use smol_str::SmolStr;

/// The hosts that the steps of a workload wait for.
pub(crate) fn host_waits(workload: &Workload, sources: &Sources) -> Vec<WaitFact> {
    let steps = workload.containers.iter().filter(|container| container.role == Role::Step);
    steps.flat_map(|step| of_step(step, sources)).collect()
}

/// What is in every script that waits for a host.
const WORDS: [&str; 5] = ["until", "while", "wait-for", "wait4x", "dockerize"];

fn of_step(step: &Container, sources: &Sources) -> Vec<WaitFact> {
    let wait =
        |host: String, place| WaitFact { step: step.name.text.clone(), host: SmolStr::new(host), place };
    if step.built_in.is_some() {
        // A name may be there before anything answers by it.
        let answering = built_in(step).iter().filter(|wanted| wanted.condition.kind != ConditionKind::Dns);
        let served = answering.filter_map(|wanted| {
            let service = wanted.object.as_ref().filter(|object| object.kind == "Service");
            let host = service.map(|service| service.name.to_string()).or_else(|| built_in_host(wanted))?;
            Some(wait(host, wanted.span))
        });
        return served.collect();
    }
    let lazy = LazyScript::of(step);
    let Some(script) = lazy.as_ref().and_then(|lazy| lazy.mentioning(&WORDS)) else { return Vec::new() };
    let found = hosts(script).into_iter().filter(|(_, range)| insists(script, range));
    found.map(|(host, range)| wait(host, script.place_of(sources, &range))).collect()
}

/// Warns about waits for a Service that only the pods of the same workload serve.
pub(super) fn check(around: &Surroundings<'_>, found: &mut Vec<Diagnostic>) {
    if !around.context.has(ObjectKind::Service) {
        return;
    }
    for workload in around.own() {
        if matches!(workload.kind, WorkloadKind::Job | WorkloadKind::CronJob | WorkloadKind::Pod) {
            continue;
        }
        let own = workload.waits.iter().find_map(|wait| Some((wait, only_server(around, workload, wait)?)));
        if let Some((wait, selector)) = own {
            let headline =
                format!("the step `{}` waits for `{}`, which only these pods serve", wait.step, wait.host);
            found.push(
                Diagnostic::warning(Code::WaitsForItself, wait.place, headline)
                    .here("no pod is ready before this ends")
                    .label(selector.span, "the Service selects the pods of this workload, and no others")
                    .label(workload.place, "the workload itself")
                    .help("wait for other services, not for the workload itself"),
            );
        }
    }
}

/// The selector of the Service of a host if it selects the pods of a workload, and no others.
fn only_server<'a>(around: &Surroundings<'a>, workload: &WorkloadFacts, wait: &WaitFact) -> Option<&'a Node> {
    let (name, rest) = wait.host.split_once('.').unwrap_or((&wait.host, ""));
    let namespace = match rest.split('.').collect::<Vec<&str>>().as_slice() {
        [""] => workload.namespace.as_deref(),
        [place] | [place, "svc", ..] => Some(*place),
        _ => return None,
    };
    // Pods of another namespace are not its own.
    if workload.namespace.as_deref() != namespace {
        return None;
    }
    let candidates = around.context.candidates(ObjectKind::Service, namespace, name, &workload.file);
    let is_own = |service: &&ContextObject| {
        let Some((_, selector)) = selecting(service) else { return false };
        let early = service.at("spec.publishNotReadyAddresses");
        let is_early = early.is_some_and(|node| node.as_bool() != Some(false));
        let is_same = |other: &&WorkloadFacts| other.kind == workload.kind && other.name == workload.name;
        let selected = around.index.selected(service, selector).unwrap_or_default();
        !is_early && !selected.is_empty() && selected.iter().all(is_same)
    };
    let first = candidates.first()?;
    candidates.iter().all(is_own).then(|| first.at("spec.selector")).flatten()
}
