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
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    color=\"#8c959f\" margin=20");
        let columns = Columns::of(init(plan));
        // Arrows across columns would run through each other: what they say is written into the nodes.
        let (drawn, written): (Vec<Arrow>, Vec<Arrow>) =
            arrows(plan).into_iter().partition(|arrow| arrow.is_next || columns.number == 1);
        let mut notes = notes(plan, &written);
        for (nth, start) in plan.order.iter().enumerate() {
            let mut label = label(nth, start);
            label.append(&mut notes[nth]);
            let _ =
                writeln!(text, "    p{at}n{nth} [label=\"{}\" {}]", lines(&label, "\\n"), look(start.role));
        }
        heading(&mut text, at, plan, &columns);
        for arrow in drawn {
            let (from, to) = (arrow.from, arrow.to);
            let label =
                arrow.label().map(|label| format!("label=\"{}\" ", escaped(&label))).unwrap_or_default();
            let look = if arrow.is_only_files() {
                "style=dashed color=\"#9a3f8f\" fontcolor=\"#85347b\" "
            } else {
                "color=\"#57606a\" "
            };
            let _ = if !arrow.is_next {
                // What leads back to a sidecar moves nothing.
                let rank = if from < to { "weight=0" } else { "constraint=false" };
                writeln!(text, "    p{at}n{from} -> p{at}n{to} [{label}{look}{rank}]")
            } else if columns.turn(from, to) {
                writeln!(text, "    {{ rank=same p{at}n{from} -> p{at}n{to} [{label}{look}] }}")
            } else if columns.go_up(from, to) {
                writeln!(text, "    p{at}n{to} -> p{at}n{from} [{label}{look}dir=back weight=8]")
            } else {
                writeln!(text, "    p{at}n{from} -> p{at}n{to} [{label}{look}weight=8]")
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
fn heading(text: &mut String, at: usize, plan: &Plan, columns: &Columns) {
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
    for top in columns.tops() {
        let _ = writeln!(text, "    p{at}title -> p{at}n{top} [style=invis weight=0]");
    }
}

/// The columns into which an init list is broken. Every second one goes up, so that each arrow leads to a neighbor, and
/// their number is odd, so that the last one goes down to the apps.
struct Columns {
    init: usize,
    number: usize,
    height: usize,
}

impl Columns {
    /// About how many containers fit below each other, unless there are so many that the picture would be far wider than high.
    const HEIGHT: usize = 8;

    fn of(init: usize) -> Self {
        let number = init.div_ceil((2 * init).isqrt().max(Self::HEIGHT)).max(1);
        let number = match number {
            2 => 3,
            even if even % 2 == 0 => even - 1,
            odd => odd,
        };
        Self { init, number, height: init.div_ceil(number).max(1) }
    }

    /// Whether the arrow between two neighbors leads from one column to the next.
    fn turn(&self, from: usize, to: usize) -> bool {
        to < self.init && from / self.height != to / self.height
    }

    fn go_up(&self, from: usize, to: usize) -> bool {
        to < self.init && from / self.height % 2 == 1
    }

    /// The containers in the first row; the first app, if there is no init list.
    fn tops(&self) -> impl Iterator<Item = usize> {
        let top = |column: usize| {
            let (first, last) = (column * self.height, (column + 1) * self.height - 1);
            let top = if column.is_multiple_of(2) { first } else { last };
            (top < self.init || self.init == 0).then_some(top)
        };
        (0..self.number).filter_map(top)
    }
}

fn look(role: Role) -> &'static str {
    match role {
        Role::Step => "shape=box fillcolor=\"#2f74b5\" fontcolor=white",
        Role::Sidecar => "shape=box style=\"rounded,filled\" fillcolor=\"#f6d9a8\" color=\"#b26a00\"",
        Role::App => "shape=box peripheries=2 fillcolor=\"#b9e3d4\" color=\"#0f7a5c\"",
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
