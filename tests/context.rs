//! Checks workloads with what surrounds them: each folder `tests/context/NAME/CASE` is checked as a project, and says
//! what its file `expected.txt` says; one that begins with `sound` says nothing.
#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "tests/context";

#[test]
fn contradictions_are_found_and_nothing_else() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut complaints = Vec::new();
    for kind in folders(Path::new(FOLDER)) {
        let cases = folders(&kind);
        let is_sound = |case: &&PathBuf| name(case).starts_with("sound");
        assert!(cases.iter().any(|case| is_sound(&case)), "{}: no sound case", kind.display());
        assert!(!cases.iter().all(|case| is_sound(&case)), "{}: no failing case", kind.display());
        for case in &cases {
            let found = check(case);
            let file = case.join("expected.txt");
            if update && !is_sound(&case) {
                fs::write(&file, &found).expect("the expected findings can be written");
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            if is_sound(&case) != found.is_empty() || found != expected {
                complaints.push(format!("{}: expected\n{expected}\nfound\n{found}", case.display()));
            }
            // Each kind is named after its warning.
            if !is_sound(&case) && !found.contains(&format!("[{}]", name(&kind))) {
                complaints.push(format!("{}: does not have the warning of its folder", case.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What a check of a folder says, with its own manifests as context.
fn check(case: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_initflow"))
        .args(["check", "--with", ".", "."])
        .current_dir(case)
        .output()
        .expect("initflow runs");
    let text = String::from_utf8(output.stdout).expect("text");
    text + &String::from_utf8(output.stderr).expect("text")
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
