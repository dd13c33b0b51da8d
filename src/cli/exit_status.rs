//! Defines how a run can end.

/// How a run ended; of several, the worst applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    /// Nothing is wrong.
    #[default]
    Fine = 0,
    /// A source has errors or is not formatted, committed output is stale, or a pod has failed.
    Errors = 1,
    /// The call was wrong, or a file could not be read or written.
    Trouble = 2,
    /// Nothing is wrong, but `diff --exit-code` found changes, or `status` found pods that are still starting.
    Unsettled = 3,
}
