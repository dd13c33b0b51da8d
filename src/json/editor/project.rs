//! Reads the files of a request as a project: its sources, and what its `initflow.toml` sets for them.

use super::texts::Texts;
use crate::compile::{CompileOptions, Setting};
use crate::config::{BadValues, Config, FILE_NAME, LOCK_NAME, Placed, read, read_lock, values};
use crate::context::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::ide::{Analysis, Location, Parsed, Workspace};
use crate::json::request::Request;
use crate::source::{FileId, SourceFile, Sources, std};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The ending of a source.
const SOURCE: &str = ".initflow";

/// The endings of manifests.
const MANIFESTS: [&str; 3] = [".yaml", ".yml", ".json"];

/// The files of a request.
pub(super) struct Project {
    /// The sources.
    pub(super) workspace: Workspace,
    /// How they are compiled.
    pub(super) options: CompileOptions,
    /// What is wrong in the other files.
    pub(super) found: Vec<(Sources, Vec<Diagnostic>)>,
}

impl Project {
    pub(super) fn of(request: &Request) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        let mut workspace = Workspace::default();
        workspace.set("std", Arc::new(Parsed::new("std", std().text.as_str())));
        for (path, text) in request.entries("files")? {
            let text = text.as_str().ok_or_else(|| format!("the file `{path}` is not text"))?;
            if path.ends_with(SOURCE) {
                workspace.set(path, Arc::new(Parsed::new(path, text)));
            } else {
                files.insert(path.as_str(), text);
            }
        }
        let mut settings = SettingsReader { files: &files, found: Vec::new() };
        let (config, values, context) = settings.read();
        let found = settings.found;
        let version = request.text("kube")?.map(str::parse).transpose()?;
        let set = request.params()?.into_iter().map(|value| Setting { optional: true, ..value });
        let options = CompileOptions {
            version: version.or(config.version).unwrap_or_default(),
            levels: request.levels(config.levels)?,
            images: config.images,
            settings: values.into_iter().chain(set).collect(),
            context: Arc::new(context),
            ..CompileOptions::default()
        };
        Ok(Self { workspace, options, found })
    }

    /// Checks a file as a program.
    pub(super) fn analysis(&self, file: &Parsed) -> Analysis {
        Analysis::of(file, &self.workspace, &self.options)
    }

    /// A place in one of the sources.
    pub(super) fn place(&self, texts: &Texts, location: &Location) -> Option<Value> {
        let file = self.workspace.get(&location.path)?;
        let [from, to] = texts.range(&location.path, file.text(), location.range);
        Some(json!({ "path": location.path, "from": from, "to": to }))
    }
}

/// Reads what `initflow.toml` sets, and the files that it names.
struct SettingsReader<'f> {
    files: &'f BTreeMap<&'f str, &'f str>,
    found: Vec<(Sources, Vec<Diagnostic>)>,
}

impl SettingsReader<'_> {
    fn read(&mut self) -> (Config, Vec<Setting>, Context) {
        let Some(text) = self.files.get(FILE_NAME) else {
            return (Config::default(), Vec::new(), Context::default());
        };
        let (sources, source) = alone(FILE_NAME, text);
        let (mut config, mut diagnostics) = read(&source);
        if let Some(text) = self.files.get(LOCK_NAME) {
            let (sources, lock) = alone(LOCK_NAME, text);
            let (locked, faults) = read_lock(&lock);
            config.images.locked = locked;
            self.found.push((sources, faults));
        }
        let mut settings = Vec::new();
        if let Ok(Some(profile)) = config.profile(None) {
            for written in &profile.params {
                settings.extend(self.values(written, &mut diagnostics));
            }
            settings.extend(profile.set.iter().map(|(value, _)| value.clone()));
        }
        let context = self.context(&config, &mut diagnostics);
        self.found.push((sources, diagnostics));
        (config, settings, context)
    }

    fn values(&mut self, written: &Placed, diagnostics: &mut Vec<Diagnostic>) -> Vec<Setting> {
        let name = written.text.trim_start_matches("./");
        let Some(text) = self.files.get(name) else {
            diagnostics.push(missing(written));
            return Vec::new();
        };
        match values(name, (*text).to_owned()) {
            Ok(read) => read.into_iter().map(|value| Setting { optional: true, ..value }).collect(),
            Err(BadValues::Syntax(sources, faults)) => {
                self.found.push((sources, faults));
                Vec::new()
            }
            Err(BadValues::Other(reason)) => {
                diagnostics.push(Diagnostic::error(Code::UnreadableFile, written.span, reason));
                Vec::new()
            }
        }
    }

    /// The manifests that surround the workloads: files, and all that are in a folder.
    fn context(&mut self, config: &Config, diagnostics: &mut Vec<Diagnostic>) -> Context {
        let mut context = Context::default();
        context.mesh.clone_from(&config.context.mesh);
        let mut is_whole = true;
        let mut named = Vec::new();
        for written in &config.context.with {
            let path = written.text.trim_start_matches("./").trim_end_matches('/');
            let is_below = |file: &str| {
                let below = file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
                file == path || below && MANIFESTS.iter().any(|ending| file.ends_with(ending))
            };
            let below: Vec<_> = self.files.iter().filter(|(file, _)| is_below(file)).collect();
            if below.is_empty() {
                diagnostics.push(missing(written));
                is_whole = false;
            }
            named.extend(below);
        }
        named.sort_unstable();
        named.dedup();
        for (path, text) in named {
            context.read(&Arc::new(SourceFile::shared(*path, *text)));
        }
        context.complete = config.context.complete && is_whole;
        for file in context.files_in_order() {
            let mut sources = Sources::default();
            sources.share(file.id, file);
            let about = context.diagnostics().iter().filter(|about| about.primary.span.file == file.id);
            self.found.push((sources, about.cloned().collect()));
        }
        context
    }
}

/// A file of which only its own diagnostics matter.
fn alone(path: &str, text: &str) -> (Sources, SourceFile) {
    let mut sources = Sources::default();
    let id: FileId = sources.add(path, text);
    (sources, SourceFile::new(id, path, text))
}

fn missing(written: &Placed) -> Diagnostic {
    let headline = format!("there is no file `{}`", written.text);
    Diagnostic::error(Code::UnreadableFile, written.span, headline)
        .here("the settings name it here")
        .help("add the file, or change the path")
}
