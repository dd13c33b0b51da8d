//! Resolves `cpu`, `memory`, `storage` and `resource`: requests and limits as one range.

use super::draft::Draft;
use super::head::Head;
use super::resolve::Resolver;
use super::scope::{Evaluated, Scope};
use super::types::{Unit, mismatch, quantity};
use crate::kubernetes::resource::can_overcommit;
use crate::object::{Map, Node, Value};
use crate::statement::ValueType;
use crate::syntax::tree::{self, Statement, ValueKind};
use crate::vocabulary::Amount;
use smol_str::SmolStr;

impl Resolver<'_> {
    /// `cpu REQUEST..LIMIT` and the like.
    pub(super) fn resource(
        &mut self,
        draft: &mut Draft,
        amount: Amount,
        head: &Head,
        statement: &Statement,
        scope: &Scope,
    ) {
        let (name, ty) = match amount {
            Amount::Cpu => (SmolStr::new_static("cpu"), ValueType::Cpu),
            Amount::Memory => (SmolStr::new_static("memory"), ValueType::Memory),
            Amount::Storage => (SmolStr::new_static("ephemeral-storage"), ValueType::Memory),
            Amount::Named => {
                let Some(name) =
                    head.plain("\"name\"").map(|filled| self.typed(filled.value, filled.ty, scope))
                else {
                    return;
                };
                let Some(text) = name.as_text() else { return };
                (SmolStr::new(text), ValueType::ResourceRange)
            }
        };
        let Some(filled) = head.all().last() else { return };
        let sets_both = !can_overcommit(&name);
        let (request, limit) = match &filled.value.kind {
            ValueKind::Range(request, limit) => {
                let request = request.as_ref().map(|value| self.amount(value, &name, ty, scope));
                (request, Some(self.amount(limit, &name, ty, scope)))
            }
            _ => {
                let node = self.amount(filled.value, &name, ty, scope);
                (Some(node.clone()), sets_both.then_some(node))
            }
        };
        let mut already_set = false;
        for key in ["requests", "limits"] {
            if let Some(map) = draft.resources.get_mut(key).map(Node::map_mut) {
                if let Some(entry) = map.entry(&name)
                    && entry.layer == scope.layer
                    && !already_set
                {
                    let before = entry.key_span;
                    already_set = true;
                    self.duplicate(&name, statement.name.span, before);
                }
                map.entries.retain(|entry| entry.key != name || entry.layer >= scope.layer);
            }
        }
        if already_set {
            return;
        }
        draft.resources.entries.retain(|entry| entry.key == "claims" || !entry.node.entries().is_empty());
        for (key, node) in [("requests", request), ("limits", limit)] {
            if let Some(node) = node {
                if draft.resources.get(key).is_none() {
                    draft.resources.set(
                        key,
                        statement.name.span,
                        Node::new(statement.name.span, Value::Map(Map::default())),
                    );
                }
                if let Some(map) = draft.resources.get_mut(key).map(Node::map_mut) {
                    map.insert(name.clone(), statement.name.span, scope.layer, node).ok();
                }
            }
        }
    }

    fn amount(&mut self, value: &tree::SyntaxValue, name: &str, ty: ValueType, scope: &Scope) -> Node {
        if ty != ValueType::ResourceRange {
            return self.typed(value, ty, scope);
        }
        let Evaluated { constant, span } = self.evaluate(value, scope);
        let node = match &constant {
            super::scope::Constant::Number(text) => quantity(text, Unit::of(name)),
            super::scope::Constant::Unknown => Ok(Value::Unresolved),
            _ => Err(None),
        };
        match node {
            Ok(value) => Node::new(span, value),
            Err(hint) => {
                let mut diagnostic = mismatch(span, &format!("an amount of `{name}`"), &constant.describe());
                if let Some(hint) = hint {
                    diagnostic = diagnostic.help(hint);
                }
                self.report(diagnostic);
                Node::new(span, Value::Unresolved)
            }
        }
    }
}
