//! Writes a record in YAML's block style, indented as people write manifests.

use super::literal::{STEP, new_line};
use super::record::{Part, Record};
use super::scalar;
use std::fmt::Write as _;

/// Writes a record.
pub(super) fn write(out: &mut String, record: &Record) {
    // The record does not have the names of fields and the indentation as text.
    out.reserve(record.texts.len() + 12 * record.parts.len());
    BlockWriter { out, texts: &record.texts, parts: record.parts.iter() }.value(0, 0);
    out.push('\n');
}

struct BlockWriter<'r> {
    out: &'r mut String,
    texts: &'r str,
    /// The parts that are not written.
    parts: std::slice::Iter<'r, Part>,
}

impl BlockWriter<'_> {
    /// Writes a value whose line has begun: as an item of a list, or at the top.
    ///
    /// `outer` is the indentation of the line, `indent` that of its other lines.
    fn value(&mut self, outer: usize, indent: usize) {
        match self.parts.next() {
            Some(Part::List(length @ 1..)) => self.list(*length, indent, true),
            Some(Part::Map(length @ 1..)) => self.map(*length, indent, true),
            part => self.scalar(part, outer),
        }
    }

    /// Writes the value of a key.
    fn after_key(&mut self, indent: usize) {
        match self.parts.next() {
            Some(Part::List(length @ 1..)) => self.list(*length, indent, false),
            Some(Part::Map(length @ 1..)) => self.map(*length, indent + STEP, false),
            part => {
                self.out.push(' ');
                self.scalar(part, indent);
            }
        }
    }

    /// Writes the items of a list, whose first line may have begun.
    fn list(&mut self, length: usize, indent: usize, mut has_begun: bool) {
        for _ in 0..length {
            if !std::mem::take(&mut has_begun) {
                new_line(self.out, indent);
            }
            self.out.push_str("- ");
            self.value(indent, indent + STEP);
        }
    }

    /// Writes the entries of a map, whose first line may have begun.
    fn map(&mut self, length: usize, indent: usize, mut has_begun: bool) {
        for _ in 0..length {
            if !std::mem::take(&mut has_begun) {
                new_line(self.out, indent);
            }
            match self.parts.next() {
                // No name in the schema needs quotes.
                Some(Part::Field(name)) => {
                    self.out.push_str(name);
                    self.out.push(':');
                }
                Some(Part::Text(start, end)) => scalar::key(self.out, &self.texts[*start..*end], indent),
                _ => {}
            }
            self.after_key(indent);
        }
    }

    /// Writes what begins on the same line; this line is indented so far.
    fn scalar(&mut self, part: Option<&Part>, indent: usize) {
        match part {
            Some(Part::Text(start, end)) => scalar::text(self.out, &self.texts[*start..*end], indent),
            Some(Part::Bool(bool)) => self.out.push_str(if *bool { "true" } else { "false" }),
            Some(Part::Int(int)) => {
                // Writing to memory cannot fail.
                let _ = write!(self.out, "{int}");
            }
            Some(Part::Float(float)) => scalar::other(self.out, float),
            Some(Part::List(_)) => self.out.push_str("[]"),
            Some(Part::Map(_)) => self.out.push_str("{}"),
            Some(Part::Null | Part::Field(_)) | None => self.out.push_str("null"),
        }
    }
}
