//! Checks the documentation against the code: compiles every program in it, and compares every table.
#![allow(clippy::expect_used, clippy::panic)]

mod catalog;
mod contracts;
mod cookbook;
mod fences;
mod links;
mod messages;
mod readme;
mod reference;
mod versions;

use initflow::compile::Setting;
use initflow::compile::{CompileOptions, NoFiles, compile};
use initflow::config::{self, FILE_NAME};
use initflow::context::Context;
use initflow::diagnostic::catalog::Language;
use initflow::diagnostic::human::Human;
use initflow::diagnostic::{Code, Diagnostic, Severity};
use initflow::import::{Strangers, compile_manifests, import_with_idioms};
use initflow::kubernetes::version::Version;
use initflow::source::Sources;
use initflow::verify::{Rendered, VerifyOptions, verify};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The texts outside the site that have programs.
const TEXTS: [&str; 3] = ["README.md", "CONTRIBUTING.md", "grammar/reference.md"];

/// The pages of the site.
const PAGES: &str = "docs/pages";

/// The paths of all texts that have programs: those of the repository, then the pages of the site.
fn texts() -> Vec<String> {
    let mut texts = TEXTS.map(str::to_owned).to_vec();
    texts.extend(pages());
    texts
}

/// The paths of the site's pages.
fn pages() -> Vec<String> {
    let mut pages = markdown_below(PAGES);
    assert!(pages.len() > 40, "{PAGES} has {} pages", pages.len());
    pages.sort();
    pages
}

/// The paths of the Markdown files in a folder and below it.
fn markdown_below(folder: impl AsRef<Path>) -> Vec<String> {
    let folder = folder.as_ref();
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() && !path.ends_with("node_modules") {
            found.extend(markdown_below(path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path.display().to_string());
        }
    }
    found
}

/// The diagnostics of a program, a settings file or a manifest.
struct Raised {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Raised {
    fn names(&self) -> Vec<&'static str> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect()
    }

    /// All diagnostics, as they are shown to a person.
    fn shown(&self) -> String {
        Human::default().render(&self.sources, &self.diagnostics)
    }

    fn severity(&self) -> Option<Severity> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.severity).min()
    }
}

fn raised(language: Language, program: &str, options: &CompileOptions) -> Raised {
    let program = program.to_owned();
    let (sources, diagnostics) = match language {
        Language::Initflow => {
            let compilation = compile("main.initflow", program, &NoFiles, options);
            (compilation.sources, compilation.diagnostics)
        }
        Language::Toml => {
            let mut sources = Sources::default();
            let id = sources.add(FILE_NAME, program);
            let (_, diagnostics) = config::read(sources.get(id));
            (sources, diagnostics)
        }
        // Objects around the workloads, too.
        Language::Yaml if program.contains("\n---\n") => {
            let compilation =
                compile_manifests("main.yaml", program, Strangers::Skip, options, |compiled| compiled);
            (compilation.sources, compilation.diagnostics)
        }
        Language::Yaml => {
            let import = import_with_idioms("main.yaml", &program, options);
            (import.sources, import.diagnostics)
        }
    };
    Raised { sources, diagnostics }
}

/// The diagnostics of a program in an explanation.
fn raised_by(code: Code, program: Option<&str>) -> Raised {
    if let Some(source) = code.source() {
        return raised_against(source, program.unwrap_or_default(), &options(code));
    }
    raised(code.language(), program.unwrap_or_default(), &options(code))
}

/// The diagnostics of manifests that are held to a source.
fn raised_against(source: &str, manifests: &str, options: &CompileOptions) -> Raised {
    let mut compilation = compile("main.initflow", source.to_owned(), &NoFiles, options);
    let mut rendered = Rendered::default();
    rendered.read("main.yaml", manifests);
    verify(&mut [&mut compilation], &rendered, &VerifyOptions::default());
    Raised { sources: compilation.sources, diagnostics: compilation.diagnostics }
}

/// Programs are compiled for the default version of Kubernetes and without values for params, unless the text above them
/// has `--kube VERSION`, `--set NAME=VALUE` or `complete = true`.
fn options(code: Code) -> CompileOptions {
    let option = |flag: &str| code.text().split_once(flag).and_then(|(_, rest)| rest.split('`').next());
    let version = option("`--kube ").map_or(Version::DEFAULT, |version| version.parse().expect("a version"));
    let setting = |(name, value): (&str, &str)| Setting::new(name, value);
    let settings =
        option("`--set ").and_then(|text| text.split_once('=')).filter(|(name, _)| *name != "name");
    let mut context = Context::default();
    context.complete = code.text().contains("`complete = true`");
    CompileOptions {
        version,
        context: Arc::new(context),
        settings: settings.map(setting).into_iter().collect(),
        ..CompileOptions::default()
    }
}

/// Fails with all complaints of a test.
#[track_caller]
fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}
