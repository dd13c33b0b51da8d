//! Extracts a value into a `let`, and the block of a container into a `template`, and puts a use in its place.
//!
//! Invariant: a new name appears nowhere among the values of the file, so that it hides nothing.

use super::layout;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::ide::shape::{Inside, Meaning, Shaped, ValueRole, at, roles, walk, word};
use crate::ide::{Parsed, Range32};
use crate::model::undeclarable;
use crate::source::{FileId, Span};
use crate::syntax::tree::{Argument, Piece, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::CONTAINERS;
use std::collections::BTreeSet;
use std::ops::Range;

/// A selected value, or a part of a text, as a `let`; and another for all places, if the value appears in several.
pub(super) fn constants(file: &Parsed, range: Range32) -> Vec<Fix> {
    let Some(found) = selected(file, range) else { return Vec::new() };
    let Some(at) = declared_at(file, found.range.start as usize) else { return Vec::new() };
    let name = free_name(&found.name, &names(file));
    let declaration = insertion(at.offset, format!("let {name} = {}\n{}", found.value, at.space));
    let all = |places: &[Range32]| {
        let place = |place: &Range32| Span { file: FileId(0), start: place.start, end: place.end };
        let uses = places.iter().map(|range| Edit { span: place(range), text: found.usage(&name) });
        std::iter::once(declaration.clone()).chain(uses).collect()
    };
    let fix = |title: String, edits: Vec<Edit>| Fix { title, edits, applicability: Applicability::Unsafe };
    let mut fixes = vec![fix(format!("extract into `let {name}`"), all(&[found.range]))];
    let equal: Vec<Range32> =
        found.equal.iter().filter(|place| place.start as usize >= at.offset).copied().collect();
    if equal.len() > 1 {
        let title = format!("extract into `let {name}`, in all {} places", equal.len());
        fixes.push(fix(title, all(&equal)));
    }
    fixes
}

/// The block of the container whose head contains a place, or that is selected as a whole, as a template.
pub(super) fn template(file: &Parsed, range: Range32) -> Option<Fix> {
    let Range { start: offset, end } = trimmed(file, range)?;
    let cursor = at(file, offset);
    let head = cursor.head()?;
    let statement = head.statement;
    let is_container = matches!(head.inside, Inside::Workload(_))
        && CONTAINERS.contains(&statement.name.text.as_str())
        && !statement.name.quoted;
    let ([name], Some(block)) = (statement.values.as_slice(), &statement.block) else { return None };
    let is_meant = offset <= block.span.range().start && (offset == end || statement.span.range().end <= end);
    if !is_container || block.statements.is_empty() || !is_meant {
        return None;
    }
    let keyword = &statement.name.text;
    let new = free_name(word(name)?, &names(file));
    let body = shifted(file.source.slice(block.span), layout::indentation(file, statement));
    let item = cursor.chain.first()?.statement;
    let mut used = BTreeSet::new();
    block.statements.iter().for_each(|inner| names_of(inner, &mut used));
    if depends_on(item, &used) {
        return None;
    }
    let declaration = insertion(layout::start(file, item)?, format!("template {keyword} {new}() {body}\n\n"));
    let usage = Span { start: name.span.end, ..statement.span };
    let edits = vec![declaration, Edit { span: usage, text: format!(" from {new}()") }];
    let title = format!("extract into `template {keyword} {new}`");
    Some(Fix { title, edits, applicability: Applicability::Unsafe })
}

/// What is selected.
struct Selected {
    range: Range32,
    /// What the `let` is set to.
    value: String,
    /// What it could be called.
    name: String,
    /// Whether it is a part of a text, where it is used as `#{name}`.
    part: bool,
    /// Every place of an equal value.
    equal: Vec<Range32>,
}

impl Selected {
    fn usage(&self, name: &str) -> String {
        if self.part { format!("#{{{name}}}") } else { name.to_owned() }
    }
}

fn selected(file: &Parsed, range: Range32) -> Option<Selected> {
    let Range { start, end } = trimmed(file, range)?;
    let (text, range) = (file.text().get(start..end)?, Range32::from(start..end));
    if text.is_empty() || text.contains('\n') {
        return None;
    }
    let cursor = at(file, start);
    let head = cursor.head()?;
    let mut around = None;
    constant_values(head, &mut |value, role| {
        let span = Range32::from(value.span);
        if span.start <= range.start && range.end <= span.end {
            around = Some((value, role));
        }
    });
    let (value, role) = around?;
    let mut used = BTreeSet::new();
    names_in(value, &mut used);
    if depends_on(cursor.chain.first()?.statement, &used) {
        return None;
    }
    let name = name_for(head, role);
    if Range32::from(value.span) == range {
        let mut equal = Vec::new();
        walk(file.document(), |shaped, _| {
            constant_values(shaped, &mut |other, _| {
                // Numbers are often equal by chance.
                let is_number = matches!(value.kind, ValueKind::Number(_));
                let is_alike = !is_number || shaped.statement.name.text == head.statement.name.text;
                if file.source.slice(other.span) == text && is_alike {
                    equal.push(other.span.into());
                }
            });
        });
        return Some(Selected { range, value: text.to_owned(), name, part: false, equal });
    }
    let is_plain = !text.contains(['"', '\\', '#', '{', '}']);
    let is_open =
        file.source.slice(value.span).starts_with('"') && !file.source.slice(value.span).starts_with("\"\"");
    if !(matches!(value.kind, ValueKind::Text(_)) && is_open && is_plain) {
        return None;
    }
    // In an image, a tag follows a colon.
    let is_tag = name == "image" && file.text()[..start].ends_with(':');
    let name = if is_tag { "tag".to_owned() } else { name };
    Some(Selected { range, value: format!("\"{text}\""), name, part: true, equal: Vec::new() })
}

/// What is selected, without the spaces around it.
fn trimmed(file: &Parsed, range: Range32) -> Option<Range<usize>> {
    let text = file.text().get(range.range())?;
    let start = range.range().end - text.trim_start().len();
    Some(start..start + text.trim().len())
}

/// Visits the texts, numbers and paths of a statement that a name could replace.
fn constant_values<'t>(shaped: &Shaped<'t>, visit: &mut impl FnMut(&'t SyntaxValue, ValueRole)) {
    if matches!(shaped.meaning, Meaning::Entry(entry) if matches!(entry.name, "use" | "initflow")) {
        return;
    }
    let values = &shaped.statement.values;
    for (value, role) in values.iter().zip(roles(shaped)) {
        if matches!(
            role,
            ValueRole::Slot(..) | ValueRole::Field(_) | ValueRole::Expression | ValueRole::Variable
        ) {
            within(value, &mut |value| visit(value, role));
        }
    }
}

fn within<'t>(value: &'t SyntaxValue, visit: &mut impl FnMut(&'t SyntaxValue)) {
    match &value.kind {
        ValueKind::Text(_) | ValueKind::Number(_) | ValueKind::Path(_) => visit(value),
        ValueKind::Range(low, high) => {
            low.iter().chain([high]).for_each(|end| within(end, visit));
        }
        ValueKind::List(items) => items.iter().for_each(|item| within(item, visit)),
        ValueKind::Call(_) | ValueKind::Group(_) => {
            let values = value.arguments().iter().flat_map(|argument| &argument.values);
            values.for_each(|value| within(value, visit));
        }
        ValueKind::Word(_) | ValueKind::Operator(_) => {}
    }
}

/// A place for a declaration, and the empty line that it needs after it.
struct DeclarationPlace {
    offset: usize,
    space: &'static str,
}

/// The place after the declarations before the item around an offset, or before that item: all names of the item are
/// known there.
fn declared_at(file: &Parsed, offset: usize) -> Option<DeclarationPlace> {
    let is_declaration =
        |statement: &&Statement| matches!(statement.name.text.as_str(), "initflow" | "use" | "param" | "let");
    let items = &file.document().statements;
    let around = items.iter().rposition(|item| item.span.range().start <= offset)?;
    let own = items.get(around)?;
    match items[..around].iter().rfind(is_declaration) {
        Some(before) if !is_declaration(&own) => {
            Some(DeclarationPlace { offset: layout::end(file, before)?, space: "" })
        }
        _ => {
            let space = if is_declaration(&own) { "" } else { "\n" };
            Some(DeclarationPlace { offset: layout::start(file, own)?, space })
        }
    }
}

/// A name for a value of a statement: the name of the statement or of its place in the head.
fn name_for(shaped: &Shaped, role: ValueRole) -> String {
    let name = match (shaped.meaning, role) {
        (Meaning::Entry(_), ValueRole::Slot(slot, _)) => slot,
        _ => shaped.statement.name.text.as_str(),
    };
    let last = name.rsplit(['/', '.']).next().unwrap_or_default();
    let mut word: String =
        last.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect();
    if !word.contains(|char: char| char.is_ascii_lowercase()) {
        word.make_ascii_lowercase();
    }
    let word = word.trim_matches('_');
    if word.starts_with(|char: char| char.is_ascii_alphabetic()) {
        word.to_owned()
    } else {
        "value".to_owned()
    }
}

fn free_name(wanted: &str, taken: &BTreeSet<&str>) -> String {
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
    all.find(|name| !taken.contains(name.as_str()) && undeclarable(name).is_none()).unwrap_or_default()
}

/// The names that a declaration of the file could hide, or that could hide it.
fn names(file: &Parsed) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    walk(file.document(), |shaped, _| {
        let is_own = |role: ValueRole| {
            matches!(role, ValueRole::Declares)
                && !matches!(shaped.meaning, Meaning::Entry(entry) if matches!(entry.name, "let" | "param" | "use"))
        };
        for (value, role) in shaped.statement.values.iter().zip(roles(shaped)) {
            // A volume or a container does not share its names with constants.
            if !is_own(role) && !matches!(role, ValueRole::Keyword(_)) {
                names_in(value, &mut names);
            }
        }
    });
    names.extend(file.uses().map(|(alias, _)| alias));
    names
}

fn names_in<'t>(value: &'t SyntaxValue, names: &mut BTreeSet<&'t str>) {
    let mut of_arguments = |arguments: &'t [Argument]| {
        for argument in arguments {
            names.extend(argument.name.iter().map(|name| name.text.as_str()));
            argument.values.iter().for_each(|value| names_in(value, names));
        }
    };
    match &value.kind {
        ValueKind::Word(name) => {
            names.insert(name);
        }
        ValueKind::Call(call) => {
            of_arguments(&call.arguments);
            names.insert(&call.name.text);
        }
        ValueKind::Group(arguments) => of_arguments(arguments),
        ValueKind::Text(pieces) => names.extend(pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.text.as_str()),
            Piece::Text(_) => None,
        })),
        ValueKind::Range(low, high) => {
            if let Some(low) = low {
                names_in(low, names);
            }
            names_in(high, names);
        }
        ValueKind::List(items) => items.iter().for_each(|item| names_in(item, names)),
        ValueKind::Number(_) | ValueKind::Path(_) | ValueKind::Operator(_) => {}
    }
}

/// All names among the values of a statement and its block.
fn names_of<'t>(statement: &'t Statement, names: &mut BTreeSet<&'t str>) {
    statement.values.iter().for_each(|value| names_in(value, names));
    let inner = statement.block.iter().flat_map(|block| &block.statements);
    inner.for_each(|inner| names_of(inner, names));
}

/// Whether an item is a template with parameters among some names: outside of it they mean nothing or something else.
fn depends_on(item: &Statement, names: &BTreeSet<&str>) -> bool {
    match item.values.get(1).map(|value| &value.kind) {
        Some(ValueKind::Call(call)) if item.name.text == "template" => call
            .arguments
            .iter()
            .flat_map(|parameter| &parameter.name)
            .any(|name| names.contains(&*name.text)),
        _ => false,
    }
}

/// A text whose lines are moved to the left by an indentation.
fn shifted(text: &str, indentation: &str) -> String {
    text.replace(&format!("\n{indentation}"), "\n")
}

fn insertion(offset: usize, text: String) -> Edit {
    Edit { span: Span::new(FileId(0), offset, offset), text }
}
