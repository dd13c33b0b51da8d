//! Checks that the examples compile without messages to the YAML next to them; `UPDATE=1` writes it.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The sources with their YAML, and the values of their params.
fn programs() -> Vec<(PathBuf, PathBuf, Option<PathBuf>)> {
    let mut programs: Vec<_> = std::fs::read_dir("examples")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.is_dir())
        .map(|folder| (folder.join("main.initflow"), folder.join("main.yaml"), None))
        .collect();
    let cronjob = Path::new("examples/cronjob");
    programs.push((
        cronjob.join("main.initflow"),
        cronjob.join("prod.yaml"),
        Some(cronjob.join("prod.params")),
    ));
    programs.sort();
    programs
}

#[test]
fn examples_compile_to_the_yaml_next_to_them() {
    let mut stale = Vec::new();
    for (source, yaml, params) in programs() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_initflow"));
        command.arg("compile").arg(&source);
        if let Some(params) = params {
            command.arg("--params").arg(params);
        }
        let output = command.output().unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && messages.is_empty(), "{}:\n{messages}", source.display());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&yaml, &output.stdout).unwrap();
        } else if std::fs::read(&yaml).ok() != Some(output.stdout) {
            stale.push(yaml);
        }
    }
    assert!(stale.is_empty(), "{stale:?} are stale: run `UPDATE=1 cargo test --test examples`");
}
