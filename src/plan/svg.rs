//! Writes plans as a self-contained SVG picture, without external fonts, scripts or files.

use super::Plan;
use super::picture::{Anchor, Axis, Entry, Mark, Picture, Shape, unquoted};
use crate::diagnostic::visible::is_hidden;
use crate::source::Sources;
use std::fmt::Write as _;

/// The style for a light color scheme; the dark one changes only colors.
pub(crate) const LIGHT: &str = include_str!("svg/light.css");
pub(crate) const DARK: &str = include_str!("svg/dark.css");

/// Draws the plans of any number of sources, one below another.
///
/// The heading of a workload and the row of a container are `g` elements that say what they represent, for a program
/// that shows the picture: `data-workload="Deployment shop"`, `data-container="web"` (rows only), `data-entry="2"` (rows
/// only: its place in the order, from 0), and the place of its statement, `data-file="shop.initflow"`, `data-line="7"` and
/// `data-column="3"`, both from 1. A file is named as it was given; an absolute name is relative to the folder of the
/// workload's source, so that no picture depends on a machine. A row of a part has the place of the part. A click
/// anywhere in a row has its element as an ancestor: `event.target.closest("[data-line]")`.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::plan::{Axis, svg};
///
/// let source = r#"pod hello { step a { image "busybox:1.37"; run "true" } app web { image "nginx:1.29" } }"#;
/// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let plan = hello.workloads[0].plan();
/// assert!(svg([(&plan, &hello.sources)], Axis::Order).starts_with("<svg"));
/// ```
pub fn svg<'a>(plans: impl IntoIterator<Item = (&'a Plan, &'a Sources)>, axis: Axis) -> String {
    let plans: Vec<(&Plan, &Sources)> = plans.into_iter().collect();
    let picture = Picture::of(plans.iter().copied(), axis);
    let plans: Vec<&Plan> = plans.into_iter().map(|(plan, _)| plan).collect();
    let style = format!("<style>\n{LIGHT}@media (prefers-color-scheme: dark) {{\n{DARK}}}\n</style>\n");
    let (title, desc) = described(&plans);
    drawn(&picture, (&title, &desc), "plan", &style)
}

/// Draws one plan for a page that has the style and shows several pictures, this one as `nth`.
pub(crate) fn part_of_page(plan: &Plan, sources: &Sources, nth: usize, axis: Axis) -> String {
    let (title, desc) = described(&[plan]);
    drawn(&Picture::of([(plan, sources)], axis), (&title, &desc), &format!("w{nth}-picture"), "")
}

/// The title of a picture of plans, and its description in sentences.
pub(super) fn described(plans: &[&Plan]) -> (String, String) {
    let names: Vec<String> = plans.iter().map(|plan| plan.title()).collect();
    let sentences: Vec<String> = plans.iter().map(|plan| description(plan)).collect();
    (format!("How the pods of {} start", names.join(", ")), sentences.join(" "))
}

/// Writes a picture with its title and description; `id` is the prefix of the ids in it.
pub(super) fn drawn(picture: &Picture, (title, desc): (&str, &str), id: &str, style: &str) -> String {
    let Picture { width, height, marks, entries, inset, shapes: _ } = picture;
    let seen = width - 2 * inset;
    let title = escaped(title);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plan\" width=\"{seen}\" height=\"{height}\" \
         viewBox=\"{inset} 0 {seen} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{style}\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n",
        escaped(desc)
    );
    for group in marks.chunk_by(|a, b| a.entry == b.entry) {
        let entry = group.first().and_then(|mark| entries.get(mark.entry?));
        if let Some(entry) = entry {
            let _ = writeln!(text, "<g class=\"entry\"{}>", hooks(entry));
        }
        for mark in group {
            draw(&mut text, mark);
        }
        if entry.is_some() {
            text.push_str("</g>\n");
        }
    }
    text.push_str("</svg>\n");
    text
}

/// The attributes by which a program finds what a part of the picture represents.
fn hooks(entry: &Entry) -> String {
    let Entry { workload, container, file, line, column } = entry;
    let container = container
        .as_ref()
        .map(|(at, name)| format!(" data-container=\"{}\" data-entry=\"{at}\"", escaped(name)));
    format!(
        " data-workload=\"{}\"{} data-file=\"{}\" data-line=\"{line}\" data-column=\"{column}\"",
        escaped(workload),
        container.unwrap_or_default(),
        escaped(file)
    )
}

fn draw(text: &mut String, mark: &Mark) {
    let class = mark.class;
    let title = mark.title.as_ref().map(|title| format!("<title>{}</title>", escaped(title)));
    let title = title.unwrap_or_default();
    let head = format!("class=\"{class}\"");
    let _ = match &mark.shape {
        Shape::Rect { x, y, width, height } => {
            writeln!(
                text,
                "<rect {head} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"2\">{title}</rect>"
            )
        }
        Shape::Path(path) => writeln!(text, "<path {head} d=\"{path}\">{title}</path>"),
        Shape::Dot { x, y } => {
            writeln!(text, "<circle {head} cx=\"{x}\" cy=\"{y}\" r=\"2.5\">{title}</circle>")
        }
        Shape::Text { x, y, size, anchor, text: shown } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let shown = escaped(shown);
            writeln!(
                text,
                "<text {head} x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}>{shown}{title}</text>"
            )
        }
    };
}

/// Describes the picture in sentences for people who cannot see it.
fn description(plan: &Plan) -> String {
    let starts: Vec<String> = plan
        .order
        .iter()
        .map(|start| format!("{} {} ({})", start.role.name(), start.name, unquoted(&start.because)))
        .collect();
    let requests: Vec<String> = plan
        .requests
        .iter()
        .map(|request| {
            format!("{} {}, set by {}", request.resource, request.quantity, unquoted(&request.because))
        })
        .collect();
    let requests = if requests.is_empty() { "none".to_owned() } else { requests.join("; ") };
    let start = match plan.start.whole {
        whole if whole.is_unknown() => String::new(),
        whole => format!(" The start takes {whole}."),
    };
    format!("{}: {}. Effective requests: {requests}.{start}", plan.title(), starts.join(", "))
}

/// Escapes text for SVG and HTML, including attributes, and replaces characters that XML does not allow.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ if is_hidden(character) => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}
