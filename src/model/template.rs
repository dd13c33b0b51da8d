//! Reads templates, and binds the arguments of their uses to their parameters.

use super::draft::Draft;
use super::kept::DeclarationKind;
use super::parameter::ParameterType;
use super::qualified::Declared;
use super::record::{Item, NameKind};
use super::resolve::{Names, OWN, Resolver, TEMPLATE_STEP};
use super::scope::{Binding, Constant, Evaluated, Scope, written_in};
use super::types::one_of;
use super::workload::Making;
use super::{QualifiedName, WorkloadKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::statement::ValueType;
use crate::syntax::tree::{Argument, Block, Name, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::{self, ContainerKind};
use smol_str::SmolStr;

/// The block of a template that does not have one yet, so that its name and its parameters are still recorded.
static NO_BLOCK: Block = Block { span: Span { file: FileId::STD, start: 0, end: 0 }, statements: Vec::new() };

/// A `template`.
#[derive(Clone)]
pub(super) struct Template<'a> {
    /// What it makes: a workload's keyword, a container's, or `part`.
    pub(super) kind: &'a SmolStr,
    pub(super) name: Name,
    parameters: Vec<Parameter<'a>>,
    pub(super) block: &'a Block,
    pub(super) file: usize,
}

#[derive(Clone)]
struct Parameter<'a> {
    name: Name,
    ty: ParameterType,
    default: Option<&'a SyntaxValue>,
}

impl Parameter<'_> {
    /// The parameter without a use: only its name is known.
    fn unknown(&self) -> Binding {
        Binding {
            name: self.name.text.clone(),
            declared: self.name.span,
            value: Evaluated { constant: Constant::Unknown, span: self.name.span },
            argument: false,
            members: None,
            reference: matches!(self.ty, ParameterType::Volume | ParameterType::Container),
            part: None,
            kind: NameKind::Parameter,
        }
    }
}

/// A use of a template, ready to be applied.
pub(super) struct TemplateUse<'a> {
    pub(super) block: &'a Block,
    pub(super) file: usize,
    pub(super) locals: Vec<Binding>,
    pub(super) layer: u8,
    /// The call in the source.
    pub(super) span: Span,
}

impl TemplateUse<'_> {
    /// The scope of the template's statements.
    pub(super) fn scope<'s>(&'s self, part: Option<&'s str>) -> Scope<'s> {
        Scope { file: self.file, locals: &self.locals, part, layer: self.layer }
    }
}

impl<'a> Resolver<'a> {
    /// Reads `template KIND name(parameters) { … }`.
    pub(super) fn template(&mut self, statement: &'a Statement, file: usize) -> Option<Template<'a>> {
        let values = statement.values.as_slice();
        let read = if self.is_recording() { &values[..values.len().min(2)] } else { values };
        let [SyntaxValue { kind: ValueKind::Word(kind), .. }, called] = read else {
            self.misshapen(statement, "template KIND name(parameter: type) { … }");
            return None;
        };
        let (name, arguments): (_, &[Argument]) = match &called.kind {
            ValueKind::Call(call) => (call.name.clone(), &call.arguments),
            ValueKind::Word(text) => (Name { text: text.clone(), span: called.span, quoted: false }, &[]),
            _ => {
                self.misshapen(statement, "template KIND name(parameter: type) { … }");
                return None;
            }
        };
        self.declare_item(file, Item::Template, &name.text, name.span, NameKind::Template);
        let kinds = || {
            let workloads =
                ["pod", "deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob", "part"];
            workloads.into_iter().chain(vocabulary::CONTAINERS.iter().copied())
        };
        if !kinds().any(|known| known == kind) {
            let span = statement.values[0].span;
            self.report(
                Diagnostic::error(Code::UnknownValue, span, format!("a template cannot make a `{kind}`"))
                    .here("expected a workload, a container, or `part`")
                    .did_you_mean(span, kind, kinds()),
            );
            return None;
        }
        let unfinished = || self.is_recording().then_some(&NO_BLOCK);
        let Some(block) = statement.block.as_deref().or_else(unfinished) else {
            self.report(
                Diagnostic::error(Code::MissingBlock, statement.head(), "`template` needs a block")
                    .here("expected `{ … }` after this"),
            );
            return None;
        };
        let mut parameters: Vec<Parameter> = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let Some(name) = &argument.name else {
                if !self.is_recording() {
                    self.report(without_type(argument, name.span));
                }
                parameters.extend(self.untyped(argument));
                continue;
            };
            if let Some(before) = parameters.iter().find(|before| before.name.text == name.text) {
                let before = before.name.span;
                self.declare_again(name.span, before, NameKind::Parameter);
                self.declared_twice(&name.text, name.span, before);
                continue;
            }
            self.declare_here(name.span, NameKind::Parameter);
            let read = self.parameter_type(&argument.values, name.span, true);
            if read.is_none() && self.is_recording() {
                let scope = Scope { file, locals: &[], part: None, layer: OWN };
                self.record_set(&argument.values, &scope);
            }
            let (ty, default) = read.unwrap_or((ParameterType::Unread, None));
            parameters.push(Parameter { name: name.clone(), ty, default });
        }
        Some(Template { kind, name, parameters, block, file })
    }

    /// Reads a parameter without a type, so that its name is known.
    fn untyped(&mut self, argument: &Argument) -> Option<Parameter<'a>> {
        let [SyntaxValue { kind: ValueKind::Word(text), span }] = argument.values.as_slice() else {
            return None;
        };
        self.declare_here(*span, NameKind::Parameter);
        let name = Name { text: text.clone(), span: *span, quoted: false };
        Some(Parameter { name, ty: ParameterType::Unread, default: None })
    }

    /// Finds the template of a call and binds the call's arguments.
    pub(super) fn template_use(
        &mut self,
        call: &'a SyntaxValue,
        kind: &str,
        scope: &Scope,
    ) -> Option<TemplateUse<'a>> {
        let (name, span, arguments): (&SmolStr, Span, &'a [Argument]) = match &call.kind {
            ValueKind::Call(call) => (&call.name.text, call.name.span, &call.arguments),
            ValueKind::Word(name) => (name, call.span, &[]),
            _ => {
                self.report(
                    Diagnostic::error(Code::TypeMismatch, call.span, "this is not a template")
                        .here(format!("expected {}", ValueType::TemplateCall.phrase())),
                );
                return None;
            }
        };
        let Some(template) = self.find_template(name, span, scope) else {
            self.record_passed(arguments, scope);
            return None;
        };
        self.bind_word(span, template.name.span, NameKind::Template);
        if self.is_recording() && (template.kind != kind || self.records_no_more()) {
            self.arguments(&template, call.span, arguments, scope);
            return None;
        }
        if template.kind != kind {
            self.report(
                Diagnostic::error(
                    Code::WrongTemplate,
                    span,
                    format!("`{name}` is a template for `{}`, not for `{kind}`", template.kind),
                )
                .here(format!("expected a template for `{kind}`"))
                .label(template.name.span, "declared here")
                .help(format!("use it as `{} NAME from {name}(…)`", template.kind)),
            );
            return None;
        }
        // A workload's template may use templates of parts and containers, and a part's those of containers: at most three
        // levels.
        let layer = scope.layer - TEMPLATE_STEP;
        let locals = self.arguments(&template, call.span, arguments, scope);
        Some(TemplateUse { block: template.block, file: template.file, locals, layer, span: call.span })
    }

    fn find_template(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Template<'a>> {
        let (file, base) = match name.split_once('.') {
            None => (Some(scope.file), name),
            Some((alias, base)) => (self.names[scope.file].aliases.get(alias).copied(), base),
        };
        if let Some(file) = file {
            self.reads(file, DeclarationKind::Template, base);
        }
        let found = file.and_then(|file| self.names[file].templates.get(base));
        if found.is_none() {
            self.reads_all();
        }
        if found.is_none() && self.is_recording() {
            self.bind_unknown(name, span, Item::Template, scope);
            return None;
        }
        let Some(file) = file else {
            let alias = name.split('.').next().unwrap_or_default().to_owned();
            let names: &Names = &self.names[scope.file];
            let mut diagnostic =
                Diagnostic::error(Code::UnknownName, span, format!("no file is used as `{alias}`"))
                    .here("not known here");
            if let Some(near) = crate::diagnostic::nearest(&alias, names.aliases.keys().map(SmolStr::as_str))
            {
                diagnostic = diagnostic.help(crate::diagnostic::change_to(near));
            } else if alias == "std" {
                diagnostic = diagnostic.help("add `use \"std\"` at the top of the file");
            } else {
                diagnostic =
                    diagnostic.help(format!("add `use \"{alias}.initflow\"` at the top of the file"));
            }
            self.report(diagnostic);
            return None;
        };
        if let Some(template) = self.names[file].templates.get(base) {
            return Some(template.clone());
        }
        let known: Vec<String> = self.names[file]
            .templates
            .keys()
            .map(|known| {
                name.split_once('.')
                    .map_or_else(|| known.to_string(), |(alias, _)| format!("{alias}.{known}"))
            })
            .collect();
        self.work.names(known.len());
        let mut diagnostic =
            Diagnostic::error(Code::UnknownName, span, format!("no template is called `{name}`"))
                .here("not declared");
        if let Some(near) = crate::diagnostic::nearest(name, known.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(crate::diagnostic::change_to(near));
        } else if !known.is_empty() {
            let mut known = known;
            known.sort_unstable();
            diagnostic = diagnostic.help(format!("use {}", one_of(known.iter().map(String::as_str))));
        }
        self.report(diagnostic);
        None
    }

    fn arguments(
        &mut self,
        template: &Template<'a>,
        call: Span,
        arguments: &'a [Argument],
        scope: &Scope,
    ) -> Vec<Binding> {
        let mut given: Vec<Option<&'a SyntaxValue>> = vec![None; template.parameters.len()];
        let mut positional = 0;
        let mut misspelled = false;
        for argument in arguments {
            let at = match &argument.name {
                None => {
                    positional += usize::from(!argument.values.is_empty());
                    positional.checked_sub(1).filter(|at| *at < given.len())
                }
                Some(name) => {
                    template.parameters.iter().position(|parameter| parameter.name.text == name.text)
                }
            };
            if let (Some(at), Some(name)) = (at, &argument.name) {
                self.bind_name(name.span, template.parameters[at].name.span, NameKind::Parameter);
            }
            let Some((value, more)) = argument.values.split_first() else { continue };
            self.record_values(more, scope);
            let Some(at) = at else {
                self.record_values(std::slice::from_ref(value), scope);
                let known = template.parameters.iter().map(|parameter| parameter.name.text.as_str());
                let declared = template.name.span;
                misspelled |= argument.name.is_some();
                let diagnostic = match &argument.name {
                    None => Diagnostic::error(
                        Code::UnknownArgument,
                        value.span,
                        format!("the template `{}` accepts {}", template.name.text, counted(given.len())),
                    )
                    .here("one too many"),
                    Some(name) => Diagnostic::error(
                        Code::UnknownArgument,
                        name.span,
                        format!("the template `{}` has no parameter `{}`", template.name.text, name.text),
                    )
                    .here("not a parameter")
                    .did_you_mean(name.span, &name.text, known),
                };
                self.report(diagnostic.label(declared, "declared here"));
                continue;
            };
            if let Some(before) = given[at] {
                self.record_values(std::slice::from_ref(before), scope);
                self.report(
                    Diagnostic::error(
                        Code::DuplicateStatement,
                        value.span,
                        format!("`{}` is given twice", template.parameters[at].name.text),
                    )
                    .here("here again")
                    .label(before.span, "first here"),
                );
            }
            given[at] = Some(value);
        }
        let mut bindings: Vec<Binding> = Vec::with_capacity(given.len());
        for (parameter, given) in template.parameters.iter().zip(given) {
            let value = match (given, parameter.default) {
                (Some(value), _) => self.argument(value, &parameter.ty, scope),
                (None, Some(default)) => {
                    let inner =
                        Scope { file: template.file, locals: &bindings, part: None, layer: scope.layer };
                    self.argument(default, &parameter.ty, &inner)
                }
                // A misspelled argument may be meant for this parameter.
                (None, None) if misspelled => Evaluated { constant: Constant::Unknown, span: call },
                (None, None) => {
                    self.report(
                        Diagnostic::error(
                            Code::MissingArgument,
                            call,
                            format!("the template `{}` needs `{}`", template.name.text, parameter.name.text),
                        )
                        .here(format!("expected `{}: …`, {}", parameter.name.text, parameter.ty.phrase()))
                        .label(parameter.name.span, "has no default"),
                    );
                    Evaluated { constant: Constant::Unknown, span: call }
                }
            };
            bindings.push(Binding {
                name: parameter.name.text.clone(),
                declared: parameter.name.span,
                value,
                argument: given.is_some(),
                members: parameter.ty.members(),
                reference: matches!(parameter.ty, ParameterType::Volume | ParameterType::Container),
                part: given.and_then(|value| written_in(value, scope)),
                kind: NameKind::Parameter,
            });
        }
        bindings
    }

    /// Checks the statements, names and types in a file's templates, even if the templates are not used. What a use would
    /// add (the values of parameters, the volumes of the pod) is unknown here.
    pub(super) fn look_at_templates(&mut self, file: usize) {
        for template in self.templates(file) {
            self.work.statements = 0;
            self.look_at_template(&template);
        }
    }

    /// The templates of a file, in the order of the text.
    pub(super) fn templates(&self, file: usize) -> Vec<Template<'a>> {
        let mut templates: Vec<Template<'a>> = self.names[file].templates.values().cloned().collect();
        templates.sort_unstable_by_key(|template| self.sources.in_file(template.name.span));
        templates
    }

    /// Checks the statements, names and types in a template.
    pub(super) fn look_at_template(&mut self, template: &Template<'a>) {
        let locals: Vec<Binding> = template.parameters.iter().map(Parameter::unknown).collect();
        self.record_defaults(template, &locals);
        let scope = Scope { file: template.file, locals: &locals, part: None, layer: OWN };
        self.around = Some(Binding::of_workload(Constant::Unknown, template.name.span));
        match (WorkloadKind::of(template.kind), ContainerKind::of(template.kind)) {
            (_, Some(container)) => {
                let name = QualifiedName::plain(template.name.text.clone());
                let declared = Declared { name, span: template.name.span };
                let mut draft = Draft::new(declared, container, template.name.span, OWN);
                self.statements_into(&mut draft, &template.block.statements, &scope);
                self.settle_idle_insertions(&mut draft);
            }
            (kind, None) => {
                let part = kind.is_none().then_some(template.name.text.as_str());
                let scope = Scope { part, ..scope };
                let mut making = Making::new(kind.unwrap_or(WorkloadKind::Pod));
                self.workload_statements(template.block, &scope, &mut making);
                making.containers.iter_mut().for_each(|draft| self.settle_idle_insertions(draft));
            }
        }
        self.settle_pod();
        self.around = None;
    }

    /// Records the names in the defaults of a template's parameters.
    fn record_defaults(&mut self, template: &Template<'a>, locals: &[Binding]) {
        if !self.is_recording() {
            return;
        }
        for (at, parameter) in template.parameters.iter().enumerate() {
            let scope = Scope { file: template.file, locals: &locals[..at], part: None, layer: OWN };
            if let Some(default) = parameter.default {
                self.argument(default, &parameter.ty, &scope);
            }
        }
    }

    /// Runs `work` inside the use of a template, so that messages show the use.
    pub(super) fn inside<T>(&mut self, used: &TemplateUse, work: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(used.span);
        let result = work(self);
        self.frames.pop();
        result
    }
}

fn counted(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".into(),
        1 => "one argument".into(),
        count => format!("{count} arguments"),
    }
}

/// The error about a parameter without a type.
fn without_type(argument: &Argument, template: Span) -> Diagnostic {
    let value = argument.values.first();
    let span = value.map_or(template, |value| value.span);
    let diagnostic = Diagnostic::error(Code::MalformedDeclaration, span, "a parameter needs a type");
    let diagnostic = diagnostic.here("expected `name: type`");
    match value.map(|value| &value.kind) {
        Some(ValueKind::Word(name)) => diagnostic
            .help(format!("add a type such as `string`, `int`, `volume` or `image`: `{name}: string`")),
        _ => diagnostic,
    }
}
