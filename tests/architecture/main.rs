//! Checks the architecture of the library in the text of its sources.
#![allow(clippy::expect_used, clippy::panic)]

mod circles;
mod fields;
mod layers;

use std::fs;
use std::path::Path;

/// A file of the library, without its tests and its comments.
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
