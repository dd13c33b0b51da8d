//! Tests the tree and the errors of small sources.

// All sources use the same string form, whether they contain a `"#` or not.
#![allow(clippy::needless_raw_string_hashes)]

use super::tree::{Argument, Piece, Statement, SyntaxValue, ValueKind};
use super::{Parse, parse};
use crate::diagnostic::applied;
use crate::source::{FileId, SourceFile};
use std::fmt::Write as _;

mod mistakes;
mod plain;
mod properties;
mod recovery;
mod valid;

/// Reads a source and prints it, then its tree, then its errors.
fn check(text: &str) -> String {
    let text = text.strip_prefix('\n').unwrap_or(text);
    let source = SourceFile::new(FileId(0), "test.initflow", text);
    let Parse { document, errors } = parse(&source);
    let mut out = format!("{}\n---\n", text.trim_end());
    document.statements.iter().for_each(|statement| print_statement(&mut out, statement, 0));
    for error in errors {
        let (line, column) = source.line_column(error.primary.span.start);
        let place = source.slice(error.primary.span).lines().next().unwrap_or_default().to_owned();
        let _ = writeln!(
            out,
            "{line}:{column} {}: {} [{place}] {}",
            error.code.name(),
            error.headline,
            error.primary.text
        );
        for label in &error.labels {
            let (line, column) = source.line_column(label.span.start);
            let _ = writeln!(out, "  {line}:{column} {}", label.text);
        }
        if let Some(fix) = &error.fix {
            let fixed = applied(text, &fix.edits);
            let at = error.primary.span.start as usize;
            let line = text[..at].matches('\n').count();
            let line = fixed.lines().nth(line).unwrap_or_default().trim();
            let _ = writeln!(out, "  {:?}: {} => {line}", fix.applicability, fix.title);
        }
    }
    visible(&out)
}

/// A text with invisible characters as escapes.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n'
            || character == ' '
            || !(character.is_control()
                || character.is_whitespace()
                || character > '\u{2fff}'
                || ('\u{200b}'..='\u{200f}').contains(&character))
        {
            out.push(character);
        } else {
            out.extend(character.escape_unicode());
        }
    }
    out
}

fn print_statement(out: &mut String, statement: &Statement, depth: usize) {
    let broken = if statement.broken { "!" } else { "" };
    let quotes = if statement.name.quoted { "\"" } else { "" };
    let _ = write!(out, "{:depth$}{broken}{quotes}{}{quotes}", "", statement.name.text);
    for value in &statement.values {
        out.push(' ');
        print_value(out, value);
    }
    match &statement.block {
        None => out.push('\n'),
        Some(block) if block.statements.is_empty() => out.push_str(" {}\n"),
        Some(block) => {
            out.push_str(" {\n");
            block.statements.iter().for_each(|inner| print_statement(out, inner, depth + 2));
            let _ = writeln!(out, "{:depth$}}}", "");
        }
    }
}

fn print_value(out: &mut String, value: &SyntaxValue) {
    match &value.kind {
        ValueKind::Word(word) => out.push_str(word),
        ValueKind::Number(number) => out.push_str(number),
        ValueKind::Path(path) => out.push_str(path),
        ValueKind::Operator(operator) => {
            let _ = write!(out, "{operator:?}");
        }
        ValueKind::Text(pieces) => {
            out.push('"');
            for piece in pieces.iter() {
                match piece {
                    Piece::Text(text) => {
                        let _ = write!(out, "{}", text.escape_debug());
                    }
                    Piece::Name(name) => {
                        let _ = write!(out, "<{}>", name.text);
                    }
                }
            }
            out.push('"');
        }
        ValueKind::Range(low, high) => {
            out.push('<');
            if let Some(low) = low {
                print_value(out, low);
            }
            out.push_str("..");
            print_value(out, high);
            out.push('>');
        }
        ValueKind::List(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                print_value(out, value);
            }
            out.push(']');
        }
        ValueKind::Call(call) => {
            out.push_str(&call.name.text);
            print_arguments(out, &call.arguments);
        }
        ValueKind::Group(arguments) => print_arguments(out, arguments),
    }
}

fn print_arguments(out: &mut String, arguments: &[Argument]) {
    out.push('(');
    for (at, argument) in arguments.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        if let Some(name) = &argument.name {
            let _ = write!(out, "{}:", name.text);
        }
        for (at, value) in argument.values.iter().enumerate() {
            out.push_str(if at == 0 && argument.name.is_none() { "" } else { " " });
            print_value(out, value);
        }
    }
    out.push(')');
}

/// A tree has a node for every few bytes of the text, and a program of 10,000 workloads a million of them.
#[test]
fn nodes_are_small() {
    assert_eq!(size_of::<Statement>(), 88);
    assert_eq!(size_of::<SyntaxValue>(), 48);
    assert_eq!(size_of::<Piece>(), 24);
}
