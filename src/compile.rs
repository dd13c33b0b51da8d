//! Compiles a program and the files that it uses to Kubernetes objects: runs all stages, one after the other.
//!
//! Invariant: there are objects if and only if no diagnostic is an error (when only checking: no diagnostic of that
//! workload), and diagnostics are in the order of the text.

mod around;
mod compiled;
mod images;
mod sorted;
mod unchecked;

pub(crate) use crate::model::Forgetful;
pub use crate::model::{Setting, parameter_types};
pub(crate) use crate::program::{FileText, MadeText, Texts};
pub use crate::program::{Loader, NoFiles};
pub use crate::steps::{Image, Images, Needs};
pub use compiled::Compiled;
#[cfg(feature = "cli")]
pub(crate) use images::UsedImage;
pub use unchecked::unchecked;

use crate::admission::{NamespaceOf, Namespaces, QuotaUse, hold_to_namespace};
use crate::check::{Checked, Earlier, Identified, Identities, check, check_in_namespace};
use crate::context::{Context, WorkloadFacts};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::kubernetes::version::Version;
use crate::lint::{
    AROUND, AllHooks, Allowances, Around, Hooks, LintLevels, Replacements, Selection, Selections,
    find_hidden, host_waits, lint,
};
use crate::lower::grant;
use crate::model::{Program, ResultMemory, Workload, resolve, settable_params};
use crate::once::split;
use crate::order::{Order, order};
use crate::program::{FileReader, Loaded, load};
use crate::resources::hold_to_budget;
use crate::source::Sources;
use around::{Part, Surrounded, check_parts};
use sorted::sort;
use std::sync::Arc;

/// How to compile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// The version of Kubernetes that the objects are for.
    pub version: Version,
    /// The images of the built-in steps.
    pub images: Images,
    /// The params that have a value from outside of the program.
    pub settings: Vec<Setting>,
    /// The levels of warnings.
    pub levels: LintLevels,
    /// Whether params need no value: then the program is only checked, not compiled.
    pub check_only: bool,
    /// What surrounds the workloads.
    pub context: Arc<Context>,
}

/// The result of compiling a program.
#[derive(Debug)]
pub struct Compilation<T = Compiled, D = Diagnostic> {
    /// The program, which is the first, and the files that it uses.
    pub sources: Sources,
    /// The findings, in the order of the text.
    pub diagnostics: Vec<D>,
    /// The workloads, in the order of the text, each after its Jobs. None if there are errors; when only checking, those
    /// without errors.
    pub workloads: Vec<T>,
    /// Whether a `param` of one of the files has no value.
    pub unset: bool,
    /// The names of the params that can be given a value: `name`, and `file.name` for a param of a used file.
    pub params: Vec<String>,
    /// What is still to be checked together with what surrounds the workloads.
    pub(crate) surrounded: Option<Surrounded>,
}

impl<T> Compilation<T> {
    /// Whether there are errors.
    ///
    /// ```
    /// use initflow::compile::{CompileOptions, NoFiles, compile};
    ///
    /// let source = "pod hello { app web { } }";
    /// let compilation = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
    /// assert!(compilation.failed());
    /// assert_eq!(compilation.diagnostics[0].code.name(), "missing-image");
    /// ```
    pub fn failed(&self) -> bool {
        has_errors(&self.diagnostics)
    }
}

/// Compiles a program.
///
/// ```
/// use initflow::compile::{CompileOptions, Loader, Setting, compile};
/// use initflow::kubernetes::version::Version;
///
/// /// Whatever holds the files that programs `use`.
/// struct Library;
///
/// impl Loader for Library {
///     fn load(&self, path: &str) -> Result<String, String> {
///         match path {
///             "apps/lib.initflow" => Ok(r#"template app web(tag: string) { image "nginx:#{tag}" }"#.into()),
///             _ => Err("the library has no such file".into()),
///         }
///     }
/// }
///
/// let source = r#"
/// use "lib.initflow"
/// param tag: string
/// pod hello { app web from lib.web(tag) }
/// "#;
/// let options = CompileOptions {
///     version: Version::OLDEST,
///     settings: vec![Setting::new("tag", "1.29")],
///     ..CompileOptions::default()
/// };
/// let compilation = compile("apps/hello.initflow", source.into(), &Library, &options);
/// assert!(compilation.workloads[0].yaml(None).contains("image: nginx:1.29"));
/// ```
pub fn compile(name: &str, text: String, loader: &dyn Loader, options: &CompileOptions) -> Compilation {
    compile_with(name, text, loader, options, |compiled| compiled)
}

/// Compiles a program, and passes each workload to `make` as soon as it has compiled, on all cores if there are many
/// workloads: so not all forms of a large program are in memory at once.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile_with};
///
/// let source = r#"
/// pod a { app web { image "nginx:1.29" } }
/// pod b { app web { image "nginx:1.29" } }
/// "#;
/// let texts = compile_with("pods.initflow", source.into(), &NoFiles, &CompileOptions::default(), |pod| pod.yaml(None));
/// assert_eq!(texts.workloads.len(), 2);
/// ```
pub fn compile_with<T: Send>(
    name: &str,
    text: String,
    loader: &dyn Loader,
    options: &CompileOptions,
    make: impl Fn(Compiled) -> T + Sync,
) -> Compilation<T> {
    let mut compilation = compile_apart(name, text, loader, options, make);
    check_together(&mut [&mut compilation]);
    compilation
}

/// Adds to each program what is wrong between its workloads, those of the other programs and the objects around them.
///
/// [`compile_with`] does this for its one program.
///
/// ```
/// use initflow::compile::{CompileOptions, check_together};
/// use initflow::import::{Strangers, compile_manifests};
///
/// let text = "apiVersion: v1\nkind: Pod\nmetadata: { name: hello }\nspec: { containers: [{ name: web, image: \"nginx:1.29\" }] }\n";
/// let options = CompileOptions::default();
/// let mut hello = compile_manifests("hello.yaml", text.into(), Strangers::Skip, &options, |pod| pod);
/// check_together(&mut [&mut hello]);
/// assert!(hello.diagnostics.is_empty());
/// ```
pub fn check_together<T>(compilations: &mut [&mut Compilation<T>]) {
    let is_strict = |surrounded: &Surrounded| !surrounded.check_only;
    let are_strict: Vec<bool> = compilations
        .iter()
        .map(|compilation| compilation.surrounded.as_ref().is_some_and(is_strict))
        .collect();
    if compilations.iter().any(|compilation| compilation.surrounded.is_some()) {
        let mut found: Vec<Vec<Arc<Diagnostic>>> = compilations
            .iter_mut()
            .map(|compilation| {
                std::mem::take(&mut compilation.diagnostics).into_iter().map(Arc::new).collect()
            })
            .collect();
        let mut parts: Vec<Part<'_>> = compilations
            .iter_mut()
            .zip(&mut found)
            .map(|(compilation, diagnostics)| {
                let Compilation { sources, unset, surrounded, .. } = &mut **compilation;
                Part { sources, diagnostics, unset: *unset, surrounded: surrounded.take() }
            })
            .collect();
        check_parts(&mut parts);
        for (compilation, found) in compilations.iter_mut().zip(found) {
            compilation.diagnostics = found.into_iter().map(Arc::unwrap_or_clone).collect();
        }
    }
    for (compilation, is_strict) in compilations.iter_mut().zip(are_strict) {
        if is_strict && compilation.failed() {
            compilation.workloads.clear();
        }
    }
}

/// Like [`check_together`], for one program. The findings that it has stay the same ones.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) fn check_alone<T>(compilation: &mut Compilation<T, Arc<Diagnostic>>) {
    let Compilation { sources, diagnostics, unset, surrounded, .. } = compilation;
    // Without objects around it, a program alone has been checked.
    if let Some(surrounded) = surrounded.take().filter(|surrounded| !surrounded.context.is_empty()) {
        check_parts(&mut [Part { sources, diagnostics, unset: *unset, surrounded: Some(surrounded) }]);
    }
}

/// Like [`compile_with`], for one of several programs whose workloads surround each other: [`check_together`] has to
/// check what concerns all of them.
pub(crate) fn compile_apart<T: Send>(
    name: &str,
    text: String,
    loader: &dyn Loader,
    options: &CompileOptions,
    make: impl Fn(Compiled) -> T + Sync,
) -> Compilation<T> {
    let compilation =
        compile_files(name, FileText::Text(text), &Texts(loader), options, &mut Forgetful, make);
    let Compilation { sources, diagnostics, workloads, unset, params, surrounded } = compilation;
    let diagnostics = diagnostics.into_iter().map(Arc::unwrap_or_clone).collect();
    Compilation { sources, diagnostics, workloads, unset, params, surrounded }
}

/// Like [`compile_with`], for files that may be parsed already. What `memory` still has is not compiled again, and its
/// diagnostics are the same ones as before.
///
/// With `check_only`, the workloads that compile are there even if others have errors.
pub(crate) fn compile_files<T: Send>(
    name: &str,
    text: FileText,
    reader: &dyn FileReader,
    options: &CompileOptions,
    memory: &mut dyn ResultMemory<Arranged<T>>,
    make: impl Fn(Compiled) -> T + Sync,
) -> Compilation<T, Arc<Diagnostic>> {
    let Loaded { mut sources, files, diagnostics: mut outside } = load(name, text, reader);
    let program = Program {
        sources: &sources,
        files: &files,
        version: options.version,
        images: &options.images,
        settings: &options.settings,
        require_params: !options.check_only,
    };
    let earlier = Earlier::of(&outside, &files);
    let namespaces = Namespaces::of(&options.context);
    let (arranged, found, unset) = resolve(
        program,
        memory,
        |workload, found| arrange(workload, options, &namespaces, &sources, &earlier, found, &make),
        |made| &made.diagnostics,
    );
    outside.extend(found);
    let mut diagnostics: Vec<Arc<Diagnostic>> = outside.into_iter().map(Arc::new).collect();
    let mut together = Vec::new();
    let mut workloads = Vec::with_capacity(arranged.len());
    let mut identities = Identities::of(arranged.len());
    let mut hooks: Vec<Arc<Hooks>> = Vec::with_capacity(arranged.len());
    let mut replaced = Replacements::default();
    let mut selections = Selections::default();
    let (mut facts, mut uses) = (Vec::new(), Vec::new());
    for Arranged {
        diagnostics: found,
        identified,
        selection,
        hooks: found_hooks,
        replaced: found_replaced,
        facts: found_facts,
        uses: found_uses,
        made,
    } in arranged
    {
        diagnostics.extend(found);
        hooks.extend(found_hooks);
        replaced.extend(found_replaced);
        selections.add(selection);
        facts.extend(found_facts);
        uses.extend(found_uses);
        if let Some(identified) = identified {
            identities.add(identified, &mut together);
        }
        workloads.extend(made);
    }
    let all_hooks = AllHooks::of(hooks.iter().map(|hooks| &**hooks));
    all_hooks.check(&mut together);
    let own: Vec<(&WorkloadFacts, bool)> = facts.iter().map(|facts| (&**facts, true)).collect();
    all_hooks.check_cycles(&options.context, &own, &mut together);
    let is_held = all_hooks.hold();
    replaced.check(&mut together);
    selections.check(&mut together);
    let documents = || files.iter().flat_map(|file| &file.documents).map(|document| &**document);
    find_hidden(documents(), &sources, &mut together);
    diagnostics.extend(together.into_iter().map(Arc::new));
    let mut allowances = Allowances::read(documents(), &sources, &mut diagnostics);
    allowances.apply(&options.levels, &mut diagnostics);
    let has_context = !options.context.is_empty();
    if !unset {
        let is_complete = |code| !has_context || !AROUND.contains(&code);
        allowances.report_unused(&options.levels, is_complete, &mut diagnostics);
    }
    let surrounded = (has_context || is_held).then(|| {
        around::share(&diagnostics, &options.context, &mut sources);
        Surrounded {
            context: Arc::clone(&options.context),
            facts,
            hooks,
            uses,
            allowances,
            levels: options.levels.clone(),
            check_only: options.check_only,
        }
    });
    sort(&mut diagnostics, &sources);
    if has_errors(&diagnostics) && !options.check_only {
        workloads.clear();
    }
    let params = settable_params(&files);
    Compilation { sources, diagnostics, workloads, unset, params, surrounded }
}

/// A workload, checked and ordered; of a template, only its diagnostics.
#[derive(Clone, Debug)]
pub(crate) struct Arranged<T> {
    diagnostics: Vec<Arc<Diagnostic>>,
    identified: Option<Identified>,
    selection: Option<Arc<Selection>>,
    hooks: Option<Arc<Hooks>>,
    replaced: Replacements,
    facts: Option<Arc<WorkloadFacts>>,
    uses: Vec<Arc<QuotaUse>>,
    made: Vec<T>,
}

/// Checks and orders a workload, and compares its requests with its budgets.
fn arrange<T>(
    workload: Option<Workload>,
    options: &CompileOptions,
    namespaces: &Namespaces,
    sources: &Sources,
    earlier: &Earlier<'_>,
    mut diagnostics: Vec<Diagnostic>,
    make: impl Fn(Compiled) -> T,
) -> Arranged<T> {
    let version = options.version;
    let Some(mut workload) = workload else {
        return Arranged {
            diagnostics: diagnostics.into_iter().map(Arc::new).collect(),
            identified: None,
            selection: None,
            hooks: None,
            replaced: Replacements::default(),
            facts: None,
            uses: Vec::new(),
            made: Vec::new(),
        };
    };
    images::pin(&mut workload, &options.images.locked);
    let checked = check(workload, version, earlier, &mut diagnostics);
    let workload: &Workload = match &checked {
        Ok(passed) => passed,
        Err(failed) => failed,
    };
    let start = order(workload, &mut diagnostics);
    let identified = Some(Identified::of(workload));
    let selection = Selection::of(workload).map(Arc::new);
    let hooks = Some(Arc::new(Hooks::of(workload, sources)));
    let replaced = Replacements::of(workload, sources);
    let has_context = !options.context.is_empty();
    let facts = if has_context {
        WorkloadFacts::of(workload, host_waits(workload, sources), sources).map(Arc::new)
    } else {
        None
    };
    let namespace = namespaces.named(workload.namespace());
    let mut uses = Vec::new();
    let made = match checked {
        Ok(checked) if !has_errors(&diagnostics) => {
            if let Some(namespace) = &namespace {
                check_in_namespace(&checked, namespace, version, earlier, &mut diagnostics);
            }
            let around = Around { context: &options.context, namespace: namespace.as_ref() };
            lint(&checked, &start, version, &options.levels, sources, &around, &mut diagnostics);
            pieces(checked, start, version, namespace.as_ref(), &mut uses, &mut diagnostics)
        }
        _ => {
            hold_to_budget(workload, start.init_containers(), version, &mut diagnostics);
            Vec::new()
        }
    };
    let made = if has_errors(&diagnostics) { Vec::new() } else { made.into_iter().map(make).collect() };
    let diagnostics = diagnostics.into_iter().map(Arc::new).collect();
    Arranged { diagnostics, identified, selection, hooks, replaced, facts, uses, made }
}

/// A checked workload, after the Jobs of its steps that run once, each Job after those that it waits for.
fn pieces(
    workload: Checked,
    start: Order,
    version: Version,
    namespace: Option<&NamespaceOf>,
    uses: &mut Vec<Arc<QuotaUse>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Compiled> {
    let mut workloads = split(workload, start.init_containers(), diagnostics);
    let mut access = grant(&mut workloads);
    let is_whole = workloads.len() == 1;
    let mut start = Some(start).filter(|_| is_whole);
    let mut made = Vec::with_capacity(workloads.len());
    for workload in workloads {
        // The order of the whole workload has already been checked.
        let order = start.take().unwrap_or_else(|| order(&workload, &mut Vec::new()));
        hold_to_budget(&workload, order.init_containers(), version, diagnostics);
        if let Some(namespace) = namespace {
            let init = order.init_containers();
            uses.extend(hold_to_namespace(&workload, init, version, namespace, diagnostics).map(Arc::new));
        }
        let access = std::mem::take(&mut access);
        made.push(Compiled { workload, version, order, access, namespace: namespace.cloned() });
    }
    made
}
