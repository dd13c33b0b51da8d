//! A program and the files that it uses to Kubernetes objects: all stages, one after the other.
//!
//! Invariant: there are objects if and only if no diagnostic is an error (of only checked ones, none of the workload's), and diagnostics stand in the order of the text.

use crate::check::check;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::emit::{self, Document as Emitted};
use crate::kubernetes::version::Version;
use crate::lint::{Hooks, Levels, find_hidden, lint, settle};
use crate::lower::{Mistyped, Object, grant, lower};
pub use crate::model::Setting;
use crate::model::{File, Program, Workload, WorkloadKind, resolve};
use crate::object::Node;
use crate::once::split;
use crate::order::{Order, order};
use crate::plan::Plan;
use crate::resources::PodDemand;
use crate::source::{MAX_SOURCE_BYTES, Sources, Span};
pub use crate::steps::{Image, Images};
use crate::syntax::tree::{Document, Piece, Statement, Value, ValueKind};
use crate::syntax::{Parse, parse};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::sync::{Arc, OnceLock};

/// How deeply files may use files.
const MAX_USE_DEPTH: usize = 64;

/// The most files that a program may use.
const MAX_FILES: usize = 1_000;

/// How to compile.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The version of Kubernetes that the objects are for.
    pub version: Version,
    /// The images of the built-in steps.
    pub images: Images,
    /// The params that are given a value.
    pub settings: Vec<Setting>,
    /// What becomes of warnings.
    pub levels: Levels,
    /// Whether a param without a default may go without a value: then nothing is compiled, only checked.
    pub check_only: bool,
}

/// Reads the files that a program uses.
pub trait Loader {
    /// The text of a file.
    ///
    /// # Errors
    /// Why it cannot be read, as a phrase for a message.
    fn load(&self, path: &str) -> Result<String, String>;
}

/// A loader that has no files.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&self, _: &str) -> Result<String, String> {
        Err("there are no files here".into())
    }
}

/// What comes of a program.
#[derive(Debug)]
pub struct Compilation<T = Compiled> {
    /// The program, which is the first, and the files that it uses.
    pub sources: Sources,
    /// What was found, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The workloads, in the order of the text, each behind its Jobs; none where there are errors, unless they are only
    /// checked: then those without errors.
    pub workloads: Vec<T>,
    /// Whether a `param` of one of the files has no value.
    pub unset: bool,
}

/// A workload that compiled, or the Job of one of its steps.
#[derive(Debug)]
pub struct Compiled {
    /// The workload, checked.
    #[doc(hidden)]
    pub workload: Workload,
    /// The version of Kubernetes that must take it.
    pub version: Version,
    /// The order in which its containers start.
    #[doc(hidden)]
    pub order: Order,
    /// What has to be applied before it: the rights that its pods need.
    #[doc(hidden)]
    pub access: Vec<Object>,
}

impl Compiled {
    /// The Kubernetes object.
    ///
    /// # Errors
    /// [`Mistyped`], which would be a fault of the compiler.
    #[doc(hidden)]
    pub fn object(&self) -> Result<Object, Mistyped> {
        lower(&self.workload, self.order.places.iter().map(|place| place.container))
    }

    /// Who starts when and why, and what it costs.
    ///
    /// ```
    /// # use initflow::compile::{NoFiles, Options, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29"; memory 64Mi } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &Options::default());
    /// let plan = hello.workloads[0].plan();
    /// assert_eq!(plan.requests[0].quantity.to_string(), "64Mi");
    /// assert_eq!(plan.qos.to_string(), "Burstable");
    /// ```
    pub fn plan(&self) -> Plan {
        Plan::of(&self.workload, &self.order, self.version)
    }

    /// The YAML of the object, behind that of what has to be applied before it; the plan of the source of this name stands
    /// as a comment over it, if one is given.
    ///
    /// ```
    /// # use initflow::compile::{NoFiles, Options, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29"; memory 64Mi } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &Options::default());
    /// let yaml = hello.workloads[0].yaml(Some("hello.initflow"))?;
    /// assert!(yaml.starts_with("# Pod hello, compiled by initflow from hello.initflow"));
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// What would be a fault of the compiler.
    pub fn yaml(&self, source: Option<&str>) -> Result<String, Box<dyn Error + Send + Sync>> {
        let object = self.object()?;
        let header = source.map(|source| self.plan().header(source));
        let access = self.access.iter().map(|object| Emitted { header: None, object });
        let documents: Vec<Emitted> = access.chain([Emitted { header, object: &object }]).collect();
        Ok(emit::yaml(&documents)?)
    }

    /// The same as JSON: the object alone, or a `List` with what has to be applied before it.
    ///
    /// ```
    /// # use initflow::compile::{NoFiles, Options, compile};
    /// let source = r#"pod hello { app web { image "nginx:1.29"; memory 64Mi } }"#;
    /// let hello = compile("hello.initflow", source.into(), &NoFiles, &Options::default());
    /// let object: serde_json::Value = serde_json::from_str(&hello.workloads[0].json()?)?;
    /// assert_eq!(object["spec"]["containers"][0]["image"], "nginx:1.29");
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// What would be a fault of the compiler.
    pub fn json(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        let object = self.object()?;
        let objects: Vec<&Object> = self.access.iter().chain([&object]).collect();
        Ok(emit::json(&objects)?)
    }
}

impl<T> Compilation<T> {
    /// Whether there are errors.
    ///
    /// ```
    /// use initflow::compile::{NoFiles, Options, compile};
    ///
    /// let source = "pod hello { app web { } }";
    /// let compilation = compile("hello.initflow", source.into(), &NoFiles, &Options::default());
    /// assert!(compilation.failed());
    /// assert_eq!(compilation.diagnostics[0].code.name(), "missing-image");
    /// ```
    pub fn failed(&self) -> bool {
        failed(&self.diagnostics)
    }
}

fn failed(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Compiles a program.
///
/// ```
/// use initflow::compile::{Loader, Options, Setting, compile};
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
/// let options = Options {
///     version: Version::OLDEST,
///     settings: vec![Setting::new("tag", "1.29")],
///     ..Options::default()
/// };
/// let compilation = compile("apps/hello.initflow", source.into(), &Library, &options);
/// assert!(compilation.workloads[0].yaml(None)?.contains("image: nginx:1.29"));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub fn compile(name: &str, text: String, loader: &dyn Loader, options: &Options) -> Compilation {
    compile_with(name, text, loader, options, |compiled| compiled)
}

/// Compiles a program, and makes something of each of its workloads as soon as it has compiled, on all cores where
/// there are many: so a large program need not be held in memory in all its forms.
///
/// ```
/// use initflow::compile::{NoFiles, Options, compile_with};
///
/// let source = r#"
/// pod a { app web { image "nginx:1.29" } }
/// pod b { app web { image "nginx:1.29" } }
/// "#;
/// let texts = compile_with("pods.initflow", source.into(), &NoFiles, &Options::default(), |pod| pod.yaml(None));
/// assert_eq!(texts.workloads.len(), 2);
/// ```
pub fn compile_with<T: Send>(
    name: &str,
    text: String,
    loader: &dyn Loader,
    options: &Options,
    make: impl Fn(Compiled) -> T + Sync,
) -> Compilation<T> {
    let mut sources = Sources::default();
    let root = sources.add(name, text);
    let parse = parse(sources.get(root));
    compile_parsed(sources, parse, loader, options, make)
}

/// The same for a program that has been parsed: the one file of `sources`.
///
/// With `check_only`, the workloads that compile are there even where others have errors.
pub(crate) fn compile_parsed<T: Send>(
    sources: Sources,
    parse: Parse,
    loader: &dyn Loader,
    options: &Options,
    make: impl Fn(Compiled) -> T + Sync,
) -> Compilation<T> {
    let mut loading = Loading {
        loader,
        sources,
        files: Vec::new(),
        known: HashMap::new(),
        stack: Vec::new(),
        loads: 0,
        is_full: false,
        diagnostics: Vec::new(),
    };
    let name = loading.sources.files().first().map_or_else(String::new, |root| root.name.clone());
    loading.file(parse, &name);
    let Loading { sources, files, mut diagnostics, .. } = loading;
    let program = Program {
        sources: &sources,
        files: &files,
        version: options.version,
        images: &options.images,
        settings: &options.settings,
        require_params: !options.check_only,
    };
    let syntax = diagnostics.as_slice();
    let (arranged, found, unset) = resolve(
        program,
        |workload, found| arrange(workload, options, &sources, syntax, found, &make),
        |made| &made.diagnostics,
    );
    diagnostics.extend(found);
    let mut workloads = Vec::with_capacity(arranged.len());
    let mut identities = HashMap::with_capacity(arranged.len());
    let mut hooks = Hooks::default();
    for Arranged { diagnostics: found, identity, hooks: found_hooks, made } in arranged {
        diagnostics.extend(found);
        hooks.extend(found_hooks);
        if let Some((identity, span)) = identity {
            if let Some(first) = identities.get(&identity) {
                diagnostics.push(same_workload(&identity, span, *first));
            } else {
                identities.insert(identity, span);
            }
        }
        workloads.extend(made);
    }
    hooks.check(&mut diagnostics);
    let documents = || files.iter().map(|file| &*file.document);
    find_hidden(documents(), &sources, &mut diagnostics);
    settle(documents(), &sources, &options.levels, !unset, &mut diagnostics);
    sort(&mut diagnostics);
    if failed(&diagnostics) && !options.check_only {
        workloads.clear();
    }
    Compilation { sources, diagnostics, workloads, unset }
}

/// What tells an object from all others in a cluster: its kind, its namespace and its name.
type Identity = (WorkloadKind, Option<SmolStr>, SmolStr);

/// A workload, checked and ordered.
struct Arranged<T> {
    diagnostics: Vec<Diagnostic>,
    identity: Option<(Identity, Span)>,
    hooks: Hooks,
    made: Vec<T>,
}

/// Checks and orders a workload, and holds what it asks for to its budgets.
fn arrange<T>(
    workload: Option<Workload>,
    options: &Options,
    sources: &Sources,
    syntax: &[Diagnostic],
    mut diagnostics: Vec<Diagnostic>,
    make: impl Fn(Compiled) -> T,
) -> Arranged<T> {
    let version = options.version;
    let Some(workload) = workload else {
        return Arranged { diagnostics, identity: None, hooks: Hooks::default(), made: Vec::new() };
    };
    check(&workload, version, syntax, &mut diagnostics);
    let start = order(&workload, &mut diagnostics);
    let identity = workload.name.as_ref().map(|name| {
        let namespace = workload.namespace().map(SmolStr::new);
        ((workload.kind, namespace, name.text.clone()), name.span)
    });
    let hooks = Hooks::of(&workload);
    let made = if failed(&diagnostics) {
        hold_to_budget(&workload, &start, version, &mut diagnostics);
        Vec::new()
    } else {
        lint(&workload, &start, version, &options.levels, sources, &mut diagnostics);
        pieces(workload, start, version, &mut diagnostics)
    };
    let made = if failed(&diagnostics) { Vec::new() } else { made.into_iter().map(make).collect() };
    Arranged { diagnostics, identity, hooks, made }
}

/// A checked workload with the Jobs of its steps that run once: each after those that it waits for.
fn pieces(
    workload: Workload,
    start: Order,
    version: Version,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Compiled> {
    let mut workloads = split(workload, start.places.iter().map(|place| place.container), diagnostics);
    let mut access = grant(&mut workloads);
    let is_whole = workloads.len() == 1;
    let mut start = Some(start).filter(|_| is_whole);
    let mut made = Vec::with_capacity(workloads.len());
    for workload in workloads {
        // What was to be said about the order has been said of the whole.
        let order = start.take().unwrap_or_else(|| order(&workload, &mut Vec::new()));
        hold_to_budget(&workload, &order, version, diagnostics);
        made.push(Compiled { workload, version, order, access: std::mem::take(&mut access) });
    }
    made
}

fn same_workload((kind, _, name): &Identity, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(
        Code::DuplicateWorkload,
        span,
        format!("two workloads are the {} `{name}`", kind.name()),
    )
    .here("the same object again")
    .label(first, "first here")
    .help("give it another name or another `namespace`: applied, the second would replace the first")
}

/// Holds the totals to the budgets.
fn hold_to_budget(workload: &Workload, order: &Order, version: Version, diagnostics: &mut Vec<Diagnostic>) {
    if workload.budgets.is_empty() {
        return;
    }
    let demand = PodDemand::of(workload, order.places.iter().map(|place| place.container));
    let totals = demand.totals(version);
    for entry in workload.budgets.iter().flat_map(Node::entries) {
        let (Some(ceiling), Some(total)) = (entry.node.as_quantity(), totals.request(&entry.key)) else {
            continue;
        };
        if total.quantity > *ceiling {
            let headline = format!(
                "the pod's effective request of `{}` is {}, over its budget of {ceiling}",
                entry.key, total.quantity
            );
            diagnostics.push(
                Diagnostic::error(Code::OverBudget, entry.node.span, headline)
                    .here(format!("{} is over this", total.quantity))
                    .help(format!("what sets it: {}", total.set_by.text(workload))),
            );
        }
    }
}

/// Sorts diagnostics by place, and leaves one of those that say the same.
fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| {
        seen.insert((diagnostic.code, diagnostic.primary.span, diagnostic.headline.clone()))
    });
}

/// The reading of a program and of the files that it uses.
struct Loading<'l> {
    loader: &'l dyn Loader,
    sources: Sources,
    files: Vec<File>,
    /// The files that have been read, by path.
    known: HashMap<String, usize>,
    /// The files being read, outermost first.
    stack: Vec<String>,
    /// How many files were asked for.
    loads: usize,
    /// Whether a limit was reached, so that no more are.
    is_full: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Loading<'_> {
    /// Reports that no more files are read.
    fn too_large(&mut self, span: Span, headline: String) -> Option<usize> {
        self.is_full = true;
        let diagnostic = Diagnostic::error(Code::TooLarge, span, headline);
        self.diagnostics.push(diagnostic.here("this file and all further ones are not read"));
        None
    }

    /// The length of all texts so far, in bytes.
    fn length(&self) -> usize {
        self.sources.files().iter().map(|file| file.text.len()).sum()
    }

    /// Reads one file and those that it uses; gives its place among the files.
    fn file(&mut self, parse: Parse, path: &str) -> usize {
        self.diagnostics.extend(parse.errors);
        self.stack.push(path.to_owned());
        let uses = self.uses(&parse.document, path);
        self.stack.pop();
        self.add(path.to_owned(), File { document: parse.document, uses })
    }

    fn add(&mut self, path: String, file: File) -> usize {
        self.files.push(file);
        self.known.insert(path, self.files.len() - 1);
        self.files.len() - 1
    }

    fn uses(&mut self, document: &Document, path: &str) -> Vec<(SmolStr, usize)> {
        let mut uses: Vec<(SmolStr, usize)> = Vec::new();
        let mut places: HashMap<SmolStr, Span> = HashMap::new();
        for statement in
            document.statements.iter().filter(|statement| statement.name.text == "use" && !statement.broken)
        {
            let Some((used, alias, span)) = self.read_use(statement) else { continue };
            if let Some(first) = places.get(&alias) {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::DuplicateDeclaration,
                        span,
                        format!("two files are used as `{alias}`"),
                    )
                    .here("here again")
                    .label(*first, "first here")
                    .help("give one another name: `use \"…\" as name`"),
                );
                continue;
            }
            if let Some(file) = self.used(&used, path, span) {
                places.insert(alias.clone(), span);
                uses.push((alias, file));
            }
            if self.is_full {
                break;
            }
        }
        uses
    }

    /// Reads `use "file" [as name]`: the file, its name here, and the place of the file.
    fn read_use(&mut self, statement: &Statement) -> Option<(SmolStr, SmolStr, Span)> {
        let file = |value: &Value| match &value.kind {
            ValueKind::Text(pieces) => match pieces.as_slice() {
                [Piece::Text(text)] => Some((text.clone(), value.span)),
                _ => None,
            },
            _ => None,
        };
        let word = |value: &Value| match &value.kind {
            ValueKind::Word(word) => Some(word.clone()),
            _ => None,
        };
        let read = match statement.values.as_slice() {
            [value] => file(value).map(|(file, span)| (file.clone(), SmolStr::new(stem(&file)), span)),
            [value, keyword, name] if word(keyword).as_deref() == Some("as") => {
                file(value).zip(word(name)).map(|((file, span), name)| (file, name, span))
            }
            _ => None,
        };
        if read.is_none() {
            self.diagnostics.push(
                Diagnostic::error(Code::MalformedDeclaration, statement.head(), "`use` cannot be read").here(
                    "expected `use \"file.initflow\"`, `use \"file.initflow\" as name` or `use \"std\"`",
                ),
            );
        }
        read
    }

    /// The place of a used file, read if it has not been yet.
    fn used(&mut self, used: &str, user: &str, span: Span) -> Option<usize> {
        let path = if used == "std" { "std".to_owned() } else { join(user, used) };
        if let Some(at) = self.stack.iter().position(|open| *open == path) {
            let chain: Vec<String> =
                self.stack[at..].iter().chain([&path]).map(|path| format!("`{path}`")).collect();
            self.diagnostics.push(
                Diagnostic::error(Code::UseCycle, span, format!("`{used}` uses itself"))
                    .here(format!("the circle: {}", chain.join(" uses ")))
                    .help("move what both need into a third file"),
            );
            return None;
        }
        if let Some(known) = self.known.get(&path) {
            return Some(*known);
        }
        if self.stack.len() > MAX_USE_DEPTH {
            self.diagnostics
                .push(Diagnostic::error(Code::TooDeep, span, "files use files too deeply").here("too deep"));
            return None;
        }
        if used == "std" {
            return Some(self.add(path, File { document: Arc::clone(parsed_std()), uses: Vec::new() }));
        }
        if self.loads == MAX_FILES {
            return self.too_large(span, format!("a program uses more than {MAX_FILES} files"));
        }
        self.loads += 1;
        match self.loader.load(&path) {
            Ok(text) if self.length() + text.len() > MAX_SOURCE_BYTES => {
                let most = MAX_SOURCE_BYTES >> 20;
                self.too_large(span, format!("a program and the files that it uses are more than {most} MiB"))
            }
            Ok(text) => {
                let id = self.sources.add(path.clone(), text);
                let parse = parse(self.sources.get(id));
                Some(self.file(parse, &path))
            }
            Err(reason) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::UnreadableFile,
                        span,
                        format!("`{}` cannot be used", used.escape_debug()),
                    )
                    .here(reason)
                    .help("the path is relative to the file that uses it"),
                );
                None
            }
        }
    }
}

/// The library, parsed once for all programs that use it.
fn parsed_std() -> &'static Arc<Document> {
    static PARSED: OnceLock<Arc<Document>> = OnceLock::new();
    PARSED.get_or_init(|| parse(crate::source::std()).document)
}

/// The name of a file without folders and ending.
pub(crate) fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".initflow").unwrap_or(file)
}

/// A path relative to the file that uses it, without `.` and with `..` taken out where that is possible.
pub(crate) fn join(user: &str, used: &str) -> String {
    if used.starts_with('/') {
        return used.to_owned();
    }
    let folder = user.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = user.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(used.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let path = parts.join("/");
    if absolute { format!("/{path}") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_user() {
        assert_eq!(join("main.initflow", "platform.initflow"), "platform.initflow");
        assert_eq!(join("a/b/main.initflow", "../platform.initflow"), "a/platform.initflow");
        assert_eq!(join("/srv/a.initflow", "./b.initflow"), "/srv/b.initflow");
        assert_eq!(join("a.initflow", "../b.initflow"), "../b.initflow");
        assert_eq!(stem("teams/platform.initflow"), "platform");
    }
}
