//! Checks the ports of containers.
//!
//! Invariant: what breaks only server-side apply, or only a second listener, is a warning.

use super::report::{Report, is_true, shown, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;

/// The range of port numbers.
pub(super) const NUMBERS: std::ops::RangeInclusive<i64> = 1..=65_535;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let host_network = is_true(&workload.pod.spec, "hostNetwork");
    // The ports of a Pod in the network of its node are ports of the host.
    let implied = host_network && workload.kind == WorkloadKind::Pod;
    let mut pod = Vec::new();
    for container in &workload.containers {
        let first = pod.len();
        for port in container.fields.get("ports").map_or(&[][..], Node::items) {
            form(port, report);
            let port = Port::of(container, port, implied);
            duplicates(&port, &pod, first, report);
            // A step that runs once is the app of its Job.
            if host_network && (container.role == Role::App || container.once.is_some()) {
                same_on_host(port.node, report);
            }
            pod.push(port);
        }
    }
}

/// A port as the API server compares it with others.
struct Port<'a> {
    container: &'a Container,
    node: &'a Node,
    name: Option<(&'a str, Span)>,
    number: Option<(i64, Span)>,
    protocol: &'a str,
    /// The host's port; 0 means none.
    host: i64,
    host_span: Span,
    address: &'a str,
}

impl<'a> Port<'a> {
    fn of(container: &'a Container, node: &'a Node, implied: bool) -> Self {
        let number = node.get("containerPort").and_then(|number| Some((number.as_int()?, number.span)));
        let given = node.get("hostPort").and_then(|host| Some((host.as_int()?, host.span)));
        let given = given.filter(|(host, _)| *host != 0);
        let (host, host_span) = given.or(number.filter(|_| implied)).unwrap_or((0, node.span));
        let name = node.get("name").and_then(|name| Some((name.as_text()?, name.span)));
        Self {
            container,
            node,
            name: name.filter(|(name, _)| !name.is_empty()),
            number,
            protocol: text(node, "protocol").unwrap_or("TCP"),
            host,
            host_span,
            address: text(node, "hostIP").unwrap_or_default(),
        }
    }

    /// Whether both are the same port of the same address of the host.
    fn same_on_host(&self, other: &Self) -> bool {
        self.host != 0
            && (self.host, self.protocol, self.address) == (other.host, other.protocol, other.address)
    }

    /// Whether both may be the same port.
    fn overlaps(&self, other: &Self) -> bool {
        let number = |port: &Self| port.number.map(|(number, _)| number);
        let same = self.number.is_some() && (number(self), self.protocol) == (number(other), other.protocol);
        let any_address = self.address.is_empty() != other.address.is_empty();
        same && ((self.host, self.address) == (other.host, other.address)
            || self.host == 0
            || other.host == 0
            || (self.host == other.host && any_address))
    }
}

fn form(port: &Node, report: &mut Report<'_>) {
    if report.required(port, "containerPort", "a port", port.span).is_some() {
        report.in_range(port, "containerPort", &NUMBERS);
    }
    if port.get("hostPort").and_then(Node::as_int) != Some(0) {
        report.in_range(port, "hostPort", &NUMBERS);
    }
    if text(port, "name").is_some_and(|name| !name.is_empty()) {
        report.form(port.get("name"), "a port's name", names::port);
    }
    if let Some(address) = port.as_map().and_then(|map| map.entry("hostIP"))
        && port.get("hostPort").is_none()
    {
        report.add(
            Diagnostic::warning(
                Code::IdleField,
                address.key_span,
                "`hostIP` has no effect without a port on the host",
            )
            .here("this port is not on the host")
            .help("add `host NUMBER` to the port, or remove `hostIP`"),
        );
    }
}

/// Reports a port that repeats an earlier one; the ports from `first` on are those of the same container.
fn duplicates(port: &Port<'_>, pod: &[Port<'_>], first: usize, report: &mut Report<'_>) {
    let own = &pod[first..];
    if let Some((name, span)) = port.name {
        let named = |ports: &[Port<'_>]| {
            ports
                .iter()
                .find_map(|other| other.name.filter(|(other, _)| *other == name))
                .map(|(_, span)| span)
        };
        if let Some(first) = named(own) {
            let headline = format!("`{}` has two ports named `{}`", port.container.name.text, shown(name));
            report.add(again(Diagnostic::error(Code::DuplicatePort, span, headline), first));
            return;
        }
        if let Some(first) = named(pod) {
            let headline = format!("two containers have a port named `{}`", shown(name));
            report.add(again(Diagnostic::warning(Code::DuplicatePort, span, headline), first));
        }
    }
    let taken = |other: &&Port<'_>| port.same_on_host(other);
    let both_apps = |other: &&Port<'_>| port.container.role == Role::App && other.container.role == Role::App;
    let headline = format!("the port {} ({}) of the host is used twice", port.host, port.protocol);
    let refused = own.iter().find(taken).or_else(|| pod.iter().filter(both_apps).find(taken));
    if let Some(other) = refused {
        let diagnostic = Diagnostic::error(Code::DuplicatePort, port.host_span, headline);
        report.add(again(diagnostic, other.host_span));
        return;
    }
    if let Some((number, span)) = port.number
        && let Some((_, first)) = pod.iter().find(|other| port.overlaps(other)).and_then(|other| other.number)
    {
        let headline = format!("the port {number} ({}) appears twice in one pod", port.protocol);
        report.add(again(Diagnostic::warning(Code::DuplicatePort, span, headline), first));
        return;
    }
    // A sidecar and an app cannot share a port of a node either, though Kubernetes does not compare these two.
    let at_once = |other: &&Port<'_>| port.container.role != Role::Step && other.container.role != Role::Step;
    if let Some(other) = pod.iter().filter(at_once).find(taken) {
        let diagnostic = Diagnostic::warning(Code::DuplicatePort, port.host_span, headline);
        report.add(again(diagnostic, other.host_span));
    }
}

fn again(diagnostic: Diagnostic, first: Span) -> Diagnostic {
    diagnostic.here("again").label(first, "first given here").help("give one of the two another value")
}

fn same_on_host(port: &Node, report: &mut Report<'_>) {
    let number = |field| port.get(field).and_then(|node| Some((node, node.as_int()?)));
    if let (Some((node, host)), Some((inside, container))) = (number("hostPort"), number("containerPort"))
        && host != 0
        && host != container
    {
        report.add(
            Diagnostic::error(
                Code::HostPortMismatch,
                node.span,
                format!("the host's port {host} differs from the container's port {container}"),
            )
            .here("the port on the host")
            .label(inside.span, "the port in the container")
            .help("remove `host`, or make the two equal; with `hostNetwork true` they are the same port"),
        );
    }
}
