//! Finds Services that pass connections on to ports that no container of their pods has.

use super::super::Surroundings;
use super::MatchedService;
use crate::context::{ObjectKind, PortFact, WorkloadFacts, mention};
use crate::diagnostic::phrase::listed;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::object::{Node, Value};
use crate::source::Span;
use fnv::FnvHashSet;
use std::cell::OnceCell;

/// A port of a Service, as the pods see it.
struct Target<'a> {
    port: TargetPort<'a>,
    protocol: &'a str,
    place: Span,
    /// Whether `targetPort` says it, and not `port`.
    is_written: bool,
}

#[derive(Clone, Copy)]
enum TargetPort<'a> {
    Name(&'a str),
    Number(i64),
}

/// Warns about ports of Services that no container has.
pub(super) fn check(around: &Surroundings<'_>, matched: &[MatchedService<'_>], found: &mut Vec<Diagnostic>) {
    let configured = OnceCell::new();
    let own: FnvHashSet<*const WorkloadFacts> = around.own().map(std::ptr::from_ref).collect();
    // Of several Services with one name, any may be the one that is applied.
    let is_sound = |service: &&MatchedService<'_>| lacking(service).is_none();
    let sound: FnvHashSet<&str> =
        matched.iter().filter(is_sound).map(|service| service.service.name.as_str()).collect();
    for service in matched.iter().filter(|service| !sound.contains(service.service.name.as_str())) {
        let is_own = |workload: &&&WorkloadFacts| own.contains(&std::ptr::from_ref(**workload));
        let Some(workload) = service.workloads.iter().find(is_own) else { continue };
        let Some(target) = lacking(service) else { continue };
        let is_configured = || {
            let numbers = configured.get_or_init(|| numbers_in_config(around));
            matches!(target.port, TargetPort::Number(number) if u16::try_from(number).is_ok_and(|number| numbers.contains(&number)))
        };
        if !is_configured() {
            found.push(warning(service, workload, &target));
        }
    }
}

/// The numbers in all `ConfigMap`s: a program may read its port there.
fn numbers_in_config(around: &Surroundings<'_>) -> FnvHashSet<u16> {
    let mut numbers = FnvHashSet::default();
    for object in around.context.all(ObjectKind::ConfigMap) {
        let data = object.at("data").map_or(&[][..], Node::entries);
        for entry in data {
            mention(&entry.node, &mut numbers);
        }
    }
    numbers
}

/// The first port that the pods of a Service lack: one of its names, or a number if they have none of its ports. Pods that
/// declare some of the ports may serve the other ones, too.
fn lacking<'a>(service: &MatchedService<'a>) -> Option<Target<'a>> {
    let mut found: Vec<Target<'a>> = targets(service).collect();
    let is_name = |target: &Target<'_>| matches!(target.port, TargetPort::Name(_));
    let at = found.iter().position(|target| is_name(target) && lacks(service, target)).or_else(|| {
        let all = !found.is_empty() && found.iter().all(|target| lacks(service, target));
        all.then_some(0)
    })?;
    Some(found.swap_remove(at))
}

/// The ports of a Service.
fn targets<'a>(service: &MatchedService<'a>) -> impl Iterator<Item = Target<'a>> + use<'a> {
    service.service.at("spec.ports").map_or(&[][..], Node::items).iter().filter_map(|port| {
        let protocol = port.get("protocol").and_then(Node::as_text).unwrap_or("TCP");
        let written = port.get("targetPort");
        let node = written.or_else(|| port.get("port"))?;
        let port = match &node.value {
            Value::Text(name) if name.parse::<u16>().is_err() => TargetPort::Name(name),
            Value::Int(number) => TargetPort::Number(*number),
            _ => return None,
        };
        Some(Target { port, protocol, place: node.span, is_written: written.is_some() })
    })
}

/// Whether no pod of a Service has a port.
fn lacks(service: &MatchedService<'_>, target: &Target<'_>) -> bool {
    // The clients of a headless Service connect to the pods themselves.
    let is_headless = service.service.at("spec.clusterIP").and_then(Node::as_text) == Some("None");
    service.workloads.iter().all(|workload| {
        let mut ports = workload.ports.iter();
        match target.port {
            TargetPort::Name(name) => {
                !ports.any(|port| has_name(port, name) && port.protocol == target.protocol)
            }
            TargetPort::Number(number) => {
                let known = u16::try_from(number);
                let is_mentioned = known.is_ok_and(|number| workload.mentions.contains(&number));
                let is_declared = ports.any(|port| port.number.is_none_or(|known| known == number));
                !is_headless && !workload.has_silent_app && !is_declared && !is_mentioned
            }
        }
    })
}

/// Whether a port has a name: one that is not known may be any.
fn has_name(port: &PortFact, name: &str) -> bool {
    port.name.as_deref() == Some(name) || port.number.is_none()
}

fn warning(service: &MatchedService<'_>, workload: &WorkloadFacts, target: &Target<'_>) -> Diagnostic {
    let name = &service.service.name;
    let pods = format!("the pods of the {} `{}`", workload.kind.name(), workload.name);
    let place = workload.ports.first().map_or(workload.place, |port| port.place);
    let names: Vec<&str> = workload.ports.iter().filter_map(|port| port.name.as_deref()).collect();
    let numbers: Vec<String> =
        workload.ports.iter().filter_map(|port| port.number).map(|number| number.to_string()).collect();
    let (what, has, help) = match target.port {
        TargetPort::Name(wanted) => {
            if let Some(port) = workload.ports.iter().find(|port| has_name(port, wanted)) {
                return other_protocol(name, &pods, wanted, target, port);
            }
            let has = match names.as_slice() {
                [] => "the ports of these pods have no names".to_owned(),
                names => format!("these pods have {}", listed(names.iter().copied())),
            };
            let help = match nearest(wanted, names) {
                Some(near) => format!("set `targetPort: {near}` in the Service"),
                None => format!(
                    "name a port of the pods `{wanted}`, or set `targetPort` in the Service to one that they have"
                ),
            };
            (format!("the port `{wanted}`"), has, help)
        }
        TargetPort::Number(wanted) => {
            let help = match numbers.as_slice() {
                [only] => format!("set `targetPort: {only}` in the Service"),
                _ => "set `targetPort` in the Service to a port that the pods have".to_owned(),
            };
            let has = format!("these pods have {}", listed(numbers.iter().map(String::as_str)));
            (format!("port {wanted}"), has, help)
        }
    };
    let verb = if target.is_written {
        "passes connections on to"
    } else {
        "has no `targetPort`: it passes connections on to"
    };
    let headline = format!("the Service `{name}` {verb} {what}, which {pods} do not have");
    Diagnostic::warning(Code::UnknownTargetPort, place, headline)
        .here(has)
        .label(target.place, format!("the Service `{name}` wants {what}"))
        .help(help)
}

fn other_protocol(
    name: &str,
    pods: &str,
    port_name: &str,
    target: &Target<'_>,
    port: &PortFact,
) -> Diagnostic {
    let (wanted, has) = (target.protocol, &port.protocol);
    let headline = format!(
        "the Service `{name}` wants the port `{port_name}` for {wanted}, and {pods} have it for {has}"
    );
    Diagnostic::warning(Code::UnknownTargetPort, port.place, headline)
        .here(format!("a port for {has}"))
        .label(target.place, format!("wants a port for {wanted}"))
        .help("use the same `protocol` for both ports")
}
