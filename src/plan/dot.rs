//! Plans as a graph in Graphviz' language.

use super::Plan;
use super::picture::{edges, unquoted};
use crate::model::Role;
use std::fmt::Write as _;

/// Draws plans as one graph, a cluster for each workload.
pub fn dot<'a>(plans: impl IntoIterator<Item = &'a Plan>) -> String {
    let mut text = "digraph plan {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", \
                    fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=10, color=\"#57606a\"];\n"
        .to_owned();
    for (nth, plan) in plans.into_iter().enumerate() {
        cluster(&mut text, nth, plan);
    }
    text.push_str("}\n");
    text
}

fn cluster(text: &mut String, nth: usize, plan: &Plan) {
    let label = quoted(&format!("{} {}", plan.kind.name(), plan.name));
    let _ = writeln!(text, "\n  subgraph cluster_{nth} {{\n    label={label}; fontname=\"sans-serif\";");
    for (at, start) in plan.order.iter().enumerate() {
        let (fill, line) = match start.role {
            Role::Step => ("#dbe7f3", "#2f74b5"),
            Role::Sidecar => ("#f6d9a8", "#b26a00"),
            Role::App => ("#b9e3d4", "#0f7a5c"),
        };
        let label = quoted(&format!("{}. {}\n{}", at + 1, start.name, start.role.name()));
        let tip = quoted(&unquoted(&start.because));
        let _ = writeln!(
            text,
            "    c{nth}_{at} [label={label}, tooltip={tip}, fillcolor=\"{fill}\", color=\"{line}\"];"
        );
    }
    text.push_str("  }\n");
    // Who starts after whom, whether or not anything asks for it.
    let init: Vec<usize> = (0..plan.order.len()).filter(|at| plan.order[*at].role != Role::App).collect();
    for pair in init.windows(2) {
        let _ = writeln!(text, "  c{nth}_{} -> c{nth}_{} [style=dotted, arrowhead=none];", pair[0], pair[1]);
    }
    if let Some(last) = init.last() {
        for app in init.len()..plan.order.len() {
            let _ = writeln!(text, "  c{nth}_{last} -> c{nth}_{app} [style=dotted, arrowhead=none];");
        }
    }
    for edge in edges(plan) {
        let look = match &edge.volume {
            None => "label=\"after\"".to_owned(),
            Some(volume) => {
                let back = if edge.from > edge.to { ", constraint=false" } else { "" };
                format!(
                    "label={}, style=dashed, color=\"#9a3f8f\", fontcolor=\"#85347b\"{back}",
                    quoted(volume)
                )
            }
        };
        let _ = writeln!(text, "  c{nth}_{} -> c{nth}_{} [{look}];", edge.from, edge.to);
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '&' => quoted.push_str("&amp;"),
            _ if character.is_control() => quoted.push('\u{fffd}'),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
