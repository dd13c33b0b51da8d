//! Writes a plan as text for a person.

mod times;

pub(super) use times::CAVEAT as TIMES_CAVEAT;

use super::{Gate, Plan, Resources, Start};
use crate::diagnostic::phrase::listed;
use crate::diagnostic::visible::{self, plain};
use crate::source::Sources;
use smol_str::SmolStr;
use std::fmt::Write as _;

/// What the totals cannot know.
pub(super) const CAVEAT: &str = "before LimitRanges, webhooks and RuntimeClass overhead";

/// Shows the plans of a source's workloads as tables.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::plan::text;
///
/// let source = r#"pod hello { step a { image "busybox:1.37"; run "true" } app web { image "nginx:1.29" } }"#;
/// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let plan = hello.workloads[0].plan();
/// let text = text(&[plan], &hello.sources);
/// assert!(text.contains("Pod hello"));
/// ```
pub fn text(plans: &[Plan], sources: &Sources) -> String {
    let plans: Vec<String> = plans.iter().map(|plan| one(plan, sources)).collect();
    visible::lines(&plans.join("\n")).into_owned()
}

fn one(plan: &Plan, sources: &Sources) -> String {
    let span = sources.in_file(plan.span);
    let file = sources.get(span.file);
    let (line, column) = file.line_column(span.start);
    let mut text = format!(
        "{}  {}:{line}:{column}  for Kubernetes {}\n\n",
        plan.title(),
        plain(&file.name),
        plan.version
    );

    let mut order = vec![["", "role", "name", "why", "requests", "reserved"].map(str::to_owned)];
    order.extend(plan.order.iter().enumerate().map(|(at, start)| {
        let moved = if start.moved { "; moved down" } else { "" };
        [
            (at + 1).to_string(),
            start.role.name().to_owned(),
            start.name.to_string(),
            format!("{}{moved}", start.because),
            requests(start),
            resources(&start.reserved),
        ]
    }));
    table(&mut text, &order);
    let completed = plan.order.iter().any(|start| !start.completed.is_empty()).then(|| COMPLETED.to_owned());
    let added = plan.order.iter().any(|start| !start.added_requests.is_empty());
    let ranges = || listed(plan.limit_ranges.iter().map(SmolStr::as_str));
    let added = added.then(|| format!("+ added by LimitRange {}", ranges()));
    let mut notes = completed.into_iter().chain(added).chain(plan.order.iter().flat_map(notes)).peekable();
    if notes.peek().is_some() {
        text.push('\n');
    }
    for note in notes {
        let _ = writeln!(text, "  {note}");
    }
    times::start(&mut text, plan);
    times::stop(&mut text, plan);
    text.push('\n');
    totals(&mut text, plan);
    text
}

/// What else is worth knowing about a container: what a hook holds back, and when it starts again.
fn notes(start: &Start) -> impl Iterator<Item = String> {
    let gate = (start.gate == Some(Gate::PostStart)).then_some(POST_START);
    let notes = gate.into_iter().chain(start.restarts.as_deref());
    notes.map(|note| format!("`{}`: {note}", start.name))
}

const COMPLETED: &str = "* requested by the compiler, because the source sets none";

const POST_START: &str = "what comes next waits until its `postStart` hook has returned; a startup probe is safer, since the \
                          kubelet does nothing else for the pod while a hook runs";

fn totals(text: &mut String, plan: &Plan) {
    if plan.requests.is_empty() && plan.limits.is_empty() {
        let _ = writeln!(text, "  no container requests or limits anything\n  QoS class {}", plan.qos);
        return;
    }

    let mut totals = vec![["effective", "requests", "limits", "set by"].map(str::to_owned)];
    totals.extend(plan.requests.iter().map(|request| {
        let limit = plan.limits.iter().find(|limit| limit.resource == request.resource);
        [
            request.resource.to_string(),
            request.quantity.to_string(),
            limit.map_or("-".to_owned(), ToString::to_string),
            request.because.clone(),
        ]
    }));
    let only_limited = plan
        .limits
        .iter()
        .filter(|limit| plan.requests.iter().all(|request| request.resource != limit.resource));
    totals.extend(
        only_limited
            .map(|limit| [limit.resource.to_string(), "-".to_owned(), limit.to_string(), String::new()]),
    );
    table(text, &totals);
    let _ = write!(text, "\n  QoS class {}; all {}\n", plan.qos, plan.caveat());
}

/// What a container requests, with a mark at what the compiler or a `LimitRange` adds.
fn requests(start: &Start) -> String {
    let mark = |name: &SmolStr| {
        if start.completed.contains(&&**name) {
            "*"
        } else if start.added_requests.contains(name) {
            "+"
        } else {
            ""
        }
    };
    let each: Vec<String> =
        start.requests.iter().map(|(name, quantity)| format!("{name} {quantity}{}", mark(name))).collect();
    if each.is_empty() { "-".to_owned() } else { each.join(", ") }
}

fn resources(resources: &Resources) -> String {
    if resources.is_empty() {
        return "-".to_owned();
    }
    let each: Vec<String> = resources.iter().map(|(name, quantity)| format!("{name} {quantity}")).collect();
    each.join(", ")
}

/// Writes rows with their columns aligned.
pub(crate) fn table<const N: usize>(text: &mut String, rows: &[[String; N]]) {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "  {cell:<width$}");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
