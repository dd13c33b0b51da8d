//! Writes a status for a person.
//!
//! Invariant: every text of the cluster is on one line, without control characters, and of a bounded length.

use super::duration::duration;
use super::objects::Moment;
use super::pods::{PodReport, Progress};
use super::steps::{StepReport, StepState};
use super::trouble::{Next, Trouble};
use super::workloads::{StatusReport, WorkloadReport};
use crate::diagnostic::screen::{Column, Page, Screen, Style, Styled, Table};
use crate::diagnostic::visible::{self, plain};
use crate::plan::role_style;
use crate::source::{Sources, Span};
use std::fmt::Write as _;

/// How many pods of a workload are shown with their steps, and how many on a line.
const IN_FULL: usize = 5;
const IN_SHORT: usize = 50;

/// The most characters of a cell and of a line.
const MAX_CELL: usize = 80;
const MAX_LINE: usize = 400;

/// The status of all workloads.
pub(crate) fn text(report: &StatusReport<'_>, screen: Screen) -> String {
    let mut page = Page::new(screen);
    for (at, workload) in report.workloads.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        Writer { at: report.at, workload }.write(&mut page);
    }
    if report.left_out > 0 {
        let pods = if report.left_out == 1 {
            "1 other pod is".to_owned()
        } else {
            format!("{} other pods are", report.left_out)
        };
        page.blank();
        page.line(0, format!("{pods} not of these workloads"));
    }
    page.finish()
}

struct Writer<'w> {
    at: Moment,
    workload: &'w WorkloadReport<'w>,
}

impl Writer<'_> {
    fn write(&self, page: &mut Page) {
        let WorkloadReport { kind, name, namespace, known, progress, pods, troubles, .. } = self.workload;
        let place = known.map(|(plan, sources)| place(plan.span, sources)).unwrap_or_default();
        let namespace =
            if namespace.is_empty() { String::new() } else { format!(" in namespace {}", cell(namespace)) };
        let title = Styled::new(Style::Title, &format!("{} {}", cell(kind), cell(name)))
            .then(Style::Plain, &namespace);
        let place = Styled::new(Style::Dim, &place);
        // A pod that nothing has made is its own workload.
        if let ([pod], "Pod") = (pods.as_slice(), &**kind) {
            page.heading(&[title, place, self.pod_line(pod)]);
            if is_open(pod) {
                self.pod(page, pod);
            }
            return;
        }
        page.heading(&[title, place, self.summary()]);
        if pods.is_empty() && troubles.is_empty() {
            let why = match progress {
                Progress::Starting if !self.workload.is_missing => Some("no pod has been made yet"),
                Progress::Done => Some("it is done and gone, or was never applied"),
                _ => None,
            };
            if let Some(why) = why {
                page.blank();
                page.line(2, why);
            }
        }
        for trouble in troubles {
            page.blank();
            self.trouble(page, trouble);
        }
        // The worst come first; pods that are as bad keep their order.
        let mut pods: Vec<&PodReport> = pods.iter().collect();
        pods.sort_by_key(|pod| std::cmp::Reverse(pod.progress));
        let in_full = pods.iter().filter(|pod| is_open(pod)).count().min(IN_FULL);
        for pod in &pods[..in_full] {
            page.blank();
            self.pod_heading(page, pod);
            self.pod(page, pod);
        }
        let rest = &pods[in_full..];
        if !rest.is_empty() {
            page.blank();
        }
        for pod in rest.iter().take(IN_SHORT) {
            self.pod_heading(page, pod);
        }
        if rest.len() > IN_SHORT {
            page.line(2, format!("and {} more pods", rest.len() - IN_SHORT));
        }
    }

    fn pod_heading(&self, page: &mut Page, pod: &PodReport) {
        let mut line = Styled::new(Style::Title, &format!("Pod {}", cell(&pod.name)));
        line.push(Style::Plain, "  ");
        line.append(&self.pod_line(pod));
        page.line(2, line);
    }

    /// How far the workload is, in numbers of pods.
    fn summary(&self) -> Styled {
        let WorkloadReport { progress, wanted, pods, .. } = self.workload;
        let up = pods.iter().filter(|pod| pod.progress == Progress::Up).count();
        let there = pods.iter().filter(|pod| pod.progress != Progress::Stopping).count();
        let all = wanted.map_or(there.to_string(), |wanted| wanted.to_string());
        if self.workload.is_missing {
            return Styled::new(Style::Bad, "missing");
        }
        let name = Styled::new(progress_style(*progress), progress.name());
        match (pods.as_slice(), wanted) {
            ([_], None | Some(1)) | ([], None | Some(0)) => name,
            _ => name.then(Style::Plain, &format!(", {up} of {all} up")),
        }
    }

    /// How far a pod is.
    fn pod_line(&self, pod: &PodReport) -> Styled {
        let ago = pod.since.map(|since| duration(self.at.saturating_sub(since)));
        let mut line = String::new();
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
        Styled::new(progress_style(pod.progress), pod.progress.name()).message(&line)
    }

    /// The steps of a pod, and what is wrong with it.
    fn pod(&self, page: &mut Page, pod: &PodReport) {
        page.blank();
        let is_known = self.workload.known.is_some();
        let columns: Vec<Column> = COLUMNS.into_iter().filter(|column| is_known || !column.is(&AT)).collect();
        let mut table = Table::new(&columns).indented(2);
        for (at, step) in pod.steps.iter().enumerate() {
            // The container with the trouble has the color of errors as a whole.
            let is_bad = step.state == StepState::Failed;
            let style = |style| if is_bad { Style::Bad } else { style };
            let role = style(role_style(step.role));
            let place = is_known.then(|| Styled::new(Style::Dim, &self.place(step)));
            let head = [
                Styled::new(style(Style::Plain), &(at + 1).to_string()),
                Styled::new(role, step.role.name()),
                Styled::new(role, &cell(&step.name)),
            ];
            let details = cut(&self.details(step), MAX_LINE);
            let state = Styled::new(state_style(step.state), step.state.name());
            table.row(head.into_iter().chain(place).chain([state, Styled::default().message(&details)]));
        }
        page.table(&table);
        for trouble in &pod.troubles {
            page.blank();
            self.trouble(page, trouble);
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

    fn trouble(&self, page: &mut Page, trouble: &Trouble) {
        let ago = trouble.since.map(|since| duration(self.at.saturating_sub(since)));
        let ago = ago.map(|ago| format!(" ({ago} ago)")).unwrap_or_default();
        labeled(page, 2, (Style::Bad, "error"), &format!("{}{ago}", trouble.headline));
        if let Some(message) = &trouble.message {
            labeled(page, 4, (Style::Note, "the cluster says"), message);
        }
        for (at, last) in trouble.last_lines.iter().enumerate() {
            if at == 0 {
                labeled(page, 4, (Style::Note, "last lines"), last);
            } else {
                page.line(16, cut(last, MAX_LINE));
            }
        }
        let next = match trouble.next {
            Next::Again { at, .. } if at > self.at => {
                format!("the kubelet starts it again in about {}", duration(at.saturating_sub(self.at)))
            }
            Next::Again { .. } => "the kubelet is about to start it again".to_owned(),
            Next::Running => "the kubelet has started it again".to_owned(),
            Next::Never => "the kubelet does not start it again".to_owned(),
            Next::Unknown => String::new(),
        };
        if !next.is_empty() {
            page.line(4, next);
        }
        for help in &trouble.help {
            labeled(page, 4, (Style::Help, "help"), help);
        }
    }
}

/// A line that begins with what it is.
fn labeled(page: &mut Page, indent: usize, (style, label): (Style, &str), text: &str) {
    page.line(indent, Styled::new(style, label).then(Style::Plain, ": ").message(&cut(text, MAX_LINE)));
}

const AT: Column = Column::text("at").rank(1);
const COLUMNS: [Column; 6] = [
    Column::number(""),
    Column::whole("role"),
    Column::text("name"),
    AT,
    Column::whole("state"),
    Column::text("details"),
];

fn progress_style(progress: Progress) -> Style {
    match progress {
        Progress::Failed => Style::Bad,
        Progress::Starting => Style::Warning,
        Progress::Up | Progress::Done => Style::Good,
        Progress::Stopping => Style::Dim,
    }
}

fn state_style(state: StepState) -> Style {
    match state {
        StepState::Failed => Style::Bad,
        StepState::Running | StepState::Creating => Style::Warning,
        StepState::Up | StepState::Done => Style::Good,
        StepState::Waiting | StepState::Stopped => Style::Dim,
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
