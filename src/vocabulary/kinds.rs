//! Names the kinds of workload and of container, each with the keyword that opens one.

use crate::kubernetes::schema::{self, ObjectSchema};
use crate::steps::StepKind;

/// The seven kinds of workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum WorkloadKind {
    Pod,
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    Job,
    CronJob,
}

impl WorkloadKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Pod,
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::ReplicaSet,
        Self::Job,
        Self::CronJob,
    ];

    /// The kind of a keyword.
    ///
    /// ```
    /// use initflow::plan::WorkloadKind;
    ///
    /// assert_eq!(WorkloadKind::of("cronjob"), Some(WorkloadKind::CronJob));
    /// ```
    pub fn of(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.keyword() == keyword)
    }

    /// The word that opens one in the language.
    ///
    /// ```
    /// use initflow::plan::WorkloadKind;
    ///
    /// assert_eq!(WorkloadKind::CronJob.keyword(), "cronjob");
    /// ```
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::DaemonSet => "daemonset",
            Self::ReplicaSet => "replicaset",
            Self::Job => "job",
            Self::CronJob => "cronjob",
        }
    }

    /// The API's name.
    ///
    /// ```
    /// use initflow::plan::WorkloadKind;
    ///
    /// assert_eq!(WorkloadKind::CronJob.name(), "CronJob");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Pod => "Pod",
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
        }
    }

    /// The objects between its metadata and its pods, outermost first.
    pub(crate) fn specs(self) -> &'static [&'static ObjectSchema] {
        match self {
            Self::Pod => &[],
            Self::Deployment => const { &[&schema::DEPLOYMENT_SPEC] },
            Self::StatefulSet => const { &[&schema::STATEFUL_SET_SPEC] },
            Self::DaemonSet => const { &[&schema::DAEMON_SET_SPEC] },
            Self::ReplicaSet => const { &[&schema::REPLICA_SET_SPEC] },
            Self::Job => const { &[&schema::JOB_SPEC] },
            Self::CronJob => const { &[&schema::CRON_JOB_SPEC, &schema::JOB_SPEC] },
        }
    }

    /// Whether it finds its pods by a selector that its author can set.
    pub(crate) fn has_selector(self) -> bool {
        matches!(self, Self::Deployment | Self::StatefulSet | Self::DaemonSet | Self::ReplicaSet)
    }
}

/// The kinds of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerKind {
    /// A step whose command is the author's.
    Step,
    /// A native sidecar.
    Sidecar,
    /// An ordinary container.
    App,
    /// A built-in step.
    BuiltIn(StepKind),
}

impl ContainerKind {
    /// The keyword that opens one.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Sidecar => "sidecar",
            Self::App => "app",
            Self::BuiltIn(kind) => kind.keyword(),
        }
    }

    /// The kind of a keyword.
    pub fn of(keyword: &str) -> Option<Self> {
        let built_in = || StepKind::of(keyword).map(Self::BuiltIn);
        [Self::Step, Self::Sidecar, Self::App]
            .into_iter()
            .find(|kind| kind.keyword() == keyword)
            .or_else(built_in)
    }
}

/// The container statements: the keywords that open one.
pub const CONTAINERS: &[&str] = {
    const WRITTEN: [ContainerKind; 3] = [ContainerKind::Step, ContainerKind::Sidecar, ContainerKind::App];
    const KEYWORDS: [&str; WRITTEN.len() + StepKind::ALL.len()] = {
        let mut keywords = [""; WRITTEN.len() + StepKind::ALL.len()];
        let mut at = 0;
        while at < keywords.len() {
            keywords[at] = match at.checked_sub(WRITTEN.len()) {
                Some(at) => StepKind::ALL[at].keyword(),
                None => WRITTEN[at].keyword(),
            };
            at += 1;
        }
        keywords
    };
    &KEYWORDS
};
