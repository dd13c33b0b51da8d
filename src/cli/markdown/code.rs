//! Colors a program: a source as the language server classifies its words, other languages by their comments and keys.

use crate::diagnostic::screen::{Style, Styled};
use crate::ide::tokens::{Class, tokens};
use crate::ide::{Parsed, Range32};

/// The lines of a program.
pub(super) fn highlighted(language: &str, program: &str) -> Vec<Styled> {
    match language {
        "initflow" => source(program),
        "yaml" | "toml" | "sh" => program.lines().map(|line| keyed(language, line)).collect(),
        _ => program.lines().map(Styled::from).collect(),
    }
}

fn source(program: &str) -> Vec<Styled> {
    let parsed = Parsed::new("example.initflow", program);
    let words = tokens(&parsed, Range32 { start: 0, end: u32::try_from(program.len()).unwrap_or(u32::MAX) });
    let mut lines = vec![Styled::default()];
    let mut add = |style: Style, text: &str| {
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Styled::default());
            }
            if let Some(line) = lines.last_mut() {
                line.push(style, part);
            }
        }
    };
    let mut end = 0;
    for word in words {
        let range = word.range.range();
        let (Some(before), Some(text)) = (program.get(end..range.start), program.get(range.clone())) else {
            continue;
        };
        add(Style::Plain, before);
        add(style(word.class), text);
        end = range.end;
    }
    add(Style::Plain, program.get(end..).unwrap_or_default().trim_end());
    lines
}

fn style(class: Class) -> Style {
    match class {
        Class::Comment => Style::Dim,
        Class::Keyword => Style::Keyword,
        Class::Property | Class::Parameter => Style::Step,
        Class::Function | Class::Type | Class::EnumMember => Style::Code,
        Class::String => Style::Quoted,
        Class::Number => Style::Number,
        Class::Variable | Class::Operator => Style::Plain,
    }
}

/// A line of YAML, TOML or shell.
fn keyed(language: &str, line: &str) -> Styled {
    let (text, comment) = match line.find(" #") {
        _ if line.trim_start().starts_with('#') => ("", line),
        Some(at) => line.split_at(at),
        None => (line, ""),
    };
    let separator = match language {
        "yaml" => ':',
        "toml" => '=',
        _ => return Styled::from(text).then(Style::Dim, comment),
    };
    let shown = match text.split_once(separator) {
        Some((key, value)) => {
            Styled::new(Style::Step, key).then(Style::Plain, &format!("{separator}{value}"))
        }
        None if text.starts_with('[') => Styled::new(Style::Keyword, text),
        None => Styled::from(text),
    };
    shown.then(Style::Dim, comment)
}
