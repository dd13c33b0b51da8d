//! What the rules' own tests have in common.

use crate::compile::{NoFiles, Options, compile};
use crate::diagnostic::{Code, Diagnostic};

/// A pod with a step that runs a script, and has a volume at `/v`.
pub(super) fn step(script: &str) -> String {
    format!(
        "pod p {{\n  volume v\n  step s {{\n    image \"a:1\"\n    script \'\'\'\n      {script}\n    \'\'\'\n    mounts v at /v\n  }}\n  app b {{ image \"b:1\"; mounts v at /v }}\n}}\n"
    )
}

/// The messages of a rule about a program that compiles.
#[track_caller]
pub(super) fn messages(code: Code, text: &str) -> Vec<String> {
    found(code, text).into_iter().map(|diagnostic| diagnostic.headline).collect()
}

/// Asks that a rule finds one thing.
#[track_caller]
pub(super) fn finds(code: Code, text: &str) {
    let found = messages(code, text);
    assert_eq!(found.len(), 1, "{found:?}\n{text}");
}

/// Asks that a rule finds nothing.
#[track_caller]
pub(super) fn passes(code: Code, text: &str) {
    let found = messages(code, text);
    assert!(found.is_empty(), "{found:?}\n{text}");
}

#[track_caller]
fn found(code: Code, text: &str) -> Vec<Diagnostic> {
    let compilation = compile("main.initflow", text.to_owned(), &NoFiles, &Options::default());
    assert!(!compilation.failed(), "{:?}\n{text}", compilation.diagnostics);
    compilation.diagnostics.into_iter().filter(|diagnostic| diagnostic.code == code).collect()
}
