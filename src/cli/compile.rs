//! `initflow compile`: compiles sources to YAML, KYAML or JSON, and prints, writes or compares the result.

use super::arguments::ProgramArguments;
use super::config::Project;
use super::console::{Console, Stream};
use super::each::{compile_each, inputs, report, settle};
use super::exit_status::Status;
use super::input::Input;
use super::outputs::{OutputPlace, OutputRequest, Outputs, Tally};
use super::profiles::AllProfiles;
use super::report::Reporting;
use super::values::TakenValues;
use super::wanted::{SOURCES, Wanted};
use super::watch::WatchArguments;
use crate::compile::{Compilation, Compiled};
use crate::config::LOCK_NAME;
use crate::emit;
use crate::files::Written;
use crate::lower::Object;
use clap::{Args, ValueEnum};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  initflow compile shop.initflow                 print the YAML
  initflow compile --set tag=v2 shop.initflow    give `param tag` a value
  initflow compile -o manifests apps             write apps/a/b.initflow to manifests/a/b.yaml
  initflow compile --profile prod                compile the project of initflow.toml with the values of a profile
  initflow compile --all-profiles                compile the project with each profile, into a folder for each
  initflow compile --check -o manifests apps     in CI: check that the committed YAML is up to date
  cat shop.initflow | initflow compile -         read standard input

A folder means all *.initflow files in it and in the folders below it, except names that start with a dot. Linked
folders are not entered. A source is at most 32 MiB. Output is printed only if no source has errors. With -o, each
source without errors is written to its own file, in one step; a source that defines no workload has no output. YAML
with a header replaces a file only if the comments of that file also say that initflow compiled it.

A whole project, or whole folders with -o, also decide what the output folder no longer needs: YAML whose comment says that
initflow compiled it, and whose source is gone, is removed if there are no errors; with --check, it is out of date.";

/// The formats of the output.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// YAML as people write it
    Yaml,
    /// YAML in the form that Kubernetes defines: braces, and texts in double quotes
    Kyaml,
    /// JSON; several objects are a list
    Json,
}

impl OutputFormat {
    /// The ending of the names of files in this format.
    fn ending(self) -> &'static str {
        match self {
            Self::Yaml | Self::Kyaml => "yaml",
            Self::Json => "json",
        }
    }

    /// What separates the texts of several workloads.
    fn separator(self) -> &'static str {
        if self == Self::Kyaml { "" } else { emit::SEPARATOR }
    }
}

/// What to compile, and where the output goes.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct CompileArguments {
    #[command(flatten)]
    program: ProgramArguments,
    #[command(flatten)]
    watch: WatchArguments,
    #[command(flatten)]
    profiles: AllProfiles,
    /// Write one file per source into this folder, in the folder structure of the sources; `{profile}` in it means the
    /// name of the profile [default for a whole project: `output` in initflow.toml]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Keep the YAML of sources that are gone in the output folder
    #[arg(long)]
    keep_orphans: bool,
    /// Write nothing; print how the committed output (in -o DIR, or next to each source) differs, and fail if it does
    #[arg(long)]
    check: bool,
    /// The format of the output
    #[arg(long, value_enum, default_value = "yaml")]
    emit: OutputFormat,
    /// Leave out the comment at the top of the YAML: the source, the order and the effective totals
    #[arg(long)]
    no_header: bool,
    #[command(flatten)]
    reporting: Reporting,
}

pub(super) fn run(arguments: &CompileArguments, console: &mut Console) -> Status {
    arguments.watch.run(&arguments.program.inputs.paths, console, |console| {
        let tally = compile(arguments, console);
        tally.show(console);
        console.finish()
    })
}

/// Compiles what the arguments name, prints or compares the results or writes them, and returns what was written.
pub(super) fn compile(arguments: &CompileArguments, console: &mut Console) -> Tally {
    let mut tally = Tally::default();
    let Some(grounds) = arguments.program.inputs.confined.grounds(console) else { return tally };
    console.report(&arguments.reporting, Stream::Messages, &grounds);
    let profiles = arguments.profiles.choice(&arguments.program);
    let inputs = inputs(&arguments.program, profiles, Wanted::Only(SOURCES), &grounds, console);
    arguments.profiles.hold(&inputs, console);
    // If not all sources were found, outputs may only seem to be without one.
    let is_complete = console.status() == Status::Fine;
    let request = OutputRequest {
        folder: arguments.output.as_deref(),
        compares: arguments.check,
        paths: &arguments.program.inputs.paths,
        ending: arguments.emit.ending(),
    };
    let outputs = match Outputs::of(&request, &inputs, &grounds) {
        Ok(outputs) => outputs,
        Err(trouble) => {
            report(&trouble, console);
            return tally;
        }
    };
    // JSON that is printed is one list, also for several sources.
    let is_several = inputs.iter().map(|input| input.variants.len()).sum::<usize>() > 1;
    let as_one = arguments.emit == OutputFormat::Json && outputs.is_none() && is_several;
    let make = |input: &Input, compiled| make(arguments, input, compiled);
    let outcomes = compile_each(
        &arguments.program,
        false,
        &grounds,
        console,
        &inputs,
        make,
        |input, project: &Project, compilation| {
            let place = outputs.as_ref().and_then(|outputs| outputs.place(input, project));
            finish(arguments, compilation, place, as_one)
        },
    );
    let (mut texts, mut objects, mut unused) = (Vec::new(), Vec::new(), Vec::new());
    let (mut values, mut unlocked) = (TakenValues::default(), BTreeSet::new());
    for (input, outcome) in inputs.iter().zip(outcomes.into_iter().flatten()) {
        let settled = settle(input, outcome, console);
        values.add(input, settled.as_ref().map(|(compilation, _)| compilation));
        for made in settled.into_iter().flat_map(|(_, results)| results) {
            let made = match made {
                Ok(made) => made,
                Err(message) => {
                    console.trouble(&message);
                    continue;
                }
            };
            unlocked.extend(made.unlocked);
            match made.output {
                MadeOutput::Texts(made) => texts.extend(made),
                MadeOutput::Objects(made) => objects.extend(made),
                MadeOutput::Nothing(path) => unused.extend(path),
                MadeOutput::Written(path, written) => tally.add(path, written),
                MadeOutput::UpToDate => {}
                MadeOutput::Stale(path, difference) => {
                    console.stale(&path.to_string_lossy(), &input.name);
                    texts.push(difference);
                }
            }
        }
    }
    report_unlocked(arguments, &unlocked, console);
    values.report_unknown(&arguments.program, console);
    let orphans = outputs.as_ref().filter(|_| is_complete && !arguments.keep_orphans);
    let orphans = orphans.map(|outputs| outputs.orphans(&unused, &inputs, &grounds)).unwrap_or_default();
    if arguments.check {
        for orphan in &orphans {
            console.orphan(&orphan.path.to_string_lossy());
            texts.push(orphan.difference());
        }
        console.print_diff(&texts.concat());
    } else if console.status() == Status::Fine {
        if as_one {
            texts.push(emit::json(&objects.iter().collect::<Vec<_>>()));
        }
        console.print_all(&texts, arguments.emit.separator());
        for orphan in orphans {
            match orphan.remove() {
                Ok(()) => tally.removed(orphan.path),
                Err(message) => console.trouble(&message),
            }
        }
    }
    tally
}

/// Reports the images that a lock file does not have: with `--check`, it is out of date like other committed files.
fn report_unlocked(arguments: &CompileArguments, unlocked: &BTreeSet<SmolStr>, console: &mut Console) {
    let Some(first) = unlocked.first() else { return };
    let message = match unlocked.len() {
        1 => format!("`{first}` is not in {LOCK_NAME}"),
        count => format!("{count} images are not in {LOCK_NAME}, among them `{first}`"),
    };
    if arguments.check {
        console.error(&message);
    } else {
        console.warn(&message);
    }
    console.help("run `initflow images --lock`");
}

/// The result of a source with a profile, and the images that a lock file does not have.
struct Made {
    output: MadeOutput,
    unlocked: Vec<SmolStr>,
}

/// The output of a source with a profile.
enum MadeOutput {
    /// Texts to print.
    Texts(Vec<String>),
    /// Objects that are printed together with those of other sources.
    Objects(Vec<Object>),
    /// There is no output; this is where it would be.
    Nothing(Option<PathBuf>),
    /// The output was written.
    Written(PathBuf, Written),
    /// The committed output is up to date.
    UpToDate,
    /// The committed output differs.
    Stale(PathBuf, String),
}

/// The result of a workload.
struct WorkloadOutput {
    form: OutputForm,
    /// The images that the project's lock file does not have.
    unlocked: Vec<SmolStr>,
}

/// Its text, or the objects that are emitted together with others.
enum OutputForm {
    Text(String),
    Objects(Vec<Object>),
}

/// Lowers a workload, and emits it if its text does not depend on other workloads.
fn make(arguments: &CompileArguments, input: &Input, compiled: Compiled) -> WorkloadOutput {
    let is_locked = !input.project.config.images.locked.is_empty();
    let images = if is_locked { compiled.images() } else { Vec::new() };
    let unlocked =
        images.into_iter().map(|used| used.reference).filter(|image| !image.contains('@')).collect();
    WorkloadOutput { form: form(arguments, input, compiled), unlocked }
}

fn form(arguments: &CompileArguments, input: &Input, compiled: Compiled) -> OutputForm {
    if arguments.emit == OutputFormat::Json {
        let object = compiled.lowered();
        return OutputForm::Objects(compiled.access.into_iter().chain([object]).collect());
    }
    let name = input.short_name();
    let name = (!arguments.no_header).then_some(name.as_str());
    OutputForm::Text(match arguments.emit {
        OutputFormat::Kyaml => compiled.kyaml(name),
        _ => compiled.yaml(name),
    })
}

/// Joins the results of the workloads, and writes or compares them if the arguments say so.
fn finish(
    arguments: &CompileArguments,
    compilation: &mut Compilation<WorkloadOutput>,
    place: Option<&OutputPlace>,
    as_one: bool,
) -> Result<Made, String> {
    let (mut texts, mut objects, mut unlocked) = (Vec::new(), Vec::new(), Vec::new());
    for part in std::mem::take(&mut compilation.workloads) {
        unlocked.extend(part.unlocked);
        match part.form {
            OutputForm::Text(text) => texts.push(text),
            OutputForm::Objects(made) => objects.extend(made),
        }
    }
    let made = |output| Made { output, unlocked };
    if objects.is_empty() && texts.is_empty() {
        return Ok(made(MadeOutput::Nothing(place.map(|place| place.path.clone()))));
    }
    if as_one {
        return Ok(made(MadeOutput::Objects(objects)));
    }
    if arguments.emit == OutputFormat::Json {
        texts.push(emit::json(&objects.iter().collect::<Vec<_>>()));
    }
    // Joined texts would be in memory twice.
    let Some(place) = place else { return Ok(made(MadeOutput::Texts(texts))) };
    let text = match <[String; 1]>::try_from(texts) {
        Ok([only]) => only,
        Err(texts) => texts.join(arguments.emit.separator()),
    };
    if !arguments.check {
        return Ok(made(MadeOutput::Written(place.path.clone(), place.write(&text)?)));
    }
    Ok(made(match place.compare(&text)? {
        Some(difference) => MadeOutput::Stale(place.path.clone(), difference),
        None => MadeOutput::UpToDate,
    }))
}
