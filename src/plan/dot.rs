//! Writes plans as a graph in the language of Graphviz.

use super::Plan;
use super::picture::{edges, label, unquoted};
use crate::diagnostic::visible::is_hidden;
use crate::model::Role;
use std::fmt::Write as _;

/// Writes a graph: a cluster for each workload, the init list one after another, then the apps.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::plan::dot;
///
/// let source = r#"pod hello { step a { image "busybox:1.37"; run "true" } app web { image "nginx:1.29" } }"#;
/// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let plan = hello.workloads[0].plan();
/// assert!(dot([&plan]).starts_with("digraph"));
/// ```
pub fn dot<'a>(plans: impl IntoIterator<Item = &'a Plan>) -> String {
    let mut text = String::from(
        "digraph plan {\n  rankdir=LR\n  fontname=\"Helvetica\"\n  \
         node [fontname=\"Helvetica\" fontsize=11 style=filled]\n  edge [fontname=\"Helvetica\" fontsize=10]\n",
    );
    for (at, plan) in plans.into_iter().enumerate() {
        let requests = plan.requests.iter().map(|request| {
            format!("{} {}: {}", request.resource, request.quantity, unquoted(&request.because))
        });
        let title: Vec<String> = std::iter::once(plan.title()).chain(requests).collect();
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label=\"{}\"", lines(&title));
        for (nth, start) in plan.order.iter().enumerate() {
            let _ = writeln!(
                text,
                "    p{at}n{nth} [label=\"{}\" {}]",
                lines(&label(nth, start)),
                look(start.role)
            );
        }
        let init = plan.order.iter().take_while(|start| start.role != Role::App).count();
        for nth in 1..init {
            let _ = writeln!(text, "    p{at}n{} -> p{at}n{nth} [weight=8]", nth - 1);
        }
        for app in (init..plan.order.len()).filter(|_| init > 0) {
            let _ = writeln!(text, "    p{at}n{} -> p{at}n{app}", init - 1);
        }
        for edge in edges(plan) {
            let (from, to) = (edge.from, edge.to);
            let _ = match &edge.volume {
                Some(volume) => writeln!(
                    text,
                    "    p{at}n{from} -> p{at}n{to} [label=\"{}\" style=dashed color=\"#9a3f8f\" fontcolor=\"#85347b\" constraint=false]",
                    escaped(volume)
                ),
                None => writeln!(
                    text,
                    "    p{at}n{from} -> p{at}n{to} [label=\"after\" color=\"#57606a\" constraint=false]"
                ),
            };
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

fn look(role: Role) -> &'static str {
    match role {
        Role::Step => "shape=box fillcolor=\"#2f74b5\" fontcolor=white",
        Role::Sidecar => "shape=box style=\"rounded,filled\" fillcolor=\"#f6d9a8\" color=\"#b26a00\"",
        Role::App => "shape=hexagon fillcolor=\"#b9e3d4\" color=\"#0f7a5c\"",
    }
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\n")
}

/// Escapes text for a quoted label, in which Graphviz reads entities.
fn escaped(text: &str) -> String {
    let plain = |letter: char| if is_hidden(letter) { ' ' } else { letter };
    text.chars()
        .map(plain)
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}
