//! Writes a plan as text for a person.

mod times;

pub(super) use times::CAVEAT as TIMES_CAVEAT;

use super::{Gate, Plan, Start};
use crate::diagnostic::phrase::listed;
use crate::diagnostic::screen::{Column, Page, Screen, Style, Styled, Table};
use crate::kubernetes::quantity::Quantity;
use crate::model::Role;
use crate::source::{Sources, Span};
use smol_str::SmolStr;

/// What the totals cannot know.
pub(super) const CAVEAT: &str = "before LimitRanges, webhooks and RuntimeClass overhead";

/// Shows the plans of a source's workloads as tables that fit the screen.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::diagnostic::screen::Screen;
/// use initflow::plan::text;
///
/// let source = r#"pod hello { step a { image "busybox:1.37"; run "true" } app web { image "nginx:1.29" } }"#;
/// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let plan = hello.workloads[0].plan();
/// let text = text(&[plan], &hello.sources, Screen::default());
/// assert!(text.contains("Pod hello"));
/// ```
pub fn text(plans: &[Plan], sources: &Sources, screen: Screen) -> String {
    let mut page = Page::new(screen);
    for (at, plan) in plans.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        one(&mut page, plan, sources);
    }
    page.finish()
}

const ORDER: [Column; 6] = [
    Column::number(""),
    Column::whole("role"),
    Column::text("name"),
    Column::text("why").rank(1),
    Column::text("requests").rank(3),
    Column::text("reserved").rank(2),
];

const TOTALS: [Column; 4] =
    [Column::whole("effective"), Column::number("requests"), Column::text("limits"), Column::text("set by")];

fn one(page: &mut Page, plan: &Plan, sources: &Sources) {
    page.heading(&[
        Styled::new(Style::Title, &plan.title()),
        Styled::new(Style::Dim, &place(plan.span, sources)),
        Styled::new(Style::Dim, &format!("for Kubernetes {}", plan.version)),
    ]);
    page.blank();
    let mut order = Table::new(&ORDER);
    for (at, start) in plan.order.iter().enumerate() {
        let moved = if start.moved { "; moved down" } else { "" };
        order.row([
            (at + 1).to_string().into(),
            Styled::new(role_style(start.role), start.role.name()),
            Styled::new(role_style(start.role), &start.name),
            Styled::default().message(&format!("{}{moved}", start.because)),
            requests(start),
            reserved(plan, start),
        ]);
    }
    page.table(&order);
    let completed = plan.order.iter().any(|start| !start.completed.is_empty()).then(|| COMPLETED.to_owned());
    let added = plan.order.iter().any(|start| !start.added_requests.is_empty());
    let ranges = || listed(plan.limit_ranges.iter().map(SmolStr::as_str));
    let added = added.then(|| format!("+ added by LimitRange {}", ranges()));
    let mut notes = completed.into_iter().chain(added).chain(plan.order.iter().flat_map(notes)).peekable();
    if notes.peek().is_some() {
        page.blank();
    }
    for note in notes {
        page.message(2, &note);
    }
    times::start(page, plan);
    times::stop(page, plan);
    page.blank();
    totals(page, plan);
}

/// The style of a container of this role.
pub(crate) fn role_style(role: Role) -> Style {
    match role {
        Role::Step => Style::Step,
        Role::Sidecar => Style::Sidecar,
        Role::App => Style::App,
    }
}

/// A place in a source, with its line and column.
fn place(span: Span, sources: &Sources) -> String {
    let span = sources.in_file(span);
    let file = sources.get(span.file);
    let (line, column) = file.line_column(span.start);
    format!("{}:{line}:{column}", file.name)
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

fn totals(page: &mut Page, plan: &Plan) {
    if plan.requests.is_empty() && plan.limits.is_empty() {
        page.line(2, "no container requests or limits anything");
        return page.line(2, format!("QoS class {}", plan.qos));
    }
    let mut totals = Table::new(&TOTALS);
    for request in &plan.requests {
        let limit = plan.limits.iter().find(|limit| limit.resource == request.resource);
        totals.row([
            request.resource.as_str().into(),
            Styled::new(Style::Peak, &request.quantity.to_string()),
            limit.map_or("-".to_owned(), ToString::to_string).into(),
            Styled::default().message(&request.because),
        ]);
    }
    let is_requested = |resource: &SmolStr| plan.requests.iter().any(|request| request.resource == *resource);
    for limit in plan.limits.iter().filter(|limit| !is_requested(&limit.resource)) {
        totals.row([limit.resource.as_str().into(), "-".into(), limit.to_string().into(), Styled::default()]);
    }
    page.table(&totals);
    page.blank();
    page.line(2, format!("QoS class {}; all {}", plan.qos, plan.caveat()));
}

/// What a container requests, with a mark at what the compiler or a `LimitRange` adds.
fn requests(start: &Start) -> Styled {
    amounts(start.requests.iter().map(|(name, quantity)| {
        let mark = if start.completed.contains(&&**name) {
            "*"
        } else if start.added_requests.contains(name) {
            "+"
        } else {
            ""
        };
        (Style::Plain, name, quantity, mark)
    }))
}

/// What the pod reserves while a container runs; what sets an effective request has a color of its own.
fn reserved(plan: &Plan, start: &Start) -> Styled {
    amounts(start.reserved.iter().map(|(name, quantity)| {
        let sets = plan.requests.iter().any(|request| {
            request.resource == *name
                && request.quantity == *quantity
                && request.containers.contains(&start.name)
        });
        (if sets { Style::Peak } else { Style::Plain }, name, quantity, "")
    }))
}

/// Amounts of resources, each of which stays on one line.
fn amounts<'a>(each: impl Iterator<Item = (Style, &'a SmolStr, &'a Quantity, &'a str)>) -> Styled {
    let mut cell = Styled::default();
    for (style, name, quantity, mark) in each {
        if !cell.is_empty() {
            cell.push_whole(Style::Plain, ",");
            cell.push(Style::Plain, " ");
        }
        cell.push_whole(style, &format!("{name} {quantity}{mark}"));
    }
    if cell.is_empty() { "-".into() } else { cell }
}
