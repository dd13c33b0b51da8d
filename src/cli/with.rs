//! Reads what stands around the workloads: the manifests that `--with` and `[context]` in `initflow.toml` name.

use super::config::Project;
use super::console::Console;
use super::each::report;
use super::input::{self, Input, MANIFESTS};
use crate::context::Context;
use crate::files::Grounds;
use crate::source::{SourceFile, Sources};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The context of a call; nothing if a path cannot be used, which is reported.
pub(super) fn of_call(paths: &[PathBuf], grounds: &Grounds, console: &mut Console) -> Option<Arc<Context>> {
    if paths.is_empty() {
        return Some(Arc::default());
    }
    let (mut inputs, troubles) = input::find(paths, MANIFESTS, grounds);
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
pub(super) fn of_project(
    project: &Project,
    of_call: Arc<Context>,
    console: &mut Console,
) -> Option<Arc<Context>> {
    let settings = &project.config.context;
    if settings.with.is_empty() && !settings.complete && settings.mesh.is_none() {
        return Some(of_call);
    }
    let mut inputs = Vec::new();
    let mut troubles = Vec::new();
    for written in &settings.with {
        let path = project.path(&written.text);
        if let Err(reason) = project.root.resolve(&path) {
            let headline = format!("the manifests in `{}` cannot be used", written.text);
            project.refuse(written, headline, &reason, console);
            return None;
        }
        if path.is_dir() {
            input::walk(&path, &path, Path::new(""), MANIFESTS, &mut inputs, &mut troubles);
        } else {
            let name = path.file_name().map(PathBuf::from).unwrap_or_default();
            inputs.push(Input::file(path.clone(), path.parent().unwrap_or(&path), name, MANIFESTS));
        }
    }
    for trouble in &troubles {
        report(trouble, console);
    }
    for input in &mut inputs {
        input.root = Arc::clone(&project.root);
    }
    input::once_each(&mut inputs);
    let mut context = read(&inputs, console)?;
    context.complete = settings.complete;
    context.mesh.clone_from(&settings.mesh);
    context.extend(&of_call);
    troubles.is_empty().then(|| Arc::new(context))
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
    is_complete.then_some(context)
}
