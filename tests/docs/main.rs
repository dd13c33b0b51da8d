//! What is written about the language holds: every program in the documentation is compiled.
#![allow(clippy::expect_used, clippy::panic)]

mod catalog;
mod fences;
mod readme;
mod reference;

use initflow::compile::{NoFiles, Options, compile};
use initflow::config::{self, FILE_NAME};
use initflow::diagnostic::human::Human;
use initflow::source::Sources;

/// The names of what a program raises, in order, and all of it as a person sees it.
fn raised(program: &str, options: &Options) -> (Vec<&'static str>, String) {
    let compilation = compile("main.initflow", program.to_owned(), &NoFiles, options);
    let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
    (compilation.diagnostics.iter().map(|diagnostic| diagnostic.name).collect(), shown)
}

/// The same of a file of settings.
fn raised_in_settings(text: &str) -> (Vec<&'static str>, String) {
    let mut sources = Sources::default();
    let id = sources.add(FILE_NAME, text);
    let (_, diagnostics) = config::read(sources.get(id));
    let shown = Human::default().render(&sources, &diagnostics);
    (diagnostics.iter().map(|diagnostic| diagnostic.name).collect(), shown)
}

/// Says every complaint of a test at once.
#[track_caller]
fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}
