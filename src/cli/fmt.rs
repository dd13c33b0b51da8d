//! `initflow fmt`: sources in the one style, in place.

use super::console::Console;
use super::each::report;
use super::input::{self, Input, SOURCES};
use super::{FmtArguments, Status, output};
use crate::format::format;
use crate::source::{FileId, SourceFile};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use similar::TextDiff;
use std::time::Duration;

/// After this time a good difference will do, in place of the best.
const TIME: Duration = Duration::from_millis(200);

pub(super) fn run(arguments: &FmtArguments, console: &mut Console) -> Status {
    let (inputs, troubles) = input::find(&arguments.paths, SOURCES);
    for trouble in &troubles {
        report(trouble, console);
    }
    let read: Vec<_> =
        inputs.par_iter().map(|input| input.read().map(|text| formatted(input, text))).collect();
    let mut printed = String::new();
    for (input, outcome) in inputs.iter().zip(read) {
        let (text, formatted) = match outcome {
            Ok(texts) => texts,
            Err(trouble) => {
                report(&trouble, console);
                continue;
            }
        };
        if arguments.check {
            if text != formatted {
                console.raise(Status::Errors);
                let diff = TextDiff::configure().timeout(TIME).diff_lines(text.as_str(), formatted.as_str());
                printed.push_str(&diff.unified_diff().header(&input.name, &input.name).to_string());
            }
        } else if let Some(path) = input.path() {
            if text != formatted
                && let Err(message) = output::write(path, &formatted)
            {
                console.trouble(&message);
            }
        } else {
            printed.push_str(&formatted);
        }
    }
    console.print(&printed);
    console.finish()
}

/// A text, and the same in the style.
fn formatted(input: &Input, text: String) -> (String, String) {
    let source = SourceFile::new(FileId(0), input.name.as_str(), text);
    let formatted = format(&source);
    (source.text, formatted)
}
