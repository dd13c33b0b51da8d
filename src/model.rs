//! Resolves a syntax tree to [`Workload`]s: binds names, applies templates, and types values.
//!
//! Invariant: resolving never fails. What cannot be understood is `Unresolved`, and has been reported.

mod amounts;
mod api_form;
mod api_resources;
mod builtin;
pub(crate) mod command;
mod container;
mod declare;
mod defaults;
mod draft;
mod environment;
mod fields;
mod head;
// Only editors keep results.
mod idle_insertion;
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
mod kept;
mod labels;
mod list_form;
mod misplaced;
mod object_levels;
mod once;
mod parameter;
mod passwd;
mod port;
mod probe;
mod qualified;
// Only editors need to know what names are bound to.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
mod record;
mod references;
mod resolve;
mod respelled;
mod scope;
mod security;
mod settings;
pub(crate) mod shell_words;
mod stated_time;
mod template;
mod types;
mod unknown;
mod used;
mod volume;
mod work;
mod workload;

pub(crate) use environment::{Function, function, functions};
pub(crate) use kept::Kept;
pub(crate) use kept::{Forgetful, ResultMemory};
pub(crate) use labels::NAME_LABEL;
pub use parameter::parameter_types;
pub(crate) use qualified::QualifiedName;
pub(crate) use record::{Bindings, Bound, NameKind, bindings};
pub(crate) use resolve::{File, Program, resolve};
pub(crate) use scope::WORKLOAD_NAME;
pub(crate) use security::may_be_root;
pub(crate) use settings::settable_params;
pub(crate) use types::undeclarable;
pub(crate) use used::stem;
pub(crate) use used::{FileUse, read_use};

pub use crate::statement::Direction;
pub use crate::vocabulary::WorkloadKind;

use crate::object::Node;
use crate::source::Span;
use crate::steps::BuiltIn;
use crate::steps::wait::AwaitedObject;
use smol_str::SmolStr;

/// A value that is given to a param from outside the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The param's name; `file.name` for a param of a file that the program uses.
    pub name: String,
    /// The value as text.
    pub value: String,
    /// Where it was given, as messages show it: `--set tag`.
    pub origin: String,
    /// Its place, if it was given in a file.
    pub span: Option<Span>,
    /// Whether the value is ignored if the program has no such param. If not, that is an error.
    pub optional: bool,
}

impl Setting {
    /// Gives a value to a param that the program must have.
    ///
    /// ```
    /// use initflow::compile::Setting;
    ///
    /// assert_eq!(Setting::new("tag", "1.29").value, "1.29");
    /// ```
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        Self { origin: format!("`{name}`"), name, value: value.into(), span: None, optional: false }
    }
}

/// A name with the place where it was given.
#[derive(Clone, Debug)]
pub(crate) struct PlacedName {
    /// The name.
    pub text: SmolStr,
    /// Its place in the source.
    pub span: Span,
}

/// Metadata and spec of one level: the object, the Job's template of a CronJob, or the pod's template.
#[derive(Clone, Debug)]
pub(crate) struct ObjectLevel {
    /// The fields of `ObjectMeta`, a map.
    pub metadata: Node,
    /// The fields of the level's spec, a map.
    pub spec: Node,
}

/// One workload.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    /// Its kind.
    pub kind: WorkloadKind,
    /// Its name; absent if `object.metadata` has `generateName`. `object.metadata` has the name too.
    pub name: Option<PlacedName>,
    /// Its head in the source: `deployment shop`.
    pub span: Span,
    /// The object itself. For a Pod `spec` is empty: see `pod`.
    pub object: ObjectLevel,
    /// The Job's template; for a CronJob only.
    pub job: Option<ObjectLevel>,
    /// The pod's template (for a Pod: its spec, without metadata). `spec` has no containers, initContainers or volumes.
    pub pod: ObjectLevel,
    /// The volumes, in the order of the source, claim templates of a `StatefulSet` among them.
    pub volumes: Vec<Volume>,
    /// The containers of all roles, in the order of the source.
    pub containers: Vec<Container>,
    /// The place of `security restricted`, if it has that statement.
    pub restricted: Option<Span>,
    /// Whether some statement in it could not be understood. Then nothing is reported as missing.
    pub unclear: bool,
    /// Ceilings for the pod's effective requests: resource name (`cpu`, `memory`, …) to quantity, maps.
    pub budgets: Vec<Node>,
}

impl Workload {
    /// The namespace that the program sets.
    pub(crate) fn namespace(&self) -> Option<&str> {
        self.object.metadata.get("namespace").and_then(Node::as_text)
    }
}

/// What a volume contributes to the flow of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// An emptyDir on the node's disk: empty when the pod starts.
    Scratch,
    /// An emptyDir in memory: empty when the pod starts.
    Memory,
    /// A volume that may already have files (claim, secret, configMap, hostPath, image, …).
    Filled,
    /// A volumeClaimTemplate of the StatefulSet. It is not among the pod's volumes.
    ClaimTemplate,
}

/// A volume.
#[derive(Clone, Debug)]
pub(crate) struct Volume {
    /// Its name in the pod.
    pub name: PlacedName,
    /// Its name in the source.
    pub qualified: QualifiedName,
    /// What it is.
    pub storage: Storage,
    /// The statement's head.
    pub span: Span,
    /// The fields of Kubernetes' `Volume`, `name` included; for a claim template those of `PersistentVolumeClaim`.
    pub fields: Node,
}

/// What a container does in the life of the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An init container that runs to completion.
    Step,
    /// A native sidecar.
    Sidecar,
    /// An ordinary container.
    App,
}

impl Role {
    /// The role as a word: `step`, `sidecar` or `app`.
    ///
    /// ```
    /// use initflow::plan::Role;
    ///
    /// assert_eq!(Role::Sidecar.name(), "sidecar");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Sidecar => "sidecar",
            Self::App => "app",
        }
    }
}

/// A container.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    /// Its name in the pod.
    pub name: PlacedName,
    /// Its name in the source.
    pub qualified: QualifiedName,
    /// Its role.
    pub role: Role,
    /// The built-in step that it is, if it is one.
    pub built_in: Option<BuiltIn>,
    /// The statement's head.
    pub span: Span,
    /// The fields of Kubernetes' `Container`, `name`, `volumeMounts` and (for a sidecar) `restartPolicy` included.
    pub fields: Node,
    /// The place of the text of `run`, if `run` gives its command.
    pub run: Option<Span>,
    /// The mounts and their directions, in the order of `fields.volumeMounts`, then the files that variables come from.
    pub mounts: Vec<Mount>,
    /// What it runs after.
    pub after: Vec<Reference>,
    /// How long it takes until it is done, up or ready, if the author states it.
    pub takes: Option<TimeSpan>,
    /// How long it takes to stop after its signal, if the author states it.
    pub stops: Option<TimeSpan>,
    /// The resources of which the compiler requests what a built-in step needs, since the source says nothing of them.
    pub completed: Vec<&'static str>,
    /// The names in `$(NAME)` in the statements of a built-in step, each at the place of its `$(NAME)` where the source has it
    /// only once.
    pub references: Vec<Node>,
    /// The objects of the API whose state it reads.
    pub awaited: Vec<AwaitedObject>,
    /// The tool that it runs to change what all pods share without locking out a second run, and where it is named.
    pub unlocked: Option<(&'static str, Span)>,
    /// What takes its place in the pod, if it runs once for all pods.
    pub once: Option<Box<Once>>,
    /// Whether some statement in it could not be understood. Then nothing is reported as missing.
    pub unclear: bool,
}

/// A time that the author states, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeSpan {
    /// At best.
    pub least: u64,
    /// At worst.
    pub most: u64,
    /// The place of the statement's name.
    pub span: Span,
}

/// What the compiler adds for a step that runs once for all pods.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    /// The place of `once`.
    pub span: Span,
    /// In each pod, the step that waits for the Job, whose name is the value of its variable [`JOB`](crate::steps::wait::JOB).
    pub waiting: Added,
    /// In the Job, the container that records at its end that it is complete.
    pub recording: Added,
}

/// A container that the compiler adds.
#[derive(Clone, Debug)]
pub(crate) struct Added {
    /// The container.
    pub container: Container,
    /// The volumes that it alone mounts.
    pub volumes: Vec<Volume>,
}

/// A mount of a volume in a container, or a variable that comes from one of its files.
#[derive(Clone, Debug)]
pub(crate) struct Mount {
    /// The volume's name, and where the mount names it.
    pub volume: PlacedName,
    /// The index into the workload's volumes; none if there is no such volume (an error has been reported).
    pub index: Option<usize>,
    /// The direction.
    pub direction: Direction,
    /// `sub`: the folder in the volume, or the file.
    pub sub: Option<SmolStr>,
    /// The one file or folder that the container creates in the volume, if the compiler knows it.
    pub makes: Option<SmolStr>,
    /// The whole statement's head.
    pub span: Span,
}

/// A reference to a container of the same workload.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// The place.
    pub span: Span,
    /// The index into the workload's containers.
    pub index: usize,
}

#[cfg(test)]
mod tests;
