//! Writes plans as Mermaid flowcharts, which GitHub and GitLab draw in Markdown.

use super::Plan;
use super::graph::arrows;
use super::picture::{label, unquoted};
use crate::diagnostic::visible::is_hidden;
use crate::model::Role;
use std::fmt::Write as _;

/// Writes a chart: a subgraph for each workload, the init list from top to bottom, then the apps, and what the pod reserves.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::plan::mermaid;
///
/// let source = r#"pod hello { step a { image "busybox:1.37"; run "true" } app web { image "nginx:1.29" } }"#;
/// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let plan = hello.workloads[0].plan();
/// assert!(mermaid([&plan]).contains("flowchart"));
/// ```
pub fn mermaid<'a>(plans: impl IntoIterator<Item = &'a Plan>) -> String {
    // A subgraph without a direction of its own is drawn across that of the chart.
    let mut text = String::from("flowchart TB\n");
    for (at, plan) in plans.into_iter().enumerate() {
        let _ = writeln!(text, "  subgraph p{at}[\"{}\"]\n    direction TB", quoted(&plan.title()));
        for (nth, start) in plan.order.iter().enumerate() {
            let label = lines(label(nth, start).iter());
            let _ = match start.role {
                Role::Step => writeln!(text, "    p{at}n{nth}[\"{label}\"]:::step"),
                Role::Sidecar => writeln!(text, "    p{at}n{nth}([\"{label}\"]):::sidecar"),
                Role::App => writeln!(text, "    p{at}n{nth}{{{{\"{label}\"}}}}:::app"),
            };
        }
        for arrow in arrows(plan) {
            let (from, to) = (arrow.from, arrow.to);
            let _ = match arrow.label().as_deref().map(quoted) {
                Some(label) if arrow.is_only_files() => {
                    writeln!(text, "    p{at}n{from} -. \"{label}\" .-> p{at}n{to}")
                }
                Some(label) => writeln!(text, "    p{at}n{from} -- \"{label}\" --> p{at}n{to}"),
                None => writeln!(text, "    p{at}n{from} --> p{at}n{to}"),
            };
        }
        if !plan.requests.is_empty() {
            let requests = plan.requests.iter().map(|request| {
                format!("{} {}: {}", request.resource, request.quantity, unquoted(&request.because))
            });
            let total: Vec<String> =
                std::iter::once(format!("Reserved for {}", plan.title())).chain(requests).collect();
            let _ = writeln!(text, "    p{at}total[\"{}\"]:::total", lines(total.iter()));
        }
        text.push_str("  end\n");
    }
    text.push_str(
        "  classDef step fill:#2f74b5,color:#ffffff,stroke:#1f4f7d\n  \
         classDef sidecar fill:#f6d9a8,color:#24292f,stroke:#b26a00\n  \
         classDef app fill:#b9e3d4,color:#24292f,stroke:#0f7a5c\n  \
         classDef total fill:none,stroke-dasharray:3\n",
    );
    text
}

fn lines<'a>(lines: impl Iterator<Item = &'a String>) -> String {
    lines.map(|line| quoted(line)).collect::<Vec<_>>().join("<br/>")
}

/// Escapes text for a quoted label.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '#' | '<' | '>' | '&' | '`' => {
                let _ = write!(quoted, "#{};", u32::from(letter));
            }
            _ if is_hidden(letter) => quoted.push(' '),
            _ => quoted.push(letter),
        }
    }
    quoted
}
