//! Checks that the words that editors color are those of the vocabulary, and what the walkthrough of VS Code shows; `UPDATE=1`
//! writes them.
//!
//! In the file of an editor, the line after `words: NAME` has the words of the list NAME.
#![allow(clippy::unwrap_used)]

use initflow::compile::{CompileOptions, NoFiles, compile, parameter_types};
use initflow::plan::{Axis, svg};
use initflow::vocabulary::{Body, Need, Slot, StatementPlace, StatementSpec};
use initflow::vocabulary::{CONTAINERS, statements, statements_of_steps};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// How a file writes a list: what opens it, what separates two words, and what closes it.
struct Style {
    opens: &'static str,
    between: &'static str,
    closes: &'static str,
}

/// A text of words, which the file splits.
const TEXT: Style = Style { opens: "\"", between: " ", closes: "\"" };
const EXPRESSION: Style = Style { opens: "(?:", between: "|", closes: ")" };
const VIM: Style = Style { opens: "%(", between: "|", closes: ")" };

/// The files that have lists of words.
const FILES: &[(&str, Style)] = &[
    ("editors/emacs/initflow-mode.el", TEXT),
    ("docs/hooks/lexer.py", TEXT),
    ("editors/highlightjs/initflow.js", TEXT),
    ("editors/sublime/initflow.sublime-syntax", EXPRESSION),
    ("editors/tree-sitter-initflow/grammar.js", TEXT),
    ("editors/vim/syntax/initflow.vim", VIM),
    ("editors/vscode/syntaxes/initflow.tmLanguage.json", EXPRESSION),
];

#[test]
fn editors_know_the_words_of_the_vocabulary() {
    let lists = lists();
    let mut stale = Vec::new();
    for (path, style) in FILES {
        let text = fs::read_to_string(path).unwrap();
        let rendered = rendered(&text, style, &lists).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(path, rendered).unwrap();
        } else if rendered != text {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "{stale:?} are stale: run `UPDATE=1 cargo test --test editors`");
}

#[test]
fn schemas_describe_the_files_of_a_project() {
    let schemas = [
        ("editors/schemas/initflow.schema.json", initflow::config::settings_schema()),
        ("editors/schemas/test.schema.json", initflow::config::expectations_schema()),
    ];
    for (path, schema) in schemas {
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all("editors/schemas").unwrap();
            fs::write(path, &schema).unwrap();
        }
        let written = fs::read_to_string(path).unwrap_or_default();
        assert_eq!(written, schema, "{path} is stale: run `UPDATE=1 cargo test --test editors`");
    }
}

/// The text with the words of every list that it names.
fn rendered(text: &str, style: &Style, lists: &BTreeMap<&str, Vec<&'static str>>) -> Result<String, String> {
    let mut list: Option<&str> = None;
    let mut rendered = String::new();
    for line in text.split_inclusive('\n') {
        match list.take() {
            None => rendered.push_str(line),
            Some(name) => {
                let words = lists.get(name).ok_or_else(|| format!("there is no list named `{name}`"))?;
                let places = line
                    .split_once(style.opens)
                    .and_then(|(before, rest)| Some((before, &rest[rest.find(style.closes)?..])));
                let (before, after) =
                    places.ok_or_else(|| format!("there is no list below `words: {name}`"))?;
                rendered.extend([before, style.opens, &words.join(style.between), after]);
            }
        }
        list = line.split_once("words: ").map(|(_, name)| name.trim_end_matches(['"', ',', '\n', ' ']));
    }
    if rendered.contains("words: ") { Ok(rendered) } else { Err("it has no list".into()) }
}

/// Every list by its name, each in the order of the vocabulary.
fn lists() -> BTreeMap<&'static str, Vec<&'static str>> {
    let file = |body| at(StatementPlace::File, move |entry| entry.body == body);
    let workload = |body| at(StatementPlace::Workload, move |entry| entry.body == body);
    let container = |body| at(StatementPlace::Container, move |entry| entry.body == body);
    let (mounts, probes) = (container(Body::Fields("VolumeMount")), container(Body::Fields("Probe")));
    let of_name = |place, name| at(place, move |entry| entry.name == name);
    let steps: Vec<_> = statements_of_steps().collect();
    let one_of = |need| need == Need::OneOf;
    BTreeMap::from([
        ("items", names(&file(Body::None))),
        ("item-clauses", clauses(&file(Body::None), |_| true)),
        ("workloads", names(&file(Body::Optional))),
        ("template-workloads", [names(&file(Body::Optional)), vec!["part"]].concat()),
        ("containers", CONTAINERS.to_vec()),
        ("levels", names(&workload(Body::Required))),
        ("volume-clauses", clauses(&of_name(StatementPlace::Workload, "volume"), |_| true)),
        ("security-clauses", clauses(&of_name(StatementPlace::Workload, "security"), |_| true)),
        ("mounts", names(&mounts)),
        ("mount-clauses", clauses(&mounts, |_| true)),
        ("probes", names(&probes)),
        ("probe-kinds", clauses(&probes, one_of)),
        ("probe-clauses", clauses(&probes, |need| !one_of(need))),
        ("port-clauses", clauses(&of_name(StatementPlace::Container, "port"), |_| true)),
        ("container-statements", names(&container(Body::None))),
        ("step-statements", names(&steps)),
        ("step-clauses", clauses(&steps, |_| true)),
        ("env-clauses", clauses(&of_name(StatementPlace::Environment, "from"), |_| true)),
        ("types", parameter_types().map(|(word, _)| word).collect()),
    ])
}

/// Words with a separate rule in every editor, because their heads or blocks differ from all others.
const SPECIAL: &[&str] = &["when", "else", "defaults", "param", "template", "script"];

/// The statements of a place that look like others there.
fn at(place: StatementPlace, fits: impl Fn(&StatementSpec) -> bool) -> Vec<&'static StatementSpec> {
    statements()
        .filter(|entry| entry.places.contains(&place) && !SPECIAL.contains(&entry.name) && fits(entry))
        .collect()
}

fn names(entries: &[&'static StatementSpec]) -> Vec<&'static str> {
    distinct(entries.iter().map(|entry| entry.name))
}

/// The keywords in the heads of statements.
fn clauses(entries: &[&'static StatementSpec], fits: impl Fn(Need) -> bool) -> Vec<&'static str> {
    distinct(entries.iter().flat_map(|entry| entry.head).filter_map(|slot| match slot {
        Slot::Clause(clause) if fits(clause.need) => Some(clause.word),
        _ => None,
    }))
}

fn distinct(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut seen = BTreeSet::new();
    words.filter(|word| seen.insert(*word)).collect()
}

#[test]
fn a_list_is_written_below_its_name() {
    let lists = BTreeMap::from([("pair", vec!["a", "b"])]);
    let text = "# words: pair\nx (?:old) y\nz (?:kept)\n";
    assert_eq!(rendered(text, &EXPRESSION, &lists).unwrap(), "# words: pair\nx (?:a|b) y\nz (?:kept)\n");
    for wrong in ["# words: pair\nnothing\n", "# words: other\n(?:)\n", "no list\n"] {
        assert!(rendered(wrong, &EXPRESSION, &lists).is_err(), "{wrong}");
    }
}

/// Where the walkthrough of VS Code is.
const WALKTHROUGH: &str = "editors/vscode/walkthrough";

#[test]
fn the_walkthrough_of_vs_code_shows_what_its_example_compiles_to() {
    let example = fs::read_to_string(format!("{WALKTHROUGH}/example.initflow")).unwrap();
    let shop = compile("shop.initflow", example.clone(), &NoFiles, &CompileOptions::default());
    assert!(shop.diagnostics.is_empty(), "{:?}", shop.diagnostics);
    let [workload] = shop.workloads.as_slice() else { panic!("the example has one workload") };
    let picture = svg([(&workload.plan(), &shop.sources)], Axis::Order);
    let (before, rest) = picture.split_once("@media (prefers-color-scheme: dark) {\n").unwrap();
    let (dark, after) = rest.split_once("}\n</style>").unwrap();
    let fence = |language, text: &str| format!("```{language}\n{text}```\n");
    let texts = [
        ("example.md", fence("initflow", &example)),
        ("yaml.md", fence("yaml", &workload.yaml(Some("shop.initflow")))),
        ("plan-light.svg", format!("{before}</style>{after}")),
        ("plan-dark.svg", format!("{before}{dark}</style>{after}")),
    ];
    for (name, text) in texts {
        let path = format!("{WALKTHROUGH}/{name}");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(path, text).unwrap();
        } else {
            assert_eq!(fs::read_to_string(path).unwrap(), text, "run `UPDATE=1 cargo test --test editors`");
        }
    }
}
