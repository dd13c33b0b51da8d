//! `initflow fmt`: sources in the one style, in place.

use super::console::Console;
use super::diff::diff;
use super::each::report;
use super::input::{self, Input, SOURCES};
use super::{FmtArguments, Status};
use crate::format::format;
use crate::source::{FileId, SourceFile};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

pub(super) fn run(arguments: &FmtArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.confined.grounds(console) else { return console.finish() };
    let (mut inputs, troubles) = input::find(&arguments.paths, SOURCES, &grounds);
    for input in &mut inputs {
        let ground = grounds.of(input.folder(), &input.base);
        console.root(&ground.root);
        input.stand_on(&ground);
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
        console.help("`initflow fmt` without --check writes what is above");
    }
    console.finish()
}

/// A text, and the same in the style.
fn formatted(input: &Input, text: String) -> (String, String) {
    let source = SourceFile::new(FileId(0), input.name.as_str(), text);
    let formatted = format(&source);
    (source.text, formatted)
}
