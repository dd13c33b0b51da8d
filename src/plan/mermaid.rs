//! Writes plans as Mermaid flowcharts, which GitHub and GitLab draw in Markdown.

use super::Plan;
use super::picture::{edges, label, unquoted};
use crate::diagnostic::visible::is_hidden;
use crate::model::Role;
use std::fmt::Write as _;

/// Writes a chart: a subgraph for each workload, the init list one after another, then the apps.
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
    let mut text = String::from("flowchart LR\n");
    for (at, plan) in plans.into_iter().enumerate() {
        let _ = writeln!(text, "  subgraph p{at}[\"{}\"]", quoted(&plan.title()));
        for (nth, start) in plan.order.iter().enumerate() {
            let label: Vec<String> = label(nth, start).iter().map(|line| quoted(line)).collect();
            let label = label.join("<br/>");
            let _ = match start.role {
                Role::Step => writeln!(text, "    p{at}n{nth}[\"{label}\"]:::step"),
                Role::Sidecar => writeln!(text, "    p{at}n{nth}([\"{label}\"]):::sidecar"),
                Role::App => writeln!(text, "    p{at}n{nth}{{{{\"{label}\"}}}}:::app"),
            };
        }
        let init = plan.order.iter().take_while(|start| start.role != Role::App).count();
        for nth in 1..init {
            let _ = writeln!(text, "    p{at}n{} --> p{at}n{nth}", nth - 1);
        }
        for app in init..plan.order.len() {
            if init > 0 {
                let _ = writeln!(text, "    p{at}n{} --> p{at}n{app}", init - 1);
            }
        }
        for edge in edges(plan) {
            let _ = match &edge.volume {
                Some(volume) => {
                    writeln!(text, "    p{at}n{} -. \"{}\" .-> p{at}n{}", edge.from, quoted(volume), edge.to)
                }
                None => writeln!(text, "    p{at}n{} -- after --> p{at}n{}", edge.from, edge.to),
            };
        }
        text.push_str("  end\n");
        for request in &plan.requests {
            let note = format!("{} {}: {}", request.resource, request.quantity, unquoted(&request.because));
            let id = format!(
                "p{at}r{}",
                request.resource.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
            );
            let _ = writeln!(text, "  {id}[/\"{}\"/]:::total", quoted(&note));
        }
    }
    text.push_str(
        "  classDef step fill:#2f74b5,color:#ffffff,stroke:#1f4f7d\n  \
         classDef sidecar fill:#f6d9a8,color:#24292f,stroke:#b26a00\n  \
         classDef app fill:#b9e3d4,color:#24292f,stroke:#0f7a5c\n  \
         classDef total fill:none,stroke-dasharray:3\n",
    );
    text
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
