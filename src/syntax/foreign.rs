//! Recognizes files in other languages: one message says more than one for each of their lines.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};

/// A language that is taken for initflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Yaml,
    Json,
    Helm,
    Kustomize,
    Compose,
    Dockerfile,
    Terraform,
}

/// Recognizes a file in another language by its first line with content.
pub(super) fn recognized(source: &SourceFile) -> Option<Diagnostic> {
    let mut at = 0;
    let is_content = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let skipped = source.text.len() - text.len();
    let line = text.split_inclusive('\n').inspect(|line| at += line.len()).find(is_content)?;
    let start = skipped + at - line.len();
    let (language, length) = language_of(line.trim_end(), text)?;
    let (headline, here, help) = words_of(language, &source.name);
    let place = Span::new(source.id, start, start + length);
    Some(Diagnostic::error(Code::ForeignSource, place, headline).here(here).help(help))
}

/// The language of a text, and how many bytes of its first line show it.
fn language_of(line: &str, text: &str) -> Option<(Language, usize)> {
    if line.starts_with("{{") && !line.starts_with("{{{") {
        return Some((Language::Helm, 2));
    }
    if matches!(line, "{" | "[")
        || ["{ ", "{\"", "[ ", "[\"", "[{"].iter().any(|start| line.starts_with(start))
    {
        return Some((Language::Json, 1));
    }
    let word = line.split(' ').next().unwrap_or_default();
    let is_dockerfile = matches!(word, "FROM" | "ARG") && line.len() > word.len();
    if is_dockerfile {
        return Some((Language::Dockerfile, word.len()));
    }
    let labels = line.matches('"').count();
    let is_terraform = match word {
        "terraform" | "locals" => line.ends_with('{') && labels == 0,
        "provider" | "variable" | "module" | "output" => line.ends_with('{') && labels == 2,
        "resource" | "data" => line.ends_with('{') && labels == 4,
        _ => false,
    };
    if is_terraform {
        return Some((Language::Terraform, word.len()));
    }
    let length = yaml_sign(line)?;
    // A source with a mistake in its first line has blocks.
    let opens_block = |line: &str| {
        let open = line.find(" { ").or_else(|| line.trim_end().strip_suffix(" {").map(str::len));
        open.is_some_and(|open| !line[..open].ends_with([':', ',', '-']))
    };
    let has = |start: &str| text.lines().any(|line| line.starts_with(start));
    let is_object = has("apiVersion:") && has("kind:");
    if !is_object && text.lines().any(opens_block) {
        return None;
    }
    let language = match () {
        () if text.contains("{{") => Language::Helm,
        () if has("services:") => Language::Compose,
        () if has("kind: Kustomization") => Language::Kustomize,
        () => Language::Yaml,
    };
    Some((language, length))
}

/// The length of what only YAML has at the start of a line: `---`, `- ` or `key:`.
fn yaml_sign(line: &str) -> Option<usize> {
    if line == "---" || line.starts_with("--- ") || line.starts_with("%YAML") {
        return Some(3);
    }
    if line.starts_with("- ") {
        return Some(1);
    }
    let key = line.split(':').next().filter(|key| key.len() < line.len())?;
    let is_key = key.starts_with(|first: char| first.is_ascii_alphabetic() || "\"'_.".contains(first))
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"\"'_.-/".contains(&byte));
    let ends = line[key.len() + 1..].is_empty() || line[key.len() + 1..].starts_with([' ', '\t']);
    (is_key && ends).then_some(key.len() + 1)
}

/// The headline, the label and the help for a file of a language.
fn words_of(language: Language, name: &str) -> (String, &'static str, String) {
    let (what, here, help) = match language {
        Language::Yaml => ("YAML", "a key of YAML", format!("convert it with `initflow import {name}`")),
        Language::Json => ("JSON", "the start of JSON", format!("convert it with `initflow import {name}`")),
        Language::Helm => (
            "a Helm template",
            "only Helm understands this",
            "convert what the chart renders: `helm template . | initflow import -`".to_owned(),
        ),
        Language::Kustomize => (
            "a kustomization",
            "a key of Kustomize",
            "convert what it builds: `kubectl kustomize . | initflow import -`".to_owned(),
        ),
        Language::Compose => (
            "a Compose file",
            "a key of Compose",
            "write each service as a workload: `deployment NAME { app NAME { image \"…\" } }`".to_owned(),
        ),
        Language::Dockerfile => (
            "a Dockerfile",
            "an instruction of a Dockerfile",
            "build the image, and name it in a workload: `deployment NAME { app NAME { image \"…\" } }`"
                .to_owned(),
        ),
        Language::Terraform => (
            "a Terraform configuration",
            "a block of Terraform",
            "write the workload as initflow: `deployment NAME { app NAME { image \"…\" } }`".to_owned(),
        ),
    };
    (format!("this file is {what}, not initflow"), here, help)
}
