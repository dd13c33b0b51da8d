//! Checks that the table of diagnostics, the files that explain them, and the code that raises them agree.

use crate::{no_complaints, raised_by};
use initflow::diagnostic::{Code, catalog::Language};
use std::fs;
use std::path::Path;

const FOLDER: &str = "src/diagnostic/explain";

#[test]
fn every_explanation_has_the_parts_of_one() {
    for code in Code::ALL {
        let (name, text) = (code.name(), code.text());
        let title = format!("# {name}\n");
        assert!(
            text.starts_with(&title),
            "the explanation of {name} does not start with the title `# {name}`"
        );
        let fences: Vec<&str> = text.lines().filter(|line| line.starts_with("```")).collect();
        let expected = Language::ALL.map(Language::name).map(|language| {
            [format!("```{language} fails"), "```".into(), format!("```{language}"), "```".into()]
        });
        // What is held to a source comes after it.
        let own = fences.strip_prefix(&["```initflow", "```"][..]).filter(|_| code.source().is_some());
        let is_one = expected.iter().any(|expected| own.unwrap_or(&fences) == *expected);
        assert!(
            is_one,
            "the explanation of {name} needs a program that fails, followed by the fixed program"
        );
    }
}

#[test]
fn the_failing_program_raises_its_diagnostic_and_the_fixed_one_nothing() {
    let mut complaints = Vec::new();
    for code in Code::ALL.iter().copied() {
        let failing = raised_by(code, code.failing());
        let names = failing.names();
        if names.is_empty() || names.iter().any(|name| *name != code.name()) {
            complaints.push(format!("{code}: the program that fails raises {names:?}\n{}", failing.shown()));
        }
        let fixed = raised_by(code, code.fixed());
        if !fixed.diagnostics.is_empty() {
            complaints.push(format!(
                "{code}: the fixed program raises {:?}\n{}",
                fixed.names(),
                fixed.shown()
            ));
        }
    }
    no_complaints(&complaints);
}

#[test]
fn every_diagnostic_is_raised() {
    let raising = code();
    let idle: Vec<&Code> =
        Code::ALL.iter().filter(|code| !raising.contains(&format!("Code::{code:?}"))).collect();
    assert!(idle.is_empty(), "nothing raises {idle:?}: remove their rows and their files from {FOLDER}");
}

#[test]
fn every_explanation_has_a_row() {
    let files = fs::read_dir(FOLDER).expect("a folder");
    let stray: Vec<_> = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.file_stem().and_then(|stem| stem.to_str()?.parse::<Code>().ok()).is_none())
        .collect();
    assert!(stray.is_empty(), "src/diagnostic/code.rs has no row for {stray:?}");
}

/// All code that can raise a diagnostic, without the tests at the end of a file.
fn code() -> String {
    fn gather(folder: &Path, code: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                gather(&path, code);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("code.rs")
            {
                let text = fs::read_to_string(&path).expect("a source");
                code.push_str(text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default());
            }
        }
    }
    let mut code = String::new();
    gather(Path::new("src"), &mut code);
    code
}
