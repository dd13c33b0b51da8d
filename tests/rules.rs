//! Every rule of Kubernetes' validation that a source can break, with sources that break it and sources that do not.
//!
//! The cases are the files of `rules/`. A case starts with `== RULE [(KUBE)] in SHAPE: NAMES [@ FIELD]…`: the rule's name,
//! perhaps the targeted version, what its text is put into, the diagnostics that it raises, or `nothing`, and the fields
//! that the API server complains of (`nothing`, where only the language has the rule). What a text cannot say, since its types are wrong, follows as lines `-- PATH = JSON`.
//! `tests/conformance/rules.rs` asks Kubernetes' own code about all of them.
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
fn rules_hold() {
    let mut complaints = Vec::new();
    for (name, text) in files() {
        complaints.extend(cases(&text).filter_map(|case| Some(format!("{name}: {}", complaint(&case)?))));
    }
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}

/// The rules of which a source can know nothing, with the reason.
const NOT_IN_A_SOURCE: &[(&str, &str)] = &[
    ("ENVFROM-ONE", "`from` takes one source"),
    ("SEC-PRIV", "a flag of the API server allows privileged containers"),
    ("UPD-DEP", "an update is judged by what is in the cluster"),
    ("UPD-STS", "an update is judged by what is in the cluster"),
    ("UPD-JOB", "an update is judged by what is in the cluster"),
    ("UPD-POD", "an update is judged by what is in the cluster"),
    ("ADM-LIMITRANGE", "the namespace has the limits"),
    ("ADM-QUOTA", "the namespace has the quotas"),
    ("ADM-PSA", "the namespace has the level; `security restricted` asks for the strictest (restricted.txt)"),
];

/// Every row of the table of rules has a case that breaks it, or a reason why none can.
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

/// What does not hold in a case.
fn complaint(case: &Case<'_>) -> Option<String> {
    let Case { head, text, .. } = case;
    let compilation = compiled(case.program(), case.version());
    let raised = raised(&compilation);
    let shown = || Human::default().render(&compilation.sources, &compilation.diagnostics);
    (raised != case.expected).then(|| format!("{head}\nraised {raised}\n{text}\n{}", shown()))
}

/// Puts the objects of all cases that compile for the newest version into the folder `RULES_DIR`, a line each with the
/// case's head: `tests/kubernetes/run` wants the API server's word on them.
#[test]
fn what_compiles_can_be_judged() {
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

/// What `security restricted` gives, written out: a template that the workload of a case starts from.
const BY_HAND: &str = "template KIND base() {
  securityContext { runAsNonRoot true; seccompProfile { type RuntimeDefault } }
  defaults { securityContext { allowPrivilegeEscalation false; capabilities { drop [\"ALL\"] } } }
}
";

/// Puts the pods on which `tests/security/run` wants the word of Kubernetes' own code into the folder `SECURITY_DIR`, a
/// line each, with whether they have to be refused: the cases of `restricted.txt`, in which the template stands in place
/// of `security restricted`; those that pass as they are; and each step that has the compiler's own image, alone.
#[test]
fn what_is_restricted_can_be_judged() {
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
        // What Kubernetes refuses beside these.
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
        // What runs on the node itself is in the node's network.
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

/// Each step with the compiler's own image that is not told to be root, in a pod that has nothing else.
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
