//! Holds rendered manifests, or what a cluster runs, to the sources that they come from.
//!
//! Invariant: only what the sources say is compared. What others added is described, and is a finding only if it breaks what
//! the sources say.

mod containers;
mod held;
mod matching;
mod mounts;
mod order;
mod pair;
mod rendered;
mod totals;

pub use held::{Held, HeldContainer, text};
pub use rendered::Rendered;
pub use totals::ChangedRequest;

use crate::compile::{Compilation, Compiled};
use crate::diagnostic::phrase::either;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Workload;
use crate::source::Span;
use matching::{Match, called, find, means};
use pair::Pair;
use rendered::RenderedWorkload;
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// How to hold manifests to sources.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// Which object a workload is: `NAME` or `KIND/NAME` of the source, and `NAME` or `NAMESPACE/NAME` of the object.
    pub names: Vec<(String, String)>,
    /// Whether workloads may be missing in the manifests.
    pub partial: bool,
}

/// Adds to each program what the manifests break of it, and describes what its workloads became.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::verify::{Rendered, VerifyOptions, verify};
///
/// let source = r#"
/// pod hello {
///   step a { image "busybox:1.37"; run "true" }
///   step b { after a; image "busybox:1.37"; run "true" }
///   app web { image "nginx:1.29" }
/// }
/// "#;
/// let mut hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let mut rendered = Rendered::default();
/// rendered.read("hello.yaml", hello.workloads[0].yaml(None).replace("- name: a\n", "- name: c\n"));
/// verify(&mut [&mut hello], &rendered, &VerifyOptions::default());
/// assert_eq!(hello.diagnostics[0].headline, "step `a` is missing in what was rendered");
/// ```
pub fn verify(
    compilations: &mut [&mut Compilation],
    rendered: &Rendered,
    options: &VerifyOptions,
) -> Vec<Held> {
    let workloads = compilations.iter().flat_map(|compilation| &compilation.workloads);
    let workloads: Vec<&Workload> = workloads.map(|compiled| &*compiled.workload).collect();
    let matches = find(&workloads, rendered, &options.names);
    let mut matches = matches.into_iter();
    let mut all = Vec::new();
    for compilation in compilations {
        let Compilation { sources, diagnostics, workloads, .. } = &mut **compilation;
        let mut found = Findings::default();
        for (compiled, matched) in workloads.iter().zip(&mut matches) {
            match matched {
                Match::Found(objects) => hold(compiled, &objects, &mut found, &mut all),
                Match::Ambiguous(objects) => found.add(ambiguous(&compiled.workload, &objects)),
                Match::Missing if options.partial => {}
                Match::Missing => found.add(missing(&compiled.workload, rendered)),
            }
        }
        for file in &rendered.files {
            sources.share(file.id, file);
        }
        diagnostics.extend(found.all());
        diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
    }
    all
}

/// The names of a call that mean none of the workloads.
pub fn unknown_names<'n>(compilations: &[&Compilation], options: &'n VerifyOptions) -> Vec<&'n str> {
    let workloads = || compilations.iter().flat_map(|compilation| &compilation.workloads);
    let is_unknown = |name: &&str| !workloads().any(|compiled| means(name, &compiled.workload));
    options.names.iter().map(|(name, _)| name.as_str()).filter(is_unknown).collect()
}

/// Holds the objects of a workload to it.
fn hold(compiled: &Compiled, objects: &[&RenderedWorkload], findings: &mut Findings, all: &mut Vec<Held>) {
    let first = all.len();
    for object in objects {
        let pair = Pair::new(compiled, object);
        let mut found = Vec::new();
        containers::check(&pair, &mut found);
        order::check(&pair, &mut found);
        mounts::check(&pair, &mut found);
        if found.is_empty() {
            totals::check(&pair, &mut found);
        }
        totals::check_budget(&pair, &mut found);
        for diagnostic in found {
            findings.add(diagnostic);
        }
        let held = Held::of(&pair, called(&compiled.workload));
        match all[first..].iter_mut().find(|known| known.is_like(&held)) {
            Some(known) => known.others += 1,
            None => all.push(held),
        }
    }
}

/// Findings, each once: the pods of one workload usually have the same ones.
#[derive(Default)]
struct Findings {
    all: Vec<(Diagnostic, usize)>,
    known: HashMap<(Code, Span, String), usize>,
}

impl Findings {
    fn add(&mut self, diagnostic: Diagnostic) {
        let key = (diagnostic.code, diagnostic.primary.span, diagnostic.headline.clone());
        match self.known.get(&key) {
            Some(at) => self.all[*at].1 += 1,
            None => {
                self.known.insert(key, self.all.len());
                self.all.push((diagnostic, 0));
            }
        }
    }

    fn all(self) -> impl Iterator<Item = Diagnostic> {
        self.all.into_iter().map(|(mut diagnostic, others)| {
            if let Some(label) = diagnostic.labels.first_mut().filter(|_| others > 0) {
                let word = if others == 1 { "object" } else { "objects" };
                label.text = format!("{} (the same in {others} other {word})", label.text);
            }
            diagnostic
        })
    }
}

fn place(workload: &Workload) -> Span {
    workload.name.as_ref().map_or(workload.span, |name| name.span)
}

fn title(workload: &Workload) -> String {
    format!("{} `{}`", workload.kind.name(), called(workload))
}

/// The most objects that a message names.
const MOST_NAMED: usize = 5;

fn missing(workload: &Workload, rendered: &Rendered) -> Diagnostic {
    let mut seen = HashSet::new();
    let of_kind = rendered.workloads.iter().flat_map(|object| &object.origins);
    let of_kind = of_kind.filter(|(kind, name)| *kind == workload.kind && seen.insert(name.clone()));
    let names: Vec<&SmolStr> = of_kind.map(|(_, name)| name).take(MOST_NAMED).collect();
    let kind = workload.kind.name();
    let headline = format!("{} is not in the manifests", title(workload));
    let error = Diagnostic::error(Code::MissingWorkload, place(workload), headline);
    match names.first() {
        None => error
            .here(format!("there is no {kind} there"))
            .help("render all workloads of the sources, or pass over the missing ones by `--partial`"),
        Some(name) => error
            .here(format!("the manifests have {kind} {}", either(names.iter().map(|name| name.as_str()))))
            .help(format!(
                "if another object is meant, name it, as in `--name {}={name}`; pass over missing ones by `--partial`",
                called(workload)
            )),
    }
}

fn ambiguous(workload: &Workload, objects: &[&RenderedWorkload]) -> Diagnostic {
    let names: HashSet<&str> = objects.iter().map(|object| object.name.as_str()).collect();
    let full = |object: &RenderedWorkload| match &object.namespace {
        Some(namespace) if names.len() < objects.len() => format!("{namespace}/{}", object.name),
        _ => object.name.to_string(),
    };
    let count = objects.len();
    let shown = objects.iter().take(MOST_NAMED);
    let headline = match count {
        1 => format!("one object could be {}, by a part of its name", title(workload)),
        _ => format!("{count} objects could be {}", title(workload)),
    };
    let error = Diagnostic::error(Code::AmbiguousWorkload, place(workload), headline)
        .here("this is not the name of an object in the manifests");
    let error =
        shown.clone().fold(error, |error, object| error.label(object.place, format!("`{}`", full(object))));
    let first = shown.clone().next().map(|object| full(object)).unwrap_or_default();
    error.help(format!("name the one that is meant, as in `--name {}={first}`", called(workload)))
}
