//! Reads the manifests that the settings of a project name as what surrounds its workloads.

use super::read::Unreadable;
use super::root::Root;
use super::walk::{MANIFESTS, Walk};
use crate::config::{ContextSettings, Placed};
use crate::context::Context;
use crate::source::{MAX_SOURCE_BYTES, SourceFile};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What surrounds the workloads of a project.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// The objects that could be read.
    pub(crate) context: Context,
    /// The paths in the settings that cannot be used, and why.
    pub(crate) refused: Vec<(Placed, Unreadable)>,
    /// Why files and folders below them cannot be read.
    pub(crate) troubles: Vec<String>,
    /// The files that were read or should have been.
    pub(crate) files: Vec<PathBuf>,
    /// The folders in which they were looked for.
    pub(crate) folders: Vec<PathBuf>,
}

impl Surroundings {
    /// Whether all manifests could be read.
    pub(crate) fn is_whole(&self) -> bool {
        self.refused.is_empty() && self.troubles.is_empty()
    }

    /// Reads what settings name, relative to their folder and inside the root.
    pub(crate) fn of(settings: &ContextSettings, folder: &Path, root: &Root) -> Self {
        let mut found = Self::default();
        let mut seen = HashSet::new();
        for written in &settings.with {
            let path = folder.join(&written.text);
            if let Err(reason) = root.resolve(&path) {
                found.refused.push((written.clone(), reason));
                found.files.push(path);
            } else if path.is_dir() {
                let walk = Walk::below(&path, Path::new(""), MANIFESTS);
                found.troubles.extend(walk.troubles);
                found.folders.extend(walk.folders);
                for (path, _) in walk.files {
                    found.read(path, root, &mut seen);
                }
            } else {
                found.read(path, root, &mut seen);
            }
        }
        found.context.complete = settings.complete;
        found.context.mesh.clone_from(&settings.mesh);
        found
    }

    fn read(&mut self, path: PathBuf, root: &Root, seen: &mut HashSet<PathBuf>) {
        if !seen.insert(path.clone()) {
            return;
        }
        let name = path.to_string_lossy().into_owned();
        match root.read(&path, MAX_SOURCE_BYTES) {
            Ok(text) => self.context.read(&Arc::new(SourceFile::shared(name, text))),
            Err(reason) => self.troubles.push(format!("cannot read `{name}`: {reason}")),
        }
        self.files.push(path);
    }
}
