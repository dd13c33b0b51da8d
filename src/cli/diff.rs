//! `initflow diff`: shows what changed between two revisions of sources: in a terminal, in a pull request, or to a tool.

use super::arguments::ProgramArguments;
use super::changes::{DiffFormat, PlacedChange};
use super::config::Project;
use super::console::Console;
use super::each::{compile_each, found_from, report};
use super::exit_status::Status;
use super::input::Input;
use super::merged::Outcome;
use super::sides::{Side, sides};
use super::wanted::Reading;
use crate::compile::{Compilation, Compiled};
use crate::plan::compare::{Revision, compare};
use clap::Args;
use std::collections::HashMap;

const HELP: &str = "\
Examples:
  initflow diff old/shop.initflow shop.initflow
  initflow diff HEAD                             compare the project with what is committed
  initflow diff HEAD~1 apps                      compare a folder with the commit before
  initflow diff v1.0..v2.0 apps                  compare two commits; with ... the first one is where the second began
  initflow diff --profile dev..prod apps         compare the sources with the values of two profiles
  initflow diff --format markdown main apps > comment.md

Compares what the sources compile to, workload by workload. In folders, it compares each file with the file of the same
name in the other folder. A revision of Git is read from the repository; nothing is checked out and nothing of it is run. Its
sources are compiled with the files and the initflow.toml of the same revision.

Exit status: 0 on success; with --exit-code, 3 if something changed; 1 if a source has errors; 2 if the command line is wrong,
or if a file or a revision cannot be read";

/// What to compare, and how to show it.
#[derive(Args)]
#[command(after_help = HELP, mut_arg("paths", |paths| paths
        .value_names(["OLD", "NEW"])
        .num_args(0..)
        .help("Two files or folders; or a revision of Git, or two of them as OLD..NEW, and files and folders [default: the members of the project]")),
    mut_arg("profile", |profile| profile
        .help("Use the values of this profile in initflow.toml, or compare the values of two: OLD..NEW")))]
pub(super) struct DiffArguments {
    #[command(flatten)]
    program: ProgramArguments,
    #[command(flatten)]
    reading: Reading,
    /// The format of the output
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: DiffFormat,
    /// End with status 3 if something changed
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(arguments: &DiffArguments, console: &mut Console) -> Status {
    let DiffArguments { program, reading, format, exit_code } = arguments;
    let sides = match sides(program, console) {
        Ok(sides) => sides,
        Err(trouble) => {
            report(&trouble, console);
            return console.finish();
        }
    };
    let sources = sides.each_ref().map(|side| revisions(program, side, reading, console));
    let [Some(old), Some(new)] = &sources else { return console.finish() };
    let changes: Vec<PlacedChange> = pairs(old, new)
        .into_iter()
        .flat_map(|(path, old, new)| compare(old, new).into_iter().map(move |change| (path.clone(), change)))
        .collect();
    console.print(&format.write(&changes, console.screen()));
    if *exit_code && !changes.is_empty() && console.status() == Status::Fine {
        console.raise(Status::Unsettled);
    }
    console.finish()
}

/// A source of a revision: its path below the folder that the call names, and its workloads.
struct RevisionSource {
    path: Option<String>,
    workloads: Vec<Revision>,
}

/// The sources of one side; nothing if they have errors, which are reported.
fn revisions(
    program: &ProgramArguments,
    side: &Side,
    reading: &Reading,
    console: &mut Console,
) -> Option<Vec<RevisionSource>> {
    if side.is_empty() {
        return Some(Vec::new());
    }
    let wanted = reading.wanted();
    let inputs = found_from(&program.inputs, side.places(), side.profile(), wanted, &side.grounds, console);
    let make = |_: &Input, compiled: Compiled| {
        Revision::of(&compiled.workload, compiled.plan(), compiled.yaml(None))
    };
    let finish = |_: &Input, _: &Project, compilation: &mut Compilation<Revision>| {
        std::mem::take(&mut compilation.workloads)
    };
    let outcomes = compile_each(program, false, &side.grounds, console, &inputs, make, finish)?;
    let mut sources = Vec::new();
    for (input, outcome) in inputs.iter().zip(outcomes) {
        match outcome {
            Outcome::Unreadable(trouble) => report(&trouble, console),
            // Warnings are reported when the sources are compiled.
            // A workload with errors would seem to be gone.
            Outcome::Compiled(compilation, _) if compilation.failed() => {
                console.diagnostics(&input.name, &compilation.sources, &compilation.diagnostics);
            }
            Outcome::Compiled(_, made) => {
                let workloads = made.into_iter().flatten().collect();
                sources.push(RevisionSource { path: side.path_of(input), workloads });
            }
        }
    }
    (console.status() == Status::Fine).then_some(sources)
}

/// Pairs the sources of both sides by their paths. Two files that the call names are a pair, whatever their names.
fn pairs<'s>(
    old: &'s [RevisionSource],
    new: &'s [RevisionSource],
) -> Vec<(Option<String>, &'s [Revision], &'s [Revision])> {
    fn by_path(sources: &[RevisionSource]) -> HashMap<Option<&str>, &[Revision]> {
        sources.iter().map(|source| (source.path.as_deref(), source.workloads.as_slice())).collect()
    }
    let (old_by_path, new_by_path) = (by_path(old), by_path(new));
    let mut pairs: Vec<_> = new
        .iter()
        .map(|source| {
            let old = old_by_path.get(&source.path.as_deref()).copied().unwrap_or_default();
            (source.path.clone(), old, source.workloads.as_slice())
        })
        .collect();
    let gone = old.iter().filter(|source| !new_by_path.contains_key(&source.path.as_deref()));
    pairs.extend(gone.map(|source| (source.path.clone(), source.workloads.as_slice(), &[][..])));
    pairs
}
