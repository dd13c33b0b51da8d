//! Plans as a flowchart in Mermaid, which GitHub draws in Markdown.

use super::Plan;
use super::picture::edges;
use crate::model::Role;
use std::fmt::Write as _;

/// Draws plans as one flowchart, a subgraph for each workload.
pub fn mermaid<'a>(plans: impl IntoIterator<Item = &'a Plan>) -> String {
    let mut text = String::from("flowchart LR\n");
    for (nth, plan) in plans.into_iter().enumerate() {
        subgraph(&mut text, nth, plan);
    }
    text.push_str(
        "  classDef step fill:#dbe7f3,stroke:#2f74b5,color:#24292f\n  \
         classDef sidecar fill:#f6d9a8,stroke:#b26a00,color:#24292f\n  \
         classDef app fill:#b9e3d4,stroke:#0f7a5c,color:#24292f\n",
    );
    text
}

fn subgraph(text: &mut String, nth: usize, plan: &Plan) {
    let label = quoted(&format!("{} {}", plan.kind.name(), plan.name));
    let _ = writeln!(text, "  subgraph w{nth}[{label}]");
    for (at, start) in plan.order.iter().enumerate() {
        let role = start.role.name();
        let label = quoted(&format!("{}. {} ({role})", at + 1, start.name));
        let (open, close) = match start.role {
            Role::Step => ("[", "]"),
            Role::Sidecar => ("([", "])"),
            Role::App => ("[[", "]]"),
        };
        let _ = writeln!(text, "    c{nth}_{at}{open}{label}{close}:::{role}");
    }
    // Who starts after whom, whether or not anything asks for it.
    let init: Vec<usize> = (0..plan.order.len()).filter(|at| plan.order[*at].role != Role::App).collect();
    for pair in init.windows(2) {
        let _ = writeln!(text, "    c{nth}_{} --- c{nth}_{}", pair[0], pair[1]);
    }
    if let Some(last) = init.last() {
        for app in init.len()..plan.order.len() {
            let _ = writeln!(text, "    c{nth}_{last} --- c{nth}_{app}");
        }
    }
    for edge in edges(plan) {
        let (arrow, label) = match &edge.volume {
            None => ("-->", quoted("after")),
            Some(volume) => ("-.->", quoted(volume)),
        };
        let _ = writeln!(text, "    c{nth}_{} {arrow}|{label}| c{nth}_{}", edge.from, edge.to);
    }
    text.push_str("  end\n");
}

/// Text between quotes, in which Mermaid reads entities and little else.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '.' | '(' | ')' | '_' | '/' | ':' => {
                quoted.push(character);
            }
            _ if character.is_control() => quoted.push('\u{fffd}'),
            _ => {
                let _ = write!(quoted, "#{};", u32::from(character));
            }
        }
    }
    quoted.push('"');
    quoted
}
