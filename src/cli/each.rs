//! Does the same work for each of many sources, on all cores, and gives the results in the order of the sources.

use super::arguments::{Inputs, ProgramArguments, SettingsArguments};
use super::config::{Project, Projects};
use super::console::Console;
use super::input::{self, Found, Input, Trouble};
use super::params;
use super::progress::Progress;
use super::wanted::{SOURCES, Wanted};
use crate::compile::{Compilation, CompileOptions, Compiled, Images, Loader, Setting, compile_with};
use crate::config::Config;
use crate::diagnostic::Severity;
use crate::files::Grounds;
use crate::import::{Strangers, compile_manifests};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The outcome of one source.
pub(super) enum Outcome<W, T> {
    /// It could not be read.
    Unreadable(Trouble),
    /// It was compiled; the result is there if the source has no errors.
    Compiled(Compilation<W>, Option<T>),
}

impl<W, T> Outcome<W, T> {
    /// The same, with the errors only.
    pub(super) fn without_warnings(mut self) -> Self {
        if let Self::Compiled(compilation, _) = &mut self {
            compilation.diagnostics.retain(|found| found.severity == Severity::Error);
        }
        self
    }
}

/// Below this number of sources, starting threads costs more than it saves.
pub(super) const FEW: usize = 8;

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
            let (compilation, made) =
                compile_text(program, &settings, check_only, (input, text, input), &make, &finish);
            Outcome::Compiled(compilation, made)
        }
    };
    Some(on_each(inputs, work))
}

/// Compiles a text of an input; the files that it uses come from the loader.
pub(super) fn compile_text<W: Send, T>(
    program: &ProgramArguments,
    settings: &[Setting],
    check_only: bool,
    (input, text, loader): (&Input, String, &dyn Loader),
    make: &(impl Fn(&Input, Compiled) -> W + Sync),
    finish: &impl Fn(&Input, &mut Compilation<W>) -> T,
) -> (Compilation<W>, Option<T>) {
    let make = |compiled| make(input, compiled);
    let given = input.project.values.iter().chain(settings).cloned().collect();
    let settings = params::last_of_each(given);
    let options = CompileOptions { settings, check_only, ..options(&program.inputs, &input.project.config) };
    if input.has_manifests(&text) {
        // Other tools' files are next to manifests; a file that the call names is meant.
        let strangers = if input.is_found { Strangers::Skip } else { Strangers::Warn };
        // The lock file is for what is compiled to YAML.
        let images = Images { locked: BTreeMap::new(), ..options.images };
        let options = CompileOptions { images, ..options };
        let mut compilation = compile_manifests(&input.name, text, strangers, &options, make);
        // A workload with errors does not hide the others.
        let made = Some(finish(input, &mut compilation));
        return (compilation, made);
    }
    let mut compilation = compile_with(&input.name, text, loader, &options, make);
    let made = (!compilation.failed()).then(|| finish(input, &mut compilation));
    (compilation, made)
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
    wanted: Wanted,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    inputs_at(program, &program.inputs.paths, wanted, grounds, console)
}

/// Like `inputs`, for paths that are not those of the call.
pub(super) fn inputs_at(
    program: &ProgramArguments,
    paths: &[PathBuf],
    wanted: Wanted,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    found(&program.inputs, paths, program.profile.as_deref(), wanted, grounds, console)
}

/// The files with these endings that a call names, or those of the whole project if it names none, each with its
/// settings; paths that cannot be used are reported.
///
/// There are none if a file of settings cannot be used.
pub(super) fn found(
    named: &Inputs,
    paths: &[PathBuf],
    profile: Option<&str>,
    wanted: Wanted,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    let mut projects = Projects::new(&named.settings, profile, grounds);
    let mut inputs = if paths.is_empty() {
        let here = Path::new(".");
        let Some(project) = projects.on(&grounds.of(here, here), console) else { return Vec::new() };
        let mut inputs = members(&project, wanted, console);
        if let Some(output) = project.output() {
            for input in &mut inputs {
                input.output = Some((output.clone(), input.relative().to_owned()));
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
        let Some(project) = projects.on(&ground, console) else { return Vec::new() };
        input.set_ground(&ground);
        if let (None, Some(output)) = (&input.output, project.output())
            && let Some(relative) = input.place_in(&project, &ground)
        {
            input.output = Some((output, relative));
        }
        input.project = project;
    }
    inputs
}

/// The files of a whole project with these endings.
fn members(project: &Project, wanted: Wanted, console: &mut Console) -> Vec<Input> {
    project.members(wanted, console).unwrap_or_else(|trouble| {
        report(&trouble, console);
        Vec::new()
    })
}

/// The sources of the project that the current folder is in, whatever its profiles are.
pub(super) fn project_sources(
    settings: &SettingsArguments,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<Input> {
    let here = Path::new(".");
    let mut projects = Projects::without_values(settings, grounds);
    let project = projects.on(&grounds.of(here, here), console);
    project.map(|project| members(&project, Wanted::Only(SOURCES), console)).unwrap_or_default()
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
    if let Some(help) = &trouble.help {
        console.help(help);
    }
}
