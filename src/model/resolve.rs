//! The items of files: what they use, declare and define, and the workloads that come of it.

use super::scope::{Binding, Constant, Evaluated, Scope};
use super::template::Template;
use super::types::undeclarable;
use super::{Setting, Workload, WorkloadKind};
use crate::diagnostic::{Diagnostic, Severity};
use crate::kubernetes::version::Version;
use crate::source::{Sources, Span};
use crate::statement::{Entry, Place};
use crate::syntax::tree::{Document, Operator, Statement, Value, ValueKind};
use crate::vocabulary;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How near a workload's own statements are. What is farther has a lower number: see [`Scope::layer`].
pub(super) const OWN: u8 = 200;

/// The layers of `defaults`, from outside in, without KIND before with.
pub(super) const DEFAULTS: [u8; 4] = [1, 2, 3, 4];

/// How much farther a template is than the statement that uses it: room for its own container templates.
pub(super) const TEMPLATE_STEP: u8 = 4;

/// The most statements that a workload may have once its templates are applied.
const MAX_STATEMENTS: usize = 10_000;

/// A file, parsed, with the files that it uses.
#[derive(Debug)]
pub struct File {
    /// Its tree; that of the library is shared by all programs.
    pub document: Arc<Document>,
    /// The name under which each used file is known here, and its place among the files.
    pub uses: Vec<(SmolStr, usize)>,
}

/// What a file declares.
#[derive(Clone, Default)]
pub(super) struct Names<'a> {
    pub(super) bindings: HashMap<SmolStr, Binding>,
    pub(super) aliases: HashMap<SmolStr, usize>,
    pub(super) templates: HashMap<SmolStr, Template<'a>>,
    pub(super) defaults: Vec<Defaults<'a>>,
}

/// A `defaults` block.
#[derive(Clone, Copy)]
pub(super) struct Defaults<'a> {
    /// The kind of container that it is for; none for all.
    pub(super) kind: Option<&'a SmolStr>,
    pub(super) statements: &'a [Statement],
    pub(super) file: usize,
}

/// The state of resolving one program.
pub(super) struct Resolver<'a> {
    pub(super) sources: &'a Sources,
    pub(super) files: &'a [File],
    /// What the files declare; a workload's resolver only borrows it.
    pub(super) names: Cow<'a, [Names<'a>]>,
    pub(super) version: Version,
    settings: &'a [Setting],
    require_params: bool,
    /// The uses of templates that the current statement stands in, outermost first.
    pub(super) frames: Vec<Span>,
    statements: usize,
    diagnostics: Vec<Diagnostic>,
    raised: usize,
    reported: HashSet<(&'static str, Span)>,
}

/// What to resolve: a program and what was said about it from outside.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The files, each after those that it uses; the last one is the program.
    pub files: &'a [File],
    /// The version of Kubernetes.
    pub version: Version,
    /// The params that are given a value.
    pub settings: &'a [Setting],
    /// Whether a param without a default has to be given a value.
    pub require_params: bool,
}

/// Below this number of workloads, starting threads costs more than it saves.
const FEW: usize = 8;

/// Resolves a program, workload by workload, on all cores where there are many; `each` takes what comes of each.
/// The result has `each`'s in the order of the source, and the diagnostics of what stands outside the workloads.
pub fn resolve<T: Send>(
    program: Program<'_>,
    each: impl Fn(Option<Workload>, Vec<Diagnostic>) -> T + Sync,
) -> (Vec<T>, Vec<Diagnostic>) {
    let mut declaring = Resolver::new(program, Cow::Owned(Vec::with_capacity(program.files.len())));
    for file in 0..program.files.len() {
        declaring.declare(file);
    }
    let Some(root) = program.files.len().checked_sub(1) else { return (Vec::new(), Vec::new()) };
    declaring.unknown_settings(root);
    let items = declaring.items(root);
    let Resolver { names, diagnostics, .. } = declaring;
    let resolve = |(statement, kind, entry, live): &Item<'_>| {
        let mut resolver = Resolver::new(program, Cow::Borrowed(&names));
        let scope = Scope { file: root, locals: &[], part: None, layer: OWN };
        let workload = resolver.workload(*kind, entry, statement, &scope).filter(|_| *live);
        each(workload, resolver.diagnostics)
    };
    let resolved = if items.len() < FEW {
        items.iter().map(resolve).collect()
    } else {
        items.par_iter().map(resolve).collect()
    };
    (resolved, diagnostics)
}

/// A workload's statement, its kind, and whether its branch is taken.
type Item<'a> = (&'a Statement, WorkloadKind, &'static Entry, bool);

impl<'a> Resolver<'a> {
    fn new(program: Program<'a>, names: Cow<'a, [Names<'a>]>) -> Self {
        let Program { sources, files, version, settings, require_params } = program;
        Self {
            sources,
            files,
            names,
            version,
            settings,
            require_params,
            frames: Vec::new(),
            statements: 0,
            diagnostics: Vec::new(),
            raised: 0,
            reported: HashSet::new(),
        }
    }
}

impl<'a> Resolver<'a> {
    /// Reports a diagnostic once for its place, with the uses of templates that led there.
    pub(super) fn report(&mut self, mut diagnostic: Diagnostic) {
        self.raised += usize::from(diagnostic.severity == Severity::Error);
        if !self.reported.insert((diagnostic.name, diagnostic.primary.span)) {
            return;
        }
        let place = diagnostic.primary.span;
        for frame in self.frames.iter().rev().take(3) {
            let inside = frame.file == place.file && frame.start <= place.start && place.end <= frame.end;
            if !inside {
                diagnostic = diagnostic.label(*frame, "in this use of the template");
            }
        }
        self.diagnostics.push(diagnostic);
    }

    /// How many errors have been raised, those included that were said before.
    pub(super) fn errors(&self) -> usize {
        self.raised
    }

    /// The source text of a place.
    pub(super) fn spelling(&self, span: Span) -> String {
        self.sources.slice(span).to_owned()
    }

    /// Calls `visit` for each statement, `when` and `else` taken apart, with whether its branch is taken.
    pub(super) fn each<'s>(
        &mut self,
        statements: &'s [Statement],
        scope: &Scope,
        mut visit: impl FnMut(&mut Self, &'s Statement, bool),
    ) {
        self.branches(statements, scope, true, &mut visit);
    }

    /// Whether the workload has more statements than are taken.
    pub(super) fn is_cut_short(&self) -> bool {
        self.statements > MAX_STATEMENTS
    }

    fn branches<'s>(
        &mut self,
        statements: &'s [Statement],
        scope: &Scope,
        live: bool,
        visit: &mut dyn FnMut(&mut Self, &'s Statement, bool),
    ) {
        // Whether some branch of the `when` before has been taken; none where no `when` stands before.
        let mut taken: Option<bool> = None;
        for statement in statements {
            self.statements += 1;
            if self.statements > MAX_STATEMENTS {
                self.report(
                    Diagnostic::error(
                        "too-large",
                        statement.name.span,
                        format!("a workload grows past {MAX_STATEMENTS} statements"),
                    )
                    .here("too many once templates are applied"),
                );
                return;
            }
            let condition = match statement.name.text.as_str() {
                _ if statement.name.quoted => None,
                "when" => Some(statement.values.as_slice()),
                "else" => {
                    let Some(before) = taken else {
                        self.report(
                            Diagnostic::error(
                                "stray-else",
                                statement.name.span,
                                "`else` without a `when` before it",
                            )
                            .here("expected `when … { … }` right before this"),
                        );
                        continue;
                    };
                    let chained = matches!(statement.values.first(), Some(Value { kind: ValueKind::Word(word), .. }) if word == "when");
                    if chained {
                        taken = Some(before);
                        Some(&statement.values[1..])
                    } else {
                        if let Some(value) = statement.values.first() {
                            self.report(
                                Diagnostic::error("unexpected-value", value.span, "`else` takes no value")
                                    .here("expected `{`, or `when` and a condition"),
                            );
                        }
                        self.branch(statement, scope, live && !before, visit);
                        taken = None;
                        continue;
                    }
                }
                _ => None,
            };
            let Some(condition) = condition else {
                taken = None;
                visit(self, statement, live);
                continue;
            };
            let before = if statement.name.text == "else" { taken.unwrap_or(false) } else { false };
            let holds = statement.broken || self.condition(condition, statement.name.span, scope);
            self.branch(statement, scope, live && holds && !before, visit);
            taken = Some(before || holds);
        }
    }

    fn branch<'s>(
        &mut self,
        statement: &'s Statement,
        scope: &Scope,
        live: bool,
        visit: &mut dyn FnMut(&mut Self, &'s Statement, bool),
    ) {
        match &statement.block {
            Some(block) => self.branches(&block.statements, scope, live, visit),
            None if statement.broken => {}
            None => self.report(
                Diagnostic::error(
                    "missing-block",
                    statement.head(),
                    format!("`{}` needs a block", statement.name.text),
                )
                .here("expected `{ … }` after this"),
            ),
        }
    }

    /// Binds what a file declares.
    fn declare(&mut self, file: usize) {
        let files = self.files;
        let File { document, uses } = &files[file];
        self.names.to_mut().push(Names { aliases: uses.iter().cloned().collect(), ..Names::default() });
        let scope = Scope { file, locals: &[], part: None, layer: OWN };
        self.statements = 0;
        let mut first = true;
        self.each(&document.statements, &scope, |resolver, statement, live| {
            // Files hold any number of workloads; the limit is one workload's.
            resolver.statements = 0;
            resolver.declaration(file, statement, live, first);
            first = false;
        });
    }

    fn declaration(&mut self, file: usize, statement: &'a Statement, live: bool, first: bool) {
        let scope = Scope { file, locals: &[], part: None, layer: OWN };
        match statement.name.text.as_str() {
            "initflow" => self.edition(statement, first),
            "let" if !statement.broken => self.constant(statement, live, &scope),
            "param" if !statement.broken => self.parameter(statement, live, &scope),
            "template" if !statement.broken => {
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
            "defaults" if !statement.broken => {
                if let Some(defaults) = self.defaults(statement, file)
                    && live
                {
                    self.names.to_mut()[file].defaults.push(defaults);
                }
            }
            _ => {}
        }
    }

    fn edition(&mut self, statement: &Statement, first: bool) {
        let known = matches!(statement.values.as_slice(), [Value { kind: ValueKind::Number(number), .. }] if number == "1");
        if !first {
            self.report(
                Diagnostic::error("misplaced-edition", statement.head(), "`initflow` does not stand first")
                    .here("move it to the top of the file"),
            );
        } else if !known && !statement.broken {
            self.report(
                Diagnostic::error(
                    "unknown-edition",
                    statement.head(),
                    "this edition of the language is not known",
                )
                .here("expected `initflow 1`"),
            );
        }
    }

    /// `let name = value`
    fn constant(&mut self, statement: &'a Statement, live: bool, scope: &Scope) {
        let ([Value { kind: ValueKind::Word(name), span }, assign, value], None) =
            (statement.values.as_slice(), &statement.block)
        else {
            return self.misshapen(statement, "let name = value");
        };
        if !matches!(assign.kind, ValueKind::Operator(Operator::Assign)) {
            return self.misshapen(statement, "let name = value");
        }
        let evaluated = self.evaluate(value, scope);
        if live {
            self.bind(name, *span, evaluated, scope);
        }
    }

    /// `param name: type = default`
    fn parameter(&mut self, statement: &'a Statement, live: bool, scope: &Scope) {
        let ([Value { kind: ValueKind::Word(name), span }, colon, rest @ ..], None) =
            (statement.values.as_slice(), &statement.block)
        else {
            return self.misshapen(statement, "param name: type = default");
        };
        if !matches!(colon.kind, ValueKind::Operator(Operator::Colon)) {
            return self.misshapen(statement, "param name: type = default");
        }
        let Some((ty, default)) = self.parameter_type(rest, statement.head(), false) else {
            let unknown = Evaluated { constant: Constant::Unknown, span: *span };
            return self.bind(name, *span, unknown, scope);
        };
        let default = default.map(|default| self.argument(default, &ty, scope));
        let setting = self.setting(name, scope.file);
        let evaluated = match (setting, default) {
            (Some(setting), _) => self.set(setting, &ty, *span),
            (None, Some(default)) => default,
            (None, None) => {
                if self.require_params
                    && live
                    && rest.iter().all(|value| !matches!(value.kind, ValueKind::Operator(Operator::Assign)))
                {
                    self.report(
                        Diagnostic::error("missing-param", *span, format!("the param `{name}` has no value"))
                            .here("no default here, and none given")
                            .help(format!(
                                "give it one with `--set {name}=…`, or a default: `param {name}: … = …`"
                            )),
                    );
                }
                Evaluated { constant: Constant::Unknown, span: *span }
            }
        };
        if live {
            self.bind(name, *span, evaluated, scope);
        }
    }

    fn misshapen(&mut self, statement: &Statement, shape: &str) {
        let span = statement.head();
        self.report(
            Diagnostic::error(
                "malformed-declaration",
                span,
                format!("`{}` cannot be read", statement.name.text),
            )
            .here(format!("expected `{shape}`")),
        );
    }

    fn bind(&mut self, name: &SmolStr, declared: Span, value: Evaluated, scope: &Scope) {
        if let Some(reason) = undeclarable(name) {
            self.report(
                Diagnostic::error("reserved-name", declared, format!("`{name}` cannot be declared"))
                    .here(reason)
                    .help("choose another name"),
            );
            return;
        }
        if let Some(before) = self.names[scope.file].bindings.get(name) {
            let before = before.declared;
            return self.declared_twice(name, declared, before);
        }
        let binding =
            Binding { name: name.clone(), declared, value, argument: false, reference: false, part: None };
        self.names.to_mut()[scope.file].bindings.insert(name.clone(), binding);
    }

    pub(super) fn declared_twice(&mut self, name: &str, span: Span, before: Span) {
        self.report(
            Diagnostic::error("duplicate-declaration", span, format!("`{name}` is declared twice"))
                .here("here again")
                .label(before, "first here"),
        );
    }

    /// Where a name is declared that is not bound yet, because its declaration stands below.
    pub(super) fn declared_below(&self, word: &str, scope: &Scope) -> Option<Span> {
        self.files[scope.file].document.statements.iter().find_map(|statement| {
            match statement.values.first() {
                Some(Value { kind: ValueKind::Word(name), span })
                    if name == word && matches!(statement.name.text.as_str(), "let" | "param") =>
                {
                    Some(*span)
                }
                _ => None,
            }
        })
    }

    /// The setting of a param: by its name in the program, by `alias.name` in a file that the program uses.
    fn setting(&self, name: &str, file: usize) -> Option<&'a Setting> {
        let root = self.files.len() - 1;
        let matches = |setting: &&Setting| {
            if file == root {
                return setting.name == name;
            }
            let Some((alias, rest)) = setting.name.split_once('.') else { return false };
            rest == name && self.files[root].uses.iter().any(|(known, used)| known == alias && *used == file)
        };
        self.settings.iter().rev().find(matches)
    }

    fn set(&mut self, setting: &Setting, ty: &super::template::ParameterType, declared: Span) -> Evaluated {
        let span = setting.span.unwrap_or(declared);
        let evaluated = Evaluated { constant: ty.constant_of(&setting.value), span };
        match Self::fits(&evaluated, ty) {
            Ok(constant) => Evaluated { constant, span: declared },
            Err(expected) => {
                let text = super::scope::shortened(&setting.value);
                let diagnostic = Diagnostic::error(
                    "type-mismatch",
                    span,
                    format!("{} gives `{}` the value {text}", setting.origin, setting.name),
                )
                .here(format!("expected {expected}"));
                let diagnostic = if setting.span.is_some() {
                    diagnostic.label(declared, "declared here")
                } else {
                    diagnostic
                };
                self.report(diagnostic);
                Evaluated { constant: Constant::Unknown, span: declared }
            }
        }
    }

    /// Reports settings that name no param.
    fn unknown_settings(&mut self, root: usize) {
        let mut known: Vec<String> = Vec::new();
        let params = |file: &File| -> Vec<SmolStr> { params_of(&file.document.statements) };
        known.extend(params(&self.files[root]).iter().map(ToString::to_string));
        for (alias, file) in &self.files[root].uses {
            known.extend(params(&self.files[*file]).iter().map(|name| format!("{alias}.{name}")));
        }
        let Some(whole) = self.files[root].document.statements.first().map(|first| first.name.span) else {
            return;
        };
        for setting in self.settings {
            if known.contains(&setting.name) {
                continue;
            }
            let span = setting.span.unwrap_or(Span { end: whole.start, ..whole });
            let headline = format!(
                "{} gives a value to `{}`, which is no param of the program",
                setting.origin, setting.name
            );
            let near = crate::diagnostic::nearest(&setting.name, known.iter().map(String::as_str));
            let diagnostic = Diagnostic::error("unknown-param", span, headline);
            self.report(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None if known.is_empty() => diagnostic.help("the program has no params"),
                None => diagnostic
                    .help(format!("its params: {}", super::types::one_of(known.iter().map(String::as_str)))),
            });
        }
    }

    /// `defaults [KIND] { … }`
    pub(super) fn defaults(&mut self, statement: &'a Statement, file: usize) -> Option<Defaults<'a>> {
        let Some(block) = &statement.block else {
            self.report(
                Diagnostic::error("missing-block", statement.head(), "`defaults` needs a block")
                    .here("expected `{ … }` after this"),
            );
            return None;
        };
        let kind = match statement.values.as_slice() {
            [] => None,
            [Value { kind: ValueKind::Word(word), .. }]
                if vocabulary::CONTAINERS.contains(&word.as_str()) =>
            {
                Some(word)
            }
            [value, ..] => {
                let written = self.spelling(value.span);
                self.report(
                    Diagnostic::error(
                        "unknown-value",
                        value.span,
                        "`defaults` are for one kind of container, or for all",
                    )
                    .here(format!(
                        "expected {}",
                        super::types::one_of(vocabulary::CONTAINERS.iter().copied())
                    ))
                    .did_you_mean(
                        value.span,
                        &written,
                        vocabulary::CONTAINERS.iter().copied(),
                    ),
                );
                return None;
            }
        };
        Some(Defaults { kind, statements: &block.statements, file })
    }

    /// The workloads of the program; what is no item of a file is reported.
    fn items(&mut self, root: usize) -> Vec<Item<'a>> {
        let files = self.files;
        let scope = Scope { file: root, locals: &[], part: None, layer: OWN };
        let document: &'a Document = &files[root].document;
        let mut items = Vec::new();
        self.each(&document.statements, &scope, |resolver, statement, live| {
            resolver.statements = 0;
            let name = statement.name.text.as_str();
            let entry = vocabulary::entry(Place::File, name).filter(|_| !statement.name.quoted);
            match (entry, WorkloadKind::of(name)) {
                (Some(entry), Some(kind)) => items.push((statement, kind, entry, live)),
                (Some(_), None) => {}
                (None, _) => {
                    let known = vocabulary::entries_at(Place::File).map(|entry| entry.name);
                    resolver.unknown_item(statement, known);
                }
            }
        });
        items
    }

    fn unknown_item<'n>(&mut self, statement: &Statement, known: impl Iterator<Item = &'n str>) {
        let name = &statement.name;
        let inside = vocabulary::entry(Place::Workload, &name.text)
            .or(vocabulary::entry(Place::Container, &name.text));
        let headline = format!("`{}` may not stand outside all blocks", name.text.escape_debug());
        let diagnostic = Diagnostic::error("unknown-statement", name.span, headline);
        self.report(match inside {
            Some(entry) => {
                let place = entry.places.first().map_or_else(String::new, |place| place.phrase());
                diagnostic.here(format!("it stands {place}"))
            }
            None => diagnostic.here("expected an item of a file").did_you_mean(name.span, &name.text, known),
        });
    }
}

fn params_of(statements: &[Statement]) -> Vec<SmolStr> {
    let mut names = Vec::new();
    for statement in statements {
        match (statement.name.text.as_str(), statement.values.first(), &statement.block) {
            ("param", Some(Value { kind: ValueKind::Word(name), .. }), _) => names.push(name.clone()),
            ("when" | "else", _, Some(block)) => names.extend(params_of(&block.statements)),
            _ => {}
        }
    }
    names
}
