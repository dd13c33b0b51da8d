//! Checks that the objects of generated programs, which have all fields in unusual combinations, are the same after
//! `import`.

use crate::judge::Judge;
use crate::report::Report;
use crate::size;
use crate::sound::{BATCH, batch, objects};
use initflow::compile::{CompileOptions, NoFiles, compile};
use initflow::diagnostic::human::Human;
use initflow::import::import;
use initflow::kubernetes::version::Version;
use rayon::prelude::*;
use serde_json::{Value, json};

#[test]
#[ignore = "needs INITFLOW_JUDGE"]
fn compiled_objects_are_imported_unchanged() {
    let mut judge = Judge::start();
    let mut report = Report::new("imports");
    let wanted = size::cases(500, 10_000);
    let (mut start, mut seen) = (0, 0);
    while seen < wanted {
        let programs = batch(start);
        start += BATCH;
        let good = programs.iter().filter(|(_, compilation)| !compilation.failed());
        let given: Vec<(Version, Value)> = good
            .flat_map(|(program, compilation)| {
                objects(compilation).into_iter().map(|object| (program.version, object))
            })
            .filter(|(_, object)| !lacks_key_type(object))
            .collect();
        seen += given.len() as u64;
        let back: Vec<Result<Value, String>> =
            given.par_iter().map(|(version, object)| comes_back(*version, object)).collect();
        for ((version, object), back) in given.iter().zip(back) {
            report.count("objects", object["kind"].as_str().unwrap_or_default());
            match back {
                Err(message) => {
                    let headline = message.lines().next().unwrap_or_default().to_owned();
                    report.disagree(&headline, || format!("{version}\n{object:#}\n{message}"));
                }
                Ok(back) => {
                    let answer = judge.ask(&[json!({"do": "same", "left": object, "right": back})]).remove(0);
                    let differences = answer["differences"].as_array().cloned();
                    for difference in differences.unwrap_or_else(|| vec![answer.clone()]) {
                        let path = difference.as_str().and_then(|text| text.split(':').next());
                        report.disagree(path.unwrap_or("no answer"), || format!("{difference}\n{object:#}"));
                    }
                }
            }
        }
    }
    report.finish();
}

/// Whether a certificate of the pod has no type of key. Where Kubernetes drops the certificate, that is only a warning, and the typed
/// object has an empty type, which `import` refuses like the API server of a later version.
fn lacks_key_type(object: &Value) -> bool {
    object.to_string().contains(r#""keyType":"""#)
}

/// An object, imported and compiled again, or the diagnostics.
fn comes_back(version: Version, object: &Value) -> Result<Value, String> {
    let options = CompileOptions { version, ..CompileOptions::default() };
    let imported = import("object.json", object.to_string(), &options);
    let Some(source) = imported.source else {
        return Err(Human::default().render(&imported.sources, &imported.diagnostics));
    };
    let compiled = compile("imported.initflow", source, &NoFiles, &options);
    match compiled.workloads.as_slice() {
        [workload] => Ok(serde_json::to_value(workload.object()).expect("JSON")),
        _ => Err(Human::default().render(&compiled.sources, &compiled.diagnostics)),
    }
}
