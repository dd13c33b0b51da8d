//! The `initflow.toml` of each source: which file it is, read once for all sources that it is for.

use super::Inputs;
use super::console::Console;
use super::input::{self, Input};
use crate::config::{self, Config, FILE_NAME, MAX_CONFIG_BYTES};
use crate::source::Sources;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The settings that are for each source, in the order of the sources.
///
/// Gives nothing where a file of settings cannot be used, which is reported.
pub(super) fn configs(named: &Inputs, inputs: &[Input], console: &mut Console) -> Option<Vec<Arc<Config>>> {
    let mut read: HashMap<Option<PathBuf>, Option<Arc<Config>>> = HashMap::new();
    let mut found: HashMap<&Path, Option<PathBuf>> = HashMap::new();
    let mut configs = Vec::with_capacity(inputs.len());
    for input in inputs {
        let path = match (&named.config, named.no_config) {
            (Some(path), _) => Some(path.clone()),
            (None, true) => None,
            (None, false) => found.entry(input.folder()).or_insert_with(|| find(input.folder())).clone(),
        };
        let config = read.entry(path).or_insert_with_key(|path| match path {
            Some(path) => load(path, named.config.is_some(), console).map(Arc::new),
            None => Some(Arc::default()),
        });
        configs.push(config.clone());
    }
    configs.into_iter().collect()
}

/// The file in a folder or in the nearest one above it that has one.
///
/// Whatever has its name is taken, so that a broken link or a folder is not passed over in silence.
fn find(folder: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(folder).ok()?;
    let file = folder
        .ancestors()
        .map(|folder| folder.join(FILE_NAME))
        .find(|path| fs::symlink_metadata(path).is_ok())?;
    let here = std::env::current_dir().and_then(fs::canonicalize).ok();
    let relative = here.and_then(|here| Some(file.strip_prefix(here).ok()?.to_path_buf()));
    Some(relative.unwrap_or(file))
}

/// Reads a file of settings; one that the call does not name has to be a file, since to open a pipe may take for ever.
fn load(path: &Path, named: bool, console: &mut Console) -> Option<Config> {
    let name = path.display().to_string();
    let special = !named && fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    let text = if special {
        Err("it is not a regular file".to_owned())
    } else {
        input::read_at_most(MAX_CONFIG_BYTES, path)
    };
    let text = match text {
        Ok(text) => text,
        Err(reason) => {
            console.trouble(&format!("cannot read `{name}`: {reason}"));
            return None;
        }
    };
    let mut sources = Sources::default();
    let id = sources.add(&name, text);
    let (config, diagnostics) = config::read(sources.get(id));
    console.diagnostics(&name, &sources, &diagnostics);
    diagnostics.is_empty().then_some(config)
}
