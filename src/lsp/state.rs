//! Holds what the server knows: open documents, files on disk, settings, and the result of compiling each document.
//!
//! Invariant: an analysis is dropped as soon as the text of one of its files has changed.

use super::aside::{AsideDocument, AsideKind};
use super::disk::{self, Disk, Known, path_of, uri_of};
use super::edited::edited;
use super::findings::{Findings, KnownJson};
use super::library::library_uri;
use super::position::{Encoding, LineIndex};
use super::project::{Project, Projects};
use super::refusal::RequestRefusal;
use super::unopened::Unopened;
use crate::compile::CompileOptions;
use crate::config::{FILE_NAME, MAX_CONFIG_BYTES};
use crate::files::{Ground, Grounds, Root};
use crate::ide::hints::KeptHints;
use crate::ide::{Analysis, KeptResults, Location, Parsed, Range32, Workspace};
use crate::source::{FileId, SourceFile};
use lsp_server::{ErrorCode, Message, Notification};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidOpenTextDocument, LogMessage, Notification as _,
};
use lsp_types::{
    DidChangeTextDocumentParams, DidOpenTextDocumentParams, InitializeParams, LogMessageParams, MessageType,
    PositionEncodingKind, Range, SemanticToken, Uri, WorkspaceFolder,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The options that the server was started with.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerOptions {
    /// The root of all sources; without it, the editor's folders are used.
    pub root: Option<PathBuf>,
    /// Whether the editor's log shows which root and which `initflow.toml` apply.
    pub verbose: bool,
    /// The user's folder for what can be made again.
    pub cache: Option<PathBuf>,
}

/// All that the server knows.
pub(super) struct State {
    pub(super) encoding: Encoding,
    pub(super) settings: Settings,
    /// The capabilities of the editor.
    pub(super) client: lsp_types::ClientCapabilities,
    /// Open files as in the editor, and files from disk that were needed.
    pub(super) workspace: Workspace,
    pub(super) documents: BTreeMap<String, OpenDocument>,
    /// The open documents that are not sources.
    pub(super) aside: BTreeMap<String, AsideDocument>,
    /// Whether the editor can show documents of which only the server has the text.
    pub(super) shows_content: bool,
    /// Where the editor finds the standard library, once that is needed.
    library: OnceCell<Option<Uri>>,
    /// The user's folder for what can be made again.
    cache: Option<PathBuf>,
    /// The sources of the editor's projects that are not open.
    pub(super) unopened: Unopened,
    /// What was published to the editor, by path, with the version of an open document.
    pub(super) published: BTreeMap<String, (Option<i32>, Arc<Findings>)>,
    /// The tokens of open documents that were last sent to the editor.
    pub(super) tokens: BTreeMap<String, Told>,
    /// The hints of open documents that were last sent to the editor.
    pub(super) hints: BTreeMap<String, KeptHints>,
    /// What is no longer needed, and is freed when no message is waiting.
    pub(super) retired: Vec<(Option<OpenDocument>, Option<Arc<Parsed>>)>,
    /// The folders that the editor has open.
    pub(super) folders: Vec<String>,
    /// The root that the options set; it replaces the folders.
    root: Option<String>,
    /// Whether it logs which root and which `initflow.toml` apply.
    verbose: bool,
    grounds: Grounds,
    projects: Projects,
    disk: Disk,
}

/// The tokens of a document that were last sent to the editor, and the number of that answer.
#[derive(Default)]
pub(super) struct Told {
    pub(super) number: u32,
    pub(super) data: Vec<SemanticToken>,
}

/// A document that is open in the editor.
pub(super) struct OpenDocument {
    pub(super) uri: Uri,
    pub(super) version: i32,
    lines: Arc<LineIndex>,
    analysis: Option<Arc<Analysis>>,
    /// The results of the workloads that a change has not reached.
    kept: KeptResults,
    /// The files of the analysis, including those that could not be read.
    uses: BTreeSet<String>,
    /// The findings for each file, of an analysis that has not been dropped.
    pub(super) found: Option<BTreeMap<String, Arc<Findings>>>,
    /// The JSON of the diagnostics that were last found.
    pub(super) known: KnownJson,
}

/// What an editor's user can set, under `initflow`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(clippy::struct_excessive_bools)] // Each is a setting of its own.
pub(super) struct Settings {
    /// The version of Kubernetes that must accept the output; it overrides `initflow.toml`.
    kube: Option<String>,
    /// The profile that sets the values of params; it overrides the default of `initflow.toml`.
    profile: Option<String>,
    /// Whether the start order and the totals are shown in the text.
    pub(super) inlay_hints: bool,
    /// Whether sources of a project that are not open are checked, too.
    pub(super) check_project: bool,
    /// Whether manifests that are open are checked, too.
    pub(super) check_manifests: bool,
    /// Whether the editor asks for diagnostics itself, so that none are sent.
    pub(super) pull_diagnostics: bool,
    /// Whether the editor can open `initflow-explain:/NAME.md`, with `initflow/explain`.
    pub(super) explain_links: bool,
    /// Whether the editor has the command `initflow.explain`, which takes the name of a diagnostic.
    pub(super) explain_command: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kube: None,
            profile: None,
            inlay_hints: true,
            check_project: true,
            check_manifests: false,
            pull_diagnostics: false,
            explain_links: false,
            explain_command: false,
        }
    }
}

impl State {
    pub(super) fn new(params: &InitializeParams, call: &ServerOptions, shows_content: bool) -> Self {
        let offered =
            params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let utf8 = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        let mut workspace = Workspace::default();
        workspace.set("std", Arc::new(Parsed::new("std", crate::source::std().text.as_str())));
        #[allow(deprecated)] // Older editors send only one folder.
        let root = params.root_uri.iter().map(path_of);
        let folders = match &params.workspace_folders {
            Some(folders) if !folders.is_empty() => folders.iter().map(folder).collect(),
            _ => root.collect(),
        };
        let mut state = Self {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            settings: Settings::default(),
            client: params.capabilities.clone(),
            workspace,
            documents: BTreeMap::new(),
            aside: BTreeMap::new(),
            shows_content,
            library: OnceCell::new(),
            cache: call.cache.clone(),
            unopened: Unopened::default(),
            published: BTreeMap::new(),
            tokens: BTreeMap::new(),
            hints: BTreeMap::new(),
            retired: Vec::new(),
            folders,
            root: call.root.as_ref().map(|root| root.to_string_lossy().into_owned()),
            verbose: call.verbose,
            grounds: Grounds::default(),
            projects: Projects::default(),
            disk: Disk::default(),
        };
        state.look_again();
        if let Some(options) = &params.initialization_options {
            state.configure(options);
        }
        state.find_unopened();
        state
    }

    /// Has all sources of the editor's projects checked that are not open.
    fn find_unopened(&mut self) {
        let all = if self.settings.check_project { disk::sources(&self.folders) } else { Vec::new() };
        let is_meant =
            |path: &String| !self.documents.contains_key(path) && self.ground(path).settings.is_some();
        let found = all.into_iter().filter(is_meant).collect();
        self.unopened.replace(found);
    }

    /// Whether a source that is not open is checked.
    fn is_in_project(&self, path: &str) -> bool {
        let is_in = |folder: &String| Path::new(path).starts_with(folder);
        self.settings.check_project
            && self.folders.iter().any(is_in)
            && Path::new(path).is_file()
            && self.ground(path).settings.is_some()
    }

    /// Forgets where files are: links and folders may have changed.
    pub(super) fn look_again(&mut self) {
        let named = self.root.as_ref().map_or(self.folders.as_slice(), std::slice::from_ref);
        self.grounds = Grounds::of_workspace(named, self.root.is_some());
    }

    /// What all sources in the folder of a file share: the root and the `initflow.toml`.
    fn ground(&self, path: &str) -> Ground {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        self.grounds.of(folder, folder)
    }

    /// The root that the program of a file may be read from.
    pub(super) fn root(&self, path: &str) -> Arc<Root> {
        self.ground(path).root
    }

    /// The project that a file belongs to, if there is an `initflow.toml` for it.
    pub(super) fn project(&self, path: &str) -> Option<Arc<Project>> {
        let Ground { root, settings, .. } = self.ground(path);
        let file = settings?;
        let open = self.open_settings(&file);
        let wanted = self.settings.profile.as_deref().filter(|profile| !profile.is_empty());
        self.projects.get(&file, open, wanted, &root)
    }

    fn open_settings(&self, file: &Path) -> Option<&Arc<SourceFile>> {
        let is_it =
            |document: &&AsideDocument| document.place == file && document.kind == AsideKind::Settings;
        self.aside.values().find(is_it).map(|document| &document.file)
    }

    /// The `initflow.toml` that applies to a file, as the editor has it; an error if it cannot be read.
    pub(super) fn settings_file(&self, path: &str) -> Option<Result<Arc<SourceFile>, String>> {
        let Ground { root, settings, .. } = self.ground(path);
        let file = settings?;
        if let Some(open) = self.open_settings(&file) {
            return Some(Ok(Arc::clone(open)));
        }
        let name = file.to_string_lossy();
        let text = root.read(&file, MAX_CONFIG_BYTES);
        let source = text.map(|text| Arc::new(SourceFile::new(FileId(0), name, text)));
        Some(source.map_err(|reason| reason.to_string()))
    }

    /// Handles a notification from the editor, and returns the messages to send.
    pub(super) fn notice(&mut self, notification: Notification) -> Vec<Message> {
        let Notification { method, params } = notification;
        let mut messages = Vec::new();
        let handled = match method.as_str() {
            DidOpenTextDocument::METHOD => read(params).map(|params| messages.extend(self.open(params))),
            DidChangeTextDocument::METHOD => read(params).and_then(|params| self.change(params)),
            DidCloseTextDocument::METHOD => read(params)
                .map(|params: lsp_types::DidCloseTextDocumentParams| self.close(&params.text_document.uri)),
            DidChangeConfiguration::METHOD => {
                read(params).map(|params: lsp_types::DidChangeConfigurationParams| {
                    self.configure(params.settings.get("initflow").unwrap_or(&params.settings));
                    self.forget_all();
                })
            }
            DidChangeWorkspaceFolders::METHOD => {
                read(params).map(|params: lsp_types::DidChangeWorkspaceFoldersParams| {
                    let removed: Vec<String> = params.event.removed.iter().map(folder).collect();
                    self.folders.retain(|known| !removed.contains(known));
                    self.folders.extend(params.event.added.iter().map(folder));
                    self.look_again();
                    self.find_unopened();
                })
            }
            DidChangeWatchedFiles::METHOD => {
                self.forget_all();
                Ok(())
            }
            _ => Ok(()),
        };
        messages.extend(handled.err().map(|message| log(format!("`{method}`: {message}"))));
        messages
    }

    /// An open document's path and file.
    pub(super) fn file(&self, uri: &Uri) -> Result<(String, Arc<Parsed>), RequestRefusal> {
        let path = path_of(uri);
        let open = self.workspace.get(&path).filter(|_| self.documents.contains_key(&path));
        match open {
            Some(file) => Ok((path, Arc::clone(file))),
            None => {
                Err(RequestRefusal::new(ErrorCode::InvalidParams, format!("`{}` is not open", uri.as_str())))
            }
        }
    }

    /// An open document's path and file, and the offset of a position in it.
    pub(super) fn place(
        &self,
        params: &lsp_types::TextDocumentPositionParams,
    ) -> Result<(String, Arc<Parsed>, usize), RequestRefusal> {
        let (path, file) = self.file(&params.text_document.uri)?;
        let offset = self.lines(&path, &file).offset(file.text(), params.position);
        Ok((path, file, offset))
    }

    /// The lines of a file.
    pub(super) fn lines(&self, path: &str, file: &Parsed) -> Arc<LineIndex> {
        match self.documents.get(path) {
            Some(document) => Arc::clone(&document.lines),
            None => Arc::new(LineIndex::new(file.text(), self.encoding)),
        }
    }

    /// The editor's range of a place in a file that is known.
    pub(super) fn location(&self, location: &Location) -> Option<lsp_types::Location> {
        let file = self.workspace.get(&location.path)?;
        let range = self.range(&location.path, file, location.range);
        Some(lsp_types::Location { uri: self.uri(&location.path)?, range })
    }

    /// The editor's range of some bytes of a file.
    pub(super) fn range(&self, path: &str, file: &Parsed, range: impl Into<Range32>) -> Range {
        self.lines(path, file).range(file.text(), range)
    }

    /// The editor's name of a file.
    pub(super) fn uri(&self, path: &str) -> Option<Uri> {
        if path == "std" {
            let made = || library_uri(self.shows_content, self.cache.as_deref());
            return self.library.get_or_init(made).clone();
        }
        if let Some(document) = self.aside.get(path) {
            return Some(document.uri.clone());
        }
        self.documents.get(path).map(|document| document.uri.clone()).or_else(|| uri_of(path))
    }

    /// The analysis of an open document.
    pub(super) fn analysis(&mut self, path: &str) -> Option<Arc<Analysis>> {
        if let Some(analysis) = &self.documents.get(path)?.analysis {
            return Some(Arc::clone(analysis));
        }
        let file = Arc::clone(self.workspace.get(path)?);
        let mut uses = BTreeSet::new();
        let root = self.root(path);
        self.follow(path, &file, &root, &mut uses);
        let options = self.options(path);
        let mut kept = self.documents.get_mut(path).map(|document| std::mem::take(&mut document.kept))?;
        let loader = Known { workspace: &self.workspace, root: &root };
        let analysis = Arc::new(Analysis::again(&file, &loader, &options, &mut kept));
        let document = self.documents.get_mut(path)?;
        document.kept = kept;
        document.analysis = Some(Arc::clone(&analysis));
        document.uses = uses;
        document.found = None;
        Some(analysis)
    }

    /// The analysis of a file that is not open, and the files that it uses; nothing if it cannot be read.
    pub(super) fn analysis_unopened(&mut self, path: &str) -> Option<(Analysis, BTreeSet<String>)> {
        let root = self.root(path);
        let file = self.know(path, &root)?;
        let mut uses = BTreeSet::new();
        self.follow(path, &file, &root, &mut uses);
        let loader = Known { workspace: &self.workspace, root: &root };
        Some((Analysis::of(&file, &loader, &self.options(path)), uses))
    }

    /// How a file is compiled.
    pub(super) fn options(&self, path: &str) -> CompileOptions {
        let set = self.settings.kube.as_deref().and_then(|version| version.parse().ok());
        let Some(project) = self.project(path) else {
            return CompileOptions { version: set.unwrap_or_default(), ..CompileOptions::default() };
        };
        CompileOptions {
            version: set.or(project.config.version).unwrap_or_default(),
            images: project.config.images.clone(),
            levels: project.config.levels.clone(),
            settings: project.values.clone(),
            context: Arc::clone(&project.context),
            ..CompileOptions::default()
        }
    }

    /// Reads all sources of the editor's folders, and the files that open documents use.
    pub(super) fn know_all(&mut self) {
        for path in disk::sources(&self.folders) {
            let root = self.root(&path);
            self.know(&path, &root);
        }
        let open: Vec<String> = self.documents.keys().cloned().collect();
        for path in open {
            self.know_used(&path);
        }
        let gone: Vec<String> =
            self.workspace.paths().filter(|path| !self.is_there(path)).map(str::to_owned).collect();
        for path in gone {
            self.workspace.remove(&path);
        }
    }

    /// Reads the files that a file uses.
    pub(super) fn know_used(&mut self, path: &str) {
        if let Some(file) = self.workspace.get(path).cloned() {
            self.follow(path, &file, &self.root(path), &mut BTreeSet::new());
        }
    }

    fn is_there(&self, path: &str) -> bool {
        path == "std" || self.documents.contains_key(path) || Path::new(path).is_file()
    }

    /// Reads the files that a file uses, and recursively the files that those use.
    fn follow(&mut self, path: &str, file: &Parsed, root: &Root, seen: &mut BTreeSet<String>) {
        for (_, used) in file.uses() {
            let used = crate::program::path_of(path, used);
            if used != "std"
                && seen.insert(used.clone())
                && let Some(file) = self.know(&used, root)
            {
                self.follow(&used, &file, root, seen);
            }
        }
    }

    /// The current state of a file, in the editor or on disk.
    fn know(&mut self, path: &str, root: &Root) -> Option<Arc<Parsed>> {
        if self.documents.contains_key(path) {
            return self.workspace.get(path).cloned();
        }
        let file = self.disk.get(path, root);
        match &file {
            Some(file) => self.workspace.set(path, Arc::clone(file)),
            None => self.workspace.remove(path),
        };
        file
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) -> Option<Message> {
        let document = params.text_document;
        let path = path_of(&document.uri);
        if let Some(kind) = AsideKind::of(&path) {
            let lines = LineIndex::new(&document.text, self.encoding);
            self.aside.insert(path.clone(), AsideDocument::new(&path, kind, document, lines));
            self.settings_changed(kind);
            return None;
        }
        let lines = Arc::new(LineIndex::new(&document.text, self.encoding));
        self.set(&document.uri, document.version, document.text, lines);
        let Ground { root, settings, .. } = self.ground(&path);
        let settings =
            settings.map_or(format!("there is no {FILE_NAME}"), |file| format!("`{}`", file.display()));
        self.verbose.then(|| log(format!("`{path}`: root: {root}; settings: {settings}")))
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) -> Result<(), String> {
        let uri = params.text_document.uri;
        let path = path_of(&uri);
        if let Some(document) = self.aside.get_mut(&path) {
            document.change(params.text_document.version, params.content_changes);
            let kind = document.kind;
            self.settings_changed(kind);
            return Ok(());
        }
        let (Some(document), Some(file)) = (self.documents.get(&path), self.workspace.get(&path)) else {
            return Err(format!("`{}` is not open", uri.as_str()));
        };
        let (text, lines) = edited(file.text(), &document.lines, params.content_changes, self.encoding);
        self.set(&uri, params.text_document.version, text, lines);
        Ok(())
    }

    fn close(&mut self, uri: &Uri) {
        let path = path_of(uri);
        if let Some(document) = self.aside.remove(&path) {
            return self.settings_changed(document.kind);
        }
        self.documents.remove(&path);
        self.tokens.remove(&path);
        self.hints.remove(&path);
        self.workspace.remove(&path);
        self.forget(&path);
        if self.is_in_project(&path) {
            self.unopened.add(&path);
        }
    }

    /// Sets an open document's text.
    fn set(&mut self, uri: &Uri, version: i32, text: String, lines: Arc<LineIndex>) {
        let path = path_of(uri);
        let before = self.documents.get_mut(&path);
        let before = before.map(|known| (std::mem::take(&mut known.kept), std::mem::take(&mut known.known)));
        let (kept, known) = before.unwrap_or_default();
        let document = OpenDocument {
            uri: uri.clone(),
            version,
            lines,
            analysis: None,
            kept,
            uses: BTreeSet::new(),
            found: None,
            known,
        };
        let known = self.workspace.get(&path).filter(|_| self.documents.contains_key(&path));
        let file = match known {
            Some(known) => known.changed(text),
            None => Parsed::new(path.as_str(), text),
        };
        let known = self.workspace.set(&path, Arc::new(file));
        self.unopened.remove(&path);
        self.retired.push((self.documents.insert(path.clone(), document), known));
        self.forget(&path);
    }

    /// Drops every analysis that a file is part of.
    fn forget(&mut self, path: &str) {
        for document in self.documents.values_mut().filter(|document| document.uses.contains(path)) {
            document.analysis = None;
            document.found = None;
        }
        self.unopened.changed(path);
    }

    /// Drops every analysis if a document holds settings: they apply as the editor has them.
    fn settings_changed(&mut self, kind: AsideKind) {
        if kind == AsideKind::Settings {
            self.forget_all();
        }
    }

    fn forget_all(&mut self) {
        for document in self.documents.values_mut() {
            document.analysis = None;
            document.found = None;
            document.known = KnownJson::default();
        }
        for document in self.aside.values_mut() {
            document.found = None;
        }
        self.find_unopened();
    }

    fn configure(&mut self, settings: &serde_json::Value) {
        if let Ok(settings) = Settings::deserialize(settings) {
            self.settings = settings;
        }
    }
}

/// Reads the parameters of a message.
pub(super) fn read<T: DeserializeOwned>(params: serde_json::Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

fn folder(folder: &WorkspaceFolder) -> String {
    path_of(&folder.uri)
}

fn log(message: String) -> Message {
    let params = LogMessageParams { typ: MessageType::WARNING, message };
    Notification::new(LogMessage::METHOD.to_owned(), params).into()
}
