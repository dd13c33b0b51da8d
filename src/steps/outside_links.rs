//! Implements `outside-links` for the steps that write folders.

use super::StepInput;
use crate::statement::{StatementPlace, StatementSpec, of_step};

/// The statement's name.
const NAME: &str = "outside-links";

/// `outside-links`
pub(super) const fn statement(places: &'static [StatementPlace]) -> StatementSpec {
    of_step(
        places,
        NAME,
        &[],
        "Keeps links that lead out of the folder. By default the step refuses them, since they would lead a reader to files of its own.",
    )
}

/// Whether the step has the statement.
pub(super) fn read(given: &StepInput) -> bool {
    given.option(NAME).is_some()
}
