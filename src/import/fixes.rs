//! Turns the fixes of an imported source into edits of its manifest.
//!
//! Invariant: the manifest with the edits has exactly the object of the source with the fix: this is checked.

mod changes;
mod edits;

use super::draft::Draft;
use super::idioms::Idioms;
use crate::compile::{CompileOptions, NoFiles, compile};
use crate::diagnostic::{Applicability, Edit, Fix, applied};
use crate::manifest::yaml::{self, YamlNode};
use crate::source::{Origins, SourceFile, Span};
use changes::changes;
use edits::edits;
use serde_json::Value;
use std::ops::Range;
use std::sync::Arc;

/// The most fixes that are turned for one file: each costs two compiles of its workload.
const MAX_TURNED: usize = 50;

/// The longest document of a workload whose fixes are turned, in bytes.
const MAX_DOCUMENT: usize = 1 << 18;

/// The most changes of the object that one fix may make.
const MAX_CHANGES: usize = 3;

/// The manifests and the source that was made of them.
pub(super) struct FixTurner<'f> {
    file: &'f SourceFile,
    made: &'f SourceFile,
    origins: &'f Origins,
    /// Each workload: its lines in the source, and its place in the manifest.
    workloads: &'f [(Range<usize>, Span)],
    options: CompileOptions,
    documents: Option<Vec<YamlNode>>,
    turned: usize,
}

impl<'f> FixTurner<'f> {
    pub(super) fn new(
        file: &'f SourceFile,
        made: &'f SourceFile,
        origins: &'f Origins,
        workloads: &'f [(Range<usize>, Span)],
        options: &CompileOptions,
    ) -> Self {
        let options =
            CompileOptions { version: options.version, check_only: true, ..CompileOptions::default() };
        Self { file, made, origins, workloads, options, documents: None, turned: 0 }
    }

    /// A fix of the source as a fix of the manifest; nothing if edits of the manifest cannot do the same.
    pub(super) fn turn(&mut self, fix: &Fix) -> Option<Fix> {
        if fix.applicability == Applicability::Display || self.turned == MAX_TURNED {
            return None;
        }
        let inside = |range: &Range<usize>| {
            fix.edits.iter().all(|edit| {
                let span = edit.span.range();
                edit.span.file == self.made.id && range.start <= span.start && span.end <= range.end
            })
        };
        let (range, place) = self.workloads.iter().find(|(range, _)| inside(range))?;
        if place.range().len() > MAX_DOCUMENT {
            return None;
        }
        self.turned += 1;
        let text = self.made.text.get(range.clone())?;
        let local: Vec<Edit> = fix
            .edits
            .iter()
            .map(|edit| {
                let at = edit.span.range();
                let span = Span::new(edit.span.file, at.start - range.start, at.end - range.start);
                Edit { span, text: edit.text.clone() }
            })
            .collect();
        let after = self.object(&applied(text, &local))?;
        if let Some(edits) = self.literally(fix).filter(|edits| self.makes(edits, *place, &after)) {
            return Some(Fix { edits, ..fix.clone() });
        }
        let before = self.object(text)?;
        let changes = changes(&before, &after);
        if changes.is_empty() || changes.len() > MAX_CHANGES {
            return None;
        }
        if self.documents.is_none() {
            self.documents = Some(yaml::read(self.file, &mut Vec::new()).documents);
        }
        let object = node_at(self.documents.as_deref()?, *place)?;
        let mut titles = Vec::new();
        let mut all = Vec::new();
        for change in &changes {
            let (title, edits) = edits(change, object, self.file)?;
            titles.push(title);
            all.extend(edits);
        }
        all.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let overlap = all.windows(2).any(|pair| pair[1].span.start < pair[0].span.end);
        (!overlap && self.makes(&all, *place, &after)).then(|| Fix {
            title: titles.join(", and "),
            edits: all,
            applicability: fix.applicability,
        })
    }

    /// The same edits in the manifest, if it has what they replace literally.
    fn literally(&self, fix: &Fix) -> Option<Vec<Edit>> {
        let turned = |edit: &Edit| {
            let place = self.origins.of(&edit.span.range(), &self.made.text, &self.file.text)?;
            let old = self.made.slice(edit.span);
            let is_same = !old.is_empty() && self.file.slice(place) == old;
            is_same.then(|| Edit { span: place, text: edit.text.clone() })
        };
        fix.edits.iter().map(turned).collect()
    }

    /// The object of a source of one workload.
    fn object(&self, text: &str) -> Option<Value> {
        let compilation = compile("", text.to_owned(), &NoFiles, &self.options);
        let [workload] = compilation.workloads.as_slice() else { return None };
        serde_json::to_value(workload.object()).ok()
    }

    /// Whether a workload of the manifest has an object after some edits.
    fn makes(&self, edits: &[Edit], place: Span, object: &Value) -> bool {
        self.with(edits, place).is_some_and(|made| made == *object)
    }

    /// The object of a workload of the manifest with edits.
    fn with(&self, edits: &[Edit], place: Span) -> Option<Value> {
        // What is before the object on its line is part of its indentation.
        let start = self.file.text.get(..place.range().start)?.rfind('\n').map_or(0, |at| at + 1);
        let before = self.file.text.get(start..place.range().start)?;
        let indent: String = before.chars().map(|_| ' ').collect();
        let last = self
            .file
            .text
            .get(place.range().end..)?
            .find('\n')
            .map_or(self.file.text.len(), |at| place.range().end + at);
        let text = self.file.text.get(place.range().start..last)?;
        let local: Vec<Edit> = edits
            .iter()
            .map(|edit| {
                let at = edit.span.range();
                let moved = |at: usize| at.checked_sub(place.range().start).filter(|at| *at <= text.len());
                let span = Span::new(edit.span.file, moved(at.start)?, moved(at.end).unwrap_or(text.len()));
                Some(Edit { span, text: edit.text.clone() })
            })
            .collect::<Option<_>>()?;
        let edited = Arc::new(SourceFile::shared("", indent + &applied(text, &local)));
        let draft = Draft::of(&edited, &Idioms::Never);
        if !draft.diagnostics.is_empty() || draft.workloads.len() != 1 {
            return None;
        }
        self.object(&draft.written.text)
    }
}

/// The object at a place, in the documents and the lists in them.
fn node_at(documents: &[YamlNode], place: Span) -> Option<&YamlNode> {
    let document = documents
        .iter()
        .find(|document| document.span.start <= place.start && place.end <= document.span.end)?;
    if document.span == place {
        return Some(document);
    }
    document.get("items")?.items().iter().find(|item| item.span == place)
}
