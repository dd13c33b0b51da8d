//! `initflow fmt`: formats sources in place, in the one style.

use super::arguments::{Confined, SettingsArguments};
use super::console::Console;
use super::each::{project_sources, report};
use super::exit_status::Status;
use super::input::{self, Found, Input};
use super::text_diff::diff;
use super::wanted::{SOURCES, Wanted};
use crate::diagnostic::{Diagnostic, applied};
use crate::files::Grounds;
use crate::format::edits;
use crate::source::Sources;
use crate::syntax::parse;
use clap::Args;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  initflow fmt                                   format every source of the project
  initflow fmt apps                              format every .initflow file below this folder
  initflow fmt --check                           in CI: print what would change, and fail if something would
  cat shop.initflow | initflow fmt -             format standard input to standard output

There is one style, and nothing to configure. Lines, blank lines, comments and the kind of line ends stay as they are. A
file with a syntax error is not changed, and the error is reported. A file is written only if something changes, and in
one step; it keeps its permissions, and a link stays a link.

Exit status: 0 on success; 1 if a source has a syntax error or, with --check, is not formatted; 2 if a file cannot be
read or written.";

/// What to format.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct FmtArguments {
    /// Files, folders, or `-` for standard input [default: the members of the project, see initflow.toml]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; print what would change, and fail if something would
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    confined: Confined,
}

pub(super) fn run(arguments: &FmtArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.confined.grounds(console) else { return console.finish() };
    let mut inputs = inputs(arguments, &grounds, console);
    for input in &mut inputs {
        let ground = grounds.of(input.folder(), &input.base);
        console.root(&ground.root);
        input.set_ground(&ground);
    }
    let read: Vec<_> =
        inputs.par_iter().map(|input| input.read().map(|text| Formatted::of(input, text))).collect();
    let mut diffs = Vec::new();
    for (input, outcome) in inputs.iter().zip(read) {
        let Formatted { sources, errors, text: formatted } = match outcome {
            Ok(formatted) => formatted,
            Err(trouble) => {
                report(&trouble, console);
                continue;
            }
        };
        console.diagnostics(&input.name, &sources, &errors);
        let text = sources.files().first().map_or("", |file| file.text.as_str());
        if arguments.check {
            if text != formatted {
                diffs.push(diff((&input.name, text), (&input.name, &formatted)));
            }
        } else if input.path().is_none() {
            console.print(&formatted);
        } else if text != formatted
            && let Err(message) = input.rewrite(&formatted)
        {
            console.trouble(&message);
        }
    }
    console.print_diff(&diffs.concat());
    if !diffs.is_empty() {
        console.error(&match (inputs.as_slice(), diffs.len()) {
            ([input], _) => format!("`{}` is not formatted", input.name),
            (inputs, 1) => format!("1 of {} files is not formatted", inputs.len()),
            (inputs, count) => format!("{count} of {} files are not formatted", inputs.len()),
        });
        console.help("run `initflow fmt` without --check to write these changes");
    }
    console.finish()
}

/// The sources that a call names, or those of the project; paths that cannot be used are reported.
fn inputs(arguments: &FmtArguments, grounds: &Grounds, console: &mut Console) -> Vec<Input> {
    if arguments.paths.is_empty() {
        return project_sources(&arguments.settings, grounds, console);
    }
    let Found { inputs, troubles, .. } = input::find(&arguments.paths, Wanted::Only(SOURCES), grounds);
    for trouble in &troubles {
        report(trouble, console);
    }
    inputs
}

/// A source, and its formatted text; with syntax errors, its text as it is.
struct Formatted {
    sources: Sources,
    errors: Vec<Diagnostic>,
    text: String,
}

impl Formatted {
    fn of(input: &Input, text: String) -> Self {
        let mut sources = Sources::default();
        let id = sources.add(input.name.as_str(), text);
        let source = sources.get(id);
        let parsed = parse(source);
        let text = if parsed.errors.is_empty() {
            applied(&source.text, &edits(source, &parsed, None))
        } else {
            source.text.clone()
        };
        Self { errors: parsed.errors, text, sources }
    }
}
