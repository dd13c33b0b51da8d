//! Writes places, diagnostics and edits, with places counted in UTF-16 units.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, visible};
use crate::ide::{Parsed, Range32};
use crate::json::units::Units;
use crate::source::{Sources, Span};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The texts of an answer, whose places are counted in units.
#[derive(Default)]
pub(super) struct Texts(RefCell<HashMap<String, Rc<Units>>>);

impl Texts {
    /// The units of a text.
    pub(super) fn units(&self, path: &str, text: &str) -> Rc<Units> {
        if let Some(known) = self.0.borrow().get(path) {
            return Rc::clone(known);
        }
        let units = Rc::new(Units::of(text));
        self.0.borrow_mut().insert(path.to_owned(), Rc::clone(&units));
        units
    }

    /// The start and the end of a range.
    pub(super) fn range(&self, path: &str, text: &str, range: impl Into<Range32>) -> [usize; 2] {
        let range = range.into().range();
        let units = self.units(path, text);
        [units.before(range.start.min(text.len())), units.before(range.end.min(text.len()))]
    }

    /// A place in a file of a compilation.
    fn place(&self, sources: &Sources, span: Span) -> Value {
        let file = sources.get(span.file);
        let [from, to] = self.range(&file.name, &file.text, span);
        json!({ "path": file.name, "from": from, "to": to })
    }

    /// A diagnostic, whose places are in files of a compilation.
    pub(super) fn finding(&self, sources: &Sources, diagnostic: &Diagnostic) -> Value {
        let fix = diagnostic.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display);
        let related = diagnostic.labels.iter().map(|label| {
            let mut place = self.place(sources, label.span);
            place["note"] = visible::plain(&label.text).into();
            place
        });
        let helps = diagnostic.help.iter().filter(|help| fix.is_none_or(|fix| fix.title != **help));
        let mut finding = self.place(sources, diagnostic.primary.span);
        finding["name"] = diagnostic.code.name().into();
        finding["severity"] = match diagnostic.severity {
            Severity::Error => "error".into(),
            Severity::Warning => "warning".into(),
        };
        finding["message"] = visible::plain(&diagnostic.headline).into();
        finding["note"] = visible::plain(&diagnostic.primary.text).into();
        finding["related"] = related.collect();
        finding["help"] = helps.map(|help| visible::lines(help).into_owned()).collect();
        if let Some(fix) = fix {
            let edits = fix.edits.iter().map(|edit| {
                let mut place = self.place(sources, edit.span);
                place["text"] = edit.text.as_str().into();
                place
            });
            finding["fix"] = json!({
                "title": fix.action(),
                "safe": fix.applicability == Applicability::Safe,
                "edits": edits.collect::<Vec<_>>(),
            });
        }
        finding
    }

    /// Edits of one file.
    pub(super) fn edits_in(&self, file: &Parsed, edits: &[Edit]) -> Vec<Value> {
        let path = &file.source.name;
        let edit = |edit: &Edit| {
            let [from, to] = self.range(path, file.text(), edit.span);
            json!({ "path": path, "from": from, "to": to, "text": edit.text })
        };
        edits.iter().map(edit).collect()
    }
}
