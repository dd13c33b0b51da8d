//! Describes a container that may do the work of a built-in step, as a manifest or a source gives it.

use crate::model::{Container, Volume, Workload};
use crate::object::Node;

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

impl<'c> Candidate<'c> {
    /// A step of a workload; `None` if its command is not known.
    pub(crate) fn of(workload: &Workload, step: &'c Container) -> Option<Self> {
        let items = |key: &str| step.fields.get(key).map_or(&[][..], Node::items);
        let words = |key: &str| -> Option<Vec<&'c str>> { items(key).iter().map(Node::as_text).collect() };
        let text = |node: &'c Node, key: &str| node.get(key).and_then(Node::as_text);
        let mounts = items("volumeMounts").iter().filter_map(|mount| {
            let volume = text(mount, "name")?;
            let declared = workload.volumes.iter().find(|declared| declared.name.text == volume);
            Some(MountPlace {
                volume,
                path: text(mount, "mountPath")?,
                is_whole: ["subPath", "subPathExpr"].iter().all(|key| mount.get(key).is_none()),
                is_fresh: declared.is_some_and(starts_empty),
                is_first: false,
            })
        });
        let variables = items("env").iter().filter_map(|variable| {
            let value = text(variable, "value").filter(|value| !value.contains("$("));
            Some(Variable { name: text(variable, "name")?, value })
        });
        Some(Self {
            image: step.fields.get("image").and_then(Node::as_text),
            command: words("command")?,
            args: words("args")?,
            working_dir: step.fields.get("workingDir").and_then(Node::as_text),
            mounts: mounts.collect(),
            variables: variables.collect(),
            has_other_variables: step.fields.get("envFrom").is_some(),
            has_namespace: workload.object.metadata.get("namespace").is_some(),
            is_plain_root: step.fields.get("securityContext").is_none_or(is_plain_root),
        })
    }

    /// Whether there is a variable of this name, as far as that is known.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.has_other_variables || self.variables.iter().any(|variable| variable.name == name)
    }
}

/// Whether a security context only says that a container runs as root.
fn is_plain_root(context: &Node) -> bool {
    context.entries().iter().all(|entry| match entry.key.as_str() {
        "runAsUser" | "runAsGroup" => entry.node.as_int() == Some(0),
        "runAsNonRoot" | "allowPrivilegeEscalation" | "readOnlyRootFilesystem" | "privileged" => true,
        _ => false,
    })
}

/// Whether a volume is empty when a pod starts.
fn starts_empty(volume: &Volume) -> bool {
    volume.fields.entries().iter().all(|entry| matches!(entry.key.as_str(), "name" | "emptyDir"))
}
