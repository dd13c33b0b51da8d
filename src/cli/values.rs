//! Finds values in the profiles of a project that no source takes.

use super::arguments::ProgramArguments;
use super::config::Project;
use super::console::Console;
use super::input::Input;
use crate::compile::Compilation;
use crate::diagnostic::{Code, Diagnostic, change_to, nearest, phrase};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// The params of the sources of each project, by the project's folder.
#[derive(Default)]
pub(super) struct TakenValues {
    projects: BTreeMap<PathBuf, ProjectParams>,
}

#[derive(Default)]
struct ProjectParams {
    variants: Arc<[Arc<Project>]>,
    names: HashSet<String>,
    /// Whether a source has errors, so that its params may not be known.
    has_errors: bool,
}

impl TakenValues {
    /// Adds a source; nothing is known about it if it could not be read.
    pub(super) fn add<T>(&mut self, input: &Input, compilation: Option<&Compilation<T>>) {
        let Some(place) = input.project.place.as_ref().filter(|_| input.has_params()) else { return };
        let project = self.projects.entry(place.clone()).or_default();
        project.variants = Arc::clone(&input.variants);
        match compilation {
            Some(compilation) if !compilation.failed() => {
                project.names.extend(compilation.params.iter().cloned());
            }
            _ => project.has_errors = true,
        }
    }

    /// Reports the values that no source takes, in the projects of which the call processes all sources.
    pub(super) fn report_unknown(&self, program: &ProgramArguments, console: &mut Console) {
        let paths = &program.inputs.paths;
        let folders: Vec<PathBuf> = paths.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        for (place, project) in &self.projects {
            let is_whole = paths.is_empty() || folders.iter().any(|folder| place.starts_with(folder));
            if is_whole && !project.has_errors {
                project.variants.iter().for_each(|variant| project.report_unknown(variant, console));
            }
        }
    }
}

impl ProjectParams {
    fn report_unknown(&self, variant: &Project, console: &mut Console) {
        let mut known: Vec<&str> = self.names.iter().map(String::as_str).collect();
        known.sort_unstable();
        let places: &HashMap<String, _> = &variant.places;
        for setting in &variant.values {
            let Some(place) = places.get(&setting.name).filter(|_| !self.names.contains(&setting.name))
            else {
                continue;
            };
            let headline =
                format!("{} gives a value to the unknown param `{}`", setting.origin, setting.name);
            let diagnostic = Diagnostic::error(Code::UnknownParam, *place, headline)
                .here("no source of the project has this param");
            let help = match nearest(&setting.name, known.iter().copied()) {
                Some(near) => change_to(near),
                None if known.is_empty() => "remove it: the sources have no params".to_owned(),
                None if known.len() > MAX_NAMED => "remove it, or declare the param in a source".to_owned(),
                None => format!("use {}, or remove it", phrase::either(known.iter().copied())),
            };
            variant.show(diagnostic.help(help), console);
        }
    }
}

/// The most params that a message names.
const MAX_NAMED: usize = 10;
