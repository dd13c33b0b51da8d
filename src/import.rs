//! Converts Kubernetes manifests to the source that a person would write.
//!
//! Invariant: the source compiles to the same object; whatever the API server would refuse is an error at its place in the
//! manifest. Import itself checks only the types of fields and what the language implies; it finds everything else by
//! compiling the source, and reports it at the place in the manifest.

mod command;
mod comments;
mod container;
mod defaults;
mod environment;
mod fields;
mod flow;
mod foreign;
mod idioms;
mod labels;
mod missing;
mod probe;
mod source;
mod volume;
mod workload;

pub use idioms::Idioms;

#[cfg(test)]
mod tests;

use crate::compile::{CompileOptions, NoFiles, compile};
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::kubernetes::schema;
use crate::manifest::typed;
use crate::manifest::yaml::{self, Comment, MAX_ERRORS, YamlNode, YamlStream, YamlValue};
use crate::model::WorkloadKind;
use crate::source::{SourceFile, Sources, Span};
use missing::lacks;
use source::Written;

/// The result of importing a file of manifests.
#[derive(Debug)]
pub struct Import {
    /// The file.
    pub sources: Sources,
    /// What was found, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The source; `None` if there are errors or no workload.
    pub source: Option<String>,
}

impl Import {
    /// Whether there are errors.
    ///
    /// ```
    /// use initflow::compile::CompileOptions;
    /// use initflow::import::import;
    ///
    /// assert!(import("hello.yaml", "kind: Pod".into(), &CompileOptions::default()).failed());
    /// ```
    pub fn failed(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// The most steps that are tried one by one if not all can become built-in steps: each costs an import of the file.
const MAX_TRIED: usize = 32;

/// Imports the workloads of a file of manifests without changing what they mean.
///
/// ```
/// use initflow::compile::CompileOptions;
/// use initflow::import::import;
///
/// let manifest = r#"
/// apiVersion: v1
/// kind: Pod
/// metadata: { name: hello }
/// spec:
///   containers:
///   - { name: web, image: "nginx:1.29" }
/// "#;
/// let imported = import("hello.yaml", manifest.into(), &CompileOptions::default());
/// assert!(imported.source.is_some_and(|source| source.contains("app web {")));
/// ```
pub fn import(name: &str, text: String, options: &CompileOptions) -> Import {
    import_as(name, text, options, &Idioms::Never)
}

/// Imports the workloads of a file of manifests; init containers that clearly match a built-in step become that step,
/// unless the result would not compile.
///
/// ```
/// use initflow::compile::CompileOptions;
/// use initflow::import::import_with_idioms;
///
/// let manifest = r#"
/// apiVersion: v1
/// kind: Pod
/// metadata: { name: shop }
/// spec:
///   initContainers:
///   - name: db
///     image: "busybox:1.37"
///     command: [sh, -c, "until nc -z db 5432; do sleep 2; done"]
///   containers:
///   - { name: web, image: "nginx:1.29" }
/// "#;
/// let imported = import_with_idioms("shop.yaml", manifest, &CompileOptions::default());
/// assert!(imported.source.is_some_and(|source| source.contains("wait db")));
/// ```
pub fn import_with_idioms(name: &str, text: &str, options: &CompileOptions) -> Import {
    let import = |idioms: Idioms| import_as(name, text.to_owned(), options, &idioms);
    let exact = import(Idioms::Never);
    if exact.source.is_none() {
        return exact;
    }
    let all = import(Idioms::Wherever);
    if !all.failed() {
        return all;
    }
    let alone = |step: &Span| !import(Idioms::Only(vec![*step])).failed();
    let tried = idioms::became(&all.diagnostics).take(MAX_TRIED);
    let fit: Vec<Span> = tried.filter(alone).collect();
    let some = import(Idioms::Only(fit));
    if some.failed() { exact } else { some }
}

fn import_as(name: &str, text: String, options: &CompileOptions, idioms: &Idioms) -> Import {
    let mut sources = Sources::default();
    let id = sources.add(name, text);
    let file = sources.get(id);
    let mut diagnostics = Vec::new();
    let YamlStream { documents, comments } = yaml::read(file, &mut diagnostics);
    let mut errors = count_errors(&diagnostics);
    let mut written = Written::default();
    let mut comments = comments.as_slice();
    let starts: Vec<usize> = documents.iter().map(|document| document.span.start as usize).collect();
    for (at, document) in documents.into_iter().enumerate() {
        let end = end_of(&document, starts.get(at + 1).copied(), &file.text);
        let mine = take(&mut comments, end);
        let before = diagnostics.len();
        document_to(document, mine, &file.text, idioms, &mut written, &mut diagnostics);
        errors += count_errors(&diagnostics[before..]);
        if errors >= MAX_ERRORS {
            break;
        }
    }
    let is_empty = written.text.is_empty();
    if !is_empty && errors < MAX_ERRORS {
        find_faults(file, &written, options, &mut diagnostics);
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
    diagnostics.dedup();
    let failed = count_errors(&diagnostics) > 0;
    let source = (!failed && !is_empty).then_some(written.text);
    Import { sources, diagnostics, source }
}

fn count_errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// Where the comments of a document end: at the `---` after it.
fn end_of(document: &YamlNode, next: Option<usize>, text: &str) -> usize {
    let end = document.span.end as usize;
    match next {
        None => text.len(),
        Some(next) => {
            let between = text.get(end..next).unwrap_or_default();
            end + between.find("\n---").unwrap_or_default()
        }
    }
}

/// Splits off the comments that start before a place.
fn take<'c>(comments: &mut &'c [Comment], end: usize) -> &'c [Comment] {
    let until = comments.partition_point(|comment| (comment.span.start as usize) < end);
    let (taken, rest) = comments.split_at(until);
    *comments = rest;
    taken
}

/// Writes the workloads of a document, with its comments.
fn document_to(
    document: YamlNode,
    mut comments: &[Comment],
    text: &str,
    idioms: &Idioms,
    written: &mut Written,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let beginnings = comments::beginnings(&document);
    let mut manifests = Vec::new();
    find(document, &mut manifests, diagnostics);
    let count = manifests.len();
    for (at, (manifest, kind)) in manifests.into_iter().enumerate() {
        let mut statement = workload::workload(&manifest, kind, idioms, diagnostics);
        let is_last = at + 1 == count;
        let mine = take(&mut comments, if is_last { text.len() } else { manifest.span.end as usize });
        let left = comments::place(mine, text, &beginnings, &mut statement);
        if !written.text.is_empty() {
            written.text.push('\n');
        }
        written.statements(&[statement], 0);
        written.comments(&left, 0);
    }
}

/// Finds the workloads of a document and of the lists in it.
fn find(document: YamlNode, found: &mut Vec<(YamlNode, WorkloadKind)>, diagnostics: &mut Vec<Diagnostic>) {
    if !matches!(document.value, YamlValue::Map(_)) {
        diagnostics.push(
            Diagnostic::error(Code::TypeMismatch, document.span, "this document is not a manifest")
                .here("expected a map with `apiVersion`, `kind` and `metadata`"),
        );
        return;
    }
    let field = |key: &str| document.get(key).and_then(YamlNode::as_text);
    let Some(kind) = field("kind").filter(|kind| !kind.is_empty()) else {
        return diagnostics.push(foreign::without_kind(&document));
    };
    let place = document.get("kind").map_or(document.span, |node| node.span);
    let version = field("apiVersion").filter(|version| !version.is_empty());
    if version.is_none() {
        return diagnostics.push(lacks(&document, "apiVersion", "a manifest"));
    }
    if kind == "List" {
        let YamlValue::Map(entries) = document.value else { return };
        let items = entries.into_iter().find(|entry| entry.key == "items").map(|entry| entry.node.value);
        if let Some(YamlValue::List(items)) = items {
            for item in items {
                find(item, found, diagnostics);
            }
        }
        return;
    }
    let is_foreign = version.is_some_and(foreign::is_foreign);
    let workload = WorkloadKind::ALL.into_iter().find(|workload| workload.name() == kind && !is_foreign);
    let Some(workload) = workload else {
        let known = KINDS.iter().find(|(group, _)| Some(*group) == version);
        if let Some((group, kinds)) = known.filter(|(_, kinds)| !kinds.contains(&kind)) {
            let headline = format!("unknown kind `{}` in `{group}`", kind.escape_debug());
            diagnostics.push(
                Diagnostic::error(Code::UnknownValue, place, headline)
                    .here("not a kind of this API group")
                    .did_you_mean(place, kind, kinds.iter().copied()),
            );
            return;
        }
        diagnostics.extend(
            document.get("kind").map(|kind| foreign::not_imported(kind, version.unwrap_or_default())),
        );
        return;
    };
    let Some(version) = document.get("apiVersion") else {
        return diagnostics.push(lacks(&document, "apiVersion", "a manifest"));
    };
    let expected = api_version(workload);
    if version.as_text() != Some(expected) {
        diagnostics.push(
            Diagnostic::error(
                Code::UnknownValue,
                version.span,
                format!("`{kind}` is not in this version of the API"),
            )
            .here(format!("expected `{expected}`"))
            .help(format!("use `apiVersion: {expected}`")),
        );
        return;
    }
    let Some(object) = schema::object(kind) else { return };
    let YamlValue::Map(entries) = document.value else { return };
    let mut entries = typed::fields(object, entries, diagnostics);
    typed::forget_cluster(&mut entries);
    defaults::forget(workload, object, &mut entries);
    found.push((YamlNode { span: document.span, value: YamlValue::Map(entries) }, workload));
}

/// The kinds of the API groups of workloads, which tell a misspelled kind from a foreign one.
const KINDS: [(&str, &[&str]); 3] = [
    (
        "v1",
        &[
            "Binding",
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "List",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apps/v1", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("batch/v1", &["CronJob", "Job"]),
];

fn api_version(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Pod => "v1",
        WorkloadKind::Job | WorkloadKind::CronJob => "batch/v1",
        _ => "apps/v1",
    }
}

/// Compiles the imported source, and reports its diagnostics at the places in the manifest.
fn find_faults(
    file: &SourceFile,
    written: &Written,
    options: &CompileOptions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let compilation = compile("", written.text.clone(), &NoFiles, options);
    let nowhere = Span { file: file.id, start: 0, end: 0 };
    let place = |span: Span| written.origin(&span.range(), &file.text).unwrap_or(nowhere);
    let reported: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.primary.span)
        .collect();
    for diagnostic in compilation.diagnostics {
        // What could not be read is not missing; it has been reported already.
        let at = place(diagnostic.primary.span);
        let touches = |span: &Span| span.start <= at.end && at.start <= span.end;
        if (diagnostic.code.may_follow() && !reported.is_empty()) || reported.iter().any(touches) {
            continue;
        }
        let label = |label: Label| Label { span: place(label.span), ..label };
        diagnostics.push(Diagnostic {
            primary: label(diagnostic.primary),
            labels: diagnostic.labels.into_iter().map(label).collect(),
            // The edits would apply to the source, not to the manifest.
            fix: None,
            ..diagnostic
        });
    }
}
