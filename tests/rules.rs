//! Every rule of Kubernetes' validation that a source can break, with sources that break it and sources that do not.
//!
//! The cases are the files of `rules/`. A case starts with `== RULE [(KUBE)] in SHAPE: NAMES`: the rule's name, perhaps the
//! targeted version, what its text is put into, and the diagnostics that it raises, or `nothing`.
#![allow(clippy::expect_used, clippy::panic)]

use initflow::compile::{Compilation, NoFiles, Options, compile};
use initflow::diagnostic::human::Human;
use initflow::steps::Image;
use std::fs;

/// What a case's text is put into: `{}` stands for it.
const SHAPES: &[(&str, &str)] = &[
    ("file", "{}"),
    ("pod", "pod shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    (
        "app",
        "pod shop {\nvolume data claim \"shop\"\napp web { image \"nginx:1.29\"; mounts data at /data\n{}\n}\n}",
    ),
    (
        "step",
        "pod shop {\nstep setup { image \"busybox:1.37\"; run \"true\"\n{}\n}\napp web { image \"nginx:1.29\" }\n}",
    ),
    (
        "sidecar",
        "pod shop {\nsidecar proxy { image \"envoyproxy/envoy:v1.33.0\"\n{}\n}\napp web { image \"nginx:1.29\" }\n}",
    ),
    ("volume", "pod shop {\nvolume data {}\napp web { image \"nginx:1.29\"; mounts data at /data }\n}"),
    (
        "mount",
        "pod shop {\nvolume data claim \"shop\"\napp web { image \"nginx:1.29\"; mounts data at /data {} }\n}",
    ),
    ("deployment", "deployment shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("daemonset", "daemonset shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("statefulset", "statefulset shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("job", "job shop {\nrestartPolicy Never\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("cronjob", "cronjob shop \"@daily\" {\nrestartPolicy Never\n{}\napp web { image \"nginx:1.29\" }\n}"),
    (
        "clone",
        "pod shop {\nvolume src\nclone site {\n{}\n}\napp web { image \"nginx:1.29\"; reads src at /src }\n}",
    ),
    (
        "render",
        "pod shop {\nvolume t configmap \"t\"\nvolume v\nrender r { from t \"t\"; into v \"f\"\n{}\n}\napp web { image \"nginx:1.29\"; reads v at /v }\n}",
    ),
    (
        "copy",
        "pod shop {\nvolume v\ncopy c { into v \"f\"\n{}\n}\napp web { image \"nginx:1.29\"; reads v at /v }\n}",
    ),
    (
        "own",
        "pod shop {\nvolume v claim \"v\"\nown o { volume v\n{}\n}\napp web { image \"nginx:1.29\"; mounts v at /v }\n}",
    ),
    ("restricted", "pod shop {\nsecurity restricted\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("restricted-app", "pod shop {\nsecurity restricted\napp web { image \"nginx:1.29\"\n{}\n}\n}"),
    (
        "restricted-app-in-user-namespace",
        "pod shop {\nsecurity restricted\nhostUsers false\napp web { image \"nginx:1.29\"\n{}\n}\n}",
    ),
    (
        "restricted-step",
        "pod shop {\nsecurity restricted\nstep setup { image \"busybox:1.37\"; run \"true\"\n{}\n}\napp web { image \"nginx:1.29\" }\n}",
    ),
    (
        "restricted-fetch",
        "pod shop {\nsecurity restricted\nvolume data\nfetch data { from \"https://acme.dev/a\"; into data \"a\"\n{}\n}\napp web { image \"nginx:1.29\"; reads data at /data }\n}",
    ),
    (
        "restricted-volume",
        "pod shop {\nsecurity restricted\nvolume data {}\napp web { image \"nginx:1.29\"; mounts data at /data }\n}",
    ),
    (
        "restricted-windows",
        "pod shop {\nsecurity restricted\nos { name windows }\n{}\napp web { image \"nginx:1.29\" }\n}",
    ),
    (
        "restricted-windows-app",
        "pod shop {\nsecurity restricted\nos { name windows }\napp web { image \"nginx:1.29\"\n{}\n}\n}",
    ),
    (
        "restricted-deployment",
        "deployment shop {\nsecurity restricted\n{}\napp web { image \"nginx:1.29\" }\n}",
    ),
    (
        "restricted-cronjob",
        "cronjob shop \"@daily\" {\nsecurity restricted\n{}\napp web { image \"nginx:1.29\" }\n}",
    ),
];

#[test]
fn rules_hold() {
    let mut complaints = Vec::new();
    let mut files: Vec<_> = fs::read_dir("tests/rules").expect("the folder of cases").flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        let text = fs::read_to_string(file.path()).expect("a file of cases");
        for case in cases(&text) {
            if let Some(complaint) = case.complaint() {
                complaints.push(format!("{}: {complaint}", file.path().display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}

/// One case of a file.
struct Case<'t> {
    head: &'t str,
    rule: &'t str,
    version: &'t str,
    shape: &'t str,
    /// The diagnostics, or `nothing`.
    expected: &'t str,
    text: &'t str,
}

fn cases(file: &str) -> impl Iterator<Item = Case<'_>> {
    file.split("\n== ").skip(1).map(|case| {
        let (head, text) = case.split_once('\n').expect("a case has a text");
        let (rule, expected) = head.split_once(": ").unwrap_or_else(|| panic!("no `: ` in `{head}`"));
        let (rule, shape) = rule.rsplit_once(" in ").unwrap_or_else(|| panic!("no ` in ` in `{head}`"));
        let version = rule.split_once('(').map_or("1.37", |(_, version)| version.trim_end_matches(')'));
        Case { head, rule, version, shape, expected, text }
    })
}

impl Case<'_> {
    /// The whole program.
    fn program(&self) -> String {
        let shape = self.shape;
        let known = SHAPES.iter().find(|(name, _)| *name == shape);
        let (_, around) = known.unwrap_or_else(|| panic!("no shape `{shape}`"));
        around.replace("{}", self.text.trim_end())
    }

    fn compiled(&self, program: String) -> Compilation {
        let options = Options { version: self.version.parse().expect("a version"), ..Options::default() };
        compile("case", program, &NoFiles, &options)
    }

    /// What does not hold in it.
    fn complaint(&self) -> Option<String> {
        let Self { head, text, .. } = self;
        let compilation = self.compiled(self.program());
        let mut raised: Vec<&str> =
            compilation.diagnostics.iter().map(|diagnostic| diagnostic.name).collect();
        raised.sort_unstable();
        let raised = if raised.is_empty() { "nothing".to_owned() } else { raised.join(" ") };
        let shown = || Human::default().render(&compilation.sources, &compilation.diagnostics);
        (raised != self.expected).then(|| format!("{head}\nraised {raised}\n{text}\n{}", shown()))
    }
}

/// Puts the objects of all cases that compile for the newest version into the folder `RULES_DIR`, a line each with the
/// case's head: `tests/kubernetes/run` wants the API server's word on them.
#[test]
fn what_compiles_can_be_judged() {
    let mut lines = Vec::new();
    for file in fs::read_dir("tests/rules").expect("the folder of cases").flatten() {
        let text = fs::read_to_string(file.path()).expect("a file of cases");
        for case in cases(&text).filter(|case| case.version == "1.37") {
            let compilation = case.compiled(case.program());
            if compilation.failed() {
                continue;
            }
            for compiled in &compilation.workloads {
                let object = compiled.object().expect("a checked workload");
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
        let refused = case.expected != "nothing";
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
    let compilation = case.compiled(program.to_owned());
    let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
    let compiled = compilation.workloads.first().unwrap_or_else(|| panic!("{program}\n{shown}"));
    serde_json::to_value(compiled.object().expect("an object")).expect("JSON")
}

fn line(case: &Case, how: &str, object: &serde_json::Value, refused: bool) -> String {
    let name = format!("{} in {} {how}: {}", case.rule, case.shape, case.text.trim());
    let line =
        serde_json::json!({"name": name, "version": case.version, "refused": refused, "object": object});
    format!("{line}\n")
}

/// Each step with the compiler's own image that is not told to be root, in a pod that has nothing else.
fn steps(program: &str, lines: &mut Vec<String>) {
    let compilation = compile("steps", program.to_owned(), &NoFiles, &Options::default());
    let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
    assert!(!compilation.failed(), "{shown}");
    for compiled in &compilation.workloads {
        let object = serde_json::to_value(compiled.object().expect("an object")).expect("JSON");
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
