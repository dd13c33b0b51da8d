//! Publishes what the compiler finds.
//!
//! Invariant: what is published for a file is what all open documents that use it found in it, without duplicates.

use super::aside::{AsideDocument, AsideKind};
use super::findings::{Findings, KnownJson};
use super::library::is_library;
use super::position::LineIndex;
use super::state::State;
use super::unopened::CheckedSource;
use crate::diagnostic::{Applicability, Code, Diagnostic, Label, Severity, visible};
use crate::files::is_unrendered;
use crate::ide::Analysis;
use crate::import::{Strangers, compile_manifests};
use crate::source::{FileId, HasPlaces as _, MAX_SOURCE_BYTES, SourceFile, Span};
use crate::total::sure;
use fnv::FnvHashMap;
use lsp_types::{
    CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range, Uri,
};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A notification, as JSON in three parts.
pub(super) struct Notification {
    before: String,
    findings: Arc<Findings>,
}

impl Notification {
    /// What is published for a file.
    fn of(uri: &Uri, version: Option<i32>, findings: Arc<Findings>) -> Self {
        let uri = sure(serde_json::to_string(uri));
        let version = version.map(|version| format!(r#""version":{version},"#)).unwrap_or_default();
        let before = format!(
            r#"{{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{{"uri":{uri},{version}"diagnostics":["#
        );
        Self { before, findings }
    }

    pub(super) fn json(&self) -> [&str; 3] {
        [&self.before, self.findings.json(), "]}}"]
    }
}

/// Checks the documents that have changed.
pub(super) fn check(state: &mut State) {
    let unchecked = state.documents.iter().filter(|(_, document)| document.found.is_none());
    let unchecked: Vec<String> = unchecked.map(|(path, _)| path.clone()).collect();
    for path in unchecked {
        let Some(analysis) = state.analysis(&path) else { continue };
        let Some(document) = state.documents.get_mut(&path) else { continue };
        let mut known = std::mem::take(&mut document.known);
        let found = if is_library(&path, || state.uri("std")) {
            BTreeMap::from([(path.clone(), Arc::default())])
        } else {
            found(state, &path, &analysis, &mut known)
        };
        if let Some(document) = state.documents.get_mut(&path) {
            (document.found, document.known) = (Some(found), known);
        }
    }
    find_aside(state);
}

/// What is wrong with a file of manifests; nothing for other files.
fn manifests(state: &State, path: &str, document: &AsideDocument) -> Option<Arc<[Diagnostic]>> {
    if document.kind != AsideKind::Manifests {
        return None;
    }
    let text = &document.file.text;
    // Every manifest has these fields.
    let has_manifests =
        text.len() <= MAX_SOURCE_BYTES && text.contains("apiVersion") && text.contains("kind");
    if !state.settings.check_manifests || !has_manifests || is_unrendered(Path::new(path)) {
        return Some(Arc::default());
    }
    let mut options = state.options(path);
    // The lock file is for what is compiled to YAML.
    options.images.locked.clear();
    let compilation = compile_manifests(path, text.clone(), Strangers::Skip, &options, |_| ());
    let mut diagnostics = compilation.diagnostics;
    for diagnostic in &mut diagnostics {
        diagnostic.each_place(&mut |span| *span = compilation.sources.in_file(*span));
    }
    Some(diagnostics.into())
}

/// Checks the next source that is not open; says whether there was one.
pub(super) fn check_unopened(state: &mut State) -> bool {
    let Some(path) = state.unopened.next() else { return false };
    if let Some((analysis, uses)) = state.analysis_unopened(&path) {
        let found = found(state, &path, &analysis, &mut KnownJson::default());
        state.unopened.keep(path, CheckedSource { uses, found });
    } else {
        state.unopened.remove(&path);
    }
    true
}

/// What has been found in each file.
pub(super) fn all_found(state: &State) -> BTreeMap<String, Arc<Findings>> {
    // What a document finds in itself comes first.
    let own =
        state.documents.iter().filter_map(|(root, document)| document.found.as_ref()?.get_key_value(root));
    let aside = state.aside.iter().filter(|(path, document)| match document.kind {
        AsideKind::Foreign => false,
        AsideKind::Manifests => state.settings.check_manifests || state.published.contains_key(*path),
        _ => true,
    });
    let aside = aside.filter_map(|(path, document)| Some((path, document.found.as_ref()?)));
    let others = state
        .documents
        .iter()
        .flat_map(|(root, document)| document.found.iter().flatten().filter(move |(path, _)| *path != root));
    let mut by_path: BTreeMap<&String, Vec<&Arc<Findings>>> = BTreeMap::new();
    for (path, found) in own.chain(aside).chain(others).chain(state.unopened.found()) {
        by_path.entry(path).or_default().push(found);
    }
    by_path.into_iter().map(|(path, found)| (path.clone(), together(&found))).collect()
}

/// Checks the documents that have changed, and returns the notifications to send.
pub(super) fn publish(state: &mut State) -> Vec<Notification> {
    if state.settings.pull_diagnostics {
        return Vec::new();
    }
    check(state);
    let mut all = all_found(state);
    let paths: BTreeSet<String> = all.keys().chain(state.published.keys()).cloned().collect();
    let mut notifications = Vec::new();
    for path in paths {
        let (version, findings) = (version_of(state, &path), all.remove(&path).unwrap_or_default());
        let is_new = state
            .published
            .get(&path)
            .is_none_or(|(before, published)| *before != version || published.json() != findings.json());
        let Some(uri) = state.uri(&path).filter(|_| is_new) else { continue };
        notifications.push(Notification::of(&uri, version, Arc::clone(&findings)));
        if version.is_none() && findings.is_empty() {
            state.published.remove(&path);
        } else {
            state.published.insert(path, (version, findings));
        }
    }
    notifications
}

/// Works out the findings of the documents that have changed.
fn find_aside(state: &mut State) {
    let unchecked = state.aside.iter().filter(|(_, document)| document.found.is_none());
    let unchecked: Vec<String> = unchecked.map(|(path, _)| path.clone()).collect();
    for path in unchecked {
        // Whether what they name can be used is known to the project.
        let project = state.project(&path);
        let known = project.iter().flat_map(|project| &project.found).find(|(file, _)| file.name == path);
        let known: Option<Arc<[Diagnostic]>> = known.map(|(_, diagnostics)| diagnostics.as_slice().into());
        let Some(document) = state.aside.get(&path) else { continue };
        let diagnostics = known
            .filter(|_| document.kind == AsideKind::Settings)
            .or_else(|| manifests(state, &path, document))
            .unwrap_or_else(|| Arc::clone(&document.diagnostics));
        let found = findings_in(state, &document.file, &document.lines, &diagnostics);
        if let Some(document) = state.aside.get_mut(&path) {
            (document.found, document.diagnostics) = (Some(Arc::new(found)), diagnostics);
        }
    }
}

/// What several documents found in one file.
fn together(found: &[&Arc<Findings>]) -> Arc<Findings> {
    match found {
        [only] => Arc::clone(only),
        several => {
            let mut together = Findings::default();
            for found in several {
                together.add_all(found);
            }
            Arc::new(together)
        }
    }
}

pub(super) fn version_of(state: &State, path: &str) -> Option<i32> {
    let aside = || state.aside.get(path).map(|document| document.version);
    state.documents.get(path).map(|document| document.version).or_else(aside)
}

/// The files of an analysis as the editor knows them.
struct Shown<'a> {
    state: &'a State,
    analysis: &'a Analysis,
    /// Each is looked up when something is found in it.
    files: Vec<OnceCell<Option<ShownFile>>>,
    /// Files that are not part of the program.
    others: RefCell<FnvHashMap<FileId, Option<ShownFile>>>,
}

struct ShownFile {
    uri: Uri,
    file: Arc<SourceFile>,
    lines: Arc<LineIndex>,
}

impl Shown<'_> {
    /// The number of the file, the file and the range of a place; nothing in the standard library.
    fn place(&self, span: Span) -> Option<(usize, &ShownFile, Range)> {
        let span = self.analysis.place(span);
        let number = span.file.0 as usize;
        let shown = self.files.get(number)?.get_or_init(|| {
            let path = &self.analysis.compilation.sources.get(span.file).name;
            let file = Arc::clone(self.state.workspace.get(path)?);
            Some(ShownFile {
                uri: self.state.uri(path)?,
                lines: self.state.lines(path, &file),
                file: Arc::clone(&file.source),
            })
        });
        let shown = shown.as_ref()?;
        Some((number, shown, shown.lines.range(&shown.file.text, span)))
    }

    /// What `told` takes from the file and the range of a place, which may be in the standard library or in what surrounds
    /// the workloads.
    fn related<T>(&self, span: Span, told: impl FnOnce(&ShownFile, Range) -> T) -> Option<T> {
        if let Some((_, shown, range)) = self.place(span) {
            return Some(told(shown, range));
        }
        let mut others = self.others.borrow_mut();
        let shown = others.entry(span.file).or_insert_with(|| self.other(span.file)).as_ref()?;
        Some(told(shown, shown.lines.range(&shown.file.text, span)))
    }

    fn other(&self, id: FileId) -> Option<ShownFile> {
        let file = match id {
            FileId::STD => Arc::clone(&self.state.workspace.get("std")?.source),
            id => Arc::clone(self.analysis.compilation.sources.file(id)?),
        };
        let lines = Arc::new(LineIndex::new(&file.text, self.state.encoding));
        Some(ShownFile { uri: self.state.uri(&file.name)?, file, lines })
    }
}

/// The findings for each file, always including the document itself.
fn found(
    state: &State,
    root: &str,
    analysis: &Analysis,
    known: &mut KnownJson,
) -> BTreeMap<String, Arc<Findings>> {
    let files = analysis.compilation.sources.files();
    let shown = Shown {
        state,
        analysis,
        files: files.iter().map(|_| OnceCell::new()).collect(),
        others: RefCell::default(),
    };
    let published = |file: &Arc<SourceFile>| state.published.get(&file.name);
    let like_before = |file| published(file).map(|(_, before)| Findings::like(before)).unwrap_or_default();
    let mut found: Vec<Findings> = files.iter().map(like_before).collect();
    let mut ranges = Vec::new();
    for diagnostic in &analysis.compilation.diagnostics {
        // A diagnostic in the standard library is shown where the library is used.
        let mut labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.labels);
        let Some((number, here, range)) = labels.find_map(|label| shown.place(label.span)) else { continue };
        let is_in_library = |label: &&Label| label.span.file == FileId::STD;
        let related =
            || Some(&diagnostic.primary).filter(is_in_library).into_iter().chain(&diagnostic.labels);
        ranges.clear();
        ranges.push(range);
        ranges.extend(related().filter_map(|label| shown.related(label.span, |_, range| range)));
        ranges.extend(helps_beside(state, diagnostic).map(|_| range));
        let write = || {
            let related = related().filter_map(|label| {
                let uri = shown.related(label.span, |shown, _| shown.uri.clone())?;
                let message =
                    if label.text.is_empty() { "in the standard library" } else { label.text.as_str() };
                let location = Location { uri, range: Range::default() };
                Some(DiagnosticRelatedInformation { location, message: message.to_owned() })
            });
            translate(state, diagnostic, Range::default(), &here.uri, related.collect())
        };
        let json = known.of(diagnostic, ranges.len(), write);
        found[number].add((range, diagnostic.code), |found| json.write(&ranges, found));
    }
    known.forget_unused();
    let mut found: BTreeMap<String, Arc<Findings>> = files
        .iter()
        .zip(found)
        .filter(|(file, found)| file.name == root || !found.is_empty())
        .map(|(file, found)| (file.name.clone(), Arc::new(found)))
        .collect();
    for (source, diagnostics) in state.project(root).iter().flat_map(|project| &project.found) {
        let lines = LineIndex::new(&source.text, state.encoding);
        let findings = findings_in(state, source, &lines, diagnostics);
        found.insert(source.name.clone(), Arc::new(findings));
    }
    found
}

/// The findings in one file, all of whose places are in that file.
pub(super) fn findings_in(
    state: &State,
    source: &SourceFile,
    lines: &LineIndex,
    diagnostics: &[Diagnostic],
) -> Findings {
    let mut findings = Findings::default();
    for diagnostic in diagnostics {
        let Some(uri) = state.uri(&source.name) else { break };
        let range = lines.range(&source.text, diagnostic.primary.span);
        let is_here = |label: &&Label| label.span.file == diagnostic.primary.span.file;
        let related = diagnostic.labels.iter().filter(is_here).map(|label| DiagnosticRelatedInformation {
            location: Location { uri: uri.clone(), range: lines.range(&source.text, label.span) },
            message: label.text.clone(),
        });
        let finding = translate(state, diagnostic, range, &uri, related.collect());
        findings.add((range, diagnostic.code), |json| json.push_str(&sure(serde_json::to_string(&finding))));
    }
    findings
}

/// The helps that no action of the editor carries out.
fn helps(diagnostic: &Diagnostic) -> impl Iterator<Item = &String> {
    let fix = diagnostic.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display);
    diagnostic.help.iter().filter(move |help| fix.is_none_or(|fix| fix.title != **help))
}

/// The helps that are shown beside the message: all, if the editor shows anything there.
fn helps_beside<'d>(state: &State, diagnostic: &'d Diagnostic) -> impl Iterator<Item = &'d String> {
    helps(diagnostic).filter(|_| shows_related(state))
}

fn shows_related(state: &State) -> bool {
    let document = state.client.text_document.as_ref();
    let published = document.and_then(|document| document.publish_diagnostics.as_ref());
    published.and_then(|published| published.related_information).unwrap_or(false)
}

/// The message, in one line: what is wrong, what the place is and, for an editor that shows nothing else, what to do.
fn message(state: &State, diagnostic: &Diagnostic) -> String {
    let mut message = visible::plain(&diagnostic.headline);
    if !diagnostic.primary.text.is_empty() {
        message.extend([" (", &visible::plain(&diagnostic.primary.text), ")"]);
    }
    if !shows_related(state) {
        for help in helps(diagnostic) {
            message.extend(["; ", &visible::plain(help)]);
        }
    }
    message
}

/// A diagnostic of a document in the form of the protocol. The places of its helps come last.
fn translate(
    state: &State,
    diagnostic: &Diagnostic,
    range: Range,
    uri: &Uri,
    mut related: Vec<DiagnosticRelatedInformation>,
) -> lsp_types::Diagnostic {
    related.extend(helps_beside(state, diagnostic).map(|help| DiagnosticRelatedInformation {
        location: Location { uri: uri.clone(), range },
        message: format!("help: {help}"),
    }));
    for related in &mut related {
        related.message = visible::lines(&related.message).into_owned();
    }
    let explanation = format!("initflow-explain:/{}.md", diagnostic.code);
    let link = if state.settings.explain_links { Some(explanation) } else { diagnostic.code.page() };
    let href = link.and_then(|link| link.parse().ok());
    lsp_types::Diagnostic {
        range,
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(diagnostic.code.name().to_owned())),
        code_description: href.map(|href| CodeDescription { href }),
        source: Some("initflow".to_owned()),
        message: message(state, diagnostic),
        related_information: Some(related).filter(|related| !related.is_empty()),
        tags: match diagnostic.code {
            Code::Deprecated => Some(vec![DiagnosticTag::DEPRECATED]),
            code if code.is_unused() => Some(vec![DiagnosticTag::UNNECESSARY]),
            _ => None,
        },
        data: None,
    }
}
