//! `wait`: a step that ends once what the application needs can be reached, and fails if it cannot be in time.
//!
//! ```initflow
//! wait backing {
//!   tcp "postgres:5432"
//!   tcp "redis:6379"
//!   http "http://search:9200/_cluster/health" 200
//!   every 1s
//!   timeout 90s
//! }
//! ```
//!
//! | statement | meaning | without it |
//! |---|---|---|
//! | `tcp "HOST:PORT"` | until a connection is accepted; may stand several times; an IPv6 address stands in `[ ]` | at least one condition is required |
//! | `http "URL" [STATUS]` | until a GET answers with STATUS; may stand several times; redirects are not followed | without STATUS any from 200 to 399, as in Kubernetes' own probes |
//! | `job "NAME"` | until the Job of this name, in the pod's namespace, is complete; may stand several times | |
//! | `every 1s` | the pause between two tries, in whole seconds | `2s` |
//! | `timeout 90s` | the time for all conditions together, in whole seconds | `5m` |
//!
//! For `job` the compiler adds a Role and a `RoleBinding` that let the pod's service account get this one Job, and where
//! the workload names no `serviceAccountName`, a `ServiceAccount`. A Job that failed, or that is deleted while it is waited
//! for, ends the wait at once with an error. One that its `ttlSecondsAfterFinished` has deleted is missing for ever.
//!
//! All conditions have to hold. At the timeout the step fails, and its last line names what was missing and why;
//! Kubernetes then starts it again, with its usual back-off. `$(NAME)` in a condition stands for a variable of the
//! step's `env`. A password or a query in a URL is not printed. An open port is not yet a database that answers
//! queries: where that matters, let the application or the migration try again.

use super::{Given, Image, Kind, Lowered, OwnVolume, shell};
use crate::diagnostic::Diagnostic;
use crate::kubernetes::names;
use crate::object::Node;
use crate::source::Span;
use crate::statement::Slot::{Maybe, One};
use crate::statement::{Entry, Place, Type, of_step};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

/// The kind.
pub(super) const KIND: Kind = Kind { keyword: "wait", statements: STATEMENTS, lower: read };

const HERE: &[Place] = &[Place::Step("wait")];

const STATEMENTS: &[Entry] = &[
    Entry {
        repeats: true,
        ..of_step(
            HERE,
            "tcp",
            &[One("\"host:port\"", Type::Text)],
            "Waits until a TCP connection is accepted; may stand several times.",
        )
    },
    Entry {
        repeats: true,
        ..of_step(
            HERE,
            "http",
            &[One("\"url\"", Type::Text), Maybe("status", Type::Int(100, 599))],
            "Waits until a GET answers with this status, without one with any from 200 to 399; may stand several times.",
        )
    },
    Entry {
        repeats: true,
        ..of_step(
            HERE,
            "job",
            &[One("\"name\"", Type::Text)],
            "Waits until a Job of the same namespace is complete, which the pod is given the right to see; may stand several times.",
        )
    },
    of_step(HERE, "every", &[One("time", Type::Seconds)], "The pause between two tries; without it `2s`."),
    of_step(
        HERE,
        "timeout",
        &[One("time", Type::Seconds)],
        "The time for all conditions together; without it `5m`.",
    ),
];

pub(super) const SCRIPT: &str = include_str!("wait.sh");

/// The options of a `wait`.
#[derive(Clone, Debug)]
pub struct Options {
    /// What has to hold, at least one.
    pub conditions: Vec<Condition>,
    /// The pause between two tries, in seconds.
    pub every: u64,
    /// The time for all conditions together, in seconds, at least 1.
    pub timeout: u64,
}

impl Options {
    /// The pause where none is given, in seconds.
    pub const EVERY: u64 = 2;
    /// The timeout where none is given, in seconds.
    pub const TIMEOUT: u64 = 300;
}

/// What a `wait` waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A connection is accepted at `host:port`.
    Tcp(SmolStr),
    /// A GET of the URL answers with the status, or with any from 200 to 399.
    Http(SmolStr, Option<u16>),
    /// The Job of a name is complete.
    Job(SmolStr),
}

/// The variable that has the name of the Job where the compiler finds it only in the end.
pub const JOB: &str = "INITFLOW_JOB";

/// What stands for that name.
pub const LATER: &str = "$(INITFLOW_JOB)";

/// What is wrong with the `host:port` of a `tcp` condition.
///
/// A host or port may be a `$(NAME)`, about which nothing is known.
pub fn tcp_fault(address: &str) -> Option<&'static str> {
    if address.contains("$(") {
        return None;
    }
    if address.contains("://") {
        return Some("`tcp` takes `HOST:PORT`, without a scheme");
    }
    let Some((host, port)) = address.rsplit_once(':') else {
        return Some("`tcp` takes `HOST:PORT`; the port is missing");
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() || host == "[]" {
        Some("`tcp` takes `HOST:PORT`; the host is missing")
    } else if host.contains(':') && !bracketed {
        Some("an IPv6 address stands in brackets: `[::1]:5432`")
    } else if host.starts_with('-') || host.contains(|letter: char| letter.is_whitespace() || letter == '/') {
        Some("this is no host name")
    } else if !port.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(port.parse::<u16>(), Ok(1..)) {
        Some("a port is a number from 1 to 65535")
    } else {
        None
    }
}

/// What is wrong with the URL of an `http` condition.
pub fn http_fault(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return Some("`http` takes a URL that starts with `http://` or `https://`");
    };
    if rest.is_empty() || rest.starts_with('/') {
        Some("the URL names no host")
    } else if url.contains(char::is_whitespace) {
        Some("a URL has no spaces: write `%20`")
    } else {
        None
    }
}

/// What is wrong with the name of a Job.
fn job_fault(name: &str) -> Option<&'static str> {
    if name == LATER {
        None
    } else if name.contains("$(") {
        Some("the name must be known now: the right to see the Job is given by its name")
    } else {
        names::subdomain(name).map(|_| "this is no name of a Job: lower case letters, digits, `-` and `.`")
    }
}

/// Reads the statements.
fn read(given: &Given, diagnostics: &mut Vec<Diagnostic>) -> Option<Lowered> {
    let mut conditions = Vec::new();
    let mut sound = true;
    for option in &given.options {
        let Some(first) = option.values.first() else { continue };
        let fault: fn(&str) -> Option<&'static str> = match option.name {
            "tcp" => tcp_fault,
            "http" => http_fault,
            "job" => job_fault,
            _ => continue,
        };
        let Some(text) = first.as_text() else {
            sound = false;
            continue;
        };
        if let Some(fault) = fault(text) {
            diagnostics.push(
                Diagnostic::error(
                    "invalid-address",
                    first.span,
                    format!("`{}` cannot be waited for at this address", option.name),
                )
                .here(fault),
            );
            sound = false;
        }
        let status = option.values.get(1).and_then(|status| u16::try_from(status.as_int()?).ok());
        conditions.push(match option.name {
            "tcp" => Condition::Tcp(text.into()),
            "job" => Condition::Job(text.into()),
            _ => Condition::Http(text.into(), status),
        });
    }
    if sound && conditions.is_empty() {
        diagnostics.push(
            Diagnostic::error("missing-statement", given.span, "this step does not say what to wait for")
                .here("expected `tcp \"host:port\"`, `http \"url\"` or `job \"name\"` in it"),
        );
        return None;
    }
    let every = given.number("every", Options::EVERY);
    let timeout = given.time("timeout", Options::TIMEOUT, diagnostics)?;
    sound.then(|| lower(&Options { conditions, every, timeout }, given.span))
}

/// Turns a `wait` into a container's parts.
pub fn lower(options: &Options, span: Span) -> Lowered {
    let argument = |condition: &Condition| match condition {
        Condition::Tcp(address) => format_smolstr!("tcp {address}"),
        Condition::Http(url, None) => format_smolstr!("http any {url}"),
        Condition::Http(url, Some(status)) => format_smolstr!("http {status} {url}"),
        Condition::Job(name) => format_smolstr!("job {name}"),
    };
    let job = |condition: &Condition| match condition {
        Condition::Job(name) => Some(name.clone()),
        _ => None,
    };
    let jobs: Vec<SmolStr> = options.conditions.iter().filter_map(job).collect();
    let token = (!jobs.is_empty()).then(|| token(span));
    Lowered {
        image: Some(Image::Wait),
        command: shell(SCRIPT, "wait"),
        args: options.conditions.iter().map(argument).collect(),
        env: vec![
            ("INITFLOW_EVERY".into(), options.every.to_smolstr()),
            ("INITFLOW_TIMEOUT".into(), options.timeout.to_smolstr()),
        ],
        volumes: token.into_iter().collect(),
        jobs,
        ..Lowered::default()
    }
}

/// The service account's token, as Kubernetes itself mounts it, for this step alone: the pod may have
/// `automountServiceAccountToken false`.
fn token(span: Span) -> OwnVolume {
    let text = |text| Node::text(span, text);
    let file = |key, value, path| {
        Node::list(span, vec![Node::object(span, [(key, value), ("path", Node::text(span, path))])])
    };
    let field = Node::object(span, [("fieldPath", text("metadata.namespace"))]);
    let sources = vec![
        Node::object(span, [("serviceAccountToken", Node::object(span, [("path", text("token"))]))]),
        Node::object(
            span,
            [(
                "configMap",
                Node::object(
                    span,
                    [("name", text("kube-root-ca.crt")), ("items", file("key", text("ca.crt"), "ca.crt"))],
                ),
            )],
        ),
        Node::object(
            span,
            [("downwardAPI", Node::object(span, [("items", file("fieldRef", field, "namespace"))]))],
        ),
    ];
    OwnVolume {
        name: "token",
        mount_path: "/var/run/secrets/kubernetes.io/serviceaccount".into(),
        read_only: true,
        source: "projected",
        fields: Node::object(span, [("sources", Node::list(span, sources))]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Options, http_fault, lower, tcp_fault};
    use crate::source::{FileId, Span};

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for address in [
            "db:5432",
            "127.0.0.1:1",
            "[::1]:65535",
            "db.shop.svc.cluster.local:5432",
            "$(DB_HOST):5432",
            "$(DB)",
        ] {
            assert_eq!(tcp_fault(address), None, "{address}");
        }
        for address in [
            "",
            "db",
            "db:",
            ":5432",
            "db:0",
            "db:65536",
            "db:+1",
            "::1:5432",
            "[]:1",
            "-e:1",
            "a b:1",
            "tcp://db:5432",
            "db:5432/x",
        ] {
            assert!(tcp_fault(address).is_some(), "{address}");
        }
    }

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        assert_eq!(http_fault("http://search:9200/health?wait=1"), None);
        for url in ["", "search:9200", "ftp://a", "http://", "https:///x", "http://a b"] {
            assert!(http_fault(url).is_some(), "{url}");
        }
    }

    #[test]
    fn each_condition_is_one_argument() {
        let span = Span { file: FileId::STD, start: 0, end: 0 };
        let lowered = lower(
            &Options {
                conditions: vec![
                    Condition::Tcp("db:5432".into()),
                    Condition::Http("http://a/b".into(), None),
                    Condition::Http("http://a/b".into(), Some(204)),
                ],
                every: Options::EVERY,
                timeout: Options::TIMEOUT,
            },
            span,
        );
        assert_eq!(lowered.args, ["tcp db:5432", "http any http://a/b", "http 204 http://a/b"]);
    }
}
