//! Recognizes a container that does the work of a built-in step, and says which statements that step has.
//!
//! Invariant: a container matches only if everything that it runs is understood; what the step does differently is listed in
//! `changes`. Import asks here to convert a container, and the lints to show the step that can replace it.

mod action;
mod bounds;
mod candidate;
mod checks;
mod clone;
mod conditions;
mod copy;
mod fetch;
mod idiom;
mod kubectl;
mod migrate;
mod options;
mod own;
mod reader;
mod script;
mod shell_words;
mod step;
mod tries;
mod wait;

pub(crate) use candidate::{Candidate, MountPlace, Variable};
pub(crate) use idiom::Idiom;

use step::Step;

/// The idioms, in the order in which they are tried.
const IDIOMS: [fn(&Step) -> Option<Idiom>; 7] =
    [wait::of, kubectl::of, clone::of, fetch::of, own::of, copy::of, migrate::of];

/// The built-in step that a container matches, if it plainly does the same work.
pub(crate) fn of(candidate: &Candidate) -> Option<Idiom> {
    let step = Step { candidate, script: script::read(candidate)? };
    let mut idiom = IDIOMS.iter().find_map(|idiom| idiom(&step))?;
    idiom.changes.extend(&step.script.aside);
    Some(idiom)
}
