//! Holds changed forms of the examples to their sources: other orders, what injectors add, what the API server fills in, and
//! other names.
#![allow(clippy::expect_used, clippy::panic)]

mod cluster;
mod injectors;
mod names;
mod permutations;

use initflow::compile::{Compilation, CompileOptions, Loader, compile};
use initflow::diagnostic::human::Human;
use initflow::verify::{Held, Rendered, VerifyOptions, verify};
use serde_json::{Value, json};
use std::fs;

/// Loads the files that the examples use.
struct Files;

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(path).map_err(|error| error.to_string())
    }
}

/// The sources of the examples, by their paths.
fn examples() -> Vec<(String, String)> {
    let folders = fs::read_dir("examples").expect("the folder can be read");
    let paths = folders.map(|entry| entry.expect("an entry").path().join("main.initflow"));
    let mut paths: Vec<_> = paths.filter(|path| path.is_file()).collect();
    paths.sort();
    let read = |path: std::path::PathBuf| {
        (path.display().to_string(), fs::read_to_string(&path).expect("a source can be read"))
    };
    paths.into_iter().map(read).collect()
}

fn compiled(name: &str, source: &str) -> Compilation {
    let mut compilation = compile(name, source.to_owned(), &Files, &CompileOptions::default());
    assert!(!compilation.failed(), "{name}: {}", shown(&compilation));
    // Only what is found afterwards matters.
    compilation.diagnostics.clear();
    compilation
}

fn objects(compilation: &Compilation) -> Vec<Value> {
    let objects = compilation.workloads.iter().map(|workload| serde_json::to_value(workload.object()));
    objects.map(|object| object.expect("an object of JSON")).collect()
}

/// Holds objects to a program; gives what is found as well as what it became.
fn held(compilation: &mut Compilation, objects: &[Value], options: &VerifyOptions) -> Vec<Held> {
    let mut rendered = Rendered::default();
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects });
    rendered.read("rendered.json", format!("{list:#}\n"));
    assert!(rendered.diagnostics().is_empty(), "{:?}", rendered.diagnostics());
    verify(&mut [compilation], &rendered, options)
}

fn shown(compilation: &Compilation) -> String {
    Human::default().render(&compilation.sources, &compilation.diagnostics)
}

/// The spec of the pods of an object.
fn pod_spec(object: &mut Value) -> &mut Value {
    let path = match object["kind"].as_str().expect("a kind") {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    object.pointer_mut(path).expect("the spec of a pod")
}

/// The containers of one of the lists of a pod, to change them.
fn list<'s>(spec: &'s mut Value, key: &str) -> &'s mut Vec<Value> {
    if spec[key].is_null() {
        spec[key] = json!([]);
    }
    spec[key].as_array_mut().expect("a list")
}
