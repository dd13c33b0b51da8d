//! Keeps findings as JSON: after a key, most of them have only moved.
//!
//! Invariant: the JSON is what the protocol's types would be written as.

use crate::diagnostic::{Code, Diagnostic};
use crate::total::sure;
use fnv::{FnvHashMap, FnvHashSet};
use lsp_types::Range;
use std::sync::Arc;

/// What separates two objects: with a line end, because standard output searches for the last one in what it writes.
const SEPARATOR: &str = ",\n";

/// The findings in one file, without duplicates.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The objects, separated.
    json: String,
    /// What each is, and where its JSON ends.
    each: Vec<(FindingIdentity, usize)>,
    known: FnvHashSet<FindingIdentity>,
}

/// What tells a finding from the others in its file.
type FindingIdentity = (Range, Code);

impl Findings {
    /// Nothing yet, with room for as much as there was before.
    pub(super) fn like(before: &Self) -> Self {
        let room = before.each.len();
        let mut known = FnvHashSet::default();
        known.reserve(room);
        let json = String::with_capacity(before.json.len() + before.json.len() / 8);
        Self { json, each: Vec::with_capacity(room), known }
    }

    /// The objects as JSON, separated.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// Adds a finding, unless the same has been found at its place.
    pub(super) fn add(&mut self, identity: FindingIdentity, write: impl FnOnce(&mut String)) {
        if self.known.insert(identity) {
            if !self.json.is_empty() {
                self.json.push_str(SEPARATOR);
            }
            write(&mut self.json);
            self.each.push((identity, self.json.len()));
        }
    }

    /// Adds what was found elsewhere in the same file.
    pub(super) fn add_all(&mut self, others: &Self) {
        let mut start = 0;
        for (identity, end) in &others.each {
            self.add(*identity, |json| json.push_str(&others.json[start..*end]));
            start = end + SEPARATOR.len();
        }
    }
}

/// The JSON of diagnostics that were written before, by their addresses, each with whether it was needed again.
#[derive(Debug, Default)]
pub(super) struct KnownJson(FnvHashMap<usize, (Arc<Diagnostic>, FindingJson, bool)>);

impl KnownJson {
    /// The JSON of a diagnostic, which `write` makes if it is not known or does not have so many ranges.
    pub(super) fn of(
        &mut self,
        diagnostic: &Arc<Diagnostic>,
        ranges: usize,
        write: impl FnOnce() -> lsp_types::Diagnostic,
    ) -> &FindingJson {
        // While it is kept here, no other diagnostic has its address.
        let address = Arc::as_ptr(diagnostic).addr();
        let (_, json, is_used) =
            self.0.entry(address).or_insert_with(|| (Arc::clone(diagnostic), FindingJson(Vec::new()), true));
        if json.0.len() != ranges + 1 {
            *json = FindingJson::of(&write());
        }
        *is_used = true;
        json
    }

    /// Forgets those that nobody has asked for since the last call.
    pub(super) fn forget_unused(&mut self) {
        self.0.retain(|_, (.., is_used)| std::mem::take(is_used));
    }
}

/// The JSON of a finding, cut where its ranges are.
#[derive(Debug)]
pub(super) struct FindingJson(Vec<String>);

impl FindingJson {
    /// The JSON of a finding, all of whose ranges are [`Range::default`].
    pub(super) fn of(finding: &lsp_types::Diagnostic) -> Self {
        let mut range = String::new();
        write_range(&mut range, Range::default());
        // No text contains this: in a text, the quotes would be escaped.
        let json = sure(serde_json::to_string(finding));
        Self(json.split(&range).map(str::to_owned).collect())
    }

    /// Writes it with its ranges.
    pub(super) fn write(&self, ranges: &[Range], json: &mut String) {
        for (at, part) in self.0.iter().enumerate() {
            if let Some(range) = at.checked_sub(1).and_then(|before| ranges.get(before)) {
                write_range(json, *range);
            }
            json.push_str(part);
        }
    }
}

fn write_range(json: &mut String, Range { start, end }: Range) {
    for (before, number) in [
        (r#"{"start":{"line":"#, start.line),
        (r#","character":"#, start.character),
        (r#"},"end":{"line":"#, end.line),
        (r#","character":"#, end.character),
    ] {
        json.push_str(before);
        write_number(json, number);
    }
    json.push_str("}}");
}

/// Writes a number: there are so many that the general way takes a fifth of the time until an editor has its diagnostics.
fn write_number(json: &mut String, number: u32) {
    if number >= 10 {
        write_number(json, number / 10);
    }
    json.push(char::from_digit(number % 10, 10).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_types::{DiagnosticRelatedInformation, DiagnosticSeverity, Location, Position};

    fn range(line: u32) -> Range {
        Range { start: Position { line, character: 2 }, end: Position { line, character: line + 3 } }
    }

    fn finding(ranges: [Range; 2]) -> lsp_types::Diagnostic {
        let location = Location { uri: "file:///a".parse().unwrap(), range: ranges[1] };
        lsp_types::Diagnostic {
            range: ranges[0],
            severity: Some(DiagnosticSeverity::ERROR),
            message: format!("\"é\" \u{1}\n{}", serde_json::to_string(&Range::default()).unwrap()),
            related_information: Some(vec![DiagnosticRelatedInformation { location, message: "a".into() }]),
            ..lsp_types::Diagnostic::default()
        }
    }

    #[test]
    fn a_finding_is_written_as_the_protocol_says_wherever_it_moves() {
        let json = FindingJson::of(&finding([Range::default(); 2]));
        for ranges in [[range(0), range(70_000)], [range(3), range(u32::MAX - 3)]] {
            let mut written = String::new();
            json.write(&ranges, &mut written);
            assert_eq!(written, serde_json::to_string(&finding(ranges)).unwrap());
        }
    }

    #[test]
    fn what_several_documents_find_at_one_place_is_one_finding() {
        let add = |findings: &mut Findings, line, code, text: &'static str| {
            findings.add((range(line), code), |json| json.push_str(text));
        };
        let (mut one, mut other) = (Findings::default(), Findings::default());
        add(&mut one, 1, Code::UnknownName, "1");
        add(&mut one, 1, Code::UnknownName, "again");
        add(&mut other, 1, Code::UnknownName, "1");
        add(&mut other, 1, Code::UnknownValue, "2");
        add(&mut other, 2, Code::UnknownName, "3");
        one.add_all(&other);
        assert_eq!(one.json(), "1,\n2,\n3");
    }
}
