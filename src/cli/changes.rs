//! Writes what changed between two revisions: for a terminal, for a comment on a pull request, and for tools.

use super::text_diff::{colored, diff};
use crate::diagnostic::screen::{Page, Screen, Style, Styled};
use crate::diagnostic::visible;
use crate::kubernetes::quantity::Quantity;
use crate::plan::compare::{Change, Fate, Total};
use clap::ValueEnum;
use std::fmt::Write as _;

/// The formats of the output.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum DiffFormat {
    /// For a terminal
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For tools
    Json,
}

/// A change of a workload, and the path of its source if there may be several.
pub(super) type PlacedChange = (Option<String>, Change);

impl DiffFormat {
    /// Writes changes in this format.
    pub(super) fn write(self, changes: &[PlacedChange], screen: Screen) -> String {
        match self {
            Self::Text => text(changes, screen),
            Self::Markdown => visible::lines(&markdown(changes)).into_owned(),
            Self::Json => visible::json(&json(changes)).into_owned(),
        }
    }
}

fn title((path, change): &PlacedChange) -> String {
    let file = path.as_ref().map(|path| format!(" ({})", visible::plain(path))).unwrap_or_default();
    format!("{} {}{file}", change.kind.name(), change.name)
}

fn shown(total: &Total) -> (String, String) {
    let text =
        |quantity: Option<_>| quantity.map_or("none".to_owned(), |quantity: Quantity| quantity.to_string());
    (text(total.old), text(total.new))
}

fn text(changes: &[PlacedChange], screen: Screen) -> String {
    let mut page = Page::new(screen);
    if changes.is_empty() {
        page.line(0, "the compiled objects have not changed");
    }
    for named in changes {
        let (_, change) = named;
        page.line(0, Styled::new(Style::Title, &title(named)));
        page.blank();
        for fact in &change.facts {
            page.line(2, sign(fact.fate, screen).message(&fact.text));
        }
        for total in &change.totals {
            page.line(2, shown_total(total));
        }
        page.blank();
        page.raw(&colored(&diff(("old", &change.yaml.0), ("new", &change.yaml.1)), screen));
        page.blank();
    }
    page.finish()
}

/// On a screen with colors, a sign before a fact: what is new and what is gone.
fn sign(fate: Fate, screen: Screen) -> Styled {
    match fate {
        _ if !screen.color => Styled::default(),
        Fate::Added => Styled::new(Style::Added, "+ "),
        Fate::Removed => Styled::new(Style::Removed, "- "),
        Fate::Changed => Styled::new(Style::Warning, "~ "),
    }
}

/// An effective request, with the difference in the color of what it costs.
fn shown_total(total: &Total) -> Styled {
    let (old, new) = shown(total);
    let all = total.of_all().map(|all| format!(", {all} in all replicas")).unwrap_or_default();
    let by = if total.because.is_empty() { String::new() } else { format!(": set by {}", total.because) };
    let style = match total.old == total.new {
        true => Style::Plain,
        false if total.is_more() => Style::Removed,
        false => Style::Added,
    };
    Styled::from(format!("effective {} {old} → {new} (", total.resource))
        .then(style, &format!("{}{all}", total.difference()))
        .then(Style::Plain, ")")
        .message(&by)
}

fn markdown(changes: &[PlacedChange]) -> String {
    if changes.is_empty() {
        return "The compiled objects have not changed.\n".to_owned();
    }
    let mut out = String::new();
    for named in changes {
        let (_, change) = named;
        let _ = writeln!(out, "### {}\n", escaped(&title(named)));
        for fact in &change.facts {
            let _ = writeln!(out, "- {}", escaped(&fact.text));
        }
        if !change.totals.is_empty() {
            out.push_str("\n| effective request | before | after | a pod | all replicas | set by |\n|---|---:|---:|---:|---:|---|\n");
        }
        for total in &change.totals {
            let (old, new) = shown(total);
            let all = total.of_all().unwrap_or_default();
            let _ = writeln!(
                out,
                "| {} | {old} | {new} | {} | {all} | {} |",
                total.resource,
                total.difference(),
                escaped(&total.because)
            );
        }
        let difference = diff(("old", &change.yaml.0), ("new", &change.yaml.1));
        let fence = fence(&difference);
        let _ = writeln!(
            out,
            "\n<details><summary>YAML</summary>\n\n{fence}diff\n{difference}{fence}\n\n</details>\n"
        );
    }
    out
}

/// A Markdown fence that no backticks in the text can close.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// Escapes a text so that Markdown shows it as it is, except for code in backticks.
fn escaped(text: &str) -> String {
    // Longer runs of backticks have rules of their own: if there are any, no backticks are treated as code.
    let has_code = !text.contains("``") && text.matches('`').count().is_multiple_of(2);
    let mut escaped = String::with_capacity(text.len());
    let mut code = false;
    for letter in text.chars() {
        code ^= letter == '`' && has_code;
        match letter {
            '|' => escaped.push_str("\\|"),
            '\n' | '\r' => escaped.push(' '),
            '<' if !code => escaped.push_str("&lt;"),
            '`' if !has_code => escaped.push_str("\\`"),
            '*' | '_' | '[' | ']' | '#' if !code => escaped.extend(['\\', letter]),
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn json(changes: &[PlacedChange]) -> String {
    let change = |(path, change): &PlacedChange| {
        let totals = change.totals.iter().map(|total| {
            serde_json::json!({
                "resource": total.resource.as_str(),
                "old": total.old.map(|quantity| quantity.to_string()),
                "new": total.new.map(|quantity| quantity.to_string()),
                "difference": total.difference(),
                "ofAllReplicas": total.of_all(),
                "because": total.because,
            })
        });
        serde_json::json!({
            "path": path,
            "kind": change.kind.name(),
            "name": change.name.as_str(),
            "facts": change.facts.iter().map(|fact| &fact.text).collect::<Vec<_>>(),
            "totals": totals.collect::<Vec<_>>(),
            "yaml": { "old": change.yaml.0, "new": change.yaml.1 },
        })
    };
    let changes: Vec<serde_json::Value> = changes.iter().map(change).collect();
    format!("{:#}\n", serde_json::json!({ "version": 1, "changes": changes }))
}
