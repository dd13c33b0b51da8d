//! Shows what the failing program of each explanation prints, and what its fix changes: one text per diagnostic in
//! `messages/`, for reviewers. `UPDATE=1` writes them.

use crate::{Raised, no_complaints, raised_by};
use initflow::diagnostic::human::Human;
use initflow::diagnostic::{Applicability, Code, Diagnostic, Fix};
use initflow::source::{FileId, SourceFile};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fs;

const FOLDER: &str = "tests/docs/messages";

#[test]
fn every_message_and_its_fix_are_as_reviewed() {
    let expected: BTreeMap<String, String> =
        Code::ALL.iter().map(|code| (format!("{}.txt", code.name()), report(*code))).collect();
    let mut complaints = Vec::new();
    let update = std::env::var_os("UPDATE").is_some();
    if update {
        fs::create_dir_all(FOLDER).expect("the folder can be made");
    }
    for (name, expected) in &expected {
        let path = format!("{FOLDER}/{name}");
        let written = fs::read_to_string(&path).unwrap_or_default();
        if update && written != *expected {
            fs::write(&path, expected).expect("a message can be written");
        } else if written != *expected {
            let diff = TextDiff::from_lines(written.as_str(), expected);
            complaints
                .push(format!("{path} is stale:\n{}", diff.unified_diff().header("written", "printed")));
        }
    }
    for file in fs::read_dir(FOLDER).expect("the folder can be read") {
        let path = file.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if expected.contains_key(name) {
            continue;
        }
        if update {
            fs::remove_file(&path).expect("a file can be removed");
        } else {
            complaints.push(format!("{} does not belong to a diagnostic", path.display()));
        }
    }
    if !complaints.is_empty() {
        complaints.push("after a review, run `UPDATE=1 cargo test --test docs`".to_owned());
    }
    no_complaints(&complaints);
}

#[test]
fn titles_of_fixes_are_imperatives_in_the_case_of_helps() {
    let is_imperative = |title: &str| !title.ends_with(['?', '.']) && title.starts_with(char::is_lowercase);
    let mut complaints = Vec::new();
    for code in Code::ALL {
        let fixes = raised_by(*code, code.failing()).diagnostics.into_iter().filter_map(|found| found.fix);
        let wrong = fixes.filter(|fix| !is_imperative(&fix.title));
        complaints.extend(wrong.map(|fix| format!("{code}: {}", fix.title)));
    }
    no_complaints(&complaints);
}

/// The messages of the failing program, each followed by its fix.
fn report(code: Code) -> String {
    let Raised { sources, mut diagnostics } = raised_by(code, code.failing());
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.severity));
    let mut report = String::new();
    for diagnostic in &diagnostics {
        report += &Human::default().render(&sources, std::slice::from_ref(diagnostic));
        if let Some(fix) = &diagnostic.fix {
            report += &applied(code, sources.get(diagnostic.primary.span.file), fix);
            report.push('\n');
        }
    }
    report.truncate(report.trim_end().len());
    report.push('\n');
    report
}

/// The title of a fix, what it changes, and what the changed program still raises.
fn applied(code: Code, before: &SourceFile, fix: &Fix) -> String {
    let applicability = match fix.applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
        Applicability::Display => "has placeholders",
    };
    let after = edited(&before.text, before.id, fix);
    let diff = TextDiff::from_lines(before.text.as_str(), after.as_str());
    let diff = diff.unified_diff().to_string();
    // An empty unchanged line would leave a trailing space.
    let diff: Vec<&str> = diff.lines().map(|line| if line == " " { "" } else { line }).collect();
    let rest = raised_by(code, Some(&after)).diagnostics;
    let rest = match rest.as_slice() {
        [] => " nothing".to_owned(),
        rest => rest.iter().fold(":".to_owned(), |all, diagnostic| all + "\n  " + &line(diagnostic)),
    };
    let diff = diff.join("\n");
    format!("fix ({applicability}): {}\n{diff}\n\nthe changed program raises{rest}\n", fix.title)
}

fn line(diagnostic: &Diagnostic) -> String {
    format!("{}: {}", diagnostic.code.name(), diagnostic.headline)
}

/// The program after the edits of a fix.
fn edited(before: &str, program: FileId, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span.start);
    let mut after = before.to_owned();
    for edit in edits.into_iter().rev() {
        assert_eq!(edit.span.file, program, "{}: a fix may change only the program", fix.title);
        after.replace_range(edit.span.range(), &edit.text);
    }
    after
}
