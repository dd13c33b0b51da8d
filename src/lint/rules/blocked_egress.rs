#![doc = include_str!("../../diagnostic/explain/blocked-egress.md")]

use super::hosts::{AskedHost, asked_hosts};
use crate::context::{ContextObject, ObjectKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Role, WorkloadKind};
use crate::object::Node;
use crate::source::Span;
use crate::steps::BuiltIn;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The port of DNS.
const DNS: i64 = 53;

/// The ports of URLs that do not name one.
const PORTS: [(&str, i64); 9] = [
    ("https", 443),
    ("http", 80),
    ("ssh", 22),
    ("git", 9418),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mysql", 3306),
    ("redis", 6379),
    ("ftp", 21),
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    // The policies of pods do not concern the network of a node.
    if !pod.context.has(ObjectKind::NetworkPolicy)
        || pod.workload.pod.spec.get("hostNetwork").and_then(Node::as_bool) == Some(true)
    {
        return;
    }
    let Some(egress) = Egress::of(pod) else { return };
    let is_run = matches!(pod.workload.kind, WorkloadKind::Job | WorkloadKind::CronJob);
    for (at, container) in pod.containers() {
        if container.role != Role::Step && !(is_run && container.role == Role::App) {
            continue;
        }
        let hosts = asked_hosts(pod, at);
        let named = hosts.iter().find(|host| is_name(pod, host.host()));
        let asks_elsewhere = matches!(container.built_in, Some(BuiltIn::Clone(_) | BuiltIn::Secrets(_)))
            .then_some(container.name.span);
        let asks = named.map(|host| host.span).or(asks_elsewhere);
        let who = format!("the {} `{}`", container.role.name(), container.name.text);
        if let Some(place) = asks
            && !egress.allows_dns(pod)
        {
            let headline =
                format!("{who} cannot resolve names: no NetworkPolicy allows egress to port {DNS}");
            let help = format!(
                "add the rule `- ports: [{{ port: {DNS}, protocol: UDP }}, {{ port: {DNS}, protocol: TCP }}]` to `egress`"
            );
            return found.push(egress.warning(headline, place).help(help));
        }
        let blocked = hosts.iter().find_map(|host| Some((host, egress.blocks(pod, host)?)));
        if let Some((host, port)) = blocked {
            let headline = format!(
                "{who} cannot reach `{}`: no NetworkPolicy allows egress to port {port}",
                host.host()
            );
            let help = format!("add a rule with `ports: [{{ port: {port} }}]` to `egress`");
            return found.push(egress.warning(headline, host.span).help(help));
        }
    }
}

/// What the policies that select a pod let out.
struct Egress<'a> {
    policy: &'a ContextObject,
    rules: Vec<&'a Node>,
}

impl<'a> Egress<'a> {
    /// The egress of a pod; none if no policy restricts it for certain.
    fn of(pod: &Pod<'a>) -> Option<Self> {
        let names: BTreeSet<&str> = pod
            .context
            .all(ObjectKind::NetworkPolicy)
            .into_iter()
            .map(|policy| policy.name.as_str())
            .collect();
        let mut policy = None;
        let mut rules = Vec::new();
        for name in names {
            let same = pod.candidates(ObjectKind::NetworkPolicy, name);
            let selected: Vec<Option<bool>> = same.iter().map(|policy| selects(pod, policy)).collect();
            if !same.is_empty() && selected.iter().all(|selected| *selected == Some(true)) {
                policy = policy.or(same.first().copied());
            }
            for (one, _) in same.iter().zip(&selected).filter(|(_, selected)| **selected != Some(false)) {
                rules.extend(one.at("spec.egress").map_or(&[][..], Node::items));
            }
        }
        Some(Self { policy: policy?, rules })
    }

    fn warning(&self, headline: String, place: Span) -> Diagnostic {
        Diagnostic::warning(Code::BlockedEgress, place, headline)
            .here("gets no answer")
            .label(self.policy.place, "restricts the egress of these pods")
    }

    fn allows_dns(&self, pod: &Pod<'_>) -> bool {
        let is_system = pod.workload.namespace().is_none_or(|namespace| namespace == "kube-system");
        self.rules.iter().any(|rule| {
            let peers = rule.get("to").map_or(&[][..], Node::items);
            // The pods of DNS are in another namespace.
            let may_be_dns = |peer: &Node| {
                is_system || peer.get("namespaceSelector").is_some() || peer.get("ipBlock").is_some()
            };
            allows(rule, DNS) && (peers.is_empty() || peers.iter().any(may_be_dns))
        })
    }

    /// The port of a host, if no rule lets the pod reach it.
    fn blocks(&self, pod: &Pod<'_>, asked: &AskedHost) -> Option<i64> {
        let host = asked.host();
        let services = pod.candidates(ObjectKind::Service, host);
        let port = port(asked)?;
        if services.is_empty() {
            let may_be_outside = |rule: &&&Node| {
                let peers = rule.get("to").map_or(&[][..], Node::items);
                allows(rule, port)
                    && (peers.is_empty() || peers.iter().any(|peer| peer.get("ipBlock").is_some()))
            };
            return (is_outside(host) && !self.rules.iter().any(|rule| may_be_outside(&rule)))
                .then_some(port);
        }
        // A policy is about the port of the pod, not of the Service.
        let targets: Option<Vec<i64>> = services.iter().map(|service| target_port(service, port)).collect();
        let targets = targets?;
        let is_blocked = |target: &i64| !self.rules.iter().any(|rule| allows(rule, *target));
        targets.iter().all(is_blocked).then(|| targets.first().copied())?
    }
}

/// Whether a policy restricts the egress of the pod; none if that is not certain.
fn selects(pod: &Pod<'_>, policy: &ContextObject) -> Option<bool> {
    let types = policy.at("spec.policyTypes").map_or(&[][..], Node::items);
    let is_named = types.iter().any(|of| of.as_text() == Some("Egress"));
    if !(is_named || types.is_empty() && policy.at("spec.egress").is_some()) {
        return Some(false);
    }
    let labels = pod.metadata().get("labels").map_or(&[][..], Node::entries);
    let wanted = policy.at("spec.podSelector.matchLabels").map_or(&[][..], Node::entries);
    let has = |wanted: &crate::object::MapEntry| {
        labels.iter().any(|label| label.key == wanted.key && label.node.as_text() == wanted.node.as_text())
    };
    match policy.at("spec.podSelector.matchExpressions").map_or(&[][..], Node::items) {
        [] => Some(wanted.iter().all(has)),
        _ if !wanted.iter().all(has) => Some(false),
        _ => None,
    }
}

/// Whether a rule allows a port to some peer.
fn allows(rule: &Node, port: i64) -> bool {
    let ports = rule.get("ports").map_or(&[][..], Node::items);
    ports.is_empty()
        || ports.iter().any(|allowed| match allowed.get("port") {
            None => true,
            Some(start) => match (start.as_int(), allowed.get("endPort").and_then(Node::as_int)) {
                (Some(start), Some(end)) => (start..=end).contains(&port),
                (Some(start), None) => start == port,
                // A name means what the other pod says.
                (None, _) => true,
            },
        })
}

/// The port of the pods behind a port of a Service; none if that is not known.
fn target_port(service: &ContextObject, port: i64) -> Option<i64> {
    service.at("spec.selector")?;
    let ports = service.at("spec.ports").map_or(&[][..], Node::items);
    let of = ports.iter().find(|of| of.get("port").and_then(Node::as_int) == Some(port))?;
    of.get("targetPort").map_or(Some(port), Node::as_int)
}

/// The port that is asked for, if that is known.
fn port(asked: &AskedHost) -> Option<i64> {
    let (scheme, rest) = match asked.written.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, asked.written.as_str()),
    };
    let place = rest.split(['/', '?', '#']).next()?;
    let place = place.rsplit('@').next()?;
    match place.split_once(':') {
        Some((_, port)) => port.parse().ok(),
        None => PORTS.iter().find(|(known, _)| Some(*known) == scheme).map(|(_, port)| *port),
    }
}

/// Whether a host has to be resolved.
fn is_name(pod: &Pod<'_>, host: &str) -> bool {
    let aliases = pod.workload.pod.spec.get("hostAliases").map_or(&[][..], Node::items);
    let mut names = aliases.iter().filter_map(|alias| alias.get("hostnames")).flat_map(Node::items);
    let is_plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    !host.is_empty()
        && is_plain
        && host != "localhost"
        && host.parse::<IpAddr>().is_err()
        && !names.any(|name| name.as_text() == Some(host))
}

/// Whether a host is not in the cluster.
fn is_outside(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_domain = labels
        .last()
        .is_some_and(|last| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    labels.len() > 2
        && is_domain
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
        && !labels.iter().any(|label| ["svc", "cluster", "local", "internal"].contains(label))
}
