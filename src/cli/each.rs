//! Does the same work for each of many sources, on all cores, and gives the results in the order of the sources.

use super::arguments::{Inputs, ProgramArguments};
use super::config::{ProfileChoice, Project, Projects};
use super::console::Console;
use super::input::{self, Found, Input, Trouble};
use super::merged::{Merged, Outcome};
use super::params;
use super::progress::Progress;
use super::wanted::Wanted;
use crate::compile::{Compilation, CompileOptions, Compiled, compile_with};
use crate::config::Config;
use crate::files::Grounds;
use crate::import::{Strangers, compile_manifests};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Below this number of sources, starting threads costs more than it saves.
const FEW: usize = 8;

/// Compiles all sources of a program with each profile: makes something of each workload, and something of each source
/// without errors.
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
    finish: impl Fn(&Input, &Project, &mut Compilation<W>) -> T + Sync,
) -> Option<Vec<Outcome<W, T>>> {
    let settings = params::settings(program, grounds, console)?;
    let work = |input: &Input| match input.read() {
        Err(trouble) => Some(Outcome::Unreadable(trouble)),
        Ok(text) => {
            let has_manifests = input.has_manifests(&text);
            // Manifests have no params.
            let variants = if has_manifests { &[Arc::default()][..] } else { &input.variants };
            let mut merged = Merged::new(variants);
            // Other tools' files are next to manifests; a file that the call names is meant.
            let strangers = if input.is_found { Strangers::Skip } else { Strangers::Warn };
            let mut text = Some(text);
            for (at, project) in variants.iter().enumerate() {
                if check_only && merged.is_known(project, &settings) {
                    continue;
                }
                let given = project.values.iter().chain(&settings).cloned().collect();
                let options = CompileOptions {
                    settings: params::last_of_each(given),
                    check_only,
                    ..options(&program.inputs, &project.config)
                };
                let is_last = at + 1 == variants.len();
                let text = if is_last { text.take() } else { text.clone() }.unwrap_or_default();
                let make = |compiled| make(input, compiled);
                let mut compilation = if has_manifests {
                    compile_manifests(&input.name, text, strangers, &options, make)
                } else {
                    compile_with(&input.name, text, &*input.root, &options, make)
                };
                // A workload of a manifest with errors does not hide the others.
                let is_useful = has_manifests || !compilation.failed();
                let made = is_useful.then(|| finish(input, project, &mut compilation));
                merged.add(project, compilation, made, &settings);
            }
            merged.outcome()
        }
    };
    on_each(inputs, work).into_iter().collect()
}

/// The options of the compiler, from the call and the settings.
pub(super) fn options(named: &Inputs, config: &Config) -> CompileOptions {
    let version = named.kube.or(config.version).unwrap_or_default();
    let levels = config.levels.and(&named.levels.get());
    CompileOptions { version, images: config.images.clone(), levels, ..CompileOptions::default() }
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
pub(super) fn inputs(
    program: &ProgramArguments,
    profiles: ProfileChoice<'_>,
    wanted: Wanted,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    found(&program.inputs, &program.inputs.paths, profiles, wanted, grounds, console)
}

/// The files with these endings that a call names, or those of the whole project if it names none, each with its
/// settings; paths that cannot be used are reported.
///
/// There are none if a file of settings cannot be used.
pub(super) fn found(
    named: &Inputs,
    paths: &[PathBuf],
    profiles: ProfileChoice<'_>,
    wanted: Wanted,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    found_from(named, (Path::new("."), paths), profiles, wanted, grounds, console)
}

/// Like `found`, for a project that is searched for from another folder than the current one.
pub(super) fn found_from(
    named: &Inputs,
    (here, paths): (&Path, &[PathBuf]),
    profiles: ProfileChoice<'_>,
    wanted: Wanted,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    let mut projects = Projects::new(named, profiles, grounds);
    let mut inputs = if paths.is_empty() {
        let Some(project) = projects.on(&grounds.of(here, here), console) else { return Vec::new() };
        let mut inputs = match project.members(wanted, console) {
            Ok(inputs) => inputs,
            Err(trouble) => {
                report(&trouble, console);
                return Vec::new();
            }
        };
        if project.config.output.is_some() {
            for input in &mut inputs {
                input.output = Some((Arc::clone(&project), input.relative().to_owned()));
            }
        }
        inputs
    } else {
        let Found { inputs, troubles, notes } = input::find(paths, wanted, grounds);
        for trouble in &troubles {
            report(trouble, console);
        }
        for note in &notes {
            console.help(note);
        }
        inputs
    };
    for input in &mut inputs {
        let ground = grounds.of(input.folder(), &input.base);
        let Some(variants) = projects.all_on(&ground, console) else { return Vec::new() };
        let Some(project) = variants.first() else { return Vec::new() };
        input.set_ground(&ground);
        if input.output.is_none()
            && project.config.output.is_some()
            && let Some(relative) = input.place_in(project, &ground)
        {
            input.output = Some((Arc::clone(project), relative));
        }
        input.project = Arc::clone(project);
        input.variants = variants;
    }
    inputs
}

/// Reports the outcome of one source, and returns its results, one for each profile without errors.
pub(super) fn settle<W, T>(
    input: &Input,
    outcome: Outcome<W, T>,
    console: &mut Console,
) -> Option<(Compilation<W>, Vec<T>)> {
    match outcome {
        Outcome::Unreadable(trouble) => {
            report(&trouble, console);
            None
        }
        Outcome::Compiled(compilation, made) => {
            console.source(&input.name);
            console.diagnostics(&input.name, &compilation.sources, &compilation.diagnostics);
            Some((compilation, made))
        }
    }
}

pub(super) fn report(trouble: &Trouble, console: &mut Console) {
    console.trouble(&trouble.message);
    if let Some(help) = &trouble.help {
        console.help(help);
    }
}
