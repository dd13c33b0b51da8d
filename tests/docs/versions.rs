//! Checks that the versions of Kubernetes in texts and tools are those that can be targeted.

use crate::{no_complaints, texts};
use initflow::kubernetes::version::Version;
use std::fs;

/// The places that name the newest version for a tool or for cargo.
const NAMED: [(&str, &str, &str); 6] = [
    ("Cargo.toml", "features = [\"v1_", "\"]"),
    ("tests/kubernetes/cluster.py", "\nVERSION = \"v1.", "."),
    ("tests/kubernetes/go.mod", "k8s.io/kubernetes v1.", "."),
    ("tests/kubernetes/cmd/judge/version.go", "\nconst newest = \"1.", "\""),
    ("tests/manifests/requirements.txt", "kubernetes-validate==1.", "."),
    ("tests/manifests/run", " -k 1.", " "),
];

#[test]
fn ranges_in_texts_are_those_of_the_code() {
    let mut complaints = Vec::new();
    let mut ranges = 0;
    for file in texts() {
        let text = fs::read_to_string(&file).expect("a text can be read");
        let words: Vec<&str> = text.split_whitespace().collect();
        for around in words.windows(3) {
            let found = match around {
                [from, "to", to] => version(from).zip(version(to)),
                _ => None,
            };
            let default = match around {
                ["by", "default", default] => version(default),
                _ => None,
            };
            ranges += usize::from(found.is_some() || default.is_some());
            if found.is_some_and(|found| found != (Version::OLDEST, Version::NEWEST))
                || default.is_some_and(|default| default != Version::DEFAULT)
            {
                complaints
                    .push(format!("{file}: \"{}\" is not as in src/kubernetes/version.rs", around.join(" ")));
            }
        }
    }
    assert!(ranges > 3, "the texts name {ranges} ranges");
    no_complaints(&complaints);
}

#[test]
fn tools_have_the_newest_version() {
    let newest = Version::NEWEST.0.to_string();
    let is_named = |(file, before, after): &(&str, &str, &str)| {
        let text = fs::read_to_string(file).expect("a file can be read");
        text.contains(&format!("{before}{newest}{after}"))
    };
    let stale = NAMED.iter().filter(|named| !is_named(named));
    let complaints: Vec<String> =
        stale.map(|(file, before, _)| format!("{file} does not have {newest} after {before:?}")).collect();
    no_complaints(&complaints);
}

/// `1.37`, also as code or as text.
fn version(word: &str) -> Option<Version> {
    let word = word.trim_matches(|char: char| !char.is_ascii_digit());
    word.strip_prefix("1.")?.parse().ok().map(Version)
}
