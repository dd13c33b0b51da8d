//! Describes a container that may do the work of a built-in step, as a manifest or a source gives it.

/// A container that may do the work of a built-in step.
#[derive(Debug, Default)]
pub(crate) struct Candidate<'c> {
    pub(crate) image: Option<&'c str>,
    pub(crate) command: Vec<&'c str>,
    pub(crate) args: Vec<&'c str>,
    pub(crate) working_dir: Option<&'c str>,
    pub(crate) mounts: Vec<MountPlace<'c>>,
    pub(crate) variables: Vec<Variable<'c>>,
    /// Whether it has variables whose names are not known here.
    pub(crate) has_other_variables: bool,
    /// Whether its workload names its namespace, which waiting for a Job needs.
    pub(crate) has_namespace: bool,
    /// Whether it sets nothing about its rights, or only that it runs as root.
    pub(crate) is_plain_root: bool,
}

/// Where a container mounts a volume.
#[derive(Debug)]
pub(crate) struct MountPlace<'c> {
    pub(crate) volume: &'c str,
    pub(crate) path: &'c str,
    /// Whether it is the whole volume.
    pub(crate) is_whole: bool,
    /// Whether the volume is empty when a pod starts.
    pub(crate) is_fresh: bool,
    /// Whether no other container can have written to the volume before.
    pub(crate) is_first: bool,
}

/// A variable of a container.
#[derive(Debug)]
pub(crate) struct Variable<'c> {
    pub(crate) name: &'c str,
    /// Its text, if that is known and has no reference to other variables.
    pub(crate) value: Option<&'c str>,
}

impl Candidate<'_> {
    /// Whether there is a variable of this name, as far as that is known.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.has_other_variables || self.variables.iter().any(|variable| variable.name == name)
    }
}
