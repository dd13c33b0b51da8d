//! Names what each statement does, as a value that the model matches without a wildcard.
//!
//! Invariant: no statement is without an effect, and the model does not compile until it carries out every effect.

use super::{ContainerKind, WorkloadKind};
use crate::statement::Direction;

/// What a statement does, by where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Opens a branch, at every place.
    When,
    /// Opens the other branch, at every place.
    Else,
    /// Gives containers what they start from, in a file or in a workload.
    Defaults,
    /// In a file.
    File(FileEffect),
    /// In a workload.
    Workload(WorkloadEffect),
    /// In a container.
    Container(ContainerEffect),
    /// Makes every key of a source a variable, in an `env` block.
    EnvFrom,
}

/// What a statement of a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileEffect {
    /// Names the edition of the language.
    Edition,
    /// Makes the declarations of another file available.
    Use,
    /// Declares a value that is set from outside.
    Param,
    /// Declares a constant.
    Let,
    /// Declares a template.
    Template,
    /// Makes a workload.
    Workload(WorkloadKind),
}

/// What a statement of a workload does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkloadEffect {
    /// Declares a volume.
    Volume,
    /// Declares a container.
    Container(ContainerKind),
    /// Places a part.
    Part,
    /// Sets a ceiling for the pod's requests.
    Budget,
    /// Enforces a level of the Pod Security Standards.
    Security,
    /// Sets the object's own metadata.
    Metadata,
    /// Sets fields of the Job's template.
    JobTemplate,
    /// Sets fields of the pod's template.
    PodTemplate,
}

impl WorkloadEffect {
    /// Whether a part may have the statement too.
    pub fn is_allowed_in_parts(self) -> bool {
        match self {
            Self::Container(kind) => kind != ContainerKind::App,
            Self::Volume => true,
            Self::Part
            | Self::Budget
            | Self::Security
            | Self::Metadata
            | Self::JobTemplate
            | Self::PodTemplate => false,
        }
    }
}

/// What a statement of a container does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerEffect {
    /// Sets the command, as text that is split.
    Run,
    /// Sets the arguments.
    Args,
    /// Sets the command, as a script.
    Script,
    /// Sets variables.
    Environment,
    /// Declares a port.
    Port,
    /// Sets a request and a limit.
    Amount(Amount),
    /// Mounts a volume.
    Mount(Direction),
    /// Sets a probe.
    Probe(Probe),
    /// Sets what runs before the container.
    After,
    /// States a time that only the author knows.
    Time(StatedTime),
}

/// The resource whose amount a statement sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// CPU.
    Cpu,
    /// Memory.
    Memory,
    /// Ephemeral storage.
    Storage,
    /// The one that the statement names.
    Named,
}

/// A time that the author states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatedTime {
    /// Until a step is done, a sidecar is up, or an app is ready.
    Start,
    /// From the signal to stop until the container has stopped.
    Stop,
}

/// A probe of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Whether it receives traffic.
    Readiness,
    /// Whether it has to be restarted.
    Liveness,
    /// Whether it has started.
    Startup,
}
