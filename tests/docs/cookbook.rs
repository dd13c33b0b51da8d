//! Checks the programs beside the pages of the site, and what the pages include of them. A folder `try` has what a page
//! shows to be wrong.

use crate::no_complaints;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};
use std::slice;

const PAGES: &str = "docs/pages";

/// A line `{{ VERB FILE OPTIONS }}` of a page.
struct Include {
    place: String,
    verb: String,
    /// Several, if one is compared with another or belongs to it.
    files: Vec<PathBuf>,
    options: Vec<String>,
}

#[test]
fn every_program_compiles_without_a_warning() {
    let programs = programs(false);
    assert!(programs.len() > 10, "{PAGES} has {} programs", programs.len());
    let output = initflow(Path::new("."), &["check", "--deny", "warnings"], &programs);
    assert!(output.status.success(), "{}", shown(&output));
}

#[test]
fn every_program_is_formatted() {
    let mut all = programs(false);
    all.extend(programs(true));
    let output = initflow(Path::new("."), &["fmt", "--check"], &all);
    assert!(output.status.success(), "{}", shown(&output));
}

#[test]
fn every_expectation_is_met() {
    let tests: Vec<PathBuf> =
        files().into_iter().filter(|file| is_test(file) && !is_wrong_on_purpose(file)).collect();
    let output = initflow(Path::new("."), &["test"], &tests);
    assert!(!tests.is_empty() && output.status.success(), "{}", shown(&output));
}

/// What a page shows to be wrong is wrong: a program raises something, or does not meet an expectation.
#[test]
fn every_mistake_is_found() {
    let mut complaints = Vec::new();
    for program in programs(true) {
        let test = program.with_extension("test.toml");
        let output = if test.exists() {
            initflow(Path::new("."), &["test"], &[test])
        } else {
            initflow(Path::new("."), &["check", "--deny", "warnings"], slice::from_ref(&program))
        };
        if output.status.code() != Some(1) {
            complaints.push(format!("{}: nothing is wrong\n{}", program.display(), shown(&output)));
        }
    }
    no_complaints(&complaints);
}

/// With the options of the page, which name a profile or set a param.
#[test]
fn every_program_compiles_as_its_page_says() {
    let mut complaints = Vec::new();
    for include in includes().iter().filter(|include| include.verb == "yaml") {
        let (folder, name) = split(&include.files[0]);
        let options: Vec<&str> = include.options.iter().map(String::as_str).collect();
        let output = initflow(&folder, &[&["compile"], options.as_slice()].concat(), &[name]);
        if !output.status.success() || !output.stderr.is_empty() {
            complaints.push(format!("{}:\n{}", include.place, shown(&output)));
        }
    }
    no_complaints(&complaints);
}

#[test]
fn every_include_names_a_file() {
    let mut complaints = Vec::new();
    for include in includes() {
        let absent = include.files.iter().filter(|file| !file.is_file());
        complaints.extend(absent.map(|file| format!("{}: there is no {}", include.place, file.display())));
    }
    no_complaints(&complaints);
}

/// A program is included by a page. Any other file is named by a page or by a file beside it.
#[test]
fn every_file_is_shown() {
    let includes = includes();
    let texts: Vec<(PathBuf, String)> = files()
        .into_iter()
        .filter_map(|file| fs::read_to_string(&file).ok().map(|text| (file, text)))
        .collect();
    let is_shown =
        |file: &Path| includes.iter().any(|include| include.files.iter().any(|shown| shown == file));
    let is_named = |file: &Path| {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let near = texts.iter().filter(|(other, _)| other != file);
        near.filter(|(other, _)| other.parent().is_some_and(|folder| file.starts_with(folder)))
            .any(|(_, text)| text.contains(name))
    };
    let complaints: Vec<String> = files()
        .into_iter()
        .filter(|file| file.extension().is_some_and(|ending| ending != "md") && !is_shown(file))
        .filter(|file| is_program(file) || (is_data(file) && !is_named(file)))
        .map(|file| format!("{} is on no page", file.display()))
        .collect();
    no_complaints(&complaints);
}

#[test]
fn includes_are_read_with_their_options() {
    let line = r#"{{ plan ../a/./main.initflow --set "name=a b" --profile prod }}"#;
    let include = include(Path::new("docs/pages/b/index.md"), 3, line).expect("an include");
    assert_eq!(include.place, "docs/pages/b/index.md:3");
    assert_eq!(
        (include.verb.as_str(), include.files),
        ("plan", vec![PathBuf::from("docs/pages/a/main.initflow")])
    );
    assert_eq!(include.options, ["--set", "name=a b", "--profile", "prod"]);
    assert!(self::include(Path::new("index.md"), 1, "a line `{{ plan main.initflow }}`").is_none());
}

fn is_program(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "initflow")
}

fn is_test(file: &Path) -> bool {
    file.to_str().is_some_and(|name| name.ends_with(".test.toml"))
}

fn is_data(file: &Path) -> bool {
    let endings = ["json", "params", "toml", "yaml", "yml"];
    file.extension().is_some_and(|ending| endings.iter().any(|data| ending == *data))
}

fn is_wrong_on_purpose(file: &Path) -> bool {
    file.components().any(|part| part == Component::Normal("try".as_ref()))
}

/// The programs beside the pages: those that are wrong on purpose, or the others.
fn programs(wrong: bool) -> Vec<PathBuf> {
    files().into_iter().filter(|file| is_program(file) && is_wrong_on_purpose(file) == wrong).collect()
}

fn files() -> Vec<PathBuf> {
    fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                gather(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    gather(Path::new(PAGES), &mut files);
    files.sort();
    files
}

fn includes() -> Vec<Include> {
    let mut includes = Vec::new();
    for page in files().iter().filter(|file| file.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(page).expect("a page can be read");
        includes.extend(text.lines().enumerate().filter_map(|(at, line)| include(page, at + 1, line)));
    }
    assert!(includes.len() > 50, "{PAGES} has {} includes", includes.len());
    includes
}

fn include(page: &Path, line: usize, text: &str) -> Option<Include> {
    let words = text.trim().strip_prefix("{{ ")?.strip_suffix(" }}")?;
    let mut words = split_words(words).into_iter().peekable();
    let (verb, name) = (words.next()?, words.next()?);
    let file = normal(&split(page).0.join(name));
    let mut files = vec![file.clone()];
    while ["change", "diff", "edit"].contains(&verb.as_str())
        && let Some(other) = words.next_if(|word| !word.starts_with('-'))
    {
        files.push(normal(&split(&file).0.join(other)));
    }
    Some(Include { place: format!("{}:{line}", page.display()), verb, files, options: words.collect() })
}

/// The words of a line, of which some are in double quotes.
fn split_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for char in line.chars() {
        match char {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("a word").push(char),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => assert!(normal.pop(), "{} leads out", path.display()),
            part => normal.push(part),
        }
    }
    normal
}

fn split(file: &Path) -> (PathBuf, PathBuf) {
    let name = file.file_name().expect("a name");
    (file.parent().expect("a folder").to_owned(), name.into())
}

fn initflow(folder: &Path, words: &[&str], paths: &[PathBuf]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_initflow"));
    command.current_dir(folder).args(words).args(paths).output().expect("initflow runs")
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
