//! Offers changes at a place: the fixes of diagnostics, allowing a warning, and refactorings.

use super::cursor::Cursor;
use super::project::Project;
use super::texts::Texts;
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Severity};
use crate::ide::Range32;
use crate::ide::actions::{all_of, allow, extracted, imported, is_offered, met, moved, probe};
use crate::lint::LintLevel;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// First the fixes, then those of all diagnostics with the same name, then allowances, then refactorings.
pub(super) fn at(project: &Project, texts: &Texts, cursor: &Cursor<'_>) -> Value {
    let Cursor { file, at, to, .. } = *cursor;
    let (range, options) = (Range32::from(at..to), &project.options);
    let analysis = project.analysis(file);
    let found: Vec<Diagnostic> = met(&analysis, range).collect();
    let codes: BTreeSet<Code> = found.iter().map(|found| found.code).collect();
    let may_be_allowed = |found: &&Diagnostic| {
        found.severity == Severity::Warning || options.levels.of(found.code) == LintLevel::Deny
    };
    let mut fixes: Vec<Fix> = found.iter().filter_map(|found| found.fix.clone()).filter(is_offered).collect();
    fixes.extend(codes.iter().filter_map(|code| all_of(&analysis, *code)));
    fixes.extend(found.iter().filter(may_be_allowed).filter_map(|found| allow::here(file, found)));
    fixes.extend([imported(file, range), probe(file, at)].into_iter().flatten());
    fixes.extend(moved(&project.workspace, file, &analysis, at, options));
    fixes.extend(extracted(&project.workspace, file, range, options));
    let mut titles = BTreeSet::new();
    fixes.retain(|fix| titles.insert(fix.title.clone()));
    let action = |fix: &Fix| {
        json!({
            "title": fix.action(),
            "safe": fix.applicability == Applicability::Safe,
            "edits": texts.edits_in(file, &fix.edits),
        })
    };
    json!({ "actions": fixes.iter().map(action).collect::<Vec<_>>() })
}
