//! Reads the types of params and of templates' parameters, and checks values against them.

use super::QualifiedName;
use super::qualified::Named;
use super::record::NameKind;
use super::resolve::Resolver;
use super::scope::{Constant, Evaluated, Scope, written_in};
use super::types::{Unit, int, one_of, quantity, seconds};
use crate::diagnostic::{Applicability, Code, Diagnostic, change_to, nearest};
use crate::source::Span;
use crate::statement::ValueType;
use crate::syntax::tree::{Operator, Piece, SyntaxValue, ValueKind};
use smol_str::SmolStr;
use std::sync::Arc;

/// The type of a `param` or of a template's parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ParameterType {
    Int,
    Bool,
    /// `string`, `image` or `url`; messages need the word.
    Text(&'static str),
    Cpu,
    Memory,
    Duration,
    Path,
    Port,
    Volume,
    Container,
    Enumeration(Vec<SmolStr>),
    /// Missing or malformed, which has been reported. Every value fits, and none is known.
    Unread,
}

/// The words for types.
pub(super) const TYPES: &[(&str, ParameterType)] = &[
    ("int", ParameterType::Int),
    ("bool", ParameterType::Bool),
    ("string", ParameterType::Text("string")),
    ("cpu", ParameterType::Cpu),
    ("memory", ParameterType::Memory),
    ("duration", ParameterType::Duration),
    ("image", ParameterType::Text("image")),
    ("url", ParameterType::Text("url")),
    ("path", ParameterType::Path),
    ("port", ParameterType::Port),
    ("volume", ParameterType::Volume),
    ("container", ParameterType::Container),
];

/// The words for types, each with a phrase for its values.
pub fn parameter_types() -> impl Iterator<Item = (&'static str, String)> {
    TYPES.iter().map(|(word, ty)| (*word, ty.phrase()))
}

impl ParameterType {
    /// The constant of this type that a setting's text means.
    pub(super) fn constant_of(&self, text: &str) -> Constant {
        match self {
            Self::Int | Self::Cpu | Self::Memory | Self::Duration | Self::Port => {
                Constant::Number(text.into())
            }
            Self::Bool => match text {
                "true" => Constant::Bool(true),
                "false" => Constant::Bool(false),
                _ => Constant::Text(text.into()),
            },
            Self::Path => Constant::Path(text.into()),
            Self::Text(_) | Self::Volume | Self::Container | Self::Enumeration(_) => {
                Constant::Text(text.into())
            }
            Self::Unread => Constant::Unknown,
        }
    }

    pub(super) fn phrase(&self) -> String {
        match self {
            Self::Int => "a whole number".into(),
            Self::Bool => "`true` or `false`".into(),
            Self::Text(_) => "text in quotes".into(),
            Self::Cpu => ValueType::Cpu.phrase(),
            Self::Memory => ValueType::Memory.phrase(),
            Self::Duration => ValueType::Seconds.phrase(),
            Self::Path => ValueType::Path.phrase(),
            Self::Port => ValueType::Port.phrase(),
            Self::Volume => ValueType::Volume.phrase(),
            Self::Container => ValueType::Container.phrase(),
            Self::Enumeration(values) => one_of(values.iter().map(SmolStr::as_str)),
            Self::Unread => "a value".into(),
        }
    }
}

impl ParameterType {
    /// The values of an enumeration.
    pub(super) fn members(&self) -> Option<Arc<[SmolStr]>> {
        match self {
            Self::Enumeration(values) => Some(values.as_slice().into()),
            _ => None,
        }
    }
}

impl Resolver<'_> {
    /// Reads `type [= default]`.
    pub(super) fn parameter_type<'v>(
        &mut self,
        values: &'v [SyntaxValue],
        at: Span,
        in_template: bool,
    ) -> Option<(ParameterType, Option<&'v SyntaxValue>)> {
        let assign =
            values.iter().position(|value| matches!(value.kind, ValueKind::Operator(Operator::Assign)));
        let (ty, default) = match assign {
            Some(at) => (&values[..at], &values[at + 1..]),
            None => (values, &[][..]),
        };
        let ty = match ty {
            [SyntaxValue { kind: ValueKind::Word(word), span }] => {
                let known = TYPES.iter().filter(|(_, ty)| {
                    in_template || !matches!(ty, ParameterType::Volume | ParameterType::Container)
                });
                match known.clone().find(|(name, _)| name == word) {
                    Some((_, ty)) => ty.clone(),
                    None => {
                        let diagnostic =
                            Diagnostic::error(Code::UnknownType, *span, format!("unknown type `{word}`"))
                                .here(format!("expected {}", one_of(known.clone().map(|(name, _)| *name))));
                        let meant = match word.as_str() {
                            "str" | "text" | "String" => Some("string"),
                            "integer" | "number" | "i32" => Some("int"),
                            "boolean" => Some("bool"),
                            "bytes" => Some("memory"),
                            _ => None,
                        };
                        self.report(match meant {
                            _ if TYPES.iter().any(|(name, _)| name == word) => {
                                diagnostic.help("use this type only for a parameter of a template")
                            }
                            Some(meant) => {
                                diagnostic.fix(format!("write `{meant}`"), *span, meant, Applicability::Safe)
                            }
                            None => diagnostic.did_you_mean(*span, word, known.map(|(name, _)| *name)),
                        });
                        return None;
                    }
                }
            }
            _ => ParameterType::Enumeration(self.enumeration(ty, at)?),
        };
        match (assign, default) {
            (None, _) => Some((ty, None)),
            (Some(_), [default]) => Some((ty, Some(default))),
            (Some(assign), _) => {
                self.report(
                    Diagnostic::error(
                        Code::MalformedDeclaration,
                        values[assign].span,
                        "a default must be one value",
                    )
                    .here("expected one value after this"),
                );
                None
            }
        }
    }

    /// `"a" | "b"`
    fn enumeration(&mut self, values: &[SyntaxValue], at: Span) -> Option<Vec<SmolStr>> {
        let mut names = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let separator = index % 2 == 1;
            match &value.kind {
                ValueKind::Operator(Operator::Bar) if separator => {}
                ValueKind::Text(pieces) if !separator => match &**pieces {
                    [Piece::Text(text)] => names.push(text.clone()),
                    _ => break,
                },
                _ => break,
            }
        }
        if names.is_empty() || values.len() != 2 * names.len() - 1 {
            let span = values.first().map_or(at, |first| first.span.to(values[values.len() - 1].span));
            self.report(
                Diagnostic::error(Code::MalformedDeclaration, span, "expected a type")
                    .here("expected a type such as `string`, or values such as `\"dev\" | \"prod\"`"),
            );
            return None;
        }
        Some(names)
    }

    /// The constant of an argument, if it has the type of its parameter.
    pub(super) fn argument(&mut self, value: &SyntaxValue, ty: &ParameterType, scope: &Scope) -> Evaluated {
        if matches!(ty, ParameterType::Unread) {
            return Evaluated { constant: Constant::Unknown, span: value.span };
        }
        let evaluated = match (&value.kind, ty) {
            (ValueKind::Word(word), ParameterType::Volume | ParameterType::Container) => {
                match self.lookup(word, scope) {
                    Some(binding) if binding.reference => {
                        let (declared, kind, handed) =
                            (binding.declared, binding.kind, binding.value.clone());
                        self.bind_word(value.span, declared, kind);
                        handed
                    }
                    _ => Evaluated { constant: Constant::Word(word.clone()), span: value.span },
                }
            }
            (ValueKind::Word(word), ParameterType::Enumeration(values)) if values.contains(word) => {
                Evaluated { constant: Constant::Text(word.clone()), span: value.span }
            }
            (_, ParameterType::Text(_)) => self.evaluate(value, scope),
            _ => self.evaluate_as(value, || ty.phrase(), scope),
        };
        self.record_handed(value, &evaluated, ty, scope);
        if evaluated.constant == Constant::Unknown {
            return evaluated;
        }
        match Self::fits(&evaluated, ty) {
            Ok(constant) => Evaluated { constant, ..evaluated },
            Err(hint) => {
                let Evaluated { constant, span } = evaluated;
                let near = match (&constant, ty) {
                    (Constant::Text(text), ParameterType::Enumeration(values)) => {
                        nearest(text, values.iter().map(SmolStr::as_str))
                    }
                    _ => None,
                };
                let fits = |constant| Self::fits(&Evaluated { constant, span }, ty).is_ok();
                if let Some(diagnostic) = self.misfit(span, &constant, &ty.phrase(), hint, fits) {
                    self.report(match near {
                        Some(near) => diagnostic.fix(
                            change_to(near),
                            span,
                            format!("\"{near}\""),
                            Applicability::Unsafe,
                        ),
                        None => diagnostic,
                    });
                }
                Evaluated { constant: Constant::Unknown, span }
            }
        }
    }

    /// Records the volume or the container that is passed to a parameter.
    fn record_handed(
        &mut self,
        value: &SyntaxValue,
        evaluated: &Evaluated,
        ty: &ParameterType,
        scope: &Scope,
    ) {
        let kind = match ty {
            ParameterType::Volume => NameKind::Volume,
            ParameterType::Container => NameKind::Container,
            _ => return,
        };
        if let Constant::Word(text) | Constant::Text(text) = &evaluated.constant {
            let name = QualifiedName::read(text);
            self.refer(&Named { name, span: evaluated.span, inside: written_in(value, scope) }, kind);
        }
    }

    /// The constant as a value of the type; the error is a hint, if there is one.
    pub(super) fn fits(evaluated: &Evaluated, ty: &ParameterType) -> Result<Constant, Option<String>> {
        let ok = match (ty, &evaluated.constant) {
            (ParameterType::Bool, Constant::Bool(_))
            | (ParameterType::Text(_), Constant::Text(_))
            | (ParameterType::Path, Constant::Path(_))
            | (ParameterType::Volume | ParameterType::Container, Constant::Word(_)) => true,
            (ParameterType::Path, Constant::Text(text)) => text.starts_with('/'),
            (ParameterType::Int, Constant::Number(text)) => int(text, i64::MIN, i64::MAX).map(|_| true)?,
            (ParameterType::Port, Constant::Number(text)) => int(text, 1, 65535).map(|_| true)?,
            (ParameterType::Cpu, Constant::Number(text)) => quantity(text, Unit::Cpu).map(|_| true)?,
            (ParameterType::Memory, Constant::Number(text)) => quantity(text, Unit::Bytes).map(|_| true)?,
            (ParameterType::Duration, Constant::Number(text)) => seconds(text).map(|_| true)?,
            (ParameterType::Volume | ParameterType::Container, Constant::Text(text)) => {
                return Ok(Constant::Word(text.clone()));
            }
            (ParameterType::Enumeration(values), Constant::Text(text)) => values.contains(text),
            _ => false,
        };
        if ok { Ok(evaluated.constant.clone()) } else { Err(None) }
    }
}
