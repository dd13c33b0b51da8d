//! Compiles a program, and writes all that is known of it.

use super::request::{Files, Request, VERSION};
use crate::compile::{CompileOptions, Compiled, compile_with};
use crate::diagnostic::report::{MachineFormat, RunReport};
use crate::lint::LintLevels;
use crate::plan::{self, Plan};
use crate::total::sure;
use serde_json::{Value, json};

/// Compiles the program of a request.
///
/// ```
/// let answer = initflow::json::compile(r#"{ "source": "pod hello { app web { image \"nginx:1.29\" } }" }"#);
/// let answer: serde_json::Value = serde_json::from_str(&answer)?;
/// assert_eq!(answer["workloads"][0]["kind"], "Pod");
/// assert!(answer["workloads"][0]["yaml"].as_str().is_some_and(|yaml| yaml.contains("image: nginx:1.29")));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The report has what is wrong with the program, with places and fixes:
///
/// ```
/// let answer = initflow::json::compile(r#"{ "source": "pod hello { app web { } }" }"#);
/// let answer: serde_json::Value = serde_json::from_str(&answer)?;
/// assert_eq!(answer["report"]["diagnostics"][0]["name"], "missing-image");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn compile(request: &str) -> String {
    let answer = answer(request).unwrap_or_else(|message| json!({ "version": VERSION, "error": message }));
    format!("{answer:#}\n")
}

fn answer(request: &str) -> Result<Value, String> {
    let request = Request::read(request, &["source", "name", "files", "params", "kube", "lints"])?;
    let source = request.needed("source")?;
    let name = request.text("name")?.unwrap_or("main.initflow");
    let options = CompileOptions {
        version: request.text("kube")?.map_or(Ok(None), |text| text.parse().map(Some))?.unwrap_or_default(),
        settings: request.params()?,
        levels: request.levels(LintLevels::default())?,
        ..CompileOptions::default()
    };
    let files = Files(request.entries("files")?.map(|(path, text)| (path.clone(), text.clone())).collect());
    let make = |compiled: Compiled| (compiled.plan(), compiled.yaml(None));
    let compilation = compile_with(name, source.to_owned(), &files, &options, make);
    let mut report = RunReport::default();
    report.sources.push(name.to_owned());
    report.add(&compilation.sources, &compilation.diagnostics, str::to_owned);
    let (plans, texts): (Vec<Plan>, Vec<String>) = compilation.workloads.into_iter().unzip();
    let workload = |(plan, yaml): (&Plan, String)| json!({ "kind": plan.kind.name(), "name": plan.name.as_str(), "yaml": yaml });
    let workloads: Vec<Value> = plans.iter().zip(texts).map(workload).collect();
    let plan = plan::json(plans.iter().map(|plan| (plan, &compilation.sources)));
    Ok(json!({
        "version": VERSION,
        "report": read(&MachineFormat::Json.render(&report)),
        "workloads": workloads,
        "plan": read(&plan),
    }))
}

/// Reads JSON that the compiler wrote.
fn read(text: &str) -> Value {
    sure(serde_json::from_str(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(request: &Value) -> Value {
        serde_json::from_str(&compile(&request.to_string())).unwrap()
    }

    #[test]
    fn files_params_and_versions_are_used() {
        let answer = ask(&json!({
            "name": "apps/shop.initflow",
            "source": "use \"../lib.initflow\"\nparam tag: string\npod p { app a from lib.web(tag) }",
            "files": { "lib.initflow": "template app web(tag: string) { image \"nginx:#{tag}\" }" },
            "params": { "tag": 1.29 },
            "kube": "1.34",
        }));
        assert_eq!(answer["report"]["summary"], json!({ "errors": 0, "warnings": 0 }), "{answer}");
        assert!(answer["workloads"][0]["yaml"].as_str().unwrap().contains("image: nginx:1.29"));
        assert_eq!(answer["plan"]["workloads"][0]["order"][0]["name"], "a");
    }

    #[test]
    fn a_bad_request_has_an_answer() {
        for (request, said) in [
            (json!({}), "no `source`"),
            (json!({ "source": 1 }), "`source` is not text"),
            (json!({ "source": "", "sorce": "" }), "unknown field `sorce`"),
            (json!({ "source": "", "kube": "1.2" }), "1.2"),
            (json!({ "source": "", "params": [] }), "`params` is not an object"),
            (json!({ "source": "", "params": { "a": [] } }), "the param `a`"),
            (json!({ "source": "", "lints": { "x": "deny" } }), "there is no warning named `x`"),
        ] {
            let answer = ask(&request);
            assert!(answer["error"].as_str().is_some_and(|error| error.contains(said)), "{answer}");
        }
        assert!(compile("[").contains("not a JSON object"));
    }

    #[test]
    fn levels_apply() {
        let source = "pod p { app a { image \"nginx\" } }";
        let errors = |lints: Value| {
            ask(&json!({ "source": source, "lints": lints }))["report"]["summary"]["errors"].clone()
        };
        assert_eq!(errors(json!({})), 0);
        assert_eq!(errors(json!({ "unpinned-image": "deny" })), 1);
    }
}
