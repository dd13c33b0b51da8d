//! Offers changes in an editor: the fixes of diagnostics, allowing a warning, the import of manifests, a startup probe,
//! extracting values and containers, and moving steps to where they run.
//!
//! Invariant: edits are in the file itself and do not overlap.

pub(crate) mod allow;
mod extract;
mod layout;
mod moves;

use super::shape::{Inside, at};
use super::{Analysis, Parsed, Range32, Workspace};
use crate::compile::CompileOptions;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, applied};
use crate::import::import;
use crate::model::WorkloadKind;
use crate::source::{FileId, Span};
use crate::syntax::tree::Statement;
use std::collections::BTreeMap;

/// The diagnostics of the file in a range.
pub(crate) fn met(analysis: &Analysis, range: Range32) -> impl Iterator<Item = Diagnostic> {
    let meets =
        move |span: Span| span.file == FileId(0) && span.start <= range.end && range.start <= span.end;
    analysis.diagnostics().filter(move |diagnostic| meets(diagnostic.primary.span))
}

/// Whether an editor can apply a fix: it is complete, and in the file itself.
pub(crate) fn is_offered(fix: &Fix) -> bool {
    fix.applicability != Applicability::Display && fix.edits.iter().all(|edit| edit.span.file == FileId(0))
}

/// The edits of all safe fixes that do not overlap, if there are any.
pub(crate) fn all_safe(analysis: &Analysis) -> Option<Vec<Edit>> {
    let fixes = analysis.diagnostics().filter_map(|diagnostic| diagnostic.fix);
    let edits = apart(fixes.filter(|fix| fix.applicability == Applicability::Safe), &mut 0);
    (!edits.is_empty()).then_some(edits)
}

/// The fixes of all diagnostics with a name that do not overlap, if there are several.
pub(crate) fn all_of(analysis: &Analysis, code: Code) -> Option<Fix> {
    let found = analysis.diagnostics().filter(|diagnostic| diagnostic.code == code);
    let mut applicability = Applicability::Safe;
    let fixes = found.filter_map(|diagnostic| diagnostic.fix).inspect(|fix| {
        if fix.applicability != Applicability::Safe {
            applicability = Applicability::Unsafe;
        }
    });
    let mut count = 0;
    let edits = apart(fixes, &mut count);
    let title = format!("fix all `{code}` in this file");
    (count > 1).then_some(Fix { title, edits, applicability })
}

/// The edits of the fixes that do not touch those before them, and how many fixes these are.
fn apart(fixes: impl Iterator<Item = Fix>, count: &mut usize) -> Vec<Edit> {
    let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
    let mut edits: Vec<Edit> = Vec::new();
    for fix in fixes.filter(is_offered) {
        // Those that are taken do not overlap: the last one that begins before the end of an edit also ends last.
        let touches = |edit: &Edit| {
            taken.range(..=edit.span.end).next_back().is_some_and(|(_, end)| *end >= edit.span.start)
        };
        if !fix.edits.iter().any(touches) {
            taken.extend(fix.edits.iter().map(|edit| (edit.span.start, edit.span.end)));
            edits.extend(fix.edits);
            *count += 1;
        }
    }
    edits
}

/// A `let` for the selected value, or a template for the container that is selected or whose head contains the place.
pub(crate) fn extracted(
    workspace: &Workspace,
    file: &Parsed,
    range: Range32,
    options: &CompileOptions,
) -> Vec<Fix> {
    let mut fixes = extract::constants(file, range);
    fixes.extend(extract::template(file, range));
    fixes.retain(|fix| keeps(workspace, file, fix, options));
    fixes
}

/// The step or sidecar around an offset, moved to where it runs.
pub(crate) fn moved(
    workspace: &Workspace,
    file: &Parsed,
    analysis: &Analysis,
    offset: usize,
    options: &CompileOptions,
) -> Option<Fix> {
    moves::step(file, analysis, offset).filter(|fix| keeps(workspace, file, fix, options))
}

/// Whether a change keeps the diagnostics of a program and what it compiles to.
fn keeps(workspace: &Workspace, file: &Parsed, fix: &Fix, options: &CompileOptions) -> bool {
    let text = concerned(file, &fix.edits);
    let analysis =
        |text: String| Analysis::of(&Parsed::new(file.source.name.as_str(), text), workspace, options);
    let (after, before) = (analysis(applied(&text, &fix.edits)), analysis(text));
    let found = |analysis: &Analysis| {
        let mut found: Vec<_> = analysis.diagnostics().map(|found| (found.code, found.headline)).collect();
        found.sort_unstable();
        found
    };
    let objects = |analysis: &Analysis| {
        let all = analysis.compilation.workloads.iter();
        all.map(|workload| workload.compiled.yaml(None)).collect::<Vec<_>>()
    };
    found(&before) == found(&after) && objects(&before) == objects(&after)
}

/// A text without the workloads that no edit touches: nothing else depends on a workload.
fn concerned(file: &Parsed, edits: &[Edit]) -> String {
    let touches = |item: &Statement, edit: &Edit| {
        item.span.start <= edit.span.start && edit.span.start <= item.span.end
    };
    let is_workload = |item: &&Statement| WorkloadKind::of(&item.name.text).is_some();
    let items = &file.document().statements;
    let mut text = file.text().to_owned();
    if items.iter().any(|item| !is_workload(&item) && edits.iter().any(|edit| touches(item, edit))) {
        return text;
    }
    for item in items.iter().filter(is_workload) {
        if !edits.iter().any(|edit| touches(item, edit)) {
            let range = item.span.range();
            let blank: String =
                text[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
            text.replace_range(range, &blank);
        }
    }
    text
}

/// The manifests in a range, or in the whole file if the range is empty, as a source.
pub(crate) fn imported(file: &Parsed, range: Range32) -> Option<Fix> {
    let range = if range.start == range.end { Range32::from(file.source.span()) } else { range };
    let text = file.text().get(range.range())?;
    // Manifests always have these fields; a source never does.
    if !text.contains("apiVersion") || !text.contains("kind") {
        return None;
    }
    let source = import("manifests", text.to_owned(), &CompileOptions::default()).source?;
    let span = Span { file: FileId(0), start: range.start, end: range.end };
    let edits = vec![Edit { span, text: source }];
    Some(Fix { title: "import these manifests".into(), edits, applicability: Applicability::Safe })
}

/// A startup probe for the container around an offset, from its readiness or liveness probe or its first port.
pub(crate) fn probe(file: &Parsed, offset: usize) -> Option<Fix> {
    let cursor = at(file, offset);
    let container = cursor.chain.iter().rev().find(|shaped| {
        matches!(shaped.body, Inside::Container("sidecar" | "app"))
            && shaped.statement.name.text != "defaults"
    })?;
    let block = container.statement.block.as_ref()?;
    let named = |name: &str| block.statements.iter().find(|inner| inner.name.text == name);
    if named("started").is_some() || named("startupProbe").is_some() {
        return None;
    }
    let text = |statement: &Statement| {
        let head = file.source.slice(statement.head());
        let action = head.split_once(' ').map_or("", |(_, rest)| rest);
        // Of another probe only its check is used, not its timing.
        let end = [" every ", " timeout ", " delay ", " failures ", " successes "];
        let cut = end.iter().filter_map(|word| action.find(word)).min().unwrap_or(action.len());
        action[..cut].to_owned()
    };
    let check = named("ready").or(named("alive")).map(text);
    let port = || {
        let port = named("port")?;
        Some(format!("tcp {}", file.source.slice(port.values.first()?.span)))
    };
    let action = check.or_else(port)?;
    let last = block.statements.last()?;
    let span = Span { start: last.span.end, ..last.span };
    let line = file.text().get(..last.span.start as usize)?.rsplit('\n').next().unwrap_or_default();
    let alone = line.trim().is_empty();
    let before = if alone { format!("\n{line}") } else { "; ".to_owned() };
    let edits = vec![Edit { span, text: format!("{before}started {action} every 2s failures 30") }];
    Some(Fix { title: "add a startup probe".into(), edits, applicability: Applicability::Unsafe })
}

#[cfg(test)]
mod tests;
