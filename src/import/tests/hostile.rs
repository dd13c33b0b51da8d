//! Tests that huge manifests take linear time and memory, or are refused.

use super::super::import;
use crate::compile::CompileOptions;
use crate::diagnostic::Code;
use std::fmt::Write as _;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n  - name: web\n    image: nginx:1\n";

/// A line for each number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "{}", line(at));
        text
    })
}

/// The first diagnostic and the source. Anything quadratic would take minutes at these sizes.
fn imported(text: String) -> (Option<Code>, Option<String>) {
    let imported = import("pods.yaml", text, &CompileOptions::default());
    (imported.diagnostics.first().map(|diagnostic| diagnostic.code), imported.source)
}

#[test]
fn a_workload_that_is_too_large_is_refused() {
    // With more than 1 MiB of source the workload is refused before it costs more.
    let value = "x".repeat(60);
    let labels = lines(30_000, |at| format!("    l{at}: {value}"));
    let deployment = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  labels:\n{labels}spec:\n  selector: {{matchLabels: {{a: b}}}}\n  \
         template:\n    metadata:\n      labels:\n{}    spec: {{containers: [{{name: web, image: nginx}}]}}\n",
        labels.replace("    l", "        l").replacen("        l0", "        a: b\n        l0", 1)
    );
    let variables =
        lines(30_000, |at| format!("    # the {at}th\n    - {{name: V{at}, value: {value}}}  # x"));
    let volumes = lines(12_000, |at| format!("  - {{name: v{at}, emptyDir: {{}}}}"));
    let mounts = lines(12_000, |at| format!("    - {{name: v{at}, mountPath: /v{at}/{value}}}"));
    let unknown = lines(5_000, |at| format!("    f{at}: x"));
    let objects = "{\"a\":1}".repeat(500);
    for (text, name) in [
        (deployment, Code::TooLarge),
        (format!("{POD}    env:\n{variables}"), Code::TooLarge),
        (format!("{POD}    volumeMounts:\n{mounts}  volumes:\n{volumes}"), Code::TooLarge),
        (format!("{POD}{unknown}"), Code::UnknownStatement),
        (objects, Code::MissingField),
    ] {
        let (found, source) = imported(text);
        assert_eq!((found, source), (Some(name), None));
    }
}

#[test]
fn no_comment_is_lost_however_many_there_are() {
    let comments = lines(12_000, |at| format!("    # comment {at}."));
    let arguments = lines(12_000, |at| format!("    - a  # argument {at}."));
    for text in [format!("{POD}{comments}    args: [x]\n"), format!("{POD}    args:\n{arguments}")] {
        let (found, source) = imported(text);
        assert_eq!(found, None);
        assert_eq!(source.map(|source| source.matches("# ").count()), Some(12_000));
    }
}

#[test]
fn each_document_of_a_long_file_keeps_its_comments() {
    let pod = |at: usize| format!("---\n# pod {at}\n{}", POD.replace("shop", &format!("shop-{at}")));
    let (found, source) = imported(lines(1000, pod));
    assert_eq!(found, None);
    let source = source.unwrap_or_default();
    for at in 0..1000 {
        assert!(source.contains(&format!("# pod {at}\npod shop-{at} {{")), "{at}");
    }
}

#[test]
fn errors_are_counted_over_all_documents() {
    let broken =
        lines(3000, |at| format!("---\n{}    stdin: {at}", POD.replace("shop", &format!("shop-{at}"))));
    let imported = import("pods.yaml", broken, &CompileOptions::default());
    assert!(imported.failed());
    assert!((1000..1010).contains(&imported.diagnostics.len()), "{}", imported.diagnostics.len());
}
