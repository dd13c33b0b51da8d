//! The same work for each of many sources, on all cores, with the results in the order of the sources.

use super::arguments::{Inputs, ProgramArguments};
use super::config::Projects;
use super::console::Console;
use super::input::{self, Input, Trouble};
use super::params;
use super::progress::Progress;
use crate::compile::{Compilation, CompileOptions, Compiled, compile_with};
use crate::config::Config;
use crate::files::Grounds;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::path::{Path, PathBuf};

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
    program: &ProgramArguments,
    check_only: bool,
    grounds: &Grounds,
    console: &mut Console,
    inputs: &[Input],
    make: impl Fn(&Input, Compiled) -> W + Sync,
    finish: impl Fn(&Input, &mut Compilation<W>) -> T + Sync,
) -> Option<Vec<Outcome<W, T>>> {
    let settings = params::settings(program, grounds, console)?;
    let work = |input: &Input| match input.read() {
        Err(trouble) => Outcome::Unreadable(trouble),
        Ok(text) => {
            let make = |compiled| make(input, compiled);
            let given = input.project.values.iter().chain(&settings).cloned().collect();
            let settings = params::last_of_each(given);
            let options =
                CompileOptions { settings, check_only, ..options(&program.inputs, &input.project.config) };
            let mut compilation = compile_with(&input.name, text, &*input.root, &options, make);
            let made = (!compilation.failed()).then(|| finish(input, &mut compilation));
            Outcome::Compiled(compilation, made)
        }
    };
    Some(on_each(inputs, work))
}

/// What the call and the settings say about how to compile.
pub(super) fn options(named: &Inputs, config: &Config) -> CompileOptions {
    let version = named.kube.or(config.version).unwrap_or_default();
    let levels = config.levels.and(&named.levels.get());
    CompileOptions { version, images: config.images.clone(), levels, ..CompileOptions::default() }
}

/// Does the same work on each input, with progress shown where there are many.
pub(super) fn on_each<T: Send>(inputs: &[Input], work: impl Fn(&Input) -> T + Sync) -> Vec<T> {
    if inputs.len() < FEW {
        return inputs.iter().map(work).collect();
    }
    let progress = Progress::new(inputs.len());
    let counted = |input| {
        let outcome = work(input);
        progress.advance();
        outcome
    };
    inputs.par_iter().map(counted).collect()
}

/// The sources that a program names; what is wrong with the others is reported.
pub(super) fn inputs(program: &ProgramArguments, grounds: &Grounds, console: &mut Console) -> Vec<Input> {
    inputs_at(program, &program.inputs.paths, grounds, console)
}

/// The same for other paths than the program's.
pub(super) fn inputs_at(
    program: &ProgramArguments,
    paths: &[PathBuf],
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    found(&program.inputs, paths, program.profile.as_deref(), input::SOURCES, grounds, console)
}

/// The files with these endings that a call names, or those of the whole project where it names none, each with what
/// is set for it; what is wrong with the others is reported.
///
/// There are none where a file of settings cannot be used.
pub(super) fn found(
    named: &Inputs,
    paths: &[PathBuf],
    profile: Option<&str>,
    endings: &'static [&'static str],
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    let mut projects = Projects::new(named, profile, grounds);
    let mut inputs = if paths.is_empty() {
        let here = Path::new(".");
        let Some(project) = projects.on(&grounds.of(here, here), console) else { return Vec::new() };
        let mut inputs = match project.members(endings, console) {
            Ok(inputs) => inputs,
            Err(trouble) => {
                report(&trouble, console);
                return Vec::new();
            }
        };
        if let Some(output) = project.output() {
            for input in &mut inputs {
                input.output = Some((output.clone(), input.relative().to_owned()));
            }
        }
        inputs
    } else {
        let (inputs, troubles) = input::find(paths, endings, grounds);
        for trouble in &troubles {
            report(trouble, console);
        }
        inputs
    };
    for input in &mut inputs {
        let ground = grounds.of(input.folder(), &input.base);
        let Some(project) = projects.on(&ground, console) else { return Vec::new() };
        input.stand_on(&ground);
        if let (None, Some(output)) = (&input.output, project.output())
            && let Some(relative) = input.place_in(&project, &ground)
        {
            input.output = Some((output, relative));
        }
        input.project = project;
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
