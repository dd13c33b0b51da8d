//! Converts Kubernetes manifests to the source that a person would write.
//!
//! Invariant: the source compiles to the same object; whatever the API server would refuse is an error at its place in the
//! manifest. Import itself checks only the types of fields and what the language implies; it finds everything else by
//! compiling the source, and reports it at the place in the manifest.

mod command;
mod comments;
mod container;
mod defaults;
mod draft;
mod environment;
mod fields;
mod fixes;
mod flow;
mod foreign;
mod idioms;
mod labels;
mod manifests;
mod missing;
mod probe;
mod source;
mod volume;
mod workload;

pub use foreign::Strangers;
pub use idioms::Idioms;
pub use manifests::{Manifests, compile_manifests};

#[cfg(test)]
mod tests;

use crate::compile::CompileOptions;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, Sources, Span};
use draft::Draft;
use std::sync::Arc;

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
    let file = Arc::new(SourceFile::shared(name, text));
    let mut draft = Draft::of(&file, idioms);
    let others = std::mem::take(&mut draft.others);
    draft.diagnostics.extend(others.iter().filter_map(foreign::not_imported));
    draft.diagnostics.append(&mut draft.strangers);
    let is_empty = draft.written.text.is_empty();
    let (compilation, source) = draft.compile(&file, options, |_| ());
    let failed = compilation.failed();
    let source = (!failed && !is_empty).then(|| source.text.clone());
    Import { sources: compilation.sources, diagnostics: compilation.diagnostics, source }
}
