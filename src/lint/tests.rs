//! Shows what a rule finds in a program, for the rules' own tests.

mod misread;

use crate::compile::{CompileOptions, NoFiles, compile};
use crate::diagnostic::visible::plain;
use crate::diagnostic::{Applicability, Code, Diagnostic, applied};
use crate::kubernetes::version::Version;
use std::fmt::Write as _;
use std::ops::Range;

/// A pod with a step that runs a script, and has a volume at `/v`.
pub(super) fn step(script: &str) -> String {
    format!(
        "pod p {{\n  volume v\n  step s {{\n    image \"a:1\"\n    script \'\'\'\n      {script}\n    \'\'\'\n    mounts v at /v\n  }}\n  app b {{ image \"b:1\"; mounts v at /v }}\n}}\n"
    )
}

/// Shows what a rule finds in each of some programs, which is at least one thing: its place between `«` and `»`, what is
/// wrong with it, and what the fix changes.
#[track_caller]
pub(super) fn found<T: AsRef<str>>(code: Code, programs: impl IntoIterator<Item = T>) -> String {
    let mut shown = String::new();
    for program in programs {
        let text = program.as_ref();
        let found = raised(code, text);
        assert!(!found.is_empty(), "nothing is found in\n{text}");
        for diagnostic in found {
            show(&mut shown, text, &diagnostic);
        }
    }
    shown
}

/// Asks that a rule finds nothing.
#[track_caller]
pub(super) fn passes(code: Code, text: &str) {
    let found = raised(code, text);
    assert!(found.is_empty(), "{found:?}\n{text}");
}

#[track_caller]
fn raised(code: Code, text: &str) -> Vec<Diagnostic> {
    let options = CompileOptions { version: Version::NEWEST, ..CompileOptions::default() };
    let compilation = compile("main.initflow", text.to_owned(), &NoFiles, &options);
    assert!(!compilation.failed(), "{:?}\n{text}", compilation.diagnostics);
    compilation.diagnostics.into_iter().filter(|diagnostic| diagnostic.code == code).collect()
}

/// Writes one finding: a line for its place, and indented lines for its headline and its fix.
fn show(shown: &mut String, text: &str, diagnostic: &Diagnostic) {
    let Range { start, end } = diagnostic.primary.span.range();
    let place = &text[start..end];
    let (first, rest) = place.split_once('\n').unwrap_or((place, ""));
    let more = if rest.is_empty() { "" } else { "…" };
    let _ =
        writeln!(shown, "{}", plain(&format!("{}«{first}{more}»{}", before(text, start), after(text, end))));
    let _ = writeln!(shown, "  {}", plain(&diagnostic.headline));
    if let Some(fix) = &diagnostic.fix {
        let applicability = match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
            Applicability::Display => "to fill in",
        };
        let _ = writeln!(shown, "  fix ({applicability}): {}", plain(&fix.title));
        change(shown, text, &applied(text, &fix.edits));
    }
}

/// Writes the stretch in which two texts differ, without what they have in common before and after it.
fn change(shown: &mut String, old: &str, new: &str) {
    let alike = |pair: &((usize, char), char)| pair.0.1 == pair.1;
    let start = old
        .char_indices()
        .zip(new.chars())
        .find(|pair| !alike(pair))
        .map_or(old.len().min(new.len()), |pair| pair.0.0);
    let ends = old[start..].chars().rev().zip(new[start..].chars().rev());
    let common: usize = ends.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum();
    for (sign, text) in [('-', old), ('+', new)] {
        let end = text.len() - common;
        let changed = format!("{}{}{}", before(text, start), &text[start..end], after(text, end));
        for line in changed.lines() {
            let _ = writeln!(shown, "  {sign} {}", plain(line.trim_end()));
        }
    }
}

/// How much of a line is shown before a place and after it, in characters.
const AROUND: usize = 24;

/// The end of what is before a place in its line.
fn before(text: &str, at: usize) -> String {
    let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    match line.char_indices().rev().nth(AROUND) {
        Some((cut, _)) => format!("…{}", &line[cut..]),
        None => line.to_owned(),
    }
}

/// The start of what is after a place in its line.
fn after(text: &str, at: usize) -> String {
    let line = text[at..].split('\n').next().unwrap_or_default();
    match line.char_indices().nth(AROUND) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.to_owned(),
    }
}
