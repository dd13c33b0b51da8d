//! Describes what a container runs.

/// The word before the text that `grep` looks for in the output of a condition.
pub(super) const PIPED_TO_GREP: &str = "| grep";
/// The word before the status that a request must have.
pub(super) const WITH_STATUS: &str = "= status";
/// The program of a condition that opens a port by the shell alone.
pub(super) const DEV_TCP: &str = "/dev/tcp";

/// The word before those of the `tar` that unpacks a download.
pub(super) const PIPED_TO_TAR: &str = "| tar";

/// What a container runs.
#[derive(Debug)]
pub(super) enum Action {
    /// A command that runs once.
    Once(Vec<String>),
    /// A command that runs unless there is something at a path.
    Unless(String, Vec<String>),
    /// Conditions that are tried until they hold.
    Until(Tries),
}

/// What a container runs, with what surrounds it.
#[derive(Debug)]
pub(super) struct ReadScript {
    pub(super) action: Action,
    /// What the rest of the script does that a step does not.
    pub(super) aside: Vec<&'static str>,
    /// What makes room for the files that the action makes.
    pub(super) prepared: Vec<Preparation>,
    /// The folder that the script enters.
    pub(super) folder: Option<String>,
}

/// A command that makes room for files.
#[derive(Debug)]
pub(super) enum Preparation {
    /// `mkdir -p PATH`
    Makes(String),
    /// `rm -rf PATH`
    Removes(String),
}

/// Conditions that are tried until they hold.
#[derive(Debug, Default)]
pub(super) struct Tries {
    /// The words of each.
    pub(super) conditions: Vec<Vec<String>>,
    /// The pause between two tries, in seconds.
    pub(super) pause: Option<u64>,
    /// The time for all tries, in seconds; `None` if there is no limit or it is not known.
    pub(super) limit: Option<u64>,
    /// Whether the script goes on when the tries are used up.
    pub(super) goes_on: bool,
    /// Whether success ends the whole script.
    pub(super) leaves_script: bool,
    pub(super) count: Option<u64>,
}

/// How a branch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    /// It leaves the loop.
    Loop,
    /// It ends the script successfully.
    Succeeds,
    /// It ends the script with a failure.
    Fails,
}

impl Tries {
    /// Adds the conditions of another loop, which follows this one.
    pub(super) fn add(&mut self, more: Self) {
        self.conditions.extend(more.conditions);
        self.pause = self.pause.or(more.pause);
        self.limit = self.limit.zip(more.limit).map(|(one, other)| one.saturating_add(other));
        self.goes_on |= more.goes_on;
    }
}
