//! Checks the ports of containers.
//!
//! Invariant: what breaks only server-side apply, or only a second listener, is a warning.

use super::report::{Report, is_true, shown, text};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::names;
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;
use std::collections::HashMap;

/// The range of port numbers.
pub(super) const NUMBERS: std::ops::RangeInclusive<i64> = 1..=65_535;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let host_network = is_true(&workload.pod.spec, "hostNetwork");
    // The ports of a Pod in the network of its node are ports of the host.
    let implied = host_network && workload.kind == WorkloadKind::Pod;
    let mut earlier = EarlierPorts::default();
    for (index, container) in workload.containers.iter().enumerate() {
        for port in container.fields.get("ports").map_or(&[][..], Node::items) {
            form(port, report);
            let port = Port::of((index, container), port, implied);
            duplicates(&port, &earlier, report);
            // A step that runs once is the app of its Job.
            if host_network && (container.role == Role::App || container.once.is_some()) {
                same_on_host(port.node, report);
            }
            earlier.add(&port);
        }
    }
}

/// A port as the API server compares it with others.
#[derive(Clone, Copy)]
struct Port<'a> {
    index: usize,
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
    fn of((index, container): (usize, &'a Container), node: &'a Node, implied: bool) -> Self {
        let number = node.get("containerPort").and_then(|number| Some((number.as_int()?, number.span)));
        let given = node.get("hostPort").and_then(|host| Some((host.as_int()?, host.span)));
        let given = given.filter(|(host, _)| *host != 0);
        let (host, host_span) = given.or(number.filter(|_| implied)).unwrap_or((0, node.span));
        let name = node.get("name").and_then(|name| Some((name.as_text()?, name.span)));
        Self {
            index,
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

    /// The port of the host with its address, if it has one.
    fn on_host(&self) -> Option<HostPort<'a>> {
        (self.host != 0).then_some((self.host, self.protocol, self.address))
    }
}

/// A port of the host: number, protocol and address.
type HostPort<'a> = (i64, &'a str, &'a str);

/// What two ports may have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum PortClash<'a> {
    Name(&'a str),
    NameIn(usize, &'a str),
    Host(HostPort<'a>),
    HostIn(usize, HostPort<'a>),
    HostOfApp(HostPort<'a>),
    /// The container's port with its protocol.
    Number(i64, &'a str),
    /// The same, on no port of the host.
    NumberOffHost(i64, &'a str),
    /// The same, on this port of the host.
    NumberOnHost(i64, HostPort<'a>),
    /// The same, on this port of the host, at all addresses or at one.
    NumberOnPort(i64, &'a str, i64, bool),
}

/// The ports before one, by what another port may have in common with them.
#[derive(Default)]
struct EarlierPorts<'a> {
    ports: Vec<Port<'a>>,
    /// The first port of each kind.
    first: HashMap<PortClash<'a>, usize>,
}

impl<'a> EarlierPorts<'a> {
    fn add(&mut self, port: &Port<'a>) {
        let Port { index, protocol, host, address, .. } = *port;
        let mut kinds = Vec::new();
        if let Some((name, _)) = port.name {
            kinds.extend([PortClash::Name(name), PortClash::NameIn(index, name)]);
        }
        if let Some(on_host) = port.on_host() {
            kinds.push(PortClash::HostIn(index, on_host));
            if port.container.role != Role::Step {
                kinds.push(PortClash::Host(on_host));
            }
            if port.container.role == Role::App {
                kinds.push(PortClash::HostOfApp(on_host));
            }
        }
        if let Some((number, _)) = port.number {
            kinds.push(PortClash::Number(number, protocol));
            match port.on_host() {
                None => kinds.push(PortClash::NumberOffHost(number, protocol)),
                Some(on_host) => kinds.extend([
                    PortClash::NumberOnHost(number, on_host),
                    PortClash::NumberOnPort(number, protocol, host, address.is_empty()),
                ]),
            }
        }
        for kind in kinds {
            self.first.entry(kind).or_insert(self.ports.len());
        }
        self.ports.push(*port);
    }

    /// The first port that has one of these in common.
    fn find(&self, kinds: &[PortClash<'a>]) -> Option<&Port<'a>> {
        let first = kinds.iter().filter_map(|kind| self.first.get(kind)).min()?;
        self.ports.get(*first)
    }

    /// The first port that may be the same port as another one.
    fn overlapping(&self, port: &Port<'a>) -> Option<&Port<'a>> {
        let (number, _) = port.number?;
        match port.on_host() {
            None => self.find(&[PortClash::Number(number, port.protocol)]),
            Some(on_host) => self.find(&[
                PortClash::NumberOffHost(number, port.protocol),
                PortClash::NumberOnHost(number, on_host),
                PortClash::NumberOnPort(number, port.protocol, port.host, !port.address.is_empty()),
            ]),
        }
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

/// Reports a port that repeats an earlier one.
fn duplicates<'a>(port: &Port<'a>, earlier: &EarlierPorts<'a>, report: &mut Report<'_>) {
    let role = port.container.role;
    if let Some((name, span)) = port.name {
        let named = |kind| earlier.find(&[kind])?.name.map(|(_, span)| span);
        if let Some(first) = named(PortClash::NameIn(port.index, name)) {
            let headline = format!("`{}` has two ports named `{}`", port.container.name.text, shown(name));
            report.add(again(Diagnostic::error(Code::DuplicatePort, span, headline), first));
            return;
        }
        if let Some(first) = named(PortClash::Name(name)) {
            let headline = format!("two containers have a port named `{}`", shown(name));
            report.add(again(Diagnostic::warning(Code::DuplicatePort, span, headline), first));
        }
    }
    let headline = || format!("the port {} ({}) of the host is used twice", port.host, port.protocol);
    let on_host = port.on_host();
    let in_own = on_host.and_then(|on_host| earlier.find(&[PortClash::HostIn(port.index, on_host)]));
    let in_app = || on_host.and_then(|on_host| earlier.find(&[PortClash::HostOfApp(on_host)]));
    if let Some(other) = in_own.or_else(|| in_app().filter(|_| role == Role::App)) {
        let diagnostic = Diagnostic::error(Code::DuplicatePort, port.host_span, headline());
        report.add(again(diagnostic, other.host_span));
        return;
    }
    if let Some((number, span)) = port.number
        && let Some((_, first)) = earlier.overlapping(port).and_then(|other| other.number)
    {
        let headline = format!("the port {number} ({}) appears twice in one pod", port.protocol);
        report.add(again(Diagnostic::warning(Code::DuplicatePort, span, headline), first));
        return;
    }
    // A sidecar and an app cannot share a port of a node either, though Kubernetes does not compare these two.
    if role != Role::Step
        && let Some(other) = on_host.and_then(|on_host| earlier.find(&[PortClash::Host(on_host)]))
    {
        let diagnostic = Diagnostic::warning(Code::DuplicatePort, port.host_span, headline());
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
            .help("remove `host`, or make the two equal; with `hostNetwork true` they are the same port")
            .fix("make the two equal", node.span, container.to_string(), Applicability::Unsafe),
        );
    }
}
