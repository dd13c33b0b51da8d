//! Compiles manifests, with findings at their places in the manifests.

use super::draft::Draft;
use super::fixes::FixTurner;
use super::foreign;
use super::foreign::Strangers;
use super::idioms::Idioms;
use crate::compile::{
    Compilation, CompileOptions, Compiled, FileText, Forgetful, MadeText, NoFiles, Texts, check_together,
    compile_files,
};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::manifest::yaml::MAX_ERRORS;
use crate::source::{SourceFile, Sources, Span};
use std::sync::Arc;

/// Compiles the workloads of a file of manifests like a program, and passes each workload that compiles to `make`, even if
/// others have errors. Objects that are not workloads are passed over.
///
/// ```
/// use initflow::compile::CompileOptions;
/// use initflow::import::{Strangers, compile_manifests};
///
/// let manifest = r#"
/// apiVersion: v1
/// kind: Pod
/// metadata: { name: hello }
/// spec:
///   containers:
///   - { name: web, image: "nginx:1.29", resources: { requests: { memory: 64Mi } } }
/// "#;
/// let options = CompileOptions::default();
/// let pods = compile_manifests("hello.yaml", manifest.into(), Strangers::Skip, &options, |pod| pod.plan());
/// assert_eq!(pods.workloads[0].requests[0].quantity.to_string(), "64Mi");
/// ```
pub fn compile_manifests<T: Send>(
    name: &str,
    text: String,
    strangers: Strangers,
    options: &CompileOptions,
    make: impl Fn(Compiled) -> T + Sync,
) -> Compilation<T> {
    let mut manifests = Manifests::read(name, text, strangers);
    let mut context = Context::default();
    manifests.surround(&mut context);
    context.extend(&options.context);
    let options = CompileOptions { context: Arc::new(context), ..options.clone() };
    let mut compilation = manifests.compile(&options, make);
    check_together(&mut [&mut compilation]);
    compilation
}

/// A file of manifests that has been read, but not compiled.
#[derive(Clone)]
pub struct Manifests {
    file: Arc<SourceFile>,
    draft: Draft,
}

impl Manifests {
    /// Reads the manifests of a file.
    pub fn read(name: &str, text: String, strangers: Strangers) -> Self {
        let file = Arc::new(SourceFile::shared(name, text));
        let mut draft = Draft::of(&file, &Idioms::Never);
        let about_strangers = draft.strangers.drain(..).map(foreign::as_warning);
        match strangers {
            Strangers::Skip => drop(about_strangers),
            Strangers::Warn => draft.diagnostics.extend(about_strangers),
        }
        Self { file, draft }
    }

    /// Moves the objects that are not workloads into a context.
    pub fn surround(&mut self, context: &mut Context) {
        for object in self.draft.others.drain(..) {
            context.add(&object, &self.file);
        }
    }

    /// Compiles the workloads. [`check_together`] has to check what concerns several files, or the context.
    pub fn compile<T: Send>(
        self,
        options: &CompileOptions,
        make: impl Fn(Compiled) -> T + Sync,
    ) -> Compilation<T> {
        self.draft.compile(&self.file, options, make).0
    }
}

impl Draft {
    /// Compiles the source, and reports its diagnostics at the places in the manifest. Gives also the source.
    pub(super) fn compile<T: Send>(
        self,
        file: &Arc<SourceFile>,
        options: &CompileOptions,
        make: impl Fn(Compiled) -> T + Sync,
    ) -> (Compilation<T>, Arc<SourceFile>) {
        let Self { written, mut diagnostics, broken, templates, workloads: places, .. } = self;
        let made = Arc::new(SourceFile::piece(&file.name, written.text));
        let origins = Arc::new(written.origins);
        let text =
            MadeText { file: Arc::clone(file), made: Arc::clone(&made), origins: Arc::clone(&origins) };
        let is_full = super::draft::count_errors(&diagnostics) >= MAX_ERRORS;
        let options = CompileOptions { check_only: true, settings: Vec::new(), ..options.clone() };
        let make = |compiled: Compiled| (compiled.workload.span, make(compiled));
        let compilation =
            compile_files(&file.name, FileText::Made(text), &Texts(&NoFiles), &options, &mut Forgetful, make);
        let Compilation { sources, diagnostics: found, workloads, unset, params, surrounded } = compilation;
        if !is_full {
            let mut turner = FixTurner::new(file, &made, &origins, &places, &options);
            find_faults(&sources, found, &broken, &mut turner, &mut diagnostics);
        }
        diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
        diagnostics.dedup();
        for diagnostic in &mut diagnostics {
            let place = diagnostic.primary.span;
            let document = templates.partition_point(|(document, _)| document.start <= place.start);
            if let Some((_, template)) = document
                .checked_sub(1)
                .map(|at| &templates[at])
                .filter(|(document, _)| place.start <= document.end)
            {
                diagnostic.help.push(format!("change it in the template `{}`", template.escape_debug()));
            }
        }
        let is_sound = |span: Span| {
            let place = sources.in_file(span);
            !broken.iter().any(|document| document.start <= place.start && place.start <= document.end)
        };
        let workloads =
            workloads.into_iter().filter(|(span, _)| is_sound(*span)).map(|(_, made)| made).collect();
        (Compilation { sources, diagnostics, workloads, unset, params, surrounded }, made)
    }
}

/// Adds the diagnostics of the source, at their places in the manifest.
fn find_faults(
    sources: &Sources,
    found: Vec<Arc<Diagnostic>>,
    broken: &[Span],
    turner: &mut FixTurner<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let reported: Vec<Span> = errors.map(|diagnostic| diagnostic.primary.span).collect();
    let touches = |span: Span, other: Span| span.start <= other.end && other.start <= span.end;
    for diagnostic in found {
        let diagnostic = Arc::unwrap_or_clone(diagnostic);
        // What could not be read is not missing; it has been reported already.
        let at = sources.in_file(diagnostic.primary.span);
        let follows = || diagnostic.code.may_follow() && broken.iter().any(|document| touches(*document, at));
        if reported.iter().any(|span| touches(*span, at)) || follows() {
            continue;
        }
        let label = |label: Label| Label { span: sources.in_file(label.span), ..label };
        let fix = diagnostic.fix.as_ref().and_then(|fix| turner.turn(fix));
        let mut help = diagnostic.help;
        if let (Some(old), Some(new)) = (&diagnostic.fix, &fix)
            && old.title != new.title
        {
            // The help is about the statement; the fix says the same about the field.
            help.retain(|help| !help.starts_with(&old.title));
        }
        // What is not an edit of the manifest is shown as the statement that it would be in a source.
        help.extend(diagnostic.fix.filter(|_| fix.is_none()).and_then(|fix| fix.to_help(&help)));
        diagnostics.push(Diagnostic {
            primary: label(diagnostic.primary),
            labels: diagnostic.labels.into_iter().map(label).collect(),
            help,
            fix,
            ..diagnostic
        });
    }
}
