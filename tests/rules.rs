//! Every rule of Kubernetes' validation that a source can break, with sources that break it and sources that do not.
//!
//! The cases are the files of `rules/`. A case starts with `== RULE [(KUBE)] in SHAPE: NAMES`: the rule's name, perhaps the
//! targeted version, what its text is put into, and the diagnostics that it raises, or `nothing`.
#![allow(clippy::expect_used, clippy::panic)]

use initflow::compile::{NoFiles, Options, compile};
use initflow::diagnostic::human::Human;
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
];

#[test]
fn rules_hold() {
    let mut complaints = Vec::new();
    let mut files: Vec<_> = fs::read_dir("tests/rules").expect("the folder of cases").flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        let text = fs::read_to_string(file.path()).expect("a file of cases");
        for case in text.split("\n== ").skip(1) {
            if let Some(complaint) = complaint(case) {
                complaints.push(format!("{}: {complaint}", file.path().display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n\n{}", complaints.len(), complaints.join("\n"));
}

/// What does not hold in a case.
fn complaint(case: &str) -> Option<String> {
    let (head, text) = case.split_once('\n').expect("a case has a text");
    let (rule, expected) = head.split_once(": ").unwrap_or_else(|| panic!("no `: ` in `{head}`"));
    let (rule, shape) = rule.rsplit_once(" in ").unwrap_or_else(|| panic!("no ` in ` in `{head}`"));
    let version = rule.split_once('(').map_or("1.37", |(_, version)| version.trim_end_matches(')'));
    let (_, around) =
        SHAPES.iter().find(|(name, _)| *name == shape).unwrap_or_else(|| panic!("no shape `{shape}`"));
    let options = Options { version: version.parse().expect("a version"), ..Options::default() };
    let compilation = compile("case", around.replace("{}", text.trim_end()), &NoFiles, &options);
    let mut raised: Vec<&str> = compilation.diagnostics.iter().map(|diagnostic| diagnostic.name).collect();
    raised.sort_unstable();
    let raised = if raised.is_empty() { "nothing".to_owned() } else { raised.join(" ") };
    let shown = || Human::default().render(&compilation.sources, &compilation.diagnostics);
    (raised != expected).then(|| format!("{head}\nraised {raised}\n{text}\n{}", shown()))
}
