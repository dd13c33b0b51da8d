//! Writes plans as a self-contained HTML page, with pictures and with tables of the same facts.
//!
//! Invariant: the page shows everything without its script, and its policy allows no network access.

mod times;

use super::picture::{Axis, moments, peak, unquoted};
use super::svg::{DARK, LIGHT, escaped, part_of_page};
use super::{Plan, Resources, Start};
use crate::model::{Direction, Role};
use crate::source::Sources;
use smol_str::SmolStr;
use std::fmt::Write as _;

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
    for (nth, (plan, sources)) in plans.into_iter().enumerate() {
        names.push(plan.title());
        section(&mut sections, nth, plan, sources, axis);
    }
    let dark = format!(
        "@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=\"light\"]) {{\n{DARK}}} }}\n\
         @media screen {{ :root[data-theme=\"dark\"] {{\n{DARK}}} }}\n"
    );
    // The page is filled in one pass, so that a name from a source is never read as a placeholder.
    let mut page = String::new();
    for piece in PAGE.split("{{") {
        let (name, rest) = piece.split_once("}}").unwrap_or(("", piece));
        match name {
            "title" => page.push_str(&escaped(&names.join(", "))),
            "style" => page.extend([STYLE, LIGHT, &dark]),
            "sections" => page.push_str(&sections),
            "script" => page.push_str(SCRIPT),
            _ => {}
        }
        page.push_str(rest);
    }
    page
}

fn section(page: &mut String, nth: usize, plan: &Plan, sources: &Sources, axis: Axis) {
    let name = escaped(&plan.title());
    let _ = writeln!(
        page,
        "<section aria-labelledby=\"w{nth}\">\n<h2 class=\"hidden\" id=\"w{nth}\">{name}</h2>"
    );
    let _ = writeln!(
        page,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of {name}\">\n{}</div>",
        part_of_page(plan, sources, nth, axis)
    );
    order(page, nth, plan, &name);
    times::start(page, plan, &name);
    times::stop(page, plan, &name);
    reserved(page, plan, &name);
    totals(page, plan, &name);
    page.push_str("</section>\n");
}

fn order(page: &mut String, nth: usize, plan: &Plan, name: &str) {
    head(page, &format!("Order of {name}"), &["#", "Role", "Name", "Why", "Requests", "Reserved"]);
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
    head(page, &format!("Reserved at each moment of {name}"), &["Moment", "CPU", "Memory"]);
    let (cpu, memory) = (moments(plan, "cpu"), moments(plan, "memory"));
    let peaks = [peak(plan, "cpu", &cpu), peak(plan, "memory", &memory)];
    for (at, moment) in cpu.iter().zip(&memory).enumerate() {
        let start = plan.order.get(at).filter(|start| start.role != Role::App);
        let label = start.map_or("all apps at once".to_owned(), |start| {
            format!("{}: {} {}", at + 1, start.role.name(), start.name)
        });
        let mut cells = String::new();
        for (quantity, peak) in [moment.0, moment.1].into_iter().zip(&peaks) {
            let is_peak = peak.as_ref().is_some_and(|peak| peak.slot == at && !peak.quantity.is_zero());
            let note = if is_peak { " <strong>peak</strong>" } else { "" };
            let _ = write!(cells, "<td>{quantity}{note}</td>");
        }
        let _ = writeln!(page, "<tr><th scope=\"row\">{}</th>{cells}</tr>", escaped(&label));
    }
    page.push_str("</tbody></table></div>\n");
}

fn totals(page: &mut String, plan: &Plan, name: &str) {
    if !(plan.requests.is_empty() && plan.limits.is_empty()) {
        let columns = ["Resource", "Requests", "Limits", "Apps alone", "Set by"];
        head(page, &format!("Effective totals of {name}"), &columns);
        let only_limited = plan.limits.iter().map(|limit| &limit.resource);
        let mut resources: Vec<_> = plan.requests.iter().map(|request| &request.resource).collect();
        for resource in only_limited {
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
        for resource in resources {
            let request = plan.requests.iter().find(|request| request.resource == *resource);
            let limit = plan.limits.iter().find(|limit| limit.resource == *resource);
            let alone = plan.apps.iter().find(|(name, _)| name == resource);
            let _ = writeln!(
                page,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(resource),
                request.map_or(NONE.to_owned(), |request| request.quantity.to_string()),
                limit.map_or(NONE.to_owned(), |limit| code(&limit.to_string())),
                alone.map_or(NONE.to_owned(), |(_, quantity)| quantity.to_string()),
                request.map_or(NONE.to_owned(), |request| code(&request.because)),
            );
        }
        page.push_str("</tbody></table></div>\n");
    }
    let _ = writeln!(page, "<p class=\"note\">QoS class {}; all {}.</p>", plan.qos, escaped(&plan.caveat()));
}

fn head(page: &mut String, caption: &str, columns: &[&str]) {
    let _ = write!(
        page,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\">\n\
         <table><caption>{caption}</caption><thead><tr>"
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
