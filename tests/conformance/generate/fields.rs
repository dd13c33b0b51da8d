//! Generates objects of the schema as blocks of statements.

use super::{Generator, inner};
use crate::source::{Statement, block, key, line, list};
use initflow::kubernetes::schema::{Field, FieldType, ObjectSchema};
use initflow::kubernetes::version::Support;

/// Fields of which an object has exactly one.
const UNIONS: &[(&str, &[&str])] = &[
    ("ClusterTrustBundleProjection", &["name", "signerName"]),
    ("DownwardAPIVolumeFile", &["fieldRef", "resourceFieldRef"]),
    ("EnvVar", &["value", "valueFrom"]),
    ("EnvVarSource", &["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"]),
    ("FCVolumeSource", &["targetWWNs", "wwids"]),
    ("FlockerVolumeSource", &["datasetName", "datasetUUID"]),
    ("LifecycleHandler", &["exec", "httpGet", "sleep", "tcpSocket"]),
    ("PodFailurePolicyRule", &["onExitCodes", "onPodConditions"]),
    ("PodResourceClaim", &["resourceClaimName", "resourceClaimTemplateName"]),
    ("Probe", &["exec", "httpGet", "tcpSocket", "grpc"]),
    (
        "VolumeProjection",
        &[
            "clusterTrustBundle",
            "configMap",
            "downwardAPI",
            "podCertificate",
            "secret",
            "serviceAccountToken",
        ],
    ),
    ("WorkloadPodGroupDisruptionMode", &["single", "all"]),
    ("WorkloadPodGroupResourceClaim", &["resourceClaimName", "resourceClaimTemplateName"]),
    ("WorkloadPodGroupSchedulingPolicy", &["basic", "gang"]),
];

/// Fields that the schema does not require, but the API server does.
const NEEDED: &[(&str, &str)] = &[
    ("ContainerRestartRule", "exitCodes"),
    ("ContainerRestartRuleOnExitCodes", "values"),
    ("DaemonSetUpdateStrategy", "type"),
    ("DeploymentStrategy", "type"),
    ("DownwardAPIProjection", "items"),
    ("EphemeralVolumeSource", "volumeClaimTemplate"),
    ("ExecAction", "command"),
    ("FCVolumeSource", "lun"),
    ("HostAlias", "hostnames"),
    ("ImageVolumeSource", "reference"),
    ("LabelSelectorRequirement", "values"),
    ("NodeSelectorRequirement", "values"),
    ("NodeSelectorTerm", "matchExpressions"),
    ("PersistentVolumeClaimSpec", "accessModes"),
    ("PersistentVolumeClaimSpec", "resources"),
    ("PodCertificateProjection", "credentialBundlePath"),
    ("PodDNSConfigOption", "name"),
    ("PodFailurePolicyOnPodConditionsPattern", "status"),
    ("PodSchedulingGroup", "podGroupName"),
    ("ProjectedVolumeSource", "sources"),
    ("SecretVolumeSource", "secretName"),
    ("StatefulSetUpdateStrategy", "type"),
    ("StorageOSVolumeSource", "volumeName"),
    ("SuccessPolicyRule", "succeededIndexes"),
    ("ScaleIOVolumeSource", "volumeName"),
    ("Toleration", "key"),
    ("VolumeResourceRequirements", "requests"),
    ("WorkloadPodGroupGangSchedulingPolicy", "minCount"),
];

/// Fields that people do not write; they are generated only if they are in focus.
const RARE: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
    "apiVersion",
    "kind",
    "ephemeralContainers",
];

impl Generator {
    /// Statements for the fields of an object.
    pub(super) fn object(&mut self, object: &'static ObjectSchema, skip: &[&str]) -> Vec<Statement> {
        self.depth += 1;
        let chosen = self.members(object);
        let mut statements = Vec::new();
        for field in object.fields {
            if !skip.contains(&field.name) && self.takes(object, field, &chosen) {
                statements.extend(self.field(object, field));
            }
        }
        self.depth -= 1;
        self.repair(object.name, &mut statements);
        statements
    }

    /// The members of a union that an object must not have.
    fn members(&mut self, object: &ObjectSchema) -> Vec<&'static str> {
        let Some((_, members)) = UNIONS.iter().find(|(name, _)| *name == object.name) else {
            return Vec::new();
        };
        let able = |name: &&str| {
            if *name == "fileKeyRef" && self.file_volume().is_none() {
                return false;
            }
            let field = object.field(name);
            field.is_some_and(|field| !matches!(field.since.in_version(self.version), Support::Absent))
        };
        let able: Vec<&'static str> = members.iter().copied().filter(able).collect();
        let wanted = able.iter().copied().find(|name| {
            self.focus == (object.name, *name)
                || object
                    .field(name)
                    .and_then(|field| inner(&field.ty))
                    .is_some_and(|inner| self.towards.contains(inner.name))
        });
        let chosen = match wanted {
            Some(wanted) if self.chance(90) => wanted,
            _ => self.pick(&able),
        };
        members.iter().copied().filter(|name| *name != chosen).collect()
    }

    /// Whether an object gets a field.
    fn takes(&mut self, object: &ObjectSchema, field: &Field, left_out: &[&str]) -> bool {
        let is_focus = self.focus == (object.name, field.name);
        let is_member =
            UNIONS.iter().any(|(name, members)| *name == object.name && members.contains(&field.name));
        let is_supported = match field.since.in_version(self.version) {
            Support::Supported => true,
            Support::GateOff { .. } => is_focus || is_member || self.chance(20),
            Support::Absent => false,
        };
        if !is_supported || left_out.contains(&field.name) {
            return false;
        }
        let is_needed = field.required || NEEDED.contains(&(object.name, field.name)) || is_member;
        let leads =
            inner(&field.ty).is_some_and(|inner| self.towards.contains(inner.name)) && self.depth < 12;
        if is_needed || is_focus || leads && self.chance(85) {
            return true;
        }
        let many = object.fields.len().max(1);
        let percent = if self.depth > 4 { 60 / many } else { (250 / many).clamp(4, 45) };
        !RARE.contains(&field.name) && self.chance(percent)
    }

    /// Statements for one field: several for a list of objects.
    pub(super) fn field(&mut self, object: &'static ObjectSchema, field: &'static Field) -> Vec<Statement> {
        match &field.ty {
            FieldType::Object(inner) => vec![block(field.name, self.inner_object(object, field, inner))],
            // Two of these about the same thing exclude each other.
            FieldType::List(FieldType::Object(inner))
                if ["Sysctl", "ContainerResizePolicy", "TopologySpreadConstraint"].contains(&inner.name) =>
            {
                vec![block(field.name, self.inner_object(object, field, inner))]
            }
            FieldType::List(FieldType::Object(inner)) => (0..self.rng.usize(1..3))
                .map(|_| block(field.name, self.inner_object(object, field, inner)))
                .collect(),
            FieldType::Map(item) => {
                let entries = self.map_entries(object, field, item);
                vec![block(field.name, entries)]
            }
            FieldType::List(item) => {
                let count = self.rng.usize(1..3);
                let mut items: Vec<String> = (0..count).map(|_| self.scalar(object, field, item)).collect();
                items.sort();
                items.dedup();
                vec![line(field.name, [list(items)])]
            }
            FieldType::Any => vec![block(field.name, vec![line("f:spec", [r#""{}""#])])],
            scalar => vec![line(field.name, [self.scalar(object, field, scalar)])],
        }
    }

    fn inner_object(
        &mut self,
        object: &ObjectSchema,
        field: &Field,
        inner: &'static ObjectSchema,
    ) -> Vec<Statement> {
        match (object.name, field.name) {
            // In a volume, the metadata of a claim can have only labels and annotations.
            ("PersistentVolumeClaimTemplate", "metadata") => {
                let mut statements = self.object(inner, &[]);
                statements.retain(|statement| ["labels", "annotations"].contains(&statement.name.as_str()));
                statements
            }
            ("NodeSelectorTerm", "matchFields") => {
                let operator = self.pick(&["In", "NotIn"]);
                vec![
                    line("key", [r#""metadata.name""#]),
                    line("operator", [operator]),
                    line("values", [r#"["node-1"]"#]),
                ]
            }
            _ => self.object(inner, &[]),
        }
    }

    fn map_entries(&mut self, object: &ObjectSchema, field: &Field, item: &FieldType) -> Vec<Statement> {
        let count = self.rng.usize(1..3);
        if matches!(item, FieldType::Quantity) {
            return self.amounts(object.name, field.name);
        }
        let mut entries: Vec<Statement> = (0..count)
            .map(|_| {
                let name = self.map_key(object.name, field.name);
                let value = self.map_value(object.name, field.name);
                line(&key(&name), [value])
            })
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.dedup_by(|a, b| a.name == b.name);
        entries
    }

    /// A value of a scalar type, as it is written in a program.
    pub(super) fn scalar(&mut self, object: &ObjectSchema, field: &Field, ty: &FieldType) -> String {
        match ty {
            FieldType::Bool => self.boolean(field.name).to_string(),
            FieldType::Int32 | FieldType::Int64 => self.integer(object.name, field.name),
            FieldType::Enum(values) => {
                let able: Vec<&'static str> = values
                    .iter()
                    .filter(|value| match value.since.in_version(self.version) {
                        Support::Supported => true,
                        Support::GateOff { .. } => self.focus == (object.name, field.name),
                        Support::Absent => false,
                    })
                    .map(|value| value.name)
                    .collect();
                let value = self.pick(&able);
                if self.chance(10) { format!("\"{value}\"") } else { value.into() }
            }
            FieldType::Quantity => self.quantity(object.name, field.name),
            FieldType::IntOrString => self.int_or_string(object.name, field.name),
            FieldType::Time => "\"2026-01-31T12:00:00Z\"".into(),
            _ => self.text_of(object.name, field.name),
        }
    }
}
