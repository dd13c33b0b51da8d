//! Answers requests for code actions: the fixes of diagnostics, allowing a warning, all safe fixes at once, the import of
//! manifests, and refactorings.

use super::edits::{Edits, NewFile};
use super::position::LineIndex;
use super::refusal::RequestRefusal;
use super::state::State;
use crate::compile::CompileOptions;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, Severity, capitalized};
use crate::ide::actions::{all_of, all_safe, allow, extracted, imported, is_offered, met, moved, probe};
use crate::ide::{Analysis, Parsed, Range32};
use crate::lint::LintLevel;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams,
    CodeActionProviderCapability, Command, NumberOrString, WorkDoneProgressOptions, WorkspaceEdit,
};
use serde_json::json;
use std::collections::BTreeSet;

/// The command of editors that show the explanation of a diagnostic, with its name as the argument.
const EXPLAIN: &str = "initflow.explain";

/// The kinds of actions that the server announces.
pub(super) fn provider() -> CodeActionProviderCapability {
    CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(vec![
            CodeActionKind::QUICKFIX,
            CodeActionKind::REFACTOR,
            CodeActionKind::REFACTOR_EXTRACT,
            CodeActionKind::REFACTOR_REWRITE,
            CodeActionKind::SOURCE_FIX_ALL,
        ]),
        resolve_provider: Some(false),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    })
}

pub(super) fn offer(
    state: &mut State,
    params: CodeActionParams,
) -> Result<Option<Vec<CodeActionOrCommand>>, RequestRefusal> {
    let (path, file) = state.file(&params.text_document.uri)?;
    let Some(analysis) = state.analysis(&path) else { return Ok(None) };
    let lines = state.lines(&path, &file);
    let (start, end) =
        (lines.offset(file.text(), params.range.start), lines.offset(file.text(), params.range.end));
    let range = Range32::from(start..end.max(start));
    let options = state.options(&path);
    let wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| only.iter().any(|only| is_within(kind.as_str(), only.as_str())))
    };
    let uri = &params.text_document.uri;
    let edit = |edits: &[Edit]| Edits::of(state).edit(uri, file.text(), &lines, edits);
    let action = |fix: Fix, kind: CodeActionKind| action(&fix.title, kind, Some(edit(&fix.edits)));
    let mut actions = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        let quick = QuickFixes { state, params: &params, path: &path, file: &file, options: &options };
        actions.extend(quick.offer(&analysis, range));
    }
    if wanted(&CodeActionKind::SOURCE_FIX_ALL)
        && let Some(edits) = all_safe(&analysis)
    {
        let all = edit(&edits);
        actions.push(self::action("apply all safe fixes", CodeActionKind::SOURCE_FIX_ALL, Some(all)));
    }
    if wanted(&CodeActionKind::REFACTOR) {
        let plain = [imported(&file, range), probe(&file, start)];
        actions.extend(plain.into_iter().flatten().map(|fix| action(fix, CodeActionKind::REFACTOR)));
    }
    if wanted(&CodeActionKind::REFACTOR_REWRITE) {
        let moved = moved(&state.workspace, &file, &analysis, start, &options);
        actions.extend(moved.map(|fix| action(fix, CodeActionKind::REFACTOR_REWRITE)));
    }
    if wanted(&CodeActionKind::REFACTOR_EXTRACT) {
        let extracted = extracted(&state.workspace, &file, range, &options);
        actions.extend(extracted.into_iter().map(|fix| action(fix, CodeActionKind::REFACTOR_EXTRACT)));
    }
    Ok(Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()))
}

/// A request for what can be done about the diagnostics at a place.
struct QuickFixes<'a> {
    state: &'a State,
    params: &'a CodeActionParams,
    path: &'a str,
    file: &'a Parsed,
    options: &'a CompileOptions,
}

impl QuickFixes<'_> {
    /// First the fixes, then those of all diagnostics with the same name, then what only concerns the warning itself.
    fn offer(&self, analysis: &Analysis, range: Range32) -> Vec<CodeAction> {
        let found: Vec<Diagnostic> = met(analysis, range).collect();
        let mut actions = Vec::new();
        for found in &found {
            for fix in found.fix.iter().filter(|fix| is_offered(fix)) {
                let is_safe = fix.applicability == Applicability::Safe;
                let mut action = self.action(found, &fix.title, Some(self.edit(&fix.edits)));
                action.is_preferred = is_safe.then_some(true);
                actions.push(action);
            }
        }
        let first = |code: Code| found.iter().find(|found| found.code == code);
        let codes: BTreeSet<Code> = found.iter().map(|found| found.code).collect();
        for fix in codes.iter().filter_map(|code| Some((first(*code)?, all_of(analysis, *code)?))) {
            let (found, fix) = fix;
            actions.push(self.action(found, &fix.title, Some(self.edit(&fix.edits))));
        }
        for found in codes.iter().filter_map(|code| first(*code)) {
            if found.severity == Severity::Warning || self.options.levels.of(found.code) == LintLevel::Deny {
                self.allow(found, &mut actions);
            }
            if self.state.settings.explain_command {
                let title = format!("explain `{}`", found.code);
                let arguments = vec![json!(found.code.name())];
                let command = Command::new(capitalized(&title), EXPLAIN.to_owned(), Some(arguments));
                actions.push(CodeAction { command: Some(command), ..self.action(found, &title, None) });
            }
        }
        actions
    }

    fn allow(&self, found: &Diagnostic, actions: &mut Vec<CodeAction>) {
        if let Some(fix) = allow::here(self.file, found) {
            actions.push(self.action(found, &fix.title, Some(self.edit(&fix.edits))));
        }
        if let Some(edit) = self.in_project(found.code) {
            let title = format!("allow `{}` in the project", found.code);
            actions.push(self.action(found, &title, Some(edit)));
        }
    }

    /// The change of the project's `initflow.toml`, which is created if there is none and the editor can create files.
    fn in_project(&self, code: Code) -> Option<WorkspaceEdit> {
        let edits = Edits::of(self.state);
        let Some(source) = self.state.settings_file(self.path) else {
            let file = NewFile::settings(&self.state.folders, self.path)?;
            return edits.create(&file, &allow::in_project("", code)?.text);
        };
        let source = source.ok()?;
        let uri = self.state.uri(&source.name)?;
        let lines = LineIndex::new(&source.text, self.state.encoding);
        Some(edits.edit(&uri, &source.text, &lines, &[allow::in_project(&source.text, code)?]))
    }

    fn edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        let lines = self.state.lines(self.path, self.file);
        Edits::of(self.state).edit(&self.params.text_document.uri, self.file.text(), &lines, edits)
    }

    /// A quick fix, with the editor's diagnostics that it is for.
    fn action(&self, found: &Diagnostic, title: &str, edit: Option<WorkspaceEdit>) -> CodeAction {
        let start = self.state.range(self.path, self.file, found.primary.span).start;
        let is_it = |shown: &&lsp_types::Diagnostic| {
            let name = matches!(&shown.code, Some(NumberOrString::String(name)) if name == found.code.name());
            name && shown.range.start == start
        };
        let shown: Vec<_> = self.params.context.diagnostics.iter().filter(is_it).cloned().collect();
        CodeAction {
            diagnostics: Some(shown).filter(|shown| !shown.is_empty()),
            ..action(title, CodeActionKind::QUICKFIX, edit)
        }
    }
}

fn action(title: &str, kind: CodeActionKind, edit: Option<WorkspaceEdit>) -> CodeAction {
    CodeAction { title: capitalized(title), kind: Some(kind), edit, ..CodeAction::default() }
}

/// Whether a kind is the requested one or part of it: `refactor.extract` is part of `refactor`.
fn is_within(kind: &str, wanted: &str) -> bool {
    let rest = kind.strip_prefix(wanted);
    rest.is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
}
