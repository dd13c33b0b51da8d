//! Resolves `port`: the ports that a container listens on.

use super::draft::Draft;
use super::head::Head;
use super::resolve::Resolver;
use super::scope::Scope;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::schema;
use crate::object::{Map, Node, Value};
use crate::syntax::tree::{Statement, ValueKind};
use smol_str::SmolStr;

impl Resolver<'_> {
    /// Reports a port that has a name and no number.
    fn lacks_number(&mut self, head: &Head, scope: &Scope) -> bool {
        let (None, Some(number)) = (head.plain("name"), head.plain("number")) else { return false };
        let ValueKind::Word(word) = &number.value.kind else { return false };
        if self.is_recording() || self.lookup(word, scope).is_some() {
            return false;
        }
        let headline = format!("the port `{word}` has no number");
        let error = Diagnostic::error(Code::MissingValue, number.value.span, headline)
            .here("expected a port number from 1 to 65535 after this");
        self.report(error.help(format!("add the number: `port {word} 8080`")));
        true
    }

    /// `port [NAME] NUMBER …`
    pub(super) fn port(&mut self, draft: &mut Draft, head: &Head, statement: &Statement, scope: &Scope) {
        let mut fields = Map::default();
        let span = statement.head();
        if let (Some(name), Some(number)) = (head.plain("name"), head.plain("number"))
            && let (ValueKind::Number(_), ValueKind::Word(word)) = (&name.value.kind, &number.value.kind)
            && self.lookup(word, scope).is_none()
        {
            let span = name.value.span.to(number.value.span);
            let swapped = format!("{word} {}", self.spelling(name.value.span));
            self.report(
                Diagnostic::error(Code::UnexpectedValue, span, "a port's name comes before its number")
                    .here("in the wrong order")
                    .fix(format!("write `port {swapped}`"), span, swapped, Applicability::Safe),
            );
            return;
        }
        if self.lacks_number(head, scope) {
            return;
        }
        if let Some(name) = head.plain("name") {
            let node = self.typed(name.value, name.ty, scope);
            if let Some(text) = node.as_text() {
                self.declare_port(&text.into(), node.span);
            }
            self.put(&mut fields, "name", node.span, node, scope);
        }
        if let Some(number) = head.plain("number") {
            let node = self.typed(number.value, number.ty, scope);
            self.put(&mut fields, "containerPort", node.span, node, scope);
        }
        if let Some(clause) = head.chosen() {
            let node = Node::text(clause.span, clause.word.to_ascii_uppercase());
            self.put(&mut fields, "protocol", clause.span, node, scope);
        }
        if let Some(host) = head.value("host") {
            let node = self.typed(host.value, host.ty, scope);
            self.put(&mut fields, "hostPort", node.span, node, scope);
        }
        self.rest_of(&schema::CONTAINER_PORT, statement, &mut fields, scope);
        let same = |node: &Node| {
            let name = |map: Option<&Map>| map.and_then(|map| map.get("name")?.as_text().map(SmolStr::new));
            match (name(node.as_map()), name(Some(&fields))) {
                (Some(a), Some(b)) => a == b,
                (None, None) => {
                    let key = |map: &Map| {
                        (
                            map.get("containerPort").and_then(Node::as_int),
                            map.get("protocol").and_then(Node::as_text).map(SmolStr::new),
                        )
                    };
                    node.as_map().map(key) == Some(key(&fields))
                }
                _ => false,
            }
        };
        let known = draft.ports.iter().position(|(layer, node)| *layer < scope.layer && same(node));
        let item = (scope.layer, Node::new(span, Value::Map(fields)));
        match known {
            Some(at) => draft.ports[at] = item,
            None => draft.ports.push(item),
        }
    }
}
