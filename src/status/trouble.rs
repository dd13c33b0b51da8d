//! Describes what keeps a pod from being up: what it is, in the words of the compiler and of the cluster, and what to do.

use super::objects::Moment;
use smol_str::SmolStr;

/// Why something has failed.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) kind: TroubleKind,
    /// The container that has failed, if it is one.
    pub(crate) container: Option<SmolStr>,
    /// What is wrong, in one clause.
    pub(crate) headline: String,
    /// What the cluster says about it.
    pub(crate) message: Option<String>,
    /// The last lines of the container's log or message.
    pub(crate) last_lines: Vec<String>,
    pub(crate) exit_code: Option<i64>,
    pub(crate) signal: Option<i64>,
    pub(crate) since: Option<Moment>,
    pub(crate) next: Next,
    /// What to do.
    pub(crate) help: Vec<String>,
}

/// What the kubelet does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing that is known.
    #[default]
    Unknown,
    /// It starts the container again, at about this moment.
    Again { at: Moment, back_off: i64 },
    /// The container runs again.
    Running,
    /// It does not start the container again.
    Never,
}

impl Trouble {
    pub(crate) fn new(kind: TroubleKind, headline: impl Into<String>) -> Self {
        Self {
            kind,
            container: None,
            headline: headline.into(),
            message: None,
            last_lines: Vec::new(),
            exit_code: None,
            signal: None,
            since: None,
            next: Next::Unknown,
            help: Vec::new(),
        }
    }

    pub(crate) fn of(mut self, container: &str) -> Self {
        self.container = Some(container.into());
        self
    }

    /// Adds what the cluster says.
    pub(crate) fn said(mut self, message: &str) -> Self {
        self.message = Some(message.trim()).filter(|message| !message.is_empty()).map(str::to_owned);
        self
    }

    pub(crate) fn since(mut self, moment: Option<Moment>) -> Self {
        self.since = moment;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Whether the log of the container may say more.
    pub(crate) fn has_log(&self) -> bool {
        self.exit_code.is_some() && self.kind != TroubleKind::Program && self.last_lines.is_empty()
    }

    /// Passes all texts of others through a function.
    pub(crate) fn map_texts(&mut self, change: impl Fn(&str) -> String) {
        self.headline = change(&self.headline);
        for text in self.message.iter_mut().chain(&mut self.last_lines).chain(&mut self.help) {
            *text = change(text);
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)+) => {
        /// What is wrong, as JSON names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum TroubleKind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl TroubleKind {
            /// All of them, with what each means.
            #[cfg(test)]
            pub(crate) const ALL: &[(Self, &str)] = &[$((Self::$kind, concat!($($doc),+)),)+];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// The program of a container ended with another exit status than 0.
    ExitStatus = "exit-status",
    /// The program of a container was ended by a signal.
    Signal = "signal",
    /// A container used more memory than its limit.
    OutOfMemory = "out-of-memory",
    /// An app ended without an error, and is started again.
    Ended = "ended",
    /// The program of a container cannot be started.
    Program = "program",
    /// A start-up probe did not succeed in time.
    StartupProbe = "startup-probe",
    /// A liveness probe failed.
    LivenessProbe = "liveness-probe",
    /// A `postStart` hook failed.
    PostStart = "post-start",
    /// An image cannot be pulled.
    ImagePull = "image-pull",
    /// An image is not on the node, and may not be pulled.
    ImageNeverPull = "image-never-pull",
    /// The name of an image is not one.
    ImageName = "image-name",
    /// A Secret does not exist.
    MissingSecret = "missing-secret",
    /// A ConfigMap does not exist.
    MissingConfigMap = "missing-config-map",
    /// A Secret or a ConfigMap does not have a key.
    MissingKey = "missing-key",
    /// A container must not run as root, and its image does.
    RunAsRoot = "run-as-root",
    /// A container cannot be created.
    Container = "container",
    /// A volume cannot be mounted.
    Volume = "volume",
    /// The pod's network or sandbox cannot be made.
    Sandbox = "sandbox",
    /// No node has room for the pod, or may have it.
    Unschedulable = "unschedulable",
    /// The pod was removed from its node.
    Evicted = "evicted",
    /// The pod, or the Job, ran longer than its deadline.
    Deadline = "deadline",
    /// A node refused the pod.
    Node = "node",
    /// The pod's node does not answer.
    NodeLost = "node-lost",
    /// A quota of the namespace is used up.
    Quota = "quota",
    /// Pod Security refuses the pod.
    PodSecurity = "pod-security",
    /// The API server refuses the pod for another reason.
    Refused = "refused",
    /// The rollout took longer than its deadline.
    ProgressDeadline = "progress-deadline",
    /// A Job has given up.
    Job = "job",
}

#[cfg(test)]
mod tests {
    use super::TroubleKind;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_its_own_name() {
        let names: BTreeSet<&str> = TroubleKind::ALL.iter().map(|(kind, _)| kind.name()).collect();
        assert_eq!(names.len(), TroubleKind::ALL.len());
    }
}
