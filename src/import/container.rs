//! Writes a container of a manifest as the statement of its role.

use super::command::command;
use super::environment::environment;
use super::fields::{self, rest};
use super::flow::Directions;
use super::missing::lacks;
use super::probe::probe;
use super::source::{DraftToken, StatementDraft};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::resource::can_overcommit;
use crate::kubernetes::schema;
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode, YamlValue};
use crate::model::{Direction, Role};
use crate::source::Span;

/// The fields in the order in which they are written; other fields come last, in the manifest's order.
const ORDER: [&str; 18] = [
    "image",
    "imagePullPolicy",
    "restartPolicy",
    "restartPolicyRules",
    "command",
    "args",
    "workingDir",
    "envFrom",
    "env",
    "ports",
    "resources",
    "resizePolicy",
    "volumeMounts",
    "volumeDevices",
    "startupProbe",
    "readinessProbe",
    "livenessProbe",
    "lifecycle",
];

/// The role of a container of a pod's `initContainers`, or of its `containers`.
pub(super) fn role(node: &YamlNode, init: bool) -> Role {
    match node.get("restartPolicy").and_then(YamlNode::as_text) {
        _ if !init => Role::App,
        Some("Always") => Role::Sidecar,
        _ => Role::Step,
    }
}

/// `app NAME { … }` and its like.
pub(super) fn container(
    node: &YamlNode,
    role: Role,
    directions: &Directions,
    diagnostics: &mut Vec<Diagnostic>,
) -> StatementDraft {
    let name = node.get("name");
    let place = name.map_or(Span { end: node.span.start, ..node.span }, |name| name.span);
    let written = name.and_then(YamlNode::as_text).unwrap_or_default();
    let head = vec![DraftToken::new(place, role.name()), DraftToken::new(place, literal::name(written))];
    let mut entries: Vec<&YamlEntry> = node.entries().iter().collect();
    let rank = |entry: &YamlEntry| ORDER.iter().position(|key| *key == entry.key).unwrap_or(ORDER.len());
    entries.sort_by_key(|entry| rank(entry));
    let mut block = Vec::new();
    for entry in entries {
        let key = entry.key.as_str();
        let is_written_elsewhere = match key {
            "name" => true,
            "restartPolicy" => role == Role::Sidecar,
            // The first of both fields writes the statements for both.
            "args" => node.get("command").is_some(),
            "env" => node.get("envFrom").is_some(),
            _ => false,
        };
        if is_written_elsewhere {
            continue;
        }
        match key {
            "command" | "args" => block.extend(command(node)),
            "envFrom" | "env" => block.extend(environment(node, diagnostics)),
            "ports" => block.extend(entry.node.items().iter().filter_map(|item| port(item, diagnostics))),
            "resources" => block.extend(resources(&entry.node, diagnostics)),
            "volumeMounts" => {
                let mount = |item| mount(item, written, directions, diagnostics);
                block.extend(entry.node.items().iter().filter_map(mount));
            }
            "startupProbe" | "readinessProbe" | "livenessProbe" => block.extend(probe(entry, diagnostics)),
            _ => block.extend(fields::field(&schema::CONTAINER, entry)),
        }
    }
    StatementDraft::new(node.span, head).with_block(block)
}

/// `port [NAME] NUMBER …`
fn port(item: &YamlNode, diagnostics: &mut Vec<Diagnostic>) -> Option<StatementDraft> {
    let Some(number) = item.get("containerPort") else {
        diagnostics.push(lacks(item, "containerPort", "a port"));
        return None;
    };
    let mut head = vec![DraftToken::new(item.span, "port")];
    if let Some(name) = item.get("name") {
        head.push(DraftToken::new(name.span, literal::name(name.as_text().unwrap_or_default())));
    }
    head.push(fields::value(&schema::FieldType::Int32, "containerPort", number));
    let mut in_head = vec!["name", "containerPort"];
    if let Some(protocol) = item.get("protocol")
        && let Some(word @ ("TCP" | "UDP" | "SCTP")) = protocol.as_text()
    {
        in_head.push("protocol");
        // TCP is the default.
        if word != "TCP" {
            head.push(DraftToken::new(protocol.span, word.to_ascii_lowercase()));
        }
    }
    if let Some(host) = item.get("hostPort").filter(|host| host.as_int().is_some_and(|port| port > 0)) {
        in_head.push("hostPort");
        head.push(DraftToken::new(host.span, "host"));
        head.push(fields::value(&schema::FieldType::Int32, "hostPort", host));
    }
    Some(StatementDraft::new(item.span, head).with_rest(rest(&schema::CONTAINER_PORT, item, &in_head)))
}

/// `cpu REQUEST..LIMIT` and its like.
fn resources(node: &YamlNode, diagnostics: &mut Vec<Diagnostic>) -> Vec<StatementDraft> {
    let of = |key: &str| node.get(key).map(YamlNode::entries).unwrap_or_default();
    let (requests, limits) = (of("requests"), of("limits"));
    let mut names: Vec<&str> = Vec::new();
    for entry in requests.iter().chain(limits) {
        if !names.contains(&entry.key.as_str()) {
            names.push(&entry.key);
        }
    }
    let common = ["cpu", "memory", "ephemeral-storage"];
    names.sort_by_key(|name| common.iter().position(|common| common == name).unwrap_or(common.len()));
    let mut statements = Vec::new();
    for name in names {
        let find = |entries: &'_ [YamlEntry]| entries.iter().find(|entry| entry.key == name).cloned();
        let (request, limit) = (find(requests), find(limits));
        let Some(first) = request.as_ref().or(limit.as_ref()) else { continue };
        let amount = |entry: &YamlEntry| written_amount(name, &entry.node);
        let mut head = match name {
            "cpu" | "memory" => vec![DraftToken::new(first.key_span, name)],
            "ephemeral-storage" => vec![DraftToken::new(first.key_span, "storage")],
            _ => vec![
                DraftToken::new(first.key_span, "resource"),
                DraftToken::new(first.key_span, literal::quoted(name)),
            ],
        };
        // One amount is the request alone, or else the request and the limit.
        let is_request = can_overcommit(name);
        let range = match (&request, &limit) {
            (Some(request), None) if is_request => amount(request),
            (Some(request), None) => {
                diagnostics.push(
                    Diagnostic::error(
                        Code::MissingLimit,
                        request.key_span,
                        format!("`{}` has a request but no limit", name.escape_debug()),
                    )
                    .here("this resource cannot be overcommitted")
                    .help(format!("add the same amount to `limits`: `{name}: {}`", amount(request))),
                );
                continue;
            }
            (Some(request), Some(limit)) if !is_request && amount(request) == amount(limit) => amount(limit),
            (request, Some(limit)) => {
                format!("{}..{}", request.as_ref().map(amount).unwrap_or_default(), amount(limit))
            }
            (None, None) => continue,
        };
        // An error about the amount points to the value that the range came from.
        head.push(DraftToken::new(limit.as_ref().unwrap_or(first).node.span, range));
        let mut statement = StatementDraft::new(first.key_span.to(first.node.span), head);
        statement.extents.extend(limit.iter().map(|entry| entry.key_span.to(entry.node.span)));
        statements.push(statement);
    }
    let claims = node.entry("claims").map(|entry| fields::field(&schema::RESOURCE_REQUIREMENTS, entry));
    if let Some(claims) = claims.filter(|claims| !claims.is_empty()) {
        let head = vec![DraftToken::new(node.span, "resources")];
        statements.push(StatementDraft::new(node.span, head).with_block(claims));
    }
    statements
}

fn written_amount(name: &str, node: &YamlNode) -> String {
    let written = match &node.value {
        YamlValue::Number(written) | YamlValue::Text(written) => written.as_str(),
        _ => "",
    };
    fields::amount(name, written)
}

/// `reads VOLUME at PATH` and its like.
fn mount(
    item: &YamlNode,
    container: &str,
    directions: &Directions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<StatementDraft> {
    for (key, what) in [("name", "a mount"), ("mountPath", "a mount")] {
        if item.get(key).and_then(YamlNode::as_text).is_none_or(str::is_empty) {
            diagnostics.push(lacks(item, key, what));
            return None;
        }
    }
    let (volume, path) = (item.get("name")?, item.get("mountPath")?);
    let readonly = item.get("readOnly");
    let reads_only = readonly.is_some_and(|node| matches!(node.value, YamlValue::Bool(true)));
    let direction = directions.of(container, volume.as_text()?);
    let word = match direction {
        Direction::Reads => "reads",
        Direction::Updates => "updates",
        Direction::Writes => "writes",
        Direction::Mounts => "mounts",
    };
    let mut head = vec![
        DraftToken::new(item.span, word),
        DraftToken::new(volume.span, literal::name(volume.as_text()?)),
        DraftToken::new(path.span, "at"),
        DraftToken::new(path.span, literal::path(path.as_text()?)),
    ];
    if direction == Direction::Mounts && reads_only {
        head.push(DraftToken::new(readonly?.span, "readonly"));
    }
    if let Some(sub) = item.get("subPath") {
        head.push(DraftToken::new(sub.span, "sub"));
        head.push(DraftToken::new(sub.span, literal::quoted(sub.as_text()?)));
    }
    let in_head = ["name", "mountPath", "readOnly", "subPath"];
    Some(StatementDraft::new(item.span, head).with_rest(rest(&schema::VOLUME_MOUNT, item, &in_head)))
}
