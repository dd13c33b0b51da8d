//! Does the same work for each of many sources, on all cores, and gives the results in the order of the sources.

use super::arguments::{Inputs, ProgramArguments, SettingsArguments};
use super::config::{ProfileChoice, Project, Projects};
use super::console::Console;
use super::input::{self, Found, Input, Trouble};
use super::merged::{CompiledSource, Merged, Outcome};
use super::params;
use super::progress::Progress;
use super::wanted::{SOURCES, Wanted};
use super::with::Contexts;
use crate::compile::{
    Compilation, CompileOptions, Compiled, Images, Loader, Setting, check_together, compile_apart,
};
use crate::config::Config;
use crate::context::Context;
use crate::diagnostic::Severity;
use crate::files::Grounds;
use crate::import::{Manifests, Strangers};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a file has.
#[derive(Clone)]
enum FileContent {
    Source(String),
    Manifests(Manifests),
}

impl FileContent {
    fn of(input: &Input, text: String) -> Self {
        if !input.has_manifests(&text) {
            return Self::Source(text);
        }
        // Other tools' files are next to manifests; a file that the call names is meant.
        let strangers = if input.is_found { Strangers::Skip } else { Strangers::Warn };
        Self::Manifests(Manifests::read(&input.name, text, strangers))
    }

    /// Whether there is a result even if some workloads have errors.
    fn is_partial(&self) -> bool {
        matches!(self, Self::Manifests(_))
    }
}

/// What surrounds each file: its own context, and the objects of all manifests.
fn surroundings<'c>(
    inputs: &[Input],
    contents: impl Iterator<Item = &'c mut FileContent>,
) -> Vec<Arc<Context>> {
    let mut objects = Context::default();
    for content in contents {
        if let FileContent::Manifests(manifests) = content {
            manifests.surround(&mut objects);
        }
    }
    if objects.is_empty() {
        return inputs.iter().map(|input| Arc::clone(&input.context)).collect();
    }
    // Files of one project have one context.
    let mut known: Vec<(&Arc<Context>, Arc<Context>)> = Vec::new();
    let mut with_objects = |own| {
        if let Some((_, all)) = known.iter().find(|(known, _)| Arc::ptr_eq(known, own)) {
            return Arc::clone(all);
        }
        let mut all = objects.clone();
        all.extend(own);
        let all = Arc::new(all);
        known.push((own, Arc::clone(&all)));
        all
    };
    inputs.iter().map(|input| with_objects(&input.context)).collect()
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

/// A file, what it has, and what surrounds it.
type Read<'i> = ((&'i Input, Result<FileContent, Trouble>), &'i Arc<Context>);

/// Compiles all sources of a program with each of their profiles: makes something of each workload, and something of each
/// source without errors.
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
    let read = |input: &Input| input.read().map(|text| FileContent::of(input, text));
    let mut loaded = on_each(inputs, read);
    let mut readable = loaded.iter().flatten().peekable();
    if !settings.is_empty() && readable.peek().is_some() && readable.all(FileContent::is_partial) {
        console.trouble("manifests have no params: leave `--set` and `--params` out");
        return None;
    }
    let contexts = surroundings(inputs, loaded.iter_mut().flatten());
    let mut all: Vec<Merged<'_, W, T>> = inputs.iter().map(|input| Merged::new(&input.variants)).collect();
    let rounds = inputs.iter().map(|input| input.variants.len()).max().unwrap_or_default();
    for round in 0..rounds {
        // Findings between files need all files, so a profile is passed over only if none of them differs.
        if check_only && all.iter().all(|merged| merged.knows(round, &settings)) {
            for merged in &mut all {
                merged.repeat(round, &settings);
            }
            continue;
        }
        let contents = if round + 1 == rounds { std::mem::take(&mut loaded) } else { loaded.clone() };
        let work = |((input, content), context): Read<'_>| {
            let content = content?;
            let is_partial = content.is_partial();
            let (project, is_new) = input.variant(round);
            let options = options_with(program, &settings, check_only, (input, project, context));
            let mut compilation = compile_content(input, content, input, &options, |made| make(input, made));
            let is_added = is_new && (is_partial || !compilation.failed());
            let made = is_added.then(|| finish(input, project, &mut compilation));
            Ok(CompiledSource { compilation, made, is_partial })
        };
        let mut compiled = on_each(inputs.iter().zip(contents).zip(&contexts), work);
        let apart = compiled.iter_mut().flatten().map(|source| &mut source.compilation);
        check_together(&mut apart.collect::<Vec<_>>());
        for (merged, compiled) in all.iter_mut().zip(compiled) {
            merged.add(round, compiled, &settings);
        }
    }
    Some(all.into_iter().map(Merged::outcome).collect())
}

/// Checks a text of an input on its own, with each of its profiles; the files that it uses come from the loader.
pub(super) fn check_text(
    program: &ProgramArguments,
    settings: &[Setting],
    (input, text, loader): (&Input, String, &dyn Loader),
) -> Outcome<(), ()> {
    let mut content = FileContent::of(input, text);
    let is_partial = content.is_partial();
    let mut contexts = surroundings(std::slice::from_ref(input), std::iter::once(&mut content));
    let context = contexts.pop().unwrap_or_default();
    let mut merged = Merged::new(&input.variants);
    for (round, project) in input.variants.iter().enumerate() {
        if merged.knows(round, settings) {
            merged.repeat(round, settings);
            continue;
        }
        let options = options_with(program, settings, true, (input, project, &context));
        let mut compilation = compile_content(input, content.clone(), loader, &options, |_| ());
        check_together(&mut [&mut compilation]);
        merged.add(round, Ok(CompiledSource { compilation, made: Some(()), is_partial }), settings);
    }
    merged.outcome()
}

/// Compiles what a file has.
fn compile_content<W: Send>(
    input: &Input,
    content: FileContent,
    loader: &dyn Loader,
    options: &CompileOptions,
    make: impl Fn(Compiled) -> W + Sync,
) -> Compilation<W> {
    match content {
        FileContent::Manifests(manifests) => {
            // The lock file is for what is compiled to YAML.
            let images = Images { locked: BTreeMap::new(), ..options.images.clone() };
            manifests.compile(&CompileOptions { images, ..options.clone() }, make)
        }
        FileContent::Source(text) => compile_apart(&input.name, text, loader, options, make),
    }
}

/// The options of the compiler for a file with a profile and what surrounds it.
fn options_with(
    program: &ProgramArguments,
    settings: &[Setting],
    check_only: bool,
    (input, project, context): (&Input, &Project, &Arc<Context>),
) -> CompileOptions {
    let given = project.values.iter().chain(settings).cloned().collect();
    let settings = params::last_of_each(given);
    let context = Arc::clone(context);
    CompileOptions { settings, check_only, context, ..options(&program.inputs, input, &project.config) }
}

/// The options of the compiler, from the call and the settings.
pub(super) fn options(named: &Inputs, input: &Input, config: &Config) -> CompileOptions {
    let version = named.kube.or(config.version).unwrap_or_default();
    let levels = config.levels.and(&named.levels.get());
    let context = Arc::clone(&input.context);
    CompileOptions { version, images: config.images.clone(), levels, context, ..CompileOptions::default() }
}

/// Does the same work on each input, and shows progress if there are many.
pub(super) fn on_each<I: Send, T: Send>(
    inputs: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> Vec<T> {
    let inputs: Vec<I> = inputs.into_iter().collect();
    if inputs.len() < FEW {
        return inputs.into_iter().map(work).collect();
    }
    let progress = Progress::new(inputs.len());
    let counted = |input| {
        let outcome = work(input);
        progress.advance();
        outcome
    };
    inputs.into_par_iter().map(counted).collect()
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
    let mut projects = Projects::new(&named.settings, profiles, grounds);
    let mut inputs = if paths.is_empty() {
        let Some(project) = projects.on(&grounds.of(here, here), console) else { return Vec::new() };
        let mut inputs = members(&project, wanted, console);
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
    let Some(mut contexts) = Contexts::of_call(&named.with, grounds, console) else { return Vec::new() };
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
        let Some(context) = contexts.of(project, console) else { return Vec::new() };
        input.context = context;
        input.project = Arc::clone(project);
        // Manifests have no params, so all profiles mean the same.
        let is_one = project.profile.is_some() && input.decide_has_manifests();
        input.variants = if is_one { Arc::new([Arc::new(project.without_profile())]) } else { variants };
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
