//! Resolves `ready`, `alive` and `started`: probes in their short form.

use super::command::Taker;
use super::draft::Draft;
use super::head::Head;
use super::resolve::Resolver;
use super::scope::Scope;
use crate::kubernetes::schema;
use crate::object::{Map, Node, Value};
use crate::syntax::tree::Statement;
use crate::vocabulary::Probe;
use smol_str::SmolStr;

/// The clauses of a probe that set plain fields.
const FIELDS: [(&str, &str); 5] = [
    ("every", "periodSeconds"),
    ("timeout", "timeoutSeconds"),
    ("delay", "initialDelaySeconds"),
    ("failures", "failureThreshold"),
    ("successes", "successThreshold"),
];

/// The fields of a container that hold its probes.
const PROBES: [&str; 3] = ["readinessProbe", "livenessProbe", "startupProbe"];

/// Fills in the port of each probe that has none, if the container has exactly one port for TCP.
pub(super) fn complete(fields: &mut Map, ports: &[(u8, Node)]) {
    let is_tcp = |port: &&Node| port.get("protocol").and_then(Node::as_text).is_none_or(|name| name == "TCP");
    let mut tcp = ports.iter().map(|(_, port)| port).filter(is_tcp);
    let (Some(port), None) = (tcp.next(), tcp.next()) else { return };
    let number = port.get("containerPort");
    for probe in PROBES {
        let Some(probe) = fields.get_mut(probe).filter(|node| node.as_map().is_some()) else { continue };
        for handler in &mut probe.map_mut().entries {
            let named = match handler.key.as_str() {
                "httpGet" | "tcpSocket" => port.get("name").or(number),
                "grpc" => number,
                _ => continue,
            };
            let is_missing = handler.node.as_map().is_some_and(|map| map.get("port").is_none());
            if let Some(port) = named.filter(|_| is_missing) {
                let node = Node::new(handler.key_span, port.value.clone());
                handler.node.map_mut().set("port", handler.key_span, node);
            }
        }
    }
}

impl Resolver<'_> {
    /// `ready http [PORT] PATH every TIME …`
    pub(super) fn probe(
        &mut self,
        draft: &mut Draft,
        probe: Probe,
        head: &Head,
        statement: &Statement,
        scope: &Scope,
    ) {
        let field = match probe {
            Probe::Readiness => "readinessProbe",
            Probe::Liveness => "livenessProbe",
            Probe::Startup => "startupProbe",
        };
        let Some(handler) = head.chosen() else { return };
        let mut object = Map::default();
        for filled in &handler.values {
            let key = match (filled.name, handler.word) {
                ("command", _) => "command",
                (name, _) => name,
            };
            let node = if key == "command" {
                self.words(filled.value, scope, Taker::Exec)
            } else {
                self.typed(filled.value, filled.ty, scope)
            };
            self.put(&mut object, key, node.span, node, scope);
        }
        let (key, inner) = match handler.word {
            "tcp" => ("tcpSocket", schema::object("TCPSocketAction")),
            "grpc" => ("grpc", schema::object("GRPCAction")),
            "exec" => ("exec", schema::object("ExecAction")),
            _ => ("httpGet", schema::object("HTTPGetAction")),
        };
        if handler.word == "https" {
            self.put(&mut object, "scheme", handler.span, Node::text(handler.span, "HTTPS"), scope);
        }
        let mut probe = Map::default();
        for (word, field) in FIELDS {
            if let Some(filled) = head.value(word) {
                let node = self.typed(filled.value, filled.ty, scope);
                self.put(&mut probe, SmolStr::new_static(field), node.span, node, scope);
            }
        }
        if let Some(block) = &statement.block {
            // The block has the other fields of the handler and of the probe itself.
            self.each(&block.statements, scope, |resolver, inside, live| {
                let (mut no_object, mut no_probe) = (Map::default(), Map::default());
                let (object, probe) =
                    if live { (&mut object, &mut probe) } else { (&mut no_object, &mut no_probe) };
                let name = &inside.name.text;
                match inner.and_then(|inner| Some((inner, inner.field(name)?))) {
                    Some((inner, field)) => resolver.field(inner, field, inside, object, scope),
                    None => resolver.field_statement(&schema::PROBE, inside, probe, scope),
                }
            });
        }
        probe.entries.insert(
            0,
            crate::object::MapEntry {
                key: SmolStr::new_static(key),
                key_span: handler.span,
                layer: scope.layer,
                node: Node::new(handler.span, Value::Map(object)),
            },
        );
        let node = Node::new(statement.span, Value::Map(probe));
        self.put(&mut draft.fields, SmolStr::new_static(field), statement.name.span, node, scope);
    }
}
