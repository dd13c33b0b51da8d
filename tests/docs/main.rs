//! What is written about the language holds: every program in the documentation is compiled.
#![allow(clippy::expect_used, clippy::panic)]

mod catalog;
mod fences;
mod readme;
mod reference;
mod versions;

use initflow::compile::{NoFiles, Options, compile};
use initflow::config::{self, FILE_NAME};
use initflow::diagnostic::Severity;
use initflow::diagnostic::catalog::Language;
use initflow::diagnostic::human::Human;
use initflow::import::import_with_idioms;
use initflow::source::Sources;

/// What a program, a file of settings or a manifest raises.
struct Raised {
    names: Vec<&'static str>,
    /// All of it as a person sees it.
    shown: String,
    severity: Option<Severity>,
}

fn raised(language: Language, program: &str, options: &Options) -> Raised {
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
        Language::Yaml => {
            let import = import_with_idioms("main.yaml", &program, options);
            (import.sources, import.diagnostics)
        }
    };
    Raised {
        names: diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect(),
        shown: Human::default().render(&sources, &diagnostics),
        severity: diagnostics.iter().map(|diagnostic| diagnostic.severity).min(),
    }
}

/// Says every complaint of a test at once.
#[track_caller]
fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}
