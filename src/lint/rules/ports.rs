//! Finds out which containers serve and which ones use the ports of the pod.

use super::variables;
use crate::lint::Pod;
use crate::lint::awaited::{built_in, devices};
use crate::lint::shell::PlainCommand;
use crate::model::Container;
use crate::object::Node;
use crate::source::Span;
use std::cell::OnceCell;
use std::collections::HashMap;

/// The ports that a container declares.
pub(super) fn declared(container: &Container) -> impl Iterator<Item = i64> {
    let ports = container.fields.get("ports").map_or(&[][..], Node::items);
    ports.iter().filter_map(|port| port.get("containerPort")?.as_int())
}

/// The port that a probe checks at the pod's own address, if it is a number, with its place.
pub(super) fn probed(container: &Container, probe: &str) -> Option<(i64, Span)> {
    let probe = container.fields.get(probe)?;
    let asked = ["tcpSocket", "httpGet", "grpc"].into_iter().find_map(|kind| probe.get(kind))?;
    let port = asked.get("port")?;
    (asked.get("host").is_none()).then_some((port.as_int()?, port.span))
}

/// The ports that a container serves: those that it declares, and those that its probes check.
pub(super) fn served(container: &Container) -> impl Iterator<Item = i64> {
    let probes = ["startupProbe", "readinessProbe", "livenessProbe"];
    declared(container).chain(probes.into_iter().filter_map(|probe| Some(probed(container, probe)?.0)))
}

/// The servers and users of ports.
pub(in crate::lint) struct Ports {
    /// The containers that serve a port.
    pub(super) servers: HashMap<i64, Vec<usize>>,
    /// For each container, the ports of its own pod that its command or its variables use, each with its place; known if a
    /// rule has asked for them.
    asked: Vec<OnceCell<Vec<(i64, Span)>>>,
}

impl Ports {
    pub(in crate::lint) fn of(pod: &Pod<'_>) -> Self {
        let mut servers: HashMap<i64, Vec<usize>> = HashMap::new();
        for (at, container) in pod.containers() {
            for port in served(container) {
                servers.entry(port).or_default().push(at);
            }
        }
        Self { servers, asked: vec![OnceCell::new(); pod.workload.containers.len()] }
    }

    /// The ports of its own pod that a container's command or its variables use, each with its place.
    pub(super) fn asked(&self, pod: &Pod<'_>, at: usize) -> &[(i64, Span)] {
        self.asked[at].get_or_init(|| asked(pod, at, &pod.workload.containers[at]))
    }
}

fn asked(pod: &Pod<'_>, at: usize, container: &Container) -> Vec<(i64, Span)> {
    let mut asked: Vec<(i64, Span)> = Vec::new();
    if let Some(script) = pod.script(at, &ASKED) {
        for command in &script.commands {
            asked.extend(of_command(command).into_iter().map(|port| (port, pod.place(script, command))));
        }
        for (host, port) in script.text.into_iter().flat_map(devices) {
            asked.extend(LOCAL.contains(&host).then_some((port, script.span)));
        }
    }
    for (_, value, span) in variables(container) {
        asked.extend(local(value).map(|port| (port, span)));
    }
    for wanted in built_in(container).iter().filter(|wanted| wanted.condition.has_host()) {
        asked.extend(local(&wanted.target).map(|port| (port, container.name.span)));
    }
    asked
}

/// What a container calls its own pod.
const LOCAL: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];

/// What is in every command that connects to its own pod.
pub(super) const ASKED: [&str; 7] =
    ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "redis-cli", "valkey-cli", "mongosh"];

/// The ports of `localhost:5432` and `http://localhost/` anywhere in a text.
fn local(text: &str) -> impl Iterator<Item = i64> {
    LOCAL.into_iter().flat_map(move |host| {
        text.match_indices(host).filter_map(move |(at, _)| {
            let begins = text[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric() && before != '.');
            let rest = &text[at + host.len()..];
            if !begins {
                return None;
            }
            match rest.strip_prefix(':') {
                Some(port) => {
                    let digits = port.find(|next: char| !next.is_ascii_digit()).unwrap_or(port.len());
                    port[..digits].parse().ok()
                }
                // `('localhost', 5432)` in a program.
                None if rest.starts_with(['\'', '"']) => {
                    let port = rest[1..].trim_start_matches([',', ' ']);
                    let digits = port.find(|next: char| !next.is_ascii_digit()).unwrap_or(port.len());
                    port[..digits].parse().ok().filter(|_| port.len() < rest.len() - 1)
                }
                None if rest.is_empty() || rest.starts_with(['/', '?']) => usual(&text[..at]),
                None => None,
            }
        })
    })
}

/// The port of a URL without one, whose host comes after this text.
fn usual(before: &str) -> Option<i64> {
    let (scheme, login) = before.rsplit_once("://")?;
    let user = if login.is_empty() { "" } else { login.strip_suffix('@')? };
    if user.contains(['/', '?', ' ', '@']) {
        return None;
    }
    let name = scheme.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next()?;
    Some(match name {
        "http" => 80,
        "https" => 443,
        "postgres" | "postgresql" => 5432,
        "mysql" | "mariadb" => 3306,
        "redis" | "rediss" => 6379,
        "mongodb" => 27017,
        "amqp" => 5672,
        _ => return None,
    })
}

/// The ports of its own pod that a command uses.
pub(super) fn of_command(command: &PlainCommand) -> Vec<i64> {
    let mut ports: Vec<i64> = command.arguments().flat_map(local).collect();
    let words: Vec<&str> = command.arguments().collect();
    let option = |names: &[&str]| {
        words.iter().enumerate().find_map(|(at, word)| {
            let name = names.iter().find(|name| word.starts_with(**name))?;
            let rest = word[name.len()..].trim_start_matches('=');
            if rest.is_empty() { words.get(at + 1).copied() } else { Some(rest) }
        })
    };
    let usual = match command.program() {
        "nc" | "ncat" | "netcat" | "telnet" => {
            let host = words.iter().position(|word| LOCAL.contains(word));
            ports.extend(host.and_then(|at| words.get(at + 1)?.parse::<i64>().ok()));
            return ports;
        }
        "psql" | "pg_isready" | "pg_dump" | "createdb" => 5432,
        "mysql" | "mysqladmin" | "mariadb" | "mariadb-admin" | "mysqldump" => 3306,
        "redis-cli" | "valkey-cli" => 6379,
        "mongosh" | "mongo" => 27017,
        "cqlsh" => 9042,
        _ => return ports,
    };
    let host = option(&["-h", "--host"]);
    // These connect to their own pod if nothing else is said.
    let by_default = host.is_none()
        && ["redis-cli", "valkey-cli", "mongosh"].contains(&command.program())
        && command.words.iter().all(Option::is_some)
        && !words
            .iter()
            .any(|word| ["-u", "-s", "-h", "--host"].contains(word) || word.contains(['/', ':', '.']));
    if by_default || host.is_some_and(|host| LOCAL.contains(&host)) {
        let port = option(&["-p", "-P", "--port"]).and_then(|port| port.parse().ok());
        ports.push(port.unwrap_or(usual));
    }
    ports
}
