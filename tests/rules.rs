//! Tests every rule of Kubernetes' validation that a source can break, with sources that break it and sources that do not.
//!
//! The cases are in the files of `rules/`. A case starts with `== RULE [(KUBE)] in SHAPE: NAMES [@ FIELD]…`: the name of the
//! rule, an optional version of Kubernetes, the shape that its text is put into, the diagnostics that it raises, or
//! `nothing`, and the fields that the API server complains about (`nothing` if only the language has the rule). Values that
//! a text cannot have, because their types are wrong, follow as lines `-- PATH = JSON`. `tests/conformance/rules.rs` checks
//! all cases against Kubernetes' own code.
#![allow(clippy::expect_used, clippy::panic)]

#[path = "rules/cases.rs"]
#[allow(dead_code)]
mod cases;

use cases::{Case, cases, compiled, files, raised};
use initflow::compile::Image;
use initflow::compile::{CompileOptions, NoFiles, compile};
use initflow::diagnostic::human::Human;
use initflow::kubernetes::version::Version;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

#[test]
fn cases_raise_their_diagnostics() {
    let mut complaints = Vec::new();
    for (name, text) in files() {
        complaints.extend(cases(&text).filter_map(|case| Some(format!("{name}: {}", complaint(&case)?))));
    }
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}

/// The rules that cannot be decided from a source, with the reason.
const NOT_IN_A_SOURCE: &[(&str, &str)] = &[
    ("ENVFROM-ONE", "`from` accepts one source"),
    ("SEC-PRIV", "a flag of the API server allows privileged containers"),
    ("UPD-DEP", "an update depends on the object in the cluster"),
    ("UPD-STS", "an update depends on the object in the cluster"),
    ("UPD-JOB", "an update depends on the object in the cluster"),
    ("UPD-POD", "an update depends on the object in the cluster"),
    ("ADM-LIMITRANGE", "the namespace has the limits"),
    ("ADM-QUOTA", "the namespace has the quotas"),
    ("ADM-PSA", "the namespace has the level; `security restricted` asks for the strictest (restricted.txt)"),
];

/// Checks that every row of the table of rules has a case that breaks it, or a reason why no case can.
#[test]
#[ignore = "needs KUBERNETES_FACTS, a folder with validation-rules.tsv"]
fn every_rule_has_a_case() {
    let facts = PathBuf::from(std::env::var_os("KUBERNETES_FACTS").expect("KUBERNETES_FACTS names a folder"));
    let table = fs::read_to_string(facts.join("validation-rules.tsv")).expect("the table of rules");
    let files = files();
    let broken = |case: &Case<'_>| case.expected != "nothing";
    let held: BTreeSet<&str> =
        files.iter().flat_map(|(_, text)| cases(text)).filter(broken).map(|case| case.rule).collect();
    let rows = table.lines().skip(1).filter_map(|row| row.split('\t').next());
    let missing: Vec<&str> = rows
        .filter(|rule| !held.contains(rule) && !NOT_IN_A_SOURCE.iter().any(|(known, _)| known == rule))
        .collect();
    assert!(missing.is_empty(), "no case breaks {}", missing.join(", "));
}

/// How a case fails.
fn complaint(case: &Case<'_>) -> Option<String> {
    let Case { head, text, .. } = case;
    let compilation = compiled(case.program(), case.version());
    let raised = raised(&compilation);
    let shown = || Human::default().render(&compilation.sources, &compilation.diagnostics);
    (raised != case.expected).then(|| format!("{head}\nraised {raised}\n{text}\n{}", shown()))
}

/// Writes the objects of all cases that compile for the newest version to the folder `RULES_DIR`, one line each with the
/// head of the case: `tests/kubernetes/run` sends them to the API server.
#[test]
fn objects_of_cases_are_written_for_the_api_server() {
    let mut lines = Vec::new();
    for (_, text) in files() {
        for case in cases(&text).filter(|case| case.version() == Version::NEWEST) {
            let compilation = compiled(case.program(), Version::NEWEST);
            if compilation.failed() {
                continue;
            }
            for made in &compilation.workloads {
                let object = made.object();
                let line = serde_json::json!({ "case": case.head, "object": object });
                lines.push(line.to_string());
            }
        }
    }
    lines.sort();
    if let Ok(folder) = std::env::var("RULES_DIR") {
        fs::write(format!("{folder}/objects.jsonl"), lines.join("\n") + "\n")
            .expect("the folder can be written");
    }
}

/// The fields that `security restricted` sets, as a template for the workload of a case.
const BY_HAND: &str = "template KIND base() {
  securityContext { runAsNonRoot true; seccompProfile { type RuntimeDefault } }
  defaults { securityContext { allowPrivilegeEscalation false; capabilities { drop [\"ALL\"] } } }
}
";

/// Writes the pods that `tests/security/run` checks with Kubernetes' own code to the folder `SECURITY_DIR`, one line each,
/// with whether they must be refused: the cases of `restricted.txt` with the template instead of `security restricted`;
/// those that pass as they are; and each step with an image of the compiler, alone.
#[test]
fn restricted_pods_are_written_for_kubernetes() {
    let text = fs::read_to_string("tests/rules/restricted.txt").expect("the cases");
    let mut lines = Vec::new();
    for case in cases(&text) {
        let program = case.program();
        let refused = case.expected.contains("not-restricted");
        if !refused {
            lines.push(line(&case, "as compiled", &object(&case, &program), false));
        }
        let (keyword, _) = program.split_once(' ').expect("a workload");
        let mut base = BY_HAND.replace("KIND", keyword);
        // Kubernetes refuses these in combination with others.
        if program.contains("windows") {
            base = base.replace("; seccompProfile { type RuntimeDefault }", "");
            base = base.replace("defaults { securityContext { allowPrivilegeEscalation false; capabilities { drop [\"ALL\"] } } }", "");
        }
        if program.contains("privileged true") {
            base = base.replace("allowPrivilegeEscalation false; ", "");
        }
        if program.contains("procMount Unmasked") && !program.contains("hostUsers") {
            continue;
        }
        // Containers that run on the node itself use the network of the node.
        let on_node = program.contains("hostProcess true");
        let network = if on_node { "os { name windows }; hostNetwork true" } else { "os { name windows }" };
        let program = program.replace("os { name windows }", network);
        let program = program.replacen(" {", " from base() {", 1).replace("security restricted\n", "");
        lines.push(line(&case, "by hand", &object(&case, &(base + &program)), refused));
    }
    for file in fs::read_dir("tests/steps/kinds").expect("the folder of the steps").flatten() {
        if file.path().extension().is_some_and(|extension| extension == "initflow") {
            let program = fs::read_to_string(file.path()).expect("a program of steps");
            steps(&program, &mut lines);
        }
    }
    if let Some(folder) = std::env::var_os("SECURITY_DIR") {
        fs::write(std::path::Path::new(&folder).join("pods.jsonl"), lines.concat())
            .expect("the pods are written");
    }
}

fn object(case: &Case, program: &str) -> serde_json::Value {
    let compilation = compiled(program.to_owned(), case.version());
    let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
    let compiled = compilation.workloads.first().unwrap_or_else(|| panic!("{program}\n{shown}"));
    serde_json::to_value(compiled.object()).expect("JSON")
}

fn line(case: &Case, how: &str, object: &serde_json::Value, refused: bool) -> String {
    let name = format!("{} in {} {how}: {}", case.rule, case.shape, case.text.trim());
    let line = serde_json::json!({"name": name, "version": case.version().to_string(), "refused": refused, "object": object});
    format!("{line}\n")
}

/// Each step with an image of the compiler that does not run as root, in a pod without other containers.
fn steps(program: &str, lines: &mut Vec<String>) {
    let compilation = compile("steps", program.to_owned(), &NoFiles, &CompileOptions::default());
    let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
    assert!(!compilation.failed(), "{shown}");
    for compiled in &compilation.workloads {
        let object = serde_json::to_value(compiled.object()).expect("JSON");
        let containers = object["spec"]["initContainers"].as_array().into_iter().flatten();
        let is_own = |image: &serde_json::Value| Image::ALL.iter().any(|own| image == own.reference());
        for container in
            containers.filter(|one| is_own(&one["image"]) && one["securityContext"]["runAsUser"] != 0)
        {
            let pod = serde_json::json!({"kind": "Pod", "metadata": {}, "spec": {"containers": [container]}});
            let name = format!("the step {} alone", container["name"]);
            let line = serde_json::json!({"name": name, "version": "1.37", "refused": false, "object": pod});
            lines.push(format!("{line}\n"));
        }
    }
}
