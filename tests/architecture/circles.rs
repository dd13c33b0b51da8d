//! Checks that the files of a module use each other in one direction only.

use crate::{Source, sources, word};
use std::collections::{BTreeMap, BTreeSet};

/// Modules whose files still use each other in cycles.
const CIRCULAR: &[&str] = &[
    "config",
    "diagnostic",
    "files",
    "ide",
    "kubernetes",
    "lint",
    "model",
    "order",
    "plan",
    "resources",
    "steps",
    "syntax",
    "vocabulary",
];

#[test]
fn files_of_a_module_form_no_cycle() {
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

/// The files that a file names, by the paths of their modules.
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
    named.extend(parts.filter(|part| part.contains("::") && !part.ends_with("::")).map(str::to_owned));
    let found: Vec<&str> = named.iter().filter_map(|name| file_of(name, path, sources)).collect();
    found.into_iter()
}

/// Lists the paths of the tree of a `use`.
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

/// The file that defines what a path in the file of a module names.
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
