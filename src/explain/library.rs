//! Explains the templates of the library, from its source.

use crate::source::std as standard_library;
use std::fmt::Write as _;

/// `std`, or a template of it: `std.NAME`.
pub(super) fn library(name: &str) -> Option<String> {
    if name == "std" {
        let mut text = "# std\n\nThe library that comes with the compiler: `use \"std\"` makes its templates available.\n\n| template | |\n|---|---|\n".to_owned();
        for template in templates() {
            let summary = template.comment.split_inclusive(". ").next().unwrap_or_default();
            // Writing to memory cannot fail.
            let _ = writeln!(text, "| `std.{}` | {} |", template.name, summary.trim_end());
        }
        text.push_str("\n`initflow explain std.NAME` explains one.\n");
        return Some(text);
    }
    let wanted = name.strip_prefix("std.")?;
    let template = templates().find(|template| template.name == wanted)?;
    let mut text = format!("# std.{}\n\n{}\n\n", template.name, template.comment);
    let _ = writeln!(text, "| parameter | |\n|---|---|");
    for (parameter, comment) in &template.parameters {
        let _ = writeln!(text, "| `{}` | {comment} |", parameter.replace('|', "\\|"));
    }
    let required = template.parameters.iter().filter(|(parameter, _)| !parameter.contains(" = "));
    let required = required.map(|(parameter, _)| {
        let name = parameter.split(':').next().unwrap_or_default();
        let value = if parameter.ends_with(": volume") { name.to_owned() } else { "\"…\"".to_owned() };
        format!("{name}: {value}")
    });
    let _ = writeln!(
        text,
        "\n**Use:**\n\n```initflow\nuse \"std\"\n\n{} {} from std.{}({})\n```\n",
        template.kind,
        template.name.replace('_', "-"),
        template.name,
        required.collect::<Vec<_>>().join(", ")
    );
    let _ = writeln!(text, "**Source:**\n\n```initflow\n{}\n```\n", template.source);
    Some(text)
}

/// The names of the templates, as a program writes them.
pub(super) fn names() -> Vec<String> {
    std::iter::once("std".to_owned())
        .chain(templates().map(|template| format!("std.{}", template.name)))
        .collect()
}

struct LibraryTemplate {
    kind: &'static str,
    name: &'static str,
    comment: String,
    /// Each parameter as written, and its comment.
    parameters: Vec<(&'static str, &'static str)>,
    source: &'static str,
}

/// Each template is a comment and what follows up to its closing brace.
fn templates() -> impl Iterator<Item = LibraryTemplate> {
    let text: &'static str = &standard_library().text;
    text.match_indices("\ntemplate ").filter_map(move |(at, _)| {
        let source = &text[at + 1..];
        let source = &source[..source.find("\n}").map_or(source.len(), |end| end + 2)];
        let (head, rest) = source.strip_prefix("template ")?.split_once("(\n")?;
        let (kind, name) = head.split_once(' ')?;
        let (parameters, _) = rest.split_once("\n) {")?;
        let parameters = parameters.lines().map(|line| {
            let (written, comment) = line.split_once(" # ").unwrap_or((line, ""));
            (written.trim().trim_end_matches(','), comment.trim())
        });
        let comment = text[..at].rsplit("\n\n").next()?;
        let comment =
            comment.lines().map(|line| line.trim_start_matches(['#', ' '])).collect::<Vec<_>>().join(" ");
        Some(LibraryTemplate { kind, name, comment, parameters: parameters.collect(), source })
    })
}
