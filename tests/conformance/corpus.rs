//! Checks that real manifests, imported and compiled, are the same objects for Kubernetes' own code, or are refused by
//! both.

use crate::judge::{Judge, admit, admit_text};
use crate::report::Report;
use initflow::compile::{CompileOptions, NoFiles, compile};
use initflow::diagnostic::human::Human;
use initflow::import::import;
use initflow::kubernetes::version::Version;
use serde_json::{Value, json};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
#[ignore = "needs INITFLOW_JUDGE and CORPUS"]
fn an_imported_manifest_compiles_to_the_same_object() {
    let mut judge = Judge::start();
    let mut report = Report::new("corpus");
    for path in &manifests() {
        let text = fs::read_to_string(path).expect("a manifest");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        compare(&name, &text, &mut judge, &mut report);
    }
    report.finish();
}

fn manifests() -> Vec<PathBuf> {
    let folder = PathBuf::from(env::var_os("CORPUS").expect("CORPUS names a folder")).join("docs");
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries.flatten().map(|file| file.path()).collect();
    files.retain(|path| path.extension() == Some(Path::new("yaml").as_os_str()));
    files.sort();
    assert!(!files.is_empty(), "CORPUS has no manifests");
    files
}

fn compare(name: &str, text: &str, judge: &mut Judge, report: &mut Report) {
    let verdict = judge.verdict(&admit_text(Version::NEWEST, text));
    let admitted = verdict.errors.is_empty();
    let imported = import(name, text.to_owned(), &CompileOptions::default());
    match (&imported.source, admitted) {
        (None, false) => report.count("manifests", "refused by both"),
        (None, true) => report.disagree(&format!("{name}: refused, although Kubernetes admits it"), || {
            Human::default().render(&imported.sources, &imported.diagnostics)
        }),
        (Some(_), false) => report
            .disagree(&format!("{name}: accepted, although Kubernetes refuses it"), || {
                verdict.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }),
        (Some(source), true) => match object(source) {
            Err(messages) => report.disagree(&format!("{name}: does not compile"), || messages),
            Ok(object) => {
                report.count("manifests", "imported");
                for error in judge.verdict(&admit(Version::NEWEST, &object)).errors {
                    report.disagree(&format!("{name}: {error}"), || source.clone());
                }
                let answer = judge.ask(&[json!({"do": "same", "left": text, "right": object})]).remove(0);
                for difference in answer["differences"].as_array().into_iter().flatten() {
                    report.disagree(&format!("{name}: {difference}"), || source.clone());
                }
            }
        },
    }
}

fn object(source: &str) -> Result<Value, String> {
    let compiled = compile("imported.initflow", source.to_owned(), &NoFiles, &CompileOptions::default());
    match compiled.workloads.as_slice() {
        [workload] => Ok(serde_json::to_value(workload.object()).expect("JSON")),
        _ => Err(Human::default().render(&compiled.sources, &compiled.diagnostics)),
    }
}
