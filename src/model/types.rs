//! Converts values to the types that their places expect.

use super::resolve::Resolver;
use super::respelled::{Respelled, respelled};
use super::scope::{Binding, Constant, Evaluated, Scope};
pub(super) use crate::diagnostic::phrase::either as one_of;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::schema::{EnumValue, FieldType};
use crate::kubernetes::timestamp;
use crate::object::{Node, Value};
use crate::source::Span;
use crate::statement::ValueType;
use crate::syntax::tree::{self, ValueKind};

impl Resolver<'_> {
    /// The node that a value of a head becomes.
    pub(super) fn typed(&mut self, value: &tree::SyntaxValue, ty: ValueType, scope: &Scope) -> Node {
        if matches!(
            ty,
            ValueType::Name
                | ValueType::Volume
                | ValueType::MountedVolume(_)
                | ValueType::Container
                | ValueType::PortRef
        ) {
            let node = self.named(value, ty, scope);
            if let (ValueType::PortRef, Some(text)) = (ty, node.as_text()) {
                self.refer_to_port(text, node.span);
            }
            return node;
        }
        let evaluated = match ty {
            ValueType::Text | ValueType::TextOrList | ValueType::TextList => self.evaluate(value, scope),
            _ => self.evaluate_as(value, || ty.phrase(), scope),
        };
        self.convert(&evaluated, ty)
    }

    /// A declared or referenced name: a word as written, or text.
    fn named(&mut self, value: &tree::SyntaxValue, ty: ValueType, scope: &Scope) -> Node {
        if let ValueKind::Word(word) = &value.kind {
            let bound = self.lookup(word, scope);
            let is_meant = |binding: &&Binding| binding.reference || ty == ValueType::PortRef;
            if let Some((declared, kind)) = bound.filter(is_meant).map(|bound| (bound.declared, bound.kind)) {
                self.bind_word(value.span, declared, kind);
            }
            return match self.lookup(word, scope) {
                Some(binding) if binding.reference || (ty == ValueType::PortRef && binding.argument) => {
                    let evaluated =
                        Evaluated { constant: binding.value.constant.clone(), span: binding.value.span };
                    self.convert(&evaluated, ty)
                }
                Some(binding) if ty == ValueType::PortRef => {
                    let evaluated = Evaluated { constant: binding.value.constant.clone(), span: value.span };
                    self.convert(&evaluated, ty)
                }
                _ => Node::text(value.span, word.clone()),
            };
        }
        // The items of a list are not evaluated where a name is expected.
        let evaluated = match &value.kind {
            ValueKind::List(_) => Evaluated { constant: Constant::List(Vec::new()), span: value.span },
            _ => self.evaluate(value, scope),
        };
        self.convert(&evaluated, ty)
    }

    /// The node that a constant becomes where a type is expected.
    pub(super) fn convert(&mut self, evaluated: &Evaluated, ty: ValueType) -> Node {
        self.node(evaluated, || ty.phrase(), |constant| converted(constant, ty))
    }

    /// The node of a converted constant; a constant that cannot be converted is reported.
    fn node(
        &mut self,
        Evaluated { constant, span }: &Evaluated,
        expected: impl Fn() -> String,
        convert: impl Fn(&Constant) -> Result<Value, Option<String>>,
    ) -> Node {
        let value = convert(constant).unwrap_or_else(|hint| {
            let fits = |constant: Constant| convert(&constant).is_ok();
            if let Some(diagnostic) = self.misfit(*span, constant, &expected(), hint, fits) {
                self.report(diagnostic);
            }
            Value::Unresolved
        });
        Node::new(*span, value)
    }

    /// The error about a constant that was not expected; `fits` tells whether another one would be accepted.
    pub(super) fn misfit(
        &self,
        span: Span,
        constant: &Constant,
        expected: &str,
        hint: Option<String>,
        fits: impl Fn(Constant) -> bool,
    ) -> Option<Diagnostic> {
        let written = self.spelling(span);
        // Text without quotes that is not a word has been reported.
        if matches!(constant, Constant::Text(text) if *text == written && text.contains(ends_word)) {
            return None;
        }
        let mut diagnostic = mismatch(span, expected, &constant.describe());
        if let Some(hint) = hint {
            diagnostic = diagnostic.help(hint);
        }
        Some(match constant {
            Constant::Number(text) if *text == written && fits(Constant::Text(text.clone())) => {
                // An amount is hardly ever meant as text.
                let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                let applicability = if is_plain { Applicability::Safe } else { Applicability::Unsafe };
                diagnostic.fix("put it in quotes", span, format!("\"{text}\""), applicability)
            }
            Constant::Number(text) if *text == written => {
                let fits = |meant: &Respelled| fits(Constant::Number(meant.text.clone().into()));
                match respelled(text).into_iter().find(fits) {
                    Some(Respelled { title, text, applicability }) => {
                        diagnostic.help.clear();
                        diagnostic.fix(title, span, text, applicability)
                    }
                    None => diagnostic,
                }
            }
            Constant::Text(text) if written.len() == text.len() + 2 => {
                let truth = match text.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" => Some(true),
                    "false" | "no" | "off" => Some(false),
                    _ => None,
                };
                if let Some(truth) = truth.filter(|truth| fits(Constant::Bool(*truth))) {
                    diagnostic.fix("remove the quotes", span, truth.to_string(), Applicability::Safe)
                } else if fits(Constant::Number(text.clone())) {
                    diagnostic.fix("remove the quotes", span, text.clone(), Applicability::Safe)
                } else {
                    diagnostic
                }
            }
            _ => diagnostic,
        })
    }

    /// The node of a plain value of a Kubernetes field.
    pub(super) fn scalar(
        &mut self,
        value: &tree::SyntaxValue,
        ty: &'static FieldType,
        key: &str,
        scope: &Scope,
    ) -> Node {
        if let FieldType::Enum(values) = ty {
            return self.enumerated(value, values, scope);
        }
        let evaluated = match ty {
            FieldType::Text | FieldType::Time | FieldType::IntOrString => self.evaluate(value, scope),
            _ => self.evaluate_as(value, || phrase(ty, key), scope),
        };
        self.convert_scalar(&evaluated, ty, key)
    }

    /// The node that a constant becomes as a Kubernetes field.
    pub(super) fn convert_scalar(
        &mut self,
        evaluated: &Evaluated,
        ty: &'static FieldType,
        key: &str,
    ) -> Node {
        self.node(evaluated, || phrase(ty, key), |constant| converted_scalar(constant, ty, key))
    }

    /// Reports a word that is both an accepted value and a name that the author declared.
    pub(super) fn ambiguous(&mut self, word: &str, span: Span, declared: Span) {
        self.report(
            Diagnostic::error(
                Code::AmbiguousWord,
                span,
                format!("`{word}` is both a value for this place and a declared name"),
            )
            .here("could mean either")
            .label(declared, "declared here")
            .help("give the `let` or `param` another name"),
        );
    }

    /// A word or a text that must be one of an enumeration's values.
    fn enumerated(&mut self, value: &tree::SyntaxValue, values: &'static [EnumValue], scope: &Scope) -> Node {
        let names = || values.iter().map(|value| value.name);
        let (found, span) = match &value.kind {
            ValueKind::Word(word) => {
                let member = names().any(|name| name == word);
                let bound = self.lookup(word, scope).map(|binding| binding.declared);
                match (member, bound) {
                    (true, Some(declared)) => {
                        self.ambiguous(word, value.span, declared);
                        return Node::new(value.span, Value::Unresolved);
                    }
                    (false, Some(_)) => {
                        let evaluated = self.evaluate(value, scope);
                        (evaluated.constant, evaluated.span)
                    }
                    _ => (Constant::Text(word.clone()), value.span),
                }
            }
            _ => {
                let evaluated = self.evaluate(value, scope);
                (evaluated.constant, evaluated.span)
            }
        };
        let text = match &found {
            Constant::Text(text) | Constant::Word(text) => text.clone(),
            Constant::Unknown => return Node::new(span, Value::Unresolved),
            other => {
                let expected = one_of(names());
                if let Some(diagnostic) = self.misfit(span, other, &expected, None, |_| false) {
                    self.report(diagnostic);
                }
                return Node::new(span, Value::Unresolved);
            }
        };
        match values.iter().find(|value| value.name == text) {
            Some(member) => {
                self.supported_value(&member.since, || format!("`{text}`"), span);
                Node::text(span, text)
            }
            None => {
                let folded = names().find(|name| name.eq_ignore_ascii_case(&text));
                let diagnostic = Diagnostic::error(
                    Code::UnknownValue,
                    span,
                    format!("unknown value `{}`", text.escape_debug()),
                )
                .here(format!("expected {}", one_of(names())));
                self.report(match folded {
                    Some(name) => diagnostic.change_case(span, name),
                    None => diagnostic.did_you_mean(span, &text, names()),
                });
                Node::new(span, Value::Unresolved)
            }
        }
    }
}

/// The error about a value that its place does not expect.
pub(super) fn mismatch(span: Span, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, span, format!("expected {expected}, found {found}"))
        .here("this value")
}

/// Whether a character cannot be part of a word.
fn ends_word(char: char) -> bool {
    !char.is_ascii_alphanumeric() && !matches!(char, '_' | '-' | '.')
}

/// A constant as a value of a type; the error is a hint, if there is one.
fn converted(constant: &Constant, ty: ValueType) -> Result<Value, Option<String>> {
    match (ty, constant) {
        (_, Constant::Unknown) => Ok(Value::Unresolved),
        (
            ValueType::Name
            | ValueType::Volume
            | ValueType::MountedVolume(_)
            | ValueType::Container
            | ValueType::PortRef,
            Constant::Text(text) | Constant::Word(text),
        )
        | (
            ValueType::Text | ValueType::TextOrList | ValueType::AnyPath,
            Constant::Text(text) | Constant::Path(text),
        )
        | (ValueType::Path, Constant::Path(text)) => Ok(Value::Text(text.clone())),
        (ValueType::TextList, Constant::List(items)) => {
            let item = |item: &Evaluated| match &item.constant {
                Constant::Text(text) | Constant::Path(text) => Ok(Node::text(item.span, text.clone())),
                Constant::Unknown => Ok(Node::new(item.span, Value::Unresolved)),
                _ => Err(None),
            };
            items.iter().map(item).collect::<Result<_, _>>().map(Value::List)
        }
        // A path with an insertion has to be text.
        (ValueType::Path, Constant::Text(text)) if text.starts_with('/') => Ok(Value::Text(text.clone())),
        (ValueType::Int(low, high), Constant::Number(text)) => int(text, low, high),
        (ValueType::Port | ValueType::PortRef, Constant::Number(text)) => int(text, 1, 65535),
        (ValueType::Cpu, Constant::Number(text)) => quantity(text, Unit::Cpu),
        (ValueType::Memory, Constant::Number(text)) => quantity(text, Unit::Bytes),
        (ValueType::Seconds, Constant::Number(text)) => seconds(text),
        (ValueType::Mode, Constant::Number(text)) => mode(text),
        (ValueType::Container, Constant::List(_)) => {
            Err(Some("write the names one after the other, without brackets".into()))
        }
        _ => Err(None),
    }
}

/// A constant as the value of a Kubernetes field; the error is a hint, if there is one.
fn converted_scalar(constant: &Constant, ty: &FieldType, key: &str) -> Result<Value, Option<String>> {
    let is_mode = matches!(key, "mode" | "defaultMode");
    match (ty, constant) {
        (_, Constant::Unknown) => Ok(Value::Unresolved),
        (FieldType::Bool, Constant::Bool(bool)) => Ok(Value::Bool(*bool)),
        (FieldType::Int32 | FieldType::Int64, Constant::Number(text)) if is_mode => mode(text),
        (FieldType::Int64, Constant::Number(text)) => int(text, i64::MIN, i64::MAX),
        (FieldType::Time, Constant::Text(text)) if timestamp::is_timestamp(text) => {
            Ok(Value::Text(text.clone()))
        }
        (FieldType::Text, Constant::Text(text) | Constant::Path(text))
        | (FieldType::IntOrString, Constant::Text(text)) => Ok(Value::Text(text.clone())),
        (FieldType::IntOrString, Constant::Number(text)) if text.ends_with('%') => {
            Ok(Value::Text(text.clone()))
        }
        (FieldType::Int32 | FieldType::IntOrString, Constant::Number(text)) => {
            int(text, i32::MIN.into(), i32::MAX.into())
        }
        (FieldType::Quantity, Constant::Number(text)) => quantity(text, Unit::of(key)),
        _ => Err(None),
    }
}

/// The type of a field as messages describe what they expect.
pub(super) fn phrase(ty: &FieldType, key: &str) -> String {
    match ty {
        FieldType::Bool => "`true` or `false`".into(),
        FieldType::Int32 | FieldType::Int64 if matches!(key, "mode" | "defaultMode") => {
            ValueType::Mode.phrase()
        }
        FieldType::Int32 | FieldType::Int64 => "a whole number".into(),
        FieldType::Text => "text in quotes".into(),
        FieldType::Time => "text in quotes: a time such as \"2026-01-31T12:00:00Z\"".into(),
        FieldType::IntOrString => "a whole number, a percentage such as `25%`, or text in quotes".into(),
        FieldType::Quantity => match Unit::of(key) {
            Unit::Cpu => ValueType::Cpu.phrase(),
            Unit::Bytes => ValueType::Memory.phrase(),
            Unit::Any => "an amount such as `1` or `500m`".into(),
        },
        FieldType::Enum(values) => one_of(values.iter().map(|value| value.name)),
        FieldType::Object(_) | FieldType::Map(_) | FieldType::Any => "a block".into(),
        FieldType::List(_) => "a list such as `[a, b]`".into(),
    }
}

/// The units that a quantity can have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Cpu,
    Bytes,
    Any,
}

impl Unit {
    /// The units of a resource, by its name.
    pub(super) fn of(resource: &str) -> Self {
        let resource =
            resource.strip_prefix("limits.").or(resource.strip_prefix("requests.")).unwrap_or(resource);
        match resource {
            "cpu" => Self::Cpu,
            "memory" | "storage" | "ephemeral-storage" | "sizeLimit" => Self::Bytes,
            _ if resource.starts_with("hugepages-") => Self::Bytes,
            _ => Self::Any,
        }
    }
}

/// A quantity, if the text is one and its unit is allowed.
pub(super) fn quantity(text: &str, unit: Unit) -> Result<Value, Option<String>> {
    let suffix =
        text.trim_start_matches(|char: char| char.is_ascii_digit() || matches!(char, '.' | '-' | '+'));
    let exponent = suffix.starts_with(['e', 'E']) && suffix.len() > 1;
    let fits = match unit {
        Unit::Cpu => exponent || matches!(suffix, "" | "m" | "u" | "n" | "k"),
        Unit::Bytes => {
            exponent
                || matches!(
                    suffix,
                    "" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei"
                )
        }
        Unit::Any => true,
    };
    if !fits {
        return Err(Some(match unit {
            Unit::Cpu => "use no unit for cores, or `m` for thousandths of a core".into(),
            _ => {
                "use a unit of bytes: `Ki` `Mi` `Gi` `Ti` (powers of 1024), `k` `M` `G` `T` (powers of 1000)"
                    .into()
            }
        }));
    }
    let quantity = Quantity::parse(text).map_err(|error| Some(error.to_string()))?;
    // Kubernetes' own `MilliValue` overflows for a larger amount.
    if unit == Unit::Cpu && !quantity.fits_millis() {
        return Err(Some("use a smaller amount: Kubernetes cannot count this much CPU".into()));
    }
    Ok(Value::Quantity(quantity))
}

/// A whole number in a range.
pub(super) fn int(text: &str, low: i64, high: i64) -> Result<Value, Option<String>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(None);
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(Some("remove the leading zero: a number with a leading zero is a file mode".into()));
    }
    match text.parse::<i64>() {
        Ok(int) if (low..=high).contains(&int) => Ok(Value::Int(int)),
        Ok(_) if (low, high) == (1, 65535) => Err(None),
        _ => Err(Some(format!("use a number from {low} to {high}"))),
    }
}

fn mode(text: &str) -> Result<Value, Option<String>> {
    let octal =
        text.starts_with('0') && text.len() <= 5 && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    match i64::from_str_radix(text, 8) {
        Ok(mode) if octal => Ok(Value::Int(mode)),
        _ => Err(Some("start the mode with a zero, and use only the digits 0 to 7".into())),
    }
}

/// A time in whole seconds: one or more numbers with the units `h`, `m`, `s`, `ms`, from large to small.
pub(super) fn seconds(text: &str) -> Result<Value, Option<String>> {
    let wrong = || Some(String::from("use the units `h`, `m` and `s`, as in `90s`, `5m` or `1h30m`"));
    let (mut rest, mut total, mut last) = (text, 0_u64, u64::MAX);
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let (unit, length) = if rest.starts_with("ms") {
            (1, 2)
        } else if rest.starts_with('s') {
            (1000, 1)
        } else if rest.starts_with('m') {
            (60_000, 1)
        } else if rest.starts_with('h') {
            (3_600_000, 1)
        } else {
            return Err(wrong());
        };
        if unit >= last {
            return Err(wrong());
        }
        last = unit;
        total = count.checked_mul(unit).and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
        rest = &rest[length..];
    }
    if total % 1000 != 0 {
        return Err(Some("use whole seconds: Kubernetes does not count fractions".into()));
    }
    match i32::try_from(total / 1000) {
        Ok(seconds) => Ok(Value::Int(seconds.into())),
        Err(_) => Err(Some("use a shorter time: Kubernetes counts up to 68 years".into())),
    }
}

/// Why a word cannot be declared as a name, if it cannot.
pub(crate) fn undeclarable(word: &str) -> Option<String> {
    if crate::vocabulary::KEYWORDS.contains(&word) {
        return Some(format!("`{word}` is a keyword of the language"));
    }
    if matches!(word, "initflow" | "edition" | "for" | "if" | "import" | "include" | "match" | "without") {
        return Some(format!("`{word}` is reserved"));
    }
    word.contains('.').then(|| "a declared name cannot have dots".into())
}
