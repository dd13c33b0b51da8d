//! Publishes what the compiler finds.
//!
//! Invariant: what is published for a file is what all open documents that use it found in it, without duplicates.

use super::position::LineIndex;
use super::state::State;
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::ide::Analysis;
use crate::source::Sources;
use fnv::FnvHashSet;
use lsp_server::Notification;
use lsp_types::notification::{Notification as _, PublishDiagnostics};
use lsp_types::{
    CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range, Uri,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Checks the documents that have changed, and returns the notifications to send.
pub(super) fn publish(state: &mut State) -> Vec<Notification> {
    let unchecked = state.documents.iter().filter(|(_, document)| document.found.is_none());
    let unchecked: Vec<String> = unchecked.map(|(path, _)| path.clone()).collect();
    for path in unchecked {
        let Some(analysis) = state.analysis(&path) else { continue };
        let found = found(state, &path, &analysis);
        if let Some(document) = state.documents.get_mut(&path) {
            document.found = Some(found);
        }
    }
    // What a document finds in itself comes first.
    let own =
        state.documents.iter().filter_map(|(root, document)| document.found.as_ref()?.get_key_value(root));
    let others = state
        .documents
        .iter()
        .flat_map(|(root, document)| document.found.iter().flatten().filter(move |(path, _)| *path != root));
    let mut by_path: BTreeMap<&String, Vec<&Arc<[lsp_types::Diagnostic]>>> = BTreeMap::new();
    for (path, found) in own.chain(others) {
        by_path.entry(path).or_default().push(found);
    }
    let mut all: BTreeMap<String, Arc<[lsp_types::Diagnostic]>> =
        by_path.into_iter().map(|(path, found)| (path.clone(), together(&found))).collect();
    let paths: BTreeSet<String> = all.keys().chain(state.published.keys()).cloned().collect();
    let mut notifications = Vec::new();
    for path in paths {
        let now = (version_of(state, &path), all.remove(&path).unwrap_or_default());
        let Some(uri) = state.uri(&path).filter(|_| state.published.get(&path) != Some(&now)) else {
            continue;
        };
        let params = Published { uri, diagnostics: &now.1, version: now.0 };
        notifications.push(Notification::new(PublishDiagnostics::METHOD.to_owned(), params));
        if now.0.is_none() && now.1.is_empty() {
            state.published.remove(&path);
        } else {
            state.published.insert(path, now);
        }
    }
    notifications
}

/// The parameters of `publishDiagnostics`, without a copy of the diagnostics.
#[derive(Serialize)]
struct Published<'d> {
    uri: Uri,
    diagnostics: &'d [lsp_types::Diagnostic],
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
}

/// What several documents found in one file.
fn together(found: &[&Arc<[lsp_types::Diagnostic]>]) -> Arc<[lsp_types::Diagnostic]> {
    match found {
        [only] => Arc::clone(only),
        several => distinct(several.iter().flat_map(|found| found.iter()).cloned().collect()),
    }
}

/// Removes what is found at one place for the second time.
fn distinct(mut found: Vec<lsp_types::Diagnostic>) -> Arc<[lsp_types::Diagnostic]> {
    let mut seen = FnvHashSet::default();
    let mut new = Vec::with_capacity(found.len());
    for lsp_types::Diagnostic { range: Range { start, end }, code, .. } in &found {
        let code = match code {
            Some(NumberOrString::String(code)) => code.as_str(),
            _ => "",
        };
        new.push(seen.insert((start.line, start.character, end.line, end.character, code)));
    }
    let mut new = new.into_iter();
    found.retain(|_| new.next() == Some(true));
    found.into()
}

fn version_of(state: &State, path: &str) -> Option<i32> {
    state.documents.get(path).map(|document| document.version)
}

/// The diagnostics for each file, always including the document itself.
fn found(state: &State, root: &str, analysis: &Analysis) -> BTreeMap<String, Arc<[lsp_types::Diagnostic]>> {
    let sources = &analysis.compilation.sources;
    let mut found = BTreeMap::from([(root.to_owned(), Vec::new())]);
    for diagnostic in &analysis.diagnostics().collect::<Vec<_>>() {
        // A diagnostic in the standard library is shown where the library is used.
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.labels);
        let shown = labels.into_iter().find(|label| {
            state.workspace.get(name(sources, label)).is_some_and(|file| file.source.name != "std")
        });
        let Some((path, place)) =
            shown.and_then(|label| Some((name(sources, label), location(state, sources, label)?)))
        else {
            continue;
        };
        let related = diagnostic.labels.iter().filter_map(|label| {
            let message = label.text.clone();
            Some(DiagnosticRelatedInformation { location: location(state, sources, label)?, message })
        });
        let diagnostic = translate(state, diagnostic, place.range, related.collect());
        found.entry(path.to_owned()).or_default().push(diagnostic);
    }
    if let Some((source, _, diagnostics)) =
        state.settings_of(root).filter(|(_, _, diagnostics)| !diagnostics.is_empty())
    {
        let lines = LineIndex::new(&source.text, state.encoding);
        let range = |diagnostic: &Diagnostic| lines.range(&source.text, diagnostic.primary.span);
        let translated =
            diagnostics.iter().map(|diagnostic| translate(state, diagnostic, range(diagnostic), Vec::new()));
        found.insert(source.name.clone(), translated.collect());
    }
    found.into_iter().map(|(path, found)| (path, distinct(found))).collect()
}

fn translate(
    state: &State,
    diagnostic: &Diagnostic,
    range: Range,
    related: Vec<DiagnosticRelatedInformation>,
) -> lsp_types::Diagnostic {
    let mut message = diagnostic.headline.clone();
    if !diagnostic.primary.text.is_empty() {
        message.push('\n');
        message.push_str(&diagnostic.primary.text);
    }
    for help in &diagnostic.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let explanation = || format!("initflow-explain:/{}.md", diagnostic.code).parse().ok();
    let href = state.settings.explain_links.then(explanation).flatten();
    lsp_types::Diagnostic {
        range,
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(diagnostic.code.name().to_owned())),
        code_description: href.map(|href| CodeDescription { href }),
        source: Some("initflow".to_owned()),
        message,
        related_information: Some(related).filter(|related| !related.is_empty()),
        tags: match diagnostic.code {
            Code::Deprecated => Some(vec![DiagnosticTag::DEPRECATED]),
            code if code.is_unused() => Some(vec![DiagnosticTag::UNNECESSARY]),
            _ => None,
        },
        data: None,
    }
}

fn name<'s>(sources: &'s Sources, label: &Label) -> &'s str {
    &sources.get(label.span.file).name
}

fn location(state: &State, sources: &Sources, label: &Label) -> Option<Location> {
    let path = name(sources, label);
    let file = state.workspace.get(path).filter(|_| path != "std")?;
    Some(Location { uri: state.uri(path)?, range: state.range(path, file, label.span) })
}
