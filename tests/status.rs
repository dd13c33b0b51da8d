//! Checks what `initflow status` says of pods: each folder `tests/status/NAME` has pods, and events, logs and a source if there
//! are some. `expected.txt` has the exit status and what is printed, `expected.json` the same as JSON.
#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "tests/status";

const REFERENCE: &str = "docs/pages/reference/status.md";

#[test]
fn every_case_says_what_is_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut complaints = Vec::new();
    for case in cases() {
        let (status, text) = status(&case, "text");
        let (json_status, json) = status_of_json(&case);
        assert_eq!(status, json_status, "{}: both formats have one exit status", case.display());
        for (file, found) in
            [("expected.txt", format!("exit status {status}\n{text}")), ("expected.json", json)]
        {
            let file = case.join(file);
            if update {
                fs::write(&file, &found).expect("the expected output can be written");
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            if found != expected {
                complaints.push(format!("{}: expected\n{expected}\nfound\n{found}", file.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The kinds of trouble of the reference are those of the cases.
#[test]
fn every_kind_of_trouble_has_a_case() {
    let reference = fs::read_to_string(REFERENCE).expect("the reference");
    let table = reference.split("| kind | what is wrong |").nth(1).expect("the table of kinds");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| `"));
    let documented: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let texts: Vec<String> = cases()
        .iter()
        .map(|case| fs::read_to_string(case.join("expected.json")).expect("an expected output"))
        .collect();
    for kind in &documented {
        let words = format!("\"kind\": \"{kind}\"");
        assert!(texts.iter().any(|text| text.contains(&words)), "no case has the kind `{kind}`");
    }
    for line in texts.iter().flat_map(|text| text.lines()) {
        let kind = line.trim().strip_prefix("\"kind\": \"").and_then(|rest| rest.strip_suffix("\","));
        let Some(kind) = kind.filter(|kind| kind.starts_with(|letter: char| letter.is_ascii_lowercase()))
        else {
            continue;
        };
        assert!(documented.contains(&kind), "the reference does not have the kind `{kind}`");
    }
    assert!(documented.len() >= 25 && texts.len() >= 60, "{} kinds, {} cases", documented.len(), texts.len());
}

/// No text of a pod may reach a terminal as a control sequence, or pretend to be a line of its own.
#[test]
fn hostile_texts_are_visible() {
    let case = Path::new(FOLDER).join("hostile-texts");
    let (_, text) = status(&case, "text");
    assert!(text.contains("owned"), "{text}");
    let is_safe = |letter: char| letter == '\n' || (!letter.is_control() && letter != '\u{202e}');
    assert!(text.chars().all(is_safe), "{text:?}");
    assert!(text.lines().all(|line| !line.starts_with("error: nothing") && line.chars().count() < 1000));
    let json = status(&case, "json").1;
    assert!(json.chars().all(is_safe), "{json:?}");
}

#[test]
fn secret_values_are_hidden() {
    let case = Path::new(FOLDER).join("secret-values");
    for format in ["text", "json"] {
        let (_, text) = status(&case, format);
        assert!(!text.contains("hunter22") && !text.contains("s3cret"), "{text}");
        assert!(text.contains("cannot log in with ***"), "{text}");
    }
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

/// The exit status and everything that is printed.
fn status(case: &Path, format: &str) -> (i32, String) {
    let (status, output, messages) = run(case, format);
    (status, output + &messages)
}

/// The exit status and the JSON document.
fn status_of_json(case: &Path) -> (i32, String) {
    let (status, output, _) = run(case, "json");
    let document: serde_json::Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(document["version"], 1, "{}", case.display());
    (status, output)
}

fn run(case: &Path, format: &str) -> (i32, String, String) {
    let arguments = fs::read_to_string(case.join("arguments")).expect("the arguments of the case");
    let output = Command::new(env!("CARGO_BIN_EXE_initflow"))
        .args(["status", "--no-config", "--format", format])
        .args(arguments.split_whitespace())
        .current_dir(case)
        .output()
        .expect("initflow runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit status"), text(output.stdout), text(output.stderr))
}
