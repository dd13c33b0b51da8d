//! Reads what a file declares: constants, params, templates and defaults.

use super::record::{Item, NameKind};
use super::resolve::{Defaults, Names, OWN, Resolver};
use super::scope::{Binding, Constant, Evaluated, Scope};
use super::types::{one_of, undeclarable};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;
use crate::statement::StatementPlace;
use crate::syntax::tree::{Operator, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::{self, ContainerKind, Effect, FileEffect};
use smol_str::SmolStr;
use std::sync::Arc;

impl<'a> Resolver<'a> {
    /// Binds what a file declares.
    pub(super) fn declare(&mut self, file: usize) {
        let files = self.files;
        let uses = &files[file].uses;
        self.names.to_mut().push(Names { aliases: uses.iter().cloned().collect(), ..Names::default() });
        let scope = Scope { file, locals: &[], part: None, layer: OWN };
        self.work.statements = 0;
        let mut first = true;
        self.each(files[file].statements(), &scope, |resolver, statement, live| {
            // A file may have any number of workloads: the limit applies to one workload.
            resolver.work.statements = 0;
            resolver.declaration(file, statement, live, first);
            first = false;
        });
    }

    fn declaration(&mut self, file: usize, statement: &'a Statement, live: bool, first: bool) {
        let scope = Scope { file, locals: &[], part: None, layer: OWN };
        let effect = vocabulary::row(StatementPlace::File, &statement.name.text).map(|row| row.effect);
        match effect {
            Some(Effect::File(FileEffect::Edition)) => self.edition(statement, first),
            // Broken statements have already been reported.
            _ if statement.broken && !self.is_recording() => {}
            Some(Effect::File(FileEffect::Let)) => self.constant(statement, live, &scope),
            Some(Effect::File(FileEffect::Param)) => self.parameter(statement, live, &scope),
            Some(Effect::File(FileEffect::Template)) => {
                if let Some(template) = self.template(statement, file) {
                    let (name, span) = (template.name.text.clone(), template.name.span);
                    let before = self.names[file].templates.get(&name).map(|before| before.name.span);
                    match before {
                        Some(before) => self.declared_twice(&name, span, before),
                        None => {
                            self.names.to_mut()[file].templates.insert(name, template);
                        }
                    }
                }
            }
            Some(Effect::Defaults) => {
                if let Some(defaults) = self.defaults(statement, file)
                    && live
                {
                    self.names.to_mut()[file].defaults.push(defaults);
                }
            }
            // They declare nothing here, or belong elsewhere.
            Some(
                Effect::File(FileEffect::Use | FileEffect::Workload(_))
                | Effect::When
                | Effect::Else
                | Effect::Workload(_)
                | Effect::Container(_)
                | Effect::EnvFrom,
            )
            | None => {}
        }
    }

    fn misplaced_edition(&mut self, statement: &Statement) {
        let place = statement.head();
        let error = Diagnostic::error(Code::MisplacedEdition, place, "`initflow` is not the first statement")
            .here("expected before all other statements")
            .help("move it to the top of the file");
        self.report(error);
    }

    fn edition(&mut self, statement: &Statement, first: bool) {
        let known = matches!(statement.values.as_slice(), [SyntaxValue { kind: ValueKind::Number(number), .. }] if number == "1");
        if !first {
            self.misplaced_edition(statement);
        } else if !known && !statement.broken {
            self.report(
                Diagnostic::error(Code::UnknownEdition, statement.head(), "unknown edition of the language")
                    .here("expected `initflow 1`"),
            );
        }
    }

    /// Reads `let name = value`.
    fn constant(&mut self, statement: &'a Statement, live: bool, scope: &Scope) {
        self.record_constant(statement, NameKind::Let, scope);
        let ([SyntaxValue { kind: ValueKind::Word(name), span }, assign, value], None) =
            (statement.values.as_slice(), &statement.block)
        else {
            return self.misshapen(statement, "let name = value");
        };
        if !matches!(assign.kind, ValueKind::Operator(Operator::Assign)) {
            return self.misshapen(statement, "let name = value");
        }
        let evaluated = self.evaluate(value, scope);
        if live {
            self.bind(name, *span, evaluated, (NameKind::Let, None), scope);
        }
    }

    /// Reads `param name: type = default`.
    fn parameter(&mut self, statement: &'a Statement, live: bool, scope: &Scope) {
        self.record_constant(statement, NameKind::Param, scope);
        let ([SyntaxValue { kind: ValueKind::Word(name), span }, rest @ ..], None) =
            (statement.values.as_slice(), &statement.block)
        else {
            return self.misshapen(statement, "param name: type = default");
        };
        let unknown = Evaluated { constant: Constant::Unknown, span: *span };
        let [SyntaxValue { kind: ValueKind::Operator(Operator::Colon), .. }, rest @ ..] = rest else {
            self.without_type(statement, name, *span);
            return self.bind(name, *span, unknown, (NameKind::Param, None), scope);
        };
        let Some((ty, default)) = self.parameter_type(rest, statement.head(), false) else {
            return self.bind(name, *span, unknown, (NameKind::Param, None), scope);
        };
        let default = default.map(|default| self.argument(default, &ty, scope));
        let setting = self.setting(name, scope.file);
        let evaluated = match (setting, default) {
            (Some(setting), _) => self.set(setting, &ty, *span),
            (None, Some(default)) => default,
            (None, None) => {
                let lacks_default =
                    rest.iter().all(|value| !matches!(value.kind, ValueKind::Operator(Operator::Assign)));
                self.unset |= live && lacks_default;
                if self.require_params && live && lacks_default && !self.is_misspelt_setting(name) {
                    self.report(
                        Diagnostic::error(
                            Code::MissingParam,
                            *span,
                            format!("the param `{name}` has no value"),
                        )
                        .here("has no default, and no value is given")
                        .help(format!(
                            "give it a value with `--set {name}=…`, or a default: `param {name}: … = …`"
                        )),
                    );
                }
                Evaluated { constant: Constant::Unknown, span: *span }
            }
        };
        if live {
            self.bind(name, *span, evaluated, (NameKind::Param, ty.members()), scope);
        }
    }

    /// Reports a param without a type. The kind of its default shows which type it needs.
    fn without_type(&mut self, statement: &Statement, name: &SmolStr, span: Span) {
        let diagnostic = Diagnostic::error(
            Code::MalformedDeclaration,
            statement.head(),
            format!("the param `{name}` has no type"),
        )
        .here(format!("expected `param {name}: type = default`"));
        let [_, SyntaxValue { kind: ValueKind::Operator(Operator::Assign), .. }, default] =
            statement.values.as_slice()
        else {
            return self.report(diagnostic);
        };
        let ty = match &default.kind {
            ValueKind::Text(_) => "string",
            ValueKind::Word(word) if matches!(word.as_str(), "true" | "false") => "bool",
            ValueKind::Path(_) => "path",
            _ => return self.report(diagnostic),
        };
        let title = format!("write `param {name}: {ty} = …`");
        let after = span.after();
        self.report(diagnostic.help(title.clone()).fix(title, after, format!(": {ty}"), Applicability::Safe));
    }

    /// Records the name that a `let` or a `param` declares, and the constants in its value, even if the rest is missing.
    fn record_constant(&mut self, statement: &Statement, kind: NameKind, scope: &Scope) {
        if let Some(SyntaxValue { kind: ValueKind::Word(name), span }) = statement.values.first() {
            self.declare_item(scope.file, Item::Constant, name, *span, kind);
        }
        self.record_set(&statement.values, scope);
    }

    pub(super) fn misshapen(&mut self, statement: &Statement, shape: &str) {
        let span = statement.head();
        self.report(
            Diagnostic::error(
                Code::MalformedDeclaration,
                span,
                format!("`{}` cannot be read", statement.name.text),
            )
            .here(format!("expected `{shape}`")),
        );
    }

    fn bind(
        &mut self,
        name: &SmolStr,
        declared: Span,
        value: Evaluated,
        (kind, members): (NameKind, Option<Arc<[SmolStr]>>),
        scope: &Scope,
    ) {
        if let Some(reason) = undeclarable(name) {
            self.report(
                Diagnostic::error(Code::ReservedName, declared, format!("`{name}` cannot be declared"))
                    .here(reason)
                    .help("choose another name"),
            );
            return;
        }
        if let Some(before) = self.names[scope.file].bindings.get(name) {
            let before = before.declared;
            return self.declared_twice(name, declared, before);
        }
        let binding = Binding {
            name: name.clone(),
            declared,
            value,
            argument: false,
            members,
            reference: false,
            part: None,
            kind,
        };
        self.names.to_mut()[scope.file].bindings.insert(name.clone(), binding);
    }

    pub(super) fn declared_twice(&mut self, name: &str, span: Span, before: Span) {
        self.report(
            Diagnostic::error(Code::DuplicateDeclaration, span, format!("`{name}` is declared twice"))
                .here("here again")
                .label(before, "first here"),
        );
    }

    /// The place of a declaration of a name that is not bound yet because it is declared further down.
    pub(super) fn declared_below(&self, word: &str, scope: &Scope) -> Option<Span> {
        self.files[scope.file].statements().find_map(|statement| match statement.values.first() {
            Some(SyntaxValue { kind: ValueKind::Word(name), span })
                if name == word && matches!(statement.name.text.as_str(), "let" | "param") =>
            {
                Some(*span)
            }
            _ => None,
        })
    }

    /// Reads `defaults [KIND] { … }`.
    pub(super) fn defaults(&mut self, statement: &'a Statement, file: usize) -> Option<Defaults<'a>> {
        let Some(block) = &statement.block else {
            self.report(
                Diagnostic::error(Code::MissingBlock, statement.head(), "`defaults` needs a block")
                    .here("expected `{ … }` after this"),
            );
            return None;
        };
        let kind = match statement.values.as_slice() {
            [] => None,
            [SyntaxValue { kind: ValueKind::Word(word), .. }] if let Some(kind) = ContainerKind::of(word) => {
                Some(kind)
            }
            [value, ..] => {
                let written = self.spelling(value.span);
                self.report(
                    Diagnostic::error(Code::UnknownValue, value.span, "unknown kind of container")
                        .here(format!("expected {}", one_of(vocabulary::CONTAINERS.iter().copied())))
                        .did_you_mean(value.span, &written, vocabulary::CONTAINERS.iter().copied()),
                );
                return None;
            }
        };
        Some(Defaults { kind, statements: &block.statements, span: block.span, file })
    }
}
