//! Container ports, to what the API server refuses in them.
//!
//! Invariant: what only server-side apply or a second listener would trip over is a warning.

use super::report::{Report, is_true, shown, text};
use crate::diagnostic::Diagnostic;
use crate::kubernetes::names;
use crate::model::{Container, Role, Workload};
use crate::object::Node;
use crate::source::Span;
use std::collections::HashMap;

/// The numbers of ports.
pub(super) const NUMBERS: std::ops::RangeInclusive<i64> = 1..=65_535;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let host_network = is_true(&workload.pod.spec, "hostNetwork");
    let mut pod = Seen::default();
    for container in &workload.containers {
        let mut own = Seen::default();
        for port in container.fields.get("ports").map_or(&[][..], Node::items) {
            form(port, report);
            twice(container, port, &mut own, &mut pod, report);
            if host_network && container.role == Role::App {
                same_on_host(port, report);
            }
        }
    }
}

/// Where the ports seen so far stand.
#[derive(Default)]
struct Seen<'a> {
    names: HashMap<&'a str, Span>,
    numbers: HashMap<(i64, &'a str), Span>,
    hosts: HashMap<(i64, &'a str, &'a str), (Span, Role)>,
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
                "idle-field",
                address.key_span,
                "`hostIP` does nothing without a port on the host",
            )
            .here("has no effect")
            .help("add `host NUMBER` to the port, or remove `hostIP`"),
        );
    }
}

fn twice<'a>(
    container: &Container,
    port: &'a Node,
    own: &mut Seen<'a>,
    pod: &mut Seen<'a>,
    report: &mut Report<'_>,
) {
    let protocol = text(port, "protocol").unwrap_or("TCP");
    if let Some(name) = text(port, "name").filter(|name| !name.is_empty()) {
        let span = port.get("name").map_or(port.span, |node| node.span);
        if let Some(first) = own.names.insert(name, span) {
            let headline = format!("`{}` has two ports named `{}`", container.name.text, shown(name));
            report.add(again(Diagnostic::error("duplicate-port", span, headline), first));
            return;
        }
        if let Some(first) = pod.names.insert(name, span) {
            let headline = format!("two containers have a port named `{}`", shown(name));
            report.add(again(Diagnostic::warning("duplicate-port", span, headline), first));
        }
    }
    // A step's ports are free again once it is done, so only what runs at the same time can clash.
    let seen = if container.role == Role::Step { &mut *own } else { &mut *pod };
    if let Some((node, number)) = port.get("containerPort").and_then(|node| Some((node, node.as_int()?)))
        && let Some(first) = seen.numbers.insert((number, protocol), node.span)
    {
        let headline = format!("the port {number} ({protocol}) is given twice in one pod");
        report.add(again(Diagnostic::warning("duplicate-port", node.span, headline), first));
        return;
    }
    let Some(node) = port.get("hostPort") else { return };
    let Some(number) = node.as_int().filter(|number| *number != 0) else { return };
    let address = text(port, "hostIP").unwrap_or_default();
    let key = (number, protocol, address);
    let headline = format!("the host's port {number} ({protocol}) is taken twice");
    if let Some((first, _)) = own.hosts.insert(key, (node.span, container.role)) {
        report.add(again(Diagnostic::error("duplicate-port", node.span, headline), first));
    } else if container.role != Role::Step
        && let Some((first, role)) = pod.hosts.insert(key, (node.span, container.role))
    {
        // Kubernetes compares apps with apps alone, but no node has room for a sidecar and an app with one port either.
        let both_apps = role == Role::App && container.role == Role::App;
        let diagnostic = if both_apps { Diagnostic::error } else { Diagnostic::warning };
        report.add(again(diagnostic("duplicate-port", node.span, headline), first));
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
                "host-port-mismatch",
                node.span,
                format!("the host's port {host} is not the container's port {container}"),
            )
            .here("the port on the host")
            .label(inside.span, "the port in the container")
            .help("with `hostNetwork true` the two are the same: remove `host`, or make them equal"),
        );
    }
}
