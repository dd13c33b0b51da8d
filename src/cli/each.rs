//! Does the same work for each of many sources, on all cores, and gives the results in the order of the sources.

use super::arguments::{Inputs, ProgramArguments};
use super::config::Projects;
use super::console::Console;
use super::input::{self, Input, Trouble};
use super::params;
use super::progress::Progress;
use super::with::Contexts;
use crate::compile::{Compilation, CompileOptions, Compiled, check_together, compile_apart};
use crate::config::Config;
use crate::files::Grounds;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The outcome of one source.
pub(super) enum Outcome<W, T> {
    /// It could not be read.
    Unreadable(Trouble),
    /// It was compiled; the result is there if the source has no errors.
    Compiled(Compilation<W>, Option<T>),
}

/// Below this number of sources, starting threads costs more than it saves.
const FEW: usize = 8;

/// Compiles all sources of a program: makes something of each workload, and something of each source without errors.
///
/// With `check_only`, params do not need a value.
/// Reports what is wrong with the call; gives nothing if that prevents the start.
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
            let options = CompileOptions {
                settings,
                check_only,
                ..options(&program.inputs, input, &input.project.config)
            };
            let mut compilation = compile_apart(&input.name, text, &*input.root, &options, make);
            let made = (!compilation.failed()).then(|| finish(input, &mut compilation));
            Outcome::Compiled(compilation, made)
        }
    };
    let mut outcomes = on_each(inputs, work);
    let compiled = outcomes.iter_mut().filter_map(|outcome| match outcome {
        Outcome::Unreadable(_) => None,
        Outcome::Compiled(compilation, _) => Some(compilation),
    });
    check_together(&mut compiled.collect::<Vec<_>>());
    for outcome in &mut outcomes {
        if let Outcome::Compiled(compilation, made) = outcome
            && compilation.failed()
        {
            *made = None;
        }
    }
    Some(outcomes)
}

/// The options of the compiler, from the call and the settings.
pub(super) fn options(named: &Inputs, input: &Input, config: &Config) -> CompileOptions {
    let version = named.kube.or(config.version).unwrap_or_default();
    let levels = config.levels.and(&named.levels.get());
    let context = Arc::clone(&input.context);
    CompileOptions { version, images: config.images.clone(), levels, context, ..CompileOptions::default() }
}

/// Does the same work on each input, and shows progress if there are many.
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

/// The sources that a call names; paths that cannot be used are reported.
pub(super) fn inputs(program: &ProgramArguments, grounds: &Grounds, console: &mut Console) -> Vec<Input> {
    inputs_at(program, &program.inputs.paths, grounds, console)
}

/// Like `inputs`, for paths that are not those of the call.
pub(super) fn inputs_at(
    program: &ProgramArguments,
    paths: &[PathBuf],
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    found(&program.inputs, paths, program.profile.as_deref(), input::SOURCES, grounds, console)
}

/// The files with these endings that a call names, or those of the whole project if it names none, each with its
/// settings; paths that cannot be used are reported.
///
/// There are none if a file of settings cannot be used.
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
    let Some(mut contexts) = Contexts::of_call(&named.with, grounds, console) else { return Vec::new() };
    for input in &mut inputs {
        let ground = grounds.of(input.folder(), &input.base);
        let Some(project) = projects.on(&ground, console) else { return Vec::new() };
        input.set_ground(&ground);
        if let (None, Some(output)) = (&input.output, project.output())
            && let Some(relative) = input.place_in(&project, &ground)
        {
            input.output = Some((output, relative));
        }
        let Some(context) = contexts.of(&project, console) else { return Vec::new() };
        input.context = context;
        input.project = project;
    }
    inputs
}

/// Reports the outcome of one source, and returns its result.
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
