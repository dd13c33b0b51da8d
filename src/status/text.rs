//! Writes a status for a person.
//!
//! Invariant: every text of the cluster is on one line, without control characters, and of a bounded length.

use super::duration::duration;
use super::objects::Moment;
use super::pods::{PodReport, Progress};
use super::steps::{StepReport, StepState};
use super::trouble::{Next, Trouble};
use super::workloads::{StatusReport, WorkloadReport};
use crate::diagnostic::visible::{self, plain};
use crate::plan::text::table;
use crate::source::{Sources, Span};
use std::fmt::Write as _;

/// How many pods of a workload are shown with their steps, and how many on a line.
const IN_FULL: usize = 5;
const IN_SHORT: usize = 50;

/// The most characters of a cell and of a line.
const MAX_CELL: usize = 80;
const MAX_LINE: usize = 400;

/// The status of all workloads.
pub(crate) fn text(report: &StatusReport<'_>) -> String {
    let workloads = report.workloads.iter().map(|workload| Writer { at: report.at, workload }.write());
    let mut text = workloads.collect::<Vec<_>>().join("\n");
    if report.left_out > 0 {
        let pods = if report.left_out == 1 {
            "1 other pod is".to_owned()
        } else {
            format!("{} other pods are", report.left_out)
        };
        let _ = write!(text, "\n{pods} not of these workloads\n");
    }
    visible::lines(&text).into_owned()
}

struct Writer<'w> {
    at: Moment,
    workload: &'w WorkloadReport<'w>,
}

impl Writer<'_> {
    fn write(&self) -> String {
        let WorkloadReport { kind, name, namespace, known, progress, pods, troubles, .. } = self.workload;
        let place =
            known.map(|(plan, sources)| format!("  {}", place(plan.span, sources))).unwrap_or_default();
        let namespace =
            if namespace.is_empty() { String::new() } else { format!(" in namespace {}", cell(namespace)) };
        let mut text = format!("{} {}{namespace}{place}  ", cell(kind), cell(name));
        // A pod that nothing has made is its own workload.
        if let ([pod], "Pod") = (pods.as_slice(), &**kind) {
            let _ = writeln!(text, "{}", self.pod_line(pod));
            if is_open(pod) {
                self.pod(&mut text, pod);
            }
            return text;
        }
        let _ = writeln!(text, "{}", self.summary());
        if pods.is_empty() && troubles.is_empty() {
            match progress {
                Progress::Starting if !self.workload.is_missing => {
                    text.push_str("\n  no pod has been made yet\n");
                }
                Progress::Done => text.push_str("\n  it is done and gone, or was never applied\n"),
                _ => {}
            }
        }
        for trouble in troubles {
            text.push('\n');
            self.trouble(&mut text, trouble);
        }
        // The worst come first; pods that are as bad keep their order.
        let mut pods: Vec<&PodReport> = pods.iter().collect();
        pods.sort_by_key(|pod| std::cmp::Reverse(pod.progress));
        let in_full = pods.iter().filter(|pod| is_open(pod)).count().min(IN_FULL);
        for pod in &pods[..in_full] {
            let _ = writeln!(text, "\n  Pod {}  {}", cell(&pod.name), self.pod_line(pod));
            self.pod(&mut text, pod);
        }
        let rest = &pods[in_full..];
        if !rest.is_empty() {
            text.push('\n');
        }
        for pod in rest.iter().take(IN_SHORT) {
            let _ = writeln!(text, "  Pod {}  {}", cell(&pod.name), self.pod_line(pod));
        }
        if rest.len() > IN_SHORT {
            let _ = writeln!(text, "  and {} more pods", rest.len() - IN_SHORT);
        }
        text
    }

    /// How far the workload is, in numbers of pods.
    fn summary(&self) -> String {
        let WorkloadReport { progress, wanted, pods, .. } = self.workload;
        let up = pods.iter().filter(|pod| pod.progress == Progress::Up).count();
        let there = pods.iter().filter(|pod| pod.progress != Progress::Stopping).count();
        let all = wanted.map_or(there.to_string(), |wanted| wanted.to_string());
        if self.workload.is_missing {
            return "missing".to_owned();
        }
        match (pods.as_slice(), wanted) {
            ([_], None | Some(1)) | ([], None | Some(0)) => progress.name().to_owned(),
            _ => format!("{}, {up} of {all} up", progress.name()),
        }
    }

    /// How far a pod is.
    fn pod_line(&self, pod: &PodReport) -> String {
        let ago = pod.since.map(|since| duration(self.at.saturating_sub(since)));
        let mut line = pod.progress.name().to_owned();
        match (pod.progress, ago) {
            (Progress::Up | Progress::Starting, Some(ago)) => line.extend([" for ", &ago]),
            (Progress::Done, Some(ago)) => line.extend([" ", &ago, " ago"]),
            _ => {}
        }
        if let Some(note) = &pod.note {
            let _ = write!(line, ": {}", cut(note, MAX_LINE));
        }
        if let Some(step) = current(pod) {
            let _ = write!(line, ", at {} `{}`", step.role.name(), cell(&step.name));
        }
        if let Some(left) = pod.until.map(|until| until.saturating_sub(self.at)).filter(|left| *left > 0) {
            let _ = write!(line, "; the cluster ends it in {}", duration(left));
        }
        line
    }

    /// The steps of a pod, and what is wrong with it.
    fn pod(&self, text: &mut String, pod: &PodReport) {
        text.push('\n');
        let row = |number: String, role: &str, name: String, state: &str, details: String| {
            [number, role.to_owned(), name, state.to_owned(), details]
        };
        let mut rows = vec![row("  ".to_owned(), "role", "name".to_owned(), "state", "details".to_owned())];
        let mut places = vec!["at".to_owned()];
        for (at, step) in pod.steps.iter().enumerate() {
            let details = cut(&self.details(step), MAX_LINE);
            rows.push(row(
                format!("  {}", at + 1),
                step.role.name(),
                cell(&step.name),
                step.state.name(),
                details,
            ));
            places.push(self.place(step));
        }
        if self.workload.known.is_none() {
            table(text, &rows);
        } else {
            let with_place = |([number, role, name, state, details], place): ([String; 5], String)| {
                [number, role, name, place, state, details]
            };
            let rows: Vec<[String; 6]> = rows.into_iter().zip(places).map(with_place).collect();
            table(text, &rows);
        }
        for trouble in &pod.troubles {
            text.push('\n');
            self.trouble(text, trouble);
        }
    }

    fn place(&self, step: &StepReport) -> String {
        match (self.workload.known, step.span) {
            (Some((_, sources)), Some(span)) => place(span, sources),
            _ => "not in the source".to_owned(),
        }
    }

    /// Since when a container is in its state, and how long that may take.
    fn details(&self, step: &StepReport) -> String {
        let ago = step.since.map(|since| duration(self.at.saturating_sub(since)));
        let mut parts = Vec::new();
        match (step.state, ago) {
            (StepState::Done, _) => parts.extend(step.took.map(|took| format!("took {}", duration(took)))),
            (StepState::Up | StepState::Running | StepState::Creating, Some(ago)) => {
                parts.push(format!("for {ago}"));
            }
            (StepState::Failed, Some(ago)) => parts.push(match &step.note {
                Some(note) => format!("{note} for {ago}"),
                None => format!("{ago} ago"),
            }),
            _ => {}
        }
        if let Some(left) = step.until.map(|until| until.saturating_sub(self.at)) {
            parts.push(if left > 0 {
                format!("at most {} more", duration(left))
            } else {
                "overdue".to_owned()
            });
        }
        if let Some(blocker) = &step.waits_for {
            parts.push(format!("for `{}`", cell(blocker)));
        }
        if step.restarts > 0 {
            parts.push(format!("restarted {}", times(step.restarts)));
        }
        if step.state != StepState::Failed {
            parts.extend(step.note.clone());
        }
        parts.join(", ")
    }

    fn trouble(&self, text: &mut String, trouble: &Trouble) {
        let ago = trouble.since.map(|since| duration(self.at.saturating_sub(since)));
        let ago = ago.map(|ago| format!(" ({ago} ago)")).unwrap_or_default();
        let mut line = |indent: &str, words: &str| {
            let _ = writeln!(text, "  {indent}{}", cut(words, MAX_LINE));
        };
        line("", &format!("error: {}{ago}", trouble.headline));
        if let Some(message) = &trouble.message {
            line("  ", &format!("the cluster says: {message}"));
        }
        for (at, last) in trouble.last_lines.iter().enumerate() {
            line("  ", &format!("{}{last}", if at == 0 { "last lines: " } else { "            " }));
        }
        match trouble.next {
            Next::Again { at, .. } if at > self.at => {
                line(
                    "  ",
                    &format!("the kubelet starts it again in about {}", duration(at.saturating_sub(self.at))),
                );
            }
            Next::Again { .. } => line("  ", "the kubelet is about to start it again"),
            Next::Running => line("  ", "the kubelet has started it again"),
            Next::Never => line("  ", "the kubelet does not start it again"),
            Next::Unknown => {}
        }
        for help in &trouble.help {
            line("  ", &format!("help: {help}"));
        }
    }
}

/// Whether its steps are worth showing.
fn is_open(pod: &PodReport) -> bool {
    matches!(pod.progress, Progress::Failed | Progress::Starting)
}

/// A line for each pod, without times, so that a line changes only when the pod does.
pub(crate) fn lines(report: &StatusReport<'_>) -> Vec<String> {
    let pods = report.workloads.iter().flat_map(|workload| &workload.pods);
    let mut lines = Vec::new();
    for pod in pods {
        let steps = pod.steps.iter().map(|step| format!("{} {}", cell(&step.name), step.state.name()));
        let steps: Vec<String> = steps.collect();
        let why = pod.troubles.first().map(|trouble| format!(": {}", cut(&trouble.headline, MAX_LINE)));
        let line = format!(
            "Pod {}: {}{}: {}",
            cell(&pod.name),
            pod.progress.name(),
            why.unwrap_or_default(),
            steps.join(", ")
        );
        lines.push(visible::lines(&line).into_owned());
    }
    lines
}

/// The container that a pod is at, unless something is wrong with the pod as a whole.
fn current(pod: &PodReport) -> Option<&StepReport> {
    match (pod.progress, pod.troubles.first(), &pod.note) {
        (Progress::Failed, Some(trouble), _) => {
            let failed = trouble.container.as_ref()?;
            pod.steps.iter().find(|step| step.name == *failed)
        }
        (Progress::Starting, None, None) => pod.steps.iter().find(|step| !step.state.is_settled()),
        _ => None,
    }
}

/// The line of a place in a source.
fn place(span: Span, sources: &Sources) -> String {
    let span = sources.in_file(span);
    let file = sources.get(span.file);
    format!("{}:{}", plain(&file.name), file.line_column(span.start).0)
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}

fn cell(text: &str) -> String {
    cut(text, MAX_CELL)
}

/// A text on one line, with a mark where it is cut.
fn cut(text: &str, most: usize) -> String {
    let text = plain(&text.replace('\n', " ").replace('\r', "").replace('\t', " "));
    if text.chars().nth(most).is_none() {
        return text;
    }
    text.chars().take(most).chain(['…']).collect()
}
