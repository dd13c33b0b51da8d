//! `initflow compile`: compiles sources to YAML, KYAML or JSON, and prints, writes or compares the result.

use super::arguments::ProgramArguments;
use super::console::{Console, Stream};
use super::each::{compile_each, inputs, settle};
use super::input::Input;
use super::report::Reporting;
use super::status::Status;
use super::text_diff::diff;
use super::wanted::{SOURCES, Wanted};
use super::watch::WatchArguments;
use crate::compile::{Compilation, Compiled};
use crate::config::LOCK_NAME;
use crate::emit;
use crate::files::{Grounds, Root};
use crate::lower::Object;
use crate::source::{MAX_SOURCE_BYTES, Sources};
use clap::{Args, ValueEnum};
use smol_str::SmolStr;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

const HELP: &str = "\
Examples:
  initflow compile shop.initflow                 print the YAML
  initflow compile --set tag=v2 shop.initflow    give `param tag` a value
  initflow compile -o manifests apps             write apps/a/b.initflow to manifests/a/b.yaml
  initflow compile --profile prod                compile the project of initflow.toml with the values of a profile
  initflow compile --check -o manifests apps     in CI: check that the committed YAML is up to date
  cat shop.initflow | initflow compile -         read standard input

A folder means all *.initflow files in it and in the folders below it, except names that start with a dot. Linked
folders are not entered. A source is at most 32 MiB. Output is printed only if no source has errors. With -o, each
source without errors is written to its own file, in one step; a source that defines no workload has no output.";

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
    /// Write one file per source into this folder, in the folder structure of the sources [default for a whole project:
    /// `output` in initflow.toml]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
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
    arguments.watch.run(&arguments.program.inputs.paths, console, |console| compile(arguments, console))
}

fn compile(arguments: &CompileArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.program.inputs.confined.grounds(console) else { return console.finish() };
    console.report(&arguments.reporting, Stream::Messages, &grounds);
    let inputs = inputs(&arguments.program, Wanted::Only(SOURCES), &grounds, console);
    let targets = match targets(arguments, &inputs, &grounds) {
        Ok(targets) => targets,
        Err(message) => {
            console.trouble(&message);
            return console.finish();
        }
    };
    let target = |input: &Input| targets.as_ref().and_then(|targets| targets.get(&input.name));
    // JSON that is printed is one list, also for several sources.
    let as_one = arguments.emit == OutputFormat::Json && targets.is_none() && inputs.len() > 1;
    let make = |input: &Input, compiled| make(arguments, input, compiled);
    let outcomes =
        compile_each(&arguments.program, false, &grounds, console, &inputs, make, |input, compilation| {
            let made = finish(arguments, compilation, target(input), as_one);
            if compilation.diagnostics.is_empty() {
                // No diagnostic will show the source, so its memory can be freed.
                compilation.sources = Sources::default();
            }
            made
        });
    let (mut texts, mut objects, mut unlocked) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (input, outcome) in inputs.iter().zip(outcomes.into_iter().flatten()) {
        match settle(input, outcome, console) {
            Some((_, Ok(made))) => {
                if let Some(target) = target(input).filter(|_| arguments.check && !made.texts.is_empty()) {
                    console.stale(&target.path.to_string_lossy(), &input.name);
                }
                unlocked.extend(made.unlocked);
                texts.extend(made.texts);
                objects.extend(made.objects);
            }
            Some((_, Err(message))) => console.trouble(&message),
            None => {}
        }
    }
    report_unlocked(arguments, &unlocked, console);
    if arguments.check {
        console.print_diff(&texts.concat());
    } else if console.status() == Status::Fine {
        if as_one {
            texts.push(emit::json(&objects.iter().collect::<Vec<_>>()));
        }
        console.print_all(&texts, arguments.emit.separator());
    }
    console.finish()
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

/// The result of a source: texts to print, or objects that are emitted together with those of other sources.
#[derive(Default)]
struct Made {
    texts: Vec<String>,
    objects: Vec<Object>,
    unlocked: Vec<SmolStr>,
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
    target: Option<&OutputPlace>,
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
    if as_one || (objects.is_empty() && texts.is_empty()) {
        return Ok(Made { objects, unlocked, ..Made::default() });
    }
    if arguments.emit == OutputFormat::Json {
        texts.push(emit::json(&objects.iter().collect::<Vec<_>>()));
    }
    let texts = match target {
        // Joined texts would be in memory twice.
        None => texts,
        Some(target) => {
            let text = match <[String; 1]>::try_from(texts) {
                Ok([only]) => only,
                Err(texts) => texts.join(arguments.emit.separator()),
            };
            if arguments.check {
                compare(target, &text)?.into_iter().collect()
            } else {
                target.root.write(&target.path, &text).map(|()| Vec::new())?
            }
        }
    };
    Ok(Made { texts, unlocked, ..Made::default() })
}

/// Where an output is written, and the root that it must stay in.
struct OutputPlace {
    root: Arc<Root>,
    path: PathBuf,
}

/// Where the output of each source is written, by the name of the source; nothing if all output is printed.
fn targets(
    arguments: &CompileArguments,
    inputs: &[Input],
    grounds: &Grounds,
) -> Result<Option<HashMap<String, OutputPlace>>, String> {
    let whole = arguments.program.inputs.paths.is_empty();
    let in_project = whole && inputs.iter().any(|input| input.output.is_some());
    if arguments.output.is_none() && !arguments.check && !in_project {
        return Ok(None);
    }
    let ending = match arguments.emit {
        OutputFormat::Yaml | OutputFormat::Kyaml => "yaml",
        OutputFormat::Json => "json",
    };
    let output = arguments.output.as_ref();
    let output = output.map(|folder| grounds.output(folder).map(|root| (folder, root))).transpose()?;
    let mut targets = HashMap::new();
    let mut sources: HashMap<PathBuf, &str> = HashMap::new();
    for input in inputs {
        let (root, path) = match &output {
            Some((folder, root)) => (root, input.output_in(folder, ending)),
            None => input
                .output_in_project(ending)
                .map(|path| (&input.project.root, path))
                .or_else(|| Some((&input.root, input.output_beside(ending)?)))
                .ok_or("there is no output to compare standard input with: name its folder with -o")?,
        };
        if let Some(other) = sources.insert(path.clone(), &input.name) {
            let target = path.display();
            return Err(format!("`{other}` and `{}` would both become `{target}`", input.name));
        }
        let target = OutputPlace { root: Arc::clone(root), path };
        targets.insert(input.name.clone(), target);
    }
    Ok(Some(targets))
}

/// How committed output differs from what the source compiles to, if it does.
fn compare(target: &OutputPlace, text: &str) -> Result<Option<String>, String> {
    let name = target.path.display().to_string();
    let (committed, old) = match target.root.read(&target.path, MAX_SOURCE_BYTES) {
        Ok(committed) => (committed, name.as_str()),
        Err(unreadable) if unreadable.is_missing => (String::new(), "/dev/null"),
        Err(reason) => return Err(format!("cannot read `{name}`: {reason}")),
    };
    if committed == text {
        return Ok(None);
    }
    Ok(Some(diff((old, &committed), (&format!("{name} (compiled now)"), text))))
}
