//! Evaluates words, texts and conditions: constants and the names bound to them.

use super::kept::DeclarationKind;
use super::record::{Item, NameKind};
use super::resolve::Resolver;
use super::types::{mismatch, seconds};
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, change_to};
use crate::kubernetes::quantity::Quantity;
use crate::object::Value::Int;
use crate::source::Span;
use crate::syntax::tree::{Argument, Operator, Piece, SyntaxValue, ValueKind};
use smol_str::{SmolStr, SmolStrBuilder};
use std::sync::Arc;

/// The word for the name of the workload around a statement, in its templates and parts, too.
pub(crate) const WORKLOAD_NAME: &str = "workload.name";

/// The longest text that interpolation may make, in bytes (1 MiB).
pub(super) const MAX_TEXT_BYTES: usize = 1 << 20;

/// A value as written, before it is converted to the type that its place expects.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    Text(SmolStr),
    Number(SmolStr),
    Path(SmolStr),
    Bool(bool),
    /// The name of a volume or a container, or an enumeration's value, passed to a template.
    Word(SmolStr),
    List(Vec<Evaluated>),
    /// An error has been reported.
    Unknown,
}

/// The most bytes of a value that an editor shows.
const MAX_SHOWN_BYTES: usize = 200;

/// The most items of a list that an editor shows.
const MAX_SHOWN_ITEMS: usize = 8;

impl Constant {
    /// The value as a source writes it, on one line; shortened if it is long.
    pub(super) fn written(&self) -> Option<String> {
        let shortened = |text: &str| match text.char_indices().find(|(at, _)| *at >= MAX_SHOWN_BYTES) {
            Some((at, _)) => format!("{}…", crate::literal::quoted(&text[..at])),
            None => crate::literal::quoted(text),
        };
        Some(match self {
            Self::Text(text) => shortened(text),
            Self::Number(text) | Self::Path(text) | Self::Word(text) => text.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::List(items) => {
                let more = if items.len() > MAX_SHOWN_ITEMS { ", …" } else { "" };
                let written: Option<Vec<String>> =
                    items.iter().take(MAX_SHOWN_ITEMS).map(|item| item.constant.written()).collect();
                format!("[{}{more}]", written?.join(", "))
            }
            Self::Unknown => return None,
        })
    }
}

/// A constant, and the place where errors about it are reported.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evaluated {
    pub(super) constant: Constant,
    pub(super) span: Span,
}

/// A name and what it is bound to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binding {
    pub(super) name: SmolStr,
    /// Where the name is declared.
    pub(super) declared: Span,
    pub(super) value: Evaluated,
    /// Whether it is a template's parameter with a value from a use. Then errors are reported at the use.
    pub(super) argument: bool,
    /// The values that it may have, if its type lists them.
    pub(super) members: Option<Arc<[SmolStr]>>,
    /// Whether it names a volume or a container.
    pub(super) reference: bool,
    /// The part in which that name was written, if it was in one.
    pub(super) part: Option<SmolStr>,
    /// What is bound.
    pub(super) kind: NameKind,
}

/// The surroundings of a statement that determine what its words mean.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The file.
    pub(super) file: usize,
    /// The parameters of the template, if it is in one.
    pub(super) locals: &'s [Binding],
    /// The part whose names come first, if it is in one.
    pub(super) part: Option<&'s str>,
    /// The layer of its statements: a higher one overrides a lower one. See [`super::resolve::OWN`].
    pub(super) layer: u8,
}

impl Binding {
    /// The name of a workload.
    pub(super) fn of_workload(name: Constant, declared: Span) -> Self {
        Self {
            name: SmolStr::new_static(WORKLOAD_NAME),
            declared,
            value: Evaluated { constant: name, span: declared },
            argument: false,
            members: None,
            reference: false,
            part: None,
            kind: NameKind::Workload,
        }
    }
}

impl Constant {
    /// The value as messages show it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Text(text) => format!("the text {}", shortened(text)),
            Self::Number(text) => format!("`{text}`"),
            Self::Path(text) => format!("the path `{text}`"),
            Self::Bool(bool) => format!("`{bool}`"),
            Self::Word(text) => format!("the name `{text}`"),
            Self::List(_) => "a list".into(),
            Self::Unknown => "an unknown value".into(),
        }
    }

    /// The value as it appears in a text that it is inserted into.
    pub(super) fn spelled(&self) -> Option<SmolStr> {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Path(text) | Self::Word(text) => Some(text.clone()),
            Self::Bool(bool) => Some(SmolStr::new_static(if *bool { "true" } else { "false" })),
            Self::List(_) | Self::Unknown => None,
        }
    }
}

/// A text for a message, cut if it is long.
pub(super) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(40).flat_map(char::escape_debug).collect();
    if chars.next().is_some() { format!("\"{start}…\"") } else { format!("\"{start}\"") }
}

impl Resolver<'_> {
    /// The binding of a plain or dotted word.
    pub(super) fn lookup<'s>(&'s self, word: &str, scope: &Scope<'s>) -> Option<&'s Binding> {
        if word == WORKLOAD_NAME && self.has_built_in_name(scope) {
            return self.around.as_ref();
        }
        match word.split_once('.') {
            None => scope_local(scope, word).or_else(|| self.constant_of(scope.file, word)),
            Some((alias, name)) => {
                let file = *self.names[scope.file].aliases.get(alias)?;
                self.constant_of(file, name)
            }
        }
    }

    /// Whether no used file has the name that `workload.name` begins with.
    fn has_built_in_name(&self, scope: &Scope) -> bool {
        WORKLOAD_NAME
            .split_once('.')
            .is_none_or(|(alias, _)| !self.names[scope.file].aliases.contains_key(alias))
    }

    fn constant_of(&self, file: usize, name: &str) -> Option<&Binding> {
        self.reads(file, DeclarationKind::Constant, name);
        self.names[file].bindings.get(name)
    }

    /// The value of a word that must be a `let` or a `param`.
    pub(super) fn word(&mut self, word: &str, span: Span, scope: &Scope) -> Evaluated {
        if let Some(bool) = match word {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        } {
            return Evaluated { constant: Constant::Bool(bool), span };
        }
        if let Some(binding) = self.lookup(word, scope) {
            let blamed = if binding.argument { binding.value.span } else { span };
            let constant = match &binding.value.constant {
                // A list contains no names to record, and would be copied for each use.
                Constant::List(_) if self.is_recording() => Constant::Unknown,
                constant => constant.clone(),
            };
            let evaluated = Evaluated { constant, span: blamed };
            let (declared, kind) = (binding.declared, binding.kind);
            // The words `workload.name` stay if the workload gets another name.
            if kind != NameKind::Workload {
                self.bind_word(span, declared, kind);
            }
            return evaluated;
        }
        self.unknown_word(word, span, None, scope);
        Evaluated { constant: Constant::Unknown, span }
    }

    /// Reports an undeclared word, with what its place expects if that is not text.
    fn unknown_word(&mut self, word: &str, span: Span, expected: Option<&str>, scope: &Scope) {
        if self.is_recording() {
            return self.bind_unknown(word, span, Item::Constant, scope);
        }
        if word == WORKLOAD_NAME && self.has_built_in_name(scope) {
            let headline = format!("`{WORKLOAD_NAME}` is known only in a workload that has a name");
            return self.report(
                Diagnostic::error(Code::UnknownName, span, headline)
                    .here("not in such a workload")
                    .help("use it in a workload or in a template, or give it to a template as an argument"),
            );
        }
        self.reads_all();
        let file = word
            .split_once('.')
            .and_then(|(alias, name)| Some((alias, name, *self.names[scope.file].aliases.get(alias)?)));
        let headline = match file {
            Some((alias, name, _)) => format!("`{alias}` has no `let` or `param` called `{name}`"),
            None => format!("no `let` or `param` is called `{word}`"),
        };
        let truth = expected == Some("`true` or `false`");
        let here = expected.map_or_else(|| "not declared".to_owned(), |ty| format!("expected {ty}"));
        let mut diagnostic = Diagnostic::error(Code::UnknownName, span, headline).here(here);
        if let Some(declared) = self.declared_below(word, scope) {
            diagnostic = diagnostic
                .label(declared, "declared here, below its use")
                .help(format!("move the declaration of `{word}` above this use"));
            return self.report(diagnostic);
        }
        let known: Vec<String> = match file {
            Some((alias, _, file)) => {
                self.names[file].bindings.keys().map(|known| format!("{alias}.{known}")).collect()
            }
            None => {
                let locals = scope.locals.iter().map(|local| local.name.to_string());
                locals.chain(self.names[scope.file].bindings.keys().map(SmolStr::to_string)).collect()
            }
        };
        self.work.names(known.len() + self.files[scope.file].statements().count());
        let near = crate::diagnostic::nearest(word, known.iter().map(String::as_str));
        diagnostic = match near {
            Some(near) => diagnostic.did_you_mean(span, word, [near]),
            None if truth => match word.to_ascii_lowercase().as_str() {
                "yes" | "on" | "true" => diagnostic.fix(change_to("true"), span, "true", Applicability::Safe),
                "no" | "off" | "false" => {
                    diagnostic.fix(change_to("false"), span, "false", Applicability::Safe)
                }
                _ => diagnostic,
            },
            None if file.is_none() && expected.is_some_and(|ty| ty.starts_with("an absolute path")) => {
                let path = format!("/{word}");
                let title = format!("write `{path}`");
                diagnostic.help(title.clone()).fix(title, span, path, Applicability::Unsafe)
            }
            None if expected.is_some() || file.is_some() => diagnostic,
            None => {
                let quoted = format!("\"{word}\"");
                let title = format!("put the text in quotes: `{quoted}`");
                diagnostic.help(title.clone()).fix(title, span, quoted, Applicability::Unsafe)
            }
        };
        self.report(diagnostic);
    }

    /// The value, at a place that expects something other than text.
    pub(super) fn evaluate_as(
        &mut self,
        value: &SyntaxValue,
        expected: impl FnOnce() -> String,
        scope: &Scope,
    ) -> Evaluated {
        match &value.kind {
            ValueKind::Word(word)
                if !matches!(word.as_str(), "true" | "false") && self.lookup(word, scope).is_none() =>
            {
                self.unknown_word(word, value.span, Some(&expected()), scope);
                Evaluated { constant: Constant::Unknown, span: value.span }
            }
            _ => self.evaluate(value, scope),
        }
    }

    /// The value of anything that is not a reference or an enumeration's value.
    pub(super) fn evaluate(&mut self, value: &SyntaxValue, scope: &Scope) -> Evaluated {
        let span = value.span;
        let constant = match &value.kind {
            ValueKind::Word(word) => return self.word(word, span, scope),
            ValueKind::Text(pieces) => {
                self.idle_insertions(pieces, span, scope);
                self.text(pieces, span, scope)
            }
            ValueKind::Number(text) => Constant::Number(text.clone()),
            ValueKind::Path(text) => Constant::Path(text.clone()),
            ValueKind::List(items) => {
                Constant::List(items.iter().map(|item| self.evaluate(item, scope)).collect())
            }
            ValueKind::Range(..) => self.no_value("a range", span),
            ValueKind::Call(call) => self.no_value(&format!("`{}(…)`", call.name.text), span),
            ValueKind::Group(_) => self.no_value("parentheses", span),
            ValueKind::Operator(_) => self.no_value("an operator", span),
        };
        if let Constant::Text(text) = &constant {
            self.work.text(text);
        }
        Evaluated { constant, span }
    }

    /// Reports something that has no value of its own.
    fn no_value(&mut self, found: &str, span: Span) -> Constant {
        let headline = format!("expected a plain value, found {found}");
        self.report(Diagnostic::error(Code::UnexpectedValue, span, headline).here("not allowed here"));
        Constant::Unknown
    }

    /// The value of a text, with its insertions filled in.
    fn text(&mut self, pieces: &[Piece], span: Span, scope: &Scope) -> Constant {
        if let [Piece::Text(text)] = pieces {
            return Constant::Text(text.clone());
        }
        if self.records_no_more() {
            for piece in pieces {
                self.piece(piece, scope);
            }
            return Constant::Unknown;
        }
        let mut text = SmolStrBuilder::new();
        let mut length = 0;
        for piece in pieces {
            let Some(inserted) = self.piece(piece, scope) else { return Constant::Unknown };
            length += inserted.len();
            if length > MAX_TEXT_BYTES {
                self.report(
                    Diagnostic::error(Code::TooLarge, span, "a text is longer than 1 MiB")
                        .here("with its insertions filled in"),
                );
                return Constant::Unknown;
            }
            text.push_str(&inserted);
        }
        Constant::Text(text.finish())
    }

    /// One piece of a text, filled in.
    pub(super) fn piece(&mut self, piece: &Piece, scope: &Scope) -> Option<SmolStr> {
        match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Name(name) => {
                let value = self.word(&name.text, name.span, scope);
                let spelled = value.constant.spelled();
                if spelled.is_none() && value.constant != Constant::Unknown {
                    self.report(
                        mismatch(name.span, "text, a number, a path or a boolean", "a list")
                            .here("inserted into a text"),
                    );
                }
                spelled
            }
        }
    }

    /// Whether a condition holds. A condition that cannot be read counts as true, so that its branch is still checked.
    pub(super) fn condition(&mut self, values: &[SyntaxValue], at: Span, scope: &Scope) -> bool {
        if values.is_empty() {
            self.report(
                Diagnostic::error(Code::MissingValue, at, "`when` needs a condition")
                    .here("expected a condition, such as `when env == \"prod\"`"),
            );
            return true;
        }
        self.any(values, at, scope)
    }

    fn any(&mut self, values: &[SyntaxValue], at: Span, scope: &Scope) -> bool {
        split(values, Operator::Or).map(|part| self.all(part, at, scope)).fold(false, |any, one| any | one)
    }

    fn all(&mut self, values: &[SyntaxValue], at: Span, scope: &Scope) -> bool {
        split(values, Operator::And)
            .map(|part| self.comparison(part, at, scope))
            .fold(true, |all, one| all & one)
    }

    fn comparison(&mut self, values: &[SyntaxValue], at: Span, scope: &Scope) -> bool {
        let operator = |value: &SyntaxValue| match value.kind {
            ValueKind::Operator(operator) => Some(operator),
            _ => None,
        };
        match values {
            [not, rest @ ..] if operator(not) == Some(Operator::Not) => !self.comparison(rest, at, scope),
            [SyntaxValue { kind: ValueKind::Group(items), span }] => match items.as_slice() {
                [Argument { name: None, values }] if !values.is_empty() => self.any(values, *span, scope),
                _ => self.unreadable(values, *span),
            },
            [one] => {
                let value = self.evaluate(one, scope);
                match value.constant {
                    Constant::Bool(bool) => bool,
                    Constant::Unknown => true,
                    other => {
                        self.report(
                            mismatch(value.span, "`true` or `false`", &other.describe())
                                .here("this condition")
                                .help("compare it with a value: `… == …`"),
                        );
                        true
                    }
                }
            }
            [left, middle, right]
                if matches!(operator(middle), Some(Operator::Equal | Operator::NotEqual)) =>
            {
                let (values, others) = (self.members(left, scope), self.members(right, scope));
                let left = self.member_or_value(left, others.as_deref(), scope);
                let right = self.member_or_value(right, values.as_deref(), scope);
                self.of_members(&right, values);
                self.of_members(&left, others);
                self.compared(&left, &right) == (operator(middle) == Some(Operator::Equal))
            }
            [first, .., last] => {
                self.record_values(values, scope);
                self.unreadable(values, first.span.to(last.span))
            }
            [] => self.unreadable(values, at),
        }
    }

    /// The values that a word may have, if its declaration lists them.
    fn members(&self, value: &SyntaxValue, scope: &Scope) -> Option<Arc<[SmolStr]>> {
        match &value.kind {
            ValueKind::Word(word) => self.lookup(word, scope)?.members.clone(),
            _ => None,
        }
    }

    /// The value of one side of a comparison. If the other side has members, a word may be one of them.
    fn member_or_value(
        &mut self,
        value: &SyntaxValue,
        members: Option<&[SmolStr]>,
        scope: &Scope,
    ) -> Evaluated {
        match (&value.kind, members) {
            (ValueKind::Word(word), Some(members)) if members.contains(word) => {
                if let Some(declared) = self.lookup(word, scope).map(|binding| binding.declared) {
                    self.ambiguous(word, value.span, declared);
                    return Evaluated { constant: Constant::Unknown, span: value.span };
                }
                Evaluated { constant: Constant::Text(word.clone()), span: value.span }
            }
            (ValueKind::Word(word), Some(members)) if self.lookup(word, scope).is_none() => {
                let expected = || super::types::one_of(members.iter().map(SmolStr::as_str));
                self.evaluate_as(value, expected, scope)
            }
            _ => self.evaluate(value, scope),
        }
    }

    /// Reports a text that is compared with a param and is not one of the param's values.
    fn of_members(&mut self, compared: &Evaluated, members: Option<Arc<[SmolStr]>>) {
        let (Constant::Text(text), Some(members)) = (&compared.constant, members) else { return };
        if members.contains(text) {
            return;
        }
        let known = || members.iter().map(SmolStr::as_str);
        let span = compared.span;
        let headline = format!("the comparison with {} never holds", shortened(text));
        let diagnostic = Diagnostic::error(Code::UnknownValue, span, headline)
            .here(format!("expected {}", super::types::one_of(known())));
        self.report(match crate::diagnostic::nearest(text, known()) {
            Some(near) => diagnostic.fix(change_to(near), span, format!("\"{near}\""), Applicability::Unsafe),
            None => diagnostic,
        });
    }

    fn compared(&mut self, left: &Evaluated, right: &Evaluated) -> bool {
        use Constant::{Bool, List, Number, Path, Text, Unknown, Word};
        match (&left.constant, &right.constant) {
            (Unknown, _) | (_, Unknown) => true,
            (Text(a) | Path(a) | Word(a), Text(b) | Path(b) | Word(b)) => a == b,
            (Number(a), Number(b)) => same_amount(a, b),
            (Bool(a), Bool(b)) => a == b,
            (List(a), List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.constant == b.constant)
            }
            (a, b) => {
                let headline = format!("{} and {} can never be equal", a.describe(), b.describe());
                self.report(
                    Diagnostic::error(Code::TypeMismatch, right.span, headline).here("has another type"),
                );
                true
            }
        }
    }

    fn unreadable(&mut self, values: &[SyntaxValue], span: Span) -> bool {
        let error = Diagnostic::error(Code::InvalidCondition, span, "a condition cannot be read")
            .here("expected `name`, `!name`, `a == b` or `a != b`, joined by `&&` and `||`");
        let foreign = values.iter().filter_map(|value| Some((value.span, own_operator(&value.kind)?)));
        let edits: Vec<Edit> = foreign.map(|(span, own)| Edit { span, text: own.into() }).collect();
        self.report(match edits.first() {
            Some(Edit { span, text }) => {
                let title = format!("write `{text}` instead of `{}`", self.spelling(*span));
                let fix = Fix { title: title.clone(), edits, applicability: Applicability::Safe };
                Diagnostic { fix: Some(fix), ..error.help(title) }
            }
            None => error,
        });
        true
    }
}

/// The operator that a sign or a word of other languages means.
fn own_operator(kind: &ValueKind) -> Option<&'static str> {
    match kind {
        ValueKind::Operator(Operator::Assign) => Some("=="),
        ValueKind::Word(word) => match word.as_str() {
            "and" => Some("&&"),
            "or" => Some("||"),
            "not" => Some("!"),
            "is" | "eq" => Some("=="),
            "ne" => Some("!="),
            _ => None,
        },
        _ => None,
    }
}

/// Whether two numbers are the same amount or the same time, even if they are written differently.
fn same_amount(one: &str, other: &str) -> bool {
    let quantities = || Quantity::parse(one).ok().zip(Quantity::parse(other).ok());
    let times = || seconds(one).ok().zip(seconds(other).ok());
    one == other
        || quantities().is_some_and(|(one, other)| one == other)
        || times().is_some_and(|(one, other)| matches!((one, other), (Int(one), Int(other)) if one == other))
}

fn scope_local<'s>(scope: &Scope<'s>, word: &str) -> Option<&'s Binding> {
    scope.locals.iter().find(|local| local.name == word)
}

/// The part in which a reference's name was first written, even if it is passed from template to template.
pub(super) fn written_in(value: &SyntaxValue, scope: &Scope) -> Option<SmolStr> {
    let passed_in = match &value.kind {
        ValueKind::Word(word) => scope_local(scope, word).filter(|local| local.reference),
        _ => None,
    };
    match passed_in {
        Some(local) => local.part.clone(),
        None => scope.part.map(SmolStr::new),
    }
}

fn split(values: &[SyntaxValue], operator: Operator) -> impl Iterator<Item = &[SyntaxValue]> {
    values.split(move |value| matches!(value.kind, ValueKind::Operator(found) if found == operator))
}
