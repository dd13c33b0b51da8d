//! Collects the objects that mutants are made from: those of the examples, of generated programs, which have every field,
//! and of real manifests if `CORPUS` names their folder.

use crate::generate::program;
use initflow::kubernetes::schema;
use initflow::kubernetes::version::Version;
use serde_json::Value;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// An object, and its origin.
pub(crate) struct Base {
    pub(crate) name: String,
    pub(crate) object: Value,
    /// The versions that admit it, from the oldest to the newest.
    pub(crate) versions: Vec<Version>,
}

/// How many programs are generated.
const PROGRAMS: u64 = 1_500;

/// All objects; the judge decides which are admitted.
pub(crate) fn bases() -> Vec<Base> {
    let mut bases = Vec::new();
    for folder in files("examples") {
        for path in
            files(&folder).into_iter().filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        {
            add_yaml(&path, &mut bases);
        }
    }
    if let Some(corpus) = env::var_os("CORPUS") {
        let manifests = files(PathBuf::from(corpus).join("docs"));
        assert!(!manifests.is_empty(), "CORPUS has no manifests");
        for path in manifests {
            add_yaml(&path, &mut bases);
        }
    }
    bases
}

/// The entries of a folder, sorted by name.
fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The workloads of a generated program, if it compiles.
fn add_program(case: u64, bases: &mut Vec<Base>) {
    let compilation = program(case).compile();
    let objects = compilation.workloads.iter().map(initflow::compile::Compiled::object);
    for object in objects.filter_map(|object| serde_json::to_value(object).ok()) {
        bases.push(Base { name: format!("program {case}"), object, versions: Version::ALL.to_vec() });
    }
}

/// The workloads of a file.
fn add_yaml(path: &Path, bases: &mut Vec<Base>) {
    let Ok(text) = fs::read_to_string(path) else { return };
    for document in text.split("---\n") {
        // If this reader reads a file differently from Kubernetes, the judge refuses it or reads something else: both are
        // usable objects.
        let Ok(object) = serde_yaml::from_str::<Value>(document) else { continue };
        if object["kind"].as_str().is_some_and(|kind| schema::object(kind).is_some()) {
            bases.push(Base { name: path.display().to_string(), object, versions: Version::ALL.to_vec() });
        }
    }
}
