//! Writes probes in their short form.

use super::command::words;
use super::fields::{self, rest};
use super::missing::lacks;
use super::source::{DraftToken, StatementDraft};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema::{self, FieldType};
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode, YamlValue};

/// The fields that follow a keyword: the field, the keyword, whether it is a duration.
const CLAUSES: [(&str, &str, bool); 5] = [
    ("initialDelaySeconds", "delay", true),
    ("periodSeconds", "every", true),
    ("timeoutSeconds", "timeout", true),
    ("successThreshold", "successes", false),
    ("failureThreshold", "failures", false),
];

/// `ready http PORT PATH every TIME …`
pub(super) fn probe(entry: &YamlEntry, diagnostics: &mut Vec<Diagnostic>) -> Option<StatementDraft> {
    let word = match entry.key.as_str() {
        "readinessProbe" => "ready",
        "livenessProbe" => "alive",
        _ => "started",
    };
    let probe = &entry.node;
    let handlers = ["httpGet", "tcpSocket", "grpc", "exec"];
    let mut given = probe.entries().iter().filter(|entry| handlers.contains(&entry.key.as_str()));
    let Some(handler) = given.next() else {
        diagnostics.push(
            Diagnostic::error(
                Code::MissingHandler,
                entry.key_span,
                format!("`{}` has no handler", entry.key),
            )
            .here("expected `httpGet`, `tcpSocket`, `grpc` or `exec` in it"),
        );
        return None;
    };
    let mut head = vec![DraftToken::new(entry.key_span, word)];
    let mut block = match handler.key.as_str() {
        "exec" => exec(handler, &mut head, diagnostics)?,
        key => network(key, handler, &mut head, diagnostics)?,
    };
    for (field, word, is_time) in CLAUSES {
        let Some(node) = probe.get(field) else { continue };
        head.push(DraftToken::new(node.span, word));
        let value = match node.as_int() {
            Some(count) if is_time && count >= 0 => DraftToken::new(node.span, literal::seconds(count)),
            _ => fields::value(&FieldType::Int32, field, node),
        };
        head.push(value);
    }
    let in_head: Vec<&str> = CLAUSES.iter().map(|(field, ..)| *field).chain([handler.key.as_str()]).collect();
    block.extend(rest(&schema::PROBE, probe, &in_head));
    Some(StatementDraft::new(entry.key_span.to(probe.span), head).with_rest(block))
}

fn exec(
    handler: &YamlEntry,
    head: &mut Vec<DraftToken>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<StatementDraft>> {
    let Some(command) = handler.node.get("command").filter(|command| !command.items().is_empty()) else {
        diagnostics.push(lacks(&handler.node, "command", "`exec`"));
        return None;
    };
    head.push(DraftToken::new(handler.key_span, "exec"));
    head.push(words(command));
    Some(Vec::new())
}

fn network(
    key: &str,
    handler: &YamlEntry,
    head: &mut Vec<DraftToken>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<StatementDraft>> {
    let action = &handler.node;
    let Some(port) = action.get("port") else {
        diagnostics.push(lacks(action, "port", &format!("`{key}`")));
        return None;
    };
    if let Some(name) = port.as_text().filter(|name| name.starts_with('/')) {
        // A source would read it as the path.
        let headline = format!("`{}` is not the name of a port", name.escape_debug());
        diagnostics.push(
            Diagnostic::error(Code::InvalidName, port.span, headline)
                .here("not a port")
                .help("write it as `path`, and the port as `port`"),
        );
        return None;
    }
    let scheme = action.get("scheme").and_then(YamlNode::as_text);
    let (word, object) = match key {
        "tcpSocket" => ("tcp", &schema::TCP_SOCKET_ACTION),
        "grpc" => ("grpc", &schema::GRPC_ACTION),
        _ if scheme == Some("HTTPS") => ("https", &schema::HTTP_GET_ACTION),
        _ => ("http", &schema::HTTP_GET_ACTION),
    };
    head.push(DraftToken::new(handler.key_span, word));
    head.push(match &port.value {
        YamlValue::Text(name) => DraftToken::new(port.span, literal::name(name)),
        _ => fields::value(&FieldType::Int32, "port", port),
    });
    let mut in_head = vec!["port"];
    if let Some(path) = action.get("path").filter(|_| key == "httpGet") {
        in_head.push("path");
        head.push(DraftToken::new(path.span, literal::path(path.as_text()?)));
    }
    if let Some(service) = action.get("service").filter(|_| key == "grpc") {
        in_head.push("service");
        head.push(DraftToken::new(service.span, literal::quoted(service.as_text()?)));
    }
    // HTTP is the default.
    if matches!(scheme, Some("HTTP" | "HTTPS")) {
        in_head.push("scheme");
    }
    Some(rest(object, action, &in_head))
}
