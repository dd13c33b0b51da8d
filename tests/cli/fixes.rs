//! Tests how `check` applies fixes: which, to which files, and what it says.

use super::Folder;
use std::fs;

const UNQUOTED: &str = "pod hello {\n  app web { image nginx:1.27; memory 64Mi; port http:80 }\n}\n";
const QUOTED: &str = "pod hello {\n  app web { image \"nginx:1.27\"; memory 64Mi; port http 80 }\n}\n";

#[test]
fn safe_fixes_are_applied_and_the_rest_is_reported() {
    let broken = UNQUOTED.replace("memory 64Mi", "memory 512MB; stdin 5");
    let folder = Folder::new().with("a.initflow", UNQUOTED).with("sub/b.initflow", &broken);
    let ran = folder.runs("check --fix .").ends_with(1).prints_nothing();
    let ran = ran.says("fixed: 4 findings in 2 files\n").says("found `5`").says("`512Mi`");
    assert!(!ran.stderr.contains("nginx:1.27` "), "{}", ran.stderr);
    ran.says("help: --unsafe-fixes also applies 1 fix that may change what a source means\n");
    assert_eq!(folder.text("a.initflow"), QUOTED);
    assert_eq!(folder.text("sub/b.initflow"), QUOTED.replace("memory 64Mi", "memory 512MB; stdin 5"));
    let ran = folder.runs("check --fix .").ends_with(1);
    assert!(!ran.stderr.contains("fixed:"), "{}", ran.stderr);
    folder.runs("check --fix a.initflow").ends_with(0).says_nothing();
    folder.runs("check --unsafe-fixes .").ends_with(1).says("fixed: 1 finding in `./sub/b.initflow`\n");
    assert!(folder.text("sub/b.initflow").contains("memory 512Mi; stdin 5"));
}

#[test]
fn a_difference_is_shown_and_nothing_is_written() {
    let folder = Folder::new().with("a.initflow", UNQUOTED).with("b.initflow", QUOTED);
    let ran = folder.runs("check --diff .").ends_with(1).says("fixable: 2 findings in `./a.initflow`\n");
    let line = "  app web { image";
    ran.prints(&format!(
        "--- ./a.initflow\n+++ ./a.initflow\n@@ -1,3 +1,3 @@\n pod hello {{\n-{line} nginx:1.27;"
    ));
    assert_eq!(folder.text("a.initflow"), UNQUOTED);
    folder.runs("check --diff b.initflow").ends_with(0).prints_nothing().says_nothing();
    let ran = folder.runs("check --diff --format json a.initflow").ends_with(1).prints("+  app web");
    // The difference is the result, so the report is a message: of what the fixes leave.
    ran.says("\"diagnostics\": []");
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let folder = Folder::new();
    let ran = folder.runs_on(UNQUOTED, "check --fix -").ends_with(0).says("fixed: 2 findings in `<stdin>`\n");
    assert_eq!(ran.stdout, QUOTED);
    let ran = folder.runs_on(QUOTED, "check --fix -").ends_with(0).says_nothing();
    assert_eq!(ran.stdout, QUOTED);
    folder.runs_on(UNQUOTED, "check --diff -").ends_with(1).prints("+++ <stdin>");
}

#[test]
fn a_used_file_is_fixed_only_if_the_call_names_it() {
    let library = "template app web(tag: string) { image \"nginx:#{tag}\"; port http:80 }\n";
    let program = "use \"lib.initflow\"\npod hello {\n  app web from lib.web(1.29) { memory 64Mi }\n}\n";
    let folder = Folder::new().with("lib.initflow", library).with("main.initflow", program);
    folder.runs("check --fix main.initflow").ends_with(1).says("lib.initflow:1:");
    assert_eq!(folder.text("lib.initflow"), library);
    folder.runs("check --fix main.initflow ./lib.initflow").says("fixed: ");
    assert_eq!(folder.text("lib.initflow"), library.replace("http:80", "http 80"));
    assert_eq!(folder.runs("check --diff .").stdout, "");
}

#[test]
fn fixed_files_keep_their_line_ends_links_and_encoding() {
    let folder =
        Folder::new().with("a.initflow", UNQUOTED.replace('\n', "\r\n")).with("b.initflow", b"pod \xff");
    folder.runs("check --fix a.initflow b.initflow").ends_with(2).says("fixed: 2 findings in `a.initflow`");
    assert_eq!(folder.text("a.initflow"), QUOTED.replace('\n', "\r\n"));
    assert_eq!(fs::read(folder.0.join("b.initflow")).expect("the file"), b"pod \xff");
    assert_eq!(folder.files(), ["a.initflow", "b.initflow"]);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_fixed_once() {
    let folder = Folder::new().with("a.initflow", UNQUOTED);
    std::os::unix::fs::symlink("a.initflow", folder.0.join("b.initflow")).expect("a link");
    folder.runs("check --fix .").ends_with(0).says("fixed: 2 findings in `./a.initflow`\n");
    assert_eq!(folder.text("a.initflow"), QUOTED);
    assert!(fs::symlink_metadata(folder.0.join("b.initflow")).expect("a link").is_symlink());
}

/// All programs with faults that have fixes: fixing them ends, leads to no more errors, and fixing again changes nothing.
#[test]
fn fixing_again_changes_nothing() {
    let folder = fs::read_dir("tests/fixes")
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .fold(Folder::new(), |folder, path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a text");
            text.split("====\n").enumerate().fold(folder, |folder, (at, case)| {
                let case = case.strip_prefix("offered\n").unwrap_or(case);
                let program = case.split_once("----\n").map_or(case, |(written, _)| written);
                folder.with(&format!("{name}-{at}.initflow"), program)
            })
        });
    let errors = |arguments: &str| {
        let ran = folder.runs(arguments);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("a report");
        let count = report["summary"]["errors"].as_u64().expect("a number");
        (count, ran.stderr.contains("fixed:"))
    };
    let (before, _) = errors("check --format json .");
    for fix in ["--fix", "--unsafe-fixes"] {
        let (after, fixed) = errors(&format!("check --format json {fix} ."));
        assert!(fixed && after < before, "{fix}: {after} errors of {before}");
        let (again, fixed) = errors(&format!("check --format json {fix} ."));
        assert!(!fixed && again == after, "{fix}: {again} errors of {after}");
        folder.runs(&format!("check --diff {fix} .")).prints_nothing();
    }
}
