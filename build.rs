//! Gathers the explanations of the diagnostics into a table.
// A build script has no other way to say what is wrong.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const EXPLANATIONS: &str = "src/diagnostic/explain";

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("diagnostics.rs"), explanations()).expect("OUT_DIR can be written");
}

/// The files that explain the diagnostics, as one sorted table.
fn explanations() -> String {
    println!("cargo::rerun-if-changed={EXPLANATIONS}");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let mut entries = BTreeMap::new();
    for path in files(EXPLANATIONS) {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name in UTF-8");
        let file = Path::new(&root).join(&path).display().to_string();
        entries.insert(name.to_owned(), format!("include_str!({file:?})"));
    }
    let mut code = String::from("static ENTRIES: &[Entry] = &[\n");
    for (name, text) in entries {
        let _ = writeln!(code, "    Entry {{ name: {name:?}, text: {text} }},");
    }
    code + "];\n"
}

fn files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("the folder can be read");
    files.map(|file| file.expect("a file").path()).collect()
}
