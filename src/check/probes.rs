//! Checks probes and lifecycle hooks.
//!
//! Invariant: a named port is declared in the same container. Kubernetes itself finds this out only when it runs the
//! probe.

use super::ports;
use super::report::{HANDLER, Report, filled_entry, items, text};
use crate::diagnostic::phrase::either;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::{names, schema};
use crate::model::{Container, Role, Workload};
use crate::object::{MapEntry, Node};
use std::collections::HashSet;

const PROBES: &[(&str, &str)] =
    &[("livenessProbe", "alive"), ("readinessProbe", "ready"), ("startupProbe", "started")];
const COUNTS: &[&str] =
    &["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];
const DEFAULT_GRACE: i64 = 30;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    // A step may not have any of these, which another rule reports.
    for container in workload.containers.iter().filter(|container| container.role != Role::Step) {
        for (field, statement) in PROBES {
            if let Some(entry) = container.fields.as_map().and_then(|map| map.entry(field)) {
                probe(container, entry, statement, report);
            }
        }
        let Some(lifecycle) = container.fields.get("lifecycle") else { continue };
        for hook in lifecycle.entries().iter().filter(|entry| entry.key != "stopSignal") {
            self::hook(workload, container, hook, report);
        }
        report.leniently(report.drops(&schema::LIFECYCLE, "stopSignal"), |report| {
            stop_signal(workload, lifecycle, report);
        });
    }
}

fn probe(container: &Container, probe: &MapEntry, statement: &str, report: &mut Report<'_>) {
    let node = &probe.node;
    let handlers = ["exec", "httpGet", "tcpSocket", "grpc"];
    let owner = format!("the probe `{statement}`");
    if let Some(handler) = report.exactly_one(node, &handlers, &owner, probe.key_span, HANDLER) {
        self::handler(container, handler, &owner, report);
    }
    report.not_negative(node, COUNTS);
    let ready = probe.key == "readinessProbe";
    if let Some(threshold) = node.as_map().and_then(|map| map.entry("successThreshold"))
        && !ready
        && threshold.node.as_int().is_some_and(|count| count > 1)
    {
        let why = format!("must be 1 for `{statement}`");
        report.unmet(
            threshold.node.span,
            "successThreshold",
            &why,
            "remove it; only `ready` can require more",
        );
    }
    if let Some(grace) = filled_entry(node, "terminationGracePeriodSeconds") {
        if ready {
            let help = "remove it; Kubernetes does not stop a container that is not ready";
            report.unmet(grace.key_span, &grace.key, "cannot be set for `ready`", help);
        } else {
            report.in_range(node, "terminationGracePeriodSeconds", &(1..=i64::MAX));
        }
    }
}

fn handler(container: &Container, handler: &MapEntry, owner: &str, report: &mut Report<'_>) {
    let node = &handler.node;
    match handler.key.as_str() {
        "exec" => drop(report.required(node, "command", owner, node.span)),
        "httpGet" => {
            port(container, node, owner, report);
            for header in items(node, "httpHeaders") {
                if let Some(name) = report.required(header, "name", "a header", header.span) {
                    report.form(Some(name), "a header's name", names::header);
                }
            }
            report
                .leniently(report.drops(&schema::HTTP_GET_ACTION, "protocol"), |report| http2(node, report));
        }
        "tcpSocket" => port(container, node, owner, report),
        "grpc" => {
            has_port(container, node, owner, report);
            report.in_range(node, "port", &ports::NUMBERS);
        }
        _ => {}
    }
}

fn http2(get: &Node, report: &mut Report<'_>) {
    let Some(protocol) = filled_entry(get, "protocol") else { return };
    if protocol.node.as_text() != Some("HTTP2") {
        return;
    }
    if text(get, "scheme") == Some("HTTPS") {
        report.unmet(
            protocol.key_span,
            "protocol HTTP2",
            "cannot be combined with `scheme HTTPS`",
            "use `http`, or remove `protocol`",
        );
    } else if let Some(host) = filled_entry(get, "host") {
        report.unmet(host.key_span, "host", "cannot be combined with `protocol HTTP2`", "remove `host`");
    }
}

/// Reports a handler without a port; the model has filled it in where the container has only one.
fn has_port<'n>(
    container: &Container,
    handler: &'n Node,
    owner: &str,
    report: &mut Report<'_>,
) -> Option<&'n Node> {
    if handler.as_map().is_none() || handler.get("port").is_some() {
        return report.required(handler, "port", owner, handler.span);
    }
    if container.unclear {
        return None;
    }
    let ports = items(&container.fields, "ports").iter();
    let name = |port: &Node| {
        let number = || port.get("containerPort").and_then(Node::as_int).map(|number| number.to_string());
        text(port, "name").map(str::to_owned).or_else(number)
    };
    let tcp: Vec<String> =
        ports.filter(|port| text(port, "protocol").unwrap_or("TCP") == "TCP").filter_map(name).collect();
    let (found, help) = match tcp.as_slice() {
        [] => (
            "declares none".to_owned(),
            "declare the port with `port NUMBER`, or write its number here".to_owned(),
        ),
        several => (
            format!("has {}", several.len()),
            format!("write {} here", either(several.iter().map(String::as_str))),
        ),
    };
    let headline = format!("{owner} needs a port, because `{}` {found}", container.name.text);
    let missing = Diagnostic::error(Code::MissingField, handler.span, headline);
    report.add(missing.here("expected a port after this").help(help).label(container.span, "the container"));
    None
}

fn port(container: &Container, handler: &Node, owner: &str, report: &mut Report<'_>) {
    let Some(node) = has_port(container, handler, owner, report) else { return };
    report.in_range(handler, "port", &ports::NUMBERS);
    let Some(name) = node.as_text() else { return };
    let declared: Vec<&str> =
        items(&container.fields, "ports").iter().filter_map(|port| text(port, "name")).collect();
    if declared.contains(&name) || container.unclear {
        return;
    }
    // Kubernetes checks only the form of the name, and finds out that no such port exists when it runs the probe.
    let diagnostic = if names::port(name).is_some() { Diagnostic::error } else { Diagnostic::warning };
    let diagnostic = diagnostic(
        Code::UnknownPort,
        node.span,
        format!("`{}` has no port named `{}`", container.name.text, super::report::shown(name)),
    )
    .here("not declared in this container");
    let diagnostic = if name.parse::<u16>().is_ok() {
        super::report::renamed_to_number(diagnostic, node.span, name)
    } else if declared.is_empty() {
        diagnostic.help(format!("declare it as in `port {name} 8080`, or use the number"))
    } else {
        let diagnostic = diagnostic.did_you_mean(node.span, name, declared.iter().copied());
        if diagnostic.fix.is_some() {
            diagnostic
        } else {
            diagnostic.help(format!("use {}", either(declared)))
        }
    };
    report.add(diagnostic.label(container.span, "the container"));
}

fn hook(workload: &Workload, container: &Container, hook: &MapEntry, report: &mut Report<'_>) {
    let owner = format!("the hook `{}`", hook.key);
    let handlers = ["exec", "httpGet", "tcpSocket", "sleep"];
    let Some(handler) = report.exactly_one(&hook.node, &handlers, &owner, hook.key_span, HANDLER) else {
        return;
    };
    if handler.key != "sleep" {
        self::handler(container, handler, &owner, report);
        return;
    }
    let grace = workload.pod.spec.get("terminationGracePeriodSeconds");
    let limit = grace.map_or(Some(DEFAULT_GRACE), Node::as_int).unwrap_or(i64::MAX);
    if let Some(seconds) = handler.node.get("seconds")
        && seconds.as_int().is_some_and(|value| value > limit)
    {
        let why = format!("exceeds the {limit} seconds that the pod has to stop");
        let help = "shorten it, or raise `terminationGracePeriodSeconds` of the workload";
        report.unmet(seconds.span, "sleep", &why, help);
    } else {
        report.not_negative(&handler.node, &["seconds"]);
    }
}

fn stop_signal(workload: &Workload, lifecycle: &Node, report: &mut Report<'_>) {
    let Some(signal) = filled_entry(lifecycle, "stopSignal") else { return };
    let os = workload.pod.spec.at("os.name");
    let Some(os) = os else {
        report.unmet(
            signal.key_span,
            "stopSignal",
            "needs the pod's `os`",
            "add `os { name linux }` to the workload",
        );
        return;
    };
    let (Some(os), Some(name)) = (os.as_text(), signal.node.as_text()) else { return };
    let windows = ["SIGTERM", "SIGKILL"];
    let known = if os == "windows" { windows.contains(&name) } else { signals().contains(name) };
    if !known {
        let help = if os == "windows" {
            "use `SIGTERM` or `SIGKILL`"
        } else {
            "use a name such as `SIGTERM` or `SIGRTMIN+3`"
        };
        report.unmet(signal.node.span, name, &format!("is not a signal of {os}"), help);
    }
}

fn signals() -> HashSet<String> {
    let plain = "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP \
                 SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX";
    let real_time = (1..=15).map(|at| format!("SIGRTMIN+{at}"));
    let from_end = (1..=14).map(|at| format!("SIGRTMAX-{at}"));
    plain.split_whitespace().map(|name| format!("SIG{name}")).chain(real_time).chain(from_end).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn linux_has_65_signals() {
        assert_eq!(super::signals().len(), 65);
    }
}
