//! Resolves `env { … }`: variables and the sources of their values.

use super::draft::Draft;
use super::resolve::Resolver;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::object::{Map, Node, Value};
use crate::source::Span;
use crate::statement::{StatementPlace, StatementSpec, ValueType};
use crate::syntax::tree::{self, Argument, Statement, ValueKind};
use crate::vocabulary::{self, Effect, Row};
use smol_str::SmolStr;

/// A source of a variable's value: a function, its parameters, and their fields in the API.
struct VariableSource {
    function: &'static str,
    /// The field of `valueFrom`.
    field: &'static str,
    /// The positional parameters, each with its field.
    positional: &'static [(&'static str, &'static str)],
    /// The named parameters, each with its meaning.
    named: &'static [(&'static str, &'static str)],
    /// What value it gives.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    meaning: &'static str,
}

/// A function that gives a variable its value.
pub(crate) struct Function {
    /// What value it gives.
    pub meaning: &'static str,
    /// Its positional parameters.
    pub positional: Vec<&'static str>,
    /// Its named parameters, each with its meaning.
    pub named: &'static [(&'static str, &'static str)],
}

const OPTIONAL: (&str, &str) = (
    "optional",
    "with `true`, the container also starts if there is no such value; the variable is then not set",
);

const SOURCES: &[VariableSource] = &[
    VariableSource {
        function: "secret",
        field: "secretKeyRef",
        positional: &[("name", "name"), ("key", "key")],
        named: &[OPTIONAL],
        meaning: "The value of a key of a Secret in the namespace of the pod, as it is when the container starts.",
    },
    VariableSource {
        function: "configmap",
        field: "configMapKeyRef",
        positional: &[("name", "name"), ("key", "key")],
        named: &[OPTIONAL],
        meaning: "The value of a key of a ConfigMap in the namespace of the pod, as it is when the container starts.",
    },
    VariableSource {
        function: "field",
        field: "fieldRef",
        positional: &[("path", "fieldPath")],
        named: &[("apiVersion", "the version of the API that the path is for; `v1` if it is left out")],
        meaning: "A field of the pod itself, such as `metadata.name` or `status.podIP`.",
    },
    VariableSource {
        function: "resource",
        field: "resourceFieldRef",
        positional: &[("resource", "resource")],
        named: &[
            ("container", "the container whose resource it is; this one if it is left out"),
            (
                "divisor",
                "the unit of the value, such as `1m` for CPU or `1Mi` for memory; `1` if it is left out",
            ),
        ],
        meaning: "A request or a limit of a container, such as `limits.cpu`.",
    },
    VariableSource {
        function: "file",
        field: "fileKeyRef",
        positional: &[("volume", "volumeName"), ("path", "path"), ("key", "key")],
        named: &[OPTIONAL],
        meaning: "The value of a key in an env file on a volume, which must be there when the container starts.",
    },
];

/// The functions that give a variable its value, each with its positional and its named parameters.
pub(crate) fn functions() -> impl Iterator<Item = (&'static str, Vec<&'static str>, Vec<&'static str>)> {
    SOURCES.iter().map(|source| {
        let positional = source.positional.iter().map(|(parameter, _)| *parameter).collect();
        (source.function, positional, source.named.iter().map(|(name, _)| *name).collect())
    })
}

/// The function with a name.
pub(crate) fn function(name: &str) -> Option<Function> {
    let source = SOURCES.iter().find(|source| source.function == name)?;
    let positional = source.positional.iter().map(|(parameter, _)| *parameter).collect();
    Some(Function { meaning: source.meaning, positional, named: source.named })
}

impl Resolver<'_> {
    /// `env { … }`
    pub(super) fn environment(&mut self, draft: &mut Draft, statement: &Statement, scope: &Scope) {
        let Some(block) = &statement.block else { return };
        if self.list_form(block, "variables") {
            return;
        }
        // A layer may set a name twice; a name from the layers below is replaced in its place.
        self.each(&block.statements, scope, |resolver, statement, live| {
            if statement.broken && !resolver.is_recording() {
                return;
            }
            let row = vocabulary::row(StatementPlace::Environment, &statement.name.text)
                .filter(|_| !statement.name.quoted);
            let node = match row {
                Some(Row { entry, effect }) => match effect {
                    Effect::EnvFrom => {
                        let node = resolver.env_from(entry, statement, scope);
                        draft.env_from.extend(node.filter(|_| live));
                        return;
                    }
                    // Branches have been resolved already; all others belong elsewhere.
                    Effect::When
                    | Effect::Else
                    | Effect::File(_)
                    | Effect::Workload(_)
                    | Effect::Container(_)
                    | Effect::Defaults => return,
                },
                None => resolver.variable(draft, statement, scope),
            };
            let Some(node) = node.filter(|_| live) else { return };
            let name = |node: &Node| node.get("name").and_then(Node::as_text).map(SmolStr::new);
            let known = draft
                .env
                .iter()
                .position(|(layer, before)| *layer < scope.layer && name(before) == name(&node));
            match known {
                Some(at) => draft.env[at] = (scope.layer, node),
                None => draft.env.push((scope.layer, node)),
            }
        });
    }

    fn variable(&mut self, draft: &mut Draft, statement: &Statement, scope: &Scope) -> Option<Node> {
        let mut fields = Map::default();
        let name = &statement.name;
        fields.set("name", name.span, Node::text(name.span, name.text.clone()));
        if let (Some(block), []) = (&statement.block, statement.values.as_slice()) {
            self.fields(&schema::ENV_VAR, block, &mut fields, scope);
            return Some(Node::new(statement.span, Value::Map(fields)));
        }
        let value = self.one_value(statement, &schema::FieldType::Text)?;
        let (field, node) = self.variable_value(draft, value, scope)?;
        fields.set(field, node.span, node);
        Some(Node::new(statement.span, Value::Map(fields)))
    }

    /// The field of a variable that has its value, and the value.
    pub(super) fn variable_value(
        &mut self,
        draft: &mut Draft,
        value: &tree::SyntaxValue,
        scope: &Scope,
    ) -> Option<(&'static str, Node)> {
        match &value.kind {
            ValueKind::Call(call) => {
                Some(("valueFrom", self.value_from(draft, &call.name, &call.arguments, value.span, scope)?))
            }
            _ => Some(("value", self.plain_text(value, scope))),
        }
    }

    /// The name in `secret("name")`.
    pub(super) fn secret_name(&mut self, value: &tree::SyntaxValue, scope: &Scope) -> Option<Node> {
        if let ValueKind::Call(call) = &value.kind
            && call.name.text == "secret"
            && let [Argument { name: None, values }] = call.arguments.as_slice()
            && let [name] = values.as_slice()
        {
            return Some(self.typed(name, ValueType::Text, scope));
        }
        self.report(
            Diagnostic::error(Code::TypeMismatch, value.span, "expected a whole Secret")
                .here(format!("expected {}", ValueType::Secret.phrase())),
        );
        None
    }

    /// `secret(name, key)` and the like.
    fn value_from(
        &mut self,
        draft: &mut Draft,
        function: &tree::Name,
        arguments: &[Argument],
        span: Span,
        scope: &Scope,
    ) -> Option<Node> {
        let Some(source) = SOURCES.iter().find(|source| source.function == function.text) else {
            let known = SOURCES.iter().map(|source| source.function);
            let expected = super::types::one_of(known.clone());
            self.report(
                Diagnostic::error(
                    Code::UnknownFunction,
                    function.span,
                    format!("unknown source `{}` for the value of a variable", function.text),
                )
                .here(format!("expected text, or {expected}"))
                .did_you_mean(function.span, &function.text, known),
            );
            return None;
        };
        let object = source_object(source.field)?;
        let mut fields = Map::default();
        let mut positions = source.positional.iter();
        for argument in arguments {
            let Some(value) = argument.values.first() else { continue };
            let key = match &argument.name {
                None => positions.next().map(|(_, field)| *field),
                Some(name) => source
                    .positional
                    .iter()
                    .map(|(called, field)| (*called, *field))
                    .chain(source.named.iter().map(|(named, _)| {
                        (*named, if *named == "container" { "containerName" } else { *named })
                    }))
                    .find(|(called, _)| *called == name.text)
                    .map(|(_, field)| field),
            };
            let field = key.and_then(|key| object.field(key));
            let Some(field) = field else {
                self.unknown_argument(source, argument, value.span);
                continue;
            };
            let node = if field.name == "volumeName" {
                self.volume_of_file(draft, value, scope)
            } else {
                self.refer_by_field(object, field, value);
                self.scalar(value, &field.ty, if field.name == "divisor" { "" } else { field.name }, scope)
            };
            let at = argument.name.as_ref().map_or(value.span, |name| name.span);
            self.put(&mut fields, field.name, at, node, scope);
        }
        for (called, field) in source.positional {
            if fields.get(field).is_none() {
                self.report(
                    Diagnostic::error(
                        Code::MissingArgument,
                        span,
                        format!("`{}` needs a {called}", source.function),
                    )
                    .here(format!("expected `{}`", signature(source))),
                );
                return None;
            }
        }
        let mut from = Map::default();
        if let Some(field) = schema::object("EnvVarSource").and_then(|object| object.field(source.field)) {
            self.supported_value(&field.since, || format!("`{}(…)`", source.function), function.span);
        }
        from.set(source.field, span, Node::new(span, Value::Map(fields)));
        Some(Node::new(span, Value::Map(from)))
    }

    /// The volume in `file(V, …)`, to be resolved once all volumes are known.
    fn volume_of_file(&mut self, draft: &mut Draft, value: &tree::SyntaxValue, scope: &Scope) -> Node {
        match self.reference(value, ValueType::Volume, scope) {
            Some(volume) => {
                let node = Node::text(volume.span, volume.name.to_string());
                draft.files.push(volume);
                node
            }
            None => Node::new(value.span, Value::Unresolved),
        }
    }

    fn unknown_argument(&mut self, source: &VariableSource, argument: &Argument, value: Span) {
        let known = source
            .positional
            .iter()
            .map(|(called, _)| *called)
            .chain(source.named.iter().map(|(named, _)| *named));
        let diagnostic = match &argument.name {
            None => Diagnostic::error(
                Code::UnknownArgument,
                value,
                format!("`{}` accepts no more arguments", source.function),
            )
            .here("one too many"),
            Some(name) => Diagnostic::error(
                Code::UnknownArgument,
                name.span,
                format!("`{}` has no parameter `{}`", source.function, name.text),
            )
            .here("not a parameter")
            .did_you_mean(name.span, &name.text, known),
        };
        self.report(diagnostic.help(format!("write `{}`", signature(source))));
    }

    /// `from secret("x") [prefix "P_"]`
    fn env_from(
        &mut self,
        entry: &'static StatementSpec,
        statement: &Statement,
        scope: &Scope,
    ) -> Option<Node> {
        let head = self.head(entry, statement)?;
        let value = head.all().first()?.value;
        let ValueKind::Call(call) = &value.kind else {
            self.report(
                Diagnostic::error(
                    Code::TypeMismatch,
                    value.span,
                    "expected a Secret or a ConfigMap to take variables from",
                )
                .here(format!("expected {}", ValueType::Source.phrase())),
            );
            return None;
        };
        let (function, arguments) = (&call.name, &call.arguments);
        let field = match function.text.as_str() {
            "secret" => "secretRef",
            "configmap" => "configMapRef",
            _ => {
                self.report(
                    Diagnostic::error(
                        Code::UnknownFunction,
                        function.span,
                        format!("unknown source `{}` of variables", function.text),
                    )
                    .here(format!("expected {}", ValueType::Source.phrase()))
                    .did_you_mean(function.span, &function.text, ["secret", "configmap"]),
                );
                return None;
            }
        };
        let object =
            schema::object(if field == "secretRef" { "SecretEnvSource" } else { "ConfigMapEnvSource" })?;
        let mut reference = Map::default();
        for argument in arguments {
            let Some(value) = argument.values.first() else { continue };
            let key = argument.name.as_ref().map_or("name", |name| name.text.as_str());
            match object.field(key) {
                Some(field) => {
                    let node = self.scalar(value, &field.ty, field.name, scope);
                    self.put(&mut reference, field.name, value.span, node, scope);
                }
                None => self.report(
                    Diagnostic::error(
                        Code::UnknownArgument,
                        value.span,
                        format!("`{}` has no parameter `{key}`", function.text),
                    )
                    .here("not a parameter")
                    .help("write `secret(\"name\", optional: true)`"),
                ),
            }
        }
        if reference.get("name").is_none() {
            self.report(
                Diagnostic::error(
                    Code::MissingArgument,
                    value.span,
                    format!("`{}` needs a name", function.text),
                )
                .here(format!("expected `{}(\"name\")`", function.text)),
            );
            return None;
        }
        let mut fields = Map::default();
        fields.set(field, value.span, Node::new(value.span, Value::Map(reference)));
        if let Some(prefix) = head.value("prefix") {
            let node = self.typed(prefix.value, prefix.ty, scope);
            fields.set("prefix", node.span, node);
        }
        Some(Node::new(statement.span, Value::Map(fields)))
    }
}

fn source_object(field: &str) -> Option<&'static schema::ObjectSchema> {
    let field = schema::object("EnvVarSource")?.field(field)?;
    match &field.ty {
        schema::FieldType::Object(object) => Some(object),
        _ => None,
    }
}

fn signature(source: &VariableSource) -> String {
    let parameters: Vec<String> = source.positional.iter().map(|(called, _)| (*called).to_string()).collect();
    format!("{}({})", source.function, parameters.join(", "))
}
