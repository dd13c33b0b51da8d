//! Applies each fix that is marked safe, and holds the result to what the author meant.
//!
//! The cases are in `fixes/NAME.txt`, one file per diagnostic: a program with the fault, `----`, the program that was
//! meant; `====` separates cases. Once all safe fixes are applied, both compile to the same objects. A case that starts
//! with `offered` holds a fix that is only offered: applied on its own, it gives what was meant too.
//!
//! The programs of an explanation are the case of a diagnostic without a file.
#![allow(clippy::expect_used, clippy::panic)]

use initflow::compile::{Compilation, CompileOptions, NoFiles, compile};
use initflow::diagnostic::catalog::Language;
use initflow::diagnostic::{Applicability, Code, Diagnostic, Edit};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FOLDER: &str = "tests/fixes";

/// Diagnostics with a safe fix in files that are not programs; `tests/docs/messages/` shows what their fixes change.
const ELSEWHERE: &[&str] = &["unknown-allowance", "unknown-setting", "wrong-setting", "wrong-type"];

/// A program with a fault, and the one that was meant.
struct Case<'a> {
    code: Code,
    written: &'a str,
    meant: &'a str,
    /// The least certain fixes that are applied.
    applied: Applicability,
}

#[test]
fn a_fix_leaves_the_program_that_was_meant() {
    let files = files();
    let mut complaints = Vec::new();
    let mut fixed = BTreeSet::new();
    for (code, text) in &files {
        for case in text.split("====\n").map(|text| case(*code, text)) {
            match complaint(&case) {
                Some(complaint) => complaints.push(format!("{code}: {complaint}\n{}", case.written)),
                None => drop((case.applied == Applicability::Safe).then(|| fixed.insert(*code))),
            }
        }
    }
    let is_explained =
        |code: &Code| code.language() == Language::Initflow && files.iter().all(|(known, _)| known != code);
    for code in Code::ALL.iter().copied().filter(is_explained) {
        let (Some(written), Some(meant)) = (code.failing(), code.fixed()) else { continue };
        let case = Case { code, written, meant, applied: Applicability::Safe };
        if !safe(&compiled(written).diagnostics, code).is_empty() {
            match complaint(&case) {
                Some(complaint) => complaints.push(format!("the explanation of {code}: {complaint}")),
                None => drop(fixed.insert(code)),
            }
        }
    }
    let untested = with_safe_fixes().into_iter().filter(|code| !fixed.contains(code));
    complaints.extend(
        untested.map(|code| format!("{code} has a safe fix, but no case in {FOLDER}/{}.txt", code.name())),
    );
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}

/// The files of cases with their diagnostics.
fn files() -> Vec<(Code, String)> {
    let entries = fs::read_dir(FOLDER).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<(Code, String)> = entries
        .map(|path| {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            (name.parse().expect("the name of a diagnostic"), fs::read_to_string(&path).expect("a text"))
        })
        .collect();
    files.sort_by_key(|(code, _)| *code);
    files
}

fn case(code: Code, text: &str) -> Case<'_> {
    let offered = text.strip_prefix("offered\n");
    let (written, meant) = offered.unwrap_or(text).split_once("----\n").expect("two programs");
    let applied = if offered.is_some() { Applicability::Unsafe } else { Applicability::Safe };
    Case { code, written, meant, applied }
}

/// What is wrong with a case.
fn complaint(case: &Case) -> Option<String> {
    let before = compiled(case.written);
    let is_applied = |found: &&Diagnostic| {
        found.code == case.code && found.fix.as_ref().is_some_and(|fix| fix.applicability == case.applied)
    };
    if !before.diagnostics.iter().any(|found| is_applied(&found)) {
        let found: Vec<_> = before.diagnostics.iter().map(|found| (found.code, &found.fix)).collect();
        return Some(format!("no such fix, but {found:?}"));
    }
    let chosen: Vec<&Diagnostic> = match case.applied {
        Applicability::Safe => before.diagnostics.iter().collect(),
        _ => before.diagnostics.iter().filter(is_applied).collect(),
    };
    let edits = chosen.into_iter().filter_map(|found| found.fix.as_ref());
    let edits = edits.filter(|fix| fix.applicability == case.applied).flat_map(|fix| &fix.edits);
    let after = edited(case.written, edits.collect());
    let (after, meant) = (compiled(&after), compiled(case.meant));
    if meant.failed() {
        return Some(format!("what was meant does not compile: {:?}", faults(&meant)));
    }
    if after.failed() {
        return Some(format!("what was fixed does not compile: {:?}", faults(&after)));
    }
    let (after, meant) = (yaml(&after), yaml(&meant));
    (after != meant).then(|| format!("fixed, it is\n{after}but meant was\n{meant}"))
}

fn compiled(program: &str) -> Compilation {
    compile("main.initflow", program.to_owned(), &NoFiles, &CompileOptions::default())
}

fn faults(compilation: &Compilation) -> Vec<String> {
    compilation.diagnostics.iter().map(|found| format!("{}: {}", found.code, found.headline)).collect()
}

fn yaml(compilation: &Compilation) -> String {
    compilation.workloads.iter().map(|workload| workload.yaml(None)).collect()
}

/// The diagnostics of a name that have a safe fix.
fn safe(diagnostics: &[Diagnostic], code: Code) -> Vec<&Diagnostic> {
    let is_safe = |found: &&Diagnostic| {
        found.code == code && found.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
    };
    diagnostics.iter().filter(is_safe).collect()
}

/// A text after edits; of two at one place, the first one is closer to the start.
fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span.start);
    let mut after = text.to_owned();
    for edit in edits.into_iter().rev() {
        after.replace_range(edit.span.range(), &edit.text);
    }
    after
}

/// The diagnostics that are raised in a function that makes a safe fix.
fn with_safe_fixes() -> BTreeSet<Code> {
    let mut codes = BTreeSet::new();
    gather(Path::new("src"), &mut codes);
    codes.retain(|code| code.language() == Language::Initflow && !ELSEWHERE.contains(&code.name()));
    codes
}

fn gather(folder: &Path, codes: &mut BTreeSet<Code>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, codes);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source");
        let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for function in code.split("fn ").filter(|function| function.contains("Applicability::Safe")) {
            let names = function.split("Code::").skip(1).map(|rest| {
                rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default()
            });
            for name in names {
                codes.extend(Code::ALL.iter().copied().filter(|code| format!("{code:?}") == name));
            }
        }
    }
}
