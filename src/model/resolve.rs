//! Resolves the top-level statements of files: what they use and declare, and their workloads.

use super::idle_insertion::HeldInsertion;
use super::kept::{DeclarationKind, Declarations, ItemKey, NamesRead, ResultMemory};
use super::record::Recorder;
use super::scope::{Binding, Scope};
use super::template::Template;
use super::unknown::instead_of;
use super::work::{self, Done, Work};
use super::{Setting, Workload, WorkloadKind};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::kubernetes::schema;
use crate::kubernetes::version::Version;
use crate::source::{Sources, Span};
use crate::statement::{StatementPlace, StatementSpec};
use crate::steps::Images;
use crate::syntax::tree::{Document, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::{self, ContainerKind, Effect, FileEffect};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The layer of a workload's own statements. Statements with a lower number give way: see [`Scope::layer`].
pub(super) const OWN: u8 = 200;

/// How many layers a template is below the statement that uses it, which leaves room for its own container templates.
pub(super) const TEMPLATE_STEP: u8 = 4;

/// A parsed file, and the files that it uses.
#[derive(Debug)]
pub(crate) struct File {
    /// The trees of its pieces, in the order of the text.
    pub documents: Vec<Arc<Document>>,
    /// The name of each used file in this file, and its index among the files.
    pub uses: Vec<(SmolStr, usize)>,
}

impl File {
    /// The statements outside all blocks.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &Statement> + Clone {
        self.documents.iter().flat_map(|document| &document.statements)
    }
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
    /// The kind of container that it applies to; none for all kinds.
    pub(super) kind: Option<ContainerKind>,
    pub(super) statements: &'a [Statement],
    /// The place of the statements.
    pub(super) span: Span,
    pub(super) file: usize,
}

/// The state of resolving one program.
pub(super) struct Resolver<'a> {
    pub(super) sources: &'a Sources,
    pub(super) files: &'a [File],
    /// What the files declare. A workload's resolver only borrows it.
    pub(super) names: Cow<'a, [Names<'a>]>,
    pub(super) version: Version,
    pub(super) images: &'a Images,
    pub(super) settings: &'a [Setting],
    pub(super) require_params: bool,
    /// Whether a param has no value.
    pub(super) unset: bool,
    /// The uses of templates that lead to the current statement, outermost first.
    pub(super) frames: Vec<Span>,
    pub(super) work: Work,
    /// The record of names, if names are recorded. Then nothing else is built.
    pub(super) recorder: Option<Box<Recorder>>,
    /// The declared names that have been read, if that must be known.
    read: Option<RefCell<NamesRead>>,
    /// What `workload.name` is bound to, in a workload or a template.
    pub(super) around: Option<Binding>,
    /// What looks like an insertion in the texts of a container's statement, if it is held.
    pub(super) held: Option<Vec<HeldInsertion>>,
    diagnostics: Vec<Diagnostic>,
    reported: HashSet<(Code, Span)>,
}

/// What to resolve: a program, and its options from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The files, each after the files that it uses. The last one is the program.
    pub files: &'a [File],
    /// The version of Kubernetes.
    pub version: Version,
    /// The images of the built-in steps.
    pub images: &'a Images,
    /// The params that are given a value.
    pub settings: &'a [Setting],
    /// Whether each param without a default must be given a value.
    pub require_params: bool,
}

/// Resolves a program, workload by workload, on all cores if there are many workloads. `each` processes a resolved workload
/// and its diagnostics, or those of a template alone, and `found` returns the diagnostics of the result. What `memory` still
/// has is not resolved again.
///
/// Returns the results of `each`, those of the workloads in the order of the source, the diagnostics of everything outside
/// workloads and templates, and whether a param has no value.
pub(crate) fn resolve<T: Send>(
    program: Program<'_>,
    memory: &mut dyn ResultMemory<T>,
    each: impl Fn(Option<Workload>, Vec<Diagnostic>) -> T + Sync,
    found: impl Fn(&T) -> &[Arc<Diagnostic>] + Sync,
) -> (Vec<T>, Vec<Diagnostic>, bool) {
    let mut declaring = Resolver::new(program, Cow::Owned(Vec::with_capacity(program.files.len())));
    for file in 0..program.files.len() {
        declaring.declare(file);
    }
    let Some(root) = program.files.len().checked_sub(1) else { return (Vec::new(), Vec::new(), false) };
    declaring.unknown_settings(root);
    let workloads = declaring.items(root);
    let templates = declaring.templates(root);
    if let Some(last) = program.files[root].statements().last() {
        declaring.report_excess(last.name.span);
    }
    let Resolver { names, mut diagnostics, unset, .. } = declaring;
    if let Some(excess) = work::too_many(&workloads, |(statement, ..)| statement.name.span) {
        diagnostics.push(excess);
        return (Vec::new(), diagnostics, unset);
    }
    let keeps = memory.keeps();
    if keeps {
        memory.begin(Declarations::of(&names));
    }
    let items: Vec<ResolutionItem<'_>> = templates
        .iter()
        .map(ResolutionItem::Template)
        .chain(workloads.into_iter().map(ResolutionItem::Workload))
        .collect();
    let resolve = |item: &ResolutionItem<'_>| {
        let mut resolver = Resolver::new(program, Cow::Borrowed(&names));
        resolver.read = keeps.then(RefCell::default);
        let workload = match item {
            ResolutionItem::Template(template) => {
                resolver.look_at_template(template);
                resolver.report_excess(template.name.span);
                None
            }
            ResolutionItem::Workload((statement, kind, entry, live)) => {
                let scope = Scope { file: root, locals: &[], part: None, layer: OWN };
                let workload = resolver.workload(*kind, entry, statement, &scope).filter(|_| *live);
                workload.and_then(|workload| resolver.hold_to_size(workload))
            }
        };
        let Resolver { work, diagnostics, read, .. } = resolver;
        let made = each(workload, diagnostics);
        let all = found(&made);
        Done { work: work.total(all), made, read: read.map(RefCell::into_inner) }
    };
    let (resolved, excess) =
        work::on_each(&items, ResolutionItem::span, ResolutionItem::key, memory, resolve);
    if keeps {
        memory.end();
    }
    diagnostics.extend(excess);
    (resolved, diagnostics, unset)
}

/// What is resolved by itself.
enum ResolutionItem<'a> {
    Template(&'a Template<'a>),
    Workload(WorkloadItem<'a>),
}

impl ResolutionItem<'_> {
    fn span(&self) -> Span {
        match self {
            Self::Template(template) => template.name.span,
            Self::Workload((statement, ..)) => statement.name.span,
        }
    }

    fn key(&self) -> ItemKey {
        match self {
            Self::Template(template) => (template.name.span, true),
            Self::Workload((statement, _, _, live)) => (statement.span, *live),
        }
    }
}

/// A workload's statement, its kind, and whether its branch is taken.
pub(super) type WorkloadItem<'a> = (&'a Statement, WorkloadKind, &'static StatementSpec, bool);

impl<'a> Resolver<'a> {
    pub(super) fn new(program: Program<'a>, names: Cow<'a, [Names<'a>]>) -> Self {
        let Program { sources, files, version, images, settings, require_params } = program;
        Self {
            sources,
            files,
            names,
            version,
            images,
            settings,
            require_params,
            unset: false,
            frames: Vec::new(),
            work: Work::default(),
            recorder: None,
            read: None,
            around: None,
            held: None,
            diagnostics: Vec::new(),
            reported: HashSet::new(),
        }
    }
}

impl<'a> Resolver<'a> {
    /// Reports a diagnostic once for its place, with the uses of templates that lead there.
    pub(super) fn report(&mut self, mut diagnostic: Diagnostic) {
        if self.is_recording() {
            return;
        }
        self.work.errors += usize::from(diagnostic.severity == Severity::Error);
        if !self.reported.insert((diagnostic.code, diagnostic.primary.span)) {
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

    /// Notes that a declared name is read, if that must be known.
    pub(super) fn reads(&self, file: usize, kind: DeclarationKind, name: &str) {
        if let Some(read) = &self.read {
            read.borrow_mut().add(file, kind, name);
        }
    }

    /// Notes that it matters which names are declared.
    pub(super) fn reads_all(&self) {
        if let Some(read) = &self.read {
            read.borrow_mut().add_all();
        }
    }

    /// The number of errors that have been raised, repeated ones included.
    pub(super) fn errors(&self) -> usize {
        self.work.errors
    }

    /// The source text of a place.
    pub(super) fn spelling(&self, span: Span) -> String {
        self.sources.slice(span).to_owned()
    }

    /// Calls `visit` for each statement, those in `when` and `else` included, and whether its branch is taken.
    pub(super) fn each<'s>(
        &mut self,
        statements: impl IntoIterator<Item = &'s Statement>,
        scope: &Scope,
        mut visit: impl FnMut(&mut Self, &'s Statement, bool),
    ) {
        self.branches(statements, scope, true, &mut visit);
    }

    /// Does the same as [`Self::each`] for statements that are visited again later, and are counted only then.
    pub(super) fn look_at_each<'s>(
        &mut self,
        statements: &'s [Statement],
        scope: &Scope,
        mut visit: impl FnMut(&mut Self, &'s Statement, bool),
    ) {
        let counted = self.work.statements;
        self.branches(statements, scope, true, &mut visit);
        if !self.is_cut_short() {
            self.work.statements = counted;
        }
    }

    /// Whether the workload is too large, so that some of it has not been checked.
    pub(super) fn is_cut_short(&self) -> bool {
        !self.is_recording() && self.work.is_over()
    }

    /// Reports that the program is too large, unless that has been reported.
    pub(super) fn report_excess(&mut self, span: Span) {
        if let Some(headline) = self.work.excess()
            && !self.diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TooLarge)
        {
            let diagnostic = Diagnostic::error(Code::TooLarge, span, headline);
            self.report(diagnostic.here("nothing is checked from here on"));
        }
    }

    fn branches<'s>(
        &mut self,
        statements: impl IntoIterator<Item = &'s Statement>,
        scope: &Scope,
        live: bool,
        visit: &mut dyn FnMut(&mut Self, &'s Statement, bool),
    ) {
        // Whether a branch of the preceding `when` has been taken; none if no `when` precedes.
        let mut taken: Option<bool> = None;
        for statement in statements {
            if self.is_cut_short() {
                return;
            }
            self.work.statement();
            if self.is_cut_short() {
                self.report_excess(statement.name.span);
                return;
            }
            let condition = match statement.name.text.as_str() {
                _ if statement.name.quoted => None,
                "when" => Some(statement.values.as_slice()),
                "else" => {
                    let Some(before) = taken else {
                        self.report(
                            Diagnostic::error(
                                Code::StrayElse,
                                statement.name.span,
                                "`else` without a `when` before it",
                            )
                            .here("expected `when … { … }` directly before this"),
                        );
                        continue;
                    };
                    let chained = matches!(statement.values.first(), Some(SyntaxValue { kind: ValueKind::Word(word), .. }) if word == "when");
                    if chained {
                        taken = Some(before);
                        Some(&statement.values[1..])
                    } else {
                        if let Some(value) = statement.values.first() {
                            self.report(
                                Diagnostic::error(
                                    Code::UnexpectedValue,
                                    value.span,
                                    "`else` accepts no value",
                                )
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
            let is_unread = statement.broken && !self.is_recording();
            let holds = is_unread || self.condition(condition, statement.name.span, scope);
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
                    Code::MissingBlock,
                    statement.head(),
                    format!("`{}` needs a block", statement.name.text),
                )
                .here("expected `{ … }` after this"),
            ),
        }
    }

    /// The workloads of the program. Reports statements that are not allowed outside all blocks.
    pub(super) fn items(&mut self, root: usize) -> Vec<WorkloadItem<'a>> {
        let files = self.files;
        let scope = Scope { file: root, locals: &[], part: None, layer: OWN };
        let mut items = Vec::new();
        self.each(files[root].statements(), &scope, |resolver, statement, live| {
            resolver.work.statements = 0;
            let name = statement.name.text.as_str();
            let row = vocabulary::row(StatementPlace::File, name).filter(|_| !statement.name.quoted);
            let effect = row.map(|row| (&row.entry, row.effect));
            match effect {
                Some((entry, Effect::File(FileEffect::Workload(kind)))) => {
                    items.push((statement, kind, entry, live));
                }
                Some((_, Effect::File(FileEffect::Use))) => {
                    let is_outside = files[root].statements().any(|item| std::ptr::eq(item, statement));
                    if !is_outside {
                        resolver.report(
                            Diagnostic::error(
                                Code::MisplacedStatement,
                                statement.head(),
                                "`use` cannot depend on a condition",
                            )
                            .here("in a branch of a `when`")
                            .help("move it out of the `when`"),
                        );
                    }
                }
                // Declarations and branches have been handled; all others belong elsewhere.
                Some((
                    _,
                    Effect::File(
                        FileEffect::Edition | FileEffect::Param | FileEffect::Let | FileEffect::Template,
                    )
                    | Effect::Defaults
                    | Effect::When
                    | Effect::Else
                    | Effect::Workload(_)
                    | Effect::Container(_)
                    | Effect::EnvFrom,
                )) => {}
                // A block without a name has already been reported.
                None if name.is_empty() => {}
                None => {
                    let known: Vec<&str> =
                        vocabulary::entries_at(StatementPlace::File).map(|entry| entry.name).collect();
                    resolver.unknown_item(statement, &known);
                }
            }
        });
        items
    }

    fn unknown_item(&mut self, statement: &Statement, known: &[&str]) {
        let name = &statement.name;
        let text = name.text.as_str();
        let headline = format!("`{}` is not allowed outside all blocks", text.escape_debug());
        let diagnostic = Diagnostic::error(Code::UnknownStatement, name.span, headline);
        let inside = vocabulary::entry(StatementPlace::Workload, text)
            .or(vocabulary::entry(StatementPlace::Container, text));
        let items = || {
            format!(
                "use one of the statements that are allowed here: {}",
                known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(" ")
            )
        };
        let diagnostic = match inside {
            Some(entry) => {
                let place = entry.places.first().map_or_else(String::new, |place| place.phrase());
                let diagnostic = diagnostic.here(format!("it belongs {place}"));
                if entry.places.contains(&StatementPlace::Workload) {
                    diagnostic.help(format!("put it in a workload: `deployment shop {{ {text} … }}`"))
                } else {
                    diagnostic
                }
            }
            None if schema::CONTAINER.field(text).is_some() => diagnostic.here("it belongs in a container"),
            None if schema::POD_SPEC.field(text).is_some() || schema::OBJECT_META.field(text).is_some() => {
                diagnostic.here("it belongs in a workload")
            }
            None if matches!(text, "kind" | "apiVersion") => diagnostic
                .here("not needed")
                .help("write the kind as the workload's keyword: `deployment shop { … }`"),
            None => {
                let diagnostic = diagnostic.here("unknown statement");
                if let Some(instead) = instead_of(text, known) {
                    diagnostic.help(instead)
                } else if let Some(word) = meant(text) {
                    diagnostic.meant(name.span, word)
                } else if crate::diagnostic::nearest(text, known.iter().copied()).is_some() {
                    diagnostic.did_you_mean(name.span, text, known.iter().copied())
                } else {
                    diagnostic.help(items())
                }
            }
        };
        self.report(diagnostic);
    }
}

/// The keyword for a word from kubectl or another language.
fn meant(word: &str) -> Option<&'static str> {
    Some(match word {
        "deploy" => "deployment",
        "sts" => "statefulset",
        "ds" => "daemonset",
        "rs" => "replicaset",
        "cj" => "cronjob",
        "var" | "const" => "let",
        "import" | "include" => "use",
        _ => return None,
    })
}
