//! Checks the programs in Markdown: a fence `initflow` compiles without a warning, and a fence `initflow NAME` raises
//! exactly NAME. A fence `initflow --kube VERSION` is for another version than the default. The same applies to settings in a fence `toml`, and to manifests in a fence `yaml`.

use crate::{no_complaints, raised, texts};
use initflow::compile::CompileOptions;
use initflow::diagnostic::catalog::Language;
use initflow::format::format;
use initflow::kubernetes::version::Version;
use initflow::source::{FileId, SourceFile};
use std::fs;

#[test]
fn every_program_does_what_its_fence_says() {
    let mut complaints = Vec::new();
    for file in texts() {
        let text = fs::read_to_string(&file).expect("a text can be read");
        for fence in fences(&text) {
            let version = fence.kube.map_or(Version::DEFAULT, |version| version.parse().expect("a version"));
            let options = CompileOptions { version, ..CompileOptions::default() };
            let raised = raised(fence.language, &fence.program, &options);
            let names = raised.names();
            let as_said = match fence.raises {
                None => names.is_empty(),
                Some(expected) => !names.is_empty() && names.iter().all(|name| *name == expected),
            };
            if !as_said {
                let expected = fence.raises.unwrap_or("nothing");
                complaints.push(format!(
                    "{file}:{}: expected {expected}, found {names:?}\n{}",
                    fence.line,
                    raised.shown()
                ));
            }
        }
    }
    no_complaints(&complaints);
}

/// All programs are in the style, except those that are broken on purpose. `UPDATE=1` formats them.
#[test]
fn every_program_is_formatted() {
    let explanations = fs::read_dir("src/diagnostic/explain").expect("a folder can be read");
    let explanations = explanations.map(|entry| entry.expect("an entry").path().display().to_string());
    let mut complaints = Vec::new();
    for file in texts().into_iter().chain(explanations) {
        let mut text = fs::read_to_string(&file).expect("a text can be read");
        let programs: Vec<(usize, Language, String)> =
            fences(&text).into_iter().map(|fence| (fence.line, fence.language, fence.program)).collect();
        let before = text.clone();
        for (line, language, program) in programs {
            let formatted = format(&SourceFile::new(FileId(0), "fence", program.as_str()));
            if language == Language::Initflow && formatted != program {
                complaints.push(format!("{file}:{line}: not formatted; expected\n{formatted}"));
                text = text.replace(&program, &formatted);
            }
        }
        if std::env::var_os("UPDATE").is_some() && text != before {
            fs::write(&file, text).expect("a text can be written");
        }
    }
    if std::env::var_os("UPDATE").is_none() {
        no_complaints(&complaints);
    }
}

struct Fence<'a> {
    /// The line that opens the fence, from 1.
    line: usize,
    language: Language,
    raises: Option<&'a str>,
    kube: Option<&'a str>,
    program: String,
}

fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut fences = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let program = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
        let program = program.fold(String::new(), |all, line| all + line + "\n");
        let mut words = info.split_whitespace();
        let word = words.next();
        let Some(language) = Language::ALL.into_iter().find(|language| word == Some(language.name())) else {
            continue;
        };
        let next = words.next();
        let kube = next.filter(|word| *word == "--kube").and_then(|_| words.next());
        fences.push(Fence { line: at + 1, language, raises: next.filter(|_| kube.is_none()), kube, program });
    }
    fences
}

#[test]
fn fences_are_found_with_what_they_raise() {
    let text = "a\n```initflow\nx\n```\n```sh\n```\n\n```initflow unknown-volume\ny\nz\n```\n";
    let found = fences(text);
    let found: Vec<_> =
        found.iter().map(|fence| (fence.line, fence.raises, fence.program.as_str())).collect();
    assert_eq!(found, [(2, None, "x\n"), (8, Some("unknown-volume"), "y\nz\n")]);
}
