//! Tests what holds for every kind of built-in step.

use super::{StepKind, path_fault};
use crate::compile::{CompileOptions, NoFiles, compile};
use crate::source::{FileId, SourceFile};
use crate::syntax::parse;
use crate::syntax::tree::{Statement, ValueKind};
use std::fs;
use std::path::PathBuf;

#[test]
fn a_path_stays_in_its_volume() {
    for path in ["settings.json", "a/b.json", "..data", "a/..b", "with space"] {
        assert_eq!(path_fault(path), None, "{path}");
    }
    for path in ["", "/etc/passwd", "a/", "..", "../x", "a/../b", "a//b", "./a", "a\nb"] {
        assert!(path_fault(path).is_some(), "{path}");
    }
}

/// Kubernetes replaces `$(NAME)` and `$$` in commands: a part that contains neither reaches the shell as written. Where no text
/// goes on behind a line's end, a line that begins with `#` is a comment.
#[test]
fn parts_of_scripts_mean_what_they_say() {
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/steps"))];
    let mut parts = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension != "rs") {
                parts += 1;
                let part = fs::read_to_string(&path).unwrap();
                assert!(!part.contains("$$") && !part.contains("<<"), "{path:?}");
                for (start, _) in part.match_indices("$(") {
                    let name = part[start + 2..].split(')').next().unwrap_or_default();
                    assert!(name.contains([' ', '(']), "{path:?}: `$({name})` could name a variable");
                }
                assert!(part.ends_with('\n') && part.lines().all(|line| line == line.trim_end()), "{path:?}");
                let continued = part.replace('\n', " ").contains("\\ #");
                assert!(!continued, "{path:?}: a comment inside a command");
            }
        }
    }
    assert!(parts > 50);
}

/// What no program has among those that the tests of the steps run.
const NOT_RUN: &str = r#"deployment d {
  namespace "n"
  volume v memory 1Mi
  migrate flyway { flyway; once }
  secrets team { from vault "secret/a"; into v "a.json"; role "shop"; namespace "team" }
  app web { image "nginx:1.29"; reads v at /v }
}
"#;

/// A statement that nothing reads would be accepted and silently ignored: without it, a program must compile to
/// something else, or not at all.
#[test]
fn every_statement_of_a_step_changes_something() {
    for kind in StepKind::ALL {
        let programs = ["steps/kinds", "attacks/steps"].map(|folder| {
            let path = format!("{}/tests/{folder}/{}.initflow", env!("CARGO_MANIFEST_DIR"), kind.keyword());
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
        });
        let mut idle: Vec<&str> = kind.statements().iter().map(|entry| entry.name).collect();
        for program in programs.iter().map(String::as_str).chain([NOT_RUN]) {
            let document = parse(&SourceFile::new(FileId(0), "main.initflow", program)).document;
            let (mut stated, whole) = (Vec::new(), outcome(program));
            assert!(whole.is_ok(), "{whole:?}");
            statements_of(kind.keyword(), &document.statements, false, &mut stated);
            for statement in stated {
                let Some(at) = idle.iter().position(|name| *name == statement.name.text) else { continue };
                let mut without = program.to_owned();
                let range = statement.span.range();
                without.replace_range(range.clone(), &" ".repeat(range.len()));
                if outcome(&without) != whole {
                    idle.remove(at);
                }
            }
        }
        assert!(idle.is_empty(), "a `{}` does not look at {idle:?}, or no test has them", kind.keyword());
    }
}

/// The statements in the containers, templates and defaults of a kind.
fn statements_of<'s>(
    keyword: &str,
    statements: &'s [Statement],
    inside: bool,
    found: &mut Vec<&'s Statement>,
) {
    for statement in statements {
        if inside {
            found.push(statement);
        }
        let name = statement.name.text.as_str();
        let of_kind = || {
            let kind = statement.values.first().map(|value| &value.kind);
            matches!(kind, Some(ValueKind::Word(word)) if word == keyword)
        };
        let opens = match name {
            "when" | "else" => inside,
            "template" | "defaults" => of_kind(),
            name => !inside && name == keyword,
        };
        if let Some(block) = &statement.block {
            statements_of(keyword, &block.statements, opens, found);
        }
    }
}

/// The YAML of a program, or what is wrong with it.
fn outcome(text: &str) -> Result<Vec<String>, Vec<String>> {
    let compilation = compile("main.initflow", text.to_owned(), &NoFiles, &CompileOptions::default());
    if compilation.failed() {
        return Err(compilation.diagnostics.into_iter().map(|diagnostic| diagnostic.headline).collect());
    }
    Ok(compilation.workloads.iter().map(|workload| workload.yaml(None)).collect())
}
