//! The same work for each of many sources, on all cores, with the results in the order of the sources.

use super::config::configs;
use super::console::Console;
use super::input::{self, Input, Trouble};
use super::progress::Progress;
use super::{Inputs, Program, params};
use crate::compile::{Compilation, Compiled, Loader, Options, compile_with};
use crate::config::Config;
use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What one source came to.
pub(super) enum Outcome<W, T> {
    /// It could not be read.
    Unreadable(Trouble),
    /// It was compiled; what was made of it is there if it has no errors.
    Compiled(Compilation<W>, Option<T>),
}

/// Below this number of sources, starting threads costs more than it saves.
const FEW: usize = 8;

/// Compiles all sources of a program: makes something of each workload, and something of each source without errors.
///
/// With `check_only`, params may go without a value.
/// Reports what is wrong with the call and gives nothing where that keeps it from starting.
pub(super) fn compile_each<W: Send, T: Send>(
    program: &Program,
    check_only: bool,
    console: &mut Console,
    inputs: &[Input],
    make: impl Fn(&Input, Compiled) -> W + Sync,
    finish: impl Fn(&Input, &mut Compilation<W>) -> T + Sync,
) -> Option<Vec<Outcome<W, T>>> {
    let settings = params::settings(program, console)?;
    let configs = configs(&program.inputs, inputs, console)?;
    let disk = Disk::default();
    let work = |(input, config): (&Input, &Arc<Config>)| match input.read() {
        Err(trouble) => Outcome::Unreadable(trouble),
        Ok(text) => {
            let make = |compiled| make(input, compiled);
            let options =
                Options { settings: settings.clone(), check_only, ..options(&program.inputs, config) };
            let mut compilation = compile_with(&input.name, text, &disk, &options, make);
            let made = (!compilation.failed()).then(|| finish(input, &mut compilation));
            Outcome::Compiled(compilation, made)
        }
    };
    Some(on_each(inputs, &configs, work))
}

/// What the call and the settings say about how to compile.
pub(super) fn options(named: &Inputs, config: &Config) -> Options {
    let version = named.kube.or(config.version).unwrap_or_default();
    let levels = config.levels.and(&named.levels.get());
    Options { version, images: config.images.clone(), levels, ..Options::default() }
}

/// Does the same work on each input, with progress shown where there are many.
pub(super) fn on_each<T: Send>(
    inputs: &[Input],
    configs: &[Arc<Config>],
    work: impl Fn((&Input, &Arc<Config>)) -> T + Sync,
) -> Vec<T> {
    if inputs.len() < FEW {
        return inputs.iter().zip(configs).map(work).collect();
    }
    let progress = Progress::new(inputs.len());
    let counted = |input| {
        let outcome = work(input);
        progress.advance();
        outcome
    };
    inputs.par_iter().zip(configs).map(counted).collect()
}

/// The sources that a program names; what is wrong with the others is reported.
pub(super) fn inputs(program: &Program, console: &mut Console) -> Vec<Input> {
    found(&program.inputs, input::SOURCES, console)
}

/// The files with these endings that a call names; what is wrong with the others is reported.
pub(super) fn found(named: &Inputs, endings: &'static [&'static str], console: &mut Console) -> Vec<Input> {
    let (inputs, troubles) = input::find(&named.paths, endings);
    for trouble in &troubles {
        report(trouble, console);
    }
    inputs
}

/// Reports the outcome of one source, and gives back what was made of it.
pub(super) fn settle<W, T>(
    input: &Input,
    outcome: Outcome<W, T>,
    console: &mut Console,
) -> Option<(Compilation<W>, T)> {
    match outcome {
        Outcome::Unreadable(trouble) => {
            report(&trouble, console);
            None
        }
        Outcome::Compiled(compilation, made) => {
            console.source(&input.name);
            console.diagnostics(&input.name, &compilation.sources, &compilation.diagnostics);
            made.map(|made| (compilation, made))
        }
    }
}

pub(super) fn report(trouble: &Trouble, console: &mut Console) {
    console.trouble(&trouble.message);
    if let Some(help) = trouble.help {
        console.help(help);
    }
}

/// Files that sources use, each read once a run.
#[derive(Default)]
struct Disk {
    texts: Mutex<HashMap<String, Result<Arc<str>, String>>>,
}

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, String> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text =
            texts.entry(path.to_owned()).or_insert_with(|| input::read(Path::new(path)).map(Arc::from));
        text.clone().map(|text| text.to_string())
    }
}
