//! The modules stand in layers: each uses only those below its own, and what touches the world is in few of them.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The layers from the top, with what each is for. Modules of one layer do not know each other.
const LAYERS: &[(&[&str], &str)] = &[
    (&["cli"], "the command: the only layer with an environment and a terminal"),
    (&["lsp"], "the language server: editors' messages, and the files that they have not opened"),
    (&["files"], "files, and the root that sources are held to"),
    (&["format"], "a source in the one style"),
    (&["ide"], "what an editor asks about a program"),
    (&["import"], "manifests as source"),
    (&["json"], "the compiler as one function of JSON"),
    (&["compile"], "all stages, one after the other"),
    (&["expect"], "what a file expects of a source"),
    (&["config"], "a file of settings as what an organisation sets"),
    (&["emit", "lint", "plan"], "objects as YAML and JSON; order and totals for people and tools"),
    (&["once"], "steps that run once for all pods as Jobs of their own"),
    (&["lower"], "a checked workload as a typed Kubernetes object"),
    (&["check"], "what the API server would refuse, and files that cannot flow as written"),
    (&["order", "resources"], "what starts when, and what the pod costs, each with its reason"),
    (&["program"], "a program's files, parsed, each after those that it uses"),
    (&["model"], "names bound, templates applied, short forms written out: workloads of nodes"),
    (&["vocabulary"], "every statement of the language in one table"),
    (&["steps"], "the built-in steps: their statements and what they become"),
    (&["syntax"], "text as statements"),
    (&["statement"], "what a statement may be: the rows of the vocabulary"),
    (&["object"], "a Kubernetes object as a tree with a place in the source for every node"),
    (&["kubernetes"], "the facts of the platform"),
    (&["diagnostic"], "what is wrong, where, and what to do about it"),
    (&["source"], "text with places in it"),
    (&["total"], "what only its type says may fail, made total"),
];

/// What only some modules may name: the crates that one module hides, and the world.
const HIDDEN: &[(&str, &[&str])] = &[
    ("clap", &["cli"]),
    ("codespan_reporting", &["diagnostic"]),
    ("indicatif", &["cli"]),
    ("k8s_openapi", &["lower"]),
    ("lsp_server", &["lsp"]),
    ("lsp_types", &["lsp"]),
    ("granit_parser", &["import"]),
    ("pest", &["syntax"]),
    ("serde_saphyr", &["emit"]),
    ("rustix", &["files"]),
    ("shuck_ast", &["lint"]),
    ("shuck_parser", &["lint"]),
    ("tempfile", &["files"]),
    ("toml", &["config", "expect"]),
    ("std::env", &["cli"]),
    ("std::fs", &["cli", "files", "lsp"]),
    ("std::io", &["cli", "files"]),
    ("std::process", &["cli"]),
    ("std::time", &["cli", "lsp"]),
];

/// Modules whose files still use each other in circles.
const CIRCULAR: &[&str] = &[
    "config",
    "diagnostic",
    "files",
    "ide",
    "lint",
    "model",
    "order",
    "plan",
    "resources",
    "steps",
    "syntax",
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
fn every_layer_has_its_modules() {
    let layers: Vec<&str> = LAYERS.iter().flat_map(|(modules, _)| *modules).copied().collect();
    let modules: BTreeSet<String> = sources().into_iter().map(|source| source.module).collect();
    assert_eq!(modules.iter().map(String::as_str).collect::<BTreeSet<_>>(), layers.iter().copied().collect());
}

#[test]
fn the_world_is_out_of_reach() {
    for source in sources() {
        for (name, modules) in HIDDEN.iter().filter(|(_, modules)| !modules.contains(&source.module.as_str()))
        {
            let mut uses = source.code.match_indices(name).map(|(at, _)| &source.code[at + name.len()..]);
            assert!(
                !uses.any(|rest| rest.starts_with("::") || rest.starts_with(';')),
                "{}: `{name}` is for {modules:?} alone",
                source.path
            );
        }
    }
}

#[test]
fn files_of_a_module_form_no_circle() {
    let sources: BTreeMap<String, Source> =
        sources().into_iter().map(|source| (path_of_module(&source.path), source)).collect();
    let uses: BTreeMap<&str, BTreeSet<&str>> = sources
        .iter()
        .map(|(path, source)| {
            let used = names(&source.code, path, &sources).filter(|used| *used != path);
            (path.as_str(), used.filter(|used| word(used) == source.module).collect())
        })
        .collect();
    for (path, source) in sources.iter().filter(|(_, source)| !CIRCULAR.contains(&source.module.as_str())) {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = uses[path.as_str()].iter().copied().collect();
        while let Some(used) = next.pop() {
            assert_ne!(used, path, "{} uses files that use it: {reached:?}", source.path);
            if reached.insert(used) {
                next.extend(&uses[used]);
            }
        }
    }
}

/// `src/a/b.rs` as `a::b`.
fn path_of_module(path: &str) -> String {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    path.replace('/', "::")
}

/// The files that one names, by the paths of their modules.
fn names<'s>(
    code: &str,
    path: &'s str,
    sources: &'s BTreeMap<String, Source>,
) -> impl Iterator<Item = &'s str> {
    let mut named = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let begins = rest[..at].trim_end_matches(' ').rsplit('\n').next().is_some_and(|line| {
            let line = line.trim();
            line.is_empty() || line == "pub" || (line.starts_with("pub(") && line.ends_with(')'))
        });
        rest = &rest[at + "use ".len()..];
        if begins {
            spread("", rest.split(';').next().unwrap_or_default(), &mut named);
        }
    }
    let parts = code.split(|char: char| !char.is_alphanumeric() && char != '_' && char != ':');
    named.extend(parts.filter(|part| part.contains("::")).map(str::to_owned));
    let found: Vec<&str> = named.iter().filter_map(|name| file_of(name, path, sources)).collect();
    found.into_iter()
}

/// Writes the tree of a `use` out as paths.
fn spread(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    for (at, char) in tree.char_indices().chain([(tree.len(), ',')]) {
        match char {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = tree[start..at].trim();
                match part.split_once('{') {
                    Some((more, inner)) => {
                        spread(&format!("{prefix}{more}"), inner.trim_end_matches('}'), paths);
                    }
                    None => paths.push(format!("{prefix}{part}")),
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The file that has what a path names, as it is written in the file of a module.
fn file_of<'s>(name: &str, path: &str, sources: &'s BTreeMap<String, Source>) -> Option<&'s str> {
    let mut own: Vec<&str> = path.split("::").collect();
    let mut parts: Vec<&str> = name.split("::").map(word).collect();
    match *parts.first()? {
        "crate" => own.clear(),
        "super" | "self" => {}
        first if sources.contains_key(&format!("{path}::{first}")) => parts.insert(0, "self"),
        _ => return None,
    }
    for part in parts {
        match part {
            "crate" | "self" | "" => {}
            "super" => {
                own.pop();
            }
            part => own.push(part),
        }
    }
    let mut ends = (1..=own.len()).rev();
    ends.find_map(|end| sources.get_key_value(&own[..end].join("::"))).map(|(path, _)| path.as_str())
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(modules, _)| modules.contains(&module))
}

/// A file of the library: without its tests and its comments.
struct Source {
    path: String,
    module: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    gather(Path::new("src"), &mut sources);
    assert!(!sources.is_empty(), "there are sources");
    sources
}

fn gather(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let outside = ["lib", "main"].contains(&name) && folder == Path::new("src");
        if name == "tests" || outside {
            continue;
        }
        if path.is_dir() {
            gather(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source can be read");
            let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines();
            let code: Vec<&str> = code.filter(|line| !line.trim_start().starts_with("//")).collect();
            let module = path.iter().nth(1).and_then(|part| part.to_str()).expect("a name in UTF-8");
            sources.push(Source {
                path: path.display().to_string(),
                module: module.trim_end_matches(".rs").to_owned(),
                code: code.join("\n"),
            });
        }
    }
}

fn word(text: &str) -> &str {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap_or_default()
}
