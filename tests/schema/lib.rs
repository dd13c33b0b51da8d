//! Generates the files in `src/kubernetes/schema` from the JSON schemas of `k8s-openapi` and the tables next to this file, and
//! compares them with the committed files; `UPDATE=1` writes them.
#![cfg(test)]

mod definitions;
mod render;
mod tables;

use std::fs;
use tables::Tables;

const PROJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const OBJECTS: &str = "src/kubernetes/schema/objects.rs";
const AROUND: &str = "src/kubernetes/schema/around.rs";
const COMMAND: &str = "UPDATE=1 cargo test --manifest-path tests/schema/Cargo.toml";

#[test]
fn the_committed_schema_is_the_generated_one() {
    let tables = Tables::read();
    let workloads = definitions::of_workloads();
    let around = definitions::of_context(&workloads);
    let all = workloads.iter().chain(&around).map(|(name, schema)| (name.clone(), schema.clone())).collect();
    tables.check(&all);
    compare(OBJECTS, &render::objects(&workloads, &tables, COMMAND));
    compare(AROUND, &render::around(&around, &tables, COMMAND));
}

fn compare(file: &str, generated: &str) {
    let path = format!("{PROJECT}/{file}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, generated).expect("the schema can be written");
    } else {
        let current = fs::read_to_string(&path).unwrap_or_default();
        let differs = current.lines().zip(generated.lines()).position(|(is, should)| is != should);
        let line = differs.unwrap_or(current.lines().count()) + 1;
        assert!(current == generated, "{file}:{line} is stale: run `{COMMAND}`");
    }
}

/// With another version, the table would not have the fields of the typed objects that the compiler lowers to.
#[test]
fn k8s_openapi_is_the_one_of_the_project() {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let wanted = |file: &str| {
        let text = read(file);
        let line = text.lines().find(|line| line.starts_with("k8s-openapi = "));
        line.expect("k8s-openapi is a dependency").replace(", \"schemars\"", "")
    };
    let locked = |file: &str| {
        let text = read(file);
        let mut lines = text.lines().skip_while(|line| *line != "name = \"k8s-openapi\"");
        lines.nth(1).expect("k8s-openapi is locked").to_owned()
    };
    assert_eq!(wanted("Cargo.toml"), wanted(&format!("{PROJECT}/Cargo.toml")));
    assert_eq!(locked("Cargo.lock"), locked(&format!("{PROJECT}/Cargo.lock")));
}
