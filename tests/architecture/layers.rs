//! Checks the layers: each module uses only modules below its own layer, and only a few have access to the system.

use crate::{sources, word};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

const DOCUMENT: &str = "ARCHITECTURE.md";

const START: &str = "<!-- layers: written by `UPDATE=1 cargo test --test architecture` -->\n";

const END: &str = "<!-- end -->\n";

/// The layers from the top, with the purpose of each. Modules of the same layer do not use each other.
const LAYERS: &[(&[&str], &str)] = &[
    (&["cli"], "the command: the only layer with an environment and a terminal"),
    (&["lsp"], "the language server: editors' messages, and the files that they have not opened"),
    (&["files"], "files, and the root that sources must stay in"),
    (&["json"], "the compiler as functions of JSON, for programs and for editors that contain it"),
    (&["format"], "a source in the one style"),
    (&["ide"], "what an editor asks about a program, answered"),
    (&["explain"], "every name that people meet, explained"),
    (&["import"], "manifests as source"),
    (&["verify"], "rendered manifests, held to the sources that they come from"),
    (&["compile"], "all stages, one after the other"),
    (&["expect"], "what a file expects of a source"),
    (&["status"], "what the cluster says of pods, at the steps of a plan"),
    (&["config"], "the settings of a project, from `initflow.toml`"),
    (&["emit", "lint", "plan"], "objects as YAML and JSON; order and totals for people and tools"),
    (&["timing"], "how long a start and a stop take"),
    (&["idioms"], "containers that do the work of a built-in step"),
    (&["once"], "steps that run once for all pods, as Jobs"),
    (&["lower"], "a checked workload as a typed Kubernetes object"),
    (&["check"], "what the API server would refuse, and files that cannot flow as written"),
    (&["admission"], "what the plugins of a namespace do to its pods: defaults, bounds and quotas"),
    (&["order", "resources", "restarts"], "what starts when and again, and what the pod costs, with reasons"),
    (&["context"], "what surrounds workloads: objects of other kinds, and what they can contradict"),
    (&["program"], "a program's files, parsed, each after those that it uses"),
    (&["model"], "workloads of nodes, with names bound, templates applied and short forms expanded"),
    (&["literal"], "values as a source writes them"),
    (&["vocabulary"], "every statement of the language in one table"),
    (&["steps"], "the built-in steps: their statements and what they become"),
    (&["syntax"], "text as statements"),
    (&["statement"], "what a statement may be: the rows of the vocabulary"),
    (&["manifest"], "YAML and JSON manifests as trees"),
    (&["object"], "a Kubernetes object as a tree with a place in the source for every node"),
    (&["kubernetes"], "the facts of the platform"),
    (&["repair"], "which fixes are applied, until nothing changes"),
    (&["diagnostic"], "what is wrong, where, and what to do about it"),
    (&["source"], "text with places in it"),
    (&["total"], "calls whose type allows a failure that cannot occur"),
];

/// What only some modules may name: crates that one module hides, and access to the system.
const HIDDEN: &[(&str, &[&str])] = &[
    ("clap", &["cli"]),
    ("codespan_reporting", &["diagnostic"]),
    ("indicatif", &["cli"]),
    ("k8s_openapi", &["lower"]),
    ("lsp_server", &["lsp"]),
    ("lsp_types", &["lsp"]),
    ("granit_parser", &["manifest"]),
    ("pest", &["syntax"]),
    ("serde_saphyr", &["emit"]),
    ("rustix", &["cli", "files"]),
    ("shuck_ast", &["idioms", "lint"]),
    ("shuck_parser", &["idioms", "lint"]),
    ("tempfile", &["files"]),
    ("toml", &["config", "expect"]),
    ("std::env", &["cli"]),
    ("std::fs", &["cli", "files", "lsp"]),
    ("std::io", &["cli", "files", "lsp"]),
    ("std::process", &["cli", "files"]),
    ("std::time", &["cli", "files", "lsp"]),
];

#[test]
fn modules_use_only_what_is_below_them() {
    for source in sources() {
        let own = layer(&source.module).unwrap_or_else(|| panic!("{} is in no layer", source.module));
        for used in source.code.split("crate::").skip(1).map(word).filter(|used| *used != source.module) {
            let below = layer(used).is_some_and(|used| used > own);
            assert!(below, "{}: `{}` may not use `{used}`", source.path, source.module);
        }
    }
}

#[test]
fn the_table_of_layers_is_documented() {
    let text = fs::read_to_string(DOCUMENT).expect("the document can be read");
    let (before, rest) = text.split_once(START).expect("the table's start");
    let (written, after) = rest.split_once(END).expect("the table's end");
    let expected = LAYERS.iter().fold(
        "| modules | what they hold |\n|---|---|\n".to_owned(),
        |mut table, (modules, holds)| {
            let modules: Vec<String> = modules.iter().map(|module| format!("`{module}`")).collect();
            let _ = writeln!(table, "| {} | {holds} |", modules.join(", "));
            table
        },
    );
    if std::env::var_os("UPDATE").is_some() {
        fs::write(DOCUMENT, [before, START, &expected, END, after].concat())
            .expect("the document can be written");
    } else {
        assert_eq!(written, expected, "{DOCUMENT} is stale: run `UPDATE=1 cargo test --test architecture`");
    }
}

#[test]
fn every_layer_has_its_modules() {
    let layers: Vec<&str> = LAYERS.iter().flat_map(|(modules, _)| *modules).copied().collect();
    let modules: BTreeSet<String> = sources().into_iter().map(|source| source.module).collect();
    assert_eq!(modules.iter().map(String::as_str).collect::<BTreeSet<_>>(), layers.iter().copied().collect());
}

#[test]
fn only_some_modules_have_access_to_the_system() {
    for source in sources() {
        for (name, modules) in HIDDEN.iter().filter(|(_, modules)| !modules.contains(&source.module.as_str()))
        {
            let mut uses = source.code.match_indices(name).map(|(at, _)| &source.code[at + name.len()..]);
            assert!(
                !uses.any(|rest| rest.starts_with("::") || rest.starts_with(';')),
                "{}: only {modules:?} may use `{name}`",
                source.path
            );
        }
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(modules, _)| modules.contains(&module))
}
