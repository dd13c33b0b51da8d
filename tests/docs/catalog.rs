//! The table of diagnostics, the files that explain them, and the code that raises them agree.

use crate::{Raised, no_complaints, raised};
use initflow::compile::Options;
use initflow::diagnostic::catalog::{Entry, Language, all};
use initflow::kubernetes::version::Version;
use initflow::model::Setting;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FOLDER: &str = "src/diagnostic/explain";

#[test]
fn every_explanation_has_the_parts_of_one() {
    for Entry { name, text } in all() {
        let title = format!("# {name}\n");
        assert!(text.starts_with(&title), "the explanation of {name} starts with another title");
        let fences: Vec<&str> = text.lines().filter(|line| line.starts_with("```")).collect();
        let expected = Language::ALL.map(Language::name).map(|language| {
            [format!("```{language} fails"), "```".into(), format!("```{language}"), "```".into()]
        });
        let is_one = expected.iter().any(|expected| fences == *expected);
        assert!(is_one, "{name} needs a program that fails and the same one cured");
    }
}

#[test]
fn the_failing_program_raises_its_diagnostic_and_the_cured_one_nothing() {
    let mut complaints = Vec::new();
    for entry in all() {
        let Raised { names, shown, .. } = raises(entry, entry.failing());
        if names.is_empty() || names.iter().any(|name| *name != entry.name) {
            complaints.push(format!("{}: the program that fails raises {names:?}\n{shown}", entry.name));
        }
        let Raised { names, shown, .. } = raises(entry, entry.cured());
        if !names.is_empty() {
            complaints.push(format!("{}: the cured program raises {names:?}\n{shown}", entry.name));
        }
    }
    no_complaints(&complaints);
}

/// What a program of an entry raises.
fn raises(entry: &Entry, program: Option<&str>) -> Raised {
    raised(entry.language(), program.unwrap_or_default(), &options(entry))
}

/// Programs are for the newest version of Kubernetes and without settings, unless the text above them says
/// `--kube VERSION` or `--set NAME=VALUE`.
fn options(entry: &Entry) -> Options {
    let option = |flag: &str| entry.text.split_once(flag).and_then(|(_, rest)| rest.split('`').next());
    let version = option("`--kube ").map_or(Version::NEWEST, |version| version.parse().expect("a version"));
    let setting = |(name, value): (&str, &str)| Setting::new(name, value);
    let settings =
        option("`--set ").and_then(|text| text.split_once('=')).filter(|(name, _)| *name != "name");
    Options { version, settings: settings.map(setting).into_iter().collect(), ..Options::default() }
}

#[test]
fn what_is_raised_is_explained_and_what_is_explained_is_raised() {
    let explained = explained();
    let code = code();
    let raised: BTreeSet<String> = ["Diagnostic::error(", "Diagnostic::warning("]
        .iter()
        .flat_map(|call| code.split(call).skip(1))
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
        .map(|(name, _)| name.to_owned())
        .collect();
    let missing: Vec<&String> = raised.difference(&explained).collect();
    assert!(missing.is_empty(), "write {FOLDER}/NAME.md, or the comment of the rule, for {missing:#?}");
    // A name may also be chosen first and raised through a variable.
    let idle: Vec<&String> = explained.iter().filter(|name| !code.contains(&format!("{name:?}"))).collect();
    assert!(idle.is_empty(), "nothing raises {idle:#?}: remove their files from {FOLDER}");
}

/// The names of all diagnostics that are explained.
fn explained() -> BTreeSet<String> {
    all().iter().map(|entry| entry.name.to_owned()).collect()
}

/// All code that may raise a diagnostic, without the tests at the end of a file.
fn code() -> String {
    fn gather(folder: &Path, code: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                gather(&path, code);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                code.push_str(text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default());
            }
        }
    }
    let mut code = String::new();
    gather(Path::new("src"), &mut code);
    code
}
