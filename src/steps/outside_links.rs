//! `outside-links`, for the steps that bring folders: its statement to the variable of their scripts.

use super::StepInput;
use crate::statement::{StatementPlace, StatementSpec, of_step};
use smol_str::SmolStr;

/// The statement's name.
const NAME: &str = "outside-links";

/// `outside-links`
pub(super) const fn statement(places: &'static [StatementPlace]) -> StatementSpec {
    of_step(
        places,
        NAME,
        &[],
        "Links that lead out of the folder come too; without it the step refuses them, since a reader would be led to files of its own.",
    )
}

/// Whether the statement stands.
pub(super) fn read(given: &StepInput) -> bool {
    given.option(NAME).is_some()
}

/// The variable that the scripts read.
pub(super) fn variable(outside_links: bool) -> Option<(SmolStr, SmolStr)> {
    outside_links.then(|| ("INITFLOW_OUTSIDE_LINKS".into(), "yes".into()))
}
