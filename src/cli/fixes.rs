//! Applies the fixes of diagnostics to the files of a call.
//!
//! Invariant: only files that the call names, or that are in a folder that it names, are written.

use super::arguments::ProgramArguments;
use super::console::Console;
use super::each::{FEW, check_text, on_each};
use super::exit_status::Status;
use super::input::{Edited, EditedTexts, Input};
use super::merged::Outcome;
use super::params;
use super::text_diff::diff;
use crate::compile::Setting;
use crate::diagnostic::Applicability;
use crate::files::Grounds;
use crate::repair::{Examined, Repaired, repair};
use clap::Args;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which fixes are applied, and whether they are only shown.
#[derive(Args)]
pub(super) struct FixArguments {
    /// Apply the fixes that keep what was meant, and write the files; report what is left
    #[arg(help_heading = "Fixes", long)]
    fix: bool,
    /// Like --fix, and also apply the fixes that may change what a file means
    #[arg(help_heading = "Fixes", long)]
    unsafe_fixes: bool,
    /// Write nothing; print what --fix or --unsafe-fixes would change, and fail if they would change something
    #[arg(help_heading = "Fixes", long)]
    diff: bool,
}

impl FixArguments {
    /// Whether something is fixed.
    pub(super) fn are_given(&self) -> bool {
        self.fix || self.unsafe_fixes || self.diff
    }

    /// Whether fixed text or a difference goes to standard output.
    pub(super) fn prints(&self, program: &ProgramArguments) -> bool {
        self.diff || program.inputs.paths.iter().any(|path| path.as_os_str() == "-")
    }

    fn may_apply(&self, applicability: Applicability) -> bool {
        match applicability {
            Applicability::Safe => true,
            Applicability::Unsafe => self.unsafe_fixes,
            Applicability::Display => false,
        }
    }
}

/// Applies the fixes of a call; from then on, the inputs have the texts with the fixes.
pub(super) fn apply(
    arguments: &FixArguments,
    program: &ProgramArguments,
    inputs: &mut [Input],
    grounds: &Grounds,
    console: &mut Console,
) {
    let Some(settings) = params::settings(program, grounds, console) else { return };
    let read = on_each(inputs.iter(), Input::read);
    let mut readable = Vec::new();
    let mut texts: Vec<Arc<str>> = Vec::new();
    for (input, text) in inputs.iter_mut().zip(read) {
        // What cannot be read is reported when it is checked.
        if let Ok(text) = text {
            let text: Arc<str> = text.into();
            input.text = Some(Arc::clone(&text));
            texts.push(text);
            readable.push(input);
        }
    }
    let files = Fixing::of(&readable, &texts);
    let Repaired { fixed, refused, withheld } =
        repair(&mut texts, |numbers, texts| files.examine(arguments, program, &settings, numbers, texts));
    let edited = Arc::new(files.edited(&texts));
    let Fixing { before, owners, .. } = files;
    let mut changed = Vec::new();
    for (at, input) in readable.into_iter().enumerate() {
        let (before, after) = (&before[at], &texts[owners[at]]);
        let is_changed = before != after && owners[at] == at;
        input.edited = Arc::clone(&edited);
        if is_changed {
            changed.push((input.name.clone(), Arc::clone(before), Arc::clone(after)));
        }
        if input.path().is_none() && !arguments.diff {
            console.print(after);
        } else if is_changed
            && !arguments.diff
            && let Err(message) = input.exchange(before, after)
        {
            console.trouble(&message);
            continue;
        }
        input.text = Some(Arc::clone(after));
    }
    let findings =
        |count: usize| if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") };
    let files = if let [(name, _, _)] = changed.as_slice() {
        format!("`{name}`")
    } else {
        format!("{} files", changed.len())
    };
    if arguments.diff {
        let diffs = changed.iter().map(|(name, before, after)| diff((name, before), (name, after)));
        console.print_diff(&diffs.collect::<String>());
        if fixed > 0 {
            console.raise(Status::Errors);
            console.say("fixable", &format!("{} in {files}", findings(fixed)));
        }
    } else if fixed > 0 {
        console.say("fixed", &format!("{} in {files}", findings(fixed)));
    }
    if refused > 0 {
        let fixes = if refused == 1 { "1 fix was" } else { &format!("{refused} fixes were") };
        console.say("note", &format!("{fixes} not applied, because more errors would follow"));
    }
    if withheld > 0 {
        let fixes = if withheld == 1 { "1 fix".to_owned() } else { format!("{withheld} fixes") };
        console.help(&format!("--unsafe-fixes also applies {fixes} that may change what a source means"));
    }
}

/// The files of a call while they are fixed.
struct Fixing<'i> {
    inputs: Vec<&'i Input>,
    /// Their texts before the first fix.
    before: Vec<Arc<str>>,
    /// Their paths with all links resolved.
    places: Vec<Option<PathBuf>>,
    /// The first file of each place: of two names of one file, it is used for both.
    numbers: HashMap<PathBuf, usize>,
    owners: Vec<usize>,
}

impl<'i> Fixing<'i> {
    fn of(inputs: &'i [&mut Input], texts: &[Arc<str>]) -> Self {
        let inputs: Vec<&Input> = inputs.iter().map(|input| &**input).collect();
        let place = |input: &Input| std::fs::canonicalize(input.path()?).ok();
        let places: Vec<Option<PathBuf>> = inputs.iter().map(|input| place(input)).collect();
        let mut numbers = HashMap::new();
        let mut owners = Vec::new();
        for (at, place) in places.iter().enumerate() {
            owners.push(place.as_ref().map_or(at, |place| *numbers.entry(place.clone()).or_insert(at)));
        }
        Self { inputs, before: texts.to_vec(), places, numbers, owners }
    }

    /// Finds what is in some of the texts, on all cores if there are many.
    fn examine(
        &self,
        arguments: &FixArguments,
        program: &ProgramArguments,
        settings: &[Setting],
        numbers: &[usize],
        texts: &[Arc<str>],
    ) -> Vec<Examined> {
        let edited = self.edited(texts);
        let one = |at: &usize| {
            let (input, text) = (self.inputs[*at], texts[self.owners[*at]].to_string());
            let loader = Edited { root: &input.root, texts: &edited };
            let Outcome::Compiled(compilation, _) = check_text(program, settings, (input, text, &loader))
            else {
                return Examined::default();
            };
            let number = |name: &str| {
                if name == input.name {
                    return Some(self.owners[*at]);
                }
                self.numbers.get(&input.root.resolve(Path::new(name)).ok()?).copied()
            };
            let may_apply = |applicability| arguments.may_apply(applicability);
            Examined::of(&compilation.diagnostics, &compilation.sources, may_apply, number)
        };
        if numbers.len() < FEW {
            numbers.iter().map(one).collect()
        } else {
            numbers.par_iter().map(one).collect()
        }
    }

    /// The texts of the files that have changed.
    fn edited(&self, texts: &[Arc<str>]) -> EditedTexts {
        let all = self.places.iter().zip(self.before.iter().zip(texts));
        let changed = all.filter(|(_, (before, after))| before != after);
        changed.filter_map(|(place, (_, after))| Some((place.clone()?, Arc::clone(after)))).collect()
    }
}
