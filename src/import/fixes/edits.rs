//! Writes a change of an object as edits of its YAML, in the style that the YAML has there.

use super::changes::{ObjectChange, PathStep};
use crate::diagnostic::Edit;
use crate::emit;
use crate::manifest::yaml::{YamlNode, YamlValue};
use crate::source::{SourceFile, Span};
use serde_json::Value;

/// The edits for a change, and a title that says what they do; nothing if the YAML does not allow them.
pub(super) fn edits(
    change: &ObjectChange,
    object: &YamlNode,
    file: &SourceFile,
) -> Option<(String, Vec<Edit>)> {
    let writer = EditWriter { file };
    match change {
        ObjectChange::Set(path, value) => {
            let (node, rest) = reach(object, path)?;
            let key = last_key(path)?;
            match rest {
                [] => {
                    let text = writer.on_line(node, value)?;
                    let title = match value {
                        Value::Array(_) | Value::Object(_) => format!("change `{key}`"),
                        _ => format!("change `{key}` to `{}`", text.trim_matches('"')),
                    };
                    Some((title, vec![Edit { span: node.span, text }]))
                }
                [PathStep::Key(new), inner @ ..] => {
                    let value = wrapped(inner, value)?;
                    let edit = writer.new_entry(node, new, &value)?;
                    Some((format!("add `{key}`"), vec![edit]))
                }
                [PathStep::Item(_), ..] => None,
            }
        }
        ObjectChange::Remove(path) => {
            let (last, outer) = path.split_last()?;
            let (node, rest) = reach(object, outer)?;
            let span = match last {
                _ if !rest.is_empty() => return None,
                PathStep::Key(key) => writer.entry(node, key)?,
                PathStep::Item(at) => writer.item(node, *at)?,
            };
            let name = match last {
                PathStep::Key(key) => format!("`{key}`"),
                PathStep::Item(at) => named(node.items().get(*at)?),
            };
            Some((format!("remove {name}"), vec![Edit { span, text: String::new() }]))
        }
        ObjectChange::Insert(path, at, value) => {
            let (node, rest) = reach(object, path)?;
            let edit = rest.is_empty().then(|| writer.new_item(node, *at, value))??;
            let name = value.get("name").and_then(Value::as_str);
            let title = name.map_or_else(
                || format!("add to `{}`", last_key(path).unwrap_or_default()),
                |name| format!("add `{name}`"),
            );
            Some((title, vec![edit]))
        }
        ObjectChange::Move(path, from, to) => {
            let (node, rest) = reach(object, path)?;
            let edits = rest.is_empty().then(|| writer.moved(node, *from, *to))??;
            let items = node.items();
            let (verb, other) = if to < from { ("before", to) } else { ("after", to) };
            let title = format!("move {} {verb} {}", named(items.get(*from)?), named(items.get(*other)?));
            Some((title, edits))
        }
    }
}

/// The value at a path as far as the YAML has it, and the steps that it does not have.
fn reach<'n, 'p>(object: &'n YamlNode, path: &'p [PathStep]) -> Option<(&'n YamlNode, &'p [PathStep])> {
    let mut node = object;
    for (at, step) in path.iter().enumerate() {
        let inner = match step {
            PathStep::Key(key) => node.get(key),
            PathStep::Item(at) => Some(node.items().get(*at)?),
        };
        match inner {
            Some(inner) => node = inner,
            None => return Some((node, &path[at..])),
        }
    }
    Some((node, &[]))
}

fn last_key(path: &[PathStep]) -> Option<&str> {
    path.iter().rev().find_map(|step| match step {
        PathStep::Key(key) => Some(key.as_str()),
        PathStep::Item(_) => None,
    })
}

fn named(item: &YamlNode) -> String {
    match item.get("name").and_then(YamlNode::as_text).or_else(|| item.as_text()) {
        Some(name) => format!("`{name}`"),
        None => "the item".to_owned(),
    }
}

/// A value inside of maps for the steps of a path.
fn wrapped(path: &[PathStep], value: &Value) -> Option<Value> {
    path.iter().rev().try_fold(value.clone(), |value, step| match step {
        PathStep::Key(key) => Some(Value::Object([(key.clone(), value)].into_iter().collect())),
        PathStep::Item(_) => None,
    })
}

struct EditWriter<'f> {
    file: &'f SourceFile,
}

impl EditWriter<'_> {
    /// A value on one line, in place of a node that is on one line.
    fn on_line(&self, node: &YamlNode, value: &Value) -> Option<String> {
        let old = self.file.slice(node.span);
        // Others use what has an anchor or a tag, too.
        let is_plain = !old.is_empty() && !old.contains('\n') && !old.starts_with(['*', '&', '!', '|', '>']);
        is_plain.then(|| flow(value))
    }

    fn is_flow(&self, node: &YamlNode) -> bool {
        self.file.slice(node.span).starts_with(['{', '['])
    }

    /// The column of a place, if only spaces and dashes of list items are before it on its line.
    fn indent(&self, place: u32) -> Option<usize> {
        let before = self.file.text.get(self.line(place)..place as usize)?;
        before.bytes().all(|byte| matches!(byte, b' ' | b'-')).then_some(before.len())
    }

    /// Where the line of a place starts.
    fn line(&self, place: u32) -> usize {
        self.file.text.get(..place as usize).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1)
    }

    /// Where the line of the last character before a place ends.
    fn line_end(&self, place: u32) -> Option<usize> {
        let start = place as usize;
        if self.file.text.get(..start)?.ends_with('\n') {
            return Some(start - 1);
        }
        Some(self.file.text.get(start..)?.find('\n').map_or(self.file.text.len(), |at| start + at))
    }

    fn at(&self, start: usize, end: usize) -> Span {
        Span::new(self.file.id, start, end)
    }

    fn new_entry(&self, map: &YamlNode, key: &str, value: &Value) -> Option<Edit> {
        let YamlValue::Map(entries) = &map.value else { return None };
        let last = entries.last()?;
        if self.is_flow(map) {
            let end = last.node.span.end as usize;
            let text = format!(", {}: {}", emit::key(key), flow(value));
            return Some(Edit { span: self.at(end, end), text });
        }
        let indent = self.indent(entries.first()?.key_span.start)?;
        let end = self.line_end(map.span.end)?;
        let entry = Value::Object([(key.to_owned(), value.clone())].into_iter().collect());
        let text = format!("\n{}", indented(&emit::fragment(&entry), indent));
        Some(Edit { span: self.at(end, end), text })
    }

    fn new_item(&self, list: &YamlNode, at: usize, value: &Value) -> Option<Edit> {
        let items = list.items();
        let before = at.checked_sub(1).and_then(|at| items.get(at));
        if self.is_flow(list) {
            return match (before, items.first()) {
                (Some(before), _) => {
                    let end = before.span.end as usize;
                    Some(Edit { span: self.at(end, end), text: format!(", {}", flow(value)) })
                }
                (None, Some(first)) => {
                    let start = first.span.start as usize;
                    Some(Edit { span: self.at(start, start), text: format!("{}, ", flow(value)) })
                }
                (None, None) => None,
            };
        }
        let (dash, _) = self.lines_of(list, at.min(items.len().checked_sub(1)?))?;
        let indent = self.file.text.get(dash..)?.find('-')?;
        let item = emit::fragment(&Value::Array(vec![value.clone()]));
        let text = indented(&item, indent);
        match before {
            Some(before) => {
                let end = self.line_end(before.span.end)?;
                Some(Edit { span: self.at(end, end), text: format!("\n{text}") })
            }
            None => Some(Edit { span: self.at(dash, dash), text: format!("{text}\n") }),
        }
    }

    /// The lines of an item of a block list.
    fn lines_of(&self, list: &YamlNode, at: usize) -> Option<(usize, usize)> {
        let item = list.items().get(at)?;
        let start = self.line(item.span.start);
        let line = self.file.text.get(start..item.span.start as usize)?;
        // The dash of the item is the only one on its line.
        (line.trim_start() == "- " || line.trim() == "-").then_some(())?;
        let end = self.line_end(item.span.end)?;
        Some((start, (end + 1).min(self.file.text.len())))
    }

    /// What to remove for an item to be gone.
    fn item(&self, list: &YamlNode, at: usize) -> Option<Span> {
        let items = list.items();
        let item = items.get(at)?;
        if items.len() == 1 {
            return None;
        }
        if !self.is_flow(list) {
            let (start, end) = self.lines_of(list, at)?;
            return Some(self.at(start, end));
        }
        Some(match items.get(at + 1) {
            Some(next) => Span { end: next.span.start, ..item.span },
            None => Span { start: items.get(at.checked_sub(1)?)?.span.end, ..item.span },
        })
    }

    /// What to remove for an entry to be gone.
    fn entry(&self, map: &YamlNode, key: &str) -> Option<Span> {
        let entries = map.entries();
        let at = entries.iter().position(|entry| entry.key == key)?;
        let entry = &entries[at];
        let span = match (entries.get(at + 1), at.checked_sub(1)) {
            (Some(next), _) => Span { end: next.key_span.start, ..entry.key_span },
            (None, Some(before)) if self.is_flow(map) => {
                Span { start: entries[before].node.span.end, ..entry.node.span }
            }
            (None, Some(_)) => {
                let (start, end) = (self.line(entry.key_span.start), self.line_end(entry.node.span.end)?);
                self.at(start, (end + 1).min(self.file.text.len()))
            }
            (None, None) => return None,
        };
        // A comment may be about something else.
        (!self.file.slice(span).contains(" #")).then_some(span)
    }

    fn moved(&self, list: &YamlNode, from: usize, to: usize) -> Option<Vec<Edit>> {
        if self.is_flow(list) {
            return None;
        }
        let (mut start, end) = self.lines_of(list, from)?;
        // Comments above an item are about it.
        while let Some(line) =
            start.checked_sub(1).map(|before| self.file.text[..before].rfind('\n').map_or(0, |at| at + 1))
            && self.file.text[line..start].trim_start().starts_with('#')
        {
            start = line;
        }
        let mut lines = self.file.text.get(start..end)?.to_owned();
        if !lines.ends_with('\n') {
            lines.push('\n');
        }
        let (before, after) = self.lines_of(list, to)?;
        let target = if to < from { before } else { after };
        let removal = Edit { span: self.at(start, end), text: String::new() };
        Some(vec![Edit { span: self.at(target, target), text: lines }, removal])
    }
}

/// A value as it is written within a line.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => value.to_string(),
        scalar => emit::fragment(scalar).trim_end().to_owned(),
    }
}

fn indented(text: &str, indent: usize) -> String {
    let space = " ".repeat(indent);
    let lines = text.trim_end_matches('\n').lines();
    lines
        .map(|line| if line.is_empty() { String::new() } else { format!("{space}{line}") })
        .collect::<Vec<_>>()
        .join("\n")
}
