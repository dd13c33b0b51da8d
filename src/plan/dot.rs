//! Writes plans as a graph in the language of Graphviz.

use super::Plan;
use super::graph::{Arrow, arrows, init};
use super::picture::{label, unquoted};
use crate::diagnostic::visible::is_hidden;
use crate::model::Role;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Writes a graph: a cluster for each workload, the init list from top to bottom, in as many columns as it needs, then the apps.
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
        "digraph plan {\n  rankdir=TB\n  fontname=\"Helvetica\"\n  \
         node [fontname=\"Helvetica\" fontsize=11 style=filled]\n  edge [fontname=\"Helvetica\" fontsize=10]\n",
    );
    for (at, plan) in plans.into_iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    color=\"#8c959f\"");
        let tops = tops(init(plan));
        // Arrows across columns would run through each other: what they say is written into the nodes.
        let (drawn, written): (Vec<Arrow>, Vec<Arrow>) =
            arrows(plan).into_iter().partition(|arrow| arrow.is_next || tops.len() < 2);
        let mut notes = notes(plan, &written);
        for (nth, start) in plan.order.iter().enumerate() {
            let mut label = label(nth, start);
            label.append(&mut notes[nth]);
            let _ =
                writeln!(text, "    p{at}n{nth} [label=\"{}\" {}]", lines(&label, "\\n"), look(start.role));
        }
        heading(&mut text, at, plan, &tops);
        for arrow in drawn {
            let (from, to) = (arrow.from, arrow.to);
            let label =
                arrow.label().map(|label| format!("label=\"{}\" ", escaped(&label))).unwrap_or_default();
            let look = if arrow.is_only_files() {
                "style=dashed color=\"#9a3f8f\" fontcolor=\"#85347b\" "
            } else {
                "color=\"#57606a\" "
            };
            let _ = if arrow.is_next && tops.contains(&to) {
                // From the bottom of a column to the top of the next.
                writeln!(text, "    p{at}n{from}:e -> p{at}n{to}:w [{label}{look}constraint=false]")
            } else if arrow.is_next {
                writeln!(text, "    p{at}n{from} -> p{at}n{to} [{label}{look}weight=8]")
            } else {
                writeln!(text, "    p{at}n{from} -> p{at}n{to} [{label}{look}constraint=false]")
            };
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

/// What each container waits for and which files it gets, for arrows that are not drawn.
fn notes(plan: &Plan, arrows: &[Arrow]) -> Vec<Vec<String>> {
    let mut notes = vec![Vec::new(); plan.order.len()];
    let mut flows: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for arrow in arrows {
        let from = plan.order[arrow.from].name.as_str();
        if arrow.is_after {
            notes[arrow.to].push(format!("after {from}"));
        }
        for volume in &arrow.volumes {
            flows.entry((arrow.to, volume)).or_default().push(from);
        }
    }
    for ((to, volume), from) in flows {
        notes[to].push(match from.as_slice() {
            [first, _, rest @ ..] if !rest.is_empty() => {
                format!("{volume} from {first} and {} more", from.len() - 1)
            }
            few => format!("{volume} from {}", few.join(" and ")),
        });
    }
    notes
}

/// Writes the title of a workload as a node above the columns, since Graphviz draws arrows through the label of a cluster.
fn heading(text: &mut String, at: usize, plan: &Plan, tops: &[usize]) {
    let requests = plan
        .requests
        .iter()
        .map(|request| format!("{} {}: {}", request.resource, request.quantity, unquoted(&request.because)));
    let title: Vec<String> = std::iter::once(plan.title()).chain(requests).collect();
    let _ = writeln!(
        text,
        "    p{at}title [label=\"{}\\l\" shape=plaintext style=\"\" fontsize=12]",
        lines(&title, "\\l")
    );
    for top in tops.iter().copied().chain((tops.is_empty()).then_some(0)) {
        let _ = writeln!(text, "    p{at}title -> p{at}n{top} [style=invis weight=0]");
    }
    if let [_, _, ..] = tops {
        let columns: Vec<String> = tops.iter().map(|top| format!("p{at}n{top}")).collect();
        let _ = writeln!(text, "    {{ rank=same edge [style=invis] {} }}", columns.join(" -> "));
    }
}

/// The first containers of the columns into which an init list of this length is broken: of one or two screens' height.
fn tops(init: usize) -> Vec<usize> {
    let height = (2 * init).isqrt().max(HEIGHT);
    let columns = init.div_ceil(height).max(1);
    (0..init).step_by(init.div_ceil(columns).max(1)).collect()
}

/// How many containers fit below each other.
const HEIGHT: usize = 8;

fn look(role: Role) -> &'static str {
    match role {
        Role::Step => "shape=box fillcolor=\"#2f74b5\" fontcolor=white",
        Role::Sidecar => "shape=box style=\"rounded,filled\" fillcolor=\"#f6d9a8\" color=\"#b26a00\"",
        Role::App => "shape=hexagon fillcolor=\"#b9e3d4\" color=\"#0f7a5c\"",
    }
}

fn lines(lines: &[String], end: &str) -> String {
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join(end)
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
