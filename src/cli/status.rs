//! Defines how a run can end.

/// How a run ended; of several, the worst applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    /// Nothing is wrong.
    #[default]
    Fine = 0,
    /// A source has errors or is not formatted, or committed output is stale.
    Errors = 1,
    /// The call was wrong, or a file could not be read or written.
    Trouble = 2,
    /// `diff --exit-code` found changes, and nothing is wrong.
    Changed = 3,
}
