//! Resolves Kubernetes' fields under their own names: a block becomes any object of the schema.

use super::command;
use super::resolve::Resolver;
use super::scope::{Constant, Evaluated, Scope};
use super::types::{mismatch, phrase};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::schema::{Field, FieldType, ObjectSchema};
use crate::kubernetes::version::{Availability, Support};
use crate::object::{Map, Node, Value};
use crate::source::Span;
use crate::syntax::quote;
use crate::syntax::tree::{self, Block, Piece, Statement, ValueKind};
use smol_str::SmolStr;

/// Whether a field is one of a group of which an object can have only one.
fn one_of_group(object: &ObjectSchema, field: &str) -> bool {
    match object.name {
        "Probe" | "LifecycleHandler" => matches!(field, "exec" | "httpGet" | "tcpSocket" | "grpc" | "sleep"),
        "Volume" => field != "name",
        "EnvVarSource" | "VolumeProjection" => true,
        _ => false,
    }
}

impl Resolver<'_> {
    /// Sets a field of an object for each statement of a block.
    pub(super) fn fields(
        &mut self,
        object: &'static ObjectSchema,
        block: &Block,
        map: &mut Map,
        scope: &Scope,
    ) {
        self.each(&block.statements, scope, |resolver, statement, live| {
            if live {
                resolver.field_statement(object, statement, map, scope);
            } else {
                resolver.field_statement(object, statement, &mut Map::default(), scope);
            }
        });
    }

    /// Sets the field of an object that a statement names.
    pub(super) fn field_statement(
        &mut self,
        object: &'static ObjectSchema,
        statement: &Statement,
        map: &mut Map,
        scope: &Scope,
    ) {
        if let Some(field) = object.field(&statement.name.text) {
            self.field(object, field, statement, map, scope);
        } else {
            self.record_texts(statement, scope);
            let meant =
                self.unknown_statement(statement, object.fields.iter().map(|field| field.name), object.name);
            settle(object, meant.as_deref(), statement, map);
        }
    }

    /// Sets a field that the object has.
    pub(super) fn field(
        &mut self,
        object: &'static ObjectSchema,
        field: &'static Field,
        statement: &Statement,
        map: &mut Map,
        scope: &Scope,
    ) {
        if statement.values.len() > 1 {
            self.record_values(&statement.values, scope);
        }
        if !statement.broken || self.is_recording() {
            self.sound_field(object, field, statement, map, scope);
        }
        // A field that is set but not understood is not missing.
        settle(object, Some(field.name), statement, map);
    }

    fn sound_field(
        &mut self,
        object: &'static ObjectSchema,
        field: &'static Field,
        statement: &Statement,
        map: &mut Map,
        scope: &Scope,
    ) {
        let what = || format!("`{}`", field.name);
        // Kubernetes would drop the source, and then refuse the variable because it has none.
        if object.name == "EnvVarSource" {
            self.supported_value(&field.since, what, statement.name.span);
        } else {
            self.supported(&field.since, what, statement.name.span);
        }
        if one_of_group(object, field.name) {
            let is_replaced = |entry: &crate::object::MapEntry| {
                entry.key != field.name && entry.layer < scope.layer && one_of_group(object, &entry.key)
            };
            map.entries.retain(|entry| !is_replaced(entry));
        }
        let span = statement.name.span;
        match &field.ty {
            FieldType::Object(inner) => {
                let Some(block) = self.block_of(statement, &field.ty) else { return };
                let Some(target) = self.nested(map, field.name, statement, scope) else { return };
                self.fields(inner, block, target, scope);
            }
            FieldType::Map(inner) => {
                let Some(block) = self.block_of(statement, &field.ty) else { return };
                let Some(target) = self.nested(map, field.name, statement, scope) else { return };
                self.entries(inner, block, target, scope);
            }
            FieldType::Any => {
                let Some(block) = self.block_of(statement, &field.ty) else { return };
                let node = self.free(block, scope);
                self.put(map, field.name, span, node, scope);
            }
            FieldType::List(inner) if matches!(inner, FieldType::Object(_) | FieldType::Map(_)) => {
                self.list_item(field, inner, statement, map, scope);
            }
            FieldType::List(inner) => {
                let Some(value) = self.one_value(statement, &field.ty) else { return };
                let node = self.list(value, inner, field.name, scope);
                self.put(map, field.name, span, node, scope);
            }
            scalar => {
                let Some(value) = self.one_value(statement, scalar) else { return };
                let node = self.scalar(value, scalar, field.name, scope);
                self.refer_by_field(object, field, value);
                self.put(map, field.name, span, node, scope);
            }
        }
    }

    /// Appends one statement's block to a list of objects; `[]` makes the list empty.
    fn list_item(
        &mut self,
        field: &'static Field,
        item: &'static FieldType,
        statement: &Statement,
        map: &mut Map,
        scope: &Scope,
    ) {
        let span = statement.name.span;
        if let [tree::SyntaxValue { kind: ValueKind::List(items), span: list }] = statement.values.as_slice()
            && items.is_empty()
            && statement.block.is_none()
        {
            self.put(map, field.name, span, Node::new(*list, Value::List(Vec::new())), scope);
            return;
        }
        let Some(block) = self.block_of(statement, &field.ty) else { return };
        let mut fields = Map::default();
        match item {
            FieldType::Object(object) => self.fields(object, block, &mut fields, scope),
            FieldType::Map(inner) => self.entries(inner, block, &mut fields, scope),
            _ => {}
        }
        let node = Node::new(statement.span, Value::Map(fields));
        match map.get_mut(field.name) {
            Some(Node { value: Value::List(items), .. }) => items.push(node),
            _ => {
                let list = Node::new(span, Value::List(vec![node]));
                self.put(map, field.name, span, list, scope);
            }
        }
    }

    /// The map under a key, new or to be merged into.
    fn nested<'m>(
        &mut self,
        map: &'m mut Map,
        key: &'static str,
        statement: &Statement,
        scope: &Scope,
    ) -> Option<&'m mut Map> {
        let at = if let Some(at) = map.entries.iter().position(|entry| entry.key == key) {
            let entry = &mut map.entries[at];
            if entry.layer == scope.layer && !self.is_recording() {
                let before = entry.key_span;
                self.duplicate(key, statement.name.span, before);
                return None;
            }
            entry.layer = scope.layer;
            entry.key_span = statement.name.span;
            at
        } else {
            let layer = scope.layer;
            let node = Node::map(statement.span);
            map.entries.push(crate::object::MapEntry {
                key: key.into(),
                key_span: statement.name.span,
                layer,
                node,
            });
            map.entries.len() - 1
        };
        Some(map.entries[at].node.map_mut())
    }

    /// Sets a key of a map with free keys for each statement of a block.
    pub(super) fn entries(&mut self, item: &'static FieldType, block: &Block, map: &mut Map, scope: &Scope) {
        if matches!(item, FieldType::Text) && self.list_form(block, "keys") {
            return;
        }
        let mut read = Vec::with_capacity(block.statements.len());
        self.each(&block.statements, scope, |resolver, statement, live| {
            if statement.broken && !resolver.is_recording() {
                return;
            }
            let key = statement.name.text.clone();
            let node = match item {
                FieldType::Text => {
                    let Some(value) = resolver.one_value(statement, item) else { return };
                    resolver.refer_by_annotation(&statement.name, value);
                    resolver.plain_text(value, scope)
                }
                FieldType::List(inner) => {
                    let Some(value) = resolver.one_value(statement, item) else { return };
                    resolver.list(value, inner, &key, scope)
                }
                _ => {
                    let Some(value) = resolver.one_value(statement, item) else { return };
                    resolver.scalar(value, item, &key, scope)
                }
            };
            if live {
                read.push((key, statement.name.span, node));
            }
        });
        for (key, span, before) in map.insert_all(scope.layer, read) {
            self.duplicate(&key, span, before);
        }
    }

    /// Text, or a number or boolean as spelled: what string maps and variables accept.
    pub(super) fn plain_text(&mut self, value: &tree::SyntaxValue, scope: &Scope) -> Node {
        let Evaluated { constant, span } = match &value.kind {
            ValueKind::List(_) => Evaluated { constant: Constant::List(Vec::new()), span: value.span },
            _ => self.evaluate(value, scope),
        };
        match constant.spelled() {
            Some(text) => Node::text(span, text),
            None if constant == Constant::Unknown => Node::new(span, Value::Unresolved),
            None => {
                self.report(mismatch(span, "text, a number, `true` or `false`", &constant.describe()));
                Node::new(span, Value::Unresolved)
            }
        }
    }

    /// A list of plain values.
    fn list(
        &mut self,
        value: &tree::SyntaxValue,
        item: &'static FieldType,
        key: &str,
        scope: &Scope,
    ) -> Node {
        let items = match &value.kind {
            ValueKind::List(items) => {
                items.iter().map(|item_value| self.scalar(item_value, item, key, scope)).collect()
            }
            ValueKind::Word(_) => match self.evaluate(value, scope) {
                Evaluated { constant: Constant::List(items), .. } => {
                    items.iter().map(|evaluated| self.convert_scalar(evaluated, item, key)).collect()
                }
                Evaluated { constant: Constant::Unknown, span } => return Node::new(span, Value::Unresolved),
                _ => return self.not_a_list(value, key),
            },
            _ => return self.not_a_list(value, key),
        };
        Node::new(value.span, Value::List(items))
    }

    fn not_a_list(&mut self, value: &tree::SyntaxValue, key: &str) -> Node {
        let written = self.spelling(value.span);
        let mut diagnostic = mismatch(value.span, "a list such as `[a, b]`", "a single value");
        let text = match &value.kind {
            ValueKind::Text(pieces) => match &**pieces {
                [Piece::Text(text)] => text.as_str(),
                _ => "",
            },
            _ => "",
        };
        let is_command = matches!(key, "command" | "args");
        let words = command::split(text).unwrap_or_default();
        diagnostic = if is_command && words.len() > 1 {
            let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
            let list = format!("[{}]", words.join(", "));
            diagnostic.fix("split it into words", value.span, list, Applicability::Safe)
        } else {
            // A program's name has no spaces, and what is between commas was hardly ever meant as one item.
            let is_one = !text.contains([' ', ',']);
            let applicability = if is_one { Applicability::Safe } else { Applicability::Unsafe };
            diagnostic.fix("make it a list", value.span, format!("[{written}]"), applicability)
        };
        if is_command && !text.is_empty() && words.is_empty() {
            diagnostic = diagnostic.help("write `script` for a command that needs a shell");
            diagnostic.fix = None;
        }
        self.report(diagnostic);
        Node::new(value.span, Value::Unresolved)
    }

    /// A block of free JSON.
    fn free(&mut self, block: &Block, scope: &Scope) -> Node {
        let mut map = Map::default();
        self.each(&block.statements, scope, |resolver, statement, live| {
            let node = match (&statement.block, statement.values.as_slice()) {
                (Some(block), []) => resolver.free(block, scope),
                (None, [value]) => resolver.plain_text(value, scope),
                _ => return,
            };
            if live {
                resolver.put(&mut map, statement.name.text.clone(), statement.name.span, node, scope);
            }
        });
        Node::new(block.span, Value::Map(map))
    }

    /// Sets a key once in each layer.
    pub(super) fn put(
        &mut self,
        map: &mut Map,
        key: impl Into<SmolStr>,
        span: Span,
        node: Node,
        scope: &Scope,
    ) {
        let key = key.into();
        if let Err(before) = map.insert(key.clone(), span, scope.layer, node) {
            self.duplicate(&key, span, before);
        }
    }

    /// Reports a statement that appears twice in one block, or next to another one that sets the same.
    pub(super) fn duplicate(&mut self, name: &str, span: Span, before: Span) {
        let (written, first) = (self.spelling(span), self.spelling(before));
        let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let diagnostic = if written == first || !word(&written) {
            let name = if word(&written) { &written } else { name };
            Diagnostic::error(
                Code::DuplicateStatement,
                span,
                format!("`{}` appears twice in one block", name.escape_debug()),
            )
            .here("here again")
            .label(before, "first here")
        } else if word(&first) {
            let headline = format!("`{written}` cannot be combined with `{first}`");
            Diagnostic::error(Code::DuplicateStatement, span, headline)
                .here("the second of the two")
                .label(before, "the first")
        } else {
            Diagnostic::error(Code::DuplicateStatement, span, format!("`{written}` is set twice"))
                .here("here again")
                .label(before, "first here")
        };
        self.report(diagnostic.help("keep one of the two"));
    }

    /// The block of a statement that needs one.
    fn block_of<'a>(&mut self, statement: &'a Statement, ty: &FieldType) -> Option<&'a Block> {
        let name = &statement.name.text;
        if let Some(value) = statement.values.first() {
            let span = value.span.to(statement.values[statement.values.len() - 1].span);
            let each = if matches!(ty, FieldType::List(_)) { ", once for each item" } else { "" };
            let inside = main_field(ty).map_or("…".to_owned(), |field| format!("{field} …"));
            let headline = format!("`{name}` accepts a block, not a value");
            let error = Diagnostic::error(Code::UnexpectedValue, span, headline).here("not expected");
            self.report(match (main_field(ty), statement.values.as_slice(), &statement.block) {
                (Some(field), [value], None) if !is_long_list(value) => {
                    let only = match &value.kind {
                        ValueKind::List(items) => items.first().map_or(span, |item| item.span),
                        _ => span,
                    };
                    let text = format!("{{ {field} {} }}", self.spelling(only));
                    let title = format!("write `{name} {text}`");
                    error.help(title.clone()).fix(title, span, text, Applicability::Safe)
                }
                _ => error.help(format!("write `{name} {{ {inside} }}`{each}")),
            });
            if !self.is_recording() {
                return None;
            }
        }
        if statement.block.is_none() {
            self.report(
                Diagnostic::error(Code::MissingBlock, statement.name.span, format!("`{name}` needs a block"))
                    .here("expected `{ … }` after this"),
            );
        }
        statement.block.as_deref()
    }

    /// The value of a statement that accepts exactly one.
    pub(super) fn one_value<'a>(
        &mut self,
        statement: &'a Statement,
        ty: &FieldType,
    ) -> Option<&'a tree::SyntaxValue> {
        let name = &statement.name.text;
        if self.is_recording() {
            return statement.values.first();
        }
        if let Some(block) = &statement.block {
            self.report(
                Diagnostic::error(
                    Code::UnexpectedBlock,
                    block.span,
                    format!("`{}` does not accept a block", name.escape_debug()),
                )
                .here(format!("expected {}", phrase(ty, name))),
            );
            return None;
        }
        match statement.values.as_slice() {
            [value] => Some(value),
            [] => {
                self.report(
                    Diagnostic::error(
                        Code::MissingValue,
                        statement.name.span,
                        format!("`{}` needs a value", name.escape_debug()),
                    )
                    .here(format!("expected {} after this", phrase(ty, name))),
                );
                None
            }
            [_, rest @ ..] => {
                let span = rest[0].span.to(rest[rest.len() - 1].span);
                let headline = format!("`{}` accepts only one value", name.escape_debug());
                let mut diagnostic =
                    Diagnostic::error(Code::UnexpectedValue, span, headline).here("not expected");
                if rest.len() > 1 && matches!(rest[0].kind, ValueKind::Word(_)) {
                    let next = self.spelling(rest[0].span);
                    diagnostic = diagnostic.help(format!(
                        "put `;` or a line break before `{next}` if it begins another statement"
                    ));
                }
                self.report(diagnostic);
                None
            }
        }
    }

    /// Reports what the target version of Kubernetes does not have.
    pub(super) fn supported(&mut self, since: &Availability, what: impl FnOnce() -> String, span: Span) {
        let version = self.version;
        match since.in_version(version) {
            Support::Supported => {}
            Support::Absent => {
                let what = what();
                // A version whose gate is off by default would drop it.
                let from = since.on.unwrap_or(since.from);
                self.report(
                    Diagnostic::error(Code::FieldTooNew, span, format!("{what} needs Kubernetes {from}"))
                        .here(format!("not known to Kubernetes {version}"))
                        .help(format!("compile with `--kube {from}`, or remove it")),
                );
            }
            Support::GateOff { gate, on_by_default_from } => {
                let what = what();
                let help = match on_by_default_from {
                    Some(from) => format!(
                        "turn on the feature gate {gate} in the cluster; it is on by default from Kubernetes {from}"
                    ),
                    None => format!("turn on the feature gate {gate} in the cluster, or remove {what}"),
                };
                self.report(
                    Diagnostic::warning(
                        Code::FeatureGateOff,
                        span,
                        format!("Kubernetes {version} drops {what} unless the feature gate {gate} is on"),
                    )
                    .here("off by default")
                    .help(help),
                );
            }
        }
    }

    /// Like [`Resolver::supported`], for a value, which Kubernetes refuses instead of dropping if its gate is off.
    pub(super) fn supported_value(
        &mut self,
        since: &Availability,
        what: impl FnOnce() -> String,
        span: Span,
    ) {
        let Support::GateOff { gate, on_by_default_from } = since.in_version(self.version) else {
            return self.supported(since, what, span);
        };
        let what = what();
        let headline =
            format!("Kubernetes {} refuses {what} unless the feature gate {gate} is on", self.version);
        let help = match on_by_default_from {
            Some(from) => format!("compile with `--kube {from}`, or use another value"),
            None => "use another value; no version turns the gate on by default".to_owned(),
        };
        self.report(
            Diagnostic::error(Code::FeatureGateOff, span, headline).here("off by default").help(help),
        );
    }
}

/// The field of an object that a value without a block probably means.
fn main_field(ty: &FieldType) -> Option<&'static str> {
    match object_of(ty)?.fields {
        [only] => Some(only.name),
        fields => fields.iter().map(|field| field.name).find(|name| matches!(*name, "type" | "name")),
    }
}

/// The object that each block of a field describes.
pub(super) fn object_of(ty: &FieldType) -> Option<&'static ObjectSchema> {
    match ty {
        FieldType::Object(object) | FieldType::List(FieldType::Object(object)) => Some(object),
        _ => None,
    }
}

/// Whether a value is a list that does not have exactly one item.
fn is_long_list(value: &tree::SyntaxValue) -> bool {
    matches!(&value.kind, ValueKind::List(items) if items.len() != 1)
}

/// Marks a field as set though not understood, so that it is not reported as missing.
fn settle(object: &ObjectSchema, field: Option<&str>, statement: &Statement, map: &mut Map) {
    if let Some(field) = field.and_then(|field| object.field(field))
        && map.get(field.name).is_none()
    {
        map.set(field.name, statement.name.span, Node::new(statement.span, Value::Unresolved));
    }
}
