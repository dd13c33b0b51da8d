//! Writes plans as a self-contained HTML page, with pictures and with tables of the same facts.
//!
//! Invariant: the page shows everything without its script, and its policy allows no network access.

mod policy;
mod times;

use super::picture::{Axis, Legend, Picture, resource_uses, unquoted};
use super::svg::{DARK, LIGHT, described, drawn, escaped};
use super::{Plan, Resources, Start};
use crate::model::{Direction, Role};
use crate::source::Sources;
use smol_str::SmolStr;
use std::fmt::Write as _;

/// How many workloads the title names.
const NAMED: usize = 3;
/// The width of the explanation of the shapes.
const LEGEND: i32 = 1000;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Shows the plans of any number of sources on one page.
///
/// ```
/// use initflow::compile::{CompileOptions, NoFiles, compile};
/// use initflow::plan::{Axis, html};
///
/// let source = r#"pod hello { step a { image "busybox:1.37"; run "true" } app web { image "nginx:1.29" } }"#;
/// let hello = compile("hello.initflow", source.into(), &NoFiles, &CompileOptions::default());
/// let plan = hello.workloads[0].plan();
/// assert!(html([(&plan, &hello.sources)], Axis::Order).starts_with("<!doctype html>"));
/// ```
pub fn html<'a>(plans: impl IntoIterator<Item = (&'a Plan, &'a Sources)>, axis: Axis) -> String {
    let mut sections = String::new();
    let mut names = Vec::new();
    let mut legend = Legend::default();
    for (nth, (plan, sources)) in plans.into_iter().enumerate() {
        names.push(plan.title());
        let picture = Picture::for_page(plan, sources, axis);
        legend.merge(&picture.shapes);
        section(&mut sections, nth, plan, &picture);
    }
    let legend = drawn(&legend.picture(LEGEND), ("The shapes of the pictures", ""), "legend", "");
    let dark = format!(
        "@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=\"light\"]) {{\n{DARK}}} }}\n\
         @media screen {{ :root[data-theme=\"dark\"] {{\n{DARK}}} }}\n"
    );
    let style = [STYLE, LIGHT, &dark].concat();
    // The page is filled in one pass, so that a name from a source is never read as a placeholder.
    let mut page = String::new();
    for piece in PAGE.split("{{") {
        let (name, rest) = piece.split_once("}}").unwrap_or(("", piece));
        match name {
            "policy" => page.push_str(&policy::policy(&style, SCRIPT)),
            "title" => page.push_str(&escaped(&title(&names))),
            "style" => page.push_str(&style),
            "legend" => page.push_str(&legend),
            "sections" => page.push_str(&sections),
            "script" => page.push_str(SCRIPT),
            _ => {}
        }
        page.push_str(rest);
    }
    page
}

/// The title of the page, which a browser shows in a tab: the workloads, and what it says of them.
fn title(names: &[String]) -> String {
    let named = names.iter().take(NAMED).cloned();
    let more = names.len().checked_sub(NAMED).filter(|more| *more > 0).map(|more| format!("{more} more"));
    let all: Vec<String> = named.chain(more).collect();
    match all.as_slice() {
        [] => "Start of no pod".to_owned(),
        [one] => format!("Start of {one}"),
        [first @ .., last] => format!("Start of {} and {last}", first.join(", ")),
    }
}

fn section(page: &mut String, nth: usize, plan: &Plan, picture: &Picture) {
    let name = escaped(&plan.title());
    let (title, desc) = described(&[plan]);
    let _ = writeln!(
        page,
        "<section aria-labelledby=\"w{nth}\">\n<h2 class=\"hidden\" id=\"w{nth}\">{name}</h2>"
    );
    let _ = writeln!(
        page,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of {name}\">\n{}</div>",
        drawn(picture, (&title, &desc), &format!("w{nth}-picture"), "")
    );
    order(page, nth, plan, &name);
    times::start(page, plan, &name);
    times::stop(page, plan, &name);
    reserved(page, plan, &name);
    totals(page, plan, &name);
    page.push_str("</section>\n");
}

fn order(page: &mut String, nth: usize, plan: &Plan, name: &str) {
    head(page, "order", &format!("Order of {name}"), &["#", "Role", "Name", "Why", "Requests", "Reserved"]);
    for (at, start) in plan.order.iter().enumerate() {
        let moved = if start.moved { "; moved down" } else { "" };
        let _ = writeln!(
            page,
            "<tr data-entry=\"{at}\"><td>{}</td><td><span class=\"role {role}\">{role}</span></td>\
             <th scope=\"row\"><button type=\"button\" aria-expanded=\"true\" aria-controls=\"w{nth}-{at}\">{}</button></th>\
             <td>{}{moved}</td><td>{}</td><td>{}</td></tr>",
            at + 1,
            escaped(&start.name),
            code(&start.because),
            amounts(&start.requests),
            amounts(&start.reserved),
            role = start.role.name(),
        );
        let _ = writeln!(
            page,
            "<tr class=\"details\" id=\"w{nth}-{at}\"><td></td><td colspan=\"5\"><dl>{}</dl></td></tr>",
            details(start)
        );
    }
    page.push_str("</tbody></table></div>\n");
}

/// The details of one container.
fn details(start: &Start) -> String {
    let mut list = String::new();
    let mut item = |term: &str, text: &str| {
        let _ = write!(list, "<div><dt>{term}</dt><dd>{text}</dd></div>");
    };
    item("Starts", &code(&start.because));
    item(
        "Image",
        &start.image.as_ref().map_or("none".to_owned(), |image| format!("<code>{}</code>", escaped(image))),
    );
    item("Requests", &amounts(&start.requests));
    item("Limits", &amounts(&start.limits));
    for (term, direction) in [
        ("Writes", Direction::Writes),
        ("Updates", Direction::Updates),
        ("Reads", Direction::Reads),
        ("Mounts", Direction::Mounts),
    ] {
        let uses = start.uses.iter().filter(|used| used.direction == direction);
        let uses: Vec<String> = uses
            .map(|used| match &used.sub {
                Some(sub) => format!("<code>{}</code> ({})", escaped(&used.volume), escaped(sub)),
                None => format!("<code>{}</code>", escaped(&used.volume)),
            })
            .collect();
        if !uses.is_empty() {
            item(term, &uses.join(", "));
        }
    }
    if !start.awaited.is_empty() {
        item("Waits for", &names(&start.awaited));
    }
    list
}

fn reserved(page: &mut String, plan: &Plan, name: &str) {
    let uses = resource_uses(plan);
    let requested: Vec<_> = uses.iter().filter_map(|each| Some((each, each.peak(plan)?))).collect();
    if requested.is_empty() {
        return;
    }
    let titles: Vec<String> = requested.iter().map(|(each, _)| escaped(each.title())).collect();
    let columns: Vec<&str> = std::iter::once("Moment").chain(titles.iter().map(String::as_str)).collect();
    head(page, "moments", &format!("Reserved at each moment of {name}"), &columns);
    let slots = requested.iter().map(|(each, _)| each.moments.len()).max().unwrap_or(0);
    for at in 0..slots {
        let start = plan.order.get(at).filter(|start| start.role != Role::App);
        let label = start.map_or("all apps at once".to_owned(), |start| {
            format!("{}: {} {}", at + 1, start.role.name(), start.name)
        });
        let mut cells = String::new();
        for (each, peak) in &requested {
            let note = if peak.slot == at { " <strong>peak</strong>" } else { "" };
            let _ = write!(cells, "<td>{}{note}</td>", each.moments[at]);
        }
        let _ = writeln!(page, "<tr><th scope=\"row\">{}</th>{cells}</tr>", escaped(&label));
    }
    page.push_str("</tbody></table></div>\n");
}

fn totals(page: &mut String, plan: &Plan, name: &str) {
    if !(plan.requests.is_empty() && plan.limits.is_empty()) {
        let columns = ["Resource", "Requests", "Limits", "Apps alone", "Set by"];
        head(page, "totals", &format!("Effective totals of {name}"), &columns);
        for each in resource_uses(plan) {
            let (request, limit) = (each.request, each.limit);
            if request.is_none() && limit.is_none() {
                continue;
            }
            let _ = writeln!(
                page,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(each.name),
                request.map_or(NONE.to_owned(), |request| request.quantity.to_string()),
                limit.map_or(NONE.to_owned(), |limit| code(&limit.to_string())),
                each.alone,
                request.map_or(NONE.to_owned(), |request| code(&request.because)),
            );
        }
        page.push_str("</tbody></table></div>\n");
    }
    let _ = writeln!(page, "<p class=\"note\">QoS class {}; all {}.</p>", plan.qos, escaped(&plan.caveat()));
}

fn head(page: &mut String, class: &str, caption: &str, columns: &[&str]) {
    let _ = write!(
        page,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\">\n\
         <table class=\"{class}\"><caption>{caption}</caption><thead><tr>"
    );
    for column in columns {
        let _ = write!(page, "<th scope=\"col\">{column}</th>");
    }
    page.push_str("</tr></thead><tbody>\n");
}

const NONE: &str = "–";

fn amounts(resources: &Resources) -> String {
    if resources.is_empty() {
        return NONE.to_owned();
    }
    let each: Vec<String> =
        resources.iter().map(|(name, quantity)| format!("{} {quantity}", escaped(name))).collect();
    each.join(", ")
}

fn names(names: &[SmolStr]) -> String {
    let each: Vec<String> = names.iter().map(|name| format!("<code>{}</code>", escaped(name))).collect();
    each.join(", ")
}

/// Turns the names between backticks into code.
fn code(text: &str) -> String {
    if text.matches('`').count() % 2 == 1 {
        return escaped(&unquoted(text));
    }
    let mut marked = String::new();
    for (nth, piece) in text.split('`').enumerate() {
        let piece = escaped(piece);
        if nth % 2 == 1 {
            let _ = write!(marked, "<code>{piece}</code>");
        } else {
            marked.push_str(&piece);
        }
    }
    marked
}
