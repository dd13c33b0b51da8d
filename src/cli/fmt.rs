//! `initflow fmt`: formats sources in place, in the one style.

use super::arguments::Confined;
use super::console::Console;
use super::each::report;
use super::input::{self, Found, Input};
use super::status::Status;
use super::text_diff::diff;
use super::wanted::{SOURCES, Wanted};
use crate::format::format;
use crate::source::{FileId, SourceFile};
use clap::Args;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  initflow fmt .                                 format every .initflow file below this folder
  initflow fmt --check .                         in CI: print what would change, and fail if something would
  cat shop.initflow | initflow fmt -             format standard input to standard output

There is one style, and nothing to configure. Lines, blank lines and comments stay where they are; text with syntax
errors is not changed. A file is written only if something changes, and in one step; it keeps its permissions, and a
link stays a link.

Exit status: 0 on success; 1 with --check if a source is not formatted; 2 if a file cannot be read or written.";

/// What to format.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct FmtArguments {
    /// Files, folders, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; print what would change, and fail if something would
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    confined: Confined,
}

pub(super) fn run(arguments: &FmtArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.confined.grounds(console) else { return console.finish() };
    let Found { mut inputs, troubles, .. } = input::find(&arguments.paths, Wanted::Only(SOURCES), &grounds);
    for input in &mut inputs {
        let ground = grounds.of(input.folder(), &input.base);
        console.root(&ground.root);
        input.set_ground(&ground);
    }
    for trouble in &troubles {
        report(trouble, console);
    }
    let read: Vec<_> =
        inputs.par_iter().map(|input| input.read().map(|text| formatted(input, text))).collect();
    let mut diffs = Vec::new();
    for (input, outcome) in inputs.iter().zip(read) {
        match outcome {
            Err(trouble) => report(&trouble, console),
            Ok((text, formatted)) if arguments.check => {
                if text != formatted {
                    diffs.push(diff((&input.name, &text), (&input.name, &formatted)));
                }
            }
            Ok((text, formatted)) => match input.path() {
                None => console.print(&formatted),
                Some(_) if text != formatted => {
                    if let Err(message) = input.rewrite(&formatted) {
                        console.trouble(&message);
                    }
                }
                Some(_) => {}
            },
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

/// A text, and the same text formatted.
fn formatted(input: &Input, text: String) -> (String, String) {
    let source = SourceFile::new(FileId(0), input.name.as_str(), text);
    let formatted = format(&source);
    (source.text, formatted)
}
