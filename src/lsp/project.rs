//! Reads what a project sets for its sources, as the command line does: `initflow.toml`, `initflow.lock`, the values of a
//! profile, and what surrounds the workloads.
//!
//! Invariant: a project is read again as soon as one of the files that it was read from has changed.

use crate::config::{
    self, BadValues, Config, LOCK_NAME, MAX_CONFIG_BYTES, MAX_LOCK_BYTES, Placed, Profile, read_lock, values,
};
use crate::context::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::files::watch::Watched;
use crate::files::{MANIFESTS, Root, Surroundings};
use crate::model::Setting;
use crate::source::{FileId, MAX_SOURCE_BYTES, SourceFile, Span};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The projects that are known, by the paths of their settings.
#[derive(Default)]
pub(super) struct Projects(RefCell<HashMap<PathBuf, Arc<Project>>>);

/// What a project sets for its sources.
pub(super) struct Project {
    /// The settings, with the digests of the lock file.
    pub(super) config: Config,
    /// The values of the profile.
    pub(super) values: Vec<Setting>,
    /// What surrounds the workloads.
    pub(super) context: Arc<Context>,
    /// What is wrong, by file.
    pub(super) found: Vec<(Arc<SourceFile>, Vec<Diagnostic>)>,
    /// The text of the settings, if the editor has them open.
    open: Option<Arc<SourceFile>>,
    /// The profile that the editor's user has set.
    wanted: Option<SmolStr>,
    read: Watched,
}

impl Projects {
    /// The project with these settings, which the editor may have open; nothing if they cannot be read.
    pub(super) fn get(
        &self,
        file: &Path,
        open: Option<&Arc<SourceFile>>,
        wanted: Option<&str>,
        root: &Root,
    ) -> Option<Arc<Project>> {
        let is_current = |known: &&Arc<Project>| {
            known.wanted.as_deref() == wanted
                && known.open.as_ref().map(Arc::as_ptr) == open.map(Arc::as_ptr)
                && known.read.is_current()
        };
        if let Some(known) = self.0.borrow().get(file).filter(is_current) {
            return Some(Arc::clone(known));
        }
        let project = Arc::new(Project::read(file, open, wanted, root)?);
        self.0.borrow_mut().insert(file.to_owned(), Arc::clone(&project));
        Some(project)
    }
}

impl Project {
    fn read(file: &Path, open: Option<&Arc<SourceFile>>, wanted: Option<&str>, root: &Root) -> Option<Self> {
        let source = match open {
            Some(open) => Arc::clone(open),
            None => {
                let text = root.read(file, MAX_CONFIG_BYTES).ok()?;
                Arc::new(SourceFile::new(FileId(0), file.to_str()?, text))
            }
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        let (mut config, mut diagnostics) = config::read(&source);
        let start = Span::new(source.id, 0, 0);
        let cannot_read = |reason: String| Diagnostic::error(Code::UnreadableFile, start, reason);
        let mut found = Vec::new();
        let lock = folder.join(LOCK_NAME);
        match root.read(&lock, MAX_LOCK_BYTES) {
            Ok(text) => {
                let lock = Arc::new(SourceFile::new(FileId(0), lock.to_string_lossy(), text));
                let (locked, faults) = read_lock(&lock);
                config.images.locked = locked;
                found.push((lock, faults));
            }
            Err(reason) if reason.is_missing => {}
            Err(reason) => diagnostics.push(cannot_read(format!("cannot read `{LOCK_NAME}`: {reason}"))),
        }
        let mut values = ProfileValues { folder, root, files: Vec::new(), settings: Vec::new() };
        // A profile that only exists in another project leaves this one with its default.
        let profile = config.profile(wanted).or_else(|_| config.profile(None)).ok().flatten();
        for other in &config.profiles {
            let is_used = profile.is_some_and(|used| used.name == other.name);
            values.take(other, is_used, &mut diagnostics, &mut found);
        }
        let around = Surroundings::of(&config.context, folder, root);
        diagnostics.extend(around.refused.iter().map(|(written, reason)| written.unusable_manifests(reason)));
        let place = config.context.with.first().map_or(start, |written| written.span);
        let cannot_use = |reason: &String| Diagnostic::error(Code::UnreadableFile, place, reason.clone());
        diagnostics.extend(around.troubles.iter().map(cannot_use));
        let files =
            [file.to_owned(), lock].into_iter().chain(values.files).chain(around.files.iter().cloned());
        let read = Watched::of(files, around.folders.iter().cloned(), MANIFESTS);
        let is_whole = around.is_whole();
        let mut context = around.context;
        context.complete &= is_whole;
        for file in context.files_in_order() {
            let about = context.diagnostics().iter().filter(|about| about.primary.span.file == file.id);
            found.push((Arc::clone(file), about.cloned().collect()));
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
        found.push((source, diagnostics));
        found.retain(|(_, faults): &(_, Vec<_>)| !faults.is_empty());
        Some(Self {
            values: values.settings,
            config,
            context: Arc::new(context),
            found,
            open: open.cloned(),
            wanted: wanted.map(SmolStr::new),
            read,
        })
    }
}

/// The values of a profile, while they are read.
struct ProfileValues<'p> {
    folder: &'p Path,
    root: &'p Root,
    files: Vec<PathBuf>,
    settings: Vec<Setting>,
}

impl ProfileValues<'_> {
    /// Reads the files of a profile; of one that is not used, only whether they are there.
    fn take(
        &mut self,
        profile: &Profile,
        is_used: bool,
        diagnostics: &mut Vec<Diagnostic>,
        found: &mut Vec<(Arc<SourceFile>, Vec<Diagnostic>)>,
    ) {
        for written in &profile.params {
            let path = self.folder.join(&written.text);
            if !is_used {
                let reason = self.root.resolve(&path).err();
                diagnostics.extend(reason.map(|reason| written.unusable_values(&profile.name, &reason)));
            } else if let Err(diagnostic) = self.read(&path, written, profile, found) {
                diagnostics.push(*diagnostic);
            }
            self.files.push(path);
        }
        if is_used {
            self.settings.extend(profile.set.iter().map(|(value, _)| value.clone()));
        }
    }

    fn read(
        &mut self,
        path: &Path,
        written: &Placed,
        profile: &Profile,
        found: &mut Vec<(Arc<SourceFile>, Vec<Diagnostic>)>,
    ) -> Result<(), Box<Diagnostic>> {
        let name = path.to_string_lossy();
        let text = self.root.read(path, MAX_SOURCE_BYTES);
        let text = text.map_err(|reason| Box::new(written.unusable_values(&profile.name, &reason)))?;
        match values(&name, text) {
            Ok(read) => {
                let optional = |value: Setting| Setting { optional: true, ..value };
                self.settings.extend(read.into_iter().map(optional));
                Ok(())
            }
            Err(BadValues::Syntax(sources, faults)) => {
                found.extend(sources.files().first().map(|file| (Arc::clone(file), faults)));
                Ok(())
            }
            Err(BadValues::Other(reason)) => Err(Box::new(written.unusable_values(&profile.name, &reason))),
        }
    }
}
