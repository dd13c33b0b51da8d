//! Lists the kinds of object that are understood around workloads.

use crate::kubernetes::schema::{self, ObjectSchema};

macro_rules! kinds {
    ($($kind:ident [$($version:literal),+],)+) => {
        /// A kind of object that is not a workload.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum ObjectKind {
            $($kind,)+
        }

        /// Each kind with its name and the versions of the API whose fields are those of the schema.
        const KINDS: &[(ObjectKind, &str, &[&str])] =
            &[$((ObjectKind::$kind, stringify!($kind), &[$($version),+]),)+];
    };
}

kinds! {
    ClusterRole ["rbac.authorization.k8s.io/v1"],
    ClusterRoleBinding ["rbac.authorization.k8s.io/v1"],
    ConfigMap ["v1"],
    HorizontalPodAutoscaler ["autoscaling/v2", "autoscaling/v1"],
    Ingress ["networking.k8s.io/v1"],
    LimitRange ["v1"],
    Namespace ["v1"],
    NetworkPolicy ["networking.k8s.io/v1"],
    PersistentVolume ["v1"],
    PersistentVolumeClaim ["v1"],
    PodDisruptionBudget ["policy/v1"],
    PriorityClass ["scheduling.k8s.io/v1"],
    ResourceQuota ["v1"],
    Role ["rbac.authorization.k8s.io/v1"],
    RoleBinding ["rbac.authorization.k8s.io/v1"],
    RuntimeClass ["node.k8s.io/v1"],
    Secret ["v1"],
    Service ["v1"],
    ServiceAccount ["v1"],
    StorageClass ["storage.k8s.io/v1"],
}

impl ObjectKind {
    /// The kind of an object, if it is understood.
    pub(super) fn of(version: &str, kind: &str) -> Option<Self> {
        let row = KINDS.iter().find(|(_, name, versions)| *name == kind && versions.contains(&version));
        row.map(|(kind, _, _)| *kind)
    }

    /// The kind with a name, whatever its version.
    pub(super) fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, _, _)| *kind)
    }

    /// The API's name.
    pub(crate) fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _, _)| *kind == self).map_or("", |(_, name, _)| name)
    }

    /// Whether its objects are in no namespace.
    pub(crate) fn is_of_cluster(self) -> bool {
        matches!(
            self,
            Self::ClusterRole
                | Self::ClusterRoleBinding
                | Self::Namespace
                | Self::PersistentVolume
                | Self::PriorityClass
                | Self::RuntimeClass
                | Self::StorageClass
        )
    }

    /// Its fields.
    pub(super) fn schema(self) -> Option<&'static ObjectSchema> {
        schema::any_object(self.name())
    }
}
