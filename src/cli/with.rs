//! Reads what surrounds the workloads: the manifests that `--with` and `[context]` in `initflow.toml` name.

use super::config::Project;
use super::console::Console;
use super::input::{self, Found, Input, Trouble};
use super::wanted::{MANIFESTS, Wanted};
use crate::context::Context;
use crate::files::{Grounds, Surroundings};
use crate::source::{SourceFile, Sources};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The contexts of one run.
pub(super) struct Contexts {
    of_call: Arc<Context>,
    /// That of each project, by the folder of its settings.
    of_projects: HashMap<PathBuf, Option<Arc<Context>>>,
}

impl Contexts {
    /// The contexts of a call that names some manifests; nothing if one cannot be used, which is reported.
    pub(super) fn of_call(paths: &[PathBuf], grounds: &Grounds, console: &mut Console) -> Option<Self> {
        Some(Self { of_call: of_call(paths, grounds, console)?, of_projects: HashMap::new() })
    }

    /// The context of the sources of a project; nothing if it cannot be used, which is reported once.
    pub(super) fn of(&mut self, project: &Project, console: &mut Console) -> Option<Arc<Context>> {
        let Some(folder) = &project.folder else { return Some(Arc::clone(&self.of_call)) };
        if let Some(known) = self.of_projects.get(folder) {
            return known.clone();
        }
        let context = of_project(project, &self.of_call, console);
        self.of_projects.insert(folder.clone(), context.clone());
        context
    }
}

/// The context that a call names.
fn of_call(paths: &[PathBuf], grounds: &Grounds, console: &mut Console) -> Option<Arc<Context>> {
    if paths.is_empty() {
        return Some(Arc::default());
    }
    let Found { mut inputs, troubles, .. } = input::find(paths, Wanted::Only(MANIFESTS), grounds);
    for trouble in &troubles {
        report(trouble, console);
    }
    for input in &mut inputs {
        input.set_ground(&grounds.of(input.folder(), &input.base));
    }
    let context = read(&inputs, console)?;
    troubles.is_empty().then(|| Arc::new(context))
}

/// The context of a project: that of the call, and that of its settings.
fn of_project(project: &Project, of_call: &Arc<Context>, console: &mut Console) -> Option<Arc<Context>> {
    let settings = &project.config.context;
    if settings.with.is_empty() && !settings.complete && settings.mesh.is_none() {
        return Some(Arc::clone(of_call));
    }
    let folder = project.folder.as_deref().unwrap_or(Path::new(""));
    let found = Surroundings::of(settings, folder, &project.root);
    if let Some((written, reason)) = found.refused.first() {
        project.show(written.unusable_manifests(reason), console);
        return None;
    }
    for trouble in &found.troubles {
        console.trouble(trouble);
    }
    show(&found.context, console);
    let is_whole = found.is_whole();
    let mut context = found.context;
    context.extend(of_call);
    is_whole.then(|| Arc::new(context))
}

fn report(trouble: &Trouble, console: &mut Console) {
    console.trouble(&trouble.message);
}

/// The context of some files. What is wrong in them is reported.
fn read(inputs: &[Input], console: &mut Console) -> Option<Context> {
    let mut context = Context::default();
    let mut is_complete = true;
    for input in inputs {
        match input.read() {
            Ok(text) => context.read(&Arc::new(SourceFile::shared(&*input.name, text))),
            Err(trouble) => {
                report(&trouble, console);
                is_complete = false;
            }
        }
    }
    show(&context, console);
    is_complete.then_some(context)
}

/// Shows what is wrong with the objects of a context.
fn show(context: &Context, console: &mut Console) {
    for file in context.files_in_order() {
        let found: Vec<_> = context
            .diagnostics()
            .iter()
            .filter(|found| found.primary.span.file == file.id)
            .cloned()
            .collect();
        let mut sources = Sources::default();
        sources.share(file.id, file);
        console.diagnostics(&file.name, &sources, &found);
    }
}
