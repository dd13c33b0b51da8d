//! Shows a program: what is wrong in its files, how its words are colored, and what it compiles to.

use super::project::Project;
use super::texts::Texts;
use crate::diagnostic::{Diagnostic, Label};
use crate::ide::hints::{Hint, hints};
use crate::ide::preview::{picture, preview};
use crate::ide::tokens::{ClassifiedWord, tokens};
use crate::ide::{Analysis, Parsed};
use crate::source::Span;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

pub(super) fn show(
    project: &Project,
    texts: &Texts,
    (path, file): (&str, &Parsed),
    program: Option<&str>,
) -> Result<Value, String> {
    let mut programs = Programs { project, texts, analyses: Vec::new(), found: Map::new() };
    if let Some(program) = program.filter(|program| *program != path) {
        project.workspace.get(program).ok_or_else(|| format!("the request has no source `{program}`"))?;
        programs.add(program);
    }
    if !programs.have(path) {
        programs.add(path);
    }
    let shown = programs.analyses.iter().find(|program| program.files.contains(path));
    let shown = shown.ok_or("the file is part of no program")?;
    let name = shown.path.rsplit('/').next().unwrap_or_default();
    let preview = preview(&shown.analysis, name);
    let mut answer = json!({
        "program": shown.path,
        "params": shown.analysis.compilation.params,
        "yaml": preview.yaml,
        "table": preview.plan,
        "svg": picture(&shown.analysis),
        "message": preview.message,
        "tokens": tokens_of(texts, path, file),
        "hints": hints_of(texts, path, file, &shown.analysis, shown.path == path),
    });
    for other in project.workspace.paths().filter(|other| *other != "std") {
        if !programs.have(other) {
            programs.add(other);
        }
    }
    for (sources, diagnostics) in &project.found {
        for diagnostic in diagnostics {
            let finding = texts.finding(sources, diagnostic);
            push(&mut programs.found, finding);
        }
    }
    let files = programs.found.into_iter().map(|(path, found)| (path, json!({ "diagnostics": found })));
    answer["files"] = Value::Object(files.collect());
    Ok(answer)
}

/// The programs of a project, until each of its sources is part of one.
struct Programs<'p> {
    project: &'p Project,
    texts: &'p Texts,
    analyses: Vec<CheckedProgram>,
    /// The diagnostics of each file.
    found: Map<String, Value>,
}

struct CheckedProgram {
    path: String,
    files: BTreeSet<String>,
    analysis: Analysis,
}

impl Programs<'_> {
    fn have(&self, path: &str) -> bool {
        self.analyses.iter().any(|program| program.files.contains(path))
    }

    fn add(&mut self, path: &str) {
        let Some(file) = self.project.workspace.get(path) else { return };
        let analysis = self.project.analysis(file);
        let files: BTreeSet<String> =
            analysis.compilation.sources.files().iter().map(|file| file.name.clone()).collect();
        for diagnostic in analysis.diagnostics() {
            // What several programs find in a file is said once.
            let finding = self.texts.finding(&analysis.compilation.sources, &in_files(diagnostic, &analysis));
            push(&mut self.found, finding);
        }
        self.analyses.push(CheckedProgram { path: path.to_owned(), files, analysis });
    }
}

fn push(found: &mut Map<String, Value>, finding: Value) {
    let path = finding["path"].as_str().unwrap_or_default().to_owned();
    let known = found.entry(path).or_insert_with(|| json!([]));
    if let Value::Array(known) = known
        && !known.contains(&finding)
    {
        known.push(finding);
    }
}

/// A diagnostic in the standard library is shown where the library is used.
fn in_files(mut diagnostic: Diagnostic, analysis: &Analysis) -> Diagnostic {
    let files = analysis.compilation.sources.files();
    let is_own = |span: Span| (span.file.0 as usize) < files.len();
    if !is_own(diagnostic.primary.span)
        && let Some(at) = diagnostic.labels.iter().position(|label| is_own(label.span))
    {
        let Label { span, text } = diagnostic.labels.remove(at);
        let library = std::mem::replace(&mut diagnostic.primary, Label { span, text });
        diagnostic.labels.insert(0, library);
    }
    diagnostic
}

/// The start, the end and the class of each word.
fn tokens_of(texts: &Texts, path: &str, file: &Parsed) -> Vec<Value> {
    let whole = 0..file.text().len();
    let token = |token: &ClassifiedWord| {
        let [from, to] = texts.range(path, file.text(), token.range);
        json!([from, to, token.class.name()])
    };
    tokens(file, whole.into()).iter().map(token).collect()
}

/// The hints of the edited file, if it is the program itself: a file that others use has several meanings.
fn hints_of(texts: &Texts, path: &str, file: &Parsed, analysis: &Analysis, is_program: bool) -> Vec<Value> {
    if !is_program {
        return Vec::new();
    }
    let units = texts.units(path, file.text());
    let hint =
        |hint: Hint| json!({ "at": units.before(hint.offset), "label": hint.label, "tooltip": hint.tooltip });
    hints(file, analysis).into_iter().map(hint).collect()
}
