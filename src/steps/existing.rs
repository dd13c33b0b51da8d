//! Implements `existing` for the steps that write files into a volume: what becomes of what is there already.

use super::StepInput;
use super::script::part;
use crate::statement::{Slot, StatementPlace, StatementSpec, clause, of_step, one_of};

/// The statement's name.
pub(crate) const NAME: &str = "existing";

/// What a step does with what is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Replaces it.
    Replace,
    /// Leaves it as it is, and does nothing.
    Keep,
    /// Leaves it as it is, and adds the files that it does not have.
    Merge,
}

impl Existing {
    /// The parts of a script that give a new folder its name.
    pub(super) fn folders(self) -> Vec<&'static str> {
        match self {
            Self::Replace => vec![part!("work/replace.sh")],
            Self::Keep | Self::Merge => vec![part!("work/there.sh"), part!("work/add.sh")],
        }
    }

    /// The parts of a script that give a new file its name.
    pub(super) fn files(self) -> Vec<&'static str> {
        match self {
            Self::Replace => vec![part!("work/replace-file.sh")],
            Self::Keep | Self::Merge => vec![part!("work/there.sh"), part!("work/add-file.sh")],
        }
    }
}

const KEEP: Slot = clause!(one_of "keep");
const MERGE: Slot = clause!(one_of "merge");
const REPLACE: Slot = clause!(one_of "replace");

/// `existing keep`, `existing replace`
pub(super) const fn statement(places: &'static [StatementPlace]) -> StatementSpec {
    of_step(
        places,
        NAME,
        &[KEEP, REPLACE],
        "What to do with what is there already: `keep` it and do nothing, or `replace` it, which is the default.",
    )
}

/// `existing keep`, `existing merge`, `existing replace`
pub(super) const fn statement_with_merge(places: &'static [StatementPlace]) -> StatementSpec {
    of_step(
        places,
        NAME,
        &[KEEP, MERGE, REPLACE],
        "What to do with what is there already: `keep` it and do nothing, `merge` by adding only the files that are missing, or `replace` it, which is the default.",
    )
}

/// What the author wants, if the step says it.
pub(super) fn read(given: &StepInput) -> Option<Existing> {
    let option = given.option(NAME)?;
    let word = |word| option.clause(word).is_some();
    Some(match () {
        () if word("keep") => Existing::Keep,
        () if word("merge") => Existing::Merge,
        () => Existing::Replace,
    })
}
